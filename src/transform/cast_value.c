#include "transform/cast_value.h"

#include <math.h>
#include <strings.h>

#include "base/mem.h"
#include "data/calendar.h"
#include "data/date_format.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"

#define SOURCES "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]"

static int not_castable(enum cw_type type, struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_INVALID,
			    "Cast transformation does not support casting from %s; supported types are " SOURCES,
			    cw_type_name_upper(type));
}

static int out_of_range(struct cw_slice text, struct cw_error *err)
{
	CW_AUTO_FREE char *shown = cw_text_shown(text);

	return cw_error_set(err, CW_ERR_INVALID, "Value (%s) was out of range for requested data type", shown);
}

static int unexpected_type(const struct cw_value *value, struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_INVALID, "Unexpected type in Cast transformation: %s",
			    cw_value_java_class(value));
}

static bool is_date(enum cw_type type)
{
	return type == CW_DATE || type == CW_TIME || type == CW_TIMESTAMP;
}

/* Dates become the integers that carry them: days, milliseconds of the day, milliseconds. */
static int encode_date(struct cw_value *value, struct cw_error *err)
{
	int64_t ms = value->u.integer;

	switch ((enum cw_type)value->type) {
	case CW_DATE:
		if (ms % CW_MS_PER_DAY)
			return cw_error_set(err, CW_ERR_INVALID, "Kafka Connect Date type should not have any time "
								 "fields set to non-zero values.");
		*value = cw_value_integer(CW_INT32, (int32_t)(uint32_t)(uint64_t)(ms / CW_MS_PER_DAY));
		return 0;
	case CW_TIME:
		if (ms < 0 || ms > CW_MS_PER_DAY)
			return cw_error_set(err, CW_ERR_INVALID, "Kafka Connect Time type should not have any date "
								 "fields set to non-zero values.");
		*value = cw_value_integer(CW_INT32, ms);
		return 0;
	default:
		*value = cw_value_integer(CW_INT64, ms);
		return 0;
	}
}

/* The low bits of an integer, as a Java cast to a narrower type. */
static int64_t narrow(int64_t n, enum cw_type type)
{
	switch (type) {
	case CW_INT8:
		return (int8_t)(uint8_t)(uint64_t)n;
	case CW_INT16:
		return (int16_t)(uint16_t)(uint64_t)n;
	case CW_INT32:
		return (int32_t)(uint32_t)(uint64_t)n;
	default:
		return n;
	}
}

/* Java's (long) and (int) of a double: towards zero, the nearest that there is, 0 for NaN. */
static int64_t whole(double d, int64_t min, int64_t max)
{
	if (isnan(d))
		return 0;
	if (d <= (double)min)
		return min;
	if (d >= (double)max)
		return max;
	return (int64_t)d;
}

static int64_t whole_of(double d, enum cw_type type)
{
	return type == CW_INT64 ? whole(d, INT64_MIN, INT64_MAX) : narrow(whole(d, INT32_MIN, INT32_MAX), type);
}

static int parse_integer(struct cw_slice text, enum cw_type type, int64_t *out, struct cw_error *err)
{
	static const int64_t most[] = { [CW_INT8] = INT8_MAX, [CW_INT16] = INT16_MAX, [CW_INT32] = INT32_MAX,
					[CW_INT64] = INT64_MAX };

	if (cw_integer_parse(text, -most[type] - 1, most[type], out) < 0)
		return out_of_range(text, err);
	return 0;
}

static int to_integer(struct cw_value *value, enum cw_type type, struct cw_error *err)
{
	int64_t n;

	switch ((enum cw_type)value->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		n = narrow(value->u.integer, type);
		break;
	case CW_FLOAT32:
		n = whole_of((double)value->u.float32, type);
		break;
	case CW_FLOAT64:
		n = whole_of(value->u.float64, type);
		break;
	case CW_DECIMAL:
		n = narrow(cw_decimal_to_int64(value->u.bytes, value->scale), type);
		break;
	case CW_BOOLEAN:
		n = value->u.boolean;
		break;
	case CW_STRING:
		if (parse_integer(value->u.bytes, type, &n, err) < 0)
			return -1;
		break;
	default:
		return unexpected_type(value, err);
	}
	*value = cw_value_integer(type, n);
	return 0;
}

static int to_float32(struct cw_value *value, struct cw_error *err)
{
	float f;

	switch ((enum cw_type)value->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		f = (float)value->u.integer;
		break;
	case CW_FLOAT32:
		f = value->u.float32;
		break;
	case CW_FLOAT64:
		f = (float)value->u.float64;
		break;
	case CW_DECIMAL:
		f = cw_decimal_to_float(value->u.bytes, value->scale);
		break;
	case CW_BOOLEAN:
		f = value->u.boolean;
		break;
	case CW_STRING:
		if (cw_float_parse(value->u.bytes, &f) < 0)
			return out_of_range(value->u.bytes, err);
		break;
	default:
		return unexpected_type(value, err);
	}
	*value = cw_value_float32(f);
	return 0;
}

static int to_float64(struct cw_value *value, struct cw_error *err)
{
	double d;

	switch ((enum cw_type)value->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		d = (double)value->u.integer;
		break;
	case CW_FLOAT32:
		d = (double)value->u.float32;
		break;
	case CW_FLOAT64:
		d = value->u.float64;
		break;
	case CW_DECIMAL:
		d = cw_decimal_to_double(value->u.bytes, value->scale);
		break;
	case CW_BOOLEAN:
		d = value->u.boolean;
		break;
	case CW_STRING:
		if (cw_double_parse(value->u.bytes, &d) < 0)
			return out_of_range(value->u.bytes, err);
		break;
	default:
		return unexpected_type(value, err);
	}
	*value = cw_value_float64(d);
	return 0;
}

/* A number is true when its whole part is not 0, a text when it is "true". */
static int to_boolean(struct cw_value *value, struct cw_error *err)
{
	struct cw_value number = *value;

	if (value->type == CW_BOOLEAN)
		return 0;
	if (value->type == CW_STRING) {
		*value = cw_value_boolean(value->u.bytes.n == 4 && strncasecmp(value->u.bytes.p, "true", 4) == 0);
		return 0;
	}
	if (to_integer(&number, CW_INT64, err) < 0)
		return -1;
	*value = cw_value_boolean(number.u.integer != 0);
	return 0;
}

static void print(const struct cw_value *value, struct cw_buf *out)
{
	char text[CW_DOUBLE_TEXT_MAX];

	switch ((enum cw_type)value->type) {
	case CW_FLOAT32: cw_buf_append(out, text, cw_float_print(value->u.float32, text)); break;
	case CW_FLOAT64: cw_buf_append(out, text, cw_double_print(value->u.float64, text)); break;
	case CW_BOOLEAN: cw_buf_puts(out, value->u.boolean ? "true" : "false"); break;
	case CW_BYTES: cw_base64_encode(out, value->u.bytes); break;
	case CW_DECIMAL: cw_decimal_print(out, value->u.bytes, value->scale); break;
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP: cw_date_print(out, value->u.integer); break;
	default: cw_integer_print(out, value->u.integer); break;
	}
}

static int to_string(struct cw_value *value, struct cw_batch *batch, struct cw_buf *scratch)
{
	char *text;

	if (value->type == CW_STRING)
		return 0;
	scratch->n = 0;
	print(value, scratch);
	text = cw_batch_alloc(batch, scratch->n);
	if (scratch->n)
		memcpy(text, scratch->p, scratch->n);
	*value = cw_value_string(cw_slice(text, scratch->n));
	return 0;
}

int cw_cast_value(struct cw_value *value, const struct cw_schema *schema, enum cw_type target, struct cw_batch *batch,
		  struct cw_buf *scratch, struct cw_error *err)
{
	if (value->type == CW_NULL)
		return 0;
	if (!schema && (value->type == CW_DECIMAL || is_date(value->type)))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Cast transformation was passed a value of type %s which is not supported by "
				    "Connect's data API",
				    cw_value_java_class(value));
	if (value->type == CW_ARRAY || value->type == CW_MAP || value->type == CW_STRUCT)
		return not_castable(value->type, err);
	if (target != CW_STRING && is_date(value->type) && encode_date(value, err) < 0)
		return -1;
	switch (target) {
	case CW_FLOAT32:
		return to_float32(value, err);
	case CW_FLOAT64:
		return to_float64(value, err);
	case CW_BOOLEAN:
		return to_boolean(value, err);
	case CW_STRING:
		return to_string(value, batch, scratch);
	default:
		return to_integer(value, target, err);
	}
}
