#include "data/values_merge.h"

#include "data/calendar.h"
#include "data/schema.h"

static bool is_number(enum cw_type type)
{
	return type >= CW_INT8 && type <= CW_FLOAT64;
}

/* Each type of number takes in those before it. What has the same type fits, whatever is in it: the later counts. */
static const struct cw_schema *merged(const struct cw_schema *before, const struct cw_schema *next)
{
	enum cw_type a = cw_type_physical(before->type), b = cw_type_physical(next->type);

	if (a == b)
		return next;
	if (!is_number(a) || !is_number(b))
		return NULL;
	return a > b ? before : next;
}

void cw_merge_add(struct cw_merge *merge, const struct cw_value *value)
{
	if (!value->schema || merge->apart)
		return;
	merge->common = merge->common ? merged(merge->common, value->schema) : value->schema;
	merge->apart = !merge->common;
}

static double as_double(const struct cw_value *value)
{
	return value->type == CW_FLOAT64 ? value->u.float64
	     : value->type == CW_FLOAT32 ? (double)value->u.float32
					 : (double)value->u.integer;
}

/* The milliseconds of an integer as a date: days, a time of the day, or milliseconds. */
static int date_of(enum cw_type type, int64_t n, int64_t *ms)
{
	*ms = n;
	if (type == CW_DATE)
		*ms = (int32_t)n * CW_MS_PER_DAY;
	return type == CW_TIME && (n < 0 || n > CW_MS_PER_DAY) ? -1 : 0;
}

int cw_merge_align(struct cw_value *value, const struct cw_schema *to)
{
	enum cw_type from = value->type, type = to->type;
	double d;

	if (from == CW_NULL)
		return -1;
	if (type == CW_FLOAT32 || type == CW_FLOAT64) {
		if (!is_number(from))
			return -1;
		d = as_double(value);
		if (type == CW_FLOAT32)
			value->u.float32 = (float)d;
		else
			value->u.float64 = d;
	} else if (is_number(type)) {
		if (!is_number(from))
			return -1;
	} else if ((type == CW_DATE || type == CW_TIME || type == CW_TIMESTAMP) && is_number(from)) {
		if (date_of(type, value->u.integer, &value->u.integer) < 0)
			return -1;
	}
	value->type = (uint8_t)type;
	value->schema = to;
	return 0;
}
