#include "herder_fixture.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fake_host.h"

/* ---- a worker without REST ----------------------------------------------------------------- */

struct test_worker w;

static void *run_herder(void *arg)
{
	cw_herder_run(arg);
	return NULL;
}

void open_worker(void)
{
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_json(w.settings, &w.config, &err), 0);
	w.herder = cw_herder_new(&w.config, "here:8083", &err);
	if (!w.herder)
		fprintf(stderr, "%s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w.herder);
}

void run_worker(void)
{
	CU_ASSERT_EQUAL_FATAL(pthread_create(&w.thread, NULL, run_herder, w.herder), 0);
	w.runs = true;
}

void start_worker(void)
{
	open_worker();
	run_worker();
}

void stop_worker(void)
{
	if (!w.runs)
		return;
	cw_herder_stop(w.herder);
	pthread_join(w.thread, NULL);
	cw_herder_free(w.herder);
	cw_worker_config_free(&w.config);
	w.runs = false;
}

void set_up(void)
{
	const char *tmp = getenv("TMPDIR");

	w.folder = cw_format("%s/test_herder.XXXXXX", tmp ? tmp : "/tmp");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(w.folder));
	w.state = cw_format("%s/s.db", w.folder);
	w.settings = json_pack("{ssssss}", "offset.storage.file.filename", w.state, "task.shutdown.graceful.timeout.ms",
			       "400", "task.restart.attempts.max", "0");
}

void tear_down(void)
{
	static const char *const names[] = { "s.db", "s.db-wal", "s.db-shm", "s.db.lock", "s.db.hosts", "starts", "asked", "gate", "soon", "guests",
					     "installed" };

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

struct cw_answer call_with_timeout(enum cw_op op, const char *name, int64_t timeout_ms)
{
	struct cw_request request = { .op = op, .name = name };
	struct cw_answer answer;

	cw_herder_call(w.herder, &request, timeout_ms, &answer);
	return answer;
}

struct cw_answer call_with(enum cw_op op, const char *name, int task, uint32_t flags, const json_t *body)
{
	struct cw_request request = { .op = op, .flags = flags, .name = name, .task = task, .body = body };
	struct cw_answer answer;

	cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
	return answer;
}

void expect_ok(struct cw_answer answer)
{
	if (answer.error.code)
		fprintf(stderr, "\nunexpected: %s\n", answer.error.text);
	CU_ASSERT_EQUAL(answer.error.code, CW_ERR_NONE);
	cw_answer_free(&answer);
}

void expect_error(struct cw_answer answer, enum cw_error_code code, const char *words)
{
	if (answer.error.code != code || !strstr(answer.error.text, words))
		fprintf(stderr, "\nfound  %d %s\nwanted %d %s\n", answer.error.code, answer.error.text, code, words);
	CU_ASSERT_EQUAL(answer.error.code, code);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.error.text, words));
	CU_ASSERT_TRUE(!answer.body || json_is_string(answer.body));
	cw_answer_free(&answer);
}

/* Takes body. */
struct cw_answer call_body(enum cw_op op, const char *name, json_t *body)
{
	struct cw_answer answer = call_with(op, name, 0, 0, body);

	json_decref(body);
	return answer;
}

struct cw_answer call(enum cw_op op, const char *name)
{
	return call_with(op, name, 0, 0, NULL);
}

void ok(enum cw_op op, const char *name)
{
	expect_ok(call(op, name));
}

json_t *parsed(const char *text)
{
	CW_AUTO_FREE char *json = cw_strdup(text);
	json_t *value;

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	value = json_loads(json, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return value;
}

void expect_body(struct cw_answer answer, const char *wanted)
{
	json_t *want = parsed(wanted);
	char *found = json_dumps(answer.body, JSON_COMPACT);

	if (!json_equal(answer.body, want))
		fprintf(stderr, "\nfound  %s %s\nwanted %s\n", found ? found : "", answer.error.text, wanted);
	CU_ASSERT_TRUE(json_equal(answer.body, want));
	free(found);
	json_decref(want);
	json_decref(answer.body);
}

/* A config from JSON with single quotes, with a class of ours unless it names one. */
json_t *config_of(const char *text)
{
	json_t *config = parsed(text);

	if (!json_object_get(config, "connector.class"))
		json_object_set_new(config, "connector.class", json_string("FakeSource"));
	return config;
}

struct cw_answer create_in(const char *name, const char *config, const char *state)
{
	return call_body(CW_OP_CREATE, NULL,
			 json_pack("{sssoss*}", "name", name, "config", config_of(config), "initial_state", state));
}

void create(const char *name, const char *config)
{
	expect_ok(create_in(name, config, NULL));
}

/* Between two looks at a condition: the machine is shared. */
bool look_again(int64_t deadline)
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
								       json_object_get(answer.body,
										       "connector"), "state")));
	json_array_foreach(json_object_get(answer.body, "tasks"), i, task) {
		n = strlen(out);
		snprintf(out + n, size - n, " %s", json_string_value(json_object_get(task, "state")));
	}
	json_decref(answer.body);
}

void wait_states(const char *name, const char *wanted)
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

void expect_trace(const char *name, int task, const char *words)
{
	CW_AUTO_FREE char *trace = trace_of(name, task);

	if (!strstr(trace, words))
		fprintf(stderr, "\nfound  %s\nwanted %s\n", trace, words);
	CU_ASSERT_PTR_NOT_NULL(strstr(trace, words));
}

/* A number of a task: its metric, or "restarts". -1: not there. */
json_int_t number_of(const char *name, int task, const char *what)
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

json_int_t worker_number(const char *what)
{
	struct cw_answer answer = call(CW_OP_METRICS, NULL);
	json_int_t number =
		json_integer_value(json_object_get(json_object_get(json_object_get(answer.body, "worker"), what),
						   "value"));

	json_decref(answer.body);
	return number;
}

void wait_number(const char *name, int task, const char *what, json_int_t wanted)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (number_of(name, task, what) != wanted && look_again(deadline))
		;
	CU_ASSERT_EQUAL(number_of(name, task, what), wanted);
}

pid_t host_pid(const char *name)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_int_t pid;

	while ((pid = number_of(name, 0, "pid")) <= 0 && look_again(deadline))
		;
	return (pid_t)pid;
}

/* A new host has spoken. */
void wait_other_host(const char *name, pid_t old)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (host_pid(name) == old && look_again(deadline))
		;
	CU_ASSERT_NOT_EQUAL(host_pid(name), old);
}

char *read_file(const char *name)
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

json_t *starts_config(const char *more)
{
	json_t *config = config_of(more);

	json_object_set_new(config, "fake.starts", json_sprintf("%s/starts", w.folder));
	return config;
}

int herder_test_main(int argc, char **argv, CU_TestInfo *tests)
{
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
