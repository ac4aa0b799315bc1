/* Rate limits in the real host: how fast its tasks are, what they tell of it, and that all else works meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host_driver.h"

#define RECORDS_KEY "rate.limit.records.per.second"
#define BYTES_KEY "rate.limit.bytes.per.second"

/* A host, and when it was started: its limits are not older. */
struct scene {
	char name[64], out[256];
	struct host_process p;
	int64_t began_ms;
};

static void run(struct scene *s, const char *config)
{
	s->began_ms = cw_clock_ms();
	s->p = host_run(s->name, config);
	host_expect(&s->p, "status", "RUNNING");
}

static void run_source(struct scene *s, const char *prefix, const char *more)
{
	char config[1024];

	host_fresh_name(s->name, sizeof(s->name), prefix);
	snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s %s", s->name, more);
	run(s, config);
}

/* With so many records to read, all in one partition. */
static void run_sink(struct scene *s, const char *prefix, const char *class, long records, const char *more)
{
	char config[1024];

	host_fresh_name(s->name, sizeof(s->name), prefix);
	snprintf(s->out, sizeof(s->out), "%s/%s", host_folder(), s->name);
	host_fill(host_bootstrap(), s->name, 0, 0, records);
	snprintf(config, sizeof(config), "connector.class=%s topics=%s out=%s %s", class, s->name, s->out, more);
	run(s, config);
}

/* Told while it runs; text NULL: the key is not set any more. */
static void change(struct scene *s, const char *key, const char *text)
{
	host_say(&s->p, json_pack("{s:s,s:{s:s?}}", "type", "change", "config", key, text));
}

/* Until the metric is at least `least`; it may never be more than the time allows, which begins with nothing. */
static void expect_within(struct scene *s, const char *metric, int64_t per_second, int64_t least)
{
	for (;;) {
		int64_t n, most;

		host_expect(&s->p, "metrics", NULL);
		n = host_metric(&s->p, metric);
		most = (cw_clock_ms() - s->began_ms) * per_second / 1000 + 1;
		CU_ASSERT_TRUE(n <= most);
		if (n > most)
			fprintf(stderr, "%s: %s is %lld, more than %lld\n", s->name, metric, (long long)n, (long long)most);
		if (n >= least || n > most)
			return;
	}
}

/* ---- sources ----------------------------------------------------------------------------------- */

static void test_source__is_as_fast_as_it_may_be_until_that_is_changed(void)
{
	struct scene s;
	int64_t before;

	run_source(&s, "records", "per.poll=100 " RECORDS_KEY "=50");
	expect_within(&s, "records_polled", 50, 100);
	CU_ASSERT_TRUE(host_metric(&s.p, "rate_limit_held_ms") >= 1000);
	before = host_metric(&s.p, "records_polled");
	change(&s, RECORDS_KEY, NULL);
	host_wait_at_least(&s.p, "records", before + 2000);
	change(&s, RECORDS_KEY, "10");
	host_expect(&s.p, "metrics", NULL); /* which may be from before */
	host_expect(&s.p, "metrics", NULL);
	before = host_metric(&s.p, "records_polled");
	s.began_ms = cw_clock_ms() - 1000; /* a second's worth may be there */
	host_expect(&s.p, "metrics", NULL);
	host_expect(&s.p, "metrics", NULL);
	CU_ASSERT_TRUE(host_metric(&s.p, "records_polled") - before <= (cw_clock_ms() - s.began_ms) / 100 + 1);
	host_stop(&s.p);
}

static void test_source__bytes_are_limited(void)
{
	struct scene s;

	run_source(&s, "bytes", "per.poll=100 " BYTES_KEY "=300"); /* of "v0", "v1" … */
	for (int i = 0; i < 3; i++) {
		host_expect(&s.p, "metrics", NULL);
		/* A poll may have given a digit more in each record than the one before. */
		CU_ASSERT_TRUE(host_metric(&s.p, "bytes") <= (cw_clock_ms() - s.began_ms) * 300 / 1000 + 100);
	}
	host_wait_at_least(&s.p, "bytes", 600);
	CU_ASSERT_TRUE(cw_clock_ms() - s.began_ms >= 1600);
	host_stop(&s.p);
}

static void test_source__what_is_larger_than_a_second_of_bytes_passes(void)
{
	struct scene s;

	run_source(&s, "large", "count=3 per.poll=10 " BYTES_KEY "=1");
	host_expect(&s.p, "status", "COMPLETED"); /* of two bytes each */
	CU_ASSERT_TRUE(cw_clock_ms() - s.began_ms >= 3000);
	CU_ASSERT_EQUAL(host_metric(&s.p, "records"), 3);
	host_stop(&s.p);
}

/* The limit is the connector's, and each of its tasks gets its part. */
static void test_source__tasks_share_the_limit(void)
{
	int64_t polled[3] = { 0, 0, 0 }, most;
	struct scene s;

	run_source(&s, "share", "tasks.max=3 split=3 per.poll=100 " RECORDS_KEY "=60");
	while (polled[0] + polled[1] + polled[2] < 180) {
		json_t *message = host_wait_for(&s.p, "metrics", NULL);
		json_int_t task = json_integer_value(json_object_get(message, "task"));

		polled[task] = json_integer_value(json_object_get(
			json_object_get(json_object_get(message, "metrics"), "records_polled"), "value"));
		json_decref(message);
		most = (cw_clock_ms() - s.began_ms) * 60 / 1000 + 1;
		CU_ASSERT_TRUE_FATAL(polled[0] + polled[1] + polled[2] <= most);
	}
	for (int i = 0; i < 3; i++)
		CU_ASSERT_TRUE(polled[i] >= 20); /* what a task tells may be a second old */
	host_stop(&s.p);
}

static void check_limit(const json_t *message, json_int_t records, json_int_t bytes)
{
	const json_t *limit = json_object_get(message, "rate_limit");

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(limit, "records_per_second")), records);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(limit, "bytes_per_second")), bytes);
}

/* A task that is only held back gets on; it pauses, goes on and ends when it is asked to. */
static void test_source__held_back_is_no_trouble(void)
{
	struct scene s;
	json_t *message;

	run_source(&s, "held", "per.poll=100 " RECORDS_KEY "=1 " BYTES_KEY "=1000");
	host_wait_at_least(&s.p, "records", 1);
	change(&s, BYTES_KEY, "1");
	for (int i = 0; i < 3; i++) {
		message = host_wait_for(&s.p, "metrics", NULL);
		host_attend(&s.p, message);
		CU_ASSERT_TRUE(host_metric(&s.p, "progress_age_ms") < 2000);
		if (i > 0)
			check_limit(message, 1, 1);
		json_decref(message);
	}
	host_say(&s.p, json_pack("{s:s}", "type", "pause"));
	host_expect(&s.p, "status", "PAUSED");
	host_say(&s.p, json_pack("{s:s}", "type", "resume"));
	host_expect(&s.p, "status", "RUNNING");
	change(&s, RECORDS_KEY, "no number"); /* which a worker does not send: nothing changes */
	host_stop_within(&s.p, 3000);
}

/* ---- sinks ------------------------------------------------------------------------------------- */

static void check_sink(const char *class)
{
	struct scene s;

	run_sink(&s, "taken", class, 3000, RECORDS_KEY "=50");
	expect_within(&s, "records", 50, 100); /* a second's worth may have been there when the first came */
	CU_ASSERT_TRUE(host_metric(&s.p, "rate_limit_held_ms") >= 500);
	CU_ASSERT_TRUE(host_metric(&s.p, "progress_age_ms") < 2000);
	CU_ASSERT_TRUE(host_metric(&s.p, "consumer_lag") > 2500); /* what is kept is not read */
	change(&s, RECORDS_KEY, NULL);
	host_wait_metric(&s.p, "records_written", 3000);
	host_stop(&s.p);
	host_check_puts(s.out, 3000);
	CU_ASSERT_EQUAL(host_committed(s.name, s.name, 0), 3000);
}

static void test_sink__is_as_fast_as_it_may_be_until_that_is_changed(void)
{
	check_sink("ScriptedPlainSink");
}

static void test_sink__that_flushes(void)
{
	check_sink("ScriptedFlushSink");
}

static void test_sink__that_is_asynchronous(void)
{
	check_sink("ScriptedAsyncSink hold.ms=5");
}

static void test_sink__bytes_are_limited(void)
{
	struct scene s;

	run_sink(&s, "lines", "ScriptedPlainSink", 1000, BYTES_KEY "=300");
	expect_within(&s, "bytes", 300, 400);
	host_stop(&s.p);
}

/* What it was given is committed; what is kept comes again. */
static void test_sink__pauses_goes_on_and_ends_at_any_time(void)
{
	struct scene s;
	int64_t written;

	run_sink(&s, "ends", "ScriptedPlainSink", 2000, RECORDS_KEY "=10");
	host_wait_at_least(&s.p, "records", 5);
	host_say(&s.p, json_pack("{s:s}", "type", "pause"));
	host_expect(&s.p, "status", "PAUSED");
	host_expect(&s.p, "metrics", NULL);
	written = host_metric(&s.p, "records_written");
	host_attend_for(&s.p, 1500);
	CU_ASSERT_EQUAL(host_metric(&s.p, "records_written"), written);
	host_say(&s.p, json_pack("{s:s}", "type", "resume"));
	host_expect(&s.p, "status", "RUNNING");
	host_wait_at_least(&s.p, "records_written", written + 5);
	host_stop_within(&s.p, 3000);
	CU_ASSERT_TRUE(host_committed(s.name, s.name, 0) > written);
	CU_ASSERT_TRUE(host_committed(s.name, s.name, 0) < 500);
	host_check_puts(s.out, (long)host_committed(s.name, s.name, 0));
}

static void test_sink__a_bounded_run_ends_within_its_limit(void)
{
	struct scene s;

	run_sink(&s, "bounded", "ScriptedPlainSink", 120, "run.until=end " RECORDS_KEY "=50");
	host_expect(&s.p, "status", "COMPLETED");
	CU_ASSERT_TRUE(cw_clock_ms() - s.began_ms >= 2000);
	CU_ASSERT_EQUAL(host_metric(&s.p, "records_written"), 120);
	host_stop(&s.p);
	host_check_puts(s.out, 120);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "source: as fast as it may be, until that is changed",
		  test_source__is_as_fast_as_it_may_be_until_that_is_changed },
		{ "source: bytes", test_source__bytes_are_limited },
		{ "source: a large record", test_source__what_is_larger_than_a_second_of_bytes_passes },
		{ "source: tasks share it", test_source__tasks_share_the_limit },
		{ "source: held back is no trouble", test_source__held_back_is_no_trouble },
		{ "sink: as fast as it may be, until that is changed",
		  test_sink__is_as_fast_as_it_may_be_until_that_is_changed },
		{ "sink: one that flushes", test_sink__that_flushes },
		{ "sink: an asynchronous one", test_sink__that_is_asynchronous },
		{ "sink: bytes", test_sink__bytes_are_limited },
		{ "sink: pauses, goes on and ends", test_sink__pauses_goes_on_and_ends_at_any_time },
		{ "sink: a bounded run", test_sink__a_bounded_run_ends_within_its_limit },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("connect-host: limits", tests);
}
