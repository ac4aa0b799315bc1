/*
 * date_fields - the fields that were read from a date, and the time they mean together.
 *
 * The fields and the rules are those of java.util.GregorianCalendar with lenient fields, the time zone UTC and weeks as
 * in the United States: any value of any field is taken (month 13 is the next January), and where fields contradict
 * each other the group that was set last holds. Pure.
 */
#ifndef CW_DATA_DATE_FIELDS_H
#define CW_DATA_DATE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

enum cw_date_field {
	CW_DATE_ERA, /* 0: BC, 1: AD */
	CW_DATE_YEAR, /* of the era */
	CW_DATE_MONTH, /* from 0 */
	CW_DATE_WEEK_OF_YEAR,
	CW_DATE_WEEK_OF_MONTH,
	CW_DATE_DAY_OF_MONTH,
	CW_DATE_DAY_OF_YEAR,
	CW_DATE_WEEKDAY, /* from 1: Sunday */
	CW_DATE_WEEKDAY_IN_MONTH,
	CW_DATE_AM_PM,
	CW_DATE_HOUR, /* 0…11 */
	CW_DATE_HOUR_OF_DAY,
	CW_DATE_MINUTE,
	CW_DATE_SECOND,
	CW_DATE_MILLISECOND,
	CW_DATE_ZONE, /* milliseconds east of UTC, daylight saving included */
	CW_DATE_WEEK_YEAR,
	CW_DATE_FIELDS
};

/* Start as { 0 }. */
struct cw_date_fields {
	int32_t value[CW_DATE_FIELDS];
	uint32_t stamp[CW_DATE_FIELDS]; /* when it was set, from 1; 0: it was not */
	uint32_t stamps;
};

static inline void cw_date_fields_set(struct cw_date_fields *fields, enum cw_date_field field, int32_t value)
{
	fields->value[field] = value;
	fields->stamp[field] = ++fields->stamps;
}

/* A day of the week as ISO 8601 numbers it, 1 (Monday) … 7; other numbers count on. */
void cw_date_fields_set_iso_weekday(struct cw_date_fields *fields, int32_t value);

/* Milliseconds since the epoch. Beyond int64_t they wrap. */
int64_t cw_date_fields_ms(const struct cw_date_fields *fields);

/* What the fields of a given time are; zone and week_year as above. */
struct cw_date_parts {
	int64_t year; /* astronomical */
	int month;    /* from 1 */
	int day, weekday /* 0: Sunday */, hour, minute, second, ms;
	int day_of_year, week_of_year, week_of_month, weekday_in_month; /* from 1 */
	int64_t week_year;
};

struct cw_date_parts cw_date_parts_of(int64_t ms);

#endif
