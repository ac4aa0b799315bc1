/*
 * text - bytes on their way into a JSON document: a growing buffer, copies of short strings, and the
 * JSON escape. No dependency but libc.
 *
 * Writers that take and return `char *out` write without a bound: the caller made room before
 * (cw_json_room), which keeps the bound checks out of the loop over the records.
 */
#ifndef CW_ACCESS_LOG_TEXT_H
#define CW_ACCESS_LOG_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "connect-worker/connector.h"

/* Start as { 0 }. Freed with cw_text_free(). */
struct cw_text {
	char *p;
	size_t n, cap;
};

/* Allocation that does not fail: without memory the process says so and aborts. Zeroed. */
void *cw_text_alloc(size_t size);
void *cw_text_realloc(void *p, size_t size);
char *cw_text_strdup(const char *text);

/* Room for `extra` more bytes; the buffer at least doubles. */
void cw_text_reserve_slow(struct cw_text *text, size_t extra);
void cw_text_append(struct cw_text *text, const void *p, size_t n);
void cw_text_puts(struct cw_text *text, const char *s);
void cw_text_printf(struct cw_text *text, const char *fmt, ...) CW_PRINTF(2, 3);
void cw_text_free(struct cw_text *text);

static inline void cw_text_reserve(struct cw_text *text, size_t extra)
{
	if (text->cap - text->n < extra)
		cw_text_reserve_slow(text, extra);
}

/* Most bytes that n bytes can become as the inside of a JSON string, with what the copies write past it. */
static inline size_t cw_json_room(size_t n)
{
	return 6 * n + 32;
}

/* The first byte in [p, end) that ends or interrupts plain text: '"', '\', a control or non-ASCII byte; else end. */
static inline const char *cw_text_plain_end(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
					   _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
		/* signed: bytes from 0x80 on are negative, so one comparison finds them and the controls */
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(hit, _mm_cmplt_epi8(x, _mm_set1_epi8(0x20))));

		if (mask)
			return p + __builtin_ctz(mask);
		p += 16;
	}
#else
	while (end - p >= 8) {
		const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
		uint64_t x, quote, slash;

		memcpy(&x, p, 8);
		quote = x ^ (ones * '"');
		slash = x ^ (ones * '\\');
		if ((((x - ones * 0x20) | x) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops)
			break; /* exactly where: below */
		p += 8;
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && (signed char)*p >= 0x20)
		p++;
	return p;
}

/*
 * Copies n bytes. `readable` is the end of the memory that s lies in: with 16 bytes left there it copies
 * in blocks and may write up to 15 bytes more than n.
 */
static inline char *cw_text_copy(char *out, const char *s, size_t n, const char *readable)
{
	if (s + ((n + 15) & ~(size_t)15) <= readable) {
		for (size_t i = 0; i < n; i += 16)
			memcpy(out + i, s + i, 16);
	} else {
		memcpy(out, s, n);
	}
	return out + n;
}

/* As the inside of a JSON string. Bytes that are no UTF-8 become U+FFFD, one for each. */
char *cw_json_put(char *out, const char *p, size_t n);

/*
 * Undoes the escapes that Apache writes into quoted fields: \" \\ \b \n \r \t \v \xHH. Anything else
 * after a backslash stays as it is. Writes at most n bytes; returns how many.
 */
size_t cw_text_unescape(char *out, const char *p, size_t n);

/* Decimal digits of v; at most 20 bytes. */
char *cw_text_put_u64(char *out, uint64_t v);

/* Bytes of the valid UTF-8 character at p (1 to 4), or 0. n is what is left. */
size_t cw_text_utf8_length(const char *p, size_t n);

#endif
