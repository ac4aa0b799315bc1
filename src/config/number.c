#include "config/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool cw_parse_integer(const char *text, size_t n, int64_t min, int64_t max, int64_t *out)
{
	bool negative = n > 0 && text[0] == '-';
	size_t i = n > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
	int64_t value = 0; /* kept negative: that side has one more */

	if (i == n)
		return false;
	for (; i < n; i++) {
		int digit = text[i] - '0';

		if (digit < 0 || digit > 9 || value < (INT64_MIN + digit) / 10)
			return false;
		value = value * 10 - digit;
	}
	if (!negative && value == INT64_MIN)
		return false;
	value = negative ? value : -value;
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

bool cw_parse_double(const char *text, size_t n, double *out)
{
	char copy[64], *end;
	double value;

	if (n == 0 || n >= sizeof(copy) || strspn(text, "+-.0123456789eE") < n)
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	value = strtod(copy, &end);
	if (*end || end == copy || !isfinite(value))
		return false;
	*out = value;
	return true;
}

/* The shortest digits that read back equal, "1234" for 1.234e5, and the exponent, 5. */
static int shortest_digits(double number, char digits[20])
{
	char text[40];
	size_t n = 0;

	for (int precision = 0; precision <= 16; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, number);
		if (strtod(text, NULL) == number)
			break;
	}
	for (const char *p = text; *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	digits[n] = '\0';
	return atoi(strchr(text, 'e') + 1);
}

char *cw_double_text(double number)
{
	const char *sign = signbit(number) ? "-" : "";
	double size = fabs(number);
	char digits[20];
	int exponent = shortest_digits(size, digits), n = (int)strlen(digits);

	if (size != 0 && (size < 1e-3 || size >= 1e7))
		return cw_format("%s%c.%sE%d", sign, digits[0], n > 1 ? digits + 1 : "0", exponent);
	if (exponent < 0)
		return cw_format("%s0.%.*s%s", sign, -exponent - 1, "00", digits);
	if (n <= exponent + 1)
		return cw_format("%s%s%.*s.0", sign, digits, exponent + 1 - n, "000000");
	return cw_format("%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
}
