#include "base/utf8.h"

#include <string.h>

#include "base/mem.h"

static bool continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t cw_utf8_length(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;

	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return n >= 2 && continues(p[1]) ? 2 : 0;
	if (p[0] >= 0xe0 && p[0] <= 0xef) {
		if (n < 3 || !continues(p[1]) || !continues(p[2]))
			return 0;
		if (p[0] == 0xe0 && p[1] < 0xa0)
			return 0; /* overlong */
		if (p[0] == 0xed && p[1] > 0x9f)
			return 0; /* surrogate */
		return 3;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		if (n < 4 || !continues(p[1]) || !continues(p[2]) || !continues(p[3]))
			return 0;
		if (p[0] == 0xf0 && p[1] < 0x90)
			return 0; /* overlong */
		if (p[0] == 0xf4 && p[1] > 0x8f)
			return 0; /* past U+10FFFF */
		return 4;
	}
	return 0;
}

bool cw_utf8_valid(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t k = cw_utf8_length(p + i, n - i);

		if (k == 0)
			return false;
		i += k;
	}
	return true;
}

size_t cw_utf8_cut(const char *p, size_t n, size_t max)
{
	if (n <= max)
		return n;
	for (n = max; n > 0 && continues((unsigned char)p[n]); n--)
		;
	return n;
}

char *cw_utf8_shortened(const char *text, size_t max)
{
	size_t n = strlen(text), shown = cw_utf8_cut(text, n, max);

	return cw_format("%.*s%s", (int)shown, text, shown < n ? "..." : "");
}
