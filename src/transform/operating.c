#include "transform/operating.h"

#include "data/value.h"

const char *cw_java_class(const struct cw_value *value)
{
	static const char prefix[] = "class ";

	return value->type == CW_NULL ? "null" : cw_value_java_class(value) + sizeof(prefix) - 1;
}

int cw_require_map(const struct cw_value *value, const char *purpose, struct cw_error *err)
{
	if (value->type == CW_MAP)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "Only Map objects supported in absence of schema for [%s], found: %s",
			    purpose, cw_java_class(value));
}

int cw_require_struct(const struct cw_value *value, const char *purpose, struct cw_error *err)
{
	if (value->type == CW_STRUCT)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "Only Struct objects supported for [%s], found: %s", purpose,
			    cw_java_class(value));
}

int cw_require_string_key(const struct cw_value *key, struct cw_error *err)
{
	if (key->type == CW_STRING)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "class %s cannot be cast to class java.lang.String",
			    cw_java_class(key));
}

/* Where the entry with this key is, or n. */
static size_t map_find(const struct cw_value *map, struct cw_slice key)
{
	size_t i;

	for (i = 0; i < map->u.map.n; i++) {
		const struct cw_value *k = &map->u.map.entries[i].key;

		if (k->type == CW_STRING && cw_slice_equal(k->u.bytes, key))
			break;
	}
	return i;
}

static struct cw_value map_of(const struct cw_value *like, const struct cw_entry *entries, size_t n)
{
	struct cw_value map = *like;

	map.u.map.entries = entries;
	map.u.map.n = n;
	return map;
}

static void copy_entries(struct cw_entry *to, const struct cw_entry *from, size_t n)
{
	if (n)
		memcpy(to, from, n * sizeof(*to));
}

struct cw_value cw_value_map_remove(struct cw_batch *batch, const struct cw_value *map, struct cw_slice key)
{
	size_t n = map->u.map.n, at = map_find(map, key);
	struct cw_entry *entries;

	if (at == n)
		return *map;
	entries = cw_batch_alloc(batch, n * sizeof(*entries));
	copy_entries(entries, map->u.map.entries, at);
	copy_entries(entries + at, map->u.map.entries + at + 1, n - at - 1);
	return map_of(map, entries, n - 1);
}

bool cw_operating_field(const struct cw_value *value, size_t i, bool with_default, struct cw_value *out)
{
	const struct cw_schema *schema = value->schema->fields[i].schema;

	*out = value->u.array.items[i];
	if (out->type != CW_NULL || !with_default || !schema->default_value)
		return false;
	*out = *schema->default_value;
	out->schema = schema;
	return true;
}

int cw_operating_put(const struct cw_field *field, const struct cw_value *value, struct cw_error *err)
{
	char name[256];

	if (value->type == CW_NULL ? field->schema->optional : value->type == field->schema->type)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)field->name.n, field->name.p);
	return cw_value_validate(field->schema, value, name, err);
}

struct cw_header *cw_header_add(struct cw_batch *batch, struct cw_record *record, size_t n)
{
	size_t old = record->n_headers;
	struct cw_header *headers = cw_batch_alloc(batch, (old + n) * sizeof(*headers));

	if (old)
		memcpy(headers, record->headers, old * sizeof(*headers));
	record->headers = headers;
	record->n_headers = old + n;
	return headers + old;
}

enum cw_result cw_plain_start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			      void **state, struct cw_error *err)
{
	(void)ctx;
	(void)plugin;
	(void)err;
	*state = (void *)(uintptr_t)config; /* never written to */
	return CW_OK;
}

void cw_plain_stop(void *state)
{
	(void)state;
}

int cw_check_list(const char *value, struct cw_error *err)
{
	while (*value == ' ' || (*value >= '\t' && *value <= '\r'))
		value++;
	return *value ? 0 : cw_error_set(err, CW_ERR_INVALID, "Empty list");
}
