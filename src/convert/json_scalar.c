#include "convert/json_convert.h"
#include "convert/json_names.h"
#include "convert/json_number.h"
#include "convert/json_read.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

#define MS_PER_DAY INT64_C(86400000)

/* ---- numbers --------------------------------------------------------------------------------- */

static struct cw_json_number number_of(const struct cw_value *node)
{
	struct cw_json_number number;
	const char *what;

	cw_json_number_scan(node->u.bytes.p, node->u.bytes.p + node->u.bytes.n, &number, &what);
	return number;
}

/* What is no number is 0. */
static int64_t to_int64(const struct cw_value *node)
{
	struct cw_json_number number;

	if (node->type == CW_INT64)
		return node->u.integer;
	if (node->type != CW_JSON_NUMBER)
		return 0;
	number = number_of(node);
	return cw_json_number_int64(&number);
}

/* As a Java cast: the low bits. */
static int64_t to_integer(enum cw_type type, const struct cw_value *node)
{
	int64_t n = to_int64(node);

	switch (type) {
	case CW_INT8:
		return (int8_t)n;
	case CW_INT16:
		return (int16_t)n;
	case CW_INT32:
		return (int32_t)n;
	default:
		return n;
	}
}

static double to_double(const struct cw_value *node)
{
	struct cw_json_number number;

	if (node->type != CW_JSON_NUMBER)
		return (double)to_int64(node);
	number = number_of(node);
	return cw_json_number_double(&number);
}

static float to_float(const struct cw_value *node)
{
	struct cw_json_number number;

	if (node->type != CW_JSON_NUMBER)
		return (float)to_int64(node);
	number = number_of(node);
	return cw_json_number_float(&number);
}

/* ---- scalars --------------------------------------------------------------------------------- */

/* JSON of another kind than the type wants becomes null, also where null is not allowed: a struct then refuses it. */
static int wrong_kind(struct cw_json_conversion *c, const struct cw_schema *schema, struct cw_value *out)
{
	if (!schema->optional)
		c->made_null = true;
	*out = cw_value_null();
	return 0;
}

static int to_bytes(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
		    struct cw_value *out)
{
	if (node->type != CW_STRING)
		return wrong_kind(c, schema, out);
	*out = cw_value_of(CW_BYTES);
	if (cw_base64_decode(c->memory, node->u.bytes, &out->u.bytes) < 0)
		return cw_error_set(c->err, CW_ERR_INVALID, "Invalid bytes field");
	return 0;
}

static int to_string(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
		     struct cw_value *out)
{
	if (node->type != CW_STRING)
		return wrong_kind(c, schema, out);
	*out = cw_value_string(node->u.bytes);
	return 0;
}

/* ---- logical types --------------------------------------------------------------------------- */

static int decimal_from_bytes(struct cw_json_conversion *c, const struct cw_schema *schema,
			      const struct cw_value *node, struct cw_value *out)
{
	struct cw_slice scale = cw_schema_parameter(schema, CW_DECIMAL_SCALE), bytes;
	int64_t n;

	if (cw_base64_decode(c->memory, node->u.bytes, &bytes) < 0 || bytes.n == 0 || !scale.p ||
	    cw_integer_parse(scale, INT32_MIN, INT32_MAX, &n) < 0)
		return cw_error_set(c->err, CW_ERR_INVALID, "Invalid bytes for Decimal field");
	*out = cw_value_decimal(cw_decimal_minimal(bytes), (int32_t)n);
	return 0;
}

/* A number keeps its own scale, whatever the schema's is. */
static int to_decimal(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
		      struct cw_value *out)
{
	struct cw_slice unscaled;
	int32_t scale = 0;

	if (node->type == CW_STRING)
		return decimal_from_bytes(c, schema, node, out);
	if (node->type == CW_INT64)
		unscaled = cw_decimal_from_int64(c->memory, node->u.integer);
	else if (node->type != CW_JSON_NUMBER)
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Invalid type for Decimal, underlying representation should be numeric or bytes "
				    "but was %s",
				    cw_json_kind(node));
	else if (cw_decimal_parse(c->memory, node->u.bytes, &unscaled, &scale) < 0)
		return cw_error_set(c->err, CW_ERR_INVALID, "Invalid bytes for Decimal field");
	*out = cw_value_decimal(unscaled, scale);
	return 0;
}

static bool is_int32(const struct cw_value *node)
{
	return node->type == CW_INT64 && node->u.integer >= INT32_MIN && node->u.integer <= INT32_MAX;
}

static bool is_integer(const struct cw_value *node)
{
	return node->type == CW_INT64 || (node->type == CW_JSON_NUMBER && !node->scale);
}

static int to_date_or_time(struct cw_json_conversion *c, enum cw_type type, const struct cw_value *node,
			   struct cw_value *out)
{
	int64_t n;

	if (!is_int32(node))
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Invalid type for %s, underlying representation should be integer but was %s",
				    type == CW_DATE ? "Date" : "Time", cw_json_kind(node));
	n = node->u.integer;
	if (type == CW_TIME && (n < 0 || n > MS_PER_DAY))
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Time values must use number of milliseconds greater than 0 and less than "
				    "86400000");
	*out = cw_value_integer(type, type == CW_DATE ? n * MS_PER_DAY : n);
	return 0;
}

static int to_logical(struct cw_json_conversion *c, const struct cw_schema *schema, enum cw_type type,
		      const struct cw_value *node, struct cw_value *out)
{
	if (type == CW_DECIMAL)
		return to_decimal(c, schema, node, out);
	if (type != CW_TIMESTAMP)
		return to_date_or_time(c, type, node, out);
	if (!is_integer(node))
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Invalid type for Timestamp, underlying representation should be integral but "
				    "was %s",
				    cw_json_kind(node));
	*out = cw_value_integer(CW_TIMESTAMP, to_int64(node));
	return 0;
}

int cw_json_convert_scalar(struct cw_json_conversion *c, const struct cw_schema *schema, const struct cw_value *node,
			   struct cw_value *out)
{
	enum cw_type logical = cw_json_logical(schema), type = (enum cw_type)schema->type;

	if (logical)
		return to_logical(c, schema, logical, node, out);
	switch (type) {
	case CW_BOOLEAN:
		*out = cw_value_boolean(node->type == CW_BOOLEAN && node->u.boolean);
		return 0;
	case CW_FLOAT32:
		*out = cw_value_float32(to_float(node));
		return 0;
	case CW_FLOAT64:
		*out = cw_value_float64(to_double(node));
		return 0;
	case CW_STRING:
		return to_string(c, schema, node, out);
	case CW_BYTES:
		return to_bytes(c, schema, node, out);
	default:
		*out = cw_value_integer(type, to_integer(type, node));
		return 0;
	}
}

struct cw_value cw_json_schemaless_number(const struct cw_value *node)
{
	return node->scale ? cw_value_float64(to_double(node)) : cw_value_int64(to_int64(node));
}
