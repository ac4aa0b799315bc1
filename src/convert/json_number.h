/*
 * json_number - numbers of a JSON document, as Jackson and Java's BigInteger and BigDecimal take them. Pure.
 *
 * Internal to the JSON reader and its conversions.
 */
#ifndef CW_CONVERT_JSON_NUMBER_H
#define CW_CONVERT_JSON_NUMBER_H

#include "connect-worker/connector.h"

/* Digits of a number, those of fraction and exponent with them. */
#define CW_JSON_DIGITS_MAX 1000

struct cw_json_number {
	struct cw_slice text; /* without sign and leading zeros */
	bool negative;
	bool decimal;      /* it has a fraction or an exponent */
	size_t digits;     /* in the text, the exponent's aside */
	uint64_t mantissa; /* the digits as a number, modulo 2^64 */
	int64_t exponent;  /* the number is mantissa · 10^exponent */
};

/* Reads the number at p (a digit or "-"): where it ends, or NULL with *what set to what is wrong. */
const char *cw_json_number_scan(const char *p, const char *end, struct cw_json_number *out, const char **what);

/* Whether it is an integer that a Java long holds. */
bool cw_json_number_is_long(const struct cw_json_number *number);
/* The low 64 bits of the whole part. */
int64_t cw_json_number_int64(const struct cw_json_number *number);
/* The nearest one; never -0.0, which BigDecimal does not have. */
double cw_json_number_double(const struct cw_json_number *number);
float cw_json_number_float(const struct cw_json_number *number);

#endif
