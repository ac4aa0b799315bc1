#include "convert/json_text.h"

#include "convert/utf16.h"
#include "data/text.h"

/* Writes UTF-16 units as text. Start with high 0 and room for three bytes a unit; end with end_units(). */
struct units {
	char *p;
	uint32_t high; /* a first half that waits for its second one */
};

static bool is_high(uint32_t unit)
{
	return (unit & 0xfc00u) == 0xd800u;
}

static bool is_low(uint32_t unit)
{
	return (unit & 0xfc00u) == 0xdc00u;
}

static void end_units(struct units *u)
{
	if (u->high)
		u->p += cw_text_write(u->p, u->high);
	u->high = 0;
}

static void put_unit(struct units *u, uint32_t unit)
{
	if (u->high && is_low(unit)) {
		u->p += cw_text_write(u->p, 0x10000u + ((u->high & 0x3ffu) << 10 | (unit & 0x3ffu)));
		u->high = 0;
		return;
	}
	end_units(u);
	if (is_high(unit))
		u->high = unit;
	else
		u->p += cw_text_write(u->p, unit);
}

/* ---- documents in UTF-16 and UTF-32 ---------------------------------------------------------- */

static uint32_t unit_at(const unsigned char *p, size_t width, bool big_endian)
{
	uint32_t unit = 0;

	for (size_t i = 0; i < width; i++)
		unit = unit << 8 | p[big_endian ? i : width - 1 - i];
	return unit;
}

/* Surrogates pass, and two that fit are one character. */
static int from_utf32(struct cw_batch *memory, struct cw_slice in, bool big_endian, struct cw_slice *out,
		      const char **what)
{
	const unsigned char *p = (const unsigned char *)in.p;
	char *start = cw_batch_alloc(memory, (in.n / 4 + 1) * 4);
	struct units units = { .p = start };

	for (size_t i = 0; i < in.n; i += 4) {
		uint32_t c = 0; /* of a part of a character: an error for who still reads when it comes to that */

		if (in.n - i >= 4)
			c = unit_at(p + i, 4, big_endian);
		if (c > 0x10ffffu) {
			*what = "invalid UTF-32 character";
			return -1;
		}
		if (c >= 0x10000u) {
			put_unit(&units, 0xd800u + ((c - 0x10000u) >> 10));
			c = 0xdc00u | (c & 0x3ffu);
		}
		put_unit(&units, c);
	}
	end_units(&units);
	*out = cw_slice(start, (size_t)(units.p - start));
	return 0;
}

struct encoding {
	unsigned mark;  /* length of the byte order mark */
	unsigned width; /* bytes of a unit; 0: one that nobody reads */
	bool big_endian;
};

/* From a byte order mark, or from where the zeros are: a document starts with an ASCII character. */
static struct encoding detect(const unsigned char *p, size_t n)
{
	uint32_t quad = n >= 4 ? unit_at(p, 4, true) : 0, pair = n >= 2 ? unit_at(p, 2, true) : 0;

	if (n >= 4) {
		if (quad == 0x0000feffu)
			return (struct encoding){ 4, 4, true };
		if (quad == 0xfffe0000u)
			return (struct encoding){ 4, 4, false };
		if (quad == 0x0000fffeu || quad == 0xfeff0000u)
			return (struct encoding){ 0, 0, false };
		if (pair == 0xfeffu || pair == 0xfffeu)
			return (struct encoding){ 2, 2, pair == 0xfeffu };
		if (quad >> 8 == 0xefbbbfu)
			return (struct encoding){ 3, 1, false };
		if (quad >> 8 == 0 || (quad & 0x00ffffffu) == 0)
			return (struct encoding){ 0, 4, quad >> 8 == 0 };
		if ((quad & 0xff00ffffu) == 0 || (quad & 0xffff00ffu) == 0)
			return (struct encoding){ 0, 0, false };
	}
	if (n >= 2 && (pair >> 8 == 0 || (pair & 0xffu) == 0))
		return (struct encoding){ 0, 2, pair >> 8 == 0 };
	return (struct encoding){ 0, 1, false };
}

int cw_json_to_utf8(struct cw_batch *memory, struct cw_slice *text, const char **what)
{
	struct encoding encoding = detect((const unsigned char *)text->p, text->n);
	struct cw_slice in = cw_slice(text->p + encoding.mark, text->n - encoding.mark);

	switch (encoding.width) {
	case 1:
		*text = in;
		return 0;
	case 2:
		*text = cw_utf16_decode(memory, in, encoding.big_endian ? CW_UTF16_BE : CW_UTF16_LE);
		return 0;
	case 4:
		return from_utf32(memory, in, encoding.big_endian, text, what);
	default:
		*what = "unsupported byte order of UTF-32";
		return -1;
	}
}

/* ---- strings with escapes -------------------------------------------------------------------- */

struct unescape {
	const unsigned char *p, *end;
	bool is_name;
	struct units units;
	const char *what;
};

static int wrong(struct unescape *u, const char *what)
{
	u->what = what;
	return -1;
}

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int four_digits(struct unescape *u)
{
	uint32_t unit = 0;

	if (u->end - u->p < 4)
		return wrong(u, "unexpected end in an escape sequence");
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*u->p++);

		if (digit < 0)
			return wrong(u, "an escape sequence \\u needs four hexadecimal digits");
		unit = unit << 4 | (uint32_t)digit;
	}
	put_unit(&u->units, unit);
	return 0;
}

/* What follows a backslash, of which there is at least one character. */
static int escaped(struct unescape *u)
{
	static const char letters[] = "btnfr\"/\\", means[] = "\b\t\n\f\r\"/\\";
	unsigned char c = *u->p++;
	const char *letter;

	if (c == 'u')
		return four_digits(u);
	letter = c ? strchr(letters, c) : NULL;
	if (!letter)
		return wrong(u, "unknown escape sequence");
	put_unit(&u->units, (unsigned char)means[letter - letters]);
	return 0;
}

/* A character of several bytes whose form alone counts: overlong ones and surrogates pass. */
static int multi_byte(struct unescape *u, unsigned char first)
{
	int more = (first & 0xe0) == 0xc0 ? 1 : (first & 0xf0) == 0xe0 ? 2 : (first & 0xf8) == 0xf0 ? 3 : 0;
	int32_t c = first & (0x3f >> more);

	if (!more || u->end - u->p < more)
		return wrong(u, "invalid UTF-8");
	for (int i = 0; i < more; i++) {
		if ((u->p[i] & 0xc0) != 0x80)
			return wrong(u, "invalid UTF-8");
		c = c << 6 | (u->p[i] & 0x3f);
	}
	u->p += more;
	if (more == 3) { /* below U+10000 and above U+10FFFF the first half is something else */
		uint32_t above = (uint32_t)c - 0x10000u; /* negative, in two's complement, where c is overlong */
		uint32_t high = above >> 10 | (c < 0x10000 ? 0xffc00000u : 0);

		high = u->is_name ? 0xd800u + high : 0xd800u | high;
		put_unit(&u->units, high & 0xffffu);
		c = (int32_t)(0xdc00u | (above & 0x3ffu));
	}
	put_unit(&u->units, (uint32_t)c);
	return 0;
}

static int next_character(struct unescape *u)
{
	unsigned char c = *u->p++;

	if (c == '\\')
		return escaped(u);
	if (c < ' ')
		return wrong(u, "a control character in a string has to be escaped");
	if (c >= 0x80)
		return multi_byte(u, c);
	put_unit(&u->units, c);
	return 0;
}

int cw_json_unescape(struct cw_batch *memory, struct cw_slice raw, bool is_name, struct cw_slice *out,
		     const char **what)
{
	const unsigned char *p = (const unsigned char *)raw.p;
	struct unescape u = { .p = p, .end = p + raw.n, .is_name = is_name };
	char *start;

	/* An escape is longer than its character; four odd bytes become two units of three. */
	start = u.units.p = cw_batch_alloc(memory, raw.n + raw.n / 2 + 1);
	while (u.p < u.end) {
		size_t plain = cw_json_plain_length((const char *)u.p, (size_t)(u.end - u.p));

		if (plain) {
			end_units(&u.units);
			memcpy(u.units.p, u.p, plain);
			u.units.p += plain;
			u.p += plain;
		} else if (next_character(&u) < 0) {
			*what = u.what;
			return -1;
		}
	}
	end_units(&u.units);
	*out = cw_slice(start, (size_t)(u.units.p - start));
	return 0;
}
