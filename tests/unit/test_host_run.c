/* connect-host as its worker sees it: tasks that run, fail, pause, end and start again. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host_driver.h"

/* ---- sources ---- */

static void test_source__completes_with_every_record_acknowledged_and_its_offset_stored(void)
{
	struct host_process p = host_run("src-a", "connector.class=ScriptedSource topic=src-a count=2500 per.poll=100");
	json_t *pair;

	host_expect(&p, "status", "RUNNING");
	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 2500);
	CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 0);
	pair = json_object_get(p.offsets, "{\"task\":0}");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(pair, 1), "next")), 2500);
	host_stop(&p);
}

static void test_source__goes_on_from_the_stored_offset(void)
{
	const char *forms[] = { "false", "true" };

	for (int i = 0; i < 2; i++) {
		char name[32], config[256];
		struct host_process p;
		json_t *offsets;

		host_fresh_name(name, sizeof(name), "src-b");
		snprintf(config, sizeof(config), "connector.class=test.ScriptedSource topic=%s count=300 json.offsets=%s",
			 name, forms[i]);
		p = host_run(name, config);
		host_expect(&p, "status", "COMPLETED");
		offsets = host_stored_offsets(&p);
		host_stop(&p);
		snprintf(config, sizeof(config), "connector.class=test.ScriptedSource topic=%s count=500 json.offsets=%s",
			 name, forms[i]);
		p = host_run_with(name, config, &(struct host_options){ .offsets = offsets });
		host_expect(&p, "status", "COMPLETED");
		CU_ASSERT_EQUAL(host_metric(&p, "records"), 200);
		host_stop(&p);
	}
}

/* The last of the "committed" lines that a source has written. */
static void check_committed(const char *path, const char *want)
{
	CW_AUTO_FREE char *text = host_read_file(path), *line = cw_format("committed %s\n", want);
	size_t n = strlen(text), wanted = strlen(line);

	CU_ASSERT_TRUE(n >= wanted && strcmp(text + n - wanted, line) == 0);
	CU_ASSERT_PTR_NULL(strstr(text, "another"));
}

static void test_source__is_told_what_is_stored(void)
{
	static const struct {
		const char *config, *worker, *last;
	} cases[] = {
		{ "", "", "300" },
		{ "json.offsets=true", "", "{\"next\":300,\"by\":\"test\"}" },
		{ "", "exactly.once.source.support=enabled", "300" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[32], path[256], config[512];
		struct host_process p;

		host_fresh_name(name, sizeof(name), "src-told");
		snprintf(path, sizeof(path), "%s/%s", host_folder(), name);
		snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=300 out=%s %s", name, path,
			 cases[i].config);
		host_fill(host_bootstrap(), "connect-offsets", 0, 0, 1); /* such a broker lets nobody create topics */
		p = host_run_with(name, config, &(struct host_options){ .worker = cases[i].worker });
		host_expect(&p, "status", "COMPLETED");
		host_stop(&p);
		check_committed(path, cases[i].last);
	}
}

/* Neither while the worker does not say so, nor because it is gone. */
static void test_source__is_not_told_what_is_not_stored(void)
{
	char path[256], config[512];
	struct host_process p;

	snprintf(path, sizeof(path), "%s/untold", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=src-untold out=%s", path);
	p = host_run("src-untold", config);
	p.stores_none = true;
	while (p.seq < 3)
		host_attend_for(&p, 10);
	shutdown(p.fd, SHUT_RDWR);
	host_reap(&p);
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
}

static void test_source__retry_is_tried_again_and_failure_says_why(void)
{
	struct host_process p = host_run("src-c", "connector.class=ScriptedSource topic=src-c count=100 retry=2 fail.at=50 "
						 "errors.retry.delay.max.ms=20");

	host_expect_failed(&p, "record 50 cannot be made");
	CU_ASSERT_EQUAL(host_metric(&p, "retries"), 2);
	host_stop(&p);
}

static void test_source__whose_offsets_are_no_json_fails(void)
{
	static const char *const workers[] = { "", "exactly.once.source.support=enabled" };

	host_fill(host_bootstrap(), "connect-offsets", 0, 0, 1); /* such a broker lets nobody create topics */
	for (size_t i = 0; i < 2; i++) {
		char name[32], config[256];
		struct host_process p;

		host_fresh_name(name, sizeof(name), "src-bad");
		snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s bad.offsets=true", name);
		p = host_run_with(name, config, &(struct host_options){ .worker = workers[i] });
		host_expect_failed(&p, "the connector gave {\"next\": as an offset of {\"task\":0}, which is not a JSON object");
		host_stop(&p);
	}
}

/* What it gave before is not given again after a restart, however long the interval of commits is. */
static void test_source__that_fails_has_its_offsets_stored(void)
{
	struct host_process p = host_run_with("src-failed", "connector.class=ScriptedSource topic=src-failed fail.at=50",
					      &(struct host_options){ .worker = "offset.flush.interval.ms=3600000" });
	json_t *pair;

	host_expect_failed(&p, "record 50 cannot be made");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 50);
	pair = json_object_get(p.offsets, "{\"task\":0}");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(pair, 1), "next")), 50);
	host_stop(&p);
}

static void test_source__a_record_that_cannot_be_sent_fails_the_task_and_is_not_passed_over(void)
{
	struct host_process p = host_run("src-h", "connector.class=ScriptedSource topic=src-h count=300 per.poll=100 huge.at=150 "
						"partition=0");
	json_t *pair;

	host_expect_failed(&p, "a record for topic src-h cannot be sent");
	pair = json_object_get(p.offsets, "{\"task\":0}");
	CU_ASSERT_TRUE(json_integer_value(json_object_get(json_array_get(pair, 1), "next")) <= 150);
	CU_ASSERT_TRUE(host_metric(&p, "records") <= 200);
	host_stop(&p);
}

/* librdkafka itself takes none that large, in a run of records or with a timestamp. */
static void test_source__a_record_that_cannot_be_sent_is_left_out_when_tolerated(void)
{
	static const char *const ways[] = { "", "transforms=t transforms.t.type=InsertHeader transforms.t.header=h "
						"transforms.t.value.literal=1" };

	for (size_t i = 0; i < 2; i++) {
		char name[32], config[512];
		struct host_process p;
		json_t *pair;

		host_fresh_name(name, sizeof(name), "src-left");
		snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=300 huge.at=150 "
			 "errors.tolerance=all %s", name, ways[i]);
		p = host_run(name, config);
		host_expect(&p, "status", "COMPLETED");
		CU_ASSERT_EQUAL(host_metric(&p, "records_polled"), 300);
		CU_ASSERT_EQUAL(host_metric(&p, "records"), 299);
		CU_ASSERT_EQUAL(host_metric(&p, "records_skipped"), 1);
		CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 0);
		pair = json_object_get(p.offsets, "{\"task\":0}");
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(pair, 1), "next")), 300);
		host_stop(&p);
	}
}

static void test_source__no_transaction_leaves_a_record_out(void)
{
	struct host_process p;

	host_fill(host_bootstrap(), "connect-offsets", 0, 0, 1); /* such a broker lets nobody create topics */
	p = host_run_with("src-whole", "connector.class=ScriptedSource topic=src-whole count=300 huge.at=150 "
			  "errors.tolerance=all",
			  &(struct host_options){ .worker = "exactly.once.source.support=enabled" });
	host_expect_failed(&p, "a record for topic src-whole cannot be sent: Broker: Message size too large; with exactly-once "
			   "delivery a transaction cannot leave it out");
	host_stop(&p);
}

static void test_source__pause_stops_the_flow_and_resume_goes_on(void)
{
	struct host_process p = host_run("src-d", "connector.class=ScriptedSource topic=src-d tasks.max=2 split=2");
	int64_t before;

	host_wait_metric(&p, "records", host_metric(&p, "records"));
	host_expect(&p, "status", "RUNNING");
	host_say(&p, json_pack("{s:s}", "type", "pause"));
	host_expect(&p, "status", "PAUSED");
	host_expect(&p, "status", "PAUSED");
	host_expect(&p, "metrics", NULL);
	host_expect(&p, "metrics", NULL);
	before = host_metric(&p, "records");
	host_expect(&p, "metrics", NULL);
	host_expect(&p, "metrics", NULL);
	CU_ASSERT_EQUAL(host_metric(&p, "records"), before);
	host_say(&p, json_pack("{s:s}", "type", "resume"));
	host_expect(&p, "status", "RUNNING");
	host_say_stop_task(&p, 1, 10000);
	host_expect(&p, "stopped", NULL);
	host_stop(&p);
}

/* Says which topic the host told; it tells no other one in the meantime. */
static void expect_topic(struct host_process *p, const char *wanted)
{
	json_t *message = host_wait_for(p, "topics", NULL);
	const json_t *topics = json_object_get(message, "topics");

	CU_ASSERT_EQUAL_FATAL(json_array_size(topics), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(message, "task")), 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(topics, 0)), wanted);
	json_decref(message);
}

static int64_t topics_told(struct host_process *p, int64_t ms)
{
	int64_t until = cw_clock_ms() + ms, n = 0;
	json_t *message;

	while (cw_clock_ms() < until && (message = host_hear(p, until + 10000))) { /* metrics come each second */
		n += strcmp(json_string_value(json_object_get(message, "type")), "topics") == 0;
		host_attend(p, message);
		json_decref(message);
	}
	return n;
}

static void test_source__tells_its_topic_once_and_again_when_asked(void)
{
	struct host_process p = host_run("src-topics", "connector.class=ScriptedSource topic=src-topics");

	expect_topic(&p, "src-topics");
	CU_ASSERT_EQUAL(topics_told(&p, 1500), 0); /* records go on */
	host_say(&p, json_pack("{ss}", "type", "forget_topics"));
	expect_topic(&p, "src-topics");
	host_stop(&p);
}

static void test_source__tells_no_topic_when_they_are_not_tracked(void)
{
	struct host_options options = { .worker = "topic.tracking.enable=false" };
	struct host_process p = host_run_with("src-untracked", "connector.class=ScriptedSource topic=src-untracked",
					      &options);

	host_say(&p, json_pack("{ss}", "type", "forget_topics"));
	CU_ASSERT_EQUAL(topics_told(&p, 1500), 0);
	host_wait_at_least(&p, "records", 1);
	host_stop(&p);
}

/* A source of two tasks at most with that setting does not start, for that reason. */
static void expect_no_start(const char *key, const char *value, const char *reason)
{
	struct host_process p = host_spawn("--run", "src-e");
	json_t *failed;

	host_say(&p, json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s},s:{s:s},s:[]}", "type", "configure", "connector", "src-e",
			  "config", "name", "src-e", "connector.class", "ScriptedSource", "topic", "t", key, value,
			  "tasks.max", "2", "worker", "plugin.path", PLUGINS, "offsets"));
	failed = host_wait_for(&p, "failed", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(json_object_get(failed, "trace")), reason));
	json_decref(failed);
	host_stop(&p);
}

static void test_source__more_tasks_than_tasks_max_are_refused(void)
{
	expect_no_start("split", "3", "more than 2 tasks");
}

static void test_source__task_configs_that_are_no_text_are_refused(void)
{
	expect_no_start("bad.task", "true", "the connector gives a task the setting gr\xc3\xb6\xef\xbf\xbd" "e, whose name or value is "
					    "not UTF-8");
}

static void test_host__a_crash_names_the_signal_the_task_and_the_function(void)
{
	struct host_process p = host_run("src-f", "connector.class=ScriptedSource topic=src-f crash=true");
	char report[16384] = "";
	ssize_t n, have = 0;

	while ((n = read(p.crash_fd, report + have, sizeof(report) - 1 - (size_t)have)) > 0)
		have += n;
	CU_ASSERT_PTR_NOT_NULL(strstr(report, "task 0 of connector src-f: Segmentation fault"));
	CU_ASSERT_PTR_NOT_NULL(strstr(report, "crash_on_purpose"));
	CU_ASSERT_PTR_NOT_NULL(strstr(report, "poll_records"));
	host_reap(&p);
	CU_ASSERT_TRUE(WIFSIGNALED(p.status) && WTERMSIG(p.status) == SIGSEGV);
}

static void test_host__ends_when_its_worker_is_gone(void)
{
	struct host_process p = host_run("src-g", "connector.class=ScriptedSource topic=src-g");
	int status = -1;

	host_expect(&p, "status", "RUNNING");
	shutdown(p.fd, SHUT_RDWR);
	waitpid(p.pid, &status, 0);
	CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(p.fd);
	close(p.crash_fd);
	cw_buf_free(&p.in);
	json_decref(p.offsets);
	json_decref(p.metrics);
}

/* ---- sinks ---- */

/* Runs a sink over n records until all are settled; `more` is further config. The trail is in path. */
static void sink_settles(const char *class, const char *more, long n, int64_t skipped, char *path, size_t size)
{
	char name[64], config[1024];
	struct host_process p;

	host_fresh_name(name, sizeof(name), "sink");
	snprintf(path, size, "%s/%s", host_folder(), name);
	host_fill(host_bootstrap(), name, 0, 0, n);
	snprintf(config, sizeof(config), "connector.class=%s topics=%s out=%s errors.retry.delay.max.ms=20 %s", class, name,
		 path, more);
	p = host_run(name, config);
	host_expect(&p, "status", "RUNNING");
	host_wait_metric(&p, "records_written", n - skipped);
	CU_ASSERT_EQUAL(host_metric(&p, "records"), n);
	CU_ASSERT_EQUAL(host_metric(&p, "records_skipped"), skipped);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed(name, name, 0), n);
}

static void test_sink__leaves_records_out(void)
{
	struct host_process p;
	char config[512];

	host_fill(host_bootstrap(), "sink-drop", 0, 0, 100);
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=sink-drop out=%s/sink-drop drop.every=5 "
		 "retry=2 errors.retry.delay.max.ms=5", host_folder());
	p = host_run("sink-drop", config);
	host_wait_metric(&p, "records_written", 80);
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 100);
	CU_ASSERT_EQUAL(host_metric(&p, "records_dropped"), 20);
	CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 0);
	CU_ASSERT_EQUAL(host_metric(&p, "errors"), 0);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed("sink-drop", "sink-drop", 0), 100);
}

static void test_sink__gives_every_record_once_and_commits_the_end(void)
{
	static const char *const classes[] = { "ScriptedPlainSink", "ScriptedFlushSink", "ScriptedAsyncSink" };
	char path[256];

	for (size_t i = 0; i < 3; i++) {
		sink_settles(classes[i], i == 2 ? "hold.ms=20" : "", 5000, 0, path, sizeof(path));
		host_check_puts(path, 5000);
	}
}

/* What it says later of a batch that it gave back would be of another one. */
static void test_sink__that_is_synchronous_completes_nothing_itself(void)
{
	struct host_process p;
	char config[512];
	bool said = false;

	host_fill(host_bootstrap(), "sink-in-vain", 0, 0, 100);
	snprintf(config, sizeof(config), "connector.class=ScriptedFlushSink topics=sink-in-vain out=%s/sink-in-vain hold.ms=1",
		 host_folder());
	p = host_run("sink-in-vain", config);
	while (!said) { /* with its first flush() */
		json_t *line = host_wait_for(&p, "log", NULL);

		said = !line || strstr(json_string_value(json_object_get(line, "message")), "its batches are complete when");
		json_decref(line);
	}
	host_wait_metric(&p, "records_written", 100);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed("sink-in-vain", "sink-in-vain", 0), 100);
}

static void test_sink__busy_and_retry_get_the_same_batch_again(void)
{
	char path[256];

	sink_settles("ScriptedAsyncSink", "hold.ms=1 busy=5 retry=3", 2000, 0, path, sizeof(path));
	host_check_puts(path, 2000);
	sink_settles("ScriptedPlainSink", "busy=5 retry=3", 2000, 0, path, sizeof(path));
	host_check_puts(path, 2000);
}

static void test_sink__rejected_records_are_skipped_and_counted_when_tolerated(void)
{
	char path[256];

	sink_settles("ScriptedAsyncSink", "hold.ms=1 reject.every=10 errors.tolerance=all", 1000, 100, path, sizeof(path));
	host_check_puts(path, 1000);
}

static void test_sink__a_rejected_record_fails_the_task_otherwise(void)
{
	char path[256], config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-reject", 0, 0, 10);
	snprintf(path, sizeof(path), "%s/reject", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=sink-reject out=%s reject.every=5", path);
	p = host_run("sink-reject", config);
	host_expect_failed(&p, "record sink-reject-0@0: it does not suit (errors.tolerance is none)");
	host_stop(&p);
	CU_ASSERT_TRUE(host_committed("sink-reject", "sink-reject", 0) <= 0);
}

static void test_sink__what_was_not_flushed_is_not_committed(void)
{
	char path[256], config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-unflushed", 0, 0, 100);
	snprintf(path, sizeof(path), "%s/unflushed", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedFlushSink topics=sink-unflushed out=%s flushes=false",
		 path);
	p = host_run("sink-unflushed", config);
	host_wait_metric(&p, "records_written", 100);
	host_stop(&p);
	CU_ASSERT_TRUE(host_committed("sink-unflushed", "sink-unflushed", 0) < 0);
}

/* An asynchronous one without flush() has its time all the same. */
static void test_sink__what_is_on_its_way_at_the_end_is_waited_for(void)
{
	char path[256], config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-way", 0, 0, 100);
	snprintf(path, sizeof(path), "%s/way", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedWaitingSink topics=sink-way out=%s hold.ms=2500", path);
	p = host_run("sink-way", config);
	host_wait_metric(&p, "records", 100);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed("sink-way", "sink-way", 0), 100);
}

static void test_sink__what_is_not_complete_is_not_committed(void)
{
	char path[256], config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-held", 0, 0, 100);
	snprintf(path, sizeof(path), "%s/held", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedAsyncSink topics=sink-held out=%s hold.ms=3600000", path);
	p = host_run("sink-held", config);
	host_wait_metric(&p, "records", 100);
	host_stop_within(&p, 2000);
	CU_ASSERT_TRUE(host_committed("sink-held", "sink-held", 0) < 0);
}

static void test_sink__a_long_hold_pauses_the_partitions_and_loses_nothing(void)
{
	char path[256];

	/* Busy for a long time: each refusal comes after a wait of up to a tick. */
	sink_settles("ScriptedPlainSink", "retry=12 errors.retry.delay.max.ms=400", 3000, 0, path, sizeof(path));
	host_check_puts(path, 3000);
}

static void test_sink__a_start_that_may_succeed_later_is_tried_again(void)
{
	char path[256];

	sink_settles("ScriptedPlainSink", "start.retry=2", 10, 0, path, sizeof(path));
	host_check_puts(path, 10);
}

/* While records flow: what was on its way at a pause comes after the resume, all of it and in order. */
static void test_sink__pauses_in_the_flow_lose_nothing(void)
{
	enum { RECORDS = 90000, PAUSES = 20 }; /* the embedded broker keeps 100,000 */
	char path[256], config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-pauses", 0, 0, RECORDS);
	snprintf(path, sizeof(path), "%s/pauses", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedAsyncSink topics=sink-pauses out=%s hold.ms=5", path);
	p = host_run("sink-pauses", config);
	for (int i = 0; i < PAUSES; i++) {
		host_expect(&p, "status", "RUNNING");
		host_say(&p, json_pack("{s:s}", "type", "pause"));
		host_expect(&p, "status", "PAUSED");
		host_say(&p, json_pack("{s:s}", "type", "resume"));
	}
	host_wait_metric(&p, "records_written", RECORDS);
	host_stop(&p);
	host_check_puts(path, RECORDS);
}

static void test_sink__fails_when_the_plugin_refuses_its_partitions(void)
{
	char config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-refuse", 0, 0, 1);
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=sink-refuse out=%s/refuse refuse=2",
		 host_folder());
	p = host_run("sink-refuse", config);
	host_expect_failed(&p, "not partition 2 of sink-refuse");
	host_stop(&p);
}

static void test_sink__pauses_also_when_the_plugin_cannot_flush(void)
{
	char path[256], config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-stuck", 0, 0, 100);
	snprintf(path, sizeof(path), "%s/stuck", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedFlushSink topics=sink-stuck out=%s flushes=false", path);
	p = host_run_with("sink-stuck", config, &(struct host_options){ .worker = "offset.flush.timeout.ms=100" });
	host_wait_metric(&p, "records_written", 100);
	host_say(&p, json_pack("{s:s}", "type", "pause"));
	host_expect(&p, "status", "PAUSED");
	host_say(&p, json_pack("{s:s}", "type", "resume"));
	host_expect(&p, "status", "RUNNING");
	host_fill(host_bootstrap(), "sink-stuck", 0, 100, 100);
	host_wait_metric(&p, "records_written", 200);
	host_stop(&p);
	CU_ASSERT_TRUE(host_committed("sink-stuck", "sink-stuck", 0) < 0);
}

static void test_sink__failed_task_starts_again_where_it_was(void)
{
	char path[256], config[512];
	struct host_process p;

	host_fill(host_bootstrap(), "sink-again", 0, 0, 50);
	snprintf(path, sizeof(path), "%s/again", host_folder());
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=sink-again out=%s fail.after=50", path);
	p = host_run("sink-again", config);
	host_wait_metric(&p, "records_written", 50);
	host_fill(host_bootstrap(), "sink-again", 0, 50, 10);
	host_expect_failed(&p, "enough is enough");
	host_stop(&p);
	p = host_run("sink-again", config);
	host_wait_metric(&p, "records_written", 10);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed("sink-again", "sink-again", 0), 60);
	host_check_puts(path, 60);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "source completes", test_source__completes_with_every_record_acknowledged_and_its_offset_stored },
		{ "source goes on from the stored offset", test_source__goes_on_from_the_stored_offset },
		{ "source: is told what is stored", test_source__is_told_what_is_stored },
		{ "source: is not told what is not stored", test_source__is_not_told_what_is_not_stored },
		{ "source: retry and failure", test_source__retry_is_tried_again_and_failure_says_why },
		{ "source: offsets that are no JSON", test_source__whose_offsets_are_no_json_fails },
		{ "source: fails with its offsets stored", test_source__that_fails_has_its_offsets_stored },
		{ "source: a record that cannot be sent",
		  test_source__a_record_that_cannot_be_sent_fails_the_task_and_is_not_passed_over },
		{ "source: a record that cannot be sent is tolerated",
		  test_source__a_record_that_cannot_be_sent_is_left_out_when_tolerated },
		{ "source: a record that cannot be sent in a transaction", test_source__no_transaction_leaves_a_record_out },
		{ "source: pause and resume", test_source__pause_stops_the_flow_and_resume_goes_on },
		{ "source: tells its topic", test_source__tells_its_topic_once_and_again_when_asked },
		{ "source: topics are not tracked", test_source__tells_no_topic_when_they_are_not_tracked },
		{ "source: too many tasks", test_source__more_tasks_than_tasks_max_are_refused },
		{ "source: task configs that are no text", test_source__task_configs_that_are_no_text_are_refused },
		{ "a crash names signal, task, function", test_host__a_crash_names_the_signal_the_task_and_the_function },
		{ "the host ends with its worker", test_host__ends_when_its_worker_is_gone },
		{ "sink: pauses in the flow", test_sink__pauses_in_the_flow_lose_nothing },
		{ "sink: every record once", test_sink__gives_every_record_once_and_commits_the_end },
		{ "sink: left out", test_sink__leaves_records_out },
		{ "sink: synchronous, says complete()", test_sink__that_is_synchronous_completes_nothing_itself },
		{ "sink: busy and retry", test_sink__busy_and_retry_get_the_same_batch_again },
		{ "sink: tolerated rejects", test_sink__rejected_records_are_skipped_and_counted_when_tolerated },
		{ "sink: a reject fails the task", test_sink__a_rejected_record_fails_the_task_otherwise },
		{ "sink: not flushed, not committed", test_sink__what_was_not_flushed_is_not_committed },
		{ "sink: not complete, not committed", test_sink__what_is_not_complete_is_not_committed },
		{ "sink: on its way at the end", test_sink__what_is_on_its_way_at_the_end_is_waited_for },
		{ "sink: a long hold", test_sink__a_long_hold_pauses_the_partitions_and_loses_nothing },
		{ "sink: a start tried again", test_sink__a_start_that_may_succeed_later_is_tried_again },
		{ "sink: refused partitions", test_sink__fails_when_the_plugin_refuses_its_partitions },
		{ "sink: pauses without a flush", test_sink__pauses_also_when_the_plugin_cannot_flush },
		{ "sink: starts again where it was", test_sink__failed_task_starts_again_where_it_was },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("connect-host", tests);
}
