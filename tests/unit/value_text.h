/*
 * value_text - values with their schemas as short texts, for the tables of tests.
 *
 *   int8:5                      schemaless             string!:x     with a required schema, string?:x an optional one
 *   int8?:~  null:              nulls                  int8!(7):~    of a schema with a default value
 *   decimal:12345/2             unscaled, scale        bytes:cafe    hexadecimal
 *   map{a=int64:1,b=string:x}   array[int64:1]         struct!{a=int8?:5}
 *
 * A text ends before "," "}" and "]"; these cannot be in one. struct!<name.of:3>{…} has a name and a version.
 */
#ifndef CW_TESTS_VALUE_TEXT_H
#define CW_TESTS_VALUE_TEXT_H

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

#define VALUE_TEXT_FIELDS 32

static const char *const value_text_types[] = {
	[CW_NULL] = "null",       [CW_INT8] = "int8",       [CW_INT16] = "int16",     [CW_INT32] = "int32",
	[CW_INT64] = "int64",     [CW_FLOAT32] = "float32", [CW_FLOAT64] = "float64", [CW_BOOLEAN] = "boolean",
	[CW_STRING] = "string",   [CW_BYTES] = "bytes",     [CW_ARRAY] = "array",     [CW_MAP] = "map",
	[CW_STRUCT] = "struct",   [CW_DECIMAL] = "decimal", [CW_DATE] = "date",       [CW_TIME] = "time",
	[CW_TIMESTAMP] = "timestamp",
};

static struct cw_value value_text_read(struct cw_batch *memory, const char **p);

static enum cw_type value_text_type(const char **p)
{
	size_t n = strcspn(*p, ":!?{[(<");

	for (size_t i = 0; i < sizeof(value_text_types) / sizeof(*value_text_types); i++)
		if (strlen(value_text_types[i]) == n && memcmp(value_text_types[i], *p, n) == 0) {
			*p += n;
			return (enum cw_type)i;
		}
	fprintf(stderr, "no type: %s\n", *p);
	abort();
}

static struct cw_slice value_text_bytes(struct cw_batch *memory, struct cw_slice hex)
{
	char *p = cw_batch_alloc(memory, hex.n / 2 + 1), digits[3] = { 0 };

	for (size_t i = 0; i < hex.n / 2; i++) {
		memcpy(digits, hex.p + 2 * i, 2);
		p[i] = (char)strtol(digits, NULL, 16);
	}
	return cw_slice(p, hex.n / 2);
}

static struct cw_value value_text_scalar(struct cw_batch *memory, enum cw_type type, struct cw_slice text)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%.*s", (int)text.n, text.p);
	switch (type) {
	case CW_NULL: return cw_value_null();
	case CW_FLOAT32: return cw_value_float32(strtof(copy, NULL));
	case CW_FLOAT64: return cw_value_float64(strtod(copy, NULL));
	case CW_BOOLEAN: return cw_value_boolean(strcmp(copy, "true") == 0);
	case CW_STRING: return cw_value_string(text);
	case CW_BYTES: return cw_value_bytes(value_text_bytes(memory, text));
	case CW_DECIMAL:
		return cw_value_decimal(cw_decimal_from_int64(memory, strtoll(copy, NULL, 10)),
					(int32_t)strtol(strchr(copy, '/') + 1, NULL, 10));
	default: return cw_value_integer(type, strtoll(copy, NULL, 10));
	}
}

static struct cw_slice value_text_until(const char **p, const char *ends)
{
	struct cw_slice text = cw_slice(*p, strcspn(*p, ends));

	*p += text.n;
	return text;
}

/* "!(default)<name:version>" */
static struct cw_schema *value_text_schema(struct cw_batch *memory, enum cw_type type, const char **p)
{
	struct cw_schema *schema;

	if (**p != '!' && **p != '?')
		return NULL;
	schema = type == CW_DECIMAL ? cw_schema_decimal(memory, 2, false) : cw_schema_new(memory, type);
	schema->optional = *(*p)++ == '?';
	if (**p == '(') {
		struct cw_value *value = cw_batch_alloc(memory, sizeof(*value));
		struct cw_slice text;

		++*p;
		text = value_text_until(p, ")");
		++*p;
		*value = value_text_scalar(memory, type, text);
		value->schema = schema;
		schema->default_value = value;
	}
	if (**p == '<') {
		++*p;
		schema->name = value_text_until(p, ":");
		schema->version = (int32_t)strtol(*p + 1, (char **)p, 10);
		++*p;
	}
	return schema;
}

static struct cw_value value_text_struct(struct cw_batch *memory, struct cw_schema *schema, const char **p)
{
	struct cw_field *fields = cw_batch_alloc(memory, VALUE_TEXT_FIELDS * sizeof(*fields));
	struct cw_value *values = cw_batch_alloc(memory, VALUE_TEXT_FIELDS * sizeof(*values));
	size_t n = 0;

	for (++*p; **p != '}'; n++) {
		assert(n < VALUE_TEXT_FIELDS);
		*p += **p == ',';
		fields[n].name = value_text_until(p, "=");
		++*p;
		values[n] = value_text_read(memory, p);
		fields[n].schema = values[n].schema;
	}
	++*p;
	schema->fields = fields;
	schema->n_fields = n;
	return cw_value_struct(schema, values);
}

static struct cw_value value_text_map(struct cw_batch *memory, const char **p)
{
	struct cw_entry *entries = cw_batch_alloc(memory, VALUE_TEXT_FIELDS * sizeof(*entries));
	size_t n = 0;

	for (++*p; **p != '}'; n++) {
		assert(n < VALUE_TEXT_FIELDS);
		*p += **p == ',';
		entries[n].key = cw_value_string(value_text_until(p, "="));
		++*p;
		entries[n].value = value_text_read(memory, p);
	}
	++*p;
	return cw_value_map(entries, n);
}

static struct cw_value value_text_array(struct cw_batch *memory, const char **p)
{
	struct cw_value *items = cw_batch_alloc(memory, VALUE_TEXT_FIELDS * sizeof(*items));
	size_t n = 0;

	for (++*p; **p != ']'; n++) {
		assert(n < VALUE_TEXT_FIELDS);
		*p += **p == ',';
		items[n] = value_text_read(memory, p);
	}
	++*p;
	return cw_value_array(items, n);
}

static struct cw_value value_text_read(struct cw_batch *memory, const char **p)
{
	enum cw_type type = value_text_type(p);
	struct cw_schema *schema = value_text_schema(memory, type, p);
	struct cw_value value;
	struct cw_slice text;

	if (**p == '{' && type == CW_STRUCT)
		return value_text_struct(memory, schema, p);
	if (**p == '{' || **p == '[') {
		value = type == CW_MAP ? value_text_map(memory, p) : value_text_array(memory, p);
		if (schema && value.u.array.n)
			schema->value_schema = type == CW_MAP ? value.u.map.entries[0].value.schema :
								value.u.array.items[0].schema;
		if (schema && type == CW_MAP)
			schema->key_schema = cw_schema_of(CW_STRING, false);
	} else {
		++*p;
		text = value_text_until(p, ",}]");
		value = text.n == 1 && text.p[0] == '~' ? cw_value_null() : value_text_scalar(memory, type, text);
	}
	value.schema = schema;
	return value;
}

/* The text lives as long as the value. */
static inline struct cw_value value_text_parse(struct cw_batch *memory, const char *text)
{
	return value_text_read(memory, &text);
}

static void value_text_append(struct cw_buf *out, const struct cw_value *value);

static void value_text_append_fields(struct cw_buf *out, const struct cw_value *value)
{
	size_t n = value->type == CW_MAP ? value->u.map.n : value->u.array.n;
	struct cw_slice name = { "", 0 };

	cw_buf_puts(out, value->type == CW_ARRAY ? "[" : "{");
	for (size_t i = 0; i < n; i++) {
		if (i)
			cw_buf_puts(out, ",");
		if (value->type != CW_ARRAY)
			name = value->type == CW_MAP ? value->u.map.entries[i].key.u.bytes : value->schema->fields[i].name;
		cw_buf_append(out, name.p, name.n);
		if (value->type != CW_ARRAY)
			cw_buf_puts(out, "=");
		value_text_append(out, value->type == CW_MAP ? &value->u.map.entries[i].value :
							       &value->u.array.items[i]);
		/* The schema of a field is the one that its struct gives it. */
		if (value->type == CW_STRUCT &&
		    !cw_schema_equal(value->u.array.items[i].schema, value->schema->fields[i].schema))
			cw_buf_puts(out, "(not its schema)");
	}
	cw_buf_puts(out, value->type == CW_ARRAY ? "]" : "}");
}

static void value_text_append_scalar(struct cw_buf *out, const struct cw_value *value)
{
	switch ((enum cw_type)value->type) {
	case CW_BYTES:
		for (size_t i = 0; i < value->u.bytes.n; i++)
			cw_buf_printf(out, "%02x", (unsigned char)value->u.bytes.p[i]);
		return;
	case CW_DECIMAL:
		cw_buf_printf(out, "%" PRId64 "/%d", cw_decimal_to_int64(value->u.bytes, 0), (int)value->scale);
		return;
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP:
		cw_buf_printf(out, "%" PRId64, value->u.integer);
		return;
	case CW_NULL:
		cw_buf_puts(out, value->schema ? "~" : "");
		return;
	default:
		cw_value_print(out, value);
	}
}

/* What the schema says that the value does not: a default, a name, another type. */
static void value_text_append_schema(struct cw_buf *out, const struct cw_value *value)
{
	const struct cw_schema *schema = value->schema;

	cw_buf_puts(out, schema->optional ? "?" : "!");
	if (schema->default_value) {
		cw_buf_puts(out, "(");
		value_text_append_scalar(out, schema->default_value);
		cw_buf_puts(out, ")");
	}
	if (value->type != CW_NULL && schema->type != value->type)
		cw_buf_printf(out, "(as %s)", value_text_types[schema->type]);
	if (schema->name.p && cw_type_physical(schema->type) == schema->type)
		cw_buf_printf(out, "<%.*s:%d>", (int)schema->name.n, schema->name.p, (int)schema->version);
}

static void value_text_append(struct cw_buf *out, const struct cw_value *value)
{
	bool null = value->type == CW_NULL && value->schema;

	cw_buf_puts(out, value_text_types[null ? value->schema->type : value->type]);
	if (value->schema)
		value_text_append_schema(out, value);
	if (value->type == CW_ARRAY || value->type == CW_MAP || value->type == CW_STRUCT) {
		value_text_append_fields(out, value);
	} else {
		cw_buf_puts(out, ":");
		value_text_append_scalar(out, value);
	}
}

#endif
