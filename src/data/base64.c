/* base64, as Jackson reads and writes it in JSON. */
#include "data/number.h"

#define INVALID (-1)
#define PADDING (-2)

void cw_base64_encode(struct cw_buf *out, struct cw_slice bytes)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)bytes.p;
	size_t length = (bytes.n + 2) / 3 * 4;
	char *to;

	cw_buf_reserve(out, length);
	to = out->p + out->n;
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t n = bytes.n - i;
		unsigned group = (unsigned)p[i] << 16 | (n > 1 ? (unsigned)p[i + 1] << 8 : 0) | (n > 2 ? p[i + 2] : 0);

		*to++ = alphabet[group >> 18];
		*to++ = alphabet[group >> 12 & 63];
		*to++ = n > 1 ? alphabet[group >> 6 & 63] : '=';
		*to++ = n > 2 ? alphabet[group & 63] : '=';
	}
	out->n += length;
	out->p[out->n] = '\0';
}

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : c == '=' ? PADDING : INVALID;
}

/* One group of four characters: how many bytes it holds, 0 when it is broken. Bits that make no byte are ignored. */
static size_t decode_group(const char *p, unsigned char *to)
{
	int a = value_of(p[0]), b = value_of(p[1]), c = value_of(p[2]), d = value_of(p[3]);

	if (a < 0 || b < 0 || c == INVALID || d == INVALID || (c == PADDING && d != PADDING))
		return 0;
	to[0] = (unsigned char)(a << 2 | b >> 4);
	if (c == PADDING)
		return 1;
	to[1] = (unsigned char)(b << 4 | c >> 2);
	if (d == PADDING)
		return 2;
	to[2] = (unsigned char)(c << 6 | d);
	return 3;
}

int cw_base64_decode(struct cw_batch *memory, struct cw_slice text, struct cw_slice *out)
{
	unsigned char *bytes = cw_batch_alloc(memory, text.n / 4 * 3 + 3);
	size_t n = 0, i = 0;

	for (;;) {
		size_t length;

		while (i < text.n && (unsigned char)text.p[i] <= ' ')
			i++;
		if (i == text.n)
			break;
		length = text.n - i >= 4 ? decode_group(text.p + i, bytes + n) : 0;
		if (length == 0)
			return -1;
		n += length;
		i += 4;
	}
	*out = cw_slice(bytes, n);
	return 0;
}
