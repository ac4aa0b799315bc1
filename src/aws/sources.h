/* sources - single places where credentials come from; see credentials.h, which looks at one after the other. */
#ifndef CW_AWS_SOURCES_H
#define CW_AWS_SOURCES_H

#include "aws/credentials.h"

/* The rest of *out from texts; NULL or "" for token and expiration: none. -1 with *err when a key is missing. */
int cw_aws_credentials_set(struct cw_aws_credentials *out, const char *access_key, const char *secret_key,
			   const char *token, const char *expiration, const char *source, struct cw_error *err);

/* metadata.c: 1 with *out, 0 when there is no such place, -1 with *err. */
int cw_aws_container(const struct cw_aws_client *client, struct cw_aws_credentials *out, struct cw_error *err);
/* The same; -2 when it is an instance, which has not given them: CW_ERR_RETRIABLE when it may in a moment. */
int cw_aws_instance(const struct cw_aws_client *client, struct cw_aws_credentials *out, struct cw_error *err);
/* The instance's region: new, or NULL. */
char *cw_aws_instance_region(const struct cw_aws_client *client);

/* sts.c: a role, taken on with a web identity or with other credentials. */
struct cw_aws_role {
	const char *arn, *session, *external_id; /* NULL: none, for the last two */
	const char *token_file;                  /* of a web identity; NULL: none */
	const struct cw_aws_credentials *base;   /* otherwise */
};
int cw_aws_assume_role(const struct cw_aws_client *client, const struct cw_aws_place *place,
		       const struct cw_aws_role *role, struct cw_aws_credentials *out, struct cw_error *err);

#endif
