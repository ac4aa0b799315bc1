/* Strings, numbers and words of JSON. */
#include "convert/json_token.h"

#include "base/utf8.h"
#include "convert/json_number.h"
#include "convert/json_text.h"
#include "data/text.h"
#include "data/value.h"

/* Jackson's limits, in bytes of a name and UTF-16 units of a string. */
#define NAME_MAX_BYTES 50000u
#define STRING_MAX_UNITS 20000000u

/* ---- strings --------------------------------------------------------------------------------- */

/* Past the rest of a string to its closing quote; NULL when there is none. */
static const char *closing_quote(const char *p, const char *end)
{
	for (; p < end && *p != '"'; p++)
		if (*p == '\\' && ++p == end)
			break;
	return p < end ? p : NULL;
}

static bool is_too_long(struct cw_slice s, bool is_name)
{
	if (is_name)
		return s.n > NAME_MAX_BYTES;
	return s.n > STRING_MAX_UNITS && cw_text_length(s) > STRING_MAX_UNITS;
}

/* At the first byte that needs a closer look. */
static int read_odd_string(struct cw_json_reader *r, const char *start, const char *odd, bool is_name,
			   struct cw_slice *out)
{
	const char *end = closing_quote(odd, r->end);

	if (!end)
		return cw_json_fail_at(r, r->end, "unexpected end of the document in a string");
	if (cw_json_unescape(r->strings, cw_slice(start, (size_t)(end - start)), is_name, out, &r->what) < 0)
		return cw_json_fail_at(r, odd, r->what);
	r->p = end + 1;
	return 0;
}

/* At the opening quote. */
static int read_string(struct cw_json_reader *r, bool is_name, struct cw_slice *out)
{
	const char *start = ++r->p, *p = start;

	for (;;) {
		size_t length;

		p += cw_json_plain_length(p, (size_t)(r->end - p));
		if (p < r->end && *p == '"')
			break;
		length = p < r->end && (unsigned char)*p >= 0x80 ? cw_utf8_length(p, (size_t)(r->end - p)) : 0;
		if (!length)
			return read_odd_string(r, start, p, is_name, out);
		p += length;
	}
	*out = cw_slice(start, (size_t)(p - start));
	r->p = p + 1;
	return 0;
}

int cw_json_read_text(struct cw_json_reader *r, bool is_name, struct cw_slice *out)
{
	const char *start = r->p;

	if (read_string(r, is_name, out) < 0)
		return -1;
	return is_too_long(*out, is_name) ? cw_json_fail_at(r, start, "a string or name is too long") : 0;
}

/* ---- scalars --------------------------------------------------------------------------------- */

static int read_number(struct cw_json_reader *r, struct cw_value *out)
{
	struct cw_json_number number;
	const char *start = r->p, *end = cw_json_number_scan(start, r->end, &number, &r->what);

	if (!end)
		return cw_json_fail(r, r->what);
	r->p = end;
	if (r->depth == 0 && end < r->end && cw_json_peek(r) >= 0 && r->p == end)
		return cw_json_fail(r, "a blank is expected after a number");
	if (cw_json_number_is_long(&number) || (!r->exact_numbers && !number.decimal)) {
		*out = cw_value_int64(cw_json_number_int64(&number));
	} else if (!r->exact_numbers) {
		*out = cw_value_float64(cw_json_number_double(&number));
	} else {
		*out = cw_value_of(CW_JSON_NUMBER);
		out->u.bytes = cw_slice(start, (size_t)(end - start));
		out->scale = number.decimal;
	}
	return 0;
}

static bool continues_word(char c)
{
	return (unsigned char)c >= 0x7f || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= 'a' && c <= 'z');
}

static int read_word(struct cw_json_reader *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0 ||
	    (r->p + n < r->end && continues_word(r->p[n])))
		return cw_json_fail(r, "unknown word; a value, \"true\", \"false\" or \"null\", is expected");
	r->p += n;
	return 0;
}

static int read_string_value(struct cw_json_reader *r, struct cw_value *out)
{
	*out = cw_value_of(CW_STRING);
	return cw_json_read_text(r, false, &out->u.bytes);
}

int cw_json_read_scalar(struct cw_json_reader *r, int c, struct cw_value *out)
{
	switch (c) {
	case '"':
		return read_string_value(r, out);
	case 't':
		*out = cw_value_boolean(true);
		return read_word(r, "true");
	case 'f':
		*out = cw_value_boolean(false);
		return read_word(r, "false");
	case 'n':
		*out = cw_value_null();
		return read_word(r, "null");
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return read_number(r, out);
		return cw_json_fail(r, c < 0 ? "unexpected end of the document" : "unexpected character, a value is expected");
	}
}
