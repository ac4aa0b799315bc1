#include "alias.h"

#include <stdlib.h>

/*
 * Every slot holds 1/n of the weight: as much of its own index as there is (threshold), the rest of
 * another. Small and large indices wait on two stacks that share one array from both ends.
 */
static void fill(struct cw_alias_slot *slots, double *share, uint32_t *stack, uint32_t n)
{
	uint32_t small = 0, large = n;

	for (uint32_t i = 0; i < n; i++) {
		slots[i] = (struct cw_alias_slot){ UINT32_MAX, i };
		if (share[i] < 1.0)
			stack[small++] = i;
		else
			stack[--large] = i;
	}
	while (small > 0 && large < n) {
		uint32_t s = stack[--small], l = stack[large];

		slots[s] = (struct cw_alias_slot){ (uint32_t)(share[s] * 4294967295.0), l };
		share[l] -= 1.0 - share[s];
		if (share[l] < 1.0) {
			large++;
			stack[small++] = l;
		}
	}
}

int cw_alias_init(struct cw_alias *alias, const double *weights, uint32_t n)
{
	double *share = malloc(n * sizeof(*share)), total = 0;
	uint32_t *stack = malloc(n * sizeof(*stack));

	alias->slots = malloc(n * sizeof(*alias->slots));
	alias->n = n;
	if (share && stack && alias->slots) {
		for (uint32_t i = 0; i < n; i++)
			total += weights[i];
		for (uint32_t i = 0; i < n; i++)
			share[i] = weights[i] / total * n;
		fill(alias->slots, share, stack, n);
	} else {
		cw_alias_free(alias);
	}
	free(share);
	free(stack);
	return alias->slots ? 0 : -1;
}

void cw_alias_free(struct cw_alias *alias)
{
	free(alias->slots);
	alias->slots = NULL;
	alias->n = 0;
}
