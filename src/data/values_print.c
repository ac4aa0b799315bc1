#include "data/date_format.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"
#include "data/values.h"

static void print(struct cw_buf *out, const struct cw_value *value, bool embedded);

static void print_quoted(struct cw_buf *out, struct cw_slice text)
{
	cw_buf_puts(out, "\"");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			cw_buf_puts(out, "\\");
		cw_buf_append(out, text.p + i, 1);
	}
	cw_buf_puts(out, "\"");
}

static void print_items(struct cw_buf *out, const struct cw_value *value)
{
	cw_buf_puts(out, "[");
	for (size_t i = 0; i < value->u.array.n; i++) {
		if (i)
			cw_buf_puts(out, ",");
		print(out, &value->u.array.items[i], true);
	}
	cw_buf_puts(out, "]");
}

static void print_entries(struct cw_buf *out, const struct cw_value *value)
{
	cw_buf_puts(out, "{");
	for (size_t i = 0; i < value->u.map.n; i++) {
		if (i)
			cw_buf_puts(out, ",");
		print(out, &value->u.map.entries[i].key, true);
		cw_buf_puts(out, ":");
		print(out, &value->u.map.entries[i].value, true);
	}
	cw_buf_puts(out, "}");
}

static void print_fields(struct cw_buf *out, const struct cw_value *value)
{
	cw_buf_puts(out, "{");
	for (size_t i = 0; i < value->schema->n_fields; i++) {
		if (i)
			cw_buf_puts(out, ",");
		print_quoted(out, value->schema->fields[i].name);
		cw_buf_puts(out, ":");
		print(out, cw_value_field_at(value, i), true);
	}
	cw_buf_puts(out, "}");
}

static void print(struct cw_buf *out, const struct cw_value *value, bool embedded)
{
	switch ((enum cw_type)value->type) {
	case CW_STRING:
		if (embedded)
			print_quoted(out, value->u.bytes);
		else
			cw_buf_append(out, value->u.bytes.p, value->u.bytes.n);
		break;
	case CW_BYTES:
		cw_buf_puts(out, embedded ? "\"" : "");
		cw_base64_encode(out, value->u.bytes);
		cw_buf_puts(out, embedded ? "\"" : "");
		break;
	case CW_ARRAY:
		print_items(out, value);
		break;
	case CW_MAP:
		print_entries(out, value);
		break;
	case CW_STRUCT:
		print_fields(out, value);
		break;
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP:
		cw_date_print(out, value->u.integer);
		break;
	default:
		cw_value_print(out, value);
		break;
	}
}

void cw_values_print(struct cw_buf *out, const struct cw_value *value)
{
	print(out, value, false);
}
