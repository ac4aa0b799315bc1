#include "convert/json_index.h"

#include <stdlib.h>

#include "base/mem.h"

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

uint64_t cw_json_hash(uint64_t seed, struct cw_slice text)
{
	uint64_t h = mix(seed, text.n), word;

	for (; text.n >= sizeof(word); text = cw_slice(text.p + sizeof(word), text.n - sizeof(word))) {
		memcpy(&word, text.p, sizeof(word));
		h = mix(h, word);
	}
	word = 0;
	if (text.n)
		memcpy(&word, text.p, text.n);
	h = mix(h, word);
	return mix(h, seed);
}

void cw_json_index_begin(struct cw_json_index *index, size_t n)
{
	size_t used = 16;

	while (used < 2 * n)
		used *= 2;
	if (used > index->cap) {
		index->slots = cw_realloc(index->slots, used * sizeof(*index->slots));
		index->cap = used;
	}
	memset(index->slots, 0, used * sizeof(*index->slots));
	index->used = used;
}

/* Where the name is, or would go. */
static struct cw_json_index_slot *slot_of(const struct cw_json_index *index, struct cw_slice name)
{
	size_t mask = index->used - 1, i = cw_json_hash(index->seed, name) & mask;

	while (index->slots[i].name.p && !cw_slice_equal(index->slots[i].name, name))
		i = (i + 1) & mask;
	return &index->slots[i];
}

size_t cw_json_index_add(struct cw_json_index *index, struct cw_slice name, size_t place)
{
	struct cw_json_index_slot *slot = slot_of(index, name);

	if (!slot->name.p) {
		slot->name = name;
		slot->place = place;
	}
	return slot->place;
}

size_t cw_json_index_find(const struct cw_json_index *index, struct cw_slice name)
{
	const struct cw_json_index_slot *slot = slot_of(index, name);

	return slot->name.p ? slot->place : SIZE_MAX;
}

/* Which of the first n entries has this name; n: none. */
static size_t find_entry(const struct cw_entry *entries, size_t n, struct cw_slice name)
{
	size_t i = 0;

	while (i < n && !cw_slice_equal(entries[i].key.u.bytes, name))
		i++;
	return i;
}

/* One of 64 bits, for a cheap look at whether a name can be among others. */
static uint64_t name_bit(struct cw_slice name)
{
	unsigned bit = (unsigned)name.n << 3;

	if (name.n)
		bit ^= (unsigned char)name.p[0] ^ (unsigned)(unsigned char)name.p[name.n - 1] << 1;
	return UINT64_C(1) << (bit & 63);
}

size_t cw_json_unite(struct cw_json_index *index, struct cw_entry *entries, size_t n)
{
	bool many = n > CW_JSON_FEW;
	uint64_t seen = 0;
	size_t kept = 0;

	if (many)
		cw_json_index_begin(index, n);
	for (size_t i = 0; i < n; i++) {
		struct cw_slice name = entries[i].key.u.bytes;
		uint64_t bit = name_bit(name);
		size_t place = kept;

		if (many)
			place = cw_json_index_add(index, name, kept);
		else if (seen & bit)
			place = find_entry(entries, kept, name);
		seen |= bit;
		if (place < kept)
			entries[place].value = entries[i].value;
		else if (kept++ < i)
			entries[kept - 1] = entries[i];
	}
	return kept;
}

void cw_json_index_free(struct cw_json_index *index)
{
	free(index->slots);
	*index = (struct cw_json_index){ 0 };
}
