#include "devstore/scalar.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool cw_ip_parse(const char *text, unsigned char out[16])
{
	if (inet_pton(AF_INET6, text, out) == 1)
		return true;
	memcpy(out, mapped_prefix, sizeof(mapped_prefix));
	return inet_pton(AF_INET, text, out + 12) == 1;
}

void cw_ip_print(const unsigned char ip[16], char *out, size_t size)
{
	if (memcmp(ip, mapped_prefix, sizeof(mapped_prefix)) == 0)
		inet_ntop(AF_INET, ip + 12, out, (socklen_t)size);
	else
		inet_ntop(AF_INET6, ip, out, (socklen_t)size);
}

static bool parse_real(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*out) && !strpbrk(text, "xXpP \t");
}

/* A whole number, or one with a fraction, which is cut. */
static bool read_integer(const struct cw_es_field *field, const json_t *value, int64_t *out)
{
	const char *text = json_string_value(value);
	double real;
	char *end;

	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return *out >= field->min && *out <= field->max;
	}
	if (text) {
		errno = 0;
		*out = strtoll(text, &end, 10);
		if (*text && *text != ' ' && *end == '\0' && errno == 0)
			return *out >= field->min && *out <= field->max;
		if (!parse_real(text, &real))
			return false;
	} else if (json_is_real(value)) {
		real = json_real_value(value);
	} else {
		return false;
	}
	real = trunc(real);
	if (real < (double)field->min || real > (double)field->max || real >= 0x1p63)
		return false;
	*out = (int64_t)real;
	return true;
}

static bool read_boolean(const json_t *value, int64_t *out)
{
	const char *text = json_string_value(value);

	*out = json_is_true(value) || (text && strcmp(text, "true") == 0);
	return json_is_boolean(value) || (text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || !*text));
}

static bool read_date(const struct cw_es_field *field, const json_t *value, int64_t *out)
{
	char number[32];

	if (json_is_string(value))
		return cw_date_parse(field->format, json_string_value(value), out);
	if (json_is_integer(value))
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(number, sizeof(number), "%.0f", trunc(json_real_value(value)));
	else
		return false;
	return cw_date_parse(field->format, number, out);
}

static bool read_text(const json_t *value, struct cw_scalar *out)
{
	out->text = out->number;
	if (json_is_string(value))
		out->text = json_string_value(value);
	else if (json_is_boolean(value))
		out->text = json_is_true(value) ? "true" : "false";
	else if (json_is_integer(value))
		snprintf(out->number, sizeof(out->number), "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(out->number, sizeof(out->number), "%.17g", json_real_value(value));
	else
		return false;
	return true;
}

bool cw_scalar_read(const struct cw_es_field *field, const json_t *value, struct cw_scalar *out)
{
	switch (field->type) {
	case CW_FIELD_KEYWORD:
	case CW_FIELD_TEXT:
		out->kind = CW_SCALAR_TEXT;
		return read_text(value, out);
	case CW_FIELD_IP:
		out->kind = CW_SCALAR_IP;
		return json_is_string(value) && cw_ip_parse(json_string_value(value), out->ip);
	case CW_FIELD_INTEGER:
		out->kind = CW_SCALAR_INTEGER;
		return read_integer(field, value, &out->integer);
	case CW_FIELD_REAL:
		out->kind = CW_SCALAR_REAL;
		out->real = json_number_value(value);
		return json_is_string(value) ? parse_real(json_string_value(value), &out->real) : json_is_number(value);
	case CW_FIELD_BOOLEAN:
		out->kind = CW_SCALAR_INTEGER;
		return read_boolean(value, &out->integer);
	case CW_FIELD_DATE:
		out->kind = CW_SCALAR_INTEGER;
		return read_date(field, value, &out->integer);
	default:
		return false;
	}
}

int cw_scalar_compare(const struct cw_scalar *a, const struct cw_scalar *b)
{
	switch (a->kind) {
	case CW_SCALAR_INTEGER:
		return (a->integer > b->integer) - (a->integer < b->integer);
	case CW_SCALAR_REAL:
		return (a->real > b->real) - (a->real < b->real);
	case CW_SCALAR_IP:
		return memcmp(a->ip, b->ip, sizeof(a->ip));
	default:
		return strcmp(a->text, b->text);
	}
}

static void each(const json_t *value, const struct cw_es_field *field,
		 void (*fn)(const struct cw_scalar *value, void *arg), void *arg)
{
	struct cw_scalar scalar;
	size_t i;
	json_t *item;

	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, i, item)
			each(item, field, fn, arg);
	} else if (value && !json_is_null(value) && cw_scalar_read(field, value, &scalar)) {
		fn(&scalar, arg);
	}
}

void cw_document_scalars(const json_t *document, const char *path, const struct cw_es_field *field,
			 void (*fn)(const struct cw_scalar *value, void *arg), void *arg)
{
	each(cw_document_get(document, path), field, fn, arg);
}
