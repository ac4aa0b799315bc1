/* Values and numbers as Java's toString() has them. */
#include <inttypes.h>

#include "data/calendar.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

static void print_struct(struct cw_buf *out, const struct cw_value *value)
{
	const char *separator = "";

	cw_buf_puts(out, "Struct{");
	for (size_t i = 0; i < value->u.array.n; i++) {
		const struct cw_slice name = value->schema->fields[i].name;

		if (value->u.array.items[i].type == CW_NULL)
			continue;
		cw_buf_puts(out, separator);
		cw_buf_append(out, name.p, name.n);
		cw_buf_puts(out, "=");
		cw_value_print(out, &value->u.array.items[i]);
		separator = ",";
	}
	cw_buf_puts(out, "}");
}

static void print_array(struct cw_buf *out, const struct cw_value *value)
{
	cw_buf_puts(out, "[");
	for (size_t i = 0; i < value->u.array.n; i++) {
		if (i)
			cw_buf_puts(out, ", ");
		cw_value_print(out, &value->u.array.items[i]);
	}
	cw_buf_puts(out, "]");
}

static void print_map(struct cw_buf *out, const struct cw_value *value)
{
	cw_buf_puts(out, "{");
	for (size_t i = 0; i < value->u.map.n; i++) {
		if (i)
			cw_buf_puts(out, ", ");
		cw_value_print(out, &value->u.map.entries[i].key);
		cw_buf_puts(out, "=");
		cw_value_print(out, &value->u.map.entries[i].value);
	}
	cw_buf_puts(out, "}");
}

/* java.util.Date.toString(): "Thu Jan 01 00:00:00 UTC 1970", in the process's time zone. */
static void print_date(struct cw_buf *out, int64_t ms)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char zone[CW_ZONE_NAME];
	struct cw_civil c = cw_civil_from_ms(cw_zone_local(ms, zone));

	cw_buf_printf(out, "%s %s %02d %02d:%02d:%02d %s %" PRId64, days[c.weekday], months[c.month - 1], c.day, c.hour,
		      c.minute, c.second, zone, c.year > 0 ? c.year : 1 - c.year);
}

void cw_value_print(struct cw_buf *out, const struct cw_value *value)
{
	char text[CW_DOUBLE_TEXT_MAX];

	switch ((enum cw_type)value->type) {
	case CW_NULL:
		cw_buf_puts(out, "null");
		break;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		cw_integer_print(out, value->u.integer);
		break;
	case CW_FLOAT32:
		cw_buf_append(out, text, cw_float_print(value->u.float32, text));
		break;
	case CW_FLOAT64:
		cw_buf_append(out, text, cw_double_print(value->u.float64, text));
		break;
	case CW_BOOLEAN:
		cw_buf_puts(out, value->u.boolean ? "true" : "false");
		break;
	case CW_STRING:
		cw_buf_append(out, value->u.bytes.p, value->u.bytes.n);
		break;
	case CW_BYTES:
		cw_buf_printf(out, "java.nio.HeapByteBuffer[pos=0 lim=%zu cap=%zu]", value->u.bytes.n,
			      value->u.bytes.n);
		break;
	case CW_ARRAY:
		print_array(out, value);
		break;
	case CW_MAP:
		print_map(out, value);
		break;
	case CW_STRUCT:
		print_struct(out, value);
		break;
	case CW_DECIMAL:
		cw_decimal_print(out, value->u.bytes, value->scale);
		break;
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP:
		print_date(out, value->u.integer);
		break;
	}
}
