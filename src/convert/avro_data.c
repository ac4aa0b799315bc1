/* What both directions of the mapping need. */
#include "convert/avro_data.h"

#include "data/calendar.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

static bool has(const struct cw_schema *schema, const char *parameter)
{
	return cw_schema_parameter(schema, parameter).p != NULL;
}

bool cw_avro_is_union(const struct cw_schema *schema)
{
	return schema->type == CW_STRUCT &&
	       (cw_slice_equal(schema->name, cw_slice_str(CW_AVRO_UNION_NAME)) || has(schema, CW_CONNECT_UNION));
}

struct cw_slice cw_avro_enum_name(const struct cw_avro_config *config, const struct cw_schema *schema)
{
	bool generalized = config->registry.generalized_sum_types;

	if (schema->type != CW_STRING || (!generalized && !config->enhanced))
		return cw_slice(NULL, 0);
	return cw_schema_parameter(schema, generalized ? CW_CONNECT_ENUM : CW_AVRO_ENUM_PARAMETER);
}

bool cw_avro_is_fixed(const struct cw_schema *schema, size_t *size)
{
	struct cw_slice text;
	int64_t n;

	if (cw_type_physical(schema->type) != CW_BYTES || !schema->name.p)
		return false;
	text = cw_schema_parameter(schema, CW_AVRO_FIXED_SIZE);
	if (!text.p || cw_integer_parse(text, 0, INT32_MAX, &n))
		return false;
	*size = (size_t)n;
	return true;
}

bool cw_avro_has_string_keys(const struct cw_avro_config *config, const struct cw_schema *map)
{
	return map->key_schema->type == CW_STRING && (!map->key_schema->optional || config->optional_map_keys);
}

/* ---- names -------------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The characters that a form's encoding (application/x-www-form-urlencoded) writes as one. */
static bool is_one(char c)
{
	return is_plain(c) || c == '.' || c == '-' || c == '*' || c == ' ';
}

void cw_avro_scrub(const struct cw_avro_config *config, struct cw_slice name, struct cw_buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	bool valid = name.n > 0 && (name.p[0] < '0' || name.p[0] > '9');

	for (size_t i = 0; i < name.n && valid; i++)
		valid = is_plain(name.p[i]);
	if (valid || !config->scrub_names || name.n == 0) {
		cw_buf_append(out, name.p, name.n);
		return;
	}
	/* As if it were encoded for a URL, and then all but letters, digits and _ replaced. */
	if (name.p[0] >= '0' && name.p[0] <= '9')
		cw_buf_puts(out, "x");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		char three[3] = { '_', hex[c >> 4], hex[c & 15] };

		if (is_plain(name.p[i]))
			cw_buf_append(out, &name.p[i], 1);
		else
			cw_buf_append(out, three, is_one(name.p[i]) ? 1 : 3);
	}
}

/* ---- values ------------------------------------------------------------------------------------- */

int cw_avro_integer(const struct cw_schema *schema, int64_t n, struct cw_value *out, struct cw_error *err)
{
	enum cw_type type = schema->type;

	switch (type) {
	case CW_INT8: n = (int8_t)n; break;
	case CW_INT16: n = (int16_t)n; break;
	case CW_INT32: n = (int32_t)n; break;
	case CW_DATE: n = (int32_t)n * CW_MS_PER_DAY; break;
	case CW_TIME:
		if (n < 0 || n > CW_MS_PER_DAY)
			return cw_error_set(err, CW_ERR_INVALID,
					    "Time values must use number of milliseconds greater than 0 and less than "
					    "86400000");
		break;
	case CW_INT64:
	case CW_TIMESTAMP: break;
	case CW_FLOAT32:
		*out = cw_value_float32((float)n);
		out->schema = schema;
		return 0;
	case CW_FLOAT64:
		*out = cw_value_float64((double)n);
		out->schema = schema;
		return 0;
	default:
		return cw_error_set(err, CW_ERR_INVALID, "Invalid type for %s: class java.lang.Integer",
				    cw_type_name_upper(type));
	}
	*out = cw_value_integer(type, n);
	out->schema = schema;
	return 0;
}

int cw_avro_scale(const struct cw_schema *schema, int32_t *scale, struct cw_error *err)
{
	struct cw_slice text = cw_schema_parameter(schema, CW_DECIMAL_SCALE);
	int64_t n;

	if (!text.p)
		return cw_error_set(err, CW_ERR_INVALID, "Invalid Decimal schema: scale parameter not found.");
	if (cw_integer_parse(text, INT32_MIN, INT32_MAX, &n))
		return cw_error_set(err, CW_ERR_INVALID, "Invalid scale parameter found in Decimal schema: ");
	*scale = (int32_t)n;
	return 0;
}

int cw_avro_bytes(const struct cw_schema *schema, int32_t scale, struct cw_slice bytes, struct cw_value *out,
		  struct cw_error *err)
{
	if (schema->type == CW_DECIMAL) {
		if (bytes.n == 0)
			return cw_error_set(err, CW_ERR_INVALID, "Invalid bytes for Decimal: there are none");
		*out = cw_value_decimal(cw_decimal_minimal(bytes), scale);
	} else {
		*out = cw_value_bytes(bytes);
	}
	out->schema = schema;
	return 0;
}
