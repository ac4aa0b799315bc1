/* The herder against hosts that behave as told: see fake_host.h. This program is its own connect-host. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fake_host.h"
#include "herder/herder.h"
#include "herder/internal.h"
#include "store/lock.h"
#include "unit.h"

#define DEADLINE_MS 20000
#define GRACE_MS 400 /* task.shutdown.graceful.timeout.ms of the tests */

/* ---- a worker without REST ----------------------------------------------------------------- */

static struct {
	char *folder, *state;
	json_t *settings;
	struct cw_worker_config config;
	struct cw_herder *herder;
	pthread_t thread;
	bool runs;
} w;

static void *run_herder(void *arg)
{
	cw_herder_run(arg);
	return NULL;
}

static void open_worker(void)
{
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_json(w.settings, &w.config, &err), 0);
	w.herder = cw_herder_new(&w.config, "here:8083", &err);
	if (!w.herder)
		fprintf(stderr, "%s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.herder);
}

static void start_worker(void)
{
	open_worker();
	CU_ASSERT_EQUAL_FATAL(pthread_create(&w.thread, NULL, run_herder, w.herder), 0);
	w.runs = true;
}

static void stop_worker(void)
{
	if (!w.runs)
		return;
	cw_herder_stop(w.herder);
	pthread_join(w.thread, NULL);
	cw_herder_free(w.herder);
	cw_worker_config_free(&w.config);
	w.runs = false;
}

static void set_up(void)
{
	const char *tmp = getenv("TMPDIR");

	w.folder = cw_format("%s/test_herder.XXXXXX", tmp ? tmp : "/tmp");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(w.folder));
	w.state = cw_format("%s/s.db", w.folder);
	w.settings = json_pack("{ssss}", "offset.storage.file.filename", w.state, "task.shutdown.graceful.timeout.ms", "400");
}

static void tear_down(void)
{
	static const char *const names[] = { "s.db", "s.db-wal", "s.db-shm", "s.db.lock", "s.db.hosts", "starts" };

	stop_worker();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CW_AUTO_FREE char *path = cw_format("%s/%s", w.folder, names[i]);

		remove(path);
	}
	rmdir(w.folder);
	free(w.folder);
	free(w.state);
	json_decref(w.settings);
}

/* ---- requests ------------------------------------------------------------------------------ */

static struct cw_answer call_with(enum cw_op op, const char *name, int task, uint32_t flags, const json_t *body)
{
	struct cw_request request = { .op = op, .flags = flags, .name = name, .task = task, .body = body };
	struct cw_answer answer;

	cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
	return answer;
}

static void expect_ok(struct cw_answer answer)
{
	if (answer.error.code)
		fprintf(stderr, "\nunexpected: %s\n", answer.error.text);
	CU_ASSERT_EQUAL(answer.error.code, CW_ERR_NONE);
	json_decref(answer.body);
}

static void expect_error(struct cw_answer answer, enum cw_error_code code, const char *words)
{
	if (answer.error.code != code || !strstr(answer.error.text, words))
		fprintf(stderr, "\nfound  %d %s\nwanted %d %s\n", answer.error.code, answer.error.text, code, words);
	CU_ASSERT_EQUAL(answer.error.code, code);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.error.text, words));
	CU_ASSERT_PTR_NULL(answer.body);
	json_decref(answer.body);
}

/* Takes body. */
static struct cw_answer call_body(enum cw_op op, const char *name, json_t *body)
{
	struct cw_answer answer = call_with(op, name, 0, 0, body);

	json_decref(body);
	return answer;
}

static struct cw_answer call(enum cw_op op, const char *name)
{
	return call_with(op, name, 0, 0, NULL);
}

static void ok(enum cw_op op, const char *name)
{
	expect_ok(call(op, name));
}

/* A config from JSON with single quotes, with a class of ours unless it names one. */
static json_t *config_of(const char *text)
{
	CW_AUTO_FREE char *json = cw_strdup(text);
	json_t *config;

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	config = json_loads(json, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	if (!json_object_get(config, "connector.class"))
		json_object_set_new(config, "connector.class", json_string("FakeSource"));
	return config;
}

static struct cw_answer create_in(const char *name, const char *config, const char *state)
{
	return call_body(CW_OP_CREATE, NULL,
			 json_pack("{sssoss*}", "name", name, "config", config_of(config), "initial_state", state));
}

static void create(const char *name, const char *config)
{
	expect_ok(create_in(name, config, NULL));
}

/* Between two looks at a condition: the machine is shared. */
static bool look_again(int64_t deadline)
{
	poll(NULL, 0, 2);
	return cw_clock_ms() < deadline;
}

/* ---- states -------------------------------------------------------------------------------- */

/* "RUNNING RUNNING FAILED": the connector's, then the tasks'. */
static void read_states(const char *name, char *out, size_t size)
{
	struct cw_answer answer = call(CW_OP_STATUS, name);
	const json_t *task;
	size_t i, n;

	snprintf(out, size, "%s", answer.error.code ? "gone" : json_string_value(json_object_get(
								       json_object_get(answer.body, "connector"), "state")));
	json_array_foreach(json_object_get(answer.body, "tasks"), i, task) {
		n = strlen(out);
		snprintf(out + n, size - n, " %s", json_string_value(json_object_get(task, "state")));
	}
	json_decref(answer.body);
}

static void wait_states(const char *name, const char *wanted)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	char found[300];

	do
		read_states(name, found, sizeof(found));
	while (strcmp(found, wanted) != 0 && look_again(deadline));
	if (strcmp(found, wanted) != 0)
		fprintf(stderr, "\n%s: after %lld ms: found  %s\nwanted %s\n", name,
			(long long)(cw_clock_ms() - deadline + DEADLINE_MS), found, wanted);
	CU_ASSERT_STRING_EQUAL_FATAL(found, wanted);
}

/* The trace of a task, or (-1) of the connector; new, "" when there is none. */
static char *trace_of(const char *name, int task)
{
	struct cw_answer answer = call(CW_OP_STATUS, name);
	const json_t *of = task < 0 ? json_object_get(answer.body, "connector") :
				      json_array_get(json_object_get(answer.body, "tasks"), (size_t)task);
	const char *trace = json_string_value(json_object_get(of, "trace"));
	char *copy = cw_strdup(trace ? trace : "");

	json_decref(answer.body);
	return copy;
}

static void expect_trace(const char *name, int task, const char *words)
{
	CW_AUTO_FREE char *trace = trace_of(name, task);

	if (!strstr(trace, words))
		fprintf(stderr, "\nfound  %s\nwanted %s\n", trace, words);
	CU_ASSERT_PTR_NOT_NULL(strstr(trace, words));
}

/* A number of a task: its metric, or "restarts". -1: not there. */
static json_int_t number_of(const char *name, int task, const char *what)
{
	struct cw_answer answer = call(CW_OP_METRICS, NULL);
	const json_t *connector = json_object_get(json_object_get(answer.body, "connectors"), name);
	const json_t *entry = json_array_get(json_object_get(connector, "tasks"), (size_t)task);
	const json_t *metric = json_object_get(json_object_get(entry, "metrics"), what);
	const json_t *value = metric ? json_object_get(metric, "value") : json_object_get(entry, what);
	json_int_t number = value ? json_integer_value(value) : -1;

	json_decref(answer.body);
	return number;
}

static json_int_t worker_number(const char *what)
{
	struct cw_answer answer = call(CW_OP_METRICS, NULL);
	json_int_t number =
		json_integer_value(json_object_get(json_object_get(json_object_get(answer.body, "worker"), what), "value"));

	json_decref(answer.body);
	return number;
}

static void wait_number(const char *name, int task, const char *what, json_int_t wanted)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (number_of(name, task, what) != wanted && look_again(deadline))
		;
	CU_ASSERT_EQUAL(number_of(name, task, what), wanted);
}

static pid_t host_pid(const char *name)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_int_t pid;

	while ((pid = number_of(name, 0, "pid")) <= 0 && look_again(deadline))
		;
	return (pid_t)pid;
}

/* A new host has spoken. */
static void wait_other_host(const char *name, pid_t old)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (host_pid(name) == old && look_again(deadline))
		;
	CU_ASSERT_NOT_EQUAL(host_pid(name), old);
}

static char *read_file(const char *name)
{
	CW_AUTO_FREE char *path = cw_format("%s/%s", w.folder, name);
	FILE *f = fopen(path, "r");
	char *text = cw_alloc(4096);
	size_t n = f ? fread(text, 1, 4095, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static json_t *starts_config(const char *more)
{
	json_t *config = config_of(more);

	json_object_set_new(config, "fake.starts", json_sprintf("%s/starts", w.folder));
	return config;
}

/* ---- the life of a connector --------------------------------------------------------------- */

static void test_life__create_pause_resume_stop_delete(void)
{
	struct cw_answer answer;

	start_worker();
	answer = create_in(" a ", "{'tasks.max':2,'topic':'t'}", NULL);
	CU_ASSERT_EQUAL(answer.error.code, CW_ERR_NONE);
	CU_ASSERT_TRUE(answer.created);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "name")), "a");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "type")), "source");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer.body, "tasks")), 0);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_object_get(answer.body, "config"), "tasks.max")), "2");
	json_decref(answer.body);
	wait_states("a", "RUNNING RUNNING RUNNING");
	ok(CW_OP_PAUSE, "a");
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED PAUSED");
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING RUNNING");
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	ok(CW_OP_STOP, "a");
	answer = call(CW_OP_TASKS, "a");
	CU_ASSERT_EQUAL(json_array_size(answer.body), 0);
	json_decref(answer.body);
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING RUNNING");
	ok(CW_OP_DELETE, "a");
	wait_states("a", "gone");
	expect_error(call(CW_OP_DELETE, "a"), CW_ERR_NOT_FOUND, "Connector a not found");
	CU_ASSERT_EQUAL(worker_number("hosts"), 0);
	CU_ASSERT_EQUAL(worker_number("host_crashes"), 0);
}

static void test_life__views_are_those_of_the_contract(void)
{
	struct cw_answer answer;
	json_t *wanted;

	start_worker();
	create("a", "{}");
	wait_states("a", "RUNNING RUNNING");
	answer = call(CW_OP_STATUS, "a");
	wanted = json_pack("{sss{ssssss}s[{sissssss}]ss}", "name", "a", "connector", "state", "RUNNING", "worker_id",
			   "here:8083", "version", "1.2", "tasks", "id", 0, "state", "RUNNING", "worker_id", "here:8083",
			   "version", "1.2", "type", "source");
	CU_ASSERT_TRUE(json_equal(answer.body, wanted));
	json_decref(wanted);
	json_decref(answer.body);
	answer = call(CW_OP_TASKS, "a");
	wanted = json_pack("[{s{sssi}s{ssssssss}}]", "id", "connector", "a", "task", 0, "config", "connector.class",
			   "FakeSource", "name", "a", "task.number", "0", "task.class", "org.example.FakeSource");
	CU_ASSERT_TRUE(json_equal(answer.body, wanted));
	json_decref(wanted);
	json_decref(answer.body);
	answer = call_with(CW_OP_LIST, NULL, 0, CW_OP_EXPAND_STATUS | CW_OP_EXPAND_INFO, NULL);
	CU_ASSERT_EQUAL(json_object_size(json_object_get(answer.body, "a")), 2);
	json_decref(answer.body);
	answer = call_with(CW_OP_LIST, NULL, 0, CW_OP_EXPAND, NULL);
	CU_ASSERT_EQUAL(json_object_size(json_object_get(answer.body, "a")), 0);
	json_decref(answer.body);
	answer = call(CW_OP_LIST, NULL);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(answer.body, 0)), "a");
	json_decref(answer.body);
	answer = call(CW_OP_SERVER_INFO, NULL);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "kafka_cluster_id")), "fake-cluster");
	json_decref(answer.body);
	answer = call(CW_OP_HEALTH, NULL);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "status")), "healthy");
	json_decref(answer.body);
	expect_ok(call_with(CW_OP_TASK_STATUS, "a", 0, 0, NULL));
	expect_error(call_with(CW_OP_TASK_STATUS, "a", 1, 0, NULL), CW_ERR_NOT_FOUND, "No status found for task a-1");
	expect_error(call(CW_OP_STATUS, "b"), CW_ERR_NOT_FOUND, "No status found for connector b");
	expect_error(call(CW_OP_GET, "b"), CW_ERR_NOT_FOUND, "Connector b not found");
}

static void test_life__initial_states(void)
{
	start_worker();
	expect_ok(create_in("p", "{}", "paused"));
	expect_ok(create_in("s", "{}", "STOPPED"));
	wait_states("p", "PAUSED");
	wait_states("s", "STOPPED");
	ok(CW_OP_PAUSE, "s");
	wait_states("s", "PAUSED");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 0);
	ok(CW_OP_RESUME, "p");
	wait_states("p", "RUNNING RUNNING");
	expect_error(create_in("x", "{}", "RUN"), CW_ERR_INVALID, "must be one of RUNNING, PAUSED, STOPPED");
}

static void test_life__an_unchanged_config_restarts_nothing(void)
{
	struct cw_answer answer;
	pid_t pid;

	start_worker();
	create("a", "{'topic':'t'}");
	wait_states("a", "RUNNING RUNNING");
	pid = host_pid("a");
	answer = call_body(CW_OP_PUT_CONFIG, "a", config_of("{'topic':'t'}"));
	CU_ASSERT_FALSE(answer.created);
	expect_ok(answer);
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", json_object()));
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", json_pack("{sssssn}", "topic", "t", "name", "a", "no.such.key")));
	wait_states("a", "RUNNING RUNNING");
	CU_ASSERT_EQUAL(host_pid("a"), pid);
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
	answer = call_body(CW_OP_PATCH_CONFIG, "a", json_pack("{sisn}", "tasks.max", 3, "topic"));
	CU_ASSERT_PTR_NULL(json_object_get(json_object_get(answer.body, "config"), "topic"));
	expect_ok(answer);
	wait_states("a", "RUNNING RUNNING RUNNING RUNNING");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 2);
	answer = call_body(CW_OP_PUT_CONFIG, "new", config_of("{}"));
	CU_ASSERT_TRUE(answer.created);
	expect_ok(answer);
	wait_states("new", "RUNNING RUNNING");
}

static void test_life__survives_the_worker(void)
{
	struct cw_answer answer;

	start_worker();
	create("runs", "{'tasks.max':'2'}");
	create("paused", "{}");
	create("stopped", "{}");
	create("done", "{'fake.task':'complete'}");
	wait_states("runs", "RUNNING RUNNING RUNNING");
	wait_states("paused", "RUNNING RUNNING");
	wait_states("done", "RUNNING COMPLETED");
	ok(CW_OP_PAUSE, "paused");
	ok(CW_OP_STOP, "stopped");
	wait_states("stopped", "STOPPED");
	stop_worker();
	start_worker();
	wait_states("runs", "RUNNING RUNNING RUNNING");
	wait_states("paused", "PAUSED PAUSED");
	wait_states("stopped", "STOPPED");
	wait_states("done", "RUNNING COMPLETED");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1); /* only the one that has something to do */
	answer = call_with(CW_OP_RESTART, "done", 0, CW_OP_INCLUDE_TASKS, NULL);
	expect_ok(answer);
	wait_number("done", 0, "restarts", 1);
	ok(CW_OP_RESUME, "paused");
	wait_states("paused", "RUNNING RUNNING");
}

static void test_life__offsets_are_stored_and_given_back(void)
{
	CW_AUTO_FREE char *starts = NULL;
	struct cw_answer answer;
	json_t *wanted;

	start_worker();
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", starts_config("{'tasks.max':'2'}")));
	wait_number("a", 0, "stored", 1);
	wait_number("a", 1, "stored", 1);
	stop_worker();
	start_worker();
	wait_number("a", 0, "stored", 1);
	wait_number("a", 1, "stored", 1);
	answer = call(CW_OP_OFFSETS, "a");
	wanted = json_pack("{s[{s{si}s{si}}{s{si}s{si}}]}", "offsets", "partition", "p", 0, "offset", "n", 2, "partition", "p",
			   1, "offset", "n", 2);
	CU_ASSERT_TRUE(json_equal(answer.body, wanted));
	json_decref(wanted);
	json_decref(answer.body);
	starts = read_file("starts");
	CU_ASSERT_PTR_NOT_NULL(strstr(starts, "0 running []\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(starts, "[{\"p\":1},{\"n\":1}]]\n"));
	/* They outlive the connector, as in Kafka Connect. */
	ok(CW_OP_DELETE, "a");
	create("a", "{'connector.class':'FakeSource'}");
	wait_number("a", 0, "stored", 1);
	answer = call(CW_OP_OFFSETS, "a");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer.body, "offsets")), 2);
	json_decref(answer.body);
	create("sink", "{'connector.class':'FakeSink'}");
	expect_error(call(CW_OP_OFFSETS, "sink"), CW_ERR_FATAL, "consumer group connect-sink");
}

static void test_life__tasks_start_paused_when_it_is_paused_meanwhile(void)
{
	CW_AUTO_FREE char *starts = NULL;

	start_worker();
	expect_ok(call_body(CW_OP_PUT_CONFIG, "a", starts_config("{}")));
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED");
	wait_number("a", 0, "stored", 1);
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_number("a", 0, "restarts", 1);
	wait_number("a", 0, "stored", 2); /* it has started */
	wait_states("a", "PAUSED PAUSED");
	starts = read_file("starts");
	CU_ASSERT_PTR_NOT_NULL(strstr(starts, "0 paused [[{\"p\":0},{\"n\":1}]]\n"));
}

/* ---- failures ------------------------------------------------------------------------------ */

static void test_failure__a_crash_fails_its_tasks_and_nothing_else(void)
{
	pid_t other;

	start_worker();
	create("other", "{}");
	create("a", "{'tasks.max':'2','fake.task.1':'crash'}");
	wait_states("a", "RUNNING FAILED FAILED");
	expect_trace("a", 0, "connect-host of connector a (pid ");
	expect_trace("a", 0, ") was ended by signal 11 (SIGSEGV, Segmentation fault)\n  #0 fake_poll (fake.so+0x12)");
	expect_trace("a", 1, "signal 11");
	CU_ASSERT_EQUAL(worker_number("host_crashes"), 1);
	wait_states("other", "RUNNING RUNNING");
	other = host_pid("other");
	kill(other, SIGKILL);
	wait_states("other", "RUNNING FAILED");
	expect_trace("other", 0, "was ended by signal 9 (SIGKILL, Killed), and not by this worker");
	/* One task of a dead host gets a new host, and the other stays FAILED. */
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_states("a", "RUNNING RUNNING FAILED");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 1);
	CU_ASSERT_EQUAL(number_of("a", 1, "restarts"), 0);
	ok(CW_OP_RESTART, "other");
	wait_states("other", "RUNNING FAILED");
	expect_ok(call_with(CW_OP_RESTART, "other", 0, CW_OP_INCLUDE_TASKS | CW_OP_ONLY_FAILED, NULL));
	wait_states("other", "RUNNING RUNNING");
	wait_other_host("other", other);
}

static void test_failure__a_failed_task_stays_failed_until_it_is_restarted(void)
{
	pid_t pid;

	start_worker();
	create("a", "{'tasks.max':'2','fake.task.1':'fail'}");
	wait_states("a", "RUNNING RUNNING FAILED");
	expect_trace("a", 1, "told to fail\nat fake");
	pid = host_pid("a");
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED FAILED");
	ok(CW_OP_RESUME, "a");
	ok(CW_OP_RESTART, "a"); /* the connector object alone */
	wait_states("a", "RUNNING RUNNING FAILED");
	CU_ASSERT_EQUAL(host_pid("a"), pid);
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 1, 0, NULL));
	wait_number("a", 1, "restarts", 1);
	wait_states("a", "RUNNING RUNNING FAILED");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 0);
	expect_ok(call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS, NULL));
	wait_number("a", 1, "restarts", 2);
	wait_number("a", 0, "restarts", 1);
	wait_states("a", "RUNNING RUNNING FAILED");
	wait_other_host("a", pid);
}

static void test_failure__restart_answers_with_the_chosen_ones_restarting(void)
{
	struct cw_answer answer;
	char *text;

	start_worker();
	create("a", "{'tasks.max':'2','fake.task.1':'fail'}");
	wait_states("a", "RUNNING RUNNING FAILED");
	answer = call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS | CW_OP_ONLY_FAILED, NULL);
	text = json_dumps(json_object_get(answer.body, "tasks"), JSON_COMPACT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "{\"id\":0,\"state\":\"RUNNING\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "{\"id\":1,\"state\":\"RESTARTING\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"trace\":\"told to fail"));
	free(text);
	json_decref(answer.body);
	answer = call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS, NULL);
	text = json_dumps(answer.body, JSON_COMPACT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"connector\":{\"state\":\"RESTARTING\""));
	CU_ASSERT_PTR_NULL(strstr(text, "\"state\":\"RUNNING\""));
	free(text);
	json_decref(answer.body);
	wait_states("a", "RUNNING RUNNING FAILED");
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	ok(CW_OP_RESTART, "a");
	answer = call_with(CW_OP_RESTART, "a", 0, CW_OP_INCLUDE_TASKS, NULL);
	text = json_dumps(answer.body, JSON_COMPACT);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"state\":\"RESTARTING\""));
	free(text);
	json_decref(answer.body);
	wait_states("a", "STOPPED");
	expect_error(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL), CW_ERR_CONFLICT, "STOPPED");
	expect_error(call(CW_OP_RESTART, "b"), CW_ERR_NOT_FOUND, "Unknown connector: b");
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING FAILED");
	expect_error(call_with(CW_OP_RESTART_TASK, "a", -1, 0, NULL), CW_ERR_NOT_FOUND, "Unknown task: a--1");
	expect_error(call_with(CW_OP_RESTART_TASK, "b", 0, 0, NULL), CW_ERR_NOT_FOUND, "Unknown connector: b");
	expect_error(call(CW_OP_PAUSE, "b"), CW_ERR_NOT_FOUND, "Unknown connector b");
}

static void expect_unstartable(const char *name, const char *config, const char *trace)
{
	create(name, config);
	wait_states(name, "FAILED");
	expect_trace(name, -1, trace);
	/* Not tried again by itself. */
	ok(CW_OP_PAUSE, name);
	ok(CW_OP_RESUME, name);
	wait_states(name, "FAILED");
}

static void test_failure__a_connector_that_cannot_start_says_why(void)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_int_t starts;

	start_worker();
	expect_unstartable("fail", "{'fake.configure':'fail'}", "the fake was told to fail");
	expect_unstartable("crash", "{'fake.configure':'crash'}", "was ended by signal 11 (SIGSEGV, Segmentation fault)");
	expect_unstartable("exit", "{'fake.configure':'exit'}", "exited with status 3");
	expect_unstartable("garbage", "{'fake.configure':'garbage'}",
			   "was killed by the worker because it sent a broken message");
	starts = worker_number("host_starts");
	CU_ASSERT_EQUAL(starts, 4);
	ok(CW_OP_RESTART, "fail");
	while (worker_number("host_starts") == starts && look_again(deadline))
		;
	wait_states("fail", "FAILED");
	expect_error(call_with(CW_OP_RESTART_TASK, "fail", 0, 0, NULL), CW_ERR_NOT_FOUND, "Unknown task: fail-0");
	/* A better config starts it. */
	expect_ok(call_body(CW_OP_PUT_CONFIG, "fail", config_of("{}")));
	wait_states("fail", "RUNNING RUNNING");
	ok(CW_OP_STOP, "crash");
	wait_states("crash", "STOPPED");
	ok(CW_OP_DELETE, "garbage");
}

static void test_failure__a_start_that_hangs_is_ended(void)
{
	open_worker();
	w.herder->configure_timeout_ms = 200;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&w.thread, NULL, run_herder, w.herder), 0);
	w.runs = true;
	create("a", "{'fake.configure':'hang'}");
	wait_states("a", "FAILED");
	expect_trace("a", -1, "was killed by the worker because it did not start the connector within 200 ms");
	CU_ASSERT_EQUAL(worker_number("host_kills"), 1);
}

static void test_failure__a_restart_of_the_connector_object_can_fail(void)
{
	start_worker();
	create("a", "{'fake.restart':'fail'}");
	wait_states("a", "RUNNING RUNNING");
	ok(CW_OP_RESTART, "a");
	wait_states("a", "FAILED RUNNING"); /* its task goes on */
	expect_trace("a", -1, "the fake did not restart");
	create("b", "{'fake.restart':'crash'}");
	wait_states("b", "RUNNING RUNNING");
	ok(CW_OP_RESTART, "b");
	wait_states("b", "FAILED FAILED");
	expect_error(call_with(CW_OP_RESTART_TASK, "b", 0, 0, NULL), CW_ERR_CONFLICT, "the connector is FAILED");
	ok(CW_OP_RESTART, "b");
	wait_states("b", "RUNNING FAILED");
}

static void test_failure__a_task_that_does_not_stop_is_killed_by_its_deadline(void)
{
	int64_t before;
	pid_t pid;

	start_worker();
	create("a", "{'tasks.max':'2','fake.stop':'deaf'}");
	wait_states("a", "RUNNING RUNNING RUNNING");
	pid = host_pid("a");
	before = cw_clock_ms();
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_number("a", 0, "restarts", 1);
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	wait_states("a", "RUNNING RUNNING RUNNING"); /* its neighbour was no culprit */
	CU_ASSERT_EQUAL(kill(pid, 0), -1);
	before = cw_clock_ms();
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	CU_ASSERT_EQUAL(worker_number("host_kills"), 2);
}

static void test_failure__delete_waits_for_the_end_and_others_for_the_delete(void)
{
	int64_t before;
	pid_t pid;

	start_worker();
	create("a", "{'fake.stop':'deaf'}");
	wait_states("a", "RUNNING RUNNING");
	pid = host_pid("a");
	before = cw_clock_ms();
	ok(CW_OP_DELETE, "a");
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	CU_ASSERT_EQUAL(kill(pid, 0), -1);
	wait_states("a", "gone");
}

static void test_failure__a_host_that_closes_its_connection_is_not_trusted(void)
{
	start_worker();
	create("a", "{'fake.task':'exit'}");
	wait_states("a", "RUNNING FAILED");
	expect_trace("a", 0, "exited with status 3");
	CU_ASSERT_EQUAL(worker_number("host_crashes"), 1);
}

/* What the store cannot take now is kept and stored later; the host is told only then. */
static void test_failure__offsets_wait_for_a_full_disk(void)
{
	struct rlimit limit, full;
	int64_t until;

	start_worker();
	create("a", "{}");
	wait_number("a", 0, "stored", 1);
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
	full = (struct rlimit){ 4096, limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &full), 0);
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 0, 0, NULL));
	wait_number("a", 0, "restarts", 1);
	wait_states("a", "RUNNING RUNNING");
	expect_error(create_in("b", "{}", NULL), CW_ERR_RETRIABLE, "The configuration of connector b cannot be stored: ");
	expect_error(call(CW_OP_PAUSE, "a"), CW_ERR_RETRIABLE, "state file ");
	for (until = cw_clock_ms() + 300; cw_clock_ms() < until;)
		CU_ASSERT_EQUAL(number_of("a", 0, "stored"), 1);
	wait_states("a", "RUNNING RUNNING"); /* what could not be stored has not happened */
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
	wait_number("a", 0, "stored", 2);
	create("b", "{}");
}

/* ---- bounded work -------------------------------------------------------------------------- */

static void test_completed__the_host_goes_and_the_numbers_stay(void)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	start_worker();
	create("a", "{'tasks.max':'2','fake.task':'complete'}");
	wait_states("a", "RUNNING COMPLETED COMPLETED");
	while (worker_number("hosts") > 0 && look_again(deadline))
		;
	CU_ASSERT_EQUAL(worker_number("hosts"), 0);
	CU_ASSERT_TRUE(number_of("a", 1, "pid") > 0);
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED COMPLETED COMPLETED");
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING COMPLETED COMPLETED");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 1, 0, NULL));
	wait_number("a", 1, "restarts", 1);
	wait_states("a", "RUNNING COMPLETED COMPLETED");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 0);
	CU_ASSERT_EQUAL(worker_number("host_starts"), 2);
}

/* ---- validation and plugins ---------------------------------------------------------------- */

static void test_validate__refusals(void)
{
	static const struct {
		const char *body; /* single quotes */
		enum cw_error_code code;
		const char *words;
	} cases[] = {
		{ "[]", CW_ERR_INVALID, "must be a JSON object" },
		{ "{'name':'x','konfig':{}}", CW_ERR_INVALID, "Unrecognized field \"konfig\"" },
		{ "{'name':['x'],'config':{}}", CW_ERR_INVALID, "\"name\" must be a string" },
		{ "{'name':'x'}", CW_ERR_INVALID, "config is missing" },
		{ "{'name':'x','config':[]}", CW_ERR_INVALID, "config is" },
		{ "{'name':'x','config':{'k':{}}}", CW_ERR_INVALID, "k" },
		{ "{'config':{'k':'v'}}", CW_ERR_INVALID,
		  "Invalid value  for configuration name: String may not be empty" },
		{ "{'name':'  ','config':{'k':'v'}}", CW_ERR_INVALID, "contains the following 1 error(s):\nInvalid value  for" },
		{ "{'config':{'name':'x'}}", CW_ERR_INVALID,
		  "Connector name configuration (x) doesn't match connector name in the URL ()" },
		{ "{'name':'y','config':{'name':'x'}}", CW_ERR_INVALID, "(x) doesn't match connector name in the URL (y)" },
		{ "{'name':'a/b','config':{'k':'v'}}", CW_ERR_INVALID, "no REST path could reach it" },
		{ "{'name':'x','config':{'secret':'hunter2'}}", CW_ERR_INVALID,
		  "Connector config {secret, name} contains no connector type" },
		{ "{'name':'x','config':{'connector.class':'Fae'}}", CW_ERR_INVALID,
		  "Failed to find any class that implements Connector and which name matches Fae" },
		{ "{'name':'x','config':{'connector.class':'FakeSource','fake.validate':'error'}}", CW_ERR_INVALID,
		  "Connector configuration is invalid and contains the following 2 error(s):\nInvalid value x for "
		  "configuration topic: it is no topic\nAnother error\nYou can also find the above list of errors at the "
		  "endpoint `/connector-plugins/{connectorType}/config/validate`" },
		{ "{'name':'x','config':{'connector.class':'FakeSource','fake.validate':'crash'}}", CW_ERR_FATAL,
		  "The configuration of connector x cannot be validated: connect-host --validate was ended by signal 11" },
		{ "{'name':'x','config':{'connector.class':'FakeSource','fake.validate':'fail'}}", CW_ERR_FATAL,
		  "the fake has no answer" },
	};
	struct cw_answer answer;

	start_worker();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CW_AUTO_FREE char *json = cw_strdup(cases[i].body);

		for (char *p = json; *p; p++)
			if (*p == '\'')
				*p = '"';
		expect_error(call_body(CW_OP_CREATE, NULL, json_loads(json, 0, NULL)), cases[i].code, cases[i].words);
	}
	answer = call(CW_OP_LIST, NULL);
	CU_ASSERT_EQUAL(json_array_size(answer.body), 0);
	json_decref(answer.body);
	create("x", "{'fake.validate':'warn'}");
	expect_error(create_in("x", "{}", NULL), CW_ERR_CONFLICT, "Connector x already exists");
	expect_error(call_body(CW_OP_PUT_CONFIG, "x", config_of("{'fake.validate':'error'}")), CW_ERR_INVALID, "2 error(s)");
	expect_error(call_body(CW_OP_PUT_CONFIG, "x", config_of("{'name':'y'}")), CW_ERR_INVALID, "(y) doesn't match");
	expect_error(call_body(CW_OP_PATCH_CONFIG, "x", json_pack("{sn}", "name")), CW_ERR_INVALID,
		     "Missing required configuration \"name\" which has no default value.");
	expect_error(call_body(CW_OP_PATCH_CONFIG, "x", json_pack("{ss}", "name", "y")), CW_ERR_INVALID, "doesn't match");
	expect_error(call_body(CW_OP_PATCH_CONFIG, "y", json_object()), CW_ERR_NOT_FOUND, "Connector y not found");
	answer = call(CW_OP_GET_CONFIG, "x");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "fake.validate")), "warn");
	json_decref(answer.body);
}

static void test_validate__answers_config_infos(void)
{
	struct cw_answer answer;

	start_worker();
	answer = call_body(CW_OP_VALIDATE, "FakeSource", config_of("{'fake.validate':'error'}"));
	CU_ASSERT_EQUAL(answer.error.code, CW_ERR_NONE);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer.body, "error_count")), 2);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "name")), "FakeSource");
	CU_ASSERT_PTR_NULL(json_object_get(answer.body, "type"));
	json_decref(answer.body);
	expect_error(call_body(CW_OP_VALIDATE, "FakeSink", config_of("{}")), CW_ERR_INVALID,
		     "Included connector type FakeSource does not match request type FakeSink");
	expect_ok(call_body(CW_OP_VALIDATE, "FakeSink", config_of("{'connector.class':'org.example.FakeSinkConnector'}")));
	expect_error(call_body(CW_OP_VALIDATE, "Nope", config_of("{'connector.class':'Nope'}")), CW_ERR_NOT_FOUND, "Nope");
	expect_error(call_body(CW_OP_VALIDATE, "FakeSource", json_object()), CW_ERR_INVALID, "contains no connector type");
	expect_error(call_body(CW_OP_VALIDATE, "FakeSource", config_of("{'fake.validate':'garbage'}")), CW_ERR_FATAL,
		     "cannot be validated: connect-host --validate answered with something that is not JSON");
}

static void test_validate__one_that_hangs_delays_nobody(void)
{
	struct cw_request request = { .op = CW_OP_CREATE };
	struct cw_answer answer;

	open_worker();
	w.herder->validate_timeout_ms = 1500;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&w.thread, NULL, run_herder, w.herder), 0);
	w.runs = true;
	request.body = json_pack("{sss{ssss}}", "name", "slow", "config", "connector.class", "FakeSource", "fake.validate",
				 "hang");
	cw_herder_call(w.herder, &request, 100, &answer);
	expect_error(answer, CW_ERR_RETRIABLE,
		     "Request timed out. The worker is currently validating the configuration of connector slow, which began at 2");
	create("quick", "{}");
	wait_states("quick", "RUNNING RUNNING");
	expect_error(call(CW_OP_STATUS, "slow"), CW_ERR_NOT_FOUND, "No status");
	/* Waits behind the first, which is refused at last. */
	expect_error(create_in("slow", "{}", "STOP"), CW_ERR_INVALID, "initial_state");
	create("slow", "{}");
	wait_states("slow", "RUNNING RUNNING");
	json_decref((json_t *)request.body);
}

static void test_plugins__are_listed(void)
{
	struct cw_answer answer;
	json_t *wanted = json_pack("[{ssssss}{ssssss}]", "class", "org.example.FakeSinkConnector", "type", "sink", "version",
				   "1.3", "class", "org.example.FakeSource", "type", "source", "version", "1.2");

	start_worker();
	answer = call(CW_OP_PLUGINS, NULL);
	CU_ASSERT_TRUE(json_equal(answer.body, wanted));
	json_decref(answer.body);
	json_decref(wanted);
	answer = call(CW_OP_PLUGIN_CONFIG, "FakeSource");
	CU_ASSERT_EQUAL(json_array_size(answer.body), 1);
	json_decref(answer.body);
	expect_ok(call(CW_OP_PLUGIN_CONFIG, "org.example.FakeSource"));
	expect_ok(call(CW_OP_PLUGIN_CONFIG, "FakeSink"));
	expect_ok(call(CW_OP_PLUGIN_CONFIG, "FakeSinkConnector"));
	expect_error(call(CW_OP_PLUGIN_CONFIG, "Source"), CW_ERR_NOT_FOUND, "Unknown plugin Source.");
}

static void test_plugins__a_scan_that_crashes_is_an_error_and_nothing_more(void)
{
	json_object_set_new(w.settings, "fake.plugins", json_string("crash"));
	start_worker();
	expect_error(call(CW_OP_PLUGINS, NULL), CW_ERR_FATAL,
		     "The plugins cannot be listed: connect-host --plugins was ended by signal 11");
	create("a", "{}");
	wait_states("a", "RUNNING RUNNING");
}

/* ---- concurrency --------------------------------------------------------------------------- */

struct creator {
	pthread_t thread;
	enum cw_error_code code;
	int number;
};

static void *create_same(void *arg)
{
	struct creator *creator = arg;
	struct cw_answer answer = create_in("same", "{}", NULL);

	creator->code = answer.error.code;
	json_decref(answer.body);
	return NULL;
}

static void test_concurrency__of_many_creates_of_one_name_one_wins(void)
{
	struct creator creators[8];
	int won = 0, lost = 0;

	start_worker();
	for (int i = 0; i < 8; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&creators[i].thread, NULL, create_same, &creators[i]), 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(creators[i].thread, NULL);
		won += creators[i].code == CW_ERR_NONE;
		lost += creators[i].code == CW_ERR_CONFLICT;
	}
	CU_ASSERT_EQUAL(won, 1);
	CU_ASSERT_EQUAL(lost, 7);
}

static void *torment(void *arg)
{
	static const enum cw_op ops[] = { CW_OP_PAUSE, CW_OP_RESUME, CW_OP_RESTART,	 CW_OP_STOP,
					  CW_OP_RESUME, CW_OP_STATUS, CW_OP_METRICS, CW_OP_RESTART_TASK };
	struct creator *creator = arg;
	CW_AUTO_FREE char *name = cw_format("c%d", creator->number % 2);

	for (int i = 0; i < 40; i++) {
		struct cw_answer answer = i == 20 && creator->number == 0 ?
						  call(CW_OP_DELETE, name) :
						  call_with(ops[(i + creator->number) % 8], name, i % 2,
							    i % 3 ? CW_OP_INCLUDE_TASKS : 0, NULL);

		json_decref(answer.body);
		if (i % 10 == 5) {
			answer = call_body(CW_OP_PUT_CONFIG, name, json_pack("{sssi}", "connector.class", "FakeSource", "n", i));
			json_decref(answer.body);
		}
	}
	return NULL;
}

/* Whatever order they come in: in the end both run as asked. */
static void test_concurrency__requests_of_all_kinds_at_once(void)
{
	struct creator creators[6];

	start_worker();
	create("c0", "{'tasks.max':2}");
	create("c1", "{'tasks.max':2,'fake.task.1':'crash'}");
	for (int i = 0; i < 6; i++) {
		creators[i].number = i;
		CU_ASSERT_EQUAL_FATAL(pthread_create(&creators[i].thread, NULL, torment, &creators[i]), 0);
	}
	for (int i = 0; i < 6; i++)
		pthread_join(creators[i].thread, NULL);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "c1" : "c0";

		expect_ok(call_body(CW_OP_PUT_CONFIG, name, config_of("{'final':'yes'}")));
		ok(CW_OP_RESUME, name);
		expect_ok(call_with(CW_OP_RESTART, name, 0, CW_OP_INCLUDE_TASKS, NULL));
		wait_states(name, "RUNNING RUNNING");
	}
}

/* ---- the end of the worker ----------------------------------------------------------------- */

static void test_end__drains_and_kills_what_is_late(void)
{
	pid_t deaf, good;
	int64_t before;

	start_worker();
	create("deaf", "{'fake.stop':'deaf'}");
	create("good", "{}");
	wait_states("deaf", "RUNNING RUNNING");
	wait_states("good", "RUNNING RUNNING");
	deaf = host_pid("deaf");
	good = host_pid("good");
	before = cw_clock_ms();
	stop_worker();
	CU_ASSERT_TRUE(cw_clock_ms() - before >= GRACE_MS);
	CU_ASSERT_TRUE(cw_clock_ms() - before < GRACE_MS + 2000);
	CU_ASSERT_EQUAL(kill(deaf, 0), -1);
	CU_ASSERT_EQUAL(kill(good, 0), -1);
}

static void test_end__a_second_request_ends_at_once(void)
{
	int64_t before;

	json_object_set_new(w.settings, "task.shutdown.graceful.timeout.ms", json_string("60000"));
	start_worker();
	create("deaf", "{'fake.stop':'deaf'}");
	wait_states("deaf", "RUNNING RUNNING");
	before = cw_clock_ms();
	cw_herder_stop(w.herder);
	stop_worker();
	CU_ASSERT_TRUE(cw_clock_ms() - before < 10000);
}

static void test_end__requests_under_way_are_told(void)
{
	struct cw_answer answer;

	json_object_set_new(w.settings, "task.shutdown.graceful.timeout.ms", json_string("60000"));
	start_worker();
	create("deaf", "{'fake.stop':'deaf'}");
	wait_states("deaf", "RUNNING RUNNING");
	cw_herder_stop(w.herder);
	answer = call(CW_OP_HEALTH, NULL);
	while (strcmp(json_string_value(json_object_get(answer.body, "status")), "unhealthy") != 0) {
		json_decref(answer.body);
		answer = call(CW_OP_HEALTH, NULL);
	}
	json_decref(answer.body);
	expect_error(create_in("x", "{}", NULL), CW_ERR_FATAL, "Worker is shutting down");
	expect_ok(call(CW_OP_STATUS, "deaf"));
	cw_herder_stop(w.herder);
	pthread_join(w.thread, NULL);
	expect_error(call(CW_OP_STATUS, "deaf"), CW_ERR_FATAL, "Worker is shutting down");
	cw_herder_free(w.herder);
	cw_worker_config_free(&w.config);
	w.runs = false;
}

/* A kill -9 of the worker: everything acknowledged is there again, and its hosts are gone first. */
static void test_end__a_killed_worker_loses_nothing(void)
{
	int fds[2], status;
	char byte;
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		start_worker();
		create("a", "{'tasks.max':'2'}");
		wait_number("a", 0, "stored", 1);
		wait_number("a", 1, "stored", 1);
		ok(CW_OP_PAUSE, "a");
		if (write(fds[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	CU_ASSERT_EQUAL(read(fds[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(fds[0]);
	close(fds[1]);
	start_worker();
	wait_states("a", "PAUSED PAUSED PAUSED");
	ok(CW_OP_RESUME, "a");
	wait_states("a", "RUNNING RUNNING RUNNING");
	wait_number("a", 0, "stored", 1);
	struct cw_answer answer = call(CW_OP_OFFSETS, "a");
	char *text = json_dumps(answer.body, JSON_COMPACT);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "{\"partition\":{\"p\":0},\"offset\":{\"n\":2}}"));
	free(text);
	json_decref(answer.body);
}

static void test_end__waits_for_the_hosts_of_an_earlier_worker(void)
{
	int earlier;

	start_worker();
	create("a", "{}");
	wait_states("a", "RUNNING RUNNING");
	stop_worker();
	earlier = cw_hosts_lock_open(w.state, NULL);
	CU_ASSERT_TRUE(cw_hosts_lock_try(earlier));
	start_worker();
	wait_states("a", "UNASSIGNED UNASSIGNED");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 0);
	close(earlier); /* the last of them has ended */
	wait_states("a", "RUNNING RUNNING");
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "create, pause, resume, stop, delete", test_life__create_pause_resume_stop_delete },
		{ "views are those of the contract", test_life__views_are_those_of_the_contract },
		{ "initial states", test_life__initial_states },
		{ "an unchanged config restarts nothing", test_life__an_unchanged_config_restarts_nothing },
		{ "connectors survive the worker", test_life__survives_the_worker },
		{ "offsets are stored and given back", test_life__offsets_are_stored_and_given_back },
		{ "tasks start paused when it is paused", test_life__tasks_start_paused_when_it_is_paused_meanwhile },
		{ "a crash fails its tasks and nothing else", test_failure__a_crash_fails_its_tasks_and_nothing_else },
		{ "a failed task stays failed until it is restarted",
		  test_failure__a_failed_task_stays_failed_until_it_is_restarted },
		{ "restart answers with the chosen ones RESTARTING",
		  test_failure__restart_answers_with_the_chosen_ones_restarting },
		{ "a connector that cannot start says why", test_failure__a_connector_that_cannot_start_says_why },
		{ "a start that hangs is ended", test_failure__a_start_that_hangs_is_ended },
		{ "a restart of the connector object can fail", test_failure__a_restart_of_the_connector_object_can_fail },
		{ "a task that does not stop is killed by its deadline",
		  test_failure__a_task_that_does_not_stop_is_killed_by_its_deadline },
		{ "delete waits for the end", test_failure__delete_waits_for_the_end_and_others_for_the_delete },
		{ "a host that exits fails its tasks", test_failure__a_host_that_closes_its_connection_is_not_trusted },
		{ "offsets wait for a full disk", test_failure__offsets_wait_for_a_full_disk },
		{ "completed: the host goes and the numbers stay", test_completed__the_host_goes_and_the_numbers_stay },
		{ "bad configs are refused", test_validate__refusals },
		{ "validate answers ConfigInfos", test_validate__answers_config_infos },
		{ "a validation that hangs delays nobody", test_validate__one_that_hangs_delays_nobody },
		{ "plugins are listed", test_plugins__are_listed },
		{ "a scan that crashes is an error and nothing more",
		  test_plugins__a_scan_that_crashes_is_an_error_and_nothing_more },
		{ "of many creates of one name one wins", test_concurrency__of_many_creates_of_one_name_one_wins },
		{ "requests of all kinds at once", test_concurrency__requests_of_all_kinds_at_once },
		{ "the end drains and kills what is late", test_end__drains_and_kills_what_is_late },
		{ "a second request ends at once", test_end__a_second_request_ends_at_once },
		{ "requests under way are told", test_end__requests_under_way_are_told },
		{ "a killed worker loses nothing", test_end__a_killed_worker_loses_nothing },
		{ "waits for the hosts of an earlier worker", test_end__waits_for_the_hosts_of_an_earlier_worker },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ .pName = "herder", .pSetUpFunc = set_up, .pTearDownFunc = tear_down, .pTests = tests },
		CU_SUITE_INFO_NULL,
	};
	char self[PATH_MAX] = "";

	if (fake_host_is(argc, argv))
		return fake_host_main(argc, argv);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return EXIT_FAILURE;
	setenv("CONNECT_WORKER_HOST", self, 1);
	return cw_test_main(suites);
}
