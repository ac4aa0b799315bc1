/*
 * values_tokens - the tokens that Kafka Connect's Values reads: delimiters (: , { } [ ] and the quote) without a
 * backslash before them, and what is between them. Pure.
 */
#ifndef CW_DATA_VALUES_TOKENS_H
#define CW_DATA_VALUES_TOKENS_H

#include "connect-worker/connector.h"

/* Start as { .text = … }. */
struct cw_tokens {
	struct cw_slice text;
	size_t at;
	struct cw_slice next; /* looked at, not taken */
	bool has_next;
};

bool cw_tokens_left(const struct cw_tokens *tokens);
/* The next token, which may be blank; empty at the end. */
struct cw_slice cw_tokens_take(struct cw_tokens *tokens);
/* Takes the next token that is not blank if it is `expected`, blanks around it aside. Blank tokens are lost anyway. */
bool cw_tokens_accept(struct cw_tokens *tokens, const char *expected);

size_t cw_tokens_mark(const struct cw_tokens *tokens);
void cw_tokens_rewind(struct cw_tokens *tokens, size_t mark);

/* String.trim(). */
struct cw_slice cw_tokens_trim(struct cw_slice token);

#endif
