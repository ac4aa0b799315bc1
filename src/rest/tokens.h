/*
 * tokens - a file of bearer tokens: lines USER TOKEN [UNTIL]. In memory there are only their SHA-256; tokens are random
 * and long, so that a fast hash is enough.
 */
#ifndef CW_REST_TOKENS_H
#define CW_REST_TOKENS_H

#include "connect-worker/connector.h"

#define CW_TOKEN_HASH 32

struct cw_token {
	char *name;
	unsigned char hash[CW_TOKEN_HASH];
	int64_t until_epoch_ms; /* it is good before that; INT64_MAX: for ever */
};

/* Start as { 0 }; freed with cw_tokens_free() whatever cw_tokens_parse() returned. Read-only afterwards. */
struct cw_tokens {
	struct cw_token *items;
	size_t n;
};

/*
 * `text` is cut up; `path` is for the sentence; `shared`: others than the file's owner may read it, which is fine for
 * hashes only. 0, or -1 with *err (it never holds a token).
 */
int cw_tokens_parse(char *text, const char *path, bool shared, struct cw_tokens *out, struct cw_error *err);
void cw_tokens_free(struct cw_tokens *tokens);

/* Whose token that is, also when it is no longer good; NULL: nobody's. All are compared, each in constant time. */
const struct cw_token *cw_tokens_find(const struct cw_tokens *tokens, const char *token);

#endif
