/*
 * map_builder - a schemaless map under construction: Map.put() for string keys, in a batch's memory.
 *
 * A key that comes again takes its first place and its last value, as in a LinkedHashMap. Start with
 * cw_map_builder_init(); there is nothing to free.
 */
#ifndef CW_TRANSFORM_MAP_BUILDER_H
#define CW_TRANSFORM_MAP_BUILDER_H

#include "data/value.h"

struct cw_map_builder {
	struct cw_batch *batch;
	struct cw_entry *entries;
	size_t n, cap;
	uint32_t *index; /* of entries by their keys' hash, once there are many; n_index is a power of two */
	size_t n_index;
};

/* expected: how many entries there may be; more are fine. */
void cw_map_builder_init(struct cw_map_builder *builder, struct cw_batch *batch, size_t expected);
/* The key and the value are lent for the life of the batch. */
void cw_map_builder_put(struct cw_map_builder *builder, struct cw_slice key, struct cw_value value);
/* The same for a key that is not there yet, and is not looked for. */
void cw_map_builder_append(struct cw_map_builder *builder, struct cw_slice key, struct cw_value value);
static inline struct cw_value cw_map_builder_map(const struct cw_map_builder *builder)
{
	return cw_value_map(builder->entries, builder->n);
}

#endif
