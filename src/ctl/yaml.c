#include "ctl/yaml.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define STEP 2 /* blanks a level */

static void put_value(struct cw_buf *out, const json_t *value, size_t indent);

static void pad(struct cw_buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cw_buf_puts(out, " ");
}

/* Words that a parser of YAML 1.1 or 1.2 takes for null or a boolean. */
static bool is_reserved(const char *text)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off", "y", "n", "~" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/*
 * Begins with a letter and has nothing but what no parser takes for syntax: numbers, dates and "<<" do not
 * pass, nor does a colon or "#".
 */
static bool is_plain(const char *text)
{
	if (!isalpha((unsigned char)*text) && *text != '_' && *text != '/')
		return false;
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-./ $%()+=;,@", *p))
			return false;
	return text[strlen(text) - 1] != ' ' && !is_reserved(text);
}

/* Lines that a literal block holds as they are. */
static bool is_block(const char *text)
{
	if (!strchr(text, '\n') || *text == ' ' || *text == '\n')
		return false;
	for (const char *p = text; *p; p++)
		if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f ||
		    (unsigned char)*p >= 0x80)
			return false;
	return true;
}

static void put_block(struct cw_buf *out, const char *text, size_t indent)
{
	size_t n = strlen(text), ends = 0;

	while (ends < n && text[n - 1 - ends] == '\n')
		ends++;
	cw_buf_puts(out, ends == 0 ? "|-\n" : ends == 1 ? "|\n" : "|+\n");
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		pad(out, length ? indent : 0);
		cw_buf_append(out, line, length);
		cw_buf_puts(out, "\n");
		line += length + (line[length] == '\n');
	}
}

/* How many bytes at p are a character that YAML would not leave in a quoted text as it is, with its *code; or 0. */
static size_t unprintable(const unsigned char *p, size_t left, unsigned *code)
{
	size_t n = 0;

	if (p[0] == 0x7f)
		n = 1;
	else if (left >= 2 && p[0] == 0xc2 && p[1] < 0xa0)
		n = 2;
	else if (left >= 3 && ((p[0] == 0xe2 && p[1] == 0x80 && (p[2] | 1) == 0xa9) ||
			       (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)))
		n = 3;
	*code = n == 1 ? p[0] : n == 2 ? p[1] : n == 3 && p[0] == 0xe2 ? 0x2000u + p[2] - 0x80u : 0xfeff;
	return n;
}

/* As JSON has it, and without the line ends of Unicode, which a parser would fold. */
static void put_quoted(struct cw_buf *out, const char *text, size_t n)
{
	struct cw_buf escaped = { 0 };
	unsigned code;
	size_t step;

	cw_buf_json_escape(&escaped, text, n);
	cw_buf_puts(out, "\"");
	for (size_t i = 0; i < escaped.n; i += step ? step : 1) {
		step = unprintable((const unsigned char *)escaped.p + i, escaped.n - i, &code);
		if (step)
			cw_buf_printf(out, "\\u%04x", code);
		else
			cw_buf_append(out, escaped.p + i, 1);
	}
	cw_buf_puts(out, "\"");
	cw_buf_free(&escaped);
}

static void put_string(struct cw_buf *out, const char *text, size_t n, size_t indent)
{
	if (strlen(text) == n && is_block(text)) {
		put_block(out, text, indent ? indent : STEP);
		return;
	}
	if (strlen(text) == n && is_plain(text))
		cw_buf_puts(out, text);
	else
		put_quoted(out, text, n);
	cw_buf_puts(out, "\n");
}

static bool is_collection(const json_t *value)
{
	return json_object_size(value) > 0 || json_array_size(value) > 0;
}

static void put_object(struct cw_buf *out, const json_t *object, size_t indent)
{
	const char *key;
	json_t *value;
	bool first = true;

	json_object_foreach((json_t *)object, key, value) {
		/* The first key stands where the cursor is: behind "- ", or at the begin of the line. */
		if (!first)
			pad(out, indent);
		first = false;
		if (is_plain(key))
			cw_buf_puts(out, key);
		else
			put_quoted(out, key, strlen(key));
		cw_buf_puts(out, is_collection(value) ? ":\n" : ": ");
		if (is_collection(value))
			pad(out, indent + STEP);
		put_value(out, value, indent + STEP);
	}
}

static void put_array(struct cw_buf *out, const json_t *array, size_t indent)
{
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)array, i, value) {
		if (i > 0)
			pad(out, indent);
		cw_buf_puts(out, "- ");
		put_value(out, value, indent + STEP);
	}
}

/* The cursor stands at column `indent` for a collection, behind "key: " or "- " for anything else. */
static void put_value(struct cw_buf *out, const json_t *value, size_t indent)
{
	char *text;

	if (json_object_size(value) > 0) {
		put_object(out, value, indent);
	} else if (json_array_size(value) > 0) {
		put_array(out, value, indent);
	} else if (json_is_string(value)) {
		put_string(out, json_string_value(value), json_string_length(value), indent);
	} else {
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		cw_buf_puts(out, text ? text : "null");
		cw_buf_puts(out, "\n");
		free(text);
	}
}

void cw_yaml_put(struct cw_buf *out, const json_t *value)
{
	put_value(out, value, 0);
}
