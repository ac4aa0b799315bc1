#include "convert/map_unique.h"

#include "data/value.h"

#define FEW 12 /* up to here, comparing each with each is faster */

static size_t find_among_few(const struct cw_entry *entries, size_t n, const struct cw_value *key)
{
	size_t i = 0;

	while (i < n && !cw_value_equal(&entries[i].key, key))
		i++;
	return i;
}

/* The entry's place in a table of cap (a power of two) numbers from 1; 0 is free. */
static size_t *find_slot(size_t *slots, size_t cap, const struct cw_entry *entries, const struct cw_value *key)
{
	size_t at = (size_t)cw_value_hash(key) & (cap - 1);

	while (slots[at] && !cw_value_equal(&entries[slots[at] - 1].key, key))
		at = (at + 1) & (cap - 1);
	return &slots[at];
}

size_t cw_map_unique(struct cw_batch *batch, struct cw_entry *entries, size_t n)
{
	size_t left = 0, cap = 32, *slots = NULL;

	if (n > FEW) {
		while (cap < n * 2)
			cap *= 2;
		slots = cw_batch_alloc(batch, cap * sizeof(*slots));
		memset(slots, 0, cap * sizeof(*slots));
	}
	for (size_t i = 0; i < n; i++) {
		size_t *slot = slots ? find_slot(slots, cap, entries, &entries[i].key) : NULL;
		size_t place = slot ? (*slot ? *slot - 1 : left) : find_among_few(entries, left, &entries[i].key);

		if (place < left) {
			entries[place].value = entries[i].value;
			continue;
		}
		entries[left++] = entries[i];
		if (slot)
			*slot = left;
	}
	return left;
}
