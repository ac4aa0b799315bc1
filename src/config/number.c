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

char *cw_double_text(double number)
{
	char text[40];

	for (int precision = 1; precision <= 17; precision++) {
		snprintf(text, sizeof(text), "%.*g", precision, number);
		if (strtod(text, NULL) == number)
			break;
	}
	return cw_format("%s%s", text, strpbrk(text, ".en") ? "" : ".0");
}
