#include "convert/json_convert.h"

#include "convert/json_names.h"
#include "convert/json_read.h"
#include "data/entries.h"
#include "data/schema.h"
#include "data/value.h"

const char *cw_json_kind(const struct cw_value *node)
{
	switch ((enum cw_type)node->type) {
	case CW_INT64:
	case CW_JSON_NUMBER:
		return "NUMBER";
	case CW_BOOLEAN:
		return "BOOLEAN";
	case CW_STRING:
		return "STRING";
	case CW_ARRAY:
		return "ARRAY";
	case CW_MAP:
		return "OBJECT";
	default:
		return "NULL";
	}
}

const struct cw_value *cw_json_member(const struct cw_value *node, const char *name)
{
	return node->type == CW_MAP ? cw_value_map_get(node, cw_slice_str(name)) : NULL;
}

/* ---- arrays and maps ------------------------------------------------------------------------- */

/* The values of an object are taken for an array; anything else but an array has no items. */
static int to_array(struct cw_json_conversion *c, const struct cw_schema *items, const struct cw_value *node,
		    struct cw_value *out)
{
	size_t n = node->type == CW_ARRAY ? node->u.array.n : node->type == CW_MAP ? node->u.map.n : 0;
	struct cw_value *values = cw_batch_alloc(c->memory, n * sizeof(*values));

	for (size_t i = 0; i < n; i++)
		if (cw_json_convert(c, items,
				    node->type == CW_ARRAY ? &node->u.array.items[i] : &node->u.map.entries[i].value,
				    &values[i]) < 0)
			return -1;
	*out = cw_value_array(values, n);
	return 0;
}

/* `keys` is NULL for schemaless. */
static int to_string_map(struct cw_json_conversion *c, const struct cw_schema *keys, const struct cw_schema *values,
			 const struct cw_value *node, struct cw_value *out)
{
	struct cw_entry *entries;

	if (node->type != CW_MAP)
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Maps with string fields should be encoded as JSON objects, but found %s",
				    cw_json_kind(node));
	entries = cw_batch_alloc(c->memory, node->u.map.n * sizeof(*entries));
	for (size_t i = 0; i < node->u.map.n; i++) {
		entries[i].key = node->u.map.entries[i].key;
		entries[i].key.schema = keys;
		if (cw_json_convert(c, values, &node->u.map.entries[i].value, &entries[i].value) < 0)
			return -1;
	}
	*out = cw_value_map(entries, node->u.map.n);
	return 0;
}

static int to_map_entry(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
			struct cw_entry *out)
{
	if (node->type != CW_ARRAY)
		return cw_error_set(c->err, CW_ERR_INVALID, "Found invalid map entry instead of array tuple: %s",
				    cw_json_kind(node));
	if (node->u.array.n != 2)
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Found invalid map entry, expected length 2 but found :%zu", node->u.array.n);
	if (cw_json_convert(c, schema->key_schema, &node->u.array.items[0], &out->key) < 0)
		return -1;
	return cw_json_convert(c, schema->value_schema, &node->u.array.items[1], &out->value);
}

/* Byte arrays are equal to themselves only in Java, so none of them replaces another. */
static int to_map_of_bytes(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
			   struct cw_value *out)
{
	struct cw_entry *entries = cw_batch_alloc(c->memory, node->u.array.n * sizeof(*entries));

	for (size_t i = 0; i < node->u.array.n; i++)
		if (to_map_entry(c, schema, &node->u.array.items[i], &entries[i]) < 0)
			return -1;
	*out = cw_value_map(entries, node->u.array.n);
	return 0;
}

/* A map whose keys are no strings is an array of pairs. */
static int to_map(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
		  struct cw_value *out)
{
	struct cw_entries entries = { .memory = c->memory };
	struct cw_entry entry;

	if (cw_type_physical(schema->key_schema->type) == CW_STRING)
		return to_string_map(c, schema->key_schema, schema->value_schema, node, out);
	if (node->type != CW_ARRAY)
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Maps with non-string fields should be encoded as JSON array of tuples, but found "
				    "%s",
				    cw_json_kind(node));
	if (schema->key_schema->type == CW_BYTES)
		return to_map_of_bytes(c, schema, node, out);
	for (size_t i = 0; i < node->u.array.n; i++) {
		if (to_map_entry(c, schema, &node->u.array.items[i], &entry) < 0)
			return -1;
		cw_entries_put(&entries, &entry.key, &entry.value);
	}
	*out = cw_value_map(entries.entries, entries.n);
	return 0;
}

/* ---- structs --------------------------------------------------------------------------------- */

static size_t find_member(const struct cw_value *node, struct cw_slice name)
{
	size_t i = 0;

	while (i < node->u.map.n && !cw_slice_equal(node->u.map.entries[i].key.u.bytes, name))
		i++;
	return i;
}

static void index_members(struct cw_json_conversion *c, const struct cw_value *node)
{
	cw_json_index_begin(c->names, node->u.map.n);
	for (size_t i = 0; i < node->u.map.n; i++)
		cw_json_index_add(c->names, node->u.map.entries[i].key.u.bytes, i);
}

/* The members of an object in the order of the fields, which mostly is the object's own. In scratch memory. */
static const struct cw_value **match_fields(struct cw_json_conversion *c, const struct cw_schema *schema,
					    const struct cw_value *node)
{
	const struct cw_value **members = cw_batch_alloc(c->scratch, schema->n_fields * sizeof(*members));
	const struct cw_entry *entries = node->u.map.entries;
	size_t n = node->u.map.n, next = 0;
	bool indexed = false;

	for (size_t i = 0; i < schema->n_fields; i++) {
		struct cw_slice name = schema->fields[i].name;
		size_t place = next;

		if (next == n || !cw_slice_equal(entries[next].key.u.bytes, name)) {
			if (n > CW_JSON_FEW && !indexed)
				index_members(c, node);
			indexed = n > CW_JSON_FEW;
			place = indexed ? cw_json_index_find(c->names, name) : find_member(node, name);
		}
		members[i] = place < n ? &entries[place].value : NULL;
		if (place < n)
			next = place + 1;
	}
	return members;
}

/* What Struct.put() looks at. */
static int validate_field(struct cw_json_conversion *c, const struct cw_field *field, const struct cw_value *value)
{
	char *name;

	if (!c->made_null)
		return 0;
	name = cw_batch_alloc(c->scratch, field->name.n + 1);
	memcpy(name, field->name.p, field->name.n);
	name[field->name.n] = '\0';
	return cw_value_validate(field->schema, value, name, c->err);
}

static int to_struct(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
		     struct cw_value *out)
{
	const struct cw_value **members;
	struct cw_value *values;

	if (node->type != CW_MAP)
		return cw_error_set(c->err, CW_ERR_INVALID, "Structs should be encoded as JSON objects, but found %s",
				    cw_json_kind(node));
	members = match_fields(c, schema, node);
	values = cw_batch_alloc(c->memory, schema->n_fields * sizeof(*values));
	for (size_t i = 0; i < schema->n_fields; i++)
		if (cw_json_convert(c, schema->fields[i].schema, members[i], &values[i]) < 0 ||
		    validate_field(c, &schema->fields[i], &values[i]) < 0)
			return -1;
	*out = cw_value_struct(schema, values);
	return 0;
}

/* ---- values ---------------------------------------------------------------------------------- */

static int from_nothing(struct cw_json_conversion *c, const struct cw_schema *schema, struct cw_value *out)
{
	*out = cw_value_null();
	if (schema->default_value && c->replace_null_with_default)
		*out = *schema->default_value;
	else if (!schema->optional)
		return cw_error_set(c->err, CW_ERR_INVALID, "Invalid null value for required %s field",
				    cw_type_name_upper(schema->type));
	return 0;
}

/* What the JSON itself says it is. */
static int schemaless(struct cw_json_conversion *c, const struct cw_value *node, struct cw_value *out)
{
	switch ((enum cw_type)node->type) {
	case CW_ARRAY:
		return to_array(c, NULL, node, out);
	case CW_MAP:
		return to_string_map(c, NULL, NULL, node, out);
	case CW_JSON_NUMBER:
		*out = cw_json_schemaless_number(node);
		return 0;
	default:
		*out = *node;
		return 0;
	}
}

static int under_schema(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
			struct cw_value *out)
{
	if (!cw_json_logical(schema)) {
		if (schema->type == CW_ARRAY)
			return to_array(c, schema->value_schema, node, out);
		if (schema->type == CW_MAP)
			return to_map(c, schema, node, out);
		if (schema->type == CW_STRUCT)
			return to_struct(c, schema, node, out);
	}
	return cw_json_convert_scalar(c, schema, node, out);
}

int cw_json_convert(struct cw_json_conversion *conversion, const struct cw_schema *schema, const struct cw_value *node,
		    struct cw_value *out)
{
	int rc;

	if (!schema)
		return schemaless(conversion, node, out);
	if (!node || node->type == CW_NULL)
		rc = from_nothing(conversion, schema, out);
	else
		rc = under_schema(conversion, schema, node, out);
	out->schema = schema;
	return rc;
}
