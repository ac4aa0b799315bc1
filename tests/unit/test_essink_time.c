/* Times of log lines: forms, formats, zones and their files. */
#include <string.h>

#include "log_time.h"
#include "unit.h"
#include "zone.h"

/* ---- times -------------------------------------------------------------------------------------- */

static void test_time__is_read_with_the_zone_that_is_given(void)
{
	static const struct {
		const char *zone, *line, *want;
		int64_t epoch_s;
	} rows[] = {
		{ NULL, "Jan 21 2026, 22:23:40", "2026-01-21T22:23:40", 1769034220 },
		{ "UTC", "Jan 21 2026, 22:23:40", "2026-01-21T22:23:40Z", 1769034220 },
		{ "+02:00", "Jan 21 2026, 22:23:40", "2026-01-21T22:23:40+02:00", 1769027020 },
		{ "-0530", "Jan 21 2026, 22:23:40", "2026-01-21T22:23:40-05:30", 1769054020 },
		{ "+2", "Jan 21 2026, 22:23:40", "2026-01-21T22:23:40+02:00", 1769027020 },
		{ "+02:00", "21/Jan/2026:22:23:40 -0700", "2026-01-21T22:23:40-07:00", 1769059420 },
		{ "-03:00", "1969-12-31T20:59:59", "1969-12-31T20:59:59-03:00", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_error err = { 0 };
		struct cw_zone *zone = rows[i].zone ? cw_zone_open(rows[i].zone, &err) : NULL;
		struct cw_time_reader reader = { .zone = zone };
		const struct cw_log_time *time = cw_log_time_read(&reader, cw_slice_str(rows[i].line));

		CU_ASSERT_EQUAL(err.code, CW_ERR_NONE);
		CU_ASSERT_PTR_NOT_NULL_FATAL(time);
		CU_ASSERT_TRUE(cw_slice_equal(cw_slice(time->text, time->n), cw_slice_str(rows[i].want)));
		CU_ASSERT_EQUAL(time->epoch_s, rows[i].epoch_s);
		/* the same again comes from the cache; an empty text never does */
		CU_ASSERT_PTR_EQUAL(cw_log_time_read(&reader, cw_slice_str(rows[i].line)), time);
		CU_ASSERT_PTR_NULL(cw_log_time_read(&reader, cw_slice("", 0)));
		CU_ASSERT_PTR_NOT_NULL(cw_log_time_read(&reader, cw_slice_str(rows[i].line)));
		cw_zone_free(zone);
	}
}

static void test_time__buckets_follow_the_event_in_utc(void)
{
	struct cw_time_reader reader = { .unit_s = 86400 };

	CU_ASSERT_EQUAL(cw_log_time_read(&reader, cw_slice_str("01/Jan/1970:23:59:59 +0000"))->bucket, 0);
	CU_ASSERT_EQUAL(cw_log_time_read(&reader, cw_slice_str("01/Jan/1970:23:59:59 -0001"))->bucket, 1);
	CU_ASSERT_EQUAL(cw_log_time_read(&reader, cw_slice_str("01/Jan/1970:00:00:00 +0001"))->bucket, -1);
}

static void test_time__formats_read_and_refuse(void)
{
	static const struct {
		const char *format, *text, *want;
	} rows[] = {
		{ "%d/%b/%Y:%H:%M:%S %z", "21/Jan/2026:22:23:40 +0100", "2026-01-21T22:23:40+01:00" },
		{ "%Y-%m-%d %H:%M:%S.%f", "2026-01-21 22:23:40.5", "2026-01-21T22:23:40.5" },
		{ "%F %T", "2026-01-21 22:23:40", "2026-01-21T22:23:40" },
		{ "%a, %d %B %Y %T %Z", "Wed, 21 January 2026 22:23:40 GMT", "2026-01-21T22:23:40" },
		{ "%e %b %y", " 1 feb 99", "1999-02-01T00:00:00" },
		{ "%e %b %y", "1 FEB 68", "2068-02-01T00:00:00" },
		{ "%Y %j", "2024 366", "2024-12-31T00:00:00" },
		{ "%Y %j", "2025 366", NULL },
		{ "%s", "1769034220", "2026-01-21T22:23:40Z" },
		{ "%s.%f", "1769034220.123", "2026-01-21T22:23:40.123Z" },
		{ "%Y%%", "2026%", "2026-01-01T00:00:00" },
		{ "%Y-%m-%d", "2026-13-01", NULL },
		{ "%Y-%m-%d", "2026-01-32", NULL },
		{ "%Y-%m-%d", "2026-01-0", NULL },
		{ "%Y-%m-%d", "2026-01-01 ", NULL },
		{ "%s", "", NULL },
		{ "%Y", "0000", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_time_reader reader = { .format = rows[i].format };
		const struct cw_log_time *time = cw_log_time_read(&reader, cw_slice_str(rows[i].text));
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_log_time_check_format(rows[i].format, &err), 0);
		CU_ASSERT_EQUAL(time != NULL, rows[i].want != NULL);
		if (time && rows[i].want)
			CU_ASSERT_TRUE(cw_slice_equal(cw_slice(time->text, time->n), cw_slice_str(rows[i].want)));
	}
}

static void test_time__unknown_formats_are_named(void)
{
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL(cw_log_time_check_format("%Y %Q", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "%Q, which is not known"));
	memset(&err, 0, sizeof(err));
	CU_ASSERT_EQUAL(cw_log_time_check_format("%Y %", &err), -1);
	memset(&err, 0, sizeof(err));
	CU_ASSERT_EQUAL(cw_log_time_check_format("%H:%M", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no year"));
}

/* ---- zones -------------------------------------------------------------------------------------- */

static void put_be(char **p, uint64_t v, int bytes)
{
	while (bytes-- > 0)
		*(*p)++ = (char)(v >> (8 * bytes));
}

/* A TZif file: one transition, to +01:00 at 1000000, then the rule. */
static size_t make_tzif(char *out, const char *rule)
{
	char *p = out;

	for (int block = 0; block < 2; block++) {
		memcpy(p, "TZif2", 5);
		memset(p + 5, 0, 15);
		p += 20;
		put_be(&p, 0, 4);             /* isutc */
		put_be(&p, 0, 4);             /* isstd */
		put_be(&p, 0, 4);             /* leap */
		put_be(&p, 1, 4);             /* times */
		put_be(&p, 2, 4);             /* types */
		put_be(&p, 8, 4);             /* characters */
		put_be(&p, 1000000, block ? 8 : 4);
		*p++ = 1;
		put_be(&p, 1800, 4); /* local mean time */
		*p++ = 0, *p++ = 0;
		put_be(&p, 3600, 4);
		*p++ = 0, *p++ = 4;
		memcpy(p, "LMT\0CET", 8);
		p += 8;
	}
	return (size_t)(p - out) + (size_t)sprintf(p, "\n%s\n", rule);
}

static void test_zone__follows_transitions_and_the_rule_after_them(void)
{
	static const struct {
		int64_t year;
		unsigned month, day, hour, minute;
		int32_t offset;
	} rows[] = {
		{ 1970, 1, 1, 0, 0, 1800 },
		{ 2026, 1, 21, 22, 23, 3600 },
		{ 2026, 3, 29, 1, 59, 3600 },
		{ 2026, 3, 29, 2, 30, 3600 },  /* skipped: read as before */
		{ 2026, 3, 29, 3, 0, 7200 },
		{ 2026, 7, 1, 12, 0, 7200 },
		{ 2026, 10, 25, 1, 59, 7200 },
		{ 2026, 10, 25, 2, 30, 7200 }, /* twice: the first */
		{ 2026, 10, 25, 3, 0, 3600 },
		{ 2100, 7, 1, 12, 0, 7200 },
	};
	char data[400];
	size_t n = make_tzif(data, "CET-1CEST,M3.5.0,M10.5.0/3");
	struct cw_zone *zone = cw_zone_parse(data, n);

	CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t local = cw_days_from_date(rows[i].year, rows[i].month, rows[i].day) * 86400 + rows[i].hour * 3600 +
				rows[i].minute * 60;

		CU_ASSERT_EQUAL(cw_zone_offset(zone, local), rows[i].offset);
	}
	cw_zone_free(zone);
	for (size_t cut = 0; cut < n; cut++)
		CU_ASSERT_PTR_NULL(cw_zone_parse(data, cut));
}

static void test_zone__knows_the_forms_of_rules(void)
{
	static const struct {
		const char *rule;
		int32_t january, july; /* 1: the file is refused */
	} rows[] = {
		{ "EST5EDT,M3.2.0,M11.1.0", -18000, -14400 },
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 39600, 36000 },
		{ "<+0330>-3:30", 12600, 12600 },
		{ "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", -10800, -7200 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3600 },
		{ "XXX0YYY,J60,J300", 0, 3600 },
		{ "XXX0YYY,59,299/1", 0, 3600 },
		{ "", 3600, 3600 },
		{ "CET", 1, 1 },
		{ "CET-1CEST", 1, 1 },
		{ "CET-1CEST,M3.5.0", 1, 1 },
		{ "CET-1CEST,M13.5.0,M10.5.0", 1, 1 },
		{ "CET-1CEST,M3.0.0,M10.5.0", 1, 1 },
		{ "CET-1CEST,M3.5.0,M10.5.0x", 1, 1 },
		{ "<CET-1", 1, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char data[400];
		struct cw_zone *zone = cw_zone_parse(data, make_tzif(data, rows[i].rule));

		if (rows[i].january == 1) {
			CU_ASSERT_PTR_NULL(zone);
			continue;
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
		CU_ASSERT_EQUAL(cw_zone_offset(zone, cw_days_from_date(2026, 1, 15) * 86400), rows[i].january);
		CU_ASSERT_EQUAL(cw_zone_offset(zone, cw_days_from_date(2026, 7, 15) * 86400), rows[i].july);
		cw_zone_free(zone);
	}
}

static void test_zone__refuses_what_is_none(void)
{
	static const char *const names[] = { "",          "Mars/Base", "../etc/passwd", "/etc/passwd", "+25:00", "+1:2",
					     "+02:00:00", "+",         "UTC+2",         "+02:xx",      "-99" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct cw_error err = { 0 };

		CU_ASSERT_PTR_NULL(cw_zone_open(names[i], &err));
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Europe/Berlin"));
	}
}

static void test_date__goes_there_and_back(void)
{
	int64_t year;
	unsigned month, day;

	for (int64_t days = -800000; days < 3000000; days += 37) {
		cw_date_from_days(days, &year, &month, &day);
		CU_ASSERT_EQUAL(cw_days_from_date(year, month, day), days);
	}
	cw_date_from_days(0, &year, &month, &day);
	CU_ASSERT_TRUE(year == 1970 && month == 1 && day == 1);
	cw_date_from_days(11016, &year, &month, &day);
	CU_ASSERT_TRUE(year == 2000 && month == 2 && day == 29);
}

int main(void)
{
	CU_TestInfo times[] = {
		{ "read with the zone that is given", test_time__is_read_with_the_zone_that_is_given },
		{ "buckets follow the event in UTC", test_time__buckets_follow_the_event_in_utc },
		{ "formats read and refuse", test_time__formats_read_and_refuse },
		{ "unknown formats are named", test_time__unknown_formats_are_named },
		{ "zone: transitions, and the rule after them", test_zone__follows_transitions_and_the_rule_after_them },
		{ "zone: the forms of rules", test_zone__knows_the_forms_of_rules },
		{ "zone: refuses what is none", test_zone__refuses_what_is_none },
		{ "dates go there and back", test_date__goes_there_and_back },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "times", NULL, NULL, NULL, NULL, times },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
