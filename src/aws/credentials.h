/*
 * credentials - who we are for AWS, from the places where AWS's own tools look, in their order: the environment; a web
 * identity; the profile in the shared files (keys, a role with a source profile, or a role with a web identity); the
 * metadata of the container; the metadata of the EC2 instance (IMDSv2). A profile that is asked for by name is the only
 * place; one that AWS_PROFILE names has to be there, when it is its turn. Any thread.
 */
#ifndef CW_AWS_CREDENTIALS_H
#define CW_AWS_CREDENTIALS_H

#include "aws/http.h"
#include "base/map.h"

struct cw_aws_place {
	const char *region;       /* NULL or "": AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance's */
	const char *profile;      /* NULL or "": AWS_PROFILE or default */
	const char *sts_endpoint; /* NULL or "": AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS's own of the region */
};

/* 0 with *out (zero before), or -1 with *err: the places that were looked at, and what was wrong there. */
int cw_aws_credentials_find(const struct cw_aws_client *client, const struct cw_aws_place *place,
			    struct cw_aws_credentials *out, struct cw_error *err);
/* New; NULL with *err when nobody says it. */
char *cw_aws_region(const struct cw_aws_client *client, const struct cw_aws_place *place, struct cw_error *err);
bool cw_aws_is_region(const char *text);
/* What is asked for, AWS_ENDPOINT_URL_<variable_end>, AWS_ENDPOINT_URL, AWS's own; with a slash at its end: new. */
char *cw_aws_endpoint(const char *asked, const char *variable_end, const char *service, const char *region);

#endif
