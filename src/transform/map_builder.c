#include "transform/map_builder.h"

#define FEW 16u /* up to here keys are compared one by one */
#define FREE UINT32_MAX

static uint64_t hash_of(struct cw_slice key)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

void cw_map_builder_init(struct cw_map_builder *builder, struct cw_batch *batch, size_t expected)
{
	memset(builder, 0, sizeof(*builder));
	builder->batch = batch;
	builder->cap = expected ? expected : 1;
	builder->entries = cw_batch_alloc(batch, builder->cap * sizeof(*builder->entries));
}

/* Where the key is in the index, or may go. */
static uint32_t *slot(struct cw_map_builder *builder, struct cw_slice key)
{
	size_t i = hash_of(key) & (builder->n_index - 1);

	while (builder->index[i] != FREE && !cw_slice_equal(builder->entries[builder->index[i]].key.u.bytes, key))
		i = (i + 1) & (builder->n_index - 1);
	return &builder->index[i];
}

/* An index with room for twice as many entries as there is memory for. */
static void make_index(struct cw_map_builder *builder)
{
	builder->n_index = 4 * FEW;
	while (builder->n_index < 2 * builder->cap)
		builder->n_index *= 2;
	builder->index = cw_batch_alloc(builder->batch, builder->n_index * sizeof(*builder->index));
	memset(builder->index, 0xff, builder->n_index * sizeof(*builder->index));
	for (size_t i = 0; i < builder->n; i++)
		*slot(builder, builder->entries[i].key.u.bytes) = (uint32_t)i;
}

static void grow(struct cw_map_builder *builder)
{
	struct cw_entry *entries;

	builder->cap *= 2;
	entries = cw_batch_alloc(builder->batch, builder->cap * sizeof(*entries));
	memcpy(entries, builder->entries, builder->n * sizeof(*entries));
	builder->entries = entries;
	if (builder->index)
		make_index(builder);
}

static struct cw_entry *find(struct cw_map_builder *builder, struct cw_slice key)
{
	uint32_t *at;

	if (!builder->index) {
		for (size_t i = 0; i < builder->n; i++)
			if (cw_slice_equal(builder->entries[i].key.u.bytes, key))
				return &builder->entries[i];
		return NULL;
	}
	at = slot(builder, key);
	return *at == FREE ? NULL : &builder->entries[*at];
}

void cw_map_builder_append(struct cw_map_builder *builder, struct cw_slice key, struct cw_value value)
{
	struct cw_entry *entry;

	if (builder->n == builder->cap)
		grow(builder);
	if (builder->index)
		*slot(builder, key) = (uint32_t)builder->n;
	entry = &builder->entries[builder->n++];
	entry->key = cw_value_string(key);
	entry->value = value;
}

void cw_map_builder_put(struct cw_map_builder *builder, struct cw_slice key, struct cw_value value)
{
	struct cw_entry *entry;

	if (builder->n >= FEW && !builder->index)
		make_index(builder);
	entry = find(builder, key);
	if (entry) {
		entry->value = value;
		return;
	}
	cw_map_builder_append(builder, key, value);
}
