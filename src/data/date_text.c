#include "data/date_text.h"

#include <stdint.h>
#include <strings.h>

#include "data/number.h"

#define LONG_DIGITS 19 /* most digits of an int64_t */
#define INT_DIGITS 10

/* The digits of a number without leading zeros. */
struct digits {
	char first[LONG_DIGITS]; /* '0'…'9' */
	int32_t n;               /* of all */
	int32_t significant;     /* without trailing zeros */
	int32_t written;         /* with leading zeros */
};

size_t cw_date_text_window(struct cw_slice text, size_t from, size_t units)
{
	size_t at = from, length;

	while (units && at < text.n) {
		unsigned char c = (unsigned char)text.p[at];

		length = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (length == 4 && units == 1)
			return at;
		units -= length == 4 ? 2 : 1;
		at += length;
	}
	return units ? 0 : at < text.n ? at : text.n;
}

void cw_date_text_skip_blanks(struct cw_date_text *text)
{
	while (text->at < text->text.n && (text->text.p[text->at] == ' ' || text->text.p[text->at] == '\t'))
		text->at++;
}

static bool starts_with(struct cw_slice text, size_t at, size_t end, const char *prefix, size_t n)
{
	return end >= at && end - at >= n && memcmp(text.p + at, prefix, n) == 0;
}

static size_t read_digits(struct cw_slice text, size_t at, size_t end, struct digits *digits)
{
	size_t length;
	int digit;

	while (at < end && (length = cw_digit_read(cw_slice(text.p + at, end - at), &digit)) > 0) {
		if (digit || digits->n) {
			if (digits->n < LONG_DIGITS)
				digits->first[digits->n] = (char)('0' + digit);
			if (digits->n < INT32_MAX)
				digits->n++;
			if (digit)
				digits->significant = digits->n;
		}
		if (digits->written < INT32_MAX)
			digits->written++;
		at += length;
	}
	return at;
}

/* The whole part of the number whose decimal point is after `point` digits; at most LONG_DIGITS of them. */
static uint64_t whole_part(const struct digits *digits, int32_t point)
{
	uint64_t n = 0;

	for (int32_t i = 0; i < point; i++)
		n = n * 10 + (i < digits->n ? (uint64_t)(digits->first[i] - '0') : 0);
	return n;
}

static bool fits_long(const struct digits *digits, int32_t point, bool negative)
{
	if (digits->significant == 0)
		return true;
	if (point < digits->significant || point > LONG_DIGITS)
		return false;
	return point < LONG_DIGITS || whole_part(digits, point) <= (uint64_t)INT64_MAX + negative;
}

/* What fits into a long loses its upper bits; anything else is a double, which an int is as near to as it can be. */
static int32_t int_value(const struct digits *digits, int32_t point, bool negative)
{
	uint64_t whole;

	if (digits->significant == 0)
		return 0;
	if (fits_long(digits, point, negative)) {
		whole = whole_part(digits, point);
		return (int32_t)(uint32_t)(negative ? -whole : whole);
	}
	if (point <= 0)
		return 0;
	whole = point > INT_DIGITS ? (uint64_t)INT64_MAX : whole_part(digits, point);
	if (negative)
		return whole > (uint64_t)INT32_MAX ? INT32_MIN : -(int32_t)whole;
	return whole > (uint64_t)INT32_MAX ? INT32_MAX : (int32_t)whole;
}

/* "E-3": its end and the exponent; `at` and 0 when there is none. */
static size_t read_exponent(struct cw_slice text, size_t at, size_t end, int32_t *exponent)
{
	struct digits digits = { .n = 0 };
	bool negative;
	size_t from, to;
	uint64_t n;

	*exponent = 0;
	if (!starts_with(text, at, end, "E", 1))
		return at;
	negative = starts_with(text, at + 1, end, "-", 1);
	from = at + 1 + negative;
	to = read_digits(text, from, end, &digits);
	if (to == from || !fits_long(&digits, digits.n, negative))
		return at;
	n = whole_part(&digits, digits.n);
	*exponent = (int32_t)(uint32_t)(negative ? -n : n);
	return to;
}

bool cw_date_text_number(struct cw_date_text *text, size_t end, struct cw_date_number *number)
{
	static const char infinity[] = "\xe2\x88\x9e";
	struct cw_slice bytes = text->text;
	struct digits digits = { .n = 0 };
	size_t at = text->at, from, to;
	int32_t exponent;
	bool negative;

	*number = (struct cw_date_number){ 0 };
	if (starts_with(bytes, at, end, "NaN", 3)) {
		text->at = at + 3;
		return true;
	}
	negative = starts_with(bytes, at, end, "-", 1);
	from = at + negative;
	if (starts_with(bytes, from, end, infinity, sizeof(infinity) - 1)) {
		number->value = negative ? INT32_MIN : INT32_MAX;
		text->at = from + sizeof(infinity) - 1;
		return true;
	}
	to = read_digits(bytes, from, end, &digits);
	if (to == from)
		return false;
	text->at = read_exponent(bytes, to, end, &exponent);
	number->two_digits = !negative && digits.written == 2 && text->at == to;
	number->value = int_value(&digits, (int32_t)((uint32_t)digits.n + (uint32_t)exponent), negative);
	return true;
}

int cw_date_text_name(struct cw_date_text *text, const char *const *names, int n)
{
	size_t longest = 0, left = text->text.n - text->at;
	int best = -1;

	for (int i = 0; i < n; i++) {
		size_t length = strlen(names[i]);

		if (length > longest && length <= left && strncasecmp(text->text.p + text->at, names[i], length) == 0) {
			longest = length;
			best = i;
		}
	}
	text->at += longest;
	return best;
}

bool cw_date_text_literal(struct cw_date_text *text, struct cw_slice bytes)
{
	if (!starts_with(text->text, text->at, text->text.n, bytes.p, bytes.n))
		return false;
	text->at += bytes.n;
	return true;
}
