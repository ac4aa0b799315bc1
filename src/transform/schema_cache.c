#include "transform/schema_cache.h"

#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"

struct entry {
	struct cw_batch *memory;
	const struct cw_schema *from; /* a copy */
	const void *plan;
};

struct cw_schema_cache {
	const void *(*make)(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err);
	void *context;
	struct entry entries[CW_SCHEMA_CACHE_MAX]; /* what was asked for last comes first */
	size_t n;
};

struct cw_schema_cache *cw_schema_cache_new(const void *(*make)(void *context, struct cw_batch *memory,
							       const struct cw_schema *from, struct cw_error *err),
					    void *context)
{
	struct cw_schema_cache *cache = cw_alloc(sizeof(*cache));

	cache->make = make;
	cache->context = context;
	return cache;
}

void cw_schema_cache_free(struct cw_schema_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->n; i++)
		cw_memory_free(cache->entries[i].memory);
	free(cache);
}

static const void *add(struct cw_schema_cache *cache, const struct cw_schema *from, struct cw_error *err)
{
	struct entry entry = { .memory = cw_memory_new() };

	entry.from = cw_schema_clone(entry.memory, from);
	entry.plan = cache->make(cache->context, entry.memory, entry.from, err);
	if (!entry.plan) {
		cw_memory_free(entry.memory);
		return NULL;
	}
	memmove(cache->entries + 1, cache->entries, cache->n * sizeof(entry));
	cache->entries[0] = entry;
	cache->n++;
	return entry.plan;
}

const void *cw_schema_cache_get(struct cw_schema_cache *cache, struct cw_batch *batch, const struct cw_schema *from,
				struct cw_error *err)
{
	for (size_t i = 0; i < cache->n; i++) {
		struct entry entry = cache->entries[i];

		if (!cw_schema_equal(entry.from, from))
			continue;
		memmove(cache->entries + 1, cache->entries, i * sizeof(entry));
		cache->entries[0] = entry;
		return entry.plan;
	}
	if (cache->n < CW_SCHEMA_CACHE_MAX)
		return add(cache, from, err);
	return cache->make(cache->context, batch, from, err);
}

struct cw_schema *cw_schema_copy_basics(struct cw_batch *memory, const struct cw_schema *from, enum cw_type type)
{
	struct cw_schema *schema = cw_schema_new(memory, type);

	schema->version = from->version;
	schema->name = from->name;
	schema->doc = from->doc;
	schema->parameters = from->parameters;
	schema->n_parameters = from->n_parameters;
	return schema;
}
