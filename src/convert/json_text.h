/*
 * json_text - what is below JSON's grammar: the encoding of a document, runs of plain characters, and strings with
 * escapes. Text in memory is as data/text.h has it.
 *
 * Internal to the JSON reader and writer.
 */
#ifndef CW_CONVERT_JSON_TEXT_H
#define CW_CONVERT_JSON_TEXT_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "connect-worker/connector.h"

/*
 * Of eight bytes, the high bit of the first one that does not mean itself inside a JSON string; those of bytes after it
 * may be set, too. 0: all mean themselves.
 */
static inline uint64_t cw_json_marks(uint64_t eight)
{
	const uint64_t each = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
	uint64_t quotes = (eight ^ each * '"') - each, slashes = (eight ^ each * '\\') - each;

	return (eight | (eight - each * ' ') | quotes | slashes) & high;
}

static inline bool cw_json_is_plain(char c)
{
	return (unsigned char)c >= ' ' && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* How many of eight bytes come before their first mark. */
static inline size_t cw_json_plain_before(uint64_t marks, const char *eight)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	(void)eight;
	return (size_t)__builtin_ctzll(marks) / 8;
#else
	size_t i = 0;

	(void)marks;
	while (cw_json_is_plain(eight[i]))
		i++;
	return i;
#endif
}

/* How many bytes from p on are ASCII and mean themselves: no control, quote or backslash. */
static inline size_t cw_json_plain_length(const char *p, size_t n)
{
	size_t i = 0;

	for (uint64_t eight, marks; n - i >= sizeof(eight); i += sizeof(eight)) {
		memcpy(&eight, p + i, sizeof(eight));
		marks = cw_json_marks(eight);
		if (marks)
			return i + cw_json_plain_before(marks, p + i);
	}
	while (i < n && cw_json_is_plain(p[i]))
		i++;
	return i;
}

/* Up to seven plain bytes, in two halves that may overlap; false when one of them is not plain. */
static inline bool cw_json_plain_copy_few(char *to, const char *p, size_t n)
{
	uint32_t first = 0, last = 0;

	if (n >= 4) {
		memcpy(&first, p, 4);
		memcpy(&last, p + n - 4, 4);
		memcpy(to, &first, 4);
		memcpy(to + n - 4, &last, 4);
	} else {
		unsigned char a = (unsigned char)p[0], b = (unsigned char)p[n / 2], c = (unsigned char)p[n - 1];

		first = 0x20200000u | (uint32_t)b << 8 | a; /* filled up with blanks, which are plain */
		last = 0x20202000u | c;
		to[0] = (char)a;
		to[n / 2] = (char)b;
		to[n - 1] = (char)c;
	}
	return cw_json_marks((uint64_t)last << 32 | first) == 0;
}

/* Eight to fifteen bytes, likewise. */
static inline bool cw_json_plain_copy_some(char *to, const char *p, size_t n)
{
	uint64_t first, last;

	memcpy(&first, p, 8);
	memcpy(&last, p + n - 8, 8);
	memcpy(to, &first, 8);
	memcpy(to + n - 8, &last, 8);
	return (cw_json_marks(first) | cw_json_marks(last)) == 0;
}

/* Copies sixteen bytes: whether all of them are plain. */
static inline bool cw_json_plain_copy_16(char *to, const char *p)
{
#ifdef __SSE2__
	const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)p);
	/* As signed numbers, what is not ASCII is less than a blank, too. */
	const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(text, _mm_set1_epi8(' ')),
					 _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('"')),
						      _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'))));

	_mm_storeu_si128((__m128i *)(void *)to, text);
	return _mm_movemask_epi8(odd) == 0;
#else
	return cw_json_plain_copy_some(to, p, 16);
#endif
}

/* Sixteen or more, likewise. */
static inline bool cw_json_plain_copy_many(char *to, const char *p, size_t n)
{
	for (size_t i = 0; n - i > 16; i += 16)
		if (!cw_json_plain_copy_16(to + i, p + i))
			return false;
	return cw_json_plain_copy_16(to + n - 16, p + n - 16);
}

/* Copies the text when all of it means itself; otherwise something of it may have been copied. */
static inline bool cw_json_plain_copy(char *to, const char *p, size_t n)
{
	if (n >= 16)
		return cw_json_plain_copy_many(to, p, n);
	if (n >= 8)
		return cw_json_plain_copy_some(to, p, n);
	return n == 0 || cw_json_plain_copy_few(to, p, n);
}

/*
 * The document as UTF-8 without a byte order mark: *text itself, or a copy in the memory when it is UTF-16 or UTF-32,
 * which its first four bytes tell. 0, or -1 with *what set to what is wrong.
 */
int cw_json_to_utf8(struct cw_batch *memory, struct cw_slice *text, const char **what);

/*
 * A string, or with `is_name` the name of a member, that is not just valid UTF-8 without escapes: raw is what stands
 * between its quotes. Overlong and otherwise odd UTF-8 is read as Jackson reads it, which differs between the two.
 */
int cw_json_unescape(struct cw_batch *memory, struct cw_slice raw, bool is_name, struct cw_slice *out,
		     const char **what);

#endif
