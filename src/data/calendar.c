#include "data/calendar.h"

#include <stdio.h>
#include <time.h>

int64_t cw_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Years that begin in March have their leap day at the end; `era` days hold `years` years. Both calendars then differ
 * in how leap years go only.
 */
static int64_t gregorian_days(int64_t march_year, int64_t day_of_year)
{
	int64_t era = cw_floor_div(march_year, 400), y = march_year - era * 400;

	return era * 146097 + y * 365 + y / 4 - y / 100 + day_of_year - 719468;
}

static int64_t julian_days(int64_t march_year, int64_t day_of_year)
{
	int64_t era = cw_floor_div(march_year, 4), y = march_year - era * 4;

	return era * 1461 + y * 365 + day_of_year - 719470;
}

/* The March year of a month, and how many of its days come before it. */
static int64_t to_march(int64_t year, int month, int64_t *day_of_year)
{
	int march_month = month > 2 ? month - 3 : month + 9;

	*day_of_year = (153 * march_month + 2) / 5;
	return year - (month <= 2);
}

int64_t cw_gregorian_month(int64_t year, int month)
{
	int64_t day_of_year, y = to_march(year, month, &day_of_year);

	return gregorian_days(y, day_of_year);
}

int64_t cw_julian_month(int64_t year, int month)
{
	int64_t day_of_year, y = to_march(year, month, &day_of_year);

	return julian_days(y, day_of_year);
}

int64_t cw_civil_days(int64_t year, int64_t month, int64_t day)
{
	int64_t years = cw_floor_div(month - 1, 12), days;

	year += years;
	month -= years * 12;
	days = cw_gregorian_month(year, (int)month) + day - 1;
	return days >= CW_GREGORIAN_START ? days : cw_julian_month(year, (int)month) + day - 1;
}

/* The March year and the day in it. */
static int64_t split_gregorian(int64_t days, int64_t *day_of_year)
{
	int64_t era = cw_floor_div(days + 719468, 146097), d = days + 719468 - era * 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;

	*day_of_year = d - (365 * y + y / 4 - y / 100);
	return era * 400 + y;
}

static int64_t split_julian(int64_t days, int64_t *day_of_year)
{
	int64_t era = cw_floor_div(days + 719470, 1461), d = days + 719470 - era * 1461;
	int64_t y = (d - d / 1460) / 365;

	*day_of_year = d - 365 * y;
	return era * 4 + y;
}

struct cw_civil cw_civil_from_ms(int64_t ms)
{
	int64_t days = cw_floor_div(ms, CW_MS_PER_DAY), rest = ms % CW_MS_PER_DAY, day_of_year, march_year;
	struct cw_civil c;
	int march_month;

	if (rest < 0)
		rest += CW_MS_PER_DAY;
	march_year = days >= CW_GREGORIAN_START ? split_gregorian(days, &day_of_year) :
						  split_julian(days, &day_of_year);
	march_month = (int)((5 * day_of_year + 2) / 153);
	c.day = (int)(day_of_year - (153 * march_month + 2) / 5) + 1;
	c.month = march_month < 10 ? march_month + 3 : march_month - 9;
	c.year = march_year + (c.month <= 2);
	c.hour = (int)(rest / 3600000);
	c.minute = (int)(rest / 60000 % 60);
	c.second = (int)(rest / 1000 % 60);
	c.ms = (int)(rest % 1000);
	c.weekday = (int)(days + 4 - cw_floor_div(days + 4, 7) * 7);
	return c;
}

/* 1900-01-01 and 2037-01-01: Java's time zones begin there, and have a standard time for ever after here. */
#define ZONES_START INT64_C(-2208988800)
#define ZONES_NOW INT64_C(2114380800)
#define HALF_A_YEAR INT64_C(15778800)

/* The zone's offset, in milliseconds; 0 where the C library has none, for years that no int holds. */
static int64_t offset_of(int64_t seconds, struct tm *tm)
{
	time_t t = (time_t)seconds;

	if (!localtime_r(&t, tm)) {
		*tm = (struct tm){ .tm_zone = "UTC" };
		return 0;
	}
	return (int64_t)tm->tm_gmtoff * 1000;
}

static int64_t standard_offset(struct tm *tm)
{
	int64_t offset = offset_of(ZONES_NOW, tm);

	return tm->tm_isdst > 0 ? offset_of(ZONES_NOW + HALF_A_YEAR, tm) : offset;
}

/* Java takes the standard time of today for everything before its zones begin. */
static int64_t offset_at(int64_t utc_ms, struct tm *tm)
{
	int64_t seconds = cw_floor_div(utc_ms, 1000);

	return seconds < ZONES_START ? standard_offset(tm) : offset_of(seconds, tm);
}

/* At the ends of time the zone does not matter. */
static int64_t shifted(int64_t ms, int64_t by)
{
	int64_t sum;

	return __builtin_add_overflow(ms, by, &sum) ? ms : sum;
}

int64_t cw_zone_local(int64_t utc_ms, char name[CW_ZONE_NAME])
{
	struct tm tm;
	int64_t offset = offset_at(utc_ms, &tm);

	if (name)
		snprintf(name, CW_ZONE_NAME, "%s", tm.tm_zone);
	return shifted(utc_ms, offset);
}

int64_t cw_zone_utc(int64_t local_ms)
{
	struct tm tm;
	int64_t before = offset_at(shifted(local_ms, -CW_MS_PER_DAY), &tm);
	int64_t after = offset_at(shifted(local_ms, CW_MS_PER_DAY), &tm);
	int64_t early = shifted(local_ms, -before), late = shifted(local_ms, -after);

	if (before == after || offset_at(early, &tm) == before) {
		/* Twice: the second one is standard time, when clocks go back. */
		if (before > after && offset_at(late, &tm) == after)
			return late;
		return early;
	}
	return offset_at(late, &tm) == after ? late : early;
}
