#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void cw_buf_reserve(struct cw_buf *buf, size_t extra)
{
	size_t cap = buf->cap ? buf->cap : 64;

	if (buf->n + extra + 1 <= buf->cap)
		return;
	while (cap < buf->n + extra + 1)
		cap *= 2;
	buf->p = cw_realloc(buf->p, cap);
	buf->cap = cap;
}

void cw_buf_append(struct cw_buf *buf, const void *p, size_t n)
{
	cw_buf_reserve(buf, n);
	if (n)
		memcpy(buf->p + buf->n, p, n);
	buf->n += n;
	buf->p[buf->n] = '\0';
}

void cw_buf_puts(struct cw_buf *buf, const char *text)
{
	cw_buf_append(buf, text, strlen(text));
}

void cw_buf_vprintf(struct cw_buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	cw_buf_reserve(buf, 0);
	n = vsnprintf(buf->p + buf->n, buf->cap - buf->n, fmt, ap);
	if (n > 0 && (size_t)n >= buf->cap - buf->n) {
		cw_buf_reserve(buf, (size_t)n);
		vsnprintf(buf->p + buf->n, buf->cap - buf->n, fmt, again);
	}
	va_end(again);
	if (n > 0)
		buf->n += (size_t)n;
	else
		buf->p[buf->n] = '\0';
}

void cw_buf_printf(struct cw_buf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cw_buf_vprintf(buf, fmt, ap);
	va_end(ap);
}

void cw_buf_utf8(struct cw_buf *buf, const char *text, size_t n)
{
	for (size_t i = 0, run; i < n; i += run ? run : 1) {
		run = text[i] ? cw_utf8_length(text + i, n - i) : 0;
		cw_buf_append(buf, run ? text + i : REPLACEMENT, run ? run : strlen(REPLACEMENT));
	}
	cw_buf_append(buf, "", 0);
}

void cw_buf_json_escape(struct cw_buf *buf, const char *text, size_t n)
{
	size_t i = 0;

	while (i < n) {
		unsigned char c = (unsigned char)text[i];
		size_t run;

		if (c == '"' || c == '\\') {
			char pair[2] = { '\\', (char)c };

			cw_buf_append(buf, pair, 2);
			i++;
		} else if (c < 0x20) {
			switch (c) {
			case '\n': cw_buf_puts(buf, "\\n"); break;
			case '\r': cw_buf_puts(buf, "\\r"); break;
			case '\t': cw_buf_puts(buf, "\\t"); break;
			default: cw_buf_printf(buf, "\\u%04x", c);
			}
			i++;
		} else if ((run = cw_utf8_length(text + i, n - i)) > 0) {
			cw_buf_append(buf, text + i, run);
			i += run;
		} else {
			cw_buf_puts(buf, REPLACEMENT);
			i++;
		}
	}
	cw_buf_append(buf, "", 0);
}

char *cw_buf_take(struct cw_buf *buf)
{
	char *text;

	cw_buf_append(buf, "", 0);
	text = buf->p;
	*buf = (struct cw_buf){ 0 };
	return text;
}

void cw_buf_free(struct cw_buf *buf)
{
	free(buf->p);
	*buf = (struct cw_buf){ 0 };
}

void cw_buf_free_secret(struct cw_buf *buf)
{
	if (buf->p)
		explicit_bzero(buf->p, buf->cap);
	cw_buf_free(buf);
}
