/* Bounded runs: how their end is written in a configuration, and when the tasks have come that far. */
#include <string.h>

#include "config/run_until.h"
#include "host/bounds.h"
#include "unit.h"

static void test_until__kinds(void)
{
	CU_ASSERT_EQUAL(cw_run_until_parse(NULL), CW_RUN_FOREVER);
	CU_ASSERT_EQUAL(cw_run_until_parse("forever"), CW_RUN_FOREVER);
	CU_ASSERT_EQUAL(cw_run_until_parse("End"), CW_RUN_UNTIL_END);
	CU_ASSERT_EQUAL(cw_run_until_parse("time"), CW_RUN_UNTIL_TIME);
	CU_ASSERT_EQUAL(cw_run_until_parse("OFFSETS"), CW_RUN_UNTIL_OFFSETS);
}

static void test_until__times(void)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = {
		{ "0", 0 },
		{ "1769034220123", INT64_C(1769034220123) },
		{ "9223372036854775807", INT64_MAX },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-01-21T22:23:40Z", INT64_C(1769034220000) },
		{ "2026-01-21T22:23:40.5z", INT64_C(1769034220500) },
		{ "2026-01-21T22:23:40.123456789Z", INT64_C(1769034220123) },
		{ "2026-01-21T22:23:40+02:00", INT64_C(1769027020000) },
		{ "2026-01-21T22:23:40-0230", INT64_C(1769043220000) },
		{ "9223372036854775808", -1 },
		{ "-5", -1 },
		{ "", -1 },
		{ "2026-01-21", -1 },
		{ "2026-01-21T22:23:40", -1 }, /* where? */
		{ "2026-01-21 22:23:40Z", -1 },
		{ "2026-13-21T22:23:40Z", -1 },
		{ "2026-01-21T22:23:40.Z", -1 },
		{ "2026-01-21T22:23:40.1234567890Z", -1 },
		{ "2026-01-21T22:23:40+2", -1 },
		{ "2026-01-21T22:23:40+19:00", -1 },
		{ "2026-01-21T22:23:40+02:60", -1 },
		{ "2026-01-21T22:23:40Zulu", -1 },
		{ "soon", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_error err = { 0 };
		int64_t ms = -2;
		int status = cw_run_until_time(rows[i].text, &ms, &err);

		if (status != (rows[i].ms < 0 ? -1 : 0) || (status == 0 && ms != rows[i].ms))
			fprintf(stderr, "\n%s: %d, %lld\n", rows[i].text, status, (long long)ms);
		CU_ASSERT_EQUAL(status, rows[i].ms < 0 ? -1 : 0);
		CU_ASSERT_TRUE(status != 0 || ms == rows[i].ms);
		CU_ASSERT_EQUAL(err.code, status ? CW_ERR_INVALID : CW_ERR_NONE);
		CU_ASSERT_EQUAL(cw_run_until_time_check(rows[i].text, NULL), *rows[i].text ? status : 0);
	}
}

static void test_until__offsets(void)
{
	static const struct {
		const char *text, *topic; /* NULL: refused */
		int32_t partition;
		int64_t offset;
	} rows[] = {
		{ "t:0:0", "t", 0, 0 },
		{ "a.b-c_d:12:9223372036854775807", "a.b-c_d", 12, INT64_MAX },
		{ "a:b:1:2", "a:b", 1, 2 },
		{ "t:0", NULL, 0, 0 },
		{ "t", NULL, 0, 0 },
		{ ":0:0", NULL, 0, 0 },
		{ "t::0", NULL, 0, 0 },
		{ "t:0:", NULL, 0, 0 },
		{ "t:-1:0", NULL, 0, 0 },
		{ "t:0:-1", NULL, 0, 0 },
		{ "t:x:0", NULL, 0, 0 },
		{ "t:2147483648:0", NULL, 0, 0 },
		{ "t:0:9223372036854775808", NULL, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cw_error err = { 0 };
		int32_t partition = -1;
		int64_t offset = -1;
		size_t n = 0;
		int status = cw_run_until_offset(rows[i].text, &n, &partition, &offset, &err);

		CU_ASSERT_EQUAL(status, rows[i].topic ? 0 : -1);
		if (rows[i].topic) {
			CU_ASSERT_EQUAL(n, strlen(rows[i].topic));
			CU_ASSERT_EQUAL(memcmp(rows[i].text, rows[i].topic, n), 0);
			CU_ASSERT_EQUAL(partition, rows[i].partition);
			CU_ASSERT_EQUAL(offset, rows[i].offset);
		}
	}
	CU_ASSERT_EQUAL(cw_run_until_offsets_check("", NULL), 0);
	CU_ASSERT_EQUAL(cw_run_until_offsets_check("t:0:1,t:1:2", NULL), 0);
	CU_ASSERT_EQUAL(cw_run_until_offsets_check("t:0:1,t:1", NULL), -1);
}

/* ---- the tasks' way there ------------------------------------------------------------------------ */

static rd_kafka_topic_partition_list_t *list_of(int n, const int64_t *offsets)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n);

	for (int i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(list, "t", i)->offset = offsets[i];
	return list;
}

static void test_bounds__the_first_to_set_them_wins(void)
{
	static const int64_t ends[] = { 3, 0 }, later[] = { 99, 99 };
	rd_kafka_topic_partition_list_t *list = list_of(2, ends), *other = list_of(2, later);
	struct cw_bounds *bounds = cw_bounds_new();

	CU_ASSERT_FALSE(cw_bounds_are_set(bounds));
	CU_ASSERT_EQUAL(cw_bounds_end(bounds, "t", 0), -1); /* nothing is part of a run whose end nobody knows */
	cw_bounds_set(bounds, list);
	cw_bounds_set(bounds, other);
	CU_ASSERT_TRUE(cw_bounds_are_set(bounds));
	CU_ASSERT_EQUAL(cw_bounds_end(bounds, "t", 0), 3);
	CU_ASSERT_EQUAL(cw_bounds_end(bounds, "t", 1), 0);
	CU_ASSERT_EQUAL(cw_bounds_end(bounds, "t", 7), -1); /* a partition that came later */
	CU_ASSERT_EQUAL(cw_bounds_end(bounds, "u", 0), -1);
	cw_bounds_unref(bounds);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_topic_partition_list_destroy(other);
}

static void test_bounds__over_when_every_partition_is_done(void)
{
	static const int64_t ends[] = { 5, 5 };
	rd_kafka_topic_partition_list_t *list = list_of(2, ends);
	struct cw_bounds *bounds = cw_bounds_new(), *other = cw_bounds_ref(bounds);

	cw_bounds_done(bounds, "t", 0); /* of no run yet */
	CU_ASSERT_FALSE(cw_bounds_are_reached(bounds));
	cw_bounds_set(bounds, list);
	cw_bounds_done(bounds, "t", 0);
	cw_bounds_done(bounds, "t", 0);
	cw_bounds_done(bounds, "u", 1);
	CU_ASSERT_FALSE(cw_bounds_are_reached(bounds));
	cw_bounds_done(other, "t", 1);
	cw_bounds_unref(other);
	CU_ASSERT_TRUE(cw_bounds_are_reached(bounds));
	cw_bounds_unref(bounds);
	cw_bounds_unref(NULL);
	rd_kafka_topic_partition_list_destroy(list);
}

static void test_bounds__what_is_left_and_where_it_ends_now(void)
{
	static const int64_t ends[] = { 5, 7 };
	rd_kafka_topic_partition_list_t *list = list_of(2, ends), *left;
	struct cw_bounds *bounds = cw_bounds_new();

	left = cw_bounds_left(bounds);
	CU_ASSERT_EQUAL(left->cnt, 0);
	rd_kafka_topic_partition_list_destroy(left);
	cw_bounds_set(bounds, list);
	cw_bounds_done(bounds, "t", 0);
	cw_bounds_cut(bounds, "t", 1, 9);
	CU_ASSERT_EQUAL(cw_bounds_end(bounds, "t", 1), 7);
	cw_bounds_cut(bounds, "t", 1, 2);
	cw_bounds_cut(bounds, "u", 1, 2);
	left = cw_bounds_left(bounds);
	CU_ASSERT_EQUAL_FATAL(left->cnt, 1);
	CU_ASSERT_EQUAL(left->elems[0].partition, 1);
	CU_ASSERT_EQUAL(left->elems[0].offset, 2);
	rd_kafka_topic_partition_list_destroy(left);
	cw_bounds_unref(bounds);
	rd_kafka_topic_partition_list_destroy(list);
}

static void test_bounds__nothing_to_read(void)
{
	rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(1);
	struct cw_bounds *bounds = cw_bounds_new();

	cw_bounds_set(bounds, none);
	CU_ASSERT_TRUE(cw_bounds_are_reached(bounds));
	cw_bounds_unref(bounds);
	rd_kafka_topic_partition_list_destroy(none);
}

int main(void)
{
	CU_TestInfo until[] = {
		{ "kinds", test_until__kinds },
		{ "times", test_until__times },
		{ "offsets", test_until__offsets },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo bounds[] = {
		{ "the first to set them wins", test_bounds__the_first_to_set_them_wins },
		{ "over when every partition is done", test_bounds__over_when_every_partition_is_done },
		{ "what is left, and where it ends now", test_bounds__what_is_left_and_where_it_ends_now },
		{ "nothing to read", test_bounds__nothing_to_read },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "run.until", NULL, NULL, NULL, NULL, until },
		{ "bounds", NULL, NULL, NULL, NULL, bounds },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
