#include "convert/json_write.h"

#include <math.h>

#include "convert/json_names.h"
#include "convert/json_read.h"
#include "convert/json_text.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

#define MS_PER_DAY INT64_C(86400000)

struct writer {
	struct cw_buf *out;
	const struct cw_json_style *style;
	unsigned depth;
	struct cw_error *err;
};

static int write_value(struct writer *w, const struct cw_schema *schema, const struct cw_value *value);

static inline void put(struct writer *w, char c)
{
	struct cw_buf *out = w->out;

	if (out->cap - out->n < 2)
		cw_buf_reserve(out, 1);
	out->p[out->n++] = c;
}

static inline void put_text(struct writer *w, const char *text, size_t n)
{
	struct cw_buf *out = w->out;

	if (out->cap - out->n < n + 1)
		cw_buf_reserve(out, n);
	memcpy(out->p + out->n, text, n);
	out->n += n;
}

/* A string and what comes after it ('\0': nothing). Most have nothing to be escaped. */
static inline void put_string(struct writer *w, struct cw_slice text, char after)
{
	struct cw_buf *out = w->out;
	char *p;

	if (out->cap - out->n < text.n + 4)
		cw_buf_reserve(out, text.n + 3);
	p = out->p + out->n;
	p[0] = '"';
	if (cw_json_plain_copy(p + 1, text.p, text.n)) {
		p[text.n + 1] = '"';
		p[text.n + 2] = after;
		out->n += text.n + 2 + (after != '\0');
		return;
	}
	cw_json_write_string(out, text);
	if (after)
		put(w, after);
}

static int enter(struct writer *w, char bracket)
{
	if (++w->depth > CW_JSON_DEPTH_MAX)
		return cw_error_set(w->err, CW_ERR_INVALID,
				    "Converting Kafka Connect data to byte[] failed due to serialization error: "
				    "more than %u levels of nesting",
				    CW_JSON_DEPTH_MAX);
	put(w, bracket);
	return 0;
}

static int leave(struct writer *w, char bracket)
{
	w->depth--;
	put(w, bracket);
	return 0;
}

/* ---- logical types --------------------------------------------------------------------------- */

static int write_decimal(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	struct cw_slice text = cw_schema_parameter(schema, CW_DECIMAL_SCALE);
	int64_t scale;

	if (w->style->numeric_decimals) {
		cw_decimal_print(w->out, value->u.bytes, value->scale);
		return 0;
	}
	if (!text.p)
		return cw_error_set(w->err, CW_ERR_INVALID, "Invalid Decimal schema: scale parameter not found.");
	if (cw_integer_parse(text, INT32_MIN, INT32_MAX, &scale) < 0)
		return cw_error_set(w->err, CW_ERR_INVALID, "Invalid scale parameter found in Decimal schema: ");
	if (scale != value->scale)
		return cw_error_set(w->err, CW_ERR_INVALID,
				    "Decimal value has mismatching scale for given Decimal schema. "
				    "Schema has scale %d, value has scale %d.",
				    (int)scale, (int)value->scale);
	put(w, '"');
	cw_base64_encode(w->out, cw_decimal_minimal(value->u.bytes));
	put(w, '"');
	return 0;
}

static int write_date(struct writer *w, int64_t ms)
{
	if (ms % MS_PER_DAY != 0)
		return cw_error_set(w->err, CW_ERR_INVALID,
				    "Kafka Connect Date type should not have any time fields set to non-zero values.");
	cw_integer_print(w->out, (int32_t)(ms / MS_PER_DAY));
	return 0;
}

static int write_time(struct writer *w, int64_t ms)
{
	if (ms < 0 || ms > MS_PER_DAY)
		return cw_error_set(w->err, CW_ERR_INVALID,
				    "Kafka Connect Time type should not have any date fields set to non-zero values.");
	cw_integer_print(w->out, ms);
	return 0;
}

/* Java has one class for Date, Time and Timestamp: which of them the value is does not count. */
static bool is_date(const struct cw_value *value)
{
	return value->type == CW_DATE || value->type == CW_TIME || value->type == CW_TIMESTAMP;
}

static int write_logical(struct writer *w, const struct cw_schema *schema, enum cw_type logical,
			 const struct cw_value *value)
{
	static const char *const names[] = { [CW_DATE] = "Date", [CW_TIME] = "Time", [CW_TIMESTAMP] = "Timestamp" };

	if (logical == CW_DECIMAL) {
		if (value->type != CW_DECIMAL)
			return cw_error_set(w->err, CW_ERR_INVALID,
					    "Invalid type for Decimal, expected BigDecimal but was %s",
					    cw_value_java_class(value));
		return write_decimal(w, schema, value);
	}
	if (!is_date(value))
		return cw_error_set(w->err, CW_ERR_INVALID, "Invalid type for %s, expected Date but was %s",
				    names[logical], cw_value_java_class(value));
	if (logical == CW_DATE)
		return write_date(w, value->u.integer);
	if (logical == CW_TIME)
		return write_time(w, value->u.integer);
	cw_integer_print(w->out, value->u.integer);
	return 0;
}

/* ---- arrays, maps, structs ------------------------------------------------------------------- */

static int write_array(struct writer *w, const struct cw_schema *items, const struct cw_value *value)
{
	if (enter(w, '[') < 0)
		return -1;
	for (size_t i = 0; i < value->u.array.n; i++) {
		if (i)
			put(w, ',');
		if (write_value(w, items, &value->u.array.items[i]) < 0)
			return -1;
	}
	return leave(w, ']');
}

/* Whether its keys can be names. Without a schema that is seen as they are written. */
static bool may_be_object(const struct cw_schema *schema)
{
	return !schema || cw_type_physical((enum cw_type)schema->key_schema->type) == CW_STRING;
}

static bool stays_null(struct writer *w, const struct cw_schema *schema)
{
	return !schema || (schema->optional && !(schema->default_value && w->style->null_is_default));
}

/* A null key is the name "null"; anything that is no string fails as such a value does. */
static int write_name(struct writer *w, const struct cw_schema *schema, const struct cw_value *key)
{
	if (key->type == CW_STRING && (!schema || !schema->name.n)) {
		put_string(w, key->u.bytes, ':');
	} else if (key->type == CW_NULL && stays_null(w, schema)) {
		put_string(w, cw_slice_str("null"), ':');
	} else {
		if (write_value(w, schema, key) < 0)
			return -1;
		put(w, ':');
	}
	return 0;
}

static int write_object_entry(struct writer *w, const struct cw_schema *schema, const struct cw_entry *entry)
{
	if (write_name(w, schema ? schema->key_schema : NULL, &entry->key) < 0)
		return -1;
	return write_value(w, schema ? schema->value_schema : NULL, &entry->value);
}

static int write_pair(struct writer *w, const struct cw_schema *schema, const struct cw_entry *entry)
{
	if (enter(w, '[') < 0 || write_value(w, schema ? schema->key_schema : NULL, &entry->key) < 0)
		return -1;
	put(w, ',');
	if (write_value(w, schema ? schema->value_schema : NULL, &entry->value) < 0)
		return -1;
	return leave(w, ']');
}

static int write_pairs(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	if (enter(w, '[') < 0)
		return -1;
	for (size_t i = 0; i < value->u.map.n; i++) {
		if (i)
			put(w, ',');
		if (write_pair(w, schema, &value->u.map.entries[i]) < 0)
			return -1;
	}
	return leave(w, ']');
}

/* 1: a key is no string, so it cannot be an object. */
static int write_object(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	if (enter(w, '{') < 0)
		return -1;
	for (size_t i = 0; i < value->u.map.n; i++) {
		const struct cw_entry *entry = &value->u.map.entries[i];

		if (!schema && entry->key.type != CW_STRING)
			return 1;
		if (i)
			put(w, ',');
		if (write_object_entry(w, schema, entry) < 0)
			return -1;
	}
	return leave(w, '}');
}

static int write_map(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	size_t start = w->out->n;
	unsigned depth = w->depth;
	int rc = may_be_object(schema) ? write_object(w, schema, value) : 1;

	if (rc <= 0)
		return rc;
	w->out->n = start;
	w->depth = depth;
	return write_pairs(w, schema, value);
}

static int write_struct(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	if (!schema || value->u.array.n != schema->n_fields ||
	    (value->schema != schema && !cw_schema_equal(value->schema, schema)))
		return cw_error_set(w->err, CW_ERR_INVALID, "Mismatching schema.");
	if (enter(w, '{') < 0)
		return -1;
	for (size_t i = 0; i < schema->n_fields; i++) {
		if (i)
			put(w, ',');
		put_string(w, schema->fields[i].name, ':');
		if (write_value(w, schema->fields[i].schema, &value->u.array.items[i]) < 0)
			return -1;
	}
	return leave(w, '}');
}

/* ---- values ---------------------------------------------------------------------------------- */

static void write_real(struct writer *w, bool finite, const char *text, size_t n)
{
	if (!finite)
		put(w, '"');
	put_text(w, text, n);
	if (!finite)
		put(w, '"');
}

static int write_null(struct writer *w, const struct cw_schema *schema)
{
	if (schema && schema->default_value && w->style->null_is_default)
		return write_value(w, schema, schema->default_value);
	if (schema && !schema->optional)
		return cw_error_set(w->err, CW_ERR_INVALID,
				    "Conversion error: null value for field that is required and has no default value");
	put_text(w, "null", 4);
	return 0;
}

static int wrong_type(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	if (!schema)
		return cw_error_set(w->err, CW_ERR_INVALID, "Java class %s does not have corresponding schema type.",
				    cw_value_java_class(value));
	return cw_error_set(w->err, CW_ERR_INVALID, "Invalid type for %s: %s",
			    schema->type == CW_BYTES ? "bytes type" : cw_type_name_upper((enum cw_type)schema->type),
			    cw_value_java_class(value));
}

static int write_plain(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	char text[CW_DOUBLE_TEXT_MAX];

	switch ((enum cw_type)value->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		cw_integer_print(w->out, value->u.integer);
		return 0;
	case CW_FLOAT32:
		write_real(w, isfinite(value->u.float32), text, cw_float_print(value->u.float32, text));
		return 0;
	case CW_FLOAT64:
		write_real(w, isfinite(value->u.float64), text, cw_double_print(value->u.float64, text));
		return 0;
	case CW_BOOLEAN:
		put_text(w, value->u.boolean ? "true" : "false", value->u.boolean ? 4 : 5);
		return 0;
	case CW_STRING:
		put_string(w, value->u.bytes, '\0');
		return 0;
	case CW_BYTES:
		put(w, '"');
		cw_base64_encode(w->out, value->u.bytes);
		put(w, '"');
		return 0;
	case CW_ARRAY:
		return write_array(w, schema ? schema->value_schema : NULL, value);
	case CW_MAP:
		return write_map(w, schema, value);
	case CW_STRUCT:
		return write_struct(w, schema, value);
	default:
		return wrong_type(w, schema, value);
	}
}

/* The schema is the one that the place of the value asks for. */
static int write_value(struct writer *w, const struct cw_schema *schema, const struct cw_value *value)
{
	enum cw_type logical;

	if (value->type == CW_NULL)
		return write_null(w, schema);
	if (!schema)
		return write_plain(w, NULL, value);
	logical = cw_json_logical(schema);
	if (logical)
		return write_logical(w, schema, logical, value);
	if (value->type != schema->type)
		return wrong_type(w, schema, value);
	return write_plain(w, schema, value);
}

int cw_json_write(struct cw_buf *out, const struct cw_value *value, const struct cw_json_style *style, unsigned depth,
		  struct cw_error *err)
{
	struct writer w = { out, style, depth, err };
	size_t start = out->n;
	int rc;

	cw_buf_reserve(out, 0);
	rc = write_value(&w, value->schema, value);
	if (rc < 0)
		out->n = start;
	out->p[out->n] = '\0';
	return rc;
}
