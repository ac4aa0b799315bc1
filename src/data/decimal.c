/* Decimal: Java's BigDecimal. */
#include <inttypes.h>

#include "data/big.h"
#include "data/number.h"

/* More zeros than this in a row are not written out: a scale of a few bytes would fill the memory. */
#define ZEROS_MAX ((size_t)1 << 20)

/* Digits whose number fits into 64 bits for sure. */
#define SMALL_DIGITS 18u

struct cw_slice cw_decimal_minimal(struct cw_slice unscaled)
{
	while (unscaled.n > 1 && ((unscaled.p[0] == 0 && !(unscaled.p[1] & 0x80)) ||
				  ((unsigned char)unscaled.p[0] == 0xff && (unscaled.p[1] & 0x80))))
		unscaled = cw_slice(unscaled.p + 1, unscaled.n - 1);
	return unscaled.n ? unscaled : cw_slice("", 1);
}

struct cw_slice cw_decimal_from_int64(struct cw_batch *memory, int64_t n)
{
	return cw_big_from_int64(memory, n);
}

/* Makes room for n characters at a place in the text. */
static char *insert(struct cw_buf *out, size_t at, size_t n)
{
	cw_buf_reserve(out, n);
	memmove(out->p + at + n, out->p + at, out->n - at + 1);
	out->n += n;
	return out->p + at;
}

/* Digits are from `first` to the end: puts a point before the last `scale`, after zeros where there are fewer. */
static void insert_point(struct cw_buf *out, size_t first, size_t scale)
{
	size_t n = out->n - first;
	char *p;

	if (n > scale) {
		*insert(out, out->n - scale, 1) = '.';
		return;
	}
	p = insert(out, first, scale - n + 2);
	memset(p, '0', scale - n + 2);
	p[1] = '.';
}

/* Appends the unscaled number; where its digits begin. */
static size_t print_unscaled(struct cw_buf *out, struct cw_slice unscaled)
{
	size_t start = out->n;

	cw_big_print(out, unscaled);
	return start + (out->p[start] == '-');
}

void cw_decimal_print(struct cw_buf *out, struct cw_slice unscaled, int32_t scale)
{
	size_t first = print_unscaled(out, unscaled);
	int64_t adjusted = (int64_t)(out->n - first) - 1 - scale;

	if (scale == 0)
		return;
	if (scale > 0 && adjusted >= -6) {
		insert_point(out, first, (size_t)scale);
		return;
	}
	if (out->n - first > 1)
		*insert(out, first + 1, 1) = '.';
	if (adjusted != 0)
		cw_buf_printf(out, "E%+" PRId64, adjusted);
}

void cw_decimal_print_plain(struct cw_buf *out, struct cw_slice unscaled, int32_t scale)
{
	size_t start = out->n, first = print_unscaled(out, unscaled), n = out->n - first;
	size_t zeros = scale < 0 ? (size_t)-(int64_t)scale : (size_t)scale > n ? (size_t)scale - n : 0;

	if (scale < 0 && out->p[first] == '0')
		return;
	if (zeros > ZEROS_MAX) {
		out->n = start;
		cw_decimal_print(out, unscaled, scale);
	} else if (scale < 0) {
		memset(insert(out, out->n, zeros), '0', zeros);
	} else if (scale > 0) {
		insert_point(out, first, (size_t)scale);
	}
}

/* The digits of a number's text, as ASCII in the order of the text. */
struct digits {
	char *p;
	size_t n, fraction; /* fraction: how many of them are behind the point */
};

/* Takes digits and a point off the front of the text. -1: none, or two points. */
static int take_digits(struct cw_batch *memory, struct cw_slice *text, struct digits *out)
{
	bool point = false;
	int digit;
	size_t n;

	*out = (struct digits){ .p = cw_batch_alloc(memory, text->n) };
	for (; text->n; *text = cw_slice(text->p + n, text->n - n)) {
		n = cw_digit_read(*text, &digit);
		if (n) {
			out->p[out->n++] = (char)('0' + digit);
			out->fraction += point;
		} else if (text->p[0] == '.' && !point) {
			point = true;
			n = 1;
		} else {
			break;
		}
	}
	return out->n ? 0 : -1;
}

/* What is left of the text must be an exponent of 32 bits, or nothing. */
static int take_exponent(struct cw_slice text, int64_t *exponent)
{
	*exponent = 0;
	if (text.n == 0)
		return 0;
	if (text.p[0] != 'e' && text.p[0] != 'E')
		return -1;
	return cw_integer_parse(cw_slice(text.p + 1, text.n - 1), INT32_MIN, INT32_MAX, exponent);
}

static struct cw_slice number_of(struct cw_batch *memory, const struct digits *digits, bool negative)
{
	int64_t value = 0;

	if (digits->n > SMALL_DIGITS)
		return cw_big_parse(memory, digits->p, digits->n, negative);
	for (size_t i = 0; i < digits->n; i++)
		value = value * 10 + (digits->p[i] - '0');
	return cw_big_from_int64(memory, negative ? -value : value);
}

int cw_decimal_parse(struct cw_batch *memory, struct cw_slice text, struct cw_slice *unscaled, int32_t *scale)
{
	bool negative = text.n && text.p[0] == '-';
	struct digits digits;
	int64_t exponent, wide;

	if (text.n > INT32_MAX)
		return -1;
	if (text.n && (text.p[0] == '-' || text.p[0] == '+'))
		text = cw_slice(text.p + 1, text.n - 1);
	if (take_digits(memory, &text, &digits) < 0 || take_exponent(text, &exponent) < 0)
		return -1;
	wide = (int64_t)digits.fraction - exponent;
	if (wide < INT32_MIN || wide > INT32_MAX)
		return -1;
	*unscaled = number_of(memory, &digits, negative);
	*scale = (int32_t)wide;
	return 0;
}
