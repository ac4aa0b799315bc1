/*
 * buf - a growing byte buffer.
 *
 * Start as { 0 }. p is NULL until the first write; after any append p[n] is a NUL that is not
 * counted. Not thread safe. Freed with cw_buf_free(), which leaves an empty buffer.
 */
#ifndef CW_BASE_BUF_H
#define CW_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

struct cw_buf {
	char *p;
	size_t n, cap;
};

/* Room for `extra` more bytes and a NUL. */
void cw_buf_reserve(struct cw_buf *buf, size_t extra);
void cw_buf_append(struct cw_buf *buf, const void *p, size_t n);
void cw_buf_puts(struct cw_buf *buf, const char *text);
void cw_buf_printf(struct cw_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cw_buf_vprintf(struct cw_buf *buf, const char *fmt, va_list ap);
/* The text, for people and for JSON: invalid UTF-8, and NUL, become U+FFFD. p[n] is a NUL afterwards in any case. */
void cw_buf_utf8(struct cw_buf *buf, const char *text, size_t n);
/* The text as the inside of a JSON string; invalid UTF-8 becomes U+FFFD. */
void cw_buf_json_escape(struct cw_buf *buf, const char *text, size_t n);
/* Hands the NUL-terminated text (never NULL) to the caller, who frees it; the buffer is empty then. */
char *cw_buf_take(struct cw_buf *buf);
void cw_buf_free(struct cw_buf *buf);
void cw_buf_free_secret(struct cw_buf *buf); /* overwrites it first; what growing left behind is not reached */

#endif
