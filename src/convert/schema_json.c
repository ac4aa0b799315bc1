#include "convert/schema_json.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "data/number.h"
#include "data/text.h"

#define GREATEST "1.7976931348623157e308"
#define ESCAPED_UNIT 6 /* bytes of \u0041 */

/* The UTF-16 unit that an escape stands for; 0: it is no such escape. */
static uint32_t escaped_unit(const char *p)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	char digits[5] = { 0 };

	if (p[0] != '\\' || p[1] != 'u' || strspn(p + 2, hex) < 4)
		return 0;
	memcpy(digits, p + 2, 4);
	return (uint32_t)strtoul(digits, NULL, 16);
}

/* Each of these copies what is at p, and returns what comes after it. */
static const char *copy_escape(const char *p, struct cw_buf *out)
{
	uint32_t unit = escaped_unit(p);
	bool surrogate = cw_is_surrogate(unit), high = surrogate && unit < 0xdc00;
	size_t n = p[1] ? 2 : 1;

	if (surrogate) {
		uint32_t next = high ? escaped_unit(p + ESCAPED_UNIT) : 0;

		n = ESCAPED_UNIT;
		if (next < 0xdc00 || !cw_is_surrogate(next)) {
			cw_buf_puts(out, "\\ufffd");
			return p + n;
		}
		n *= 2;
	}
	cw_buf_append(out, p, n);
	return p + n;
}

static const char *copy_string(const char *p, struct cw_buf *out)
{
	cw_buf_append(out, p++, 1);
	while (*p && *p != '"') {
		size_t n = strcspn(p, "\"\\");

		cw_buf_append(out, p, n);
		p += n;
		if (*p == '\\')
			p = copy_escape(p, out);
	}
	cw_buf_append(out, p, *p ? 1 : 0);
	return *p ? p + 1 : p;
}

static const char *copy_number(const char *p, struct cw_buf *out)
{
	struct cw_slice text = cw_slice(p, strspn(p, "+-.0123456789eE"));
	bool whole = strcspn(p, ".eE") >= text.n;
	int64_t n;
	double d;

	if ((whole && cw_integer_parse(text, INT64_MIN, INT64_MAX, &n) == 0) || cw_double_parse(text, &d)) {
		cw_buf_append(out, text.p, text.n);
	} else if (isinf(d)) {
		cw_buf_puts(out, d < 0 ? "-" GREATEST : GREATEST);
	} else {
		cw_buf_append(out, text.p, text.n);
		cw_buf_puts(out, whole ? ".0" : "");
	}
	return text.p + text.n;
}

/* As many blanks and ends of lines, so that places in errors stay true. */
static const char *blank_comment(const char *p, struct cw_buf *out)
{
	const char *end = p[1] == '/' ? p + strcspn(p, "\r\n") : strstr(p + 2, "*/");

	if (!end)
		end = p + strlen(p);
	else if (p[1] == '*')
		end += 2;
	for (; p < end; p++)
		cw_buf_append(out, *p == '\n' ? "\n" : " ", 1);
	return end;
}

/* What jansson reads like that. */
static void mend(const char *p, bool comments, struct cw_buf *out)
{
	while (*p) {
		if (*p == '"')
			p = copy_string(p, out);
		else if (*p == '-' || (*p >= '0' && *p <= '9'))
			p = copy_number(p, out);
		else if (comments && *p == '/' && (p[1] == '/' || p[1] == '*'))
			p = blank_comment(p, out);
		else
			cw_buf_append(out, p++, 1);
	}
}

json_t *cw_schema_json(const char *text, bool comments, struct cw_error *err)
{
	struct cw_buf mended = { 0 };
	json_error_t error;
	json_t *json;

	cw_buf_puts(&mended, "");
	mend(text, comments, &mended);
	json = json_loadb(mended.p, mended.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	cw_buf_free(&mended);
	if (!json)
		cw_error_set(err, CW_ERR_INVALID, "the schema is no JSON: %s (line %d, column %d)", error.text,
			     error.line, error.column);
	return json;
}
