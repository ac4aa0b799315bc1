#include "convert/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#include "base/mem.h"
#include "convert/charset.h"
#include "convert/single_byte.h"
#include "convert/utf16.h"
#include "data/text.h"

struct cw_encoding {
	const struct cw_charset *charset;
	struct cw_single_byte *table; /* CW_CHARSET_BYTES */
	iconv_t from, to;             /* CW_CHARSET_ICONV; (iconv_t)-1: not used */
};

/* ---- iconv -------------------------------------------------------------------------------------- */

/* A conversion through iconv(3): where it stops, so many bytes are passed over and stand as `instead`. */
struct passage {
	iconv_t cd;
	size_t growth; /* bytes out for each byte in, at most */
	size_t (*broken)(const struct cw_charset *charset, struct cw_slice rest);
	const char *instead; /* UTF-8 */
	bool encodes;        /* from UTF-8 */
};

/* In a set that has several sets in one, what stands instead has to come in the right one. False: there is no room. */
static bool put_instead(const struct passage *passage, char **out, size_t *out_left)
{
	char *instead = (char *)(uintptr_t)passage->instead;
	size_t n = strlen(instead);

	if (passage->encodes)
		return iconv(passage->cd, &instead, &n, out, out_left) != (size_t)-1;
	if (*out_left < n)
		return false;
	memcpy(*out, instead, n);
	*out += n;
	*out_left -= n;
	return true;
}

static struct cw_slice pass(const struct passage *passage, const struct cw_charset *charset, struct cw_batch *memory,
			    struct cw_slice bytes)
{
	size_t room = bytes.n * passage->growth + 16, in_left = bytes.n, out_left = room;
	char *start = cw_batch_alloc(memory, room), *out = start, *in = (char *)(uintptr_t)bytes.p;

	iconv(passage->cd, NULL, NULL, NULL, NULL);
	while (in_left && iconv(passage->cd, &in, &in_left, &out, &out_left) == (size_t)-1) {
		/* What is incomplete at the end is one, whatever its length. */
		size_t n = errno == EILSEQ ? passage->broken(charset, cw_slice(in, in_left)) : in_left;

		if (errno == E2BIG || !put_instead(passage, &out, &out_left))
			break;
		in += n;
		in_left -= n;
	}
	iconv(passage->cd, NULL, NULL, &out, &out_left);
	return cw_slice(start, (size_t)(out - start));
}

static size_t broken_unit(const struct cw_charset *charset, struct cw_slice rest)
{
	return charset->unit > 1 && rest.n > 1 ? (charset->unit < rest.n ? charset->unit : rest.n) : 1;
}

static size_t unknown_character(const struct cw_charset *charset, struct cw_slice rest)
{
	uint32_t c;

	(void)charset;
	return cw_text_read(rest, &c);
}

static uint32_t swapped(const struct cw_charset_swap *swaps, uint32_t c)
{
	for (size_t i = 0; i < CW_CHARSET_SWAPS_MAX && swaps[i].c; i++)
		if (c >= swaps[i].first && c <= swaps[i].last)
			return swaps[i].c;
	return c;
}

static struct cw_slice swap(const struct cw_charset_swap *swaps, struct cw_batch *memory, struct cw_slice text)
{
	char *start, *p;
	uint32_t c;

	if (!swaps[0].c)
		return text;
	p = start = cw_batch_alloc(memory, text.n * 3);
	while (text.n) {
		size_t n = cw_text_read(text, &c);

		p += cw_text_write(p, swapped(swaps, c));
		text = cw_slice(text.p + n, text.n - n);
	}
	return cw_slice(start, (size_t)(p - start));
}

static struct cw_slice decode_iconv(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	const struct passage passage = { encoding->from, 4, broken_unit, "\xef\xbf\xbd", false };

	return swap(encoding->charset->read, memory, pass(&passage, encoding->charset, memory, bytes));
}

/* GB18030's characters of four bytes, which have a digit as the second, are none of GBK. In place. */
static struct cw_slice without_four_bytes(struct cw_slice bytes)
{
	char *start = (char *)(uintptr_t)bytes.p, *p = start;

	for (size_t i = 0; i < bytes.n;) {
		size_t n = (unsigned char)bytes.p[i] >= 0x80 && i + 1 < bytes.n ? 2 : 1;

		if (n == 2 && bytes.p[i + 1] >= '0' && bytes.p[i + 1] <= '9') {
			*p++ = '?';
			i += 4;
		} else {
			memmove(p, bytes.p + i, n);
			p += n;
			i += n;
		}
	}
	return cw_slice(start, (size_t)(p - start));
}

static struct cw_slice encode_iconv(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	const char *instead = encoding->charset->instead;
	const struct passage passage = { encoding->to, 8, unknown_character, instead ? instead : "?", true };
	struct cw_slice bytes;

	bytes = pass(&passage, encoding->charset, memory, swap(encoding->charset->write, memory, text));
	return encoding->charset->two_bytes ? without_four_bytes(bytes) : bytes;
}

/* ---- any ---------------------------------------------------------------------------------------- */

static bool open_encoding(struct cw_encoding *encoding)
{
	const char *name = encoding->charset->iconv;

	if (encoding->charset->kind == CW_CHARSET_BYTES) {
		encoding->table = cw_alloc(sizeof(*encoding->table));
		return cw_single_byte_init(encoding->table, encoding->charset);
	}
	if (encoding->charset->kind != CW_CHARSET_ICONV)
		return true;
	encoding->from = iconv_open("UTF-8", name);
	encoding->to = iconv_open(name, "UTF-8");
	return encoding->from != (iconv_t)-1 && encoding->to != (iconv_t)-1;
}

struct cw_encoding *cw_encoding_new(const char *name)
{
	struct cw_encoding *encoding = cw_alloc(sizeof(*encoding));

	encoding->from = encoding->to = (iconv_t)-1;
	encoding->charset = cw_charset_find(name);
	if (encoding->charset && open_encoding(encoding))
		return encoding;
	cw_encoding_free(encoding);
	return NULL;
}

void cw_encoding_free(struct cw_encoding *encoding)
{
	if (!encoding)
		return;
	if (encoding->from != (iconv_t)-1)
		iconv_close(encoding->from);
	if (encoding->to != (iconv_t)-1)
		iconv_close(encoding->to);
	free(encoding->table);
	free(encoding);
}

struct cw_slice cw_encoding_decode(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	switch (encoding->charset->kind) {
	case CW_CHARSET_UTF16: return cw_utf16_decode(memory, bytes, CW_UTF16_MARKED);
	case CW_CHARSET_UTF16_LITTLE: return cw_utf16_decode(memory, bytes, CW_UTF16_MARKED_LE);
	case CW_CHARSET_UTF16BE: return cw_utf16_decode(memory, bytes, CW_UTF16_BE);
	case CW_CHARSET_UTF16LE: return cw_utf16_decode(memory, bytes, CW_UTF16_LE);
	case CW_CHARSET_BYTES: return cw_single_byte_decode(encoding->table, memory, bytes);
	case CW_CHARSET_ICONV: return decode_iconv(encoding, memory, bytes);
	case CW_CHARSET_UTF8: break;
	}
	return cw_text_decode(memory, bytes);
}

struct cw_slice cw_encoding_encode(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	switch (encoding->charset->kind) {
	case CW_CHARSET_UTF16: return cw_utf16_encode(memory, text, CW_UTF16_MARKED);
	case CW_CHARSET_UTF16_LITTLE: return cw_utf16_encode(memory, text, CW_UTF16_MARKED_LE);
	case CW_CHARSET_UTF16BE: return cw_utf16_encode(memory, text, CW_UTF16_BE);
	case CW_CHARSET_UTF16LE: return cw_utf16_encode(memory, text, CW_UTF16_LE);
	case CW_CHARSET_BYTES: return cw_single_byte_encode(encoding->table, memory, text);
	case CW_CHARSET_ICONV: return encode_iconv(encoding, memory, text);
	case CW_CHARSET_UTF8: break;
	}
	return cw_text_encode(memory, text);
}
