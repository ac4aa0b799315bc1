#include "convert/json_number.h"

#include <float.h>

#include "data/number.h"

/* So many digits are less than 2^64. */
#define EXACT_DIGITS 19u
/* A BigDecimal's exponent has no more digits than that, leading zeros aside. */
#define EXPONENT_DIGITS 10

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static const char *scan_digits(const char *p, const char *end, uint64_t *number)
{
	uint64_t n = *number;

	while (p < end && is_digit(*p))
		n = n * 10 + (uint64_t)(*p++ - '0');
	*number = n;
	return p;
}

/* After the "e"; *digits: how many there are. */
static const char *scan_exponent(const char *p, const char *end, int64_t *exponent, size_t *digits, const char **what)
{
	bool negative = p < end && *p == '-';
	const char *first, *significant;
	uint64_t n = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	for (first = p; p < end && *p == '0'; p++)
		;
	significant = p;
	p = scan_digits(p, end, &n);
	*digits = (size_t)(p - first);
	if (*digits == 0) {
		*what = "an exponent needs a digit";
		return NULL;
	}
	if (p - significant <= EXPONENT_DIGITS)
		*exponent = negative ? -(int64_t)n : (int64_t)n;
	if (p - significant > EXPONENT_DIGITS || *exponent < INT32_MIN || *exponent > INT32_MAX) {
		*what = "the exponent is out of range";
		return NULL;
	}
	return p;
}

const char *cw_json_number_scan(const char *p, const char *end, struct cw_json_number *out, const char **what)
{
	const char *whole;
	size_t fraction = 0, exponent = 0;

	*out = (struct cw_json_number){ .negative = *p == '-' };
	if (out->negative)
		p++;
	while (end - p > 1 && p[0] == '0' && is_digit(p[1]))
		p++;
	whole = p;
	p = scan_digits(p, end, &out->mantissa);
	out->digits = (size_t)(p - whole);
	if (p == whole) {
		*what = "a minus sign needs a digit after it";
		return NULL;
	}
	if (p < end && *p == '.') {
		const char *point = p++;

		p = scan_digits(p, end, &out->mantissa);
		fraction = (size_t)(p - point - 1);
		out->decimal = true;
		if (fraction == 0) {
			*what = "a decimal point needs a digit after it";
			return NULL;
		}
		out->digits += fraction;
	}
	if (p < end && (*p | 0x20) == 'e') {
		p = scan_exponent(p + 1, end, &out->exponent, &exponent, what);
		if (!p)
			return NULL;
		out->decimal = true;
	}
	if (out->digits + exponent > CW_JSON_DIGITS_MAX) {
		*what = "a number of more than 1000 digits";
		return NULL;
	}
	out->exponent -= (int64_t)fraction;
	if (out->exponent < -(int64_t)INT32_MAX) { /* a scale is 32 bits, too */
		*what = "the exponent is out of range";
		return NULL;
	}
	out->text = cw_slice(whole, (size_t)(p - whole));
	return p;
}

bool cw_json_number_is_long(const struct cw_json_number *number)
{
	return !number->decimal && number->digits <= EXACT_DIGITS &&
	       number->mantissa <= (uint64_t)INT64_MAX + number->negative;
}

/* The first n digits, modulo 2^64. */
static uint64_t first_digits(struct cw_slice text, int64_t n)
{
	uint64_t number = 0;

	for (size_t i = 0; i < text.n && n > 0; i++)
		if (is_digit(text.p[i])) {
			number = number * 10 + (uint64_t)(text.p[i] - '0');
			n--;
		}
	return number;
}

static uint64_t whole_part(const struct cw_json_number *number)
{
	uint64_t n = number->mantissa;

	if (number->exponent >= 64)
		return 0; /* a multiple of 2^64 */
	if (number->exponent < 0)
		return first_digits(number->text, (int64_t)number->digits + number->exponent);
	for (int64_t i = 0; i < number->exponent; i++)
		n *= 10;
	return n;
}

int64_t cw_json_number_int64(const struct cw_json_number *number)
{
	uint64_t n = number->decimal ? whole_part(number) : number->mantissa;

	return (int64_t)(number->negative ? 0 - n : n);
}

/* Numbers up to 2^53, and these powers of ten, are exact: their quotient is rounded once. */
static bool exact_double(const struct cw_json_number *number, double *out)
{
	static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
				       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

	if (FLT_EVAL_METHOD != 0 || number->digits > EXACT_DIGITS || number->mantissa > UINT64_C(1) << 53 ||
	    number->exponent < -22 || number->exponent > 22)
		return false;
	*out = number->exponent < 0 ? (double)number->mantissa / tens[-number->exponent]
				    : (double)number->mantissa * tens[number->exponent];
	return true;
}

double cw_json_number_double(const struct cw_json_number *number)
{
	double d = 0;

	if (!exact_double(number, &d))
		cw_double_parse(number->text, &d);
	return number->negative && d != 0 ? -d : d;
}

float cw_json_number_float(const struct cw_json_number *number)
{
	float f = 0;

	cw_float_parse(number->text, &f);
	return number->negative && f != 0 ? -f : f;
}
