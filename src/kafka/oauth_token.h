/*
 * oauth_token - one question to a token endpoint, as Kafka's clients ask it: POST, the client's id and secret as HTTP's
 * user and password, grant_type=client_credentials. Errors are one sentence without the secret and without the token.
 */
#ifndef CW_KAFKA_OAUTH_TOKEN_H
#define CW_KAFKA_OAUTH_TOKEN_H

#include <stdatomic.h>
#include <stddef.h>

#include "kafka/oauth.h"

struct cw_oauth_token {
	char *text;
	char *principal;    /* who it is for: its claim sub, or else the client's id */
	int64_t expires_ms; /* since the epoch, by its claim exp, or else by expires_in of the answer */
};

/*
 * What the endpoint has answered at now_ms, as a token. 0, or -1 with *err. Pure. *token is freed with
 * cw_oauth_token_free() in both cases.
 */
int cw_oauth_token_read(const struct cw_oauth *oauth, long status, const char *body, size_t n, int64_t now_ms,
			struct cw_oauth_token *token, struct cw_error *err);

/*
 * Asks, and reads the answer. *after_ms gets what it says of how long not to ask again (0: nothing). Ends within about
 * a second when *stop becomes true. Any thread.
 */
int cw_oauth_token_fetch(const struct cw_oauth *oauth, const _Atomic bool *stop, struct cw_oauth_token *token,
			 int64_t *after_ms, struct cw_error *err);
void cw_oauth_token_free(struct cw_oauth_token *token); /* overwrites it, too */

#endif
