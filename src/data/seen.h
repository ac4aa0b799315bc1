/*
 * seen - a set of pairs of pointers, each with a third one: what a walk over schemas has been to. It ends walks over
 * recursive schemas, and keeps those over shared ones from taking exponential time.
 *
 * Start as { 0 }. Small sets need no memory; freed with cw_seen_free().
 */
#ifndef CW_DATA_SEEN_H
#define CW_DATA_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#define CW_SEEN_FEW 32u

struct cw_seen_pair {
	const void *a, *b;
	void *to;
};

struct cw_seen {
	struct cw_seen_pair few[CW_SEEN_FEW]; /* while there are at most half as many */
	struct cw_seen_pair *many;
	size_t n, cap; /* cap: a power of two; 0: few is used */
};

/* Adds a pair (a is not NULL). False when it is there. */
bool cw_seen_add(struct cw_seen *seen, const void *a, const void *b, void *to);
/* What was added with the pair; NULL when it is not there. */
void *cw_seen_find(struct cw_seen *seen, const void *a, const void *b);
void cw_seen_free(struct cw_seen *seen);

#endif
