#include "convert/json_schema_data.h"

#include <strings.h>

#include "convert/json_convert.h"
#include "convert/json_write.h"
#include "convert/map_unique.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

/* ---- writing ------------------------------------------------------------------------------------ */

struct writer {
	const struct cw_json_schema_config *config;
	struct cw_json_style style;
	struct cw_buf *out;
	unsigned depth;
	struct cw_error *err;
};

static int write_value(struct writer *w, const struct cw_schema *schema, const struct cw_value *value);

/* The default value where it stands for a null. */
static const struct cw_value *or_default(const struct writer *w, const struct cw_schema *schema,
					 const struct cw_value *value)
{
	return value->type == CW_NULL && schema->default_value && !w->config->registry.ignore_default_for_nullables
		       ? schema->default_value
		       : value;
}

static int misfit(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	return cw_error_set(w->err, CW_ERR_INVALID, "Invalid type for %s: %s", cw_type_name_upper(schema->type),
			    cw_value_java_class(value));
}

static int write_array(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	cw_buf_puts(w->out, "[");
	for (size_t i = 0; i < value->u.array.n; i++) {
		cw_buf_puts(w->out, i ? "," : "");
		if (write_value(w, schema->value_schema, &value->u.array.items[i]))
			return -1;
	}
	cw_buf_puts(w->out, "]");
	return 0;
}

static int write_entry(struct writer *w, const struct cw_schema *schema, const struct cw_entry *entry, bool object)
{
	if (object && entry->key.type != CW_STRING)
		return cw_error_set(w->err, CW_ERR_INVALID, "Invalid type for STRING: %s",
				    entry->key.type == CW_NULL ? "null" : cw_value_java_class(&entry->key));
	cw_buf_puts(w->out, object ? "" : "{\"key\":");
	if (write_value(w, schema->key_schema, &entry->key))
		return -1;
	cw_buf_puts(w->out, object ? ":" : ",\"value\":");
	if (write_value(w, schema->value_schema, &entry->value))
		return -1;
	cw_buf_puts(w->out, object ? "" : "}");
	return 0;
}

static int write_map(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	bool object = schema->key_schema->type == CW_STRING && !schema->key_schema->optional;

	cw_buf_puts(w->out, object ? "{" : "[");
	for (size_t i = 0; i < value->u.map.n; i++) {
		cw_buf_puts(w->out, i ? "," : "");
		if (write_entry(w, schema, &value->u.map.entries[i], object))
			return -1;
	}
	cw_buf_puts(w->out, object ? "}" : "]");
	return 0;
}

/* A field that is null and not optional is left out. */
static int write_struct(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	bool any = false;

	cw_buf_puts(w->out, "{");
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct cw_field *field = &schema->fields[i];
		const struct cw_value *v = or_default(w, field->schema, &value->u.array.items[i]);

		if (v->type == CW_NULL && !field->schema->optional)
			continue;
		cw_buf_puts(w->out, any ? "," : "");
		cw_json_write_string(w->out, field->name);
		cw_buf_puts(w->out, ":");
		if (write_value(w, field->schema, v))
			return -1;
		any = true;
	}
	cw_buf_puts(w->out, "}");
	return 0;
}

/* The one field that is set. */
static int write_union(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct cw_value *v = or_default(w, schema->fields[i].schema, &value->u.array.items[i]);

		if (v->type != CW_NULL)
			return write_value(w, schema->fields[i].schema, v);
	}
	cw_buf_puts(w->out, "null");
	return 0;
}

static int write_container(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	if (schema->type == CW_ARRAY)
		return write_array(w, schema, value);
	if (schema->type == CW_MAP)
		return write_map(w, schema, value);
	if (value->u.array.n != schema->n_fields)
		return cw_error_set(w->err, CW_ERR_INVALID, "Mismatching schema.");
	return cw_json_schema_is_union(schema) ? write_union(w, schema, value) : write_struct(w, schema, value);
}

static int write_value(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	struct cw_value scalar;
	int rc;

	value = or_default(w, schema, value);
	if (value->type == CW_NULL) {
		cw_buf_puts(w->out, "null");
		return 0;
	}
	if (schema->type < CW_ARRAY || schema->type > CW_STRUCT) {
		if (value->type != schema->type)
			return misfit(w, schema, value);
		scalar = *value;
		scalar.schema = schema;
		return cw_json_write(w->out, &scalar, &w->style, w->depth, w->err);
	}
	if (value->type != schema->type)
		return misfit(w, schema, value);
	if (w->depth == CW_JSON_DEPTH_MAX)
		return cw_error_set(w->err, CW_ERR_INVALID, "more than %u levels of nesting", CW_JSON_DEPTH_MAX);
	w->depth++;
	rc = write_container(w, schema, value);
	w->depth--;
	return rc;
}

int cw_json_schema_write(const struct cw_json_schema_config *config, const struct cw_value *value, struct cw_buf *out,
			 struct cw_error *err)
{
	struct writer w = { .config = config, .out = out, .err = err };

	w.style.numeric_decimals = strcasecmp(config->decimal_format, "NUMERIC") == 0;
	return write_value(&w, value->schema, value);
}

/* ---- reading ------------------------------------------------------------------------------------ */

struct reader {
	struct cw_batch *batch;
	struct cw_json_index *names;
	struct cw_json_conversion scalars;
	struct cw_error *err;
};

static int convert(struct reader *r, const struct cw_schema *schema, const struct cw_value *node, struct cw_value *out);

static int convert_array(struct reader *r, const struct cw_schema *schema, const struct cw_value *node,
			 struct cw_value *out)
{
	size_t n = node->type == CW_ARRAY ? node->u.array.n : 0;
	struct cw_value *items = cw_batch_alloc(r->batch, n * sizeof(*items));

	for (size_t i = 0; i < n; i++)
		if (convert(r, schema->value_schema, &node->u.array.items[i], &items[i]))
			return -1;
	*out = cw_value_array(items, n);
	out->schema = schema;
	return 0;
}

static int convert_object(struct reader *r, const struct cw_schema *schema, const struct cw_value *node,
			  struct cw_value *out)
{
	struct cw_entry *entries;

	if (node->type != CW_MAP)
		return cw_error_set(r->err, CW_ERR_INVALID,
				    "Maps with string fields should be encoded as JSON objects, but found %s",
				    cw_json_kind(node));
	entries = cw_batch_alloc(r->batch, node->u.map.n * sizeof(*entries));
	for (size_t i = 0; i < node->u.map.n; i++) {
		entries[i].key = node->u.map.entries[i].key;
		entries[i].key.schema = schema->key_schema;
		if (convert(r, schema->value_schema, &node->u.map.entries[i].value, &entries[i].value))
			return -1;
	}
	*out = cw_value_map(entries, node->u.map.n);
	out->schema = schema;
	return 0;
}

static int convert_entries(struct reader *r, const struct cw_schema *schema, const struct cw_value *node,
			   struct cw_value *out)
{
	struct cw_entry *entries;

	if (node->type != CW_ARRAY)
		return cw_error_set(r->err, CW_ERR_INVALID,
				    "Maps with non-string fields should be encoded as JSON array of "
				    "objects, but found %s",
				    cw_json_kind(node));
	entries = cw_batch_alloc(r->batch, node->u.array.n * sizeof(*entries));
	for (size_t i = 0; i < node->u.array.n; i++) {
		const struct cw_value *entry = &node->u.array.items[i];

		if (entry->type != CW_MAP)
			return cw_error_set(r->err, CW_ERR_INVALID, "Found invalid map entry instead of object: %s",
					    cw_json_kind(entry));
		if (entry->u.map.n != 2)
			return cw_error_set(r->err, CW_ERR_INVALID,
					    "Found invalid map entry, expected length 2 but found :%zu",
					    entry->u.map.n);
		if (convert(r, schema->key_schema, cw_json_member(entry, "key"), &entries[i].key) ||
		    convert(r, schema->value_schema, cw_json_member(entry, "value"), &entries[i].value))
			return -1;
	}
	*out = cw_value_map(entries, cw_map_unique(r->batch, entries, node->u.array.n));
	out->schema = schema;
	return 0;
}

/* The members of an object for the fields of a struct, NULL where it has none; the last call's index is forgotten. */
static const struct cw_value **find_members(struct reader *r, const struct cw_schema *schema,
					    const struct cw_value *node)
{
	const struct cw_value **found = cw_batch_alloc(r->batch, schema->n_fields * sizeof(struct cw_value *));
	const struct cw_entry *entries = node->u.map.entries;
	size_t n = node->u.map.n;

	cw_json_index_begin(r->names, n);
	for (size_t i = 0; i < n && n > CW_JSON_FEW; i++)
		cw_json_index_add(r->names, entries[i].key.u.bytes, i);
	for (size_t i = 0; i < schema->n_fields; i++) {
		struct cw_slice name = schema->fields[i].name;
		size_t at = i;

		if (at >= n || !cw_slice_equal(entries[at].key.u.bytes, name)) {
			if (n > CW_JSON_FEW)
				at = cw_json_index_find(r->names, name);
			else
				for (at = 0; at < n && !cw_slice_equal(entries[at].key.u.bytes, name);)
					at++;
		}
		found[i] = at < n ? &entries[at].value : NULL;
	}
	return found;
}

static int convert_struct(struct reader *r, const struct cw_schema *schema, const struct cw_value *node,
			  struct cw_value *out)
{
	struct cw_value *fields;
	const struct cw_value **members;

	if (node->type != CW_MAP)
		return cw_error_set(r->err, CW_ERR_INVALID, "Structs should be encoded as JSON objects, but found %s",
				    cw_json_kind(node));
	fields = cw_batch_alloc(r->batch, schema->n_fields * sizeof(*fields));
	members = find_members(r, schema, node);
	for (size_t i = 0; i < schema->n_fields; i++)
		if (convert(r, schema->fields[i].schema, members[i], &fields[i]))
			return -1;
	*out = cw_value_struct(schema, fields);
	return 0;
}

/* Whether a value of a type that has no fields is of the schema's. */
static bool is_instance(const struct cw_schema *schema, const struct cw_value *node)
{
	switch (cw_type_physical(schema->type)) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64: return node->type == CW_INT64 || (node->type == CW_JSON_NUMBER && !node->scale);
	case CW_FLOAT32:
	case CW_FLOAT64: return node->type == CW_INT64 || node->type == CW_JSON_NUMBER;
	case CW_BOOLEAN: return node->type == CW_BOOLEAN;
	case CW_STRING: return node->type == CW_STRING;
	case CW_ARRAY: return node->type == CW_ARRAY;
	case CW_MAP: return node->type == CW_MAP || node->type == CW_ARRAY;
	default: return false; /* bytes are no type of JSON, structs are compared by their fields */
	}
}

/* How many names a struct and an object have in common, those in what they contain too. */
static size_t count_matching(struct reader *r, const struct cw_schema *schema, const struct cw_value *node)
{
	const struct cw_value **members;
	size_t n = 0;

	if (schema->type != CW_STRUCT || node->type != CW_MAP)
		return 0;
	members = find_members(r, schema, node);
	for (size_t i = 0; i < schema->n_fields; i++)
		if (members[i])
			n += 1 + count_matching(r, schema->fields[i].schema, members[i]);
	return n;
}

static int convert_union(struct reader *r, const struct cw_schema *schema, const struct cw_value *node,
			 struct cw_value *out)
{
	struct cw_value *fields = cw_batch_alloc(r->batch, schema->n_fields * sizeof(*fields));
	size_t place = schema->n_fields, most = 0;

	for (size_t i = 0; i < schema->n_fields; i++) {
		size_t matching;

		fields[i] = cw_value_null_of(schema->fields[i].schema);
		if (most == SIZE_MAX)
			continue;
		matching = is_instance(schema->fields[i].schema, node)
				   ? SIZE_MAX
				   : count_matching(r, schema->fields[i].schema, node);
		if (matching > most) {
			most = matching;
			place = i;
		}
	}
	if (place == schema->n_fields)
		return cw_error_set(r->err, CW_ERR_INVALID, "Did not find matching oneof field for data");
	if (convert(r, schema->fields[place].schema, node, &fields[place]))
		return -1;
	*out = cw_value_struct(schema, fields);
	return 0;
}

/* node is NULL where there is nothing. */
static int convert(struct reader *r, const struct cw_schema *schema, const struct cw_value *node, struct cw_value *out)
{
	if (!node || node->type == CW_NULL) {
		if (!schema->default_value && node && !schema->optional)
			return cw_error_set(r->err, CW_ERR_INVALID, "Invalid null value for required %s field",
					    cw_type_name_upper(schema->type));
		*out = schema->default_value ? *schema->default_value : cw_value_null();
		out->schema = schema;
		return 0;
	}
	switch ((enum cw_type)schema->type) {
	case CW_ARRAY: return convert_array(r, schema, node, out);
	case CW_MAP:
		return schema->key_schema->type == CW_STRING && !schema->key_schema->optional
			       ? convert_object(r, schema, node, out)
			       : convert_entries(r, schema, node, out);
	case CW_STRUCT:
		return cw_json_schema_is_union(schema) ? convert_union(r, schema, node, out)
						       : convert_struct(r, schema, node, out);
	default: break;
	}
	if (cw_json_convert_scalar(&r->scalars, schema, node, out))
		return -1;
	out->schema = schema;
	return 0;
}

void cw_json_schema_reader_init(struct cw_json_schema_reader *reader)
{
	memset(reader, 0, sizeof(*reader));
	cw_json_reader_init(&reader->json);
	reader->names.seed = reader->json.names.seed;
}

void cw_json_schema_reader_free(struct cw_json_schema_reader *reader)
{
	cw_json_reader_free(&reader->json);
	cw_json_index_free(&reader->names);
}

int cw_json_schema_read(struct cw_json_schema_reader *reader, const struct cw_schema *schema, struct cw_batch *batch,
			struct cw_slice text, struct cw_value *out, struct cw_error *err)
{
	struct cw_json_reader *json = &reader->json;
	struct reader r = { .batch = batch, .names = &reader->names, .err = err };
	struct cw_value node;

	r.scalars =
		(struct cw_json_conversion){ .memory = batch, .scratch = batch, .names = &reader->names, .err = err };
	if (cw_json_open(json, batch, batch, true, text) || cw_json_read_value(json, &node))
		return cw_error_set(err, CW_ERR_INVALID, "Error deserializing JSON message: %s at byte %zu", json->what,
				    json->at);
	return convert(&r, schema, &node, out);
}
