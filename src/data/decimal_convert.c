/* What a Decimal is as another number. */
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>

#include "data/big.h"
#include "data/number.h"

/* Powers of ten up to this one fit into 64 bits. */
#define MAX_POWER 18

/* The text of a number; only large ones, of more than 256 bits, need heap memory. */
#define FEW_BYTES 32u
#define FEW_DIGITS 192u
struct number_text {
	struct cw_buf text;
	char few[FEW_DIGITS];
	size_t first; /* the first digit; 1 behind a '-' */
};

static void open_text(struct number_text *t, struct cw_slice unscaled)
{
	t->text = unscaled.n <= FEW_BYTES ? (struct cw_buf){ .p = t->few, .cap = FEW_DIGITS } : (struct cw_buf){ 0 };
	cw_big_print(&t->text, unscaled);
	t->first = t->text.p[0] == '-';
}

static void close_text(struct number_text *t)
{
	if (t->text.p != t->few)
		cw_buf_free(&t->text);
}

/* n × 10^exponent, of which 64 bits are kept: for exponents of 64 and more those are 0. */
static uint64_t times_power_of_ten(uint64_t n, int64_t exponent)
{
	if (exponent >= 64)
		return 0;
	while (exponent-- > 0)
		n *= 10;
	return n;
}

static int64_t big_to_int64(struct cw_slice unscaled, int32_t scale)
{
	struct number_text t;
	size_t end;
	uint64_t value = 0;

	open_text(&t, unscaled);
	end = t.text.n;
	if (scale > 0)
		end = (size_t)scale < end - t.first ? end - (size_t)scale : t.first;
	for (size_t i = t.first; i < end; i++)
		value = value * 10 + (uint64_t)(t.text.p[i] - '0');
	close_text(&t);
	return (int64_t)(t.first ? -value : value);
}

int64_t cw_decimal_to_int64(struct cw_slice unscaled, int32_t scale)
{
	int64_t small;

	if (scale < 0) {
		uint64_t low = 0;

		unscaled = cw_decimal_minimal(unscaled);
		if (unscaled.p[0] & 0x80)
			low = UINT64_MAX;
		for (size_t i = unscaled.n > 8 ? unscaled.n - 8 : 0; i < unscaled.n; i++)
			low = low << 8 | (unsigned char)unscaled.p[i];
		return (int64_t)times_power_of_ten(low, -(int64_t)scale);
	}
	if (!cw_big_small(unscaled, &small))
		return big_to_int64(unscaled, scale);
	if (scale > MAX_POWER)
		return 0;
	return small / (int64_t)times_power_of_ten(1, scale);
}

static bool big_whole(struct cw_slice unscaled, int32_t scale, int64_t *out)
{
	struct number_text t;
	size_t end;
	bool whole;

	open_text(&t, unscaled);
	for (end = t.text.n; scale > 0 && t.text.p[end - 1] == '0' && end > t.first + 1; scale--)
		end--;
	whole = scale == 0 && cw_integer_parse(cw_slice(t.text.p, end), INT64_MIN, INT64_MAX, out) == 0;
	close_text(&t);
	return whole;
}

bool cw_decimal_whole(struct cw_slice unscaled, int32_t scale, int64_t *out)
{
	if (!cw_big_small(unscaled, out))
		return scale > 0 && big_whole(unscaled, scale, out);
	for (; *out != 0 && scale > 0; scale--) {
		if (*out % 10 != 0)
			return false;
		*out /= 10;
	}
	for (; *out != 0 && scale < 0; scale++)
		if (__builtin_mul_overflow(*out, 10, out))
			return false;
	return true;
}

/* Makes it "digitsE-scale" for strtod(3), which rounds to the last bit. */
static void add_exponent(struct number_text *t, int32_t scale)
{
	cw_buf_printf(&t->text, "e%" PRId64, -(int64_t)scale);
}

/* Whether it is a / 10^scale, both of which a type of so many bits has exactly, so that a division rounds once. */
static bool is_short(struct cw_slice unscaled, int32_t scale, int bits, int32_t max_scale, int64_t *a)
{
	return FLT_EVAL_METHOD == 0 && scale >= 0 && scale <= max_scale && cw_big_small(unscaled, a) &&
	       *a < INT64_C(1) << bits && *a > -(INT64_C(1) << bits);
}

double cw_decimal_to_double(struct cw_slice unscaled, int32_t scale)
{
	struct number_text t;
	int64_t a;
	double d;

	if (is_short(unscaled, scale, DBL_MANT_DIG, MAX_POWER, &a))
		return (double)a / (double)times_power_of_ten(1, scale);
	open_text(&t, unscaled);
	add_exponent(&t, scale);
	d = strtod(t.text.p, NULL);
	close_text(&t);
	return d;
}

float cw_decimal_to_float(struct cw_slice unscaled, int32_t scale)
{
	struct number_text t;
	int64_t a;
	float f;

	if (is_short(unscaled, scale, FLT_MANT_DIG, 10, &a))
		return (float)a / (float)times_power_of_ten(1, scale);
	open_text(&t, unscaled);
	add_exponent(&t, scale);
	f = strtof(t.text.p, NULL);
	close_text(&t);
	return f;
}
