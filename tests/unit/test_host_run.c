/*
 * connect-host as its worker sees it: the real program with scripted plugins and an embedded broker, both
 * driven over their sockets. Every wait has a deadline.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "supervisor/protocol.h"
#include "unit.h"

#define DEADLINE_MS 60000

struct process {
	pid_t pid;
	int fd, crash_fd;
	struct cw_buf in;
	uint64_t seq;          /* of the newest offsets */
	json_t *offsets;       /* the newest, by partition as text */
	json_t *metrics;       /* the newest of task 0 */
	int status;
};

/* Of the whole program: the tests share a broker. */
static struct process broker;
static char bootstrap[128], folder[] = "/tmp/test_host_run.XXXXXX";
static int names;

static struct process spawn(const char *first, const char *second)
{
	struct process p = { .offsets = json_object() };
	int link[2], crash[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) != 0 || pipe2(crash, O_CLOEXEC) != 0)
		abort();
	p.pid = fork();
	if (p.pid == 0) {
		dup2(link[1], 30); /* out of the way of 3 and 4 */
		dup2(crash[1], 31);
		dup2(30, CW_HOST_FD);
		dup2(31, CW_HOST_CRASH_FD);
		close(30);
		close(31);
		execl(CONNECT_HOST, CONNECT_HOST, first, second ? "--connector" : NULL, second, (char *)NULL);
		_exit(127);
	}
	close(link[1]);
	close(crash[1]);
	p.fd = link[0];
	p.crash_fd = crash[0];
	return p;
}

static void say(struct process *p, json_t *message)
{
	struct cw_buf out = { 0 };

	cw_frame_append(&out, message);
	json_decref(message);
	CU_ASSERT_EQUAL(send(p->fd, out.p, out.n, MSG_NOSIGNAL), (ssize_t)out.n);
	cw_buf_free(&out);
}

/* The next message, or NULL at end of file. Fails the test at the deadline. */
static json_t *hear(struct process *p, int64_t deadline_ms)
{
	json_t *message = NULL;

	for (;;) {
		struct pollfd pfd = { .fd = p->fd, .events = POLLIN };
		int taken = cw_frame_take(&p->in, &message);
		ssize_t n;

		if (taken != 0)
			return taken > 0 ? message : NULL;
		if (cw_clock_ms() > deadline_ms) {
			CU_FAIL("the host did not answer in time");
			return NULL;
		}
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		cw_buf_reserve(&p->in, 65536);
		n = recv(p->fd, p->in.p + p->in.n, 65536, 0);
		if (n <= 0)
			return NULL;
		p->in.n += (size_t)n;
	}
}

static bool is(const json_t *message, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(message, key));

	return text && strcmp(text, value) == 0;
}

/* What a worker does with what it is told: stores offsets, keeps metrics. */
static void attend(struct process *p, json_t *message)
{
	json_t *pair;
	size_t i;

	if (is(message, "type", "metrics") && json_integer_value(json_object_get(message, "task")) == 0) {
		json_decref(p->metrics);
		p->metrics = json_incref(json_object_get(message, "metrics"));
	}
	if (!is(message, "type", "offsets"))
		return;
	p->seq = (uint64_t)json_integer_value(json_object_get(message, "seq"));
	json_array_foreach(json_object_get(message, "offsets"), i, pair) {
		char *key = json_dumps(json_array_get(pair, 0), JSON_COMPACT);

		json_object_set(p->offsets, key, pair);
		free(key);
	}
	say(p, json_pack("{s:s,s:O,s:O}", "type", "offsets_stored", "task", json_object_get(message, "task"), "seq",
			 json_object_get(message, "seq")));
}

/* Waits for the message with that type and, unless NULL, that state; new. */
static json_t *wait_for(struct process *p, const char *type, const char *state)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_t *message;

	while ((message = hear(p, deadline)) != NULL) {
		attend(p, message);
		if (is(message, "type", type) && (!state || is(message, "state", state)))
			return message;
		json_decref(message);
	}
	CU_FAIL("the message did not come");
	return NULL;
}

static void expect(struct process *p, const char *type, const char *state)
{
	json_decref(wait_for(p, type, state));
}

static int64_t metric(struct process *p, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(p->metrics, name), "value"));
}

/* Until the metric has reached the value. */
static void wait_metric(struct process *p, const char *name, int64_t value)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (metric(p, name) < value) {
		json_t *message = hear(p, deadline);

		if (!message)
			break;
		attend(p, message);
		json_decref(message);
	}
	CU_ASSERT_EQUAL(metric(p, name), value);
}

static json_t *stored(struct process *p)
{
	json_t *list = json_array(), *pair;
	const char *key;

	json_object_foreach(p->offsets, key, pair)
		json_array_append(list, pair);
	return list;
}

/* Starts a host and its tasks; `config` is "key=value" words. Offsets may be NULL; taken. */
static struct process run_with(const char *name, const char *config, json_t *offsets)
{
	struct process p = spawn("--run", name);
	json_t *json = json_object(), *configured, *tasks, *task;
	CW_AUTO_FREE char *words = cw_strdup(config);
	char *save = NULL;
	size_t i;

	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(w, '=');

		*eq = '\0';
		json_object_set_new(json, w, json_string(eq + 1));
	}
	json_object_set_new(json, "name", json_string(name));
	say(&p, json_pack("{s:s,s:s,s:o,s:{s:s,s:s,s:s},s:[]}", "type", "configure", "connector", name, "config", json,
			  "worker", "bootstrap.servers", bootstrap, "plugin.path", PLUGINS, "offset.flush.interval.ms",
			  "50", "offsets"));
	configured = wait_for(&p, "configured", NULL);
	tasks = json_object_get(configured, "tasks");
	json_array_foreach(tasks, i, task)
		say(&p, json_pack("{s:s,s:i,s:i,s:O,s:b,s:O}", "type", "start_task", "task", (int)i, "tasks",
				  (int)json_array_size(tasks), "config", task, "paused", 0, "offsets",
				  offsets ? offsets : json_null()));
	json_decref(offsets);
	json_decref(configured);
	return p;
}

static struct process run(const char *name, const char *config)
{
	return run_with(name, config, NULL);
}

static void reap(struct process *p)
{
	json_t *message;

	while ((message = hear(p, cw_clock_ms() + DEADLINE_MS)) != NULL) {
		attend(p, message);
		json_decref(message);
	}
	waitpid(p->pid, &p->status, 0);
	close(p->fd);
	close(p->crash_fd);
	cw_buf_free(&p->in);
	json_decref(p->offsets);
	json_decref(p->metrics);
}

static void stop(struct process *p)
{
	say(p, json_pack("{s:s,s:i}", "type", "stop", "timeout_ms", 10000));
	reap(p);
	CU_ASSERT_TRUE(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0);
}

static const char *fresh(char *out, size_t size, const char *prefix)
{
	snprintf(out, size, "%s-%d-%d", prefix, (int)getpid(), ++names);
	return out;
}

/* What the scripted sink wrote. */
static char *read_file(const char *path)
{
	struct cw_buf text = { 0 };
	FILE *f = fopen(path, "r");
	int c;

	while (f && (c = getc(f)) != EOF)
		cw_buf_append(&text, &(char){ (char)c }, 1);
	if (f)
		fclose(f);
	return cw_buf_take(&text);
}

/* Each of v0 … v<count-1> was taken exactly once, in order (one partition), as far as "put" lines tell. */
static void check_puts(const char *path, long count)
{
	CW_AUTO_FREE char *text = read_file(path);
	char *save = NULL;
	long next = 0;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		long first, n;

		if (sscanf(line, "put v%ld %ld", &first, &n) != 2)
			continue;
		CU_ASSERT_EQUAL(first, next);
		next += n;
	}
	CU_ASSERT_EQUAL(next, count);
}

/* The committed offset of partition 0, by a client of our own. */
static int64_t committed(const char *connector, const char *topic)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	char group[128], text[256];
	rd_kafka_t *rk;
	int64_t offset;

	snprintf(group, sizeof(group), "connect-%s", connector);
	rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, text, sizeof(text));
	rd_kafka_conf_set(conf, "group.id", group, text, sizeof(text));
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
	rd_kafka_topic_partition_list_add(list, topic, 0);
	CU_ASSERT_EQUAL(rd_kafka_committed(rk, list, 10000), 0);
	offset = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
	return offset;
}

/* A topic with v0 … in partition 0. */
static void fill(const char *topic, long from, long count)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];
	rd_kafka_t *rk;
	rd_kafka_topic_t *rkt;

	rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, text, sizeof(text));
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	rkt = rd_kafka_topic_new(rk, topic, NULL);
	for (long i = 0; i < count; i++) {
		int n = snprintf(text, sizeof(text), "v%ld", from + i);

		CU_ASSERT_EQUAL(rd_kafka_produce(rkt, 0, RD_KAFKA_MSG_F_COPY, text, (size_t)n, NULL, 0, NULL), 0);
	}
	CU_ASSERT_EQUAL(rd_kafka_flush(rk, 30000), 0);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_destroy(rk);
}

/* ---- sources ---- */

static void test_source__completes_with_every_record_acknowledged_and_its_offset_stored(void)
{
	struct process p = run("src-a", "connector.class=ScriptedSource topic=src-a count=2500 per.poll=100");
	json_t *pair;

	expect(&p, "status", "RUNNING");
	expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(metric(&p, "records"), 2500);
	CU_ASSERT_EQUAL(metric(&p, "records_in_flight"), 0);
	pair = json_object_get(p.offsets, "{\"task\":0}");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(pair, 1), "next")), 2500);
	stop(&p);
}

static void test_source__goes_on_from_the_stored_offset(void)
{
	const char *forms[] = { "false", "true" };

	for (int i = 0; i < 2; i++) {
		char name[32], config[256];
		struct process p;
		json_t *offsets;

		fresh(name, sizeof(name), "src-b");
		snprintf(config, sizeof(config), "connector.class=test.ScriptedSource topic=%s count=300 json.offsets=%s",
			 name, forms[i]);
		p = run(name, config);
		expect(&p, "status", "COMPLETED");
		offsets = stored(&p);
		stop(&p);
		snprintf(config, sizeof(config), "connector.class=test.ScriptedSource topic=%s count=500 json.offsets=%s",
			 name, forms[i]);
		p = run_with(name, config, offsets);
		expect(&p, "status", "COMPLETED");
		CU_ASSERT_EQUAL(metric(&p, "records"), 200);
		stop(&p);
	}
}

static void test_source__retry_is_tried_again_and_failure_says_why(void)
{
	struct process p = run("src-c", "connector.class=ScriptedSource topic=src-c count=100 retry=2 fail.at=50 "
					"errors.retry.delay.max.ms=20");
	json_t *failed;

	failed = wait_for(&p, "status", "FAILED");
	CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(json_object_get(failed, "trace")), "record 50 cannot be made"));
	CU_ASSERT_EQUAL(metric(&p, "retries"), 2);
	json_decref(failed);
	stop(&p);
}

static void test_source__pause_stops_the_flow_and_resume_goes_on(void)
{
	struct process p = run("src-d", "connector.class=ScriptedSource topic=src-d tasks.max=2 split=2");
	int64_t before;

	wait_metric(&p, "records", metric(&p, "records"));
	expect(&p, "status", "RUNNING");
	say(&p, json_pack("{s:s}", "type", "pause"));
	expect(&p, "status", "PAUSED");
	expect(&p, "status", "PAUSED");
	expect(&p, "metrics", NULL);
	expect(&p, "metrics", NULL);
	before = metric(&p, "records");
	expect(&p, "metrics", NULL);
	expect(&p, "metrics", NULL);
	CU_ASSERT_EQUAL(metric(&p, "records"), before);
	say(&p, json_pack("{s:s}", "type", "resume"));
	expect(&p, "status", "RUNNING");
	say(&p, json_pack("{s:s,s:i,s:i}", "type", "stop_task", "task", 1, "timeout_ms", 10000));
	expect(&p, "stopped", NULL);
	stop(&p);
}

static void test_source__more_tasks_than_tasks_max_are_refused(void)
{
	struct process p = spawn("--run", "src-e");
	json_t *failed;

	say(&p, json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s},s:{s:s},s:[]}", "type", "configure", "connector", "src-e",
			  "config", "name", "src-e", "connector.class", "ScriptedSource", "topic", "t", "split", "3",
			  "tasks.max", "2", "worker", "plugin.path", PLUGINS, "offsets"));
	failed = wait_for(&p, "failed", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(json_object_get(failed, "trace")), "more than 2 tasks"));
	json_decref(failed);
	stop(&p);
}

static void test_host__a_crash_names_the_signal_the_task_and_the_function(void)
{
	struct process p = run("src-f", "connector.class=ScriptedSource topic=src-f crash=true");
	char report[16384] = "";
	ssize_t n, have = 0;
	int status;

	while ((n = read(p.crash_fd, report + have, sizeof(report) - 1 - (size_t)have)) > 0)
		have += n;
	CU_ASSERT_PTR_NOT_NULL(strstr(report, "task 0 of connector src-f: Segmentation fault"));
	CU_ASSERT_PTR_NOT_NULL(strstr(report, "crash_on_purpose"));
	CU_ASSERT_PTR_NOT_NULL(strstr(report, "poll_records"));
	reap(&p);
	status = p.status;
	CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void test_host__ends_when_its_worker_is_gone(void)
{
	struct process p = run("src-g", "connector.class=ScriptedSource topic=src-g");
	int status = -1;

	expect(&p, "status", "RUNNING");
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
	struct process p;

	fresh(name, sizeof(name), "sink");
	snprintf(path, size, "%s/%s", folder, name);
	fill(name, 0, n);
	snprintf(config, sizeof(config), "connector.class=%s topics=%s out=%s errors.retry.delay.max.ms=20 %s", class, name,
		 path, more);
	p = run(name, config);
	expect(&p, "status", "RUNNING");
	wait_metric(&p, "records_written", n - skipped);
	CU_ASSERT_EQUAL(metric(&p, "records"), n);
	CU_ASSERT_EQUAL(metric(&p, "records_skipped"), skipped);
	stop(&p);
	CU_ASSERT_EQUAL(committed(name, name), n);
}

static void test_sink__gives_every_record_once_and_commits_the_end(void)
{
	static const char *const classes[] = { "ScriptedPlainSink", "ScriptedFlushSink", "ScriptedAsyncSink" };
	char path[256];

	for (size_t i = 0; i < 3; i++) {
		sink_settles(classes[i], i == 2 ? "hold.ms=20" : "", 5000, 0, path, sizeof(path));
		check_puts(path, 5000);
	}
}

static void test_sink__busy_and_retry_get_the_same_batch_again(void)
{
	char path[256];

	sink_settles("ScriptedAsyncSink", "hold.ms=1 busy=5 retry=3", 2000, 0, path, sizeof(path));
	check_puts(path, 2000);
	sink_settles("ScriptedPlainSink", "busy=5 retry=3", 2000, 0, path, sizeof(path));
	check_puts(path, 2000);
}

static void test_sink__rejected_records_are_skipped_and_counted_when_tolerated(void)
{
	char path[256];

	sink_settles("ScriptedAsyncSink", "hold.ms=1 reject.every=10 errors.tolerance=all", 1000, 100, path, sizeof(path));
	check_puts(path, 1000);
}

static void test_sink__a_rejected_record_fails_the_task_otherwise(void)
{
	char path[256], config[512];
	struct process p;
	json_t *failed;

	fill("sink-reject", 0, 10);
	snprintf(path, sizeof(path), "%s/reject", folder);
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=sink-reject out=%s reject.every=5", path);
	p = run("sink-reject", config);
	failed = wait_for(&p, "status", "FAILED");
	CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(json_object_get(failed, "trace")),
				      "record sink-reject-0@0: it does not suit (errors.tolerance is none)"));
	json_decref(failed);
	stop(&p);
	CU_ASSERT_TRUE(committed("sink-reject", "sink-reject") <= 0);
}

static void test_sink__what_was_not_flushed_is_not_committed(void)
{
	char path[256], config[512];
	struct process p;

	fill("sink-unflushed", 0, 100);
	snprintf(path, sizeof(path), "%s/unflushed", folder);
	snprintf(config, sizeof(config), "connector.class=ScriptedFlushSink topics=sink-unflushed out=%s flushes=false",
		 path);
	p = run("sink-unflushed", config);
	wait_metric(&p, "records_written", 100);
	stop(&p);
	CU_ASSERT_TRUE(committed("sink-unflushed", "sink-unflushed") < 0);
}

static void test_sink__what_is_not_complete_is_not_committed(void)
{
	char path[256], config[512];
	struct process p;

	fill("sink-held", 0, 100);
	snprintf(path, sizeof(path), "%s/held", folder);
	snprintf(config, sizeof(config), "connector.class=ScriptedAsyncSink topics=sink-held out=%s hold.ms=3600000", path);
	p = run("sink-held", config);
	wait_metric(&p, "records", 100);
	say(&p, json_pack("{s:s,s:i}", "type", "stop", "timeout_ms", 300));
	reap(&p);
	CU_ASSERT_TRUE(committed("sink-held", "sink-held") < 0);
}

static void test_sink__a_long_hold_pauses_the_partitions_and_loses_nothing(void)
{
	char path[256];

	/* Busy for a long time: each refusal comes after a wait of up to a tick. */
	sink_settles("ScriptedPlainSink", "retry=12 errors.retry.delay.max.ms=400", 3000, 0, path, sizeof(path));
	check_puts(path, 3000);
}

static void test_sink__a_start_that_may_succeed_later_is_tried_again(void)
{
	char path[256];

	sink_settles("ScriptedPlainSink", "start.retry=2", 10, 0, path, sizeof(path));
	check_puts(path, 10);
}

static void test_sink__failed_task_starts_again_where_it_was(void)
{
	char path[256], config[512];
	struct process p;
	json_t *failed;

	fill("sink-again", 0, 50);
	snprintf(path, sizeof(path), "%s/again", folder);
	snprintf(config, sizeof(config), "connector.class=ScriptedPlainSink topics=sink-again out=%s fail.after=50", path);
	p = run("sink-again", config);
	wait_metric(&p, "records_written", 50);
	fill("sink-again", 50, 10);
	failed = wait_for(&p, "status", "FAILED");
	CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(json_object_get(failed, "trace")), "enough is enough"));
	json_decref(failed);
	stop(&p);
	p = run("sink-again", config);
	wait_metric(&p, "records_written", 10);
	stop(&p);
	CU_ASSERT_EQUAL(committed("sink-again", "sink-again"), 60);
	check_puts(path, 60);
}

/* The embedded broker lets each new group wait for three seconds, so the tests run side by side. */
#define SIDE_BY_SIDE 8

static void open_broker(void)
{
	json_t *message;

	if (!mkdtemp(folder))
		abort();
	broker = spawn("--embedded-broker", NULL);
	message = wait_for(&broker, "broker", NULL);
	snprintf(bootstrap, sizeof(bootstrap), "%s", json_string_value(json_object_get(message, "bootstrap")));
	json_decref(message);
}

static int close_broker(void)
{
	CW_AUTO_FREE char *remove = cw_format("rm -rf '%s'", folder);
	int status;

	close(broker.fd);
	waitpid(broker.pid, &status, 0);
	close(broker.crash_fd);
	cw_buf_free(&broker.in);
	json_decref(broker.offsets);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0 || system(remove) != 0;
}

static CU_TestInfo all_tests[] = {
	{ "source completes", test_source__completes_with_every_record_acknowledged_and_its_offset_stored },
	{ "source goes on from the stored offset", test_source__goes_on_from_the_stored_offset },
	{ "source: retry and failure", test_source__retry_is_tried_again_and_failure_says_why },
	{ "source: pause and resume", test_source__pause_stops_the_flow_and_resume_goes_on },
	{ "source: too many tasks", test_source__more_tasks_than_tasks_max_are_refused },
	{ "a crash names signal, task, function", test_host__a_crash_names_the_signal_the_task_and_the_function },
	{ "the host ends with its worker", test_host__ends_when_its_worker_is_gone },
	{ "sink: every record once", test_sink__gives_every_record_once_and_commits_the_end },
	{ "sink: busy and retry", test_sink__busy_and_retry_get_the_same_batch_again },
	{ "sink: tolerated rejects", test_sink__rejected_records_are_skipped_and_counted_when_tolerated },
	{ "sink: a reject fails the task", test_sink__a_rejected_record_fails_the_task_otherwise },
	{ "sink: not flushed, not committed", test_sink__what_was_not_flushed_is_not_committed },
	{ "sink: not complete, not committed", test_sink__what_is_not_complete_is_not_committed },
	{ "sink: a long hold", test_sink__a_long_hold_pauses_the_partitions_and_loses_nothing },
	{ "sink: a start tried again", test_sink__a_start_that_may_succeed_later_is_tried_again },
	{ "sink: starts again where it was", test_sink__failed_task_starts_again_where_it_was },
};
#define N_TESTS (sizeof(all_tests) / sizeof(all_tests[0]))

static int run_share(size_t share)
{
	CU_TestInfo tests[N_TESTS + 1] = { CU_TEST_INFO_NULL };
	CU_SuiteInfo suites[] = { { .pName = "connect-host", .pTests = tests }, CU_SUITE_INFO_NULL };
	size_t n = 0;

	for (size_t i = share; i < N_TESTS; i += SIDE_BY_SIDE)
		tests[n++] = all_tests[i];
	return cw_test_main(suites);
}

int main(void)
{
	pid_t pids[SIDE_BY_SIDE];
	int failed = 0;

	signal(SIGPIPE, SIG_IGN);
	open_broker();
	for (size_t i = 0; i < SIDE_BY_SIDE; i++)
		if ((pids[i] = fork()) == 0) {
			int status = run_share(i);

			fflush(NULL);
			_exit(status);
		}
	for (size_t i = 0; i < SIDE_BY_SIDE; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	}
	return close_broker() || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
