/* What can be seen of connectors while they run: the topics that they use, and what they log. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

/* ---- the cluster ---------------------------------------------------------------------------- */

static void expect_cluster(const char *id)
{
	struct cw_answer answer = call(CW_OP_SERVER_INFO, NULL);
	const char *found = json_string_value(json_object_get(answer.body, "kafka_cluster_id"));

	CU_ASSERT_STRING_EQUAL(found ? found : "null", id);
	cw_answer_free(&answer);
}

static const char *reachable(void)
{
	static const char *const words[] = { "unknown", "reachable", "unreachable" };
	struct cw_answer answer = call(CW_OP_HEALTH, NULL);
	const char *word = json_string_value(json_object_get(answer.body, "kafka")), *known = "?";

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "status")), "healthy");
	for (size_t i = 0; word && i < 3; i++)
		known = strcmp(word, words[i]) == 0 ? words[i] : known;
	cw_answer_free(&answer);
	return known;
}

static void wait_reachable(const char *word)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;

	while (strcmp(reachable(), word) != 0 && look_again(deadline))
		;
	CU_ASSERT_STRING_EQUAL(reachable(), word);
}

static void test_cluster__its_id_is_asked_for(void)
{
	start_worker();
	expect_cluster("fake-cluster");
	CU_ASSERT_STRING_EQUAL(reachable(), "reachable");
}

/* Nobody waits long for it, and that it is away does not make the worker ill. */
static void test_cluster__one_that_does_not_answer(void)
{
	static const char *const hows[] = { "none", "fail", "garbage", "crash" };

	for (size_t i = 0; i < sizeof(hows) / sizeof(*hows); i++) {
		json_object_set_new(w.settings, "fake.cluster", json_string(hows[i]));
		start_worker();
		expect_cluster("null");
		wait_reachable("unreachable");
		expect_cluster("null");
		stop_worker();
	}
	json_object_set_new(w.settings, "fake.cluster", json_string("hang"));
	start_worker();
	expect_cluster("null");
	CU_ASSERT_STRING_EQUAL(reachable(), "unknown");
}

/* ---- topics -------------------------------------------------------------------------------- */

/* Waits until the connector's topics are these. */
static void wait_topics(const char *name, const char *wanted)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_t *want = parsed(wanted);
	bool same;

	do {
		struct cw_answer answer = call(CW_OP_TOPICS, name);

		same = json_equal(json_object_get(json_object_get(answer.body, name), "topics"), want);
		json_decref(answer.body);
	} while (!same && look_again(deadline));
	CU_ASSERT_TRUE(same);
	json_decref(want);
}

static void test_topics__are_kept_over_changes_and_restarts(void)
{
	start_worker();
	create("c", "{'fake.topics':'t','tasks.max':'2'}");
	wait_topics("c", "['t']");
	expect_ok(call_body(CW_OP_PUT_CONFIG, "c", config_of("{'fake.topics':'u'}")));
	wait_topics("c", "['t','u']");
	ok(CW_OP_STOP, "c");
	wait_states("c", "STOPPED");
	wait_topics("c", "['t','u']");
	stop_worker();
	start_worker();
	expect_body(call(CW_OP_TOPICS, "c"), "{'c':{'topics':['t','u']}}");
}

static void test_topics__reset_forgets_and_the_host_tells_again(void)
{
	start_worker();
	create("c", "{'fake.topics':'t'}");
	wait_topics("c", "['t']");
	ok(CW_OP_RESET_TOPICS, "c");
	wait_topics("c", "['again']");
	ok(CW_OP_STOP, "c");
	wait_states("c", "STOPPED");
	ok(CW_OP_RESET_TOPICS, "c"); /* there is no host to be told */
	expect_body(call(CW_OP_TOPICS, "c"), "{'c':{'topics':[]}}");
}

static void test_topics__go_with_their_connector(void)
{
	start_worker();
	create("c", "{'fake.topics':'t'}");
	wait_topics("c", "['t']");
	ok(CW_OP_DELETE, "c");
	expect_body(call(CW_OP_TOPICS, "c"), "{'c':{'topics':[]}}"); /* as of one that never was */
	ok(CW_OP_RESET_TOPICS, "c");
}

static void expect_forbidden(enum cw_op op, const char *words)
{
	struct cw_answer answer = call(op, "c");

	CU_ASSERT_EQUAL(answer.refusal, CW_REFUSAL_FORBIDDEN);
	expect_error(answer, CW_ERR_CONFLICT, words);
}

static void test_topics__are_not_kept_when_tracking_is_disabled(void)
{
	json_object_set_new(w.settings, "topic.tracking.enable", json_string("false"));
	start_worker();
	create("c", "{'fake.topics':'t'}");
	wait_number("c", 0, "stored", 1); /* told before the metrics were */
	expect_forbidden(CW_OP_TOPICS, "Topic tracking is disabled.");
	expect_forbidden(CW_OP_RESET_TOPICS, "Topic tracking is disabled.");
	stop_worker();
	json_object_set_new(w.settings, "topic.tracking.enable", json_string("true"));
	json_object_set_new(w.settings, "topic.tracking.allow.reset", json_string("false"));
	open_worker();
	{
		json_t *topics = cw_store_get_topics(w.herder->store, "c", NULL);

		CU_ASSERT_EQUAL(json_array_size(topics), 0);
		json_decref(topics);
	}
	run_worker();
	wait_topics("c", "['t']");
	expect_forbidden(CW_OP_RESET_TOPICS, "Topic tracking reset is disabled.");
	wait_topics("c", "['t']");
}

/* ---- processes ----------------------------------------------------------------------------- */

static double usage_of(const json_t *owner, const char *name)
{
	return json_number_value(json_object_get(json_object_get(json_object_get(owner, "metrics"), name), "value"));
}

static void test_metrics__say_what_each_process_uses(void)
{
	struct cw_answer answer;
	const json_t *connectors;

	start_worker();
	create("runs", "{}");
	create("stopped", "{}");
	ok(CW_OP_STOP, "stopped");
	wait_states("stopped", "STOPPED");
	wait_states("runs", "RUNNING RUNNING");
	answer = call(CW_OP_METRICS, NULL);
	connectors = json_object_get(answer.body, "connectors");
	CU_ASSERT_TRUE(usage_of(json_object_get(connectors, "runs"), "resident_memory_bytes") > 100000);
	CU_ASSERT_PTR_NOT_NULL(json_object_get(json_object_get(json_object_get(connectors, "runs"), "metrics"), "cpu_seconds"));
	CU_ASSERT_PTR_NULL(json_object_get(json_object_get(connectors, "stopped"), "metrics"));
	CU_ASSERT_PTR_NOT_NULL(json_object_get(json_object_get(answer.body, "process"), "cpu_seconds"));
	json_decref(answer.body);
}

/* ---- loggers ------------------------------------------------------------------------------- */

/* "name=LEVEL" in the order of the answer, with a "*" behind those whose level was set. */
static void expect_levels(const char *wanted)
{
	struct cw_answer answer = call(CW_OP_LOGGERS, NULL);
	struct cw_buf found = { 0 };
	const char *name;
	json_t *logger;

	json_object_foreach(answer.body, name, logger) {
		const json_t *modified = json_object_get(logger, "last_modified");
		json_int_t age = cw_clock_epoch_ms() - json_integer_value(modified);

		cw_buf_printf(&found, "%s%s=%s%s", found.n ? " " : "", name,
			      json_string_value(json_object_get(logger, "level")), json_is_null(modified) ? "" : "*");
		CU_ASSERT_TRUE(json_is_null(modified) || (age >= 0 && age < DEADLINE_MS));
	}
	if (strcmp(found.p, wanted) != 0)
		fprintf(stderr, "\nfound  %s\nwanted %s\n", found.p, wanted);
	CU_ASSERT_STRING_EQUAL(found.p, wanted);
	cw_buf_free(&found);
	json_decref(answer.body);
}

static void set_level(const char *logger, const char *level, const char *changed)
{
	expect_body(call_body(CW_OP_SET_LOGGER, logger, json_pack("{ss}", "level", level)), changed);
}

static void test_loggers__have_the_level_of_what_is_above_them(void)
{
	start_worker();
	create("b", "{}");
	create("a.x", "{}");
	expect_levels("connectors=INFO connectors.a.x=INFO connectors.b=INFO root=INFO worker=INFO");
	set_level("connectors", "debug", "['connectors','connectors.a.x','connectors.b']");
	expect_levels("connectors=DEBUG* connectors.a.x=DEBUG* connectors.b=DEBUG* root=INFO worker=INFO");
	create("c", "{}");
	expect_levels("connectors=DEBUG* connectors.a.x=DEBUG* connectors.b=DEBUG* connectors.c=DEBUG root=INFO "
		      "worker=INFO");
	set_level("connectors.b", "oFf", "['connectors.b']");
	set_level("org.apache.kafka", "TRACE", "['org.apache.kafka']");
	set_level("org", "WARN", "['org','org.apache.kafka']");
	ok(CW_OP_DELETE, "a.x");
	expect_levels("connectors=DEBUG* connectors.b=OFF* connectors.c=DEBUG org=WARN* org.apache.kafka=WARN* "
		      "root=INFO worker=INFO");
	set_level("root", "ERROR",
		  "['connectors','connectors.b','connectors.c','org','org.apache.kafka','root','worker']");
	expect_levels("connectors=ERROR* connectors.b=ERROR* connectors.c=ERROR* org=ERROR* org.apache.kafka=ERROR* "
		      "root=ERROR* worker=ERROR*");
	set_level("root", "INFO",
		  "['connectors','connectors.b','connectors.c','org','org.apache.kafka','root','worker']");
}

static void test_loggers__what_is_refused(void)
{
	static const char *const levels[] = { "", "VERBOSE", "DEBUG ", "3" };

	start_worker();
	expect_body(call(CW_OP_LOGGER, "root"), "{'level':'INFO','last_modified':null}");
	expect_error(call(CW_OP_LOGGER, "connectors.none"), CW_ERR_NOT_FOUND, "Logger connectors.none not found.");
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		CW_AUTO_FREE char *words = cw_format("invalid log level '%s'.", levels[i]);

		expect_error(call_body(CW_OP_SET_LOGGER, "x", json_pack("{ss}", "level", levels[i])), CW_ERR_NOT_FOUND,
			     words);
	}
	expect_error(call(CW_OP_LOGGER, "x"), CW_ERR_NOT_FOUND, "Logger x not found."); /* not made either */
	for (int i = 0; i < 997; i++) {
		CW_AUTO_FREE char *name = cw_format("x%d", i);

		expect_ok(call_body(CW_OP_SET_LOGGER, name, json_pack("{ss}", "level", "INFO")));
	}
	expect_error(call_body(CW_OP_SET_LOGGER, "y", json_pack("{ss}", "level", "INFO")), CW_ERR_INVALID,
		     "no more than 1000");
	set_level("x5", "WARN", "['x5']");
}

/* Waits until the fake has noted these levels. */
static void wait_levels(const char *wanted)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	bool same;

	do {
		CW_AUTO_FREE char *found = read_file("levels");

		same = strcmp(found, wanted) == 0;
	} while (!same && look_again(deadline));
	CU_ASSERT_TRUE(same);
}

static void test_loggers__take_effect_at_once(void)
{
	json_t *config;

	start_worker();
	config = config_of("{}");
	json_object_set_new(config, "fake.levels", json_sprintf("%s/levels", w.folder));
	expect_ok(call_body(CW_OP_PUT_CONFIG, "c", config));
	wait_levels("INFO\n");
	set_level("worker", "WARN", "['worker']");
	CU_ASSERT_EQUAL(cw_log_get_level(), CW_LOG_WARN);
	set_level("worker", "OFF", "['worker']");
	CU_ASSERT_EQUAL(cw_log_get_level(), CW_LOG_OFF);
	set_level("worker", "INFO", "['worker']");
	CU_ASSERT_EQUAL(cw_log_get_level(), CW_LOG_INFO);
	wait_levels("INFO\nINFO\nINFO\nINFO\n");
	set_level("connectors.c", "trace", "['connectors.c']");
	wait_levels("INFO\nINFO\nINFO\nINFO\nTRACE\n");
	/* A new host has it from its start. */
	expect_ok(call_with(CW_OP_RESTART, "c", 0, CW_OP_INCLUDE_TASKS, NULL));
	wait_levels("INFO\nINFO\nINFO\nINFO\nTRACE\nTRACE\n");
}

/* ---- logs ---------------------------------------------------------------------------------- */

static struct cw_answer logs_of(const char *name, int level, uint32_t flags)
{
	struct cw_request request = { .op = CW_OP_LOGS, .name = name, .flags = flags, .log_filter = { level, 100 } };
	struct cw_answer answer;

	cw_herder_call(w.herder, &request, DEADLINE_MS, &answer);
	return answer;
}

/* Waits for a line with that message; new. */
static json_t *wait_line(const char *name, const char *message)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_t *found = NULL;

	do {
		struct cw_answer answer = logs_of(name, CW_LOG_DEBUG, 0);
		json_t *line;
		size_t i;

		json_array_foreach(answer.body, i, line)
			if (!found && strcmp(json_string_value(json_object_get(line, "message")), message) == 0)
				found = json_incref(line);
		json_decref(answer.body);
	} while (!found && look_again(deadline));
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	return found;
}

static void test_logs__are_of_the_host_and_of_the_worker(void)
{
	json_t *line;

	start_worker();
	create("c", "{'fake.log':'it is said'}");
	create("d", "{'fake.log':'something else'}");
	line = wait_line("c", "it is said");
	expect_body((struct cw_answer){ .body = line },
		    "{'time':'1970-01-01T00:00:01.500Z','level':'WARN','task':0,'message':'it is said'}");
	line = wait_line("c", "RUNNING"); /* by the worker */
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(line, "level")), "INFO");
	json_decref(line);
	json_decref(wait_line("d", "something else"));
	/* Nothing of the other one, nor of what is no line. */
	expect_body(logs_of("c", CW_LOG_WARN, 0),
		    "[{'time':'1970-01-01T00:00:01.500Z','level':'WARN','task':0,'message':'it is said'}]");
	ok(CW_OP_STOP, "c");
	wait_states("c", "STOPPED");
	json_decref(wait_line("c", "STOPPED")); /* they stay */
	json_decref(wait_line("c", "it is said"));
}

static void test_logs__go_with_their_connector(void)
{
	start_worker();
	expect_error(logs_of("c", CW_LOG_DEBUG, 0), CW_ERR_NOT_FOUND, "Connector c not found");
	expect_error(logs_of("c", CW_LOG_DEBUG, CW_OP_FOLLOW), CW_ERR_NOT_FOUND, "Connector c not found");
	create("c", "{'fake.log':'it is said'}");
	json_decref(wait_line("c", "it is said"));
	expect_ok(logs_of("c", CW_LOG_DEBUG, CW_OP_FOLLOW));
	ok(CW_OP_DELETE, "c");
	expect_ok(create_in("c", "{'fake.log':'it is said'}", "STOPPED"));
	wait_states("c", "STOPPED");
	expect_body(logs_of("c", CW_LOG_WARN, 0), "[]");
}

/* ---- the watchdog -------------------------------------------------------------------------- */

/* Until the summary is that; the status. New. */
static json_t *wait_summary(const char *name, const char *wanted)
{
	int64_t deadline = cw_clock_ms() + 10000;

	for (;;) {
		json_t *status = call(CW_OP_STATUS, name).body;
		const char *summary = json_string_value(json_object_get(status, "summary_state"));

		if (summary && strcmp(summary, wanted) == 0)
			return status;
		CU_ASSERT_TRUE_FATAL(look_again(deadline));
		json_decref(status);
	}
}

static void test_watchdog__says_who_does_not_get_on_and_why(void)
{
	json_t *status, *retry;

	start_worker();
	create("a", "{'fake.stuck':'true'}");
	status = wait_summary("a", "DEGRADED");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(status, "degraded")),
			       "task 0: no progress for 75 s: TASK_PUT is being tried again (attempt 7): the store is away");
	retry = json_object_get(json_array_get(json_object_get(status, "tasks"), 0), "retry");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(retry, "attempt")), 7);
	json_decref(status);
	wait_states("a", "RUNNING RUNNING"); /* which is what Kafka Connect's clients see */
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED");
	json_decref(wait_summary("a", "PAUSED"));
	ok(CW_OP_RESUME, "a");
	status = wait_summary("a", "RUNNING");
	CU_ASSERT_PTR_NULL(json_object_get(status, "degraded"));
	json_decref(status);
}

/* Of a task that is stopped nobody says that it gets on. */
static void test_watchdog__says_what_is_waited_for(void)
{
	static const char told[] = "task 0: no progress for 75 s: its group";
	struct cw_answer answer;
	json_t *status, *line;
	size_t i;

	start_worker();
	create("a", "{'fake.stuck':'its group'}");
	status = wait_summary("a", "DEGRADED");
	CU_ASSERT_EQUAL(strncmp(json_string_value(json_object_get(status, "degraded")), told, strlen(told)), 0);
	CU_ASSERT_PTR_NULL(json_object_get(json_array_get(json_object_get(status, "tasks"), 0), "retry"));
	json_decref(status);
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	json_decref(wait_line("a", "DEGRADED: no progress for 75 s: its group"));
	answer = logs_of("a", CW_LOG_DEBUG, 0);
	json_array_foreach(answer.body, i, line)
		CU_ASSERT_STRING_NOT_EQUAL(json_string_value(json_object_get(line, "message")), "gets on again");
	json_decref(answer.body);
}

static void test_watchdog__has_the_time_that_it_is_given(void)
{
	json_t *status;

	start_worker();
	create("a", "{'fake.stuck':'true','watchdog.timeout.ms':'75001'}");
	create("b", "{'fake.stuck':'true','watchdog.timeout.ms':'0'}");
	create("c", "{'fake.stuck':'true','watchdog.timeout.ms':'75000'}");
	json_decref(wait_summary("c", "DEGRADED"));
	wait_states("a", "RUNNING RUNNING");
	wait_states("b", "RUNNING RUNNING");
	for (int i = 0; i < 2; i++) {
		status = wait_summary(i ? "b" : "a", "RUNNING");
		CU_ASSERT_PTR_NULL(json_object_get(status, "degraded"));
		json_decref(status);
	}
}

/* The fake says something only when something happens. */
static void test_watchdog__says_whose_process_is_silent(void)
{
	static const char *const well[] = { "long", "longest", "never", "idle" };
	CW_AUTO_FREE char *words = NULL;
	const char *reason;
	json_t *status;

	open_worker();
	w.herder->silence_least_ms = 100;
	run_worker();
	create("a", "{'watchdog.timeout.ms':'1'}");
	create("long", "{'watchdog.timeout.ms':'60000'}");
	create("never", "{'watchdog.timeout.ms':'0'}");
	create("longest", "{'watchdog.timeout.ms':'9223372036854775807'}");
	create("idle", "{'watchdog.timeout.ms':'1','tasks.max':'0'}"); /* it has nothing to say */
	status = wait_summary("a", "DEGRADED");
	reason = json_string_value(json_object_get(status, "degraded"));
	words = cw_format("its process (pid %ld) has said nothing for ", (long)host_pid("a"));
	CU_ASSERT_TRUE(reason && strncmp(reason, words, strlen(words)) == 0);
	json_decref(status);
	wait_states("a", "RUNNING RUNNING");
	for (size_t i = 0; i < sizeof(well) / sizeof(*well); i++)
		json_decref(wait_summary(well[i], "RUNNING"));
	/* It is heard again, and then not. */
	ok(CW_OP_PAUSE, "a");
	wait_states("a", "PAUSED PAUSED");
	ok(CW_OP_RESUME, "a");
	json_decref(wait_summary("a", "RUNNING"));
	json_decref(wait_summary("a", "DEGRADED"));
	/* That of the next process is another silence. */
	ok(CW_OP_STOP, "a");
	wait_states("a", "STOPPED");
	ok(CW_OP_RESUME, "a");
	json_decref(wait_summary("a", "RUNNING"));
	json_decref(wait_line("a", "is heard again"));
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "cluster: its id is asked for", test_cluster__its_id_is_asked_for },
		{ "cluster: one that does not answer", test_cluster__one_that_does_not_answer },
		{ "topics are kept over changes and restarts", test_topics__are_kept_over_changes_and_restarts },
		{ "topics: reset forgets, and the host tells again",
		  test_topics__reset_forgets_and_the_host_tells_again },
		{ "topics go with their connector", test_topics__go_with_their_connector },
		{ "topics are not kept when tracking is disabled",
		  test_topics__are_not_kept_when_tracking_is_disabled },
		{ "metrics say what each process uses", test_metrics__say_what_each_process_uses },
		{ "loggers have the level of what is above them", test_loggers__have_the_level_of_what_is_above_them },
		{ "loggers: what is refused", test_loggers__what_is_refused },
		{ "logs are of the host and of the worker", test_logs__are_of_the_host_and_of_the_worker },
		{ "logs go with their connector", test_logs__go_with_their_connector },
		{ "loggers take effect at once", test_loggers__take_effect_at_once },
		{ "the watchdog says who does not get on, and why", test_watchdog__says_who_does_not_get_on_and_why },
		{ "the watchdog says what is waited for", test_watchdog__says_what_is_waited_for },
		{ "the watchdog has the time that it is given", test_watchdog__has_the_time_that_it_is_given },
		{ "the watchdog says whose process is silent", test_watchdog__says_whose_process_is_silent },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
