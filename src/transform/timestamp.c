#include "transform/timestamp.h"

#include "base/mem.h"
#include "data/calendar.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"

enum cw_type cw_timestamp_type(enum cw_timestamp_form form)
{
	static const enum cw_type types[] = {
		[CW_FORM_STRING] = CW_STRING, [CW_FORM_UNIX] = CW_INT64,           [CW_FORM_DATE] = CW_DATE,
		[CW_FORM_TIME] = CW_TIME,     [CW_FORM_TIMESTAMP] = CW_TIMESTAMP,
	};

	return types[form];
}

int cw_timestamp_form_of_schema(const struct cw_schema *schema, enum cw_timestamp_form *form, struct cw_error *err)
{
	struct cw_buf text = { 0 };

	switch ((enum cw_type)schema->type) {
	case CW_STRING: *form = CW_FORM_STRING; return 0;
	case CW_INT64: *form = CW_FORM_UNIX; return 0;
	case CW_DATE: *form = CW_FORM_DATE; return 0;
	case CW_TIME: *form = CW_FORM_TIME; return 0;
	case CW_TIMESTAMP: *form = CW_FORM_TIMESTAMP; return 0;
	default: break;
	}
	cw_schema_print(&text, schema);
	cw_error_set(err, CW_ERR_INVALID, "Schema %s does not correspond to a known timestamp type format", text.p);
	cw_buf_free(&text);
	return -1;
}

/* n units of `from` a second in units of `to` a second: towards zero, and the nearest that there is. */
static int64_t scale(int64_t n, int64_t from, int64_t to)
{
	int64_t factor = to / from, result;

	if (from > to)
		return n / (from / to);
	if (__builtin_mul_overflow(n, factor, &result))
		return n < 0 ? INT64_MIN : INT64_MAX;
	return result;
}

static int64_t units(enum cw_unix_precision precision)
{
	static const int64_t a_second[] = {
		[CW_UNIX_SECONDS] = 1,
		[CW_UNIX_MILLISECONDS] = 1000,
		[CW_UNIX_MICROSECONDS] = 1000000,
		[CW_UNIX_NANOSECONDS] = 1000000000,
	};

	return a_second[precision];
}

static int parse(const struct cw_timestamp_target *target, struct cw_slice text, int64_t *ms, struct cw_error *err)
{
	CW_AUTO_FREE char *shown = NULL;

	if (!target->format)
		return cw_error_set(err, CW_ERR_INVALID, "TimestampConverter requires format option to be specified "
							 "when the input is a string");
	if (cw_date_format_parse(target->format, text, ms) == 0)
		return 0;
	shown = cw_text_shown(text);
	return cw_error_set(err, CW_ERR_INVALID,
			    "Could not parse timestamp: value (%s) does not match pattern (%.*s)", shown,
			    (int)target->pattern.n, target->pattern.p);
}

static int to_ms(const struct cw_value *value, const struct cw_timestamp_target *target, int64_t *ms,
		 struct cw_error *err)
{
	switch ((enum cw_type)value->type) {
	case CW_STRING:
		return parse(target, value->u.bytes, ms, err);
	case CW_INT64:
		*ms = scale(value->u.integer, units(target->precision), units(CW_UNIX_MILLISECONDS));
		return 0;
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP:
		*ms = value->u.integer;
		return 0;
	default:
		return cw_error_set(err, CW_ERR_INVALID, "TimestampConverter does not support %s objects as timestamps",
				    cw_value_java_class(value));
	}
}

static struct cw_value print(const struct cw_date_format *format, int64_t ms, struct cw_batch *batch,
			     struct cw_buf *scratch)
{
	char *text;

	scratch->n = 0;
	cw_date_format_print(format, ms, scratch);
	text = cw_batch_alloc(batch, scratch->n);
	if (scratch->n)
		memcpy(text, scratch->p, scratch->n);
	return cw_value_string(cw_slice(text, scratch->n));
}

int cw_timestamp_convert(struct cw_value *value, const struct cw_timestamp_target *target, struct cw_batch *batch,
			 struct cw_buf *scratch, struct cw_error *err)
{
	int64_t ms, midnight;

	if (value->type == CW_NULL)
		return 0;
	if (to_ms(value, target, &ms, err) < 0)
		return -1;
	midnight = (int64_t)((uint64_t)cw_floor_div(ms, CW_MS_PER_DAY) * (uint64_t)CW_MS_PER_DAY);
	switch (target->form) {
	case CW_FORM_STRING:
		*value = print(target->format, ms, batch, scratch);
		break;
	case CW_FORM_UNIX:
		*value = cw_value_int64(scale(ms, units(CW_UNIX_MILLISECONDS), units(target->precision)));
		break;
	case CW_FORM_DATE:
		*value = cw_value_integer(CW_DATE, midnight);
		break;
	case CW_FORM_TIME:
		*value = cw_value_integer(CW_TIME, (int64_t)((uint64_t)ms - (uint64_t)midnight));
		break;
	case CW_FORM_TIMESTAMP:
		*value = cw_value_integer(CW_TIMESTAMP, ms);
		break;
	}
	return 0;
}
