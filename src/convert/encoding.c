#include "convert/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "convert/utf16.h"
#include "data/text.h"

#define REPLACEMENT 0xfffdu

struct cw_encoding {
	struct cw_slice (*decode)(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes);
	struct cw_slice (*encode)(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text);
	uint32_t limit;   /* one byte a character: characters below this are bytes */
	size_t unit;      /* iconv(3): how many bytes are passed over when they are broken */
	iconv_t from, to; /* (iconv_t)-1: not used */
};

static struct cw_slice decode_utf8(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	(void)encoding;
	return cw_text_decode(memory, bytes);
}

static struct cw_slice encode_utf8(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	(void)encoding;
	return cw_text_encode(memory, text);
}

/* ISO-8859-1 and US-ASCII. */
static struct cw_slice decode_bytes(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	char *start = cw_batch_alloc(memory, bytes.n * 3), *p = start;

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		p += cw_text_write(p, c < encoding->limit ? c : REPLACEMENT);
	}
	return cw_slice(start, (size_t)(p - start));
}

static struct cw_slice encode_bytes(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	char *start = cw_batch_alloc(memory, text.n), *p = start;
	uint32_t c;

	while (text.n) {
		size_t n = cw_text_read(text, &c);

		*p++ = c < encoding->limit ? (char)c : '?';
		text = cw_slice(text.p + n, text.n - n);
	}
	return cw_slice(start, (size_t)(p - start));
}

static struct cw_slice decode_utf16(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	(void)encoding;
	return cw_utf16_decode(memory, bytes, CW_UTF16_MARKED);
}

static struct cw_slice encode_utf16(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	(void)encoding;
	return cw_utf16_encode(memory, text, CW_UTF16_MARKED);
}

static struct cw_slice decode_utf16be(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	(void)encoding;
	return cw_utf16_decode(memory, bytes, CW_UTF16_BE);
}

static struct cw_slice encode_utf16be(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	(void)encoding;
	return cw_utf16_encode(memory, text, CW_UTF16_BE);
}

static struct cw_slice decode_utf16le(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	(void)encoding;
	return cw_utf16_decode(memory, bytes, CW_UTF16_LE);
}

static struct cw_slice encode_utf16le(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	(void)encoding;
	return cw_utf16_encode(memory, text, CW_UTF16_LE);
}

/* A conversion through iconv(3): where it stops, so many bytes are passed over and stand as `instead`. */
struct passage {
	iconv_t cd;
	size_t growth; /* bytes out for each byte in, at most */
	size_t (*broken)(const struct cw_encoding *encoding, struct cw_slice rest);
	struct cw_slice instead;
};

static struct cw_slice pass(const struct passage *passage, const struct cw_encoding *encoding, struct cw_batch *memory,
			    struct cw_slice bytes)
{
	size_t room = bytes.n * passage->growth + 16, in_left = bytes.n, out_left = room;
	char *start = cw_batch_alloc(memory, room), *out = start, *in = (char *)(uintptr_t)bytes.p;

	iconv(passage->cd, NULL, NULL, NULL, NULL);
	while (in_left && iconv(passage->cd, &in, &in_left, &out, &out_left) == (size_t)-1) {
		/* What is incomplete at the end is one, whatever its length. */
		size_t n = errno == EILSEQ ? passage->broken(encoding, cw_slice(in, in_left)) : in_left;

		if (errno == E2BIG || out_left < passage->instead.n)
			break;
		memcpy(out, passage->instead.p, passage->instead.n);
		out += passage->instead.n;
		out_left -= passage->instead.n;
		in += n;
		in_left -= n;
	}
	iconv(passage->cd, NULL, NULL, &out, &out_left);
	return cw_slice(start, (size_t)(out - start));
}

static size_t broken_unit(const struct cw_encoding *encoding, struct cw_slice rest)
{
	return encoding->unit < rest.n ? encoding->unit : rest.n;
}

static size_t unknown_character(const struct cw_encoding *encoding, struct cw_slice rest)
{
	uint32_t c;

	(void)encoding;
	return cw_text_read(rest, &c);
}

static struct cw_slice decode_iconv(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	const struct passage passage = { encoding->from, 4, broken_unit, cw_slice_str("\xef\xbf\xbd") };

	return pass(&passage, encoding, memory, bytes);
}

static struct cw_slice encode_iconv(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	const struct passage passage = { encoding->to, 8, unknown_character, cw_slice_str("?") };

	return pass(&passage, encoding, memory, text);
}

static const struct {
	const char *names; /* between spaces */
	struct cw_encoding encoding;
} known[] = {
	{ " utf-8 utf8 unicode-1-1-utf-8 ", { .decode = decode_utf8, .encode = encode_utf8 } },
	{ " iso-8859-1 iso8859-1 iso8859_1 iso_8859_1 iso_8859-1 iso_8859-1:1987 8859_1 latin1 l1 ibm819 ibm-819 cp819 "
	  "819 iso-ir-100 csisolatin1 ",
	  { .decode = decode_bytes, .encode = encode_bytes, .limit = 0x100 } },
	{ " us-ascii ascii ascii7 iso646-us iso_646.irv:1983 iso_646.irv:1991 ansi_x3.4-1968 ansi_x3.4-1986 iso-ir-6 "
	  "cp367 ibm367 csascii us 646 default ",
	  { .decode = decode_bytes, .encode = encode_bytes, .limit = 0x80 } },
	{ " utf-16 utf_16 utf16 unicode unicodebig ", { .decode = decode_utf16, .encode = encode_utf16 } },
	{ " utf-16be utf_16be iso-10646-ucs-2 x-utf-16be unicodebigunmarked ",
	  { .decode = decode_utf16be, .encode = encode_utf16be } },
	{ " utf-16le utf_16le x-utf-16le unicodelittleunmarked ",
	  { .decode = decode_utf16le, .encode = encode_utf16le } },
};

static bool has_name(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = names; *p; p++)
		if (*p == ' ' && strncasecmp(p + 1, name, n) == 0 && p[1 + n] == ' ')
			return true;
	return false;
}

/* What Java allows in a name; iconv(3) would take a '/' for its own ends. */
static bool is_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+.:_";

	return *name && strspn(name, allowed) == strlen(name);
}

static bool open_iconv(struct cw_encoding *encoding, const char *name)
{
	/* Java's UTF-32 is big-endian where there is no mark, and is written without one. */
	if (strcasecmp(name, "UTF-32") == 0)
		name = "UTF-32BE";
	*encoding = (struct cw_encoding){ .decode = decode_iconv, .encode = encode_iconv,
					  .unit = strncasecmp(name, "UTF-32", 6) == 0 ? 4 : 1,
					  .from = iconv_open("UTF-8", name), .to = iconv_open(name, "UTF-8") };
	return encoding->from != (iconv_t)-1 && encoding->to != (iconv_t)-1;
}

static bool find(struct cw_encoding *encoding, const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (has_name(known[i].names, name)) {
			*encoding = known[i].encoding;
			encoding->from = encoding->to = (iconv_t)-1;
			return true;
		}
	return open_iconv(encoding, name);
}

struct cw_encoding *cw_encoding_new(const char *name)
{
	struct cw_encoding *encoding = cw_alloc(sizeof(*encoding));

	encoding->from = encoding->to = (iconv_t)-1;
	if (is_name(name) && find(encoding, name))
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
	free(encoding);
}

struct cw_slice cw_encoding_decode(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes)
{
	return encoding->decode(encoding, memory, bytes);
}

struct cw_slice cw_encoding_encode(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text)
{
	return encoding->encode(encoding, memory, text);
}
