#include "malformed.h"

#include "random.h"

/* Where the text begins; every line that comes here has it. */
static size_t find(const char *line, size_t n, const char *text)
{
	const char *p = memmem(line, n, text, strlen(text));

	return p ? (size_t)(p - line) : 0;
}

static size_t replace(char *line, size_t n, size_t at, size_t old, const char *text)
{
	size_t new = strlen(text);

	memmove(line + at + new, line + at + old, n - at - old);
	memcpy(line + at, text, new);
	return n - old + new;
}

/* The quote that ends the request. */
static size_t request_end(const char *line, size_t n)
{
	size_t begin = find(line, n, "\"") + 1;

	return begin + find(line + begin, n - begin, "\"");
}

static size_t date_day(enum cw_line_format format, const char *line, size_t n)
{
	if (format == CW_LINE_JSON)
		return find(line, n, "\"@timestamp\":\"") + strlen("\"@timestamp\":\"2026-01-");
	return find(line, n, "[") + (format == CW_LINE_ACCESS ? strlen("[Jan ") : 1);
}

static size_t status_digit(enum cw_line_format format, const char *line, size_t n)
{
	if (format == CW_LINE_JSON)
		return find(line, n, "\"status\":") + strlen("\"status\":2");
	return request_end(line, n) + strlen("\" 2");
}

static size_t alien(uint64_t draw, char *line)
{
	static const char *const lines[] = {
		"Jan 21 22:23:40 web-1 sshd[4711]: Connection closed by 9.180.123.170 port 51234 [preauth]",
		"java.lang.OutOfMemoryError: Java heap space",
		"==> /var/log/nginx/access.log <==",
		"-- MARK --",
	};
	const char *text = lines[cw_below(draw, 4)];

	memcpy(line, text, strlen(text));
	return strlen(text);
}

/* Never a line break, and never UTF-8: the first byte is in no valid text. */
static size_t broken_bytes(uint64_t draw, char *line)
{
	size_t n = 8 + cw_below(draw, 64);

	line[0] = (char)0xff;
	for (size_t i = 1; i < n; i++) {
		unsigned char byte = (unsigned char)(cw_draw(draw, i) >> 56);

		line[i] = byte == '\n' || byte == '\r' || byte == '\0' ? '?' : (char)byte;
	}
	return n;
}

size_t cw_malform(enum cw_malformed kind, enum cw_line_format format, uint64_t draw, char *line, size_t n)
{
	size_t at;

	switch (kind) {
	case CW_MALFORMED_CUT:
		return 1 + cw_below(draw, (uint32_t)(format == CW_LINE_JSON ? n - 1 : request_end(line, n)));
	case CW_MALFORMED_QUOTE:
		at = format == CW_LINE_JSON ? find(line, n, ":\"") + 1 : request_end(line, n);
		return replace(line, n, at, 1, "");
	case CW_MALFORMED_ADDRESS:
		at = format == CW_LINE_JSON ? strlen("{\"ip\":\"") : 0;
		return replace(line, n, at, find(line + at, n - at, "."), "999");
	case CW_MALFORMED_DATE:
		return replace(line, n, date_day(format, line, n), 2, "39");
	case CW_MALFORMED_STATUS:
		return replace(line, n, status_digit(format, line, n), 1, "x");
	case CW_MALFORMED_ALIEN:
		return alien(draw, line);
	case CW_MALFORMED_BYTES:
	default:
		return broken_bytes(draw, line);
	}
}
