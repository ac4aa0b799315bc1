#include "transform/edit.h"

#include "base/arena.h"
#include "transform/operating.h"

struct cw_entry *cw_map_edit_room(struct cw_batch *batch, const struct cw_value *map, size_t more)
{
	const struct cw_entry *entries = map->u.map.entries;
	size_t size = (map->u.map.n + more) * sizeof(*entries), owned = cw_batch_owned(batch, entries);
	struct cw_entry *copy;

	if (size && size <= owned)
		return (struct cw_entry *)(uintptr_t)entries;
	if (owned)
		cw_batch_miss(batch, size - owned);
	copy = cw_batch_alloc(batch, size);
	cw_batch_own(batch, copy, size);
	return copy;
}

void cw_map_edit_begin(struct cw_map_edit *edit, struct cw_batch *batch, const struct cw_value *map, size_t more)
{
	const struct cw_entry *entries = map->u.map.entries;

	edit->entries = cw_map_edit_room(batch, map, more);
	edit->n = map->u.map.n;
	if (edit->n && edit->entries != entries)
		memcpy(edit->entries, entries, edit->n * sizeof(*entries));
}

struct cw_value *cw_map_edit_at(struct cw_map_edit *edit, struct cw_slice key)
{
	struct cw_entry *entry = edit->entries, *end = entry + edit->n;

	for (; entry < end; entry++)
		if (entry->key.type == CW_STRING && cw_slice_equal(entry->key.u.bytes, key))
			return &entry->value;
	entry->key = cw_value_string(key);
	entry->value = cw_value_null();
	edit->n++;
	return &entry->value;
}

bool cw_struct_is_settled(const struct cw_value *value, bool replace_null)
{
	for (size_t i = 0; i < value->u.array.n; i++) {
		const struct cw_schema *schema = value->schema->fields[i].schema;

		if (value->u.array.items[i].type == CW_NULL &&
		    (!schema->optional || (replace_null && schema->default_value)))
			return false;
	}
	return true;
}

struct cw_value *cw_struct_edit(struct cw_batch *batch, const struct cw_value *value, const struct cw_schema *to,
				bool replace_null, struct cw_error *err)
{
	size_t n = value->u.array.n;
	struct cw_value *fields = cw_batch_alloc(batch, to->n_fields * sizeof(*fields));

	if (n)
		memcpy(fields, value->u.array.items, n * sizeof(*fields));
	for (size_t i = 0; i < n; i++) {
		if (fields[i].type != CW_NULL)
			continue;
		cw_operating_field(value, i, replace_null, &fields[i]);
		if (fields[i].type == CW_NULL && cw_operating_put(&to->fields[i], &fields[i], err) < 0)
			return NULL;
	}
	return fields;
}
