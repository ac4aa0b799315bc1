/*
 * http - one question to AWS over HTTP, signed with Signature Version 4 where there is a key to sign with. libcurl
 * signs; what it leaves behind in its own memory is not reached, everything here is overwritten.
 *
 * Any thread, each call on its own.
 */
#ifndef CW_AWS_HTTP_H
#define CW_AWS_HTTP_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* How questions are asked; borrowed for each call. */
struct cw_aws_client {
	int64_t timeout_ms; /* of one question */
	const char *ca;     /* file of certificates; NULL or "": AWS_CA_BUNDLE, or the system's */
	const struct cw_context *ctx; /* one that is stopping ends a question; NULL: none */
};

struct cw_aws_credentials {
	char *access_key, *secret_key;
	char *token;        /* of a session; NULL: none */
	int64_t expires_ms; /* since the epoch; INT64_MAX: never */
	char *source;       /* "the environment", for people */
};

/* Overwrites and frees what it holds; it is empty then. */
void cw_aws_credentials_free(struct cw_aws_credentials *credentials);

struct cw_aws_question {
	const char *method, *url;
	const char *body;           /* NULL: none */
	const char *const *headers; /* "Name: value"; ends with NULL; NULL: none */
	const struct cw_aws_credentials *signer; /* NULL: unsigned */
	const char *region, *service;            /* signed for */
	bool local;                 /* on this machine or beside it: no proxy, and no long wait for a connection */
};

struct cw_aws_answer {
	long status;
	struct cw_buf body; /* with a NUL; "" when there is none */
};

/* 0 with an answer of whatever status, -1 with *err: CW_ERR_RETRIABLE, or CW_ERR_FATAL when nothing else will come. */
int cw_aws_ask(const struct cw_aws_client *client, const struct cw_aws_question *question,
	       struct cw_aws_answer *answer, struct cw_error *err);
/* Overwrites and frees it. */
void cw_aws_answer_free(struct cw_aws_answer *answer);

#endif
