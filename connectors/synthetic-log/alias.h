/*
 * alias - a choice among n things by weight in constant time (Walker's alias method, Vose's tables).
 *
 * Immutable once made; start as { 0 }.
 */
#ifndef CW_SYNTHETIC_ALIAS_H
#define CW_SYNTHETIC_ALIAS_H

#include <stddef.h>
#include <stdint.h>

#include "random.h"

struct cw_alias_slot {
	uint32_t threshold, other;
};

struct cw_alias {
	struct cw_alias_slot *slots;
	uint32_t n;
};

/* weights: n of at least 0, not all 0. 0, or -1 without memory. */
int cw_alias_init(struct cw_alias *alias, const double *weights, uint32_t n);
void cw_alias_free(struct cw_alias *alias);

/* The index that 64 random bits stand for. */
static inline uint32_t cw_alias_pick(const struct cw_alias *alias, uint64_t draw)
{
	uint32_t i = cw_below(draw, alias->n);
	struct cw_alias_slot slot = alias->slots[i];

	return (uint32_t)draw < slot.threshold ? i : slot.other;
}

#endif
