#include "convert/json_cache.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "convert/json_index.h"
#include "data/schema.h"

void cw_json_cache_init(struct cw_json_cache *cache, size_t limit)
{
	*cache = (struct cw_json_cache){ .limit = limit };
	cache->seed = (uint64_t)cw_clock_ns() ^ (uint64_t)(uintptr_t)cache;
}

void cw_json_cache_free(struct cw_json_cache *cache)
{
	cw_memory_free(cache->memory);
	free(cache->entries);
	free(cache->slots);
}

/* The length of the object at the beginning, if it is one; brackets in strings do not count. */
static size_t object_length(struct cw_slice text)
{
	size_t depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '{':
			depth++;
			break;
		case '}':
			if (--depth == 0)
				return i + 1;
			break;
		case '"':
			for (i++; i < text.n && text.p[i] != '"'; i++)
				if (text.p[i] == '\\')
					i++;
			break;
		default:
			break;
		}
	}
	return 0;
}

static bool begins_with(struct cw_slice text, struct cw_slice start)
{
	return text.n >= start.n && memcmp(text.p, start.p, start.n) == 0;
}

/* Where a hash's entries begin. */
static size_t first_slot(const struct cw_json_cache *cache, uint64_t hash)
{
	return hash & (cache->n_slots - 1);
}

static size_t next_slot(const struct cw_json_cache *cache, size_t slot)
{
	return (slot + 1) & (cache->n_slots - 1);
}

const struct cw_json_cached *cw_json_cache_find_text(struct cw_json_cache *cache, struct cw_slice text)
{
	struct cw_slice object;
	uint64_t hash;

	if (cache->last && begins_with(text, cache->entries[cache->last - 1].text))
		return &cache->entries[cache->last - 1];
	if (cache->n == 0)
		return NULL;
	object = cw_slice(text.p, object_length(text));
	if (object.n == 0)
		return NULL;
	hash = cw_json_hash(cache->seed, object);
	for (size_t slot = first_slot(cache, hash); cache->slots[slot]; slot = next_slot(cache, slot)) {
		const struct cw_json_cached *entry = &cache->entries[cache->slots[slot] - 1];

		if (entry->hash == hash && cw_slice_equal(entry->text, object)) {
			cache->last = cache->slots[slot];
			return entry;
		}
	}
	return NULL;
}

const struct cw_json_cached *cw_json_cache_find_schema(struct cw_json_cache *cache, const struct cw_schema *schema)
{
	uint64_t hash;

	if (cache->last && cw_schema_equal(cache->entries[cache->last - 1].schema, schema))
		return &cache->entries[cache->last - 1];
	if (cache->n == 0)
		return NULL;
	hash = cw_schema_hash(schema);
	for (size_t slot = first_slot(cache, hash); cache->slots[slot]; slot = next_slot(cache, slot)) {
		const struct cw_json_cached *entry = &cache->entries[cache->slots[slot] - 1];

		if (entry->hash == hash && cw_schema_equal(entry->schema, schema)) {
			cache->last = cache->slots[slot];
			return entry;
		}
	}
	return NULL;
}

static void put(struct cw_json_cache *cache, size_t number)
{
	size_t slot = first_slot(cache, cache->entries[number - 1].hash);

	while (cache->slots[slot])
		slot = next_slot(cache, slot);
	cache->slots[slot] = (uint32_t)number;
}

static void grow(struct cw_json_cache *cache)
{
	cache->cap = cache->cap ? 2 * cache->cap : 8;
	cache->entries = cw_realloc(cache->entries, cache->cap * sizeof(*cache->entries));
	free(cache->slots);
	cache->n_slots = 2 * cache->cap;
	cache->slots = cw_alloc(cache->n_slots * sizeof(*cache->slots));
	for (size_t i = 1; i <= cache->n; i++)
		put(cache, i);
}

static const struct cw_json_cached *add(struct cw_json_cache *cache, uint64_t hash, struct cw_slice text,
					const struct cw_schema *schema)
{
	struct cw_json_cached *entry;
	char *copy;

	if (cache->n >= cache->limit || cache->n >= UINT32_MAX)
		return NULL;
	if (!cache->memory)
		cache->memory = cw_memory_new();
	if (cache->n == cache->cap)
		grow(cache);
	copy = cw_batch_alloc(cache->memory, text.n);
	memcpy(copy, text.p, text.n);
	entry = &cache->entries[cache->n++];
	*entry = (struct cw_json_cached){ hash, cw_slice(copy, text.n), cw_schema_clone(cache->memory, schema) };
	put(cache, cache->n);
	cache->last = cache->n;
	return entry;
}

const struct cw_json_cached *cw_json_cache_add_text(struct cw_json_cache *cache, struct cw_slice text,
						    const struct cw_schema *schema)
{
	return add(cache, cw_json_hash(cache->seed, text), text, schema);
}

const struct cw_json_cached *cw_json_cache_add_schema(struct cw_json_cache *cache, struct cw_slice text,
						      const struct cw_schema *schema)
{
	return add(cache, cw_schema_hash(schema), text, schema);
}
