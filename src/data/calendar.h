/*
 * calendar - days and dates as Java's GregorianCalendar counts them: Julian before 15 October 1582, proleptic before
 * year 1 (which year 0 precedes: 1 BC). Pure.
 */
#ifndef CW_DATA_CALENDAR_H
#define CW_DATA_CALENDAR_H

#include <stdint.h>

#define CW_MS_PER_DAY INT64_C(86400000)
#define CW_GREGORIAN_START INT64_C(-141427) /* the day 1582-10-15, the first Gregorian one */
#define CW_GREGORIAN_YEAR 1582

struct cw_civil {
	int64_t year; /* astronomical: 0 is 1 BC */
	int month, day; /* from 1 */
	int hour, minute, second, ms;
	int weekday; /* 0: Sunday */
};

/* A time without a zone, in milliseconds since 1970-01-01T00:00. */
struct cw_civil cw_civil_from_ms(int64_t ms);
/* Days since 1970-01-01; month 13 is the next January, day 0 the last of the month before, and so on. */
int64_t cw_civil_days(int64_t year, int64_t month, int64_t day);
/* The first day of a month, 1…12, if there were one of the calendars only. */
int64_t cw_gregorian_month(int64_t year, int month);
int64_t cw_julian_month(int64_t year, int month);
int64_t cw_floor_div(int64_t a, int64_t b); /* b > 0 */

/*
 * The process's time zone: from UTC to local milliseconds, with its abbreviation (NULL: not wanted); and back: a time
 * that is skipped counts from before the gap, one that comes twice is the one in standard time, as GregorianCalendar
 * has it.
 */
#define CW_ZONE_NAME 16
int64_t cw_zone_local(int64_t utc_ms, char name[CW_ZONE_NAME]);
int64_t cw_zone_utc(int64_t local_ms);

#endif
