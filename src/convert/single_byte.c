#include "convert/single_byte.h"

#include <iconv.h>
#include <stdlib.h>

#include "data/text.h"

#define REPLACEMENT 0xfffdu
#define NEXT_LINE 0x85u
#define LINE_END_BYTE 0x15 /* EBCDIC's */

static uint32_t character_of(iconv_t cd, unsigned byte)
{
	char in = (char)byte, *from = &in;
	unsigned char out[8];
	char *to = (char *)out;
	size_t in_left = 1, out_left = sizeof(out);

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &in_left, &to, &out_left) == (size_t)-1)
		return REPLACEMENT;
	iconv(cd, NULL, NULL, &to, &out_left); /* one that waits for an accent */
	if (out_left != sizeof(out) - 4)
		return REPLACEMENT;
	return (uint32_t)out[0] << 24 | (uint32_t)out[1] << 16 | (uint32_t)out[2] << 8 | out[3];
}

static int by_character(const void *a, const void *b)
{
	const struct cw_single_byte_char *x = a, *y = b;

	if (x->c != y->c)
		return x->c < y->c ? -1 : 1;
	return x->byte < y->byte ? -1 : x->byte > y->byte;
}

static int character_order(const void *key, const void *member)
{
	uint32_t c = *(const uint32_t *)key, other = ((const struct cw_single_byte_char *)member)->c;

	return c < other ? -1 : c > other;
}

static const struct cw_single_byte_char *find(const struct cw_single_byte *table, uint32_t c)
{
	return bsearch(&c, table->bytes, table->n, sizeof(*table->bytes), character_order);
}

/* Of two bytes for a character the lower one is written. */
static void set_bytes(struct cw_single_byte *table)
{
	size_t all = 0;

	for (unsigned byte = 0; byte < 256; byte++)
		if (table->chars[byte] != REPLACEMENT)
			table->bytes[all++] = (struct cw_single_byte_char){ table->chars[byte], (uint8_t)byte };
	qsort(table->bytes, all, sizeof(*table->bytes), by_character);
	table->n = 0;
	for (size_t i = 0; i < all; i++)
		if (i == 0 || table->bytes[i].c != table->bytes[i - 1].c)
			table->bytes[table->n++] = table->bytes[i];
}

/* Java reads EBCDIC's end of a line as \n, and writes it for U+0085, too, where that has no other byte. */
static void add_next_line(struct cw_single_byte *table)
{
	if (table->chars[LINE_END_BYTE] != '\n' || find(table, NEXT_LINE))
		return;
	table->bytes[table->n++] = (struct cw_single_byte_char){ NEXT_LINE, LINE_END_BYTE };
	qsort(table->bytes, table->n, sizeof(*table->bytes), by_character);
}

bool cw_single_byte_init(struct cw_single_byte *table, const struct cw_charset *charset)
{
	iconv_t cd = iconv_open("UTF-32BE", charset->iconv);

	if (cd == (iconv_t)-1)
		return false;
	for (unsigned byte = 0; byte < 256; byte++)
		table->chars[byte] = character_of(cd, byte);
	iconv_close(cd);
	for (size_t i = 0; i < CW_CHARSET_BYTES_MAX && charset->bytes[i].byte; i++)
		table->chars[charset->bytes[i].byte] = charset->bytes[i].c;
	set_bytes(table);
	add_next_line(table);
	return true;
}

struct cw_slice cw_single_byte_decode(const struct cw_single_byte *table, struct cw_batch *memory,
				      struct cw_slice bytes)
{
	char *start = cw_batch_alloc(memory, bytes.n * 3), *p = start;

	for (size_t i = 0; i < bytes.n; i++)
		p += cw_text_write(p, table->chars[(unsigned char)bytes.p[i]]);
	return cw_slice(start, (size_t)(p - start));
}

struct cw_slice cw_single_byte_encode(const struct cw_single_byte *table, struct cw_batch *memory,
				      struct cw_slice text)
{
	char *start = cw_batch_alloc(memory, text.n), *p = start;
	uint32_t c;

	while (text.n) {
		size_t n = cw_text_read(text, &c);
		const struct cw_single_byte_char *found;

		if (c < 256 && table->chars[c] == c) {
			*p++ = (char)c;
		} else {
			found = find(table, c);
			*p++ = (char)(found ? found->byte : '?');
		}
		text = cw_slice(text.p + n, text.n - n);
	}
	return cw_slice(start, (size_t)(p - start));
}
