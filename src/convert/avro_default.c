/* Default values: JSON in an Avro schema, values in Connect's. */
#include "convert/avro_data.h"
#include "data/schema.h"
#include "data/value.h"

#define DEPTH_MAX 100
#define VALUES_MAX 100000

/* A record's default value may hold that record again, several times and without end. */
struct maker {
	struct cw_batch *memory;
	int depth, made;
};

static int make(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
		const json_t *json, struct cw_value *out, struct cw_error *err);

static int misfit(const struct cw_schema *schema, struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_INVALID, "Invalid default value for %s", cw_type_name_upper(schema->type));
}

/* Each character of the text is a byte. */
static int bytes_of(struct cw_batch *memory, const json_t *json, struct cw_slice *out)
{
	const char *text = json_string_value(json);
	size_t n = json_string_length(json), length = 0;
	char *p = cw_batch_alloc(memory, n + 1);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x80) {
			if ((c != 0xC2 && c != 0xC3) || i + 1 == n)
				return -1;
			c = (unsigned char)((c << 6) | ((unsigned char)text[++i] & 0x3F));
		}
		p[length++] = (char)c;
	}
	*out = cw_slice(p, length);
	return 0;
}

static int default_array(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
			 const json_t *json, struct cw_value *out, struct cw_error *err)
{
	size_t n = json_array_size(json);
	struct cw_value *items = cw_batch_alloc(maker->memory, n * sizeof(*items));

	if (!json_is_array(json) || schema->type != CW_ARRAY)
		return misfit(schema, err);
	for (size_t i = 0; i < n; i++)
		if (make(maker, avro->items, schema->value_schema, json_array_get(json, i), &items[i], err))
			return -1;
	*out = cw_value_array(items, n);
	out->schema = schema;
	return 0;
}

/* A map with other than string keys: a list of lists of two in connect.default, of objects with key and value in Avro.
 */
static int default_entries(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
			   const json_t *json, struct cw_value *out, struct cw_error *err)
{
	const struct cw_avro_schema *entry = avro->items;
	size_t n = json_array_size(json);
	struct cw_entry *entries = cw_batch_alloc(maker->memory, n * sizeof(*entries));

	if (!json_is_array(json) || entry->type != CW_AVRO_RECORD || entry->n_fields != 2)
		return misfit(schema, err);
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(json, i);
		bool object = json_is_object(item);
		const json_t *key = object ? json_object_get(item, "key") : json_array_get(item, 0);
		const json_t *value = object ? json_object_get(item, "value") : json_array_get(item, 1);

		if (make(maker, entry->fields[0].schema, schema->key_schema, key, &entries[i].key, err) ||
		    make(maker, entry->fields[1].schema, schema->value_schema, value, &entries[i].value, err))
			return -1;
	}
	*out = cw_value_map(entries, n);
	out->schema = schema;
	return 0;
}

static int default_map(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
		       const json_t *json, struct cw_value *out, struct cw_error *err)
{
	size_t n = 0;
	struct cw_entry *entries = cw_batch_alloc(maker->memory, json_object_size(json) * sizeof(*entries));
	const char *key;
	json_t *value;

	if (!json_is_object(json) || schema->type != CW_MAP)
		return misfit(schema, err);
	json_object_foreach((json_t *)(uintptr_t)json, key, value)
	{
		size_t length = strlen(key);
		char *copy = cw_batch_alloc(maker->memory, length + 1);

		memcpy(copy, key, length + 1);
		entries[n].key = cw_value_string(cw_slice(copy, length));
		entries[n].key.schema = schema->key_schema;
		if (make(maker, avro->items, schema->value_schema, value, &entries[n].value, err))
			return -1;
		n++;
	}
	*out = cw_value_map(entries, n);
	out->schema = schema;
	return 0;
}

/* A field that the JSON lacks has the default value of its own. */
static int default_record(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
			  const json_t *json, struct cw_value *out, struct cw_error *err)
{
	struct cw_value *fields = cw_batch_alloc(maker->memory, schema->n_fields * sizeof(*fields));

	if (!json_is_object(json) || schema->type != CW_STRUCT || schema->n_fields != avro->n_fields)
		return misfit(schema, err);
	for (size_t i = 0; i < avro->n_fields; i++) {
		const struct cw_slice *name = &avro->fields[i].name;
		const json_t *member = json_object_getn(json, name->p, name->n);

		if (!member)
			member = avro->fields[i].default_value;
		if (make(maker, avro->fields[i].schema, schema->fields[i].schema, member, &fields[i], err))
			return -1;
	}
	*out = cw_value_struct(schema, fields);
	return 0;
}

static int default_union(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
			 const json_t *json, struct cw_value *out, struct cw_error *err)
{
	const struct cw_avro_schema *only = cw_avro_nullable(avro);
	struct cw_value *fields;
	size_t place = 0;

	if (!cw_avro_is_union(schema)) {
		if (!only && avro->n_members == 1)
			only = avro->members[0];
		return only ? make(maker, only, schema, json, out, err) : misfit(schema, err);
	}
	fields = cw_batch_alloc(maker->memory, schema->n_fields * sizeof(*fields));
	for (size_t i = 0; i < schema->n_fields; i++)
		fields[i] = cw_value_null_of(schema->fields[i].schema);
	for (size_t i = 0; i < avro->n_members; i++) {
		if (avro->members[i]->type == CW_AVRO_NULL)
			continue;
		if (place < schema->n_fields &&
		    make(maker, avro->members[i], schema->fields[place].schema, json, &fields[place], NULL) == 0) {
			*out = cw_value_struct(schema, fields);
			return 0;
		}
		place++;
	}
	return misfit(schema, err);
}

static int default_number(const struct cw_avro_schema *avro, const struct cw_schema *schema, const json_t *json,
			  struct cw_value *out, struct cw_error *err)
{
	json_int_t n = json_integer_value(json);

	if (avro->type == CW_AVRO_INT || avro->type == CW_AVRO_LONG) {
		if (!json_is_integer(json) || (avro->type == CW_AVRO_INT && (n < INT32_MIN || n > INT32_MAX)))
			return misfit(schema, err);
		return cw_avro_integer(schema, n, out, err);
	}
	if (!json_is_number(json))
		return misfit(schema, err);
	*out = schema->type == CW_FLOAT32 ? cw_value_float32((float)json_number_value(json))
					  : cw_value_float64(json_number_value(json));
	out->schema = schema;
	return 0;
}

static int default_text(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
			const json_t *json, struct cw_value *out, struct cw_error *err)
{
	struct cw_slice bytes;
	int32_t scale = 0;

	if (!json_is_string(json))
		return misfit(schema, err);
	if (avro->type == CW_AVRO_STRING || avro->type == CW_AVRO_ENUM) {
		if (schema->type != CW_STRING)
			return misfit(schema, err);
		*out = cw_value_string(cw_avro_text(maker->memory, json));
		out->schema = schema;
		return 0;
	}
	if (cw_type_physical(schema->type) != CW_BYTES || bytes_of(maker->memory, json, &bytes))
		return misfit(schema, err);
	if (schema->type == CW_DECIMAL && cw_avro_scale(schema, &scale, err))
		return -1;
	return cw_avro_bytes(schema, scale, bytes, out, err);
}

static int make_by_type(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
			const json_t *json, struct cw_value *out, struct cw_error *err)
{
	if (json_is_null(json)) {
		*out = cw_value_null_of(schema);
		return schema->optional ? 0 : misfit(schema, err);
	}
	switch (avro->type) {
	case CW_AVRO_BOOLEAN:
		if (!json_is_boolean(json) || schema->type != CW_BOOLEAN)
			return misfit(schema, err);
		*out = cw_value_boolean(json_is_true(json));
		out->schema = schema;
		return 0;
	case CW_AVRO_INT:
	case CW_AVRO_LONG:
	case CW_AVRO_FLOAT:
	case CW_AVRO_DOUBLE: return default_number(avro, schema, json, out, err);
	case CW_AVRO_BYTES:
	case CW_AVRO_STRING:
	case CW_AVRO_ENUM:
	case CW_AVRO_FIXED: return default_text(maker, avro, schema, json, out, err);
	case CW_AVRO_ARRAY:
		return schema->type == CW_MAP ? default_entries(maker, avro, schema, json, out, err)
					      : default_array(maker, avro, schema, json, out, err);
	case CW_AVRO_MAP: return default_map(maker, avro, schema, json, out, err);
	case CW_AVRO_RECORD: return default_record(maker, avro, schema, json, out, err);
	case CW_AVRO_UNION: return default_union(maker, avro, schema, json, out, err);
	case CW_AVRO_NULL: break;
	}
	return misfit(schema, err);
}

static int make(struct maker *maker, const struct cw_avro_schema *avro, const struct cw_schema *schema,
		const json_t *json, struct cw_value *out, struct cw_error *err)
{
	int rc;

	if (maker->depth == DEPTH_MAX || maker->made == VALUES_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "a default value has no end");
	maker->made++;
	maker->depth++;
	rc = make_by_type(maker, avro, schema, json, out, err);
	maker->depth--;
	return rc;
}

int cw_avro_default(struct cw_batch *memory, const struct cw_avro_schema *avro, const struct cw_schema *schema,
		    const json_t *json, struct cw_value *out, struct cw_error *err)
{
	struct maker maker = { .memory = memory };

	return make(&maker, avro, schema, json, out, err);
}
