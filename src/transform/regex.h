/*
 * regex - a PCRE2 pattern made ready for many records: compiled once, with JIT, and with a bound on its effort.
 *
 * Text is UTF-8; bytes that are none match nothing. One thread for each.
 */
#ifndef CW_TRANSFORM_REGEX_H
#define CW_TRANSFORM_REGEX_H

#include "connect-worker/connector.h"

struct cw_regex;

enum {
	CW_REGEX_WHOLE = 1u << 0,   /* only the whole text is a match */
	CW_REGEX_UNICODE = 1u << 1, /* \w, \d and case go by Unicode */
	CW_REGEX_DOT_ALL = 1u << 2  /* a dot takes line ends, too */
};

/* A named group. */
struct cw_regex_name {
	const char *name;
	unsigned group;
};

/* NULL with *err set to PCRE2's reason and its place in the pattern. Freed with cw_regex_free(). */
struct cw_regex *cw_regex_compile(struct cw_slice pattern, unsigned flags, struct cw_error *err);
void cw_regex_free(struct cw_regex *regex); /* NULL is fine */

unsigned cw_regex_groups(const struct cw_regex *regex); /* without the whole match, which is group 0 */
/* Named groups in the order of their numbers. They live as long as the regex. */
const struct cw_regex_name *cw_regex_names(const struct cw_regex *regex, size_t *n);

/* The first match: 1, 0 when there is none, -1 with *err when deciding it takes too much effort. */
int cw_regex_match(struct cw_regex *regex, struct cw_slice text, struct cw_error *err);
/* A group of the last match, pointing into its text; p is NULL when the group took no part. */
struct cw_slice cw_regex_group(const struct cw_regex *regex, unsigned group);

#endif
