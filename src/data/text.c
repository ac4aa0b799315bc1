#include "data/text.h"

#include "base/mem.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static size_t ascii_prefix(struct cw_slice s)
{
	size_t i = 0;
	uint64_t word;

	for (; i + sizeof(word) <= s.n; i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < s.n && !(s.p[i] & 0x80))
		i++;
	return i;
}

static size_t valid_prefix(struct cw_slice s)
{
	size_t i = 0, n;

	do {
		i += ascii_prefix(cw_slice(s.p + i, s.n - i));
		n = cw_utf8_length(s.p + i, s.n - i);
		i += n;
	} while (n);
	return i;
}

static bool continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Whether p[1] may follow p[0]. Surrogates may: Java replaces one of them as a whole. */
static bool second_fits(const unsigned char *p)
{
	if (!continues(p[1]))
		return false;
	switch (p[0]) {
	case 0xe0:
		return p[1] >= 0xa0;
	case 0xf0:
		return p[1] >= 0x90;
	case 0xf4:
		return p[1] < 0x90;
	default:
		return true;
	}
}

/* How many of the bytes one U+FFFD stands for: those that could have been the start of a character. */
static size_t broken_length(struct cw_slice s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t whole = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 && p[0] <= 0xef ? 3 : 1, n = 2;

	if (whole == 1 || s.n < 2 || !second_fits(p))
		return 1;
	while (n < whole && n < s.n && continues(p[n]))
		n++;
	return n;
}

static struct cw_slice repair(struct cw_batch *memory, struct cw_slice bytes, size_t valid)
{
	char *start = cw_batch_alloc(memory, valid + (bytes.n - valid) * 3), *p = start;

	for (;;) {
		memcpy(p, bytes.p, valid);
		p += valid;
		bytes = cw_slice(bytes.p + valid, bytes.n - valid);
		if (bytes.n == 0)
			break;
		memcpy(p, REPLACEMENT, 3);
		p += 3;
		valid = broken_length(bytes);
		bytes = cw_slice(bytes.p + valid, bytes.n - valid);
		valid = valid_prefix(bytes);
	}
	return cw_slice(start, (size_t)(p - start));
}

struct cw_slice cw_text_decode(struct cw_batch *memory, struct cw_slice bytes)
{
	size_t valid = valid_prefix(bytes);

	return valid == bytes.n ? bytes : repair(memory, bytes, valid);
}

/* Only a byte of ED can start a surrogate. */
static bool may_have_surrogates(struct cw_slice text)
{
	return text.n && memchr(text.p, 0xed, text.n);
}

static struct cw_slice replace_surrogates(struct cw_batch *memory, struct cw_slice text)
{
	char *start = cw_batch_alloc(memory, text.n), *p = start;

	while (text.n) {
		uint32_t c;
		size_t n = cw_text_read(text, &c);

		if (cw_is_surrogate(c)) {
			*p++ = '?';
		} else {
			memcpy(p, text.p, n);
			p += n;
		}
		text = cw_slice(text.p + n, text.n - n);
	}
	return cw_slice(start, (size_t)(p - start));
}

struct cw_slice cw_text_encode(struct cw_batch *memory, struct cw_slice text)
{
	return may_have_surrogates(text) ? replace_surrogates(memory, text) : text;
}

/* Bytes that are no character at all, which no text has, are read one by one as U+FFFD. */
size_t cw_text_read(struct cw_slice text, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t n = cw_utf8_length(text.p, text.n);

	if (n == 0 && text.n >= 3 && p[0] == 0xed && p[1] >= 0xa0 && continues(p[1]) && continues(p[2]))
		n = 3;
	switch (n) {
	case 1:
		*c = p[0];
		return 1;
	case 2:
		*c = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
		return 2;
	case 3:
		*c = (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
		return 3;
	case 4:
		*c = (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
		return 4;
	default:
		*c = 0xfffd;
		return 1;
	}
}

size_t cw_text_write(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t cw_text_length(struct cw_slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		n += !continues(c) + (c >= 0xf0);
	}
	return n;
}

char *cw_text_shown(struct cw_slice text)
{
	char *shown = cw_alloc(text.n * 3 + 1), *p = shown;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i])
			*p++ = text.p[i];
		else
			p += cw_text_write(p, 0xfffd);
	return shown;
}
