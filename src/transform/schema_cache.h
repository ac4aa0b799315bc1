/*
 * schema_cache - what a transformation works out once for each schema that it meets: the schema that comes out of it,
 * which field goes where.
 *
 * Schemas are told apart by content, as one that was in a batch is gone with it, and its address is used again. The
 * cache works on its own copy. What it made lives as long as the cache, so it is bounded: past that many schemas a
 * plan is made for every record, in its batch. One thread.
 */
#ifndef CW_TRANSFORM_SCHEMA_CACHE_H
#define CW_TRANSFORM_SCHEMA_CACHE_H

#include "connect-worker/connector.h"

#define CW_SCHEMA_CACHE_MAX 64

struct cw_schema_cache;

/*
 * `make` works out the plan for a schema, in the memory; it may point into `from`. NULL with *err set when the
 * transformation can do nothing with that schema; this is not remembered.
 */
struct cw_schema_cache *cw_schema_cache_new(const void *(*make)(void *context, struct cw_batch *memory,
							       const struct cw_schema *from, struct cw_error *err),
					    void *context);
void cw_schema_cache_free(struct cw_schema_cache *cache); /* NULL is fine */

/* The plan for a schema (not NULL), or NULL with *err. */
const void *cw_schema_cache_get(struct cw_schema_cache *cache, struct cw_batch *batch, const struct cw_schema *from,
				struct cw_error *err);

/*
 * A new schema of a type with the name, version, documentation and parameters of another:
 * SchemaUtil.copySchemaBasics().
 */
struct cw_schema *cw_schema_copy_basics(struct cw_batch *memory, const struct cw_schema *from, enum cw_type type);

#endif
