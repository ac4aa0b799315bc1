/*
 * json_cache - schemas beside their JSON text, so that the schema of a steady flow of envelopes is read or written
 * once.
 *
 * Values point at schemas and outlive the call that made them, so what is in the cache stays there until it is freed:
 * a cache that is full takes no more. One thread.
 */
#ifndef CW_CONVERT_JSON_CACHE_H
#define CW_CONVERT_JSON_CACHE_H

#include "connect-worker/connector.h"

struct cw_json_cached {
	uint64_t hash;
	struct cw_slice text;
	const struct cw_schema *schema;
};

struct cw_json_cache {
	size_t limit;
	struct cw_batch *memory; /* NULL while it is empty */
	struct cw_json_cached *entries;
	size_t n, cap;
	uint32_t *slots;   /* entry numbers from 1 by hash; 0: free */
	size_t n_slots;    /* a power of two */
	uint64_t seed;
	size_t last;       /* number of the entry that was found last, from 1; 0: none */
};

void cw_json_cache_init(struct cw_json_cache *cache, size_t limit);
void cw_json_cache_free(struct cw_json_cache *cache);

/* The entry whose text `text` begins with; as both are objects, it is no part of a longer one. NULL: none. */
const struct cw_json_cached *cw_json_cache_find_text(struct cw_json_cache *cache, struct cw_slice text);
/* The entry of an equal schema. NULL: none. */
const struct cw_json_cached *cw_json_cache_find_schema(struct cw_json_cache *cache, const struct cw_schema *schema);
/* Copies both in, to be found by their text or by their schema. NULL when the cache is full. */
const struct cw_json_cached *cw_json_cache_add_text(struct cw_json_cache *cache, struct cw_slice text,
						    const struct cw_schema *schema);
const struct cw_json_cached *cw_json_cache_add_schema(struct cw_json_cache *cache, struct cw_slice text,
						      const struct cw_schema *schema);

#endif
