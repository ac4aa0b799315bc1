#include "data/date_fields.h"

#include "data/calendar.h"

#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_HOUR INT64_C(3600000)
#define EPOCH_YEAR 1970
#define SUNDAY 1
#define THURSDAY 4 /* from 0: what 1970-01-01 was */

/* The fields that say which day of a year is meant. */
enum rule { DAY_OF_MONTH, WEEK_OF_MONTH, WEEKDAY_IN_MONTH, DAY_OF_YEAR, WEEK_OF_YEAR };

/* Java's int arithmetic. */
static int32_t wrap(int64_t n)
{
	return (int32_t)(uint32_t)(uint64_t)n;
}

static int64_t floor_mod(int64_t a, int64_t b)
{
	return a - cw_floor_div(a, b) * b;
}

static uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* When both were set, 0 when one of them was not. */
static uint32_t both(uint32_t a, uint32_t b)
{
	return a && b ? later(a, b) : 0;
}

/* The last day not after `day` that is the weekday, counted from Sunday as 1; those out of range count on. */
static int64_t weekday_until(int64_t day, int32_t weekday)
{
	return day - floor_mod(day + THURSDAY - wrap((int64_t)weekday - SUNDAY), 7);
}

void cw_date_fields_set_iso_weekday(struct cw_date_fields *fields, int32_t value)
{
	bool valid = value >= 1 && value <= 7;

	cw_date_fields_set(fields, CW_DATE_WEEKDAY, valid ? value % 7 + 1 : value);
}

/*
 * The rule whose fields were set last and are complete; where none is, the one of which anything was set last. Two that
 * were set at the same time share the weekday, and the rest of them decides.
 */
static enum rule choose_rule(const uint32_t *stamp)
{
	uint32_t weekday = stamp[CW_DATE_WEEKDAY], day = stamp[CW_DATE_DAY_OF_MONTH];
	uint32_t week = both(stamp[CW_DATE_WEEK_OF_MONTH], weekday);
	uint32_t nth = both(stamp[CW_DATE_WEEKDAY_IN_MONTH], weekday);
	uint32_t year_day = stamp[CW_DATE_DAY_OF_YEAR], year_week = both(stamp[CW_DATE_WEEK_OF_YEAR], weekday);
	uint32_t best = later(later(later(day, week), later(nth, year_day)), year_week);

	if (!best) {
		week = stamp[CW_DATE_WEEK_OF_MONTH];
		nth = later(stamp[CW_DATE_WEEKDAY_IN_MONTH], weekday);
		year_week = stamp[CW_DATE_WEEK_OF_YEAR];
		best = later(later(week, nth), year_week);
	}
	if (best == day)
		return DAY_OF_MONTH;
	if ((best == week && stamp[CW_DATE_WEEK_OF_MONTH] >= stamp[CW_DATE_WEEK_OF_YEAR]) ||
	    (best == nth && stamp[CW_DATE_WEEKDAY_IN_MONTH] >= stamp[CW_DATE_WEEK_OF_YEAR])) {
		if (week == nth)
			return stamp[CW_DATE_WEEK_OF_MONTH] >= stamp[CW_DATE_WEEKDAY_IN_MONTH] ? WEEK_OF_MONTH :
												 WEEKDAY_IN_MONTH;
		return best == week ? WEEK_OF_MONTH : WEEKDAY_IN_MONTH;
	}
	return best == year_day ? DAY_OF_YEAR : WEEK_OF_YEAR;
}

static int month_length(int64_t year, int month)
{
	bool next_year = month == 12;

	if (year > CW_GREGORIAN_YEAR)
		return (int)(cw_gregorian_month(year + next_year, next_year ? 1 : month + 1) -
			     cw_gregorian_month(year, month));
	return (int)(cw_julian_month(year + next_year, next_year ? 1 : month + 1) - cw_julian_month(year, month));
}

static int32_t weekday_or(const struct cw_date_fields *fields, int32_t otherwise)
{
	return fields->stamp[CW_DATE_WEEKDAY] ? fields->value[CW_DATE_WEEKDAY] : otherwise;
}

/* The nth weekday of the month that begins at `first`; negative: from its end. */
static int64_t weekday_in_month(const struct cw_date_fields *fields, int64_t first, int64_t year, int month)
{
	int32_t weekday = weekday_or(fields, SUNDAY), nth = 1;

	if (fields->stamp[CW_DATE_WEEKDAY_IN_MONTH])
		nth = fields->value[CW_DATE_WEEKDAY_IN_MONTH];
	if (nth >= 0)
		return weekday_until(first + wrap(INT64_C(7) * nth) - 1, weekday);
	return weekday_until(first + wrap(month_length(year, month) + INT64_C(7) * (nth + 1)) - 1, weekday);
}

/* The day of the date in one of the calendars. */
static int64_t day_in(int64_t (*month_start)(int64_t, int), const struct cw_date_fields *fields, enum rule rule,
		      int32_t year)
{
	const int32_t *value = fields->value;
	bool in_month = rule == DAY_OF_MONTH || rule == WEEK_OF_MONTH || rule == WEEKDAY_IN_MONTH;
	int32_t month = in_month ? value[CW_DATE_MONTH] : 0;
	int64_t first, week;

	year = wrap(year + cw_floor_div(month, 12));
	month = (int32_t)floor_mod(month, 12) + 1;
	first = month_start(year, month);
	week = weekday_until(weekday_until(first, SUNDAY) + 6, weekday_or(fields, SUNDAY));
	switch (rule) {
	case DAY_OF_MONTH:
		return fields->stamp[CW_DATE_DAY_OF_MONTH] ? first + value[CW_DATE_DAY_OF_MONTH] - 1 : first;
	case WEEK_OF_MONTH:
		return week + wrap(INT64_C(7) * wrap((int64_t)value[CW_DATE_WEEK_OF_MONTH] - 1));
	case WEEKDAY_IN_MONTH:
		return weekday_in_month(fields, first, year, month);
	case DAY_OF_YEAR:
		return first + value[CW_DATE_DAY_OF_YEAR] - 1;
	case WEEK_OF_YEAR:
		break;
	}
	return week + INT64_C(7) * ((int64_t)value[CW_DATE_WEEK_OF_YEAR] - 1);
}

/*
 * The day of a date, `more` days after what its fields say. What is before the change of calendars in the Gregorian one
 * is meant in the Julian one; so are the ten days that the change left out.
 */
static int64_t resolve_day(const struct cw_date_fields *fields, int64_t more)
{
	enum rule rule = choose_rule(fields->stamp);
	int32_t year = fields->stamp[CW_DATE_YEAR] ? fields->value[CW_DATE_YEAR] : EPOCH_YEAR;
	int64_t day;

	if (fields->stamp[CW_DATE_ERA] && fields->value[CW_DATE_ERA] == 0)
		year = wrap(INT64_C(1) - year);
	if (year > CW_GREGORIAN_YEAR ||
	    (year == CW_GREGORIAN_YEAR && rule != DAY_OF_YEAR && rule != WEEK_OF_YEAR)) {
		day = more + day_in(cw_gregorian_month, fields, rule, year);
		if (day >= CW_GREGORIAN_START)
			return day;
	}
	return more + day_in(cw_julian_month, fields, rule, year);
}

/* Moves what is beyond a week into the week number, and makes the ISO number it then is Sunday's 1 … Saturday's 7. */
static int32_t normal_weekday(int32_t weekday, int32_t *week)
{
	int64_t from_0 = (int64_t)weekday - 1;

	if (weekday >= 1 && weekday <= 7)
		return weekday;
	*week = wrap(*week + cw_floor_div(from_0, 7));
	return (int32_t)(floor_mod(from_0, 7) + 1) % 7 + 1;
}

/* The milliseconds of a day; those that a time cannot hold wrap. */
static int64_t ms_of_day(int64_t day)
{
	return (int64_t)((uint64_t)day * (uint64_t)CW_MS_PER_DAY);
}

/* The same date with a year, month and day instead of a week year, which is in the era that the other fields mean. */
static struct cw_date_fields without_week_year(const struct cw_date_fields *fields, int64_t more)
{
	int32_t week = fields->stamp[CW_DATE_WEEK_OF_YEAR] ? fields->value[CW_DATE_WEEK_OF_YEAR] : 1;
	int32_t weekday = normal_weekday(weekday_or(fields, SUNDAY), &week);
	struct cw_date_fields first = { 0 }, result = *fields;
	bool common_era = cw_civil_from_ms(ms_of_day(resolve_day(fields, more))).year > 0;
	struct cw_civil date;
	int64_t day;

	cw_date_fields_set(&first, CW_DATE_ERA, common_era);
	cw_date_fields_set(&first, CW_DATE_YEAR, fields->value[CW_DATE_WEEK_YEAR]);
	cw_date_fields_set(&first, CW_DATE_WEEK_OF_YEAR, 1);
	cw_date_fields_set(&first, CW_DATE_WEEKDAY, SUNDAY);
	day = resolve_day(&first, 0) + wrap(weekday - SUNDAY + INT64_C(7) * wrap((int64_t)week - 1));
	date = cw_civil_from_ms(ms_of_day(day));
	cw_date_fields_set(&result, CW_DATE_ERA, date.year > 0);
	cw_date_fields_set(&result, CW_DATE_YEAR, wrap(date.year > 0 ? date.year : 1 - date.year));
	cw_date_fields_set(&result, CW_DATE_MONTH, date.month - 1);
	cw_date_fields_set(&result, CW_DATE_DAY_OF_MONTH, date.day);
	return result;
}

/* Milliseconds from midnight of the day, whatever the fields' values. */
static int64_t time_of_day(const struct cw_date_fields *fields)
{
	const uint32_t *stamp = fields->stamp;
	uint32_t half_day = both(stamp[CW_DATE_HOUR], stamp[CW_DATE_AM_PM]), best;
	int64_t hour;

	best = later(half_day, stamp[CW_DATE_HOUR_OF_DAY]);
	if (best && best == stamp[CW_DATE_HOUR_OF_DAY])
		hour = fields->value[CW_DATE_HOUR_OF_DAY];
	else
		hour = fields->value[CW_DATE_HOUR] + INT64_C(12) * fields->value[CW_DATE_AM_PM];
	return hour * MS_PER_HOUR + fields->value[CW_DATE_MINUTE] * MS_PER_MINUTE +
	       fields->value[CW_DATE_SECOND] * INT64_C(1000) + fields->value[CW_DATE_MILLISECOND];
}

int64_t cw_date_fields_ms(const struct cw_date_fields *fields)
{
	int64_t time = time_of_day(fields), more = cw_floor_div(time, CW_MS_PER_DAY), day;
	bool by_week_year = fields->stamp[CW_DATE_WEEK_YEAR] > fields->stamp[CW_DATE_YEAR];
	struct cw_date_fields plain;

	if (by_week_year) {
		plain = without_week_year(fields, more);
		fields = &plain;
	}
	day = resolve_day(fields, more);
	return (int64_t)((uint64_t)ms_of_day(day) + (uint64_t)(time - more * CW_MS_PER_DAY) -
			 (uint64_t)(int64_t)fields->value[CW_DATE_ZONE]);
}

/* The week that `day` is in, when the one with `first` in it is number 1. */
static int week_from(int64_t first, int64_t day)
{
	return (int)((day - weekday_until(first, SUNDAY)) / 7) + 1;
}

struct cw_date_parts cw_date_parts_of(int64_t ms)
{
	struct cw_civil date = cw_civil_from_ms(ms);
	struct cw_date_parts parts = { .year = date.year, .month = date.month, .day = date.day, .weekday = date.weekday,
				       .hour = date.hour, .minute = date.minute, .second = date.second, .ms = date.ms };
	int64_t day = cw_floor_div(ms, CW_MS_PER_DAY), january = cw_civil_days(date.year, 1, 1);
	int64_t first = cw_civil_days(date.year, date.month, 1);

	parts.day_of_year = (int)(day - january) + 1;
	parts.week_of_year = week_from(january, day);
	parts.week_year = date.year;
	if (day >= weekday_until(cw_civil_days(date.year + 1, 1, 1), SUNDAY)) {
		parts.week_of_year = 1;
		parts.week_year++;
	}
	parts.week_of_month = week_from(first, day);
	parts.weekday_in_month = (int)(day - first) / 7 + 1;
	return parts;
}
