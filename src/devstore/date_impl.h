/* date_impl - what the date files share: the calendar (date_calendar.c), and reading (date_format.c). Pure. */
#ifndef CW_DEVSTORE_DATE_IMPL_H
#define CW_DEVSTORE_DATE_IMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "devstore/date_format.h"

#define CW_DAY_MS INT64_C(86400000)

struct cw_date_fields {
	int64_t year;
	int month, day, hour, minute, second, ms, offset_minutes;
	char unit; /* the smallest that was given: 'y' 'M' 'd' 'h' 'm' 's' 'S' */
};

/* ---- date_calendar.c ---- */

/* Rounds towards minus infinity; b > 0. */
int64_t cw_date_floor_div(int64_t a, int64_t b);
int cw_date_days_in_month(int64_t year, int month);
/* All but the unit. */
void cw_date_fields_of(int64_t ms, struct cw_date_fields *f);
/* False when there is no such date. */
bool cw_date_fields_to_ms(const struct cw_date_fields *f, int64_t *ms);

/* ---- date_format.c ---- */

/* Takes exactly `digits` digits (or, with digits < 0, one to -digits) off the text. */
bool cw_date_read_int(const char **p, int digits, int *out);
/* As cw_date_parse(); round_up: what is not given is the last of its kind. */
bool cw_date_parse_rounded(const struct cw_date_format *format, const char *text, bool round_up, int64_t *ms);

#endif
