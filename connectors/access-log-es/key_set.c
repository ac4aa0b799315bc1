#include "key_set.h"

#include <stdlib.h>

#include "text.h"

void cw_key_set_reset(struct cw_key_set *set, size_t room)
{
	size_t cap = 16;

	while (cap < 2 * room)
		cap *= 2;
	if (cap > set->cap) {
		free(set->slots);
		set->slots = cw_text_alloc(cap * sizeof(*set->slots));
		set->cap = cap;
	} else {
		memset(set->slots, 0, set->cap * sizeof(*set->slots));
	}
	set->n = 0;
}

/* Where it is, or would be. */
static uint64_t *find(const struct cw_key_set *set, uint64_t key)
{
	size_t i = key & (set->cap - 1);

	while (set->slots[i] && set->slots[i] != key)
		i = (i + 1) & (set->cap - 1);
	return &set->slots[i];
}

void cw_key_set_add(struct cw_key_set *set, uint64_t key)
{
	uint64_t *slot = find(set, key);

	set->n += *slot == 0;
	*slot = key;
}

bool cw_key_set_has(const struct cw_key_set *set, uint64_t key)
{
	return set->n && *find(set, key);
}

bool cw_key_set_meets(const struct cw_key_set *set, const struct cw_key_set *other)
{
	if (set->n > other->n)
		return cw_key_set_meets(other, set);
	for (size_t i = 0; set->n && i < set->cap; i++)
		if (set->slots[i] && cw_key_set_has(other, set->slots[i]))
			return true;
	return false;
}

void cw_key_set_free(struct cw_key_set *set)
{
	free(set->slots);
	*set = (struct cw_key_set){ 0 };
}
