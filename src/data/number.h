/* number - Java's text forms of numbers, and Decimal. Pure. */
#ifndef CW_DATA_NUMBER_H
#define CW_DATA_NUMBER_H

#include "base/buf.h"
#include "connect-worker/connector.h"

#define CW_DOUBLE_TEXT_MAX 32

/* Double.toString() and Float.toString() ("1.0E7", "NaN", "-0.0") with the shortest digits that read back equal. */
size_t cw_double_print(double d, char out[CW_DOUBLE_TEXT_MAX]);
size_t cw_float_print(float f, char out[CW_DOUBLE_TEXT_MAX]);
/* Double.parseDouble() and Float.parseFloat(): 0, or -1 when it is no number. */
int cw_double_parse(struct cw_slice text, double *out);
int cw_float_parse(struct cw_slice text, float *out);
/* The decimal digit that the text starts with, of any script: its length in bytes, 0 when there is none. */
size_t cw_digit_read(struct cw_slice text, int *digit);
/* Long.parseLong() and its like: a sign, then decimal digits of any script; -1 when it is none or beyond min…max. */
int cw_integer_parse(struct cw_slice text, int64_t min, int64_t max, int64_t *out);
void cw_integer_print(struct cw_buf *out, int64_t n);

/*
 * BigDecimal.toString() (scientific where Java's is) and toPlainString(), which is toString() where it would have more
 * than a million zeros in a row. In all of these no bytes at all are 0.
 */
void cw_decimal_print(struct cw_buf *out, struct cw_slice unscaled, int32_t scale);
void cw_decimal_print_plain(struct cw_buf *out, struct cw_slice unscaled, int32_t scale);
/* new BigDecimal(text): *unscaled is new in the memory and minimal. 0, or -1 when it is no number. */
int cw_decimal_parse(struct cw_batch *memory, struct cw_slice text, struct cw_slice *unscaled, int32_t *scale);
/* BigDecimal.valueOf(n), unscaled. */
struct cw_slice cw_decimal_from_int64(struct cw_batch *memory, int64_t n);
/* BigDecimal.longValue(): whole part, low 64 bits; doubleValue() and floatValue(). */
int64_t cw_decimal_to_int64(struct cw_slice unscaled, int32_t scale);
/* Whether it is a whole number of 64 bits; then *out is it. */
bool cw_decimal_whole(struct cw_slice unscaled, int32_t scale, int64_t *out);
double cw_decimal_to_double(struct cw_slice unscaled, int32_t scale);
float cw_decimal_to_float(struct cw_slice unscaled, int32_t scale);
/* The shortest two's complement of the same number; points into it, or is constant. */
struct cw_slice cw_decimal_minimal(struct cw_slice unscaled);

/*
 * Standard base64 with padding. Decoding is that of JSON's bytes in Kafka Connect (Jackson): blanks around groups of
 * four are skipped; a group that is not complete, padding included, or has any other character is refused: -1.
 */
void cw_base64_encode(struct cw_buf *out, struct cw_slice bytes);
int cw_base64_decode(struct cw_batch *memory, struct cw_slice text, struct cw_slice *out);

#endif
