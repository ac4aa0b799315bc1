#include "text.h"

#include <stdio.h>
#include <stdlib.h>

static void *checked(void *p)
{
	if (!p) {
		fputs("access log: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *cw_text_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *cw_text_realloc(void *p, size_t size)
{
	return checked(realloc(p, size ? size : 1));
}

char *cw_text_strdup(const char *text)
{
	return text ? checked(strdup(text)) : NULL;
}

void cw_text_reserve_slow(struct cw_text *text, size_t extra)
{
	size_t cap = text->cap ? text->cap : extra > 512 ? extra : 512;

	while (cap - text->n < extra)
		cap *= 2;
	text->p = cw_text_realloc(text->p, cap);
	text->cap = cap;
}

void cw_text_append(struct cw_text *text, const void *p, size_t n)
{
	if (n == 0)
		return;
	cw_text_reserve(text, n);
	memcpy(text->p + text->n, p, n);
	text->n += n;
}

void cw_text_puts(struct cw_text *text, const char *s)
{
	cw_text_append(text, s, strlen(s));
}

void cw_text_printf(struct cw_text *text, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	cw_text_reserve(text, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text->p + text->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	text->n += (size_t)n;
}

void cw_text_free(struct cw_text *text)
{
	free(text->p);
	memset(text, 0, sizeof(*text));
}

static bool continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t cw_text_utf8_length(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;

	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return n >= 2 && continues(p[1]) ? 2 : 0;
	if (p[0] >= 0xe0 && p[0] <= 0xef) {
		if (n < 3 || !continues(p[1]) || !continues(p[2]))
			return 0;
		/* overlong forms, and the surrogates */
		return (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ? 0 : 3;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		if (n < 4 || !continues(p[1]) || !continues(p[2]) || !continues(p[3]))
			return 0;
		/* overlong forms, and what is past U+10FFFF */
		return (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ? 0 : 4;
	}
	return 0;
}

/* One character that is not plain; *p moves past it. */
static char *put_special(char *out, const char **p, const char *end)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char c = (unsigned char)**p;
	const char *letter;
	size_t n;

	if (c >= 0x80) {
		n = cw_text_utf8_length(*p, (size_t)(end - *p));
		if (n) {
			memcpy(out, *p, n);
			*p += n;
			return out + n;
		}
		memcpy(out, "\xef\xbf\xbd", 3);
		(*p)++;
		return out + 3;
	}
	(*p)++;
	*out++ = '\\';
	letter = c ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;
	if (letter) {
		*out++ = letter[1];
		return out;
	}
	memcpy(out, "u00", 3);
	out[3] = hex[c >> 4];
	out[4] = hex[c & 15];
	return out + 5;
}

char *cw_json_put(char *out, const char *p, size_t n)
{
	const char *end = p + n;

	for (;;) {
		const char *stop = cw_text_plain_end(p, end);

		out = cw_text_copy(out, p, (size_t)(stop - p), end);
		p = stop;
		if (p == end)
			return out;
		out = put_special(out, &p, end);
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t cw_text_unescape(char *out, const char *p, size_t n)
{
	static const char from[] = "\"\\bnrtv", to[] = "\"\\\b\n\r\t\v";
	const char *end = p + n;
	char *start = out;

	while (p < end) {
		const char *letter;

		if (*p != '\\' || end - p < 2) {
			*out++ = *p++;
			continue;
		}
		letter = p[1] ? strchr(from, p[1]) : NULL;
		if (letter) {
			*out++ = to[letter - from];
			p += 2;
		} else if (p[1] == 'x' && end - p >= 4 && hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0) {
			*out++ = (char)(hex_digit(p[2]) * 16 + hex_digit(p[3]));
			p += 4;
		} else {
			*out++ = *p++;
		}
	}
	return (size_t)(out - start);
}

char *cw_text_put_u64(char *out, uint64_t v)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	memcpy(out, digits + i, sizeof(digits) - i);
	return out + (sizeof(digits) - i);
}
