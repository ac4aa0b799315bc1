#include "config/props.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define FILE_MAX_BYTES ((size_t)16 << 20)

/* The text being read; line and column (in characters, from 1) of the next byte. */
struct reader {
	const char *p, *end;
	const char *name;
	unsigned line, column;
};

/* Where a byte of the logical line stood in the file. */
struct place {
	unsigned line, column;
};

/* A line after continuations are joined; escapes are still in it. Places run parallel to the bytes. */
struct logical_line {
	struct cw_buf text;
	struct place *places;
	size_t cap;
	struct place end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

static bool is_eol(char c)
{
	return c == '\n' || c == '\r';
}

static void advance(struct reader *reader)
{
	unsigned char c = (unsigned char)*reader->p++;

	if (c == '\n' || (c == '\r' && !(reader->p < reader->end && *reader->p == '\n'))) {
		reader->line++;
		reader->column = 1;
	} else if ((c & 0xc0) != 0x80 && c != '\r') {
		reader->column++;
	}
}

static void skip_blanks(struct reader *reader)
{
	while (reader->p < reader->end && is_blank(*reader->p))
		advance(reader);
}

static void skip_eol(struct reader *reader)
{
	if (reader->p == reader->end)
		return;
	if (*reader->p == '\r' && reader->p + 1 < reader->end && reader->p[1] == '\n')
		advance(reader);
	advance(reader);
}

static void add_byte(struct logical_line *line, struct reader *reader)
{
	if (line->text.n == line->cap) {
		line->cap = line->cap ? line->cap * 2 : 128;
		line->places = cw_realloc(line->places, line->cap * sizeof(*line->places));
	}
	line->places[line->text.n] = (struct place){ reader->line, reader->column };
	cw_buf_append(&line->text, reader->p, 1);
	advance(reader);
}

/* Skips blank lines and comments, then takes one line with its continuations. False at the end. */
static bool next_line(struct reader *reader, struct logical_line *line)
{
	line->text.n = 0;
	for (;;) {
		skip_blanks(reader);
		if (reader->p == reader->end)
			return false;
		if (*reader->p == '#' || *reader->p == '!')
			while (reader->p < reader->end && !is_eol(*reader->p))
				advance(reader);
		else if (!is_eol(*reader->p))
			break;
		skip_eol(reader);
	}
	while (reader->p < reader->end && !is_eol(*reader->p)) {
		bool escape = *reader->p == '\\';

		if (escape && (reader->p + 1 == reader->end || is_eol(reader->p[1]))) {
			advance(reader);
			skip_eol(reader);
			skip_blanks(reader);
			continue;
		}
		add_byte(line, reader);
		if (escape) /* what it escapes, so that "\\" does not continue the line */
			add_byte(line, reader);
	}
	line->end = (struct place){ reader->line, reader->column };
	skip_eol(reader);
	return line->text.n > 0 || reader->p < reader->end;
}

static void put_utf8(struct cw_buf *out, unsigned long c)
{
	char utf8[4];
	size_t n = 0;

	if (c < 0x80) {
		utf8[n++] = (char)c;
	} else if (c < 0x800) {
		utf8[n++] = (char)(0xc0 | c >> 6);
		utf8[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		utf8[n++] = (char)(0xe0 | c >> 12);
		utf8[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		utf8[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		utf8[n++] = (char)(0xf0 | c >> 18);
		utf8[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		utf8[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		utf8[n++] = (char)(0x80 | (c & 0x3f));
	}
	cw_buf_append(out, utf8, n);
}

CW_PRINTF(5, 6)
static int line_error(const struct reader *reader, const struct logical_line *line, size_t at, struct cw_error *err,
		      const char *fmt, ...)
{
	struct place place = at < line->text.n ? line->places[at] : line->end;
	char reason[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	return cw_error_set(err, CW_ERR_INVALID, "%s:%u:%u: %s", reader->name, place.line, place.column, reason);
}

/* The four digits after "\u" at `at`: the code unit, or -1. */
static long code_unit(const struct logical_line *line, size_t at)
{
	long unit = 0;

	if (at + 6 > line->text.n || line->text.p[at] != '\\' || line->text.p[at + 1] != 'u')
		return -1;
	for (size_t i = at + 2; i < at + 6; i++) {
		static const char digits[] = "0123456789abcdef";
		char c = line->text.p[i];
		const char *digit = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

		if (!digit)
			return -1;
		unit = unit * 16 + (digit - digits);
	}
	return unit;
}

/* Decodes the \uXXXX at *at, with its second half when it is a surrogate. */
static int unicode_escape(const struct reader *reader, const struct logical_line *line, size_t *at,
			  struct cw_buf *out, struct cw_error *err)
{
	long unit = code_unit(line, *at), low;

	if (unit < 0)
		return line_error(reader, line, *at, err,
				  "\"\\u\" must be followed by four hexadecimal digits, as in \\u00e4");
	if (unit == 0)
		return line_error(reader, line, *at, err, "\\u0000 (a NUL character) is not allowed");
	if (unit >= 0xd800 && unit <= 0xdfff) {
		low = unit < 0xdc00 ? code_unit(line, *at + 6) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return line_error(reader, line, *at, err,
					  "\\u%04lx is one half of a surrogate pair; the other half is missing", unit);
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
		*at += 6;
	}
	put_utf8(out, (unsigned long)unit);
	*at += 6;
	return 0;
}

/* Decodes the bytes [from, to) of a logical line: escapes, and Latin-1 bytes that are not UTF-8. */
static int decode(const struct reader *reader, const struct logical_line *line, size_t from, size_t to,
		  struct cw_buf *out, struct cw_error *err)
{
	static const char escapes[] = "tnrf", escaped[] = "\t\n\r\f";
	const char *text = line->text.p;
	size_t i = from, run;

	out->n = 0;
	cw_buf_append(out, "", 0);
	while (i < to) {
		bool escape = text[i] == '\\';
		const char *control;

		if (escape && i + 1 < to && text[i + 1] == 'u') {
			if (unicode_escape(reader, line, &i, out, err) < 0)
				return -1;
			continue;
		}
		if (escape && ++i == to)
			break;
		if (text[i] == '\0')
			return line_error(reader, line, i, err, "a NUL byte is not allowed: is this a text file?");
		control = escape ? strchr(escapes, text[i]) : NULL;
		if (control) {
			cw_buf_append(out, &escaped[control - escapes], 1);
			i++;
		} else if ((run = cw_utf8_length(text + i, to - i)) > 0) {
			cw_buf_append(out, text + i, run);
			i += run;
		} else {
			put_utf8(out, (unsigned char)text[i++]);
		}
	}
	return 0;
}

/* Splits a logical line: the key ends at key_end, the value starts at the returned place. */
static size_t split(const struct logical_line *line, size_t *key_end)
{
	const char *text = line->text.p;
	size_t n = line->text.n, i = 0;

	while (i < n && !is_blank(text[i]) && text[i] != '=' && text[i] != ':')
		i += text[i] == '\\' && i + 1 < n ? 2 : 1;
	*key_end = i;
	while (i < n && is_blank(text[i]))
		i++;
	if (i < n && (text[i] == '=' || text[i] == ':'))
		i++;
	while (i < n && is_blank(text[i]))
		i++;
	return i;
}

static int parse_line(const struct reader *reader, const struct logical_line *line, struct cw_buf *key,
		      struct cw_buf *value, struct cw_map *out, struct cw_map *places, struct cw_error *err)
{
	size_t key_end, start = split(line, &key_end);

	if (key_end == 0 && line->text.n == 0)
		return 0; /* only continuations of nothing */
	if (key_end == 0)
		return line_error(reader, line, 0, err, "there is no key before \"%c\"; a line is KEY=VALUE",
				  line->text.p[0]);
	if (decode(reader, line, 0, key_end, key, err) < 0 ||
	    decode(reader, line, start, line->text.n, value, err) < 0)
		return -1;
	cw_map_set(out, key->p, value->p);
	if (places) {
		CW_AUTO_FREE char *place = cw_format("%s:%u", reader->name, line->places[0].line);

		cw_map_set(places, key->p, place);
	}
	return 0;
}

int cw_props_parse_places(const char *text, size_t n, const char *name, struct cw_map *out, struct cw_map *places,
			  struct cw_error *err)
{
	struct reader reader = { .p = text, .end = text + n, .name = name, .line = 1, .column = 1 };
	struct logical_line line = { 0 };
	struct cw_buf key = { 0 }, value = { 0 };
	int ret = 0;

	if (n >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return cw_error_set(err, CW_ERR_INVALID, "%s:1:1: this is a UTF-16 file; save it as UTF-8", name);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reader.p += 3;
	while (ret == 0 && next_line(&reader, &line))
		ret = parse_line(&reader, &line, &key, &value, out, places, err);
	if (ret < 0) {
		cw_map_free_secret(out);
		if (places)
			cw_map_free(places);
	}
	cw_buf_free(&key);
	cw_buf_free_secret(&value);
	cw_buf_free_secret(&line.text);
	free(line.places);
	return ret;
}

int cw_props_parse(const char *text, size_t n, const char *name, struct cw_map *out, struct cw_error *err)
{
	return cw_props_parse_places(text, n, name, out, NULL, err);
}

char *cw_file_read(const char *path, size_t *n, struct cw_error *err)
{
	FILE *file = fopen(path, "re");
	struct cw_buf text = { 0 };
	size_t got;
	int failed;

	if (!file) {
		cw_error_set(err, CW_ERR_INVALID, "%s: cannot be opened: %s", path, strerror(errno));
		return NULL;
	}
	do {
		cw_buf_reserve(&text, 65536);
		got = fread(text.p + text.n, 1, 65536, file);
		text.n += got;
	} while (got > 0 && text.n <= FILE_MAX_BYTES);
	failed = ferror(file) ? errno : 0;
	fclose(file);
	if (failed)
		cw_error_set(err, CW_ERR_INVALID, "%s: cannot be read: %s", path, strerror(failed));
	else if (text.n > FILE_MAX_BYTES)
		cw_error_set(err, CW_ERR_INVALID, "%s: is larger than 16 MiB; a configuration file is not", path);
	else {
		*n = text.n;
		return cw_buf_take(&text);
	}
	cw_buf_free(&text);
	return NULL;
}

int cw_props_load(const char *path, struct cw_map *out, struct cw_error *err)
{
	size_t n;
	CW_AUTO_FREE_SECRET char *text = cw_file_read(path, &n, err); /* there may be some in it */

	return text ? cw_props_parse(text, n, path, out, err) : -1;
}
