/*
 * Bounded runs of sinks in the real host: COMPLETED says that every record of the run is written and that its offset is
 * committed, whatever comes in between.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host_driver.h"

#define STOP_MS 3000
/* The embedded broker lets a group that has lost a member wait as long as its session. */
#define SESSION "consumer.override.session.timeout.ms=4000 consumer.override.heartbeat.interval.ms=300 "
/* The requests' numbers. */
#define FETCH 1
#define OFFSET_COMMIT 8

struct scene {
	char name[64], out[256], config[1024];
	struct host_process p;
};

/* A connector of the name that reads the topic of the same name; nothing runs yet. */
static void prepare(struct scene *s, const char *prefix, const char *class, const char *more)
{
	host_fresh_name(s->name, sizeof(s->name), prefix);
	snprintf(s->out, sizeof(s->out), "%s/%s", host_folder(), s->name);
	snprintf(s->config, sizeof(s->config), "connector.class=%s topics=%s out=%s " SESSION "%s%s", class, s->name,
		 s->out, strstr(more, "run.until=") ? "" : "run.until=end ", more);
}

/* For run.until=offsets: in the topic's first partition. */
static void end_at(struct scene *s, int offset)
{
	size_t n = strlen(s->config);

	snprintf(s->config + n, sizeof(s->config) - n, " run.until.offsets=%s:0:%d", s->name, offset);
}

static void run(struct scene *s, const char *worker)
{
	s->p = host_run_with(s->name, s->config, &(struct host_options){ .worker = worker });
}

/* As the worker does when a task that has ended is restarted alone. */
static void start_again(struct scene *s, const char *more)
{
	CW_AUTO_FREE char *words = cw_format("name=%s %s %s", s->name, s->config, more);
	json_t *config = json_object();
	char *save = NULL;

	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(w, '=');

		*eq = '\0';
		json_object_set_new(config, w, json_string(eq + 1));
	}
	host_say(&s->p, json_pack("{s:s,s:i,s:i,s:o,s:b,s:n}", "type", "start_task", "task", 0, "tasks", 1, "config",
				  config, "paused", 0, "offsets"));
}

static void check_all_is_written(struct scene *s, long records)
{
	CU_ASSERT_EQUAL(host_committed(s->name, s->name, 0), records);
	host_stop(&s->p);
	host_check_puts(s->out, records);
}

/* What says that it is all comes a moment after the records. A test that does not wait long enough only shows less. */
static void wait_until_all_is_read(struct scene *s, int64_t records)
{
	host_wait_at_least(&s->p, "records", records); /* more, when a rebalance has made it read some again */
	host_attend_for(&s->p, 1000);
}

/* Until "stopped" for the task or, with -1, until the host is gone; no task says COMPLETED meanwhile. */
static void expect_stopped_only(struct host_process *p, int task)
{
	int64_t deadline = cw_clock_ms() + 20000;
	json_t *message;

	while ((message = host_hear(p, deadline)) != NULL) {
		const char *type = json_string_value(json_object_get(message, "type"));
		const char *state = json_string_value(json_object_get(message, "state"));
		bool stopped = strcmp(type, "stopped") == 0 &&
			       json_integer_value(json_object_get(message, "task")) == task;

		CU_ASSERT_FALSE(state && strcmp(state, "COMPLETED") == 0);
		host_attend(p, message);
		json_decref(message);
		if (stopped)
			return;
	}
	CU_ASSERT_EQUAL(task, -1);
}

/* ---- what stops a run before its end ----------------------------------------------------------- */

static void test_stop__before_all_is_written(void)
{
	static const char *const classes[] = { "ScriptedAsyncSink hold.ms=3600000", "ScriptedFlushSink flushes=false" };

	for (size_t i = 0; i < 2; i++) {
		struct scene s;

		prepare(&s, "stopped", classes[i], "");
		host_fill(host_bootstrap(), s.name, 0, 0, 120);
		run(&s, NULL);
		wait_until_all_is_read(&s, 120);
		host_say_stop(&s.p, STOP_MS);
		expect_stopped_only(&s.p, -1);
		host_reap(&s.p);
		CU_ASSERT_TRUE(host_committed(s.name, s.name, 0) < 0);
	}
}

static void test_fail__the_next_attempt_does_the_rest(void)
{
	struct scene s;

	prepare(&s, "failed", "ScriptedPlainSink", "run.until=offsets");
	end_at(&s, 1150);
	strcat(s.config, " fail.after=1100");
	host_fill(host_bootstrap(), s.name, 0, 0, 1200);
	run(&s, NULL);
	host_expect_failed(&s.p, "enough is enough");
	CU_ASSERT_TRUE(host_committed(s.name, s.name, 0) < 1150);
	start_again(&s, "fail.after=0");
	host_expect(&s.p, "status", "COMPLETED");
	check_all_is_written(&s, 1150);
}

static void test_pause__is_seen_while_the_rest_is_written(void)
{
	struct scene s;

	prepare(&s, "paused", "ScriptedAsyncSink", "hold.ms=7000");
	host_fill(host_bootstrap(), s.name, 0, 0, 120);
	run(&s, "offset.flush.timeout.ms=200");
	wait_until_all_is_read(&s, 120);
	host_say(&s.p, json_pack("{s:s}", "type", "pause"));
	host_expect(&s.p, "status", "PAUSED");
	CU_ASSERT_EQUAL(host_metric(&s.p, "records_written"), 0);
	host_say(&s.p, json_pack("{s:s}", "type", "resume"));
	host_expect(&s.p, "status", "COMPLETED");
	check_all_is_written(&s, 120);
}

/* Until the task, of several, has taken so many records. */
static void wait_until_task_has(struct scene *s, int task, int64_t records)
{
	int64_t deadline = cw_clock_ms() + 20000, has = 0;
	json_t *message;

	while (has < records && (message = host_hear(&s->p, deadline)) != NULL) {
		const json_t *metric = json_object_get(json_object_get(message, "metrics"), "records");

		if (json_integer_value(json_object_get(message, "task")) == task && metric)
			has = json_integer_value(json_object_get(metric, "value"));
		host_attend(&s->p, message);
		json_decref(message);
	}
	CU_ASSERT_EQUAL(has, records);
}

/* A task that is stopped has not done its part; the one that gets its partitions does it. */
static void test_rebalance__others_do_the_rest(void)
{
	struct scene s;

	prepare(&s, "others", "ScriptedAsyncSink", "tasks.max=2 hold.ms=5000");
	for (int i = 0; i < 4; i++)
		host_fill(host_bootstrap(), s.name, i, 0, 50);
	run(&s, NULL);
	wait_until_task_has(&s, 1, 100);
	wait_until_all_is_read(&s, 100); /* of task 0 */
	host_say_stop_task(&s.p, 1, 1500);
	expect_stopped_only(&s.p, 1);
	host_expect(&s.p, "status", "COMPLETED");
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(host_committed(s.name, s.name, i), 50);
	host_stop(&s.p);
}

/* ---- what takes long --------------------------------------------------------------------------- */

static void test_slow__the_task_stays_in_its_group(void)
{
	struct scene s;

	prepare(&s, "slow", "ScriptedAsyncSink", "hold.ms=7000 consumer.override.max.poll.interval.ms=4000");
	host_fill(host_bootstrap(), s.name, 0, 0, 120);
	run(&s, NULL);
	host_expect(&s.p, "status", "COMPLETED");
	check_all_is_written(&s, 120);
}

/* ---- brokers of our own ------------------------------------------------------------------------ */

struct broker {
	rd_kafka_t *client;
	rd_kafka_mock_cluster_t *cluster;
	const char *bootstrap;
};

static struct broker open_broker(void)
{
	struct broker b;
	char text[256];

	b.client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
	b.cluster = rd_kafka_mock_cluster_new(b.client, 1);
	b.bootstrap = rd_kafka_mock_cluster_bootstraps(b.cluster);
	return b;
}

static void close_broker(struct broker *b)
{
	rd_kafka_mock_cluster_destroy(b->cluster);
	rd_kafka_destroy(b->client);
}

static void run_at(struct scene *s, const struct broker *b, const char *more)
{
	char worker[256];

	snprintf(worker, sizeof(worker), "bootstrap.servers=%s %s", b->bootstrap, more);
	run(s, worker);
}

static void test_commit__one_that_fails_is_made_again(void)
{
	struct broker b = open_broker();
	struct scene s;

	prepare(&s, "again", "ScriptedPlainSink", "");
	host_fill(b.bootstrap, s.name, 0, 0, 120);
	rd_kafka_mock_push_request_errors(b.cluster, OFFSET_COMMIT, 2, RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE,
					  RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE);
	run_at(&s, &b, "offset.flush.interval.ms=3600000"); /* there is none before the last one */
	host_expect(&s.p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&s.p, "offset_commit_failures"), 2);
	CU_ASSERT_EQUAL(host_metric(&s.p, "offset_commits"), 1);
	host_stop(&s.p);
	host_check_puts(s.out, 120);
	close_broker(&b);
}

/* One reads its topic by name, one by a pattern. */
static void run_of_unknown_topics(struct scene scenes[2], const struct broker *b)
{
	prepare(&scenes[0], "unknown", "ScriptedPlainSink", "");
	prepare(&scenes[1], "unseen", "ScriptedPlainSink", "topics= topics.regex=unseen-.*");
	for (size_t i = 0; i < 2; i++) {
		host_fill(b->bootstrap, scenes[i].name, 0, 0, 120);
		rd_kafka_mock_topic_set_error(b->cluster, scenes[i].name, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
		run_at(&scenes[i], b, "");
	}
}

static void expect_completed(struct scene scenes[2], long records)
{
	for (size_t i = 0; i < 2; i++) {
		host_expect(&scenes[i].p, "status", "COMPLETED");
		host_stop(&scenes[i].p);
		host_check_puts(scenes[i].out, records);
	}
}

static void test_topics__a_broker_that_does_not_know_one_yet(void)
{
	struct broker b = open_broker();
	struct scene scenes[2];

	run_of_unknown_topics(scenes, &b);
	for (size_t i = 0; i < 2; i++) {
		host_expect(&scenes[i].p, "metrics", NULL); /* it has begun, and may ask three seconds long */
		rd_kafka_mock_topic_set_error(b.cluster, scenes[i].name, RD_KAFKA_RESP_ERR_NO_ERROR);
	}
	expect_completed(scenes, 120);
	close_broker(&b);
}

static void test_topics__one_that_there_is_not_has_nothing(void)
{
	struct broker b = open_broker();
	struct scene scenes[2];

	run_of_unknown_topics(scenes, &b);
	expect_completed(scenes, 0);
	close_broker(&b);
}

static void test_topics__one_that_may_not_be_seen(void)
{
	struct broker b = open_broker();
	struct scene s;

	prepare(&s, "hidden", "ScriptedPlainSink", "");
	host_fill(b.bootstrap, s.name, 0, 0, 120);
	rd_kafka_mock_topic_set_error(b.cluster, s.name, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	run_at(&s, &b, "");
	host_expect_failed(&s.p, "Kafka does not say where the run has to end (run.until): topic hidden-");
	host_stop(&s.p);
	close_broker(&b);
}

static bool says(const json_t *message, const char *text)
{
	const char *said = json_string_value(json_object_get(message, "message"));

	return said && strstr(said, text);
}

/* What is left of the run is gone; librdkafka 2.0 does not let go of a consumer that has lost partitions in this way. */
static void run_beyond_what_there_is(struct scene *s, const struct broker *b, const char *class)
{
	prepare(s, "deleted", class, "run.until=offsets");
	end_at(s, 1000);
	host_fill(b->bootstrap, s->name, 0, 0, 120);
	setenv("TSAN_OPTIONS", "report_thread_leaks=0", 1); /* those of the consumer that is left behind */
	run_at(s, b, "offset.flush.interval.ms=3600000"); /* there is no flush before the end */
	unsetenv("TSAN_OPTIONS");
}

static void expect_gone(struct scene *s)
{
	int64_t deadline = cw_clock_ms() + 30000;
	json_t *message;
	bool said = false;

	while (!said && (message = host_hear(&s->p, deadline)) != NULL) {
		said = says(message, "is gone: the run goes on without the rest of it");
		json_decref(message);
	}
	CU_ASSERT_TRUE(said);
	host_expect(&s->p, "status", "COMPLETED");
	host_stop(&s->p);
	host_check_puts(s->out, 120);
}

/* What the plugin has of it is written all the same, which only a flush makes sure of. */
static void test_topics__one_that_is_deleted_during_the_run(void)
{
	struct broker b = open_broker();
	struct scene scenes[2];
	char *lines;

	run_beyond_what_there_is(&scenes[0], &b, "ScriptedPlainSink");
	run_beyond_what_there_is(&scenes[1], &b, "ScriptedFlushSink");
	for (size_t i = 0; i < 2; i++)
		host_wait_metric(&scenes[i].p, "records_written", 120); /* it would wait for more */
	for (size_t i = 0; i < 2; i++)
		rd_kafka_mock_topic_set_error(b.cluster, scenes[i].name, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	for (size_t i = 0; i < 2; i++)
		expect_gone(&scenes[i]);
	lines = host_read_file(scenes[1].out);
	CU_ASSERT_PTR_NOT_NULL(strstr(lines, "\nflush\n"));
	free(lines);
	close_broker(&b);
}

/*
 * Offsets that go back, as when a topic was made again, come together with the mark of the end, while the plugin keeps
 * the task busy. The broker says that mark once.
 */
static void test_topics__one_goes_back_and_to_its_end_at_once(void)
{
	struct broker b = open_broker();
	struct scene s;

	/* Long enough after the records for these to be taken without the mark; both before the task pauses its partitions. */
	prepare(&s, "back", "ScriptedPlainSink", "retry=1 retry.after=900 consumer.override.fetch.max.wait.ms=150 "
		"consumer.override.fetch.error.backoff.ms=10 consumer.override.session.timeout.ms=120000");
	rd_kafka_mock_topic_create(b.cluster, s.name, 1, 1);
	host_fill(b.bootstrap, s.name, 0, 0, 120);
	rd_kafka_mock_push_request_errors(b.cluster, FETCH, 3, RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_NO_ERROR,
					  RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE); /* not before it is at the end */
	run_at(&s, &b, "");
	host_expect(&s.p, "status", "COMPLETED");
	CU_ASSERT_TRUE(host_metric(&s.p, "records") > 120); /* some came twice */
	host_stop(&s.p);
	close_broker(&b);
}

/* ---- the run after it -------------------------------------------------------------------------- */

static void test_next__a_task_that_has_completed_begins_another_run(void)
{
	struct scene s;

	prepare(&s, "next", "ScriptedPlainSink", "");
	host_fill(host_bootstrap(), s.name, 0, 0, 100);
	run(&s, NULL);
	host_expect(&s.p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_committed(s.name, s.name, 0), 100);
	host_fill(host_bootstrap(), s.name, 0, 100, 50);
	start_again(&s, "");
	host_expect(&s.p, "status", "COMPLETED");
	check_all_is_written(&s, 150);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		/* Those that take long come fourth to eighth, the shortest one last: see host_driver.h. */
		{ "a topic that there is not", test_topics__one_that_there_is_not_has_nothing },
		{ "a broker that does not know a topic yet", test_topics__a_broker_that_does_not_know_one_yet },
		{ "a topic that goes back and to its end at once", test_topics__one_goes_back_and_to_its_end_at_once },
		{ "the task stays in its group", test_slow__the_task_stays_in_its_group },
		{ "stopped before all is written", test_stop__before_all_is_written },
		{ "others do the rest", test_rebalance__others_do_the_rest },
		{ "paused while the rest is written", test_pause__is_seen_while_the_rest_is_written },
		{ "a topic that is deleted during the run", test_topics__one_that_is_deleted_during_the_run },
		{ "the next run", test_next__a_task_that_has_completed_begins_another_run },
		{ "a commit that fails is made again", test_commit__one_that_fails_is_made_again },
		{ "after a failure the next attempt does the rest", test_fail__the_next_attempt_does_the_rest },
		{ "a topic that may not be seen", test_topics__one_that_may_not_be_seen },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("connect-host: bounded runs", tests);
}
