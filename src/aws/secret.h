/* secret - one secret of AWS Secrets Manager: which one is meant, reading it, and what is wanted of it. */
#ifndef CW_AWS_SECRET_H
#define CW_AWS_SECRET_H

#include "aws/credentials.h"

/* NAME, NAME:KEY, ARN or ARN:KEY, as the path and the key of a variable have it. */
struct cw_aws_secret_name {
	char *id;     /* the name or the ARN */
	char *key;    /* of the JSON object that the secret is; NULL: all of it */
	char *region; /* of the ARN; NULL: a name has none */
};

/* Pure. 0, or -1 with *err; free it in both cases. */
int cw_aws_secret_name_parse(const char *path, const char *key, struct cw_aws_secret_name *out, struct cw_error *err);
void cw_aws_secret_name_free(struct cw_aws_secret_name *name);

struct cw_aws_secrets {
	const struct cw_aws_client *client;
	const struct cw_aws_credentials *credentials;
	const char *region, *endpoint; /* endpoint: as cw_aws_endpoint() has it */
	const char *stage;             /* AWSCURRENT */
};

/*
 * The secret's text, new: overwrite it. NULL with *err: a sentence that names the secret and what is wrong with it,
 * never what is in it. CW_ERR_RETRIABLE: it may be there later. *stale: the credentials have run out or are not known.
 */
char *cw_aws_secret_read(const struct cw_aws_secrets *secrets, const char *id, bool *stale, struct cw_error *err);
/* What is wanted of a secret's text, new. Pure. */
char *cw_aws_secret_part(const char *text, const struct cw_aws_secret_name *name, struct cw_error *err);

#endif
