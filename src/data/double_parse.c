/* Double.parseDouble() and Float.parseFloat(). */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "data/number.h"

/* A text of this length is copied onto the stack for strtod(3). */
#define COPY_MAX 128u

static bool is_digit(char c, bool hex)
{
	return (c >= '0' && c <= '9') || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
}

static size_t skip_digits(struct cw_slice s, size_t i, bool hex)
{
	while (i < s.n && is_digit(s.p[i], hex))
		i++;
	return i;
}

/* Past the exponent that starts with this letter at i; i where there is none, 0 when it has no digits. */
static size_t skip_exponent(struct cw_slice s, size_t i, char letter)
{
	size_t digits;

	if (i >= s.n || (s.p[i] | 0x20) != letter)
		return i;
	i++;
	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		i++;
	digits = i;
	i = skip_digits(s, i, false);
	return i == digits ? 0 : i;
}

/* Java's grammar of an unsigned number, without a type suffix: digits with a point, hexadecimal ones with 0x and p. */
static bool is_number(struct cw_slice s)
{
	bool hex = s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x';
	size_t start = hex ? 2 : 0, i = skip_digits(s, start, hex), digits = i - start, end;

	if (i < s.n && s.p[i] == '.') {
		size_t fraction = i + 1;

		i = skip_digits(s, fraction, hex);
		digits += i - fraction;
	}
	end = skip_exponent(s, i, hex ? 'p' : 'e');
	return digits > 0 && end == s.n && end > 0 && (!hex || end > i);
}

static struct cw_slice trim(struct cw_slice s)
{
	while (s.n && (unsigned char)s.p[0] <= ' ')
		s = cw_slice(s.p + 1, s.n - 1);
	while (s.n && (unsigned char)s.p[s.n - 1] <= ' ')
		s.n--;
	return s;
}

static bool text_is(struct cw_slice s, const char *text)
{
	return cw_slice_equal(s, cw_slice_str(text));
}

struct parsed {
	double d;
	float f;
};

static struct parsed convert(const char *text, bool is_float)
{
	return is_float ? (struct parsed){ .f = strtof(text, NULL) } : (struct parsed){ .d = strtod(text, NULL) };
}

static struct parsed convert_copy(struct cw_slice s, bool is_float)
{
	char copy[COPY_MAX];
	struct parsed parsed;
	char *text = s.n < sizeof(copy) ? copy : cw_alloc(s.n + 1);

	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	parsed = convert(text, is_float);
	if (text != copy)
		free(text);
	return parsed;
}

static int parse(struct cw_slice text, bool is_float, struct parsed *out)
{
	struct cw_slice s = trim(text);
	bool negative = s.n && s.p[0] == '-';

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = cw_slice(s.p + 1, s.n - 1);
	if (text_is(s, "NaN")) {
		*out = (struct parsed){ NAN, NAN };
		return 0;
	}
	if (text_is(s, "Infinity")) {
		*out = (struct parsed){ INFINITY, INFINITY };
	} else {
		if (s.n && memchr("fFdD", s.p[s.n - 1], 4) && is_number(cw_slice(s.p, s.n - 1)))
			s.n--;
		if (!is_number(s))
			return -1;
		*out = convert_copy(s, is_float);
	}
	if (negative)
		*out = (struct parsed){ -out->d, -out->f };
	return 0;
}

int cw_double_parse(struct cw_slice text, double *out)
{
	struct parsed parsed;

	if (parse(text, false, &parsed) < 0)
		return -1;
	*out = parsed.d;
	return 0;
}

int cw_float_parse(struct cw_slice text, float *out)
{
	struct parsed parsed;

	if (parse(text, true, &parsed) < 0)
		return -1;
	*out = parsed.f;
	return 0;
}
