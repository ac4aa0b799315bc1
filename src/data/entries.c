#include "data/entries.h"

#include "data/value.h"

/* So many are looked through one by one. */
#define FEW 16u

static struct cw_value comparable(const struct cw_value *key)
{
	struct cw_value plain = *key;

	plain.schema = NULL;
	if (plain.type == CW_DATE || plain.type == CW_TIME)
		plain.type = CW_TIMESTAMP;
	return plain;
}

static bool keys_equal(const struct cw_value *a, const struct cw_value *b)
{
	struct cw_value x = comparable(a), y = comparable(b);

	return x.type == y.type && cw_value_equal(&x, &y);
}

/* Where the key is in the index, or belongs. */
static size_t *place(const struct cw_entries *e, const struct cw_value *key)
{
	struct cw_value plain = comparable(key);
	/* Where memory lies is random enough for a seed. */
	size_t i = (size_t)cw_value_hash_seeded(&plain, (uintptr_t)e->memory) & (e->index_size - 1);

	while (e->index[i] && !keys_equal(&e->entries[e->index[i] - 1].key, key))
		i = (i + 1) & (e->index_size - 1);
	return &e->index[i];
}

static struct cw_entry *find(const struct cw_entries *e, const struct cw_value *key)
{
	if (e->index) {
		size_t number = *place(e, key);

		return number ? &e->entries[number - 1] : NULL;
	}
	for (size_t i = 0; i < e->n; i++)
		if (keys_equal(&e->entries[i].key, key))
			return &e->entries[i];
	return NULL;
}

static void reindex(struct cw_entries *e)
{
	e->index_size = 4 * e->cap;
	e->index = cw_batch_alloc(e->memory, e->index_size * sizeof(*e->index));
	memset(e->index, 0, e->index_size * sizeof(*e->index));
	for (size_t i = 0; i < e->n; i++)
		*place(e, &e->entries[i].key) = i + 1;
}

static void grow(struct cw_entries *e)
{
	size_t cap = e->cap ? 2 * e->cap : 8;
	struct cw_entry *entries = cw_batch_alloc(e->memory, cap * sizeof(*entries));

	if (e->n)
		memcpy(entries, e->entries, e->n * sizeof(*entries));
	e->entries = entries;
	e->cap = cap;
	if (cap > FEW)
		reindex(e);
}

void cw_entries_put(struct cw_entries *entries, const struct cw_value *key, const struct cw_value *value)
{
	struct cw_entry *entry = find(entries, key);

	if (entry) {
		entry->value = *value;
		return;
	}
	if (entries->n == entries->cap)
		grow(entries);
	entry = &entries->entries[entries->n++];
	entry->key = *key;
	entry->value = *value;
	if (entries->index)
		*place(entries, key) = entries->n;
}
