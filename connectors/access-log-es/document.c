#include "document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/number.h"
#include "zone.h"

#define DEPTH_MAX 100 /* far beyond what a store takes */
#define MS_PER_DAY INT64_C(86400000)

/* What is being written, and where. */
struct writer {
	struct cw_text *out;
	const struct cw_document_options *options;
	struct cw_error *err;
	unsigned depth;
};

static int write_value(struct writer *w, const struct cw_value *value);

static int invalid(struct writer *w, const char *why)
{
	return cw_error_set(w->err, CW_ERR_INVALID, "%s", why);
}

static void put_char(struct writer *w, char c)
{
	cw_text_append(w->out, &c, 1);
}

/* The text, and `next` behind it. */
static void put_text(struct writer *w, struct cw_slice s, const char *next, size_t n_next)
{
	char *end;

	cw_text_reserve(w->out, cw_json_room(s.n) + 2 + n_next);
	end = w->out->p + w->out->n;
	*end++ = '"';
	end = cw_json_put(end, s.p, s.n);
	*end++ = '"';
	memcpy(end, next, n_next);
	w->out->n = (size_t)(end - w->out->p) + n_next;
}

static void put_string(struct writer *w, struct cw_slice s)
{
	put_text(w, s, "", 0);
}

static void put_integer(struct writer *w, int64_t n)
{
	char text[24], *end = text;

	if (n < 0)
		*end++ = '-';
	end = cw_text_put_u64(end, n < 0 ? -(uint64_t)n : (uint64_t)n);
	cw_text_append(w->out, text, (size_t)(end - text));
}

/* The shortest digits that read back as the same number. JSON has no NaN: Kafka Connect writes it as text. */
static void put_double(struct writer *w, double d, int least_digits, bool single)
{
	char text[40];

	if (isnan(d) || isinf(d)) {
		cw_text_puts(w->out, isnan(d) ? "\"NaN\"" : d > 0 ? "\"Infinity\"" : "\"-Infinity\"");
		return;
	}
	for (int digits = least_digits; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, d);
		if (single ? strtof(text, NULL) == (float)d : strtod(text, NULL) == d)
			break;
	}
	cw_text_puts(w->out, text);
	if (!strpbrk(text, ".e"))
		cw_text_puts(w->out, ".0");
}

static void put_base64(struct writer *w, struct cw_slice s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	put_char(w, '"');
	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		unsigned bits = (unsigned)(unsigned char)s.p[i] << 16;
		char four[4];

		if (left > 1)
			bits |= (unsigned)(unsigned char)s.p[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)s.p[i + 2];
		four[0] = digits[bits >> 18];
		four[1] = digits[bits >> 12 & 63];
		four[2] = left > 1 ? digits[bits >> 6 & 63] : '=';
		four[3] = left > 2 ? digits[bits & 63] : '=';
		cw_text_append(w->out, four, 4);
	}
	put_char(w, '"');
}

/* ISO 8601 as Java and the stores have it: a sign before years that have more than four digits, or are before 0. */
static void put_date(struct writer *w, int64_t ms)
{
	int64_t days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
	int64_t year;
	unsigned month, day;

	cw_date_from_days(days, &year, &month, &day);
	cw_text_printf(w->out, "\"%s%04lld-%02u-%02u\"", year < 0 ? "-" : year > 9999 ? "+" : "",
		       (long long)(year < 0 ? -year : year), month, day);
}

/* Fields, entries and items: one inner level. */
static int write_array(struct writer *w, const struct cw_value *value)
{
	put_char(w, '[');
	for (size_t i = 0; i < value->u.array.n; i++) {
		if (i)
			put_char(w, ',');
		if (write_value(w, &value->u.array.items[i]) != 0)
			return -1;
	}
	put_char(w, ']');
	return 0;
}

static int write_member(struct writer *w, struct cw_slice name, const struct cw_value *value, bool *first)
{
	if (!*first)
		put_char(w, ',');
	*first = false;
	put_text(w, name, ":", 1);
	return write_value(w, value);
}

/* "@timestamp", for the outermost level; whether `name` is to be left out because of it. */
static bool replaced(const struct writer *w, struct cw_slice name)
{
	return w->depth == 1 && w->options->timestamp.n && cw_slice_equal(name, cw_slice_str("@timestamp"));
}

static bool begin_object(struct writer *w)
{
	put_char(w, '{');
	if (w->depth > 1 || !w->options->timestamp.n)
		return true;
	cw_text_puts(w->out, "\"@timestamp\":");
	put_string(w, w->options->timestamp);
	return false;
}

static int write_struct(struct writer *w, const struct cw_value *value)
{
	bool first = begin_object(w);

	for (size_t i = 0; i < value->schema->n_fields; i++) {
		const struct cw_field *field = &value->schema->fields[i];
		const struct cw_value *inner = &value->u.array.items[i];

		if (inner->type == CW_NULL && field->schema->default_value)
			inner = field->schema->default_value;
		if (!replaced(w, field->name) && write_member(w, field->name, inner, &first) != 0)
			return -1;
	}
	put_char(w, '}');
	return 0;
}

static bool keys_are_text(const struct cw_value *value)
{
	for (size_t i = 0; i < value->u.map.n; i++)
		if (value->u.map.entries[i].key.type != CW_STRING)
			return false;
	return true;
}

static int write_pairs(struct writer *w, const struct cw_value *value)
{
	bool named = value->schema != NULL;

	put_char(w, '[');
	for (size_t i = 0; i < value->u.map.n; i++) {
		cw_text_puts(w->out, i ? (named ? ",{\"key\":" : ",[") : named ? "{\"key\":" : "[");
		if (write_value(w, &value->u.map.entries[i].key) != 0)
			return -1;
		cw_text_puts(w->out, named ? ",\"value\":" : ",");
		if (write_value(w, &value->u.map.entries[i].value) != 0)
			return -1;
		put_char(w, named ? '}' : ']');
	}
	put_char(w, ']');
	return 0;
}

/* A schema's map with text keys is an object when compact, one without a schema always. */
static int write_map(struct writer *w, const struct cw_value *value)
{
	bool first;

	if (!keys_are_text(value) || (value->schema && !w->options->compact_maps))
		return w->depth == 1 ? invalid(w, "the value is a map that is no object: compact.map.entries is false, or its "
						  "keys are not text") :
				       write_pairs(w, value);
	first = begin_object(w);
	for (size_t i = 0; i < value->u.map.n; i++) {
		const struct cw_entry *entry = &value->u.map.entries[i];

		if (!replaced(w, entry->key.u.bytes) && write_member(w, entry->key.u.bytes, &entry->value, &first) != 0)
			return -1;
	}
	put_char(w, '}');
	return 0;
}

static int write_nested(struct writer *w, const struct cw_value *value)
{
	int status;

	if (++w->depth > DEPTH_MAX)
		return invalid(w, "the value is nested deeper than 100 levels");
	status = value->type == CW_ARRAY ? write_array(w, value) :
		 value->type == CW_MAP	 ? write_map(w, value) :
					   write_struct(w, value);
	w->depth--;
	return status;
}

static int write_value(struct writer *w, const struct cw_value *value)
{
	switch (value->type) {
	case CW_NULL: cw_text_puts(w->out, "null"); return 0;
	case CW_BOOLEAN: cw_text_puts(w->out, value->u.boolean ? "true" : "false"); return 0;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
	case CW_TIME:
	case CW_TIMESTAMP: put_integer(w, value->u.integer); return 0;
	case CW_FLOAT32: put_double(w, value->u.float32, 6, true); return 0;
	case CW_FLOAT64: put_double(w, value->u.float64, 15, false); return 0;
	case CW_DECIMAL: put_double(w, cw_decimal_to_double(value->u.bytes, value->scale), 15, false); return 0;
	case CW_STRING: put_string(w, value->u.bytes); return 0;
	case CW_BYTES: put_base64(w, value->u.bytes); return 0;
	case CW_DATE: put_date(w, value->u.integer); return 0;
	case CW_ARRAY:
	case CW_MAP:
	case CW_STRUCT: return write_nested(w, value);
	default: return invalid(w, "the value is of a type that this version does not know");
	}
}

int cw_document_write(struct cw_text *out, const struct cw_value *value, const struct cw_document_options *options,
		      struct cw_error *err)
{
	struct writer w = { .out = out, .options = options, .err = err };

	return write_value(&w, value);
}

int cw_document_id(const struct cw_value *key, char digits[24], struct cw_slice *id, struct cw_error *err)
{
	switch (key->type) {
	case CW_STRING:
		*id = key->u.bytes;
		break;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
		*id = cw_slice(digits, (size_t)snprintf(digits, 24, "%lld", (long long)key->u.integer));
		break;
	case CW_NULL: return cw_error_set(err, CW_ERR_INVALID, "Key is used as document id and can not be null");
	default:
		return cw_error_set(err, CW_ERR_INVALID, "the key is neither text nor an integer, so it is no document id; use "
							 "a key.converter that gives one, or key.ignore=true");
	}
	if (id->n == 0)
		return cw_error_set(err, CW_ERR_INVALID, "Key is used as document id and can not be empty");
	if (id->n > CW_DOCUMENT_ID_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "the key has %zu bytes, a document id at most %u", id->n,
				    CW_DOCUMENT_ID_MAX);
	return 0;
}
