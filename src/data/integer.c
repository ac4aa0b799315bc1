/* Decimal integers as Java reads and prints them. */
#include "data/number.h"
#include "data/text.h"

size_t cw_digit_read(struct cw_slice text, int *digit)
{
	/* The zeros of the scripts that have digits of their own, as Java 17's Character.digit() knows them; sorted. */
	static const uint16_t zeros[] = {
		0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
		0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
		0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
	};
	size_t n;
	uint32_t c;

	if (text.n == 0)
		return 0;
	if (!(text.p[0] & 0x80)) {
		*digit = text.p[0] - '0';
		return *digit >= 0 && *digit <= 9;
	}
	n = cw_text_read(text, &c);
	for (size_t i = 0; i < sizeof(zeros) / sizeof(*zeros) && zeros[i] <= c; i++)
		if (c - zeros[i] < 10) {
			*digit = (int)(c - zeros[i]);
			return n;
		}
	return 0;
}

int cw_integer_parse(struct cw_slice text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = text.n && text.p[0] == '-';
	int64_t value = 0; /* kept negative: that side has one more */
	int digit;
	size_t n;

	if (text.n && (text.p[0] == '-' || text.p[0] == '+'))
		text = cw_slice(text.p + 1, text.n - 1);
	if (text.n == 0)
		return -1;
	for (; text.n; text = cw_slice(text.p + n, text.n - n)) {
		n = cw_digit_read(text, &digit);
		if (n == 0 || value < (INT64_MIN + digit) / 10)
			return -1;
		value = value * 10 - digit;
	}
	if (!negative && value == INT64_MIN)
		return -1;
	value = negative ? value : -value;
	if (value < min || value > max)
		return -1;
	*out = value;
	return 0;
}

void cw_integer_print(struct cw_buf *out, int64_t n)
{
	static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
				    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
	char text[24], *p = text + sizeof(text);
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	for (; rest >= 100; rest /= 100) {
		p -= 2;
		memcpy(p, pairs + rest % 100 * 2, 2);
	}
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (n < 0)
		*--p = '-';
	cw_buf_append(out, p, (size_t)(text + sizeof(text) - p));
}
