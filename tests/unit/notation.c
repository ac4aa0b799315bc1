#include "notation.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

static _Noreturn void bad(const char *what, const char *text)
{
	fprintf(stderr, "notation: %s: %s\n", what, text);
	abort();
}

static const struct {
	const char *name;
	enum cw_type type;
} types[] = {
	{ "int8", CW_INT8 },       { "int16", CW_INT16 },     { "int32", CW_INT32 },   { "int64", CW_INT64 },
	{ "float32", CW_FLOAT32 }, { "float64", CW_FLOAT64 }, { "boolean", CW_BOOLEAN }, { "string", CW_STRING },
	{ "bytes", CW_BYTES },     { "array", CW_ARRAY },     { "map", CW_MAP },       { "struct", CW_STRUCT },
	{ "decimal", CW_DECIMAL }, { "date", CW_DATE },       { "timestamp", CW_TIMESTAMP }, { "time", CW_TIME },
};

static struct cw_slice copy(struct cw_batch *memory, const char *p, size_t n)
{
	char *to = cw_batch_alloc(memory, n + 1);

	memcpy(to, p, n);
	to[n] = '\0';
	return cw_slice(to, n);
}

static const char *type_name(enum cw_type type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return types[i].name;
	return "null";
}

/* ---- reading ------------------------------------------------------------------------------------ */

static const struct cw_schema *read_schema(struct cw_batch *memory, const char **p);
static struct cw_value from_json(struct cw_batch *memory, const json_t *json, const struct cw_schema *schema);

static void expect(const char **p, char c)
{
	if (**p != c)
		bad("something else expected", *p);
	(*p)++;
}

static enum cw_type read_type(const char **p)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t n = strlen(types[i].name);

		if (strncmp(*p, types[i].name, n) == 0) {
			*p += n;
			return types[i].type;
		}
	}
	bad("no type", *p);
}

static struct cw_schema *read_struct(struct cw_batch *memory, const char **p)
{
	struct cw_field *fields = cw_batch_alloc(memory, 64 * sizeof(*fields));
	struct cw_schema *schema = cw_schema_new(memory, CW_STRUCT);

	schema->fields = fields;
	expect(p, '{');
	while (**p != '}') {
		size_t n = strcspn(*p, ":");

		fields[schema->n_fields].name = copy(memory, *p, n);
		*p += n + 1;
		fields[schema->n_fields++].schema = read_schema(memory, p);
		if (**p == ',')
			(*p)++;
	}
	expect(p, '}');
	return schema;
}

static struct cw_schema *read_parts(struct cw_batch *memory, enum cw_type type, const char **p)
{
	struct cw_schema *schema;
	const struct cw_schema *key;
	char *end;

	switch (type) {
	case CW_STRUCT:
		return read_struct(memory, p);
	case CW_ARRAY:
		expect(p, '(');
		schema = cw_schema_array(memory, read_schema(memory, p));
		break;
	case CW_MAP:
		expect(p, '(');
		key = read_schema(memory, p);
		expect(p, ',');
		schema = cw_schema_map(memory, key, read_schema(memory, p));
		break;
	case CW_DECIMAL:
		expect(p, '(');
		schema = cw_schema_decimal(memory, (int32_t)strtol(*p, &end, 10), false);
		*p = end;
		break;
	default:
		return cw_schema_new(memory, type);
	}
	expect(p, ')');
	return schema;
}

static json_t *read_json(const char **p)
{
	json_error_t error;
	json_t *json = json_loadb(*p, strlen(*p), JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);

	if (!json)
		bad(error.text, *p);
	*p += error.position;
	return json;
}

static void read_default(struct cw_batch *memory, struct cw_schema *schema, const char **p)
{
	struct cw_value *value = cw_batch_alloc(memory, sizeof(*value));
	json_t *json = read_json(p);

	*value = from_json(memory, json, schema);
	json_decref(json);
	schema->default_value = value;
}

static const struct cw_schema *read_schema(struct cw_batch *memory, const char **p)
{
	struct cw_schema *schema = read_parts(memory, read_type(p), p);
	char *end;

	for (;;) {
		size_t n;

		switch (**p) {
		case '?':
			schema->optional = true;
			(*p)++;
			break;
		case '#':
			n = strcspn(*p, "?%={},() ");
			schema->name = copy(memory, *p + 1, n - 1);
			*p += n;
			break;
		case '%':
			schema->version = (int32_t)strtol(*p + 1, &end, 10);
			*p = end;
			break;
		case '=':
			(*p)++;
			read_default(memory, schema, p);
			break;
		default:
			return schema;
		}
	}
}

const struct cw_schema *cw_note_schema(struct cw_batch *memory, const char *text)
{
	return read_schema(memory, &text);
}

static struct cw_value scalar(struct cw_batch *memory, const json_t *json, enum cw_type type)
{
	switch (type) {
	case CW_STRING:
	case CW_BYTES: {
		struct cw_value v = cw_value_string(copy(memory, json_string_value(json), json_string_length(json)));

		v.type = (uint8_t)type;
		return v;
	}
	case CW_BOOLEAN: return cw_value_boolean(json_is_true(json));
	case CW_FLOAT32: return cw_value_float32((float)json_number_value(json));
	case CW_FLOAT64: return cw_value_float64(json_number_value(json));
	case CW_DECIMAL: return cw_value_decimal(cw_decimal_from_int64(memory, json_integer_value(json)), 0);
	default: return cw_value_integer(type, json_integer_value(json));
	}
}

static struct cw_value array_from(struct cw_batch *memory, const json_t *json, const struct cw_schema *schema)
{
	size_t n = json_array_size(json);
	struct cw_value *items = cw_batch_alloc(memory, n * sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = from_json(memory, json_array_get(json, i), schema ? schema->value_schema : NULL);
	return cw_value_array(items, n);
}

static struct cw_value map_from(struct cw_batch *memory, json_t *json, const struct cw_schema *schema)
{
	struct cw_entry *entries = cw_batch_alloc(memory, json_object_size(json) * sizeof(*entries));
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach(json, key, value) {
		entries[n].key = cw_value_string(copy(memory, key, strlen(key)));
		entries[n].key.schema = schema ? schema->key_schema : NULL;
		entries[n++].value = from_json(memory, value, schema ? schema->value_schema : NULL);
	}
	return cw_value_map(entries, n);
}

static struct cw_value struct_from(struct cw_batch *memory, const json_t *json, const struct cw_schema *schema)
{
	struct cw_value *items = cw_batch_alloc(memory, schema->n_fields * sizeof(*items));

	for (size_t i = 0; i < schema->n_fields; i++)
		items[i] = from_json(memory, json_object_get(json, schema->fields[i].name.p), schema->fields[i].schema);
	return cw_value_struct(schema, items);
}

static struct cw_value schemaless(struct cw_batch *memory, const json_t *json)
{
	const char *key;
	json_t *value;

	switch (json_typeof(json)) {
	case JSON_STRING: return scalar(memory, json, CW_STRING);
	case JSON_INTEGER: return scalar(memory, json, CW_INT64);
	case JSON_REAL: return scalar(memory, json, CW_FLOAT64);
	case JSON_TRUE:
	case JSON_FALSE: return scalar(memory, json, CW_BOOLEAN);
	case JSON_ARRAY: return array_from(memory, json, NULL);
	case JSON_OBJECT: break;
	default: return cw_value_null();
	}
	json_object_foreach((json_t *)(uintptr_t)json, key, value) {
		const char *name = key + 1;

		if (*key == '$')
			return scalar(memory, value, read_type(&name));
	}
	return map_from(memory, (json_t *)(uintptr_t)json, NULL);
}

static struct cw_value from_json(struct cw_batch *memory, const json_t *json, const struct cw_schema *schema)
{
	struct cw_value value;

	if (!schema)
		return schemaless(memory, json);
	if (!json || json_is_null(json))
		value = cw_value_null();
	else if (schema->type == CW_STRUCT)
		value = struct_from(memory, json, schema);
	else if (schema->type == CW_ARRAY)
		value = array_from(memory, json, schema);
	else if (schema->type == CW_MAP)
		value = map_from(memory, (json_t *)(uintptr_t)json, schema);
	else
		value = scalar(memory, json, (enum cw_type)schema->type);
	value.schema = schema;
	return value;
}

struct cw_value cw_note_value(struct cw_batch *memory, const char *text)
{
	const struct cw_schema *schema = NULL;
	struct cw_value value;
	json_t *json;

	if (*text == '@') {
		text++;
		schema = read_schema(memory, &text);
		expect(&text, ' ');
	}
	json = read_json(&text);
	value = from_json(memory, json, schema);
	json_decref(json);
	return value;
}

/* ---- printing ----------------------------------------------------------------------------------- */

static void print_value(struct cw_buf *out, const struct cw_value *value, bool typed);

static void print_text(struct cw_buf *out, struct cw_slice text)
{
	cw_buf_puts(out, "\"");
	cw_buf_json_escape(out, text.p ? text.p : "", text.n);
	cw_buf_puts(out, "\"");
}

static void print_scalar(struct cw_buf *out, const struct cw_value *value)
{
	char number[CW_DOUBLE_TEXT_MAX];

	switch ((enum cw_type)value->type) {
	case CW_STRING:
	case CW_BYTES: print_text(out, value->u.bytes); break;
	case CW_BOOLEAN: cw_buf_puts(out, value->u.boolean ? "true" : "false"); break;
	case CW_FLOAT32: cw_buf_append(out, number, cw_float_print(value->u.float32, number)); break;
	case CW_FLOAT64: cw_buf_append(out, number, cw_double_print(value->u.float64, number)); break;
	case CW_DECIMAL: cw_decimal_print(out, value->u.bytes, value->scale); break;
	default: cw_buf_printf(out, "%lld", (long long)value->u.integer); break;
	}
}

static void print_fields(struct cw_buf *out, const struct cw_value *value)
{
	for (size_t i = 0; i < value->u.array.n; i++) {
		if (i)
			cw_buf_puts(out, ",");
		print_text(out, value->schema->fields[i].name);
		cw_buf_puts(out, ":");
		print_value(out, &value->u.array.items[i], true);
	}
}

static void print_entries(struct cw_buf *out, const struct cw_value *value, bool typed)
{
	for (size_t i = 0; i < value->u.map.n; i++) {
		if (i)
			cw_buf_puts(out, ",");
		print_text(out, value->u.map.entries[i].key.u.bytes);
		cw_buf_puts(out, ":");
		print_value(out, &value->u.map.entries[i].value, typed);
	}
}

static bool is_plain(enum cw_type type)
{
	return type == CW_STRING || type == CW_BOOLEAN || type == CW_INT64 || type == CW_FLOAT64;
}

/* typed: the schema says what type it is. */
static void print_value(struct cw_buf *out, const struct cw_value *value, bool typed)
{
	switch ((enum cw_type)value->type) {
	case CW_NULL: cw_buf_puts(out, "null"); return;
	case CW_STRUCT:
		cw_buf_puts(out, "{");
		print_fields(out, value);
		cw_buf_puts(out, "}");
		return;
	case CW_MAP:
		cw_buf_puts(out, "{");
		print_entries(out, value, typed);
		cw_buf_puts(out, "}");
		return;
	case CW_ARRAY:
		cw_buf_puts(out, "[");
		for (size_t i = 0; i < value->u.array.n; i++) {
			if (i)
				cw_buf_puts(out, ",");
			print_value(out, &value->u.array.items[i], typed);
		}
		cw_buf_puts(out, "]");
		return;
	default: break;
	}
	if (!typed && !is_plain((enum cw_type)value->type))
		cw_buf_printf(out, "{\"$%s\":", type_name((enum cw_type)value->type));
	print_scalar(out, value);
	if (!typed && !is_plain((enum cw_type)value->type))
		cw_buf_puts(out, "}");
}

static void print_parts(struct cw_buf *out, const struct cw_schema *schema)
{
	switch ((enum cw_type)schema->type) {
	case CW_STRUCT:
		cw_buf_puts(out, "{");
		for (size_t i = 0; i < schema->n_fields; i++) {
			cw_buf_printf(out, "%s%.*s:", i ? "," : "", (int)schema->fields[i].name.n,
				      schema->fields[i].name.p);
			cw_note_print_schema(out, schema->fields[i].schema);
		}
		cw_buf_puts(out, "}");
		break;
	case CW_ARRAY:
		cw_buf_puts(out, "(");
		cw_note_print_schema(out, schema->value_schema);
		cw_buf_puts(out, ")");
		break;
	case CW_MAP:
		cw_buf_puts(out, "(");
		cw_note_print_schema(out, schema->key_schema);
		cw_buf_puts(out, ",");
		cw_note_print_schema(out, schema->value_schema);
		cw_buf_puts(out, ")");
		break;
	case CW_DECIMAL:
		cw_buf_printf(out, "(%.*s)", (int)cw_schema_parameter(schema, CW_DECIMAL_SCALE).n,
			      cw_schema_parameter(schema, CW_DECIMAL_SCALE).p);
		break;
	default: break;
	}
}

void cw_note_print_schema(struct cw_buf *out, const struct cw_schema *schema)
{
	bool logical = cw_type_physical((enum cw_type)schema->type) != (enum cw_type)schema->type;

	cw_buf_puts(out, type_name((enum cw_type)schema->type));
	print_parts(out, schema);
	if (schema->name.n && !logical)
		cw_buf_printf(out, "#%.*s", (int)schema->name.n, schema->name.p);
	if (schema->version && !logical)
		cw_buf_printf(out, "%%%d", schema->version);
	if (schema->optional)
		cw_buf_puts(out, "?");
	if (schema->default_value) {
		cw_buf_puts(out, "=");
		print_value(out, schema->default_value, true);
	}
}

void cw_note_print(struct cw_buf *out, const struct cw_value *value)
{
	if (value->schema) {
		cw_buf_puts(out, "@");
		cw_note_print_schema(out, value->schema);
		cw_buf_puts(out, " ");
	}
	print_value(out, value, value->schema != NULL);
}
