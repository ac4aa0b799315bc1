#include "convert/utf16.h"

#include "data/text.h"

#define MARK 0xfeffu
#define REVERSED_MARK 0xfffeu
#define REPLACEMENT 0xfffdu

static uint32_t unit_at(struct cw_slice bytes, size_t i, bool little)
{
	uint32_t a = (unsigned char)bytes.p[i], b = (unsigned char)bytes.p[i + 1];

	return little ? b << 8 | a : a << 8 | b;
}

/* The character at i, and how many bytes it takes. A high surrogate takes what follows it with it, right or wrong. */
static size_t read_character(struct cw_slice bytes, size_t i, bool little, uint32_t *c)
{
	size_t left = bytes.n - i;
	uint32_t unit, low;

	*c = REPLACEMENT;
	if (left < 2)
		return left;
	unit = unit_at(bytes, i, little);
	if (!cw_is_surrogate(unit)) {
		*c = unit;
		return 2;
	}
	if (unit >= 0xdc00)
		return 2;
	if (left < 4)
		return left;
	low = unit_at(bytes, i + 2, little);
	if (low >= 0xdc00 && low <= 0xdfff)
		*c = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	return 4;
}

static bool is_little(enum cw_utf16 form)
{
	return form == CW_UTF16_LE || form == CW_UTF16_MARKED_LE;
}

static bool is_marked(enum cw_utf16 form)
{
	return form == CW_UTF16_MARKED || form == CW_UTF16_MARKED_LE;
}

struct cw_slice cw_utf16_decode(struct cw_batch *memory, struct cw_slice bytes, enum cw_utf16 form)
{
	char *start = cw_batch_alloc(memory, bytes.n / 2 * 3 + 3), *p = start;
	bool little = is_little(form);
	size_t i = 0;
	uint32_t c;

	if (is_marked(form) && bytes.n >= 2) {
		c = unit_at(bytes, 0, false);
		i = c == MARK || c == REVERSED_MARK ? 2 : 0;
		if (i > 0)
			little = c == REVERSED_MARK;
	}
	while (i < bytes.n) {
		i += read_character(bytes, i, little, &c);
		p += cw_text_write(p, c);
	}
	return cw_slice(start, (size_t)(p - start));
}

static char *write_unit(char *p, uint32_t unit, bool little)
{
	p[little ? 1 : 0] = (char)(unit >> 8);
	p[little ? 0 : 1] = (char)unit;
	return p + 2;
}

struct cw_slice cw_utf16_encode(struct cw_batch *memory, struct cw_slice text, enum cw_utf16 form)
{
	char *start = cw_batch_alloc(memory, text.n * 2 + 2), *p = start;
	bool little = is_little(form);
	uint32_t c;

	if (is_marked(form) && text.n)
		p = write_unit(p, MARK, little);
	while (text.n) {
		size_t n = cw_text_read(text, &c);

		if (c >= 0x10000) {
			p = write_unit(p, 0xd800 + ((c - 0x10000) >> 10), little);
			p = write_unit(p, 0xdc00 + ((c - 0x10000) & 0x3ff), little);
		} else {
			p = write_unit(p, cw_is_surrogate(c) ? REPLACEMENT : c, little);
		}
		text = cw_slice(text.p + n, text.n - n);
	}
	return cw_slice(start, (size_t)(p - start));
}
