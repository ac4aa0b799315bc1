/* Tasks that do not get on, in the real host: what is tried again and for how long, and what is told of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host_driver.h"

/* A sink with ten records to read. */
static struct host_process run_sink(const char *prefix, const char *more, char *name, size_t size)
{
	char config[1024];

	host_fresh_name(name, size, prefix);
	host_fill(host_bootstrap(), name, 0, 0, 10);
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=%s out=%s/%s %s", name, host_folder(), name,
		 more);
	return host_run(name, config);
}

/* The next metrics that have, or have not, a "retry"; new. */
static json_t *wait_retry(struct host_process *p, bool wanted)
{
	for (;;) {
		json_t *message = host_wait_for(p, "metrics", NULL);

		host_attend(p, message);
		if ((json_object_get(message, "retry") != NULL) == wanted)
			return message;
		json_decref(message);
	}
}

static void test_put__is_tried_again_for_ever_and_says_so(void)
{
	struct host_process p;
	json_t *message, *retry;
	char name[64];

	p = run_sink("again", "retry=1000000 put.retry.delay.ms=10 put.retry.delay.max.ms=20", name, sizeof(name));
	message = wait_retry(&p, true);
	retry = json_object_get(message, "retry");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(retry, "stage")), "TASK_PUT");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(retry, "cause")), "come again");
	CU_ASSERT_TRUE(json_integer_value(json_object_get(retry, "attempt")) > 0);
	CU_ASSERT_EQUAL(strlen(json_string_value(json_object_get(retry, "next_attempt_at"))), strlen("2026-01-21T22:23:40.123Z"));
	json_decref(message);
	CU_ASSERT_TRUE(host_metric(&p, "retry_attempt") > 0);
	CU_ASSERT_TRUE(llabs(host_metric(&p, "retry_next_attempt_epoch_ms") - cw_clock_epoch_ms()) < 60000);
	while (host_metric(&p, "progress_age_ms") < 1000 || host_metric(&p, "oldest_unacknowledged_ms") < 1000)
		host_expect(&p, "metrics", NULL);
	CU_ASSERT_TRUE(host_metric(&p, "retries") > 10);
	host_stop(&p);
	CU_ASSERT_TRUE(host_committed(name, name, 0) <= 0);
}

static void test_put__fails_when_its_time_is_over(void)
{
	struct host_process p;
	char name[64];

	p = run_sink("late", "retry=1000000 put.retry.timeout.ms=300 put.retry.delay.ms=10 put.retry.delay.max.ms=20", name,
		     sizeof(name));
	host_expect_failed(&p, "put did not succeed in 300 ms (put.retry.timeout.ms), at ");
	CU_ASSERT_TRUE(host_metric(&p, "retries") > 1);
	host_stop(&p);
	CU_ASSERT_TRUE(host_committed(name, name, 0) <= 0);

	p = run_sink("once", "retry=1 put.retry.timeout.ms=0", name, sizeof(name));
	host_expect_failed(&p, "put did not succeed in 0 ms (put.retry.timeout.ms), at 1 attempts: come again");
	host_stop(&p);
}

/* The number of attempts in three seconds. */
static int64_t count_retries(struct host_process *p)
{
	int64_t before;

	json_decref(wait_retry(p, true));
	before = host_metric(p, "retries");
	for (int64_t until = cw_clock_ms() + 3000; cw_clock_ms() < until;)
		host_expect(p, "metrics", NULL);
	return host_metric(p, "retries") - before;
}

/* Whoever asks for a pause (Retry-After) is not asked again before; and not at all when that is too late. */
static void test_put__retry_after_is_kept_to(void)
{
	struct host_process p;
	char name[64];

	p = run_sink("after", "retry=1000000 retry.after=500 put.retry.delay.ms=1 put.retry.delay.max.ms=1", name,
		     sizeof(name));
	CU_ASSERT_TRUE(count_retries(&p) <= 9); /* metrics are a second apart */
	host_stop(&p);

	p = run_sink("too-late", "retry=1 retry.after=60000 put.retry.timeout.ms=30000", name, sizeof(name));
	host_expect_failed(&p, "put did not succeed in 30000 ms (put.retry.timeout.ms), at 1 attempts: come again");
	host_stop(&p);
}

static void test_put__that_succeeds_is_progress(void)
{
	struct host_process p;
	char name[64];

	p = run_sink("well", "retry=3 put.retry.timeout.ms=60000 put.retry.delay.ms=10 put.retry.delay.max.ms=20", name,
		     sizeof(name));
	host_wait_metric(&p, "records_written", 10);
	json_decref(wait_retry(&p, false));
	host_expect(&p, "metrics", NULL);
	CU_ASSERT_EQUAL(host_metric(&p, "retry_attempt"), 0);
	CU_ASSERT_EQUAL(host_metric(&p, "retry_next_attempt_epoch_ms"), 0);
	CU_ASSERT_EQUAL(host_metric(&p, "progress_age_ms"), 0);
	CU_ASSERT_EQUAL(host_metric(&p, "oldest_unacknowledged_ms"), 0);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed(name, name, 0), 10);
}

/* It holds back while the file is there, without saying why. */
static void test_put__that_is_busy_is_no_progress(void)
{
	CW_AUTO_FREE char *file = cw_format("%s/busy", host_folder());
	CW_AUTO_FREE char *more = cw_format("busy.while=%s", file);
	FILE *f = fopen(file, "w");
	struct host_process p;
	char name[64];

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fclose(f);
	p = run_sink("busy", more, name, sizeof(name));
	while (host_metric(&p, "progress_age_ms") < 1500)
		host_expect(&p, "metrics", NULL);
	json_decref(wait_retry(&p, false));
	unlink(file);
	host_wait_metric(&p, "records_written", 10);
	while (host_metric(&p, "progress_age_ms") > 0)
		host_expect(&p, "metrics", NULL);
	host_stop(&p);
}

static void test_source__polls_are_told(void)
{
	char name[64], config[512];
	struct host_process p;
	json_t *message;

	host_fresh_name(name, sizeof(name), "poll");
	snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=100 retry=1000000", name);
	p = host_run(name, config);
	message = wait_retry(&p, true);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_object_get(message, "retry"), "stage")), "TASK_POLL");
	json_decref(message);
	host_stop(&p);
}

static struct host_process run_source(const char *prefix, const char *more)
{
	char name[64], config[512];

	host_fresh_name(name, sizeof(name), prefix);
	snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=100 retry=1000000 %s", name, more);
	return host_run(name, config);
}

static void test_source__polls_have_their_time(void)
{
	struct host_process p = run_source("poll-late", "errors.retry.timeout=300 errors.retry.delay.max.ms=20");

	host_expect_failed(&p, "poll did not succeed in 300 ms (errors.retry.timeout), at ");
	CU_ASSERT_TRUE(host_metric(&p, "retries") > 5);
	host_stop(&p);

	p = run_source("poll-once", "errors.retry.timeout=1000 retry.after=60000");
	host_expect_failed(&p, "poll did not succeed in 1000 ms (errors.retry.timeout), at 1 attempts: nothing yet");
	host_stop(&p);
}

static void test_source__retry_after_of_a_poll_is_kept_to(void)
{
	struct host_process p = run_source("poll-after", "retry.after=500 errors.retry.delay.max.ms=1");

	CU_ASSERT_TRUE(count_retries(&p) <= 9);
	host_stop(&p);
}

/* A poll that is to be made again is no progress; the task pauses and ends all the same. */
static void test_source__polls_do_not_hold_it_up(void)
{
	struct host_process p = run_source("poll-waits", "retry.after=60000");
	json_t *message;

	while (host_metric(&p, "progress_age_ms") < 1500)
		host_expect(&p, "metrics", NULL);
	CU_ASSERT_EQUAL(host_metric(&p, "retries"), 1);
	host_say(&p, json_pack("{s:s}", "type", "pause"));
	host_expect(&p, "status", "PAUSED");
	host_say(&p, json_pack("{s:s}", "type", "resume"));
	host_expect(&p, "status", "RUNNING");
	message = wait_retry(&p, true);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_object_get(message, "retry"), "attempt")), 1);
	json_decref(message);
	host_stop_within(&p, 3000);
}

/* Its polls answer "nothing for 292 years". The loop has other things to do meanwhile, and asks again after each. */
static void test_source__that_waits_for_ever_is_left_alone(void)
{
	struct host_process p;
	char name[64], config[512];

	host_fresh_name(name, sizeof(name), "idle");
	snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=100 idle=true", name);
	p = host_run(name, config);
	host_wait_at_least(&p, "idle_polls", 1);
	host_expect(&p, "metrics", NULL); /* a second later */
	CU_ASSERT_TRUE(host_metric(&p, "idle_polls") < 50);
	host_stop(&p);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "put is tried again for ever, and says so", test_put__is_tried_again_for_ever_and_says_so },
		{ "put fails when its time is over", test_put__fails_when_its_time_is_over },
		{ "put: Retry-After is kept to", test_put__retry_after_is_kept_to },
		{ "put that succeeds is progress", test_put__that_succeeds_is_progress },
		{ "put that is busy is no progress", test_put__that_is_busy_is_no_progress },
		{ "source: polls are told", test_source__polls_are_told },
		{ "source: polls have their time", test_source__polls_have_their_time },
		{ "source: Retry-After of a poll is kept to", test_source__retry_after_of_a_poll_is_kept_to },
		{ "source: polls do not hold it up", test_source__polls_do_not_hold_it_up },
		{ "source: one that waits for ever is left alone", test_source__that_waits_for_ever_is_left_alone },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("progress", tests);
}
