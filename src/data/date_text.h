/*
 * date_text - a place in a text that a date is read from, and how Java reads numbers, names and time zones there. Pure.
 *
 * Each function but cw_date_text_window() moves `at` only when it succeeds.
 */
#ifndef CW_DATA_DATE_TEXT_H
#define CW_DATA_DATE_TEXT_H

#include <stdbool.h>

#include "connect-worker/connector.h"

struct cw_date_text {
	struct cw_slice text;
	size_t at;
};

/* A number as read. */
struct cw_date_number {
	int32_t value;
	bool two_digits; /* it is written as two digits and nothing else */
};

/*
 * The end of the `units` UTF-16 units from a place (Java's length of a field), or 0 when the text is shorter. Half of a
 * character is not in it.
 */
size_t cw_date_text_window(struct cw_slice text, size_t from, size_t units);
void cw_date_text_skip_blanks(struct cw_date_text *text); /* spaces and tabs */
/*
 * As java.text.DecimalFormat reads an integer and Number.intValue() makes an int of it: a "-", decimal digits of any
 * script, an exponent ("1E3"); "NaN" is 0 and U+221E the greatest int. Nothing from `end` on is looked at.
 */
bool cw_date_text_number(struct cw_date_text *text, size_t end, struct cw_date_number *number);
/* The longest of n names that the text goes on with, without case; its index, or -1. */
int cw_date_text_name(struct cw_date_text *text, const char *const *names, int n);
/* Whether the text goes on with these bytes, and past them. */
bool cw_date_text_literal(struct cw_date_text *text, struct cw_slice bytes);

#endif
