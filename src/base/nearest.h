/* nearest - the known name that a mistyped one most likely meant. */
#ifndef CW_BASE_NEAREST_H
#define CW_BASE_NEAREST_H

#include <stddef.h>

/* The edit distance (insert, delete, replace, swap of neighbours), without case. */
size_t cw_edit_distance(const char *a, const char *b);

/* Keeps the best of many candidates. Start with best NULL. */
struct cw_nearest {
	const char *name; /* what was typed */
	const char *best; /* the nearest so far, or NULL: borrowed from cw_nearest_offer() */
	size_t distance;
};
/* Considers a candidate; those more than a third of the name's length away are no help, nor is any to a very long name. */
void cw_nearest_offer(struct cw_nearest *nearest, const char *candidate);

#endif
