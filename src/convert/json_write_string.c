#include "convert/json_text.h"
#include "convert/json_write.h"
#include "data/text.h"

static const char hex[] = "0123456789ABCDEF";

static char *put_unit(char *p, uint32_t unit)
{
	*p++ = '\\';
	*p++ = 'u';
	*p++ = hex[unit >> 12];
	*p++ = hex[unit >> 8 & 15];
	*p++ = hex[unit >> 4 & 15];
	*p++ = hex[unit & 15];
	return p;
}

static char *put_ascii(char *p, unsigned char c)
{
	static const char controls[] = "\b\t\n\f\r", letters[] = "btnfr";
	const char *control = c ? strchr(controls, c) : NULL;

	if (!control && c < ' ')
		return put_unit(p, c);
	*p++ = '\\';
	*p++ = control ? letters[control - controls] : (char)c;
	return p;
}

/* One character that is not plain: at most 12 bytes. Jackson writes surrogates, also those of a pair, as escapes. */
static char *put_character(char *p, uint32_t c)
{
	if (c < 0x80)
		return put_ascii(p, (unsigned char)c);
	if (c >= 0x10000u) {
		p = put_unit(p, 0xd800u + ((c - 0x10000u) >> 10));
		return put_unit(p, 0xdc00u + (c & 0x3ffu));
	}
	return cw_is_surrogate(c) ? put_unit(p, c) : p + cw_text_write(p, c);
}

/* The longest that a character becomes, and the quotes. */
#define ROOM (12u + 2u)

void cw_json_write_string(struct cw_buf *out, struct cw_slice text)
{
	size_t i = 0;
	uint32_t c;
	char *p;

	if (out->cap - out->n < text.n + ROOM + 1)
		cw_buf_reserve(out, text.n + ROOM);
	p = out->p + out->n;
	*p++ = '"';
	for (;;) {
		size_t plain = cw_json_plain_length(text.p + i, text.n - i);

		if (plain)
			memcpy(p, text.p + i, plain);
		p += plain;
		i += plain;
		if (i == text.n)
			break;
		i += cw_text_read(cw_slice(text.p + i, text.n - i), &c);
		p = put_character(p, c);
		out->n = (size_t)(p - out->p);
		cw_buf_reserve(out, text.n - i + ROOM);
		p = out->p + out->n;
	}
	*p++ = '"';
	*p = '\0';
	out->n = (size_t)(p - out->p);
}
