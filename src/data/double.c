/*
 * Java's text forms of double and float. The digits are found as Raffaello Giulietti's "The Schubfach way to render
 * doubles" describes, which is what Double.toString() does since Java 19.
 */
#include <math.h>

#include "data/number.h"
#include "data/ten_powers.h"

/* A number as its format has it: c × 2^q. */
struct binary {
	uint64_t c;
	int q;
	bool near_below; /* numbers below are half as far away as those above: c is a power of two */
};

/* d × 10^exponent. */
struct decimal {
	uint64_t d;
	int exponent;
};

static struct binary split(uint64_t fraction, int exponent, int fraction_bits, int bias)
{
	uint64_t hidden = UINT64_C(1) << fraction_bits;

	if (exponent == 0)
		return (struct binary){ .c = fraction, .q = 1 - bias - fraction_bits };
	return (struct binary){ .c = fraction | hidden, .q = exponent - bias - fraction_bits,
				.near_below = fraction == 0 && exponent > 1 };
}

static struct binary split_double(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return split(bits & ((UINT64_C(1) << 52) - 1), (int)(bits >> 52 & 0x7ff), 52, 1023);
}

static struct binary split_float(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return split(bits & ((UINT32_C(1) << 23) - 1), (int)(bits >> 23 & 0xff), 23, 127);
}

/* The upper half of a × b, from products of 32 bits. */
static uint64_t multiply_high(uint64_t a, uint64_t b)
{
	uint64_t a1 = a >> 32, a0 = (uint32_t)a, b1 = b >> 32, b0 = (uint32_t)b;
	uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (uint32_t)middle;

	return a1 * b1 + (middle >> 32) + (other >> 32);
}

/* The upper 64 bits of g × c, of 192; the last of them is also set when something of the others is lost. */
static uint64_t round_to_odd(const struct cw_ten_power *g, uint64_t c)
{
	uint64_t low = g->high * c, middle = low + multiply_high(g->low, c);

	return (multiply_high(g->high, c) + (middle < low)) | (middle > 1);
}

/*
 * Of the decimals that read back as the number the shortest, and of those the nearest. They lie between the middles to
 * the neighbours; the middles themselves belong to numbers with an even c. Everything is in quarters of the distance to
 * the neighbour above, and then of the unit of the last decimal digit, 10^k.
 */
static struct decimal shortest(struct binary b)
{
	/* floor(log10(2^q)), of 3/4 of it where numbers below are nearer; and floor(log2(10^-k)). */
	int k = (b.q * 1262611 - (b.near_below ? 524031 : 0)) >> 22;
	int h = b.q + ((-k * 1741647) >> 19) + 1;
	const struct cw_ten_power *g = &cw_ten_powers[-k - CW_TEN_MIN];
	uint64_t middle = round_to_odd(g, 4 * b.c << h);
	uint64_t lower = round_to_odd(g, (4 * b.c - 2 + b.near_below) << h) + (b.c & 1);
	uint64_t upper = round_to_odd(g, (4 * b.c + 2) << h) - (b.c & 1);
	uint64_t s = middle / 4, tens = s / 10;
	struct decimal shifted;
	bool down, up;

	if (s < 10) { /* Java wants two digits at least; the smallest numbers have them with one more place */
		b.c *= 10;
		shifted = shortest(b);
		shifted.exponent--;
		return shifted;
	}
	if (s >= 100) {
		down = lower <= 40 * tens;
		up = 40 * tens + 40 <= upper;
		if (down != up)
			return (struct decimal){ tens + up, k + 1 };
	}
	down = lower <= 4 * s;
	up = 4 * s + 4 <= upper;
	if (down == up)
		up = middle > 4 * s + 2 || (middle == 4 * s + 2 && (s & 1));
	return (struct decimal){ s + up, k };
}

/* Decimal digits without zeros at the end, and the power of ten of the first. */
struct digits {
	char d[20];
	int n, exponent;
};

static void to_digits(struct decimal decimal, struct digits *digits)
{
	char text[20];
	int n = 0;

	for (; decimal.d % 10 == 0; decimal.d /= 10)
		decimal.exponent++;
	for (; decimal.d; decimal.d /= 10)
		text[n++] = (char)('0' + decimal.d % 10);
	for (int i = 0; i < n; i++)
		digits->d[i] = text[n - 1 - i];
	digits->n = n;
	digits->exponent = decimal.exponent + n - 1;
}

/* d.ddd or d.dddEx: plain from 10^-3 to below 10^7. */
static size_t layout(const struct digits *digits, char *out)
{
	bool plain = digits->exponent >= -3 && digits->exponent < 7;
	int point = plain ? digits->exponent + 1 : 1; /* digits before the point */
	char *p = out;

	if (point <= 0) {
		*p++ = '0';
		*p++ = '.';
		for (int i = point; i < 0; i++)
			*p++ = '0';
	}
	for (int i = 0; i < digits->n || i < point + 1; i++) {
		if (i == point && point > 0)
			*p++ = '.';
		if (i < digits->n)
			*p++ = digits->d[i];
		else if (point > 0)
			*p++ = '0';
	}
	if (!plain)
		p += snprintf(p, 8, "E%d", digits->exponent);
	return (size_t)(p - out);
}

static size_t print_special(double d, char *out)
{
	const char *text = isnan(d) ? "NaN" : isinf(d) ? "Infinity" : "0.0";
	size_t n = strlen(text);

	memcpy(out, text, n);
	return n;
}

static size_t print(double d, struct binary binary, char out[CW_DOUBLE_TEXT_MAX])
{
	struct digits digits;
	size_t sign = 0;

	if (signbit(d) && !isnan(d))
		out[sign++] = '-';
	if (!isfinite(d) || d == 0)
		return sign + print_special(d, out + sign);
	to_digits(shortest(binary), &digits);
	return sign + layout(&digits, out + sign);
}

size_t cw_double_print(double d, char out[CW_DOUBLE_TEXT_MAX])
{
	return print(d, split_double(d), out);
}

size_t cw_float_print(float f, char out[CW_DOUBLE_TEXT_MAX])
{
	return print((double)f, split_float(f), out);
}
