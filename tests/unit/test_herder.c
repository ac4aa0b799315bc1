/* The life of connectors in the herder, as REST asks for it, with hosts that do their work. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "herder_fixture.h"

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
	wanted = json_pack("{sss{ssssss}s[{sisssssssi}]sssssisi}", "name", "a",
			   "connector", "state", "RUNNING", "worker_id", "here:8083", "version", "1.2",
			   "tasks", "id", 0, "state", "RUNNING", "worker_id", "here:8083", "version", "1.2", "restarts", 0,
			   "type", "source", "summary_state", "RUNNING", "generation", 1, "observed_generation", 1);
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

static void expect_generations(const char *name, json_int_t generation, json_int_t observed)
{
	struct cw_answer answer = call(CW_OP_STATUS, name);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer.body, "generation")), generation);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer.body, "observed_generation")), observed);
	json_decref(answer.body);
}

static void test_life__initial_states(void)
{
	start_worker();
	expect_ok(create_in("p", "{}", "paused"));
	expect_ok(create_in("s", "{}", "STOPPED"));
	wait_states("p", "PAUSED");
	wait_states("s", "STOPPED");
	expect_generations("p", 1, 1);
	expect_generations("s", 1, 1);
	ok(CW_OP_PAUSE, "s");
	wait_states("s", "PAUSED");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 0);
	ok(CW_OP_RESUME, "p");
	wait_states("p", "RUNNING RUNNING");
	expect_error(create_in("x", "{}", "RUN"), CW_ERR_INVALID, "must be one of RUNNING, PAUSED, STOPPED");
}

static void test_life__labels_restart_nothing(void)
{
	struct cw_answer answer;
	pid_t pid;

	start_worker();
	create("a", "{'label.team':'x'}");
	expect_ok(create_in("s", "{}", "STOPPED"));
	wait_states("a", "RUNNING RUNNING");
	pid = host_pid("a");
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'label.team':'y','label.env':'test'}")));
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'label.team':null}")));
	expect_generations("a", 3, 3);
	CU_ASSERT_EQUAL(host_pid("a"), pid);
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
	answer = call(CW_OP_GET_CONFIG, "a");
	CU_ASSERT_PTR_NULL(json_object_get(answer.body, "label.team"));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer.body, "label.env")), "test");
	json_decref(answer.body);
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "s", parsed("{'label.team':'y'}")));
	expect_generations("s", 2, 2); /* it has no tasks to make */
	/* With anything else it is a change like others. */
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'label.env':'prod','topic':'t'}")));
	wait_states("a", "RUNNING RUNNING");
	expect_generations("a", 4, 4);
	CU_ASSERT_EQUAL(worker_number("host_starts"), 2);
}

static void expect_setting(json_t *config, const char *key, const char *wanted)
{
	const char *value = json_string_value(json_object_get(config, key));

	CU_ASSERT_TRUE(value && wanted ? strcmp(value, wanted) == 0 : value == wanted);
}

/* The setting as GET shows it of the connector and of its first task. */
static void expect_settings(const char *name, const char *key, const char *wanted)
{
	struct cw_answer answer = call(CW_OP_GET_CONFIG, name);

	expect_setting(answer.body, key, wanted);
	json_decref(answer.body);
	answer = call(CW_OP_TASKS, name);
	expect_setting(json_object_get(json_array_get(answer.body, 0), "config"), key, wanted);
	json_decref(answer.body);
}

/* What the status says of the limits of the first task. */
static void wait_limit(const char *name, const char *wanted)
{
	int64_t deadline = cw_clock_ms() + DEADLINE_MS;
	json_t *limit = parsed(wanted);
	bool there;

	do {
		struct cw_answer answer = call(CW_OP_STATUS, name);

		there = json_equal(json_object_get(json_array_get(json_object_get(answer.body, "tasks"), 0), "rate_limit"),
				   limit);
		json_decref(answer.body);
	} while (!there && look_again(deadline));
	CU_ASSERT_TRUE(there);
	json_decref(limit);
}

static json_int_t connector_number(const char *name, const char *metric)
{
	struct cw_answer answer = call(CW_OP_METRICS, NULL);
	const json_t *c = json_object_get(json_object_get(answer.body, "connectors"), name);
	json_int_t value = json_integer_value(
		json_object_get(json_object_get(json_object_get(c, "metrics"), metric), "value"));

	json_decref(answer.body);
	return value;
}

static void test_life__rate_limits_restart_nothing(void)
{
	CW_AUTO_FREE char *config = cw_format("{'tasks.max':1,'fake.changes':'%s/changes'}", w.folder), *noted = NULL;
	pid_t pid;

	start_worker();
	create("a", config);
	expect_ok(create_in("s", "{}", "STOPPED"));
	wait_states("a", "RUNNING RUNNING");
	pid = host_pid("a");
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a",
			    parsed("{'rate.limit.records.per.second':'5','rate.limit.bytes.per.second':'7','label.x':'y'}")));
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'rate.limit.bytes.per.second':null}")));
	expect_generations("a", 3, 3);
	expect_settings("a", "rate.limit.records.per.second", "5");
	expect_settings("a", "rate.limit.bytes.per.second", NULL);
	expect_settings("a", "label.x", "y");
	wait_limit("a", "{'records_per_second':5,'bytes_per_second':0,'held_ms':1500}");
	CU_ASSERT_EQUAL(connector_number("a", "rate_limit_records_per_second"), 5);
	/* The connector object is not another one for that. */
	ok(CW_OP_RESTART, "a");
	wait_states("a", "RUNNING RUNNING");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 0);
	CU_ASSERT_EQUAL(host_pid("a"), pid);
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
	noted = read_file("changes");
	CU_ASSERT_STRING_EQUAL(noted, "rate.limit.records.per.second=5\nrate.limit.bytes.per.second=7\nlabel.x=y\n"
				      "rate.limit.bytes.per.second=\n");
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "s", parsed("{'rate.limit.bytes.per.second':'7'}")));
	expect_generations("s", 2, 2);
}

/* Only a host knows what a variable stands for; and whatever else changes restarts the connector. */
static void test_life__rate_limits_with_more_restart_it(void)
{
	start_worker();
	create("a", "{'tasks.max':1}");
	wait_states("a", "RUNNING RUNNING");
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'rate.limit.records.per.second':'${file:x:y}'}")));
	wait_states("a", "RUNNING RUNNING");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 2);
	expect_ok(call_body(CW_OP_PATCH_CONFIG, "a", parsed("{'rate.limit.records.per.second':'5','topic':'t'}")));
	wait_states("a", "RUNNING RUNNING");
	CU_ASSERT_EQUAL(worker_number("host_starts"), 3);
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
	wanted = json_pack("{s[{s{si}s{si}}{s{si}s{si}}]}", "offsets", "partition", "p", 0, "offset", "n", 2,
			   "partition", "p", 1, "offset", "n", 2);
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
	CU_ASSERT_EQUAL(worker_number("host_starts"), 1);
	ok(CW_OP_RESUME, "a"); /* of a run that is over: the next one */
	wait_number("a", 1, "restarts", 1);
	wait_states("a", "RUNNING COMPLETED COMPLETED");
	expect_ok(call_with(CW_OP_RESTART_TASK, "a", 1, 0, NULL));
	wait_number("a", 1, "restarts", 2);
	wait_states("a", "RUNNING COMPLETED COMPLETED");
	CU_ASSERT_EQUAL(number_of("a", 0, "restarts"), 1);
	CU_ASSERT_EQUAL(worker_number("host_starts"), 3);
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
		{ "{'name':'  ','config':{'k':'v'}}", CW_ERR_INVALID,
		  "contains the following 1 error(s):\nInvalid value  for" },
		{ "{'config':{'name':'x'}}", CW_ERR_INVALID,
		  "Connector name configuration (x) doesn't match connector name in the URL ()" },
		{ "{'name':'y','config':{'name':'x'}}", CW_ERR_INVALID,
		  "(x) doesn't match connector name in the URL (y)" },
		{ "{'name':'a/b','config':{'k':'v'}}", CW_ERR_INVALID, "which no request path could name" },
		{ "{'name':'x','config':{'secret':'hunter2'}}", CW_ERR_INVALID,
		  "Connector config {secret, name} contains no connector type" },
		{ "{'name':'x','config':{'connector.class':'Fae'}}", CW_ERR_INVALID,
		  "Failed to find any class that implements Connector and which name matches Fae" },
		{ "{'name':'x','config':{'connector.class':'FakeSource','fake.validate':'error'}}", CW_ERR_INVALID,
		  "Connector configuration is invalid and contains the following 2 error(s):\nInvalid value x for "
		  "configuration topic: it is no topic\nAnother error\nYou can also find the above list of errors at "
		  "the endpoint `/connector-plugins/{connectorType}/config/validate`" },
		{ "{'name':'x','config':{'connector.class':'FakeSource','fake.validate':'crash'}}", CW_ERR_FATAL,
		  "The configuration of connector x cannot be validated: connect-host --validate was ended by signal "
		  "11" },
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
	answer = call_body(CW_OP_PUT_CONFIG, "x", config_of("{'fake.validate':'warn','tasks.max':'1'}"));
	CU_ASSERT_EQUAL(answer.error.code, CW_ERR_NONE);
	CU_ASSERT_EQUAL(json_array_size(answer.warnings), 1);
	cw_answer_free(&answer);
	answer = call_body(CW_OP_PUT_CONFIG, "x", config_of("{'fake.validate':'errors'}"));
	CU_ASSERT_EQUAL(answer.error.code, CW_ERR_INVALID);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json_string_value(answer.body));
	CU_ASSERT_PTR_NOT_NULL(strstr(json_string_value(answer.body), "reason 40 of 40\nYou can also find"));
	cw_answer_free(&answer);
	expect_error(create_in("x", "{}", NULL), CW_ERR_CONFLICT, "Connector x already exists");
	expect_error(call_body(CW_OP_PUT_CONFIG, "x", config_of("{'fake.validate':'error'}")), CW_ERR_INVALID,
		     "2 error(s)");
	expect_error(call_body(CW_OP_PUT_CONFIG, "x", config_of("{'name':'y'}")), CW_ERR_INVALID, "(y) doesn't match");
	expect_error(call_body(CW_OP_PATCH_CONFIG, "x", json_pack("{sn}", "name")), CW_ERR_INVALID,
		     "Missing required configuration \"name\" which has no default value.");
	expect_error(call_body(CW_OP_PATCH_CONFIG, "x", json_pack("{ss}", "name", "y")), CW_ERR_INVALID,
		     "doesn't match");
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
	expect_ok(call_body(CW_OP_VALIDATE, "FakeSink",
			    config_of("{'connector.class':'org.example.FakeSinkConnector'}")));
	expect_error(call_body(CW_OP_VALIDATE, "Nope", config_of("{'connector.class':'Nope'}")), CW_ERR_NOT_FOUND,
		     "Nope");
	expect_error(call_body(CW_OP_VALIDATE, "FakeSource", json_object()), CW_ERR_INVALID,
		     "contains no connector type");
	expect_error(call_body(CW_OP_VALIDATE, "FakeSource", config_of("{'fake.validate':'garbage'}")), CW_ERR_FATAL,
		     "cannot be validated: connect-host --validate answered with something that is not JSON");
}

static void test_validate__one_that_hangs_delays_nobody(void)
{
	struct cw_request request = { .op = CW_OP_CREATE };
	struct cw_answer answer;

	open_worker();
	w.herder->validate_timeout_ms = 1500;
	run_worker();
	expect_ok(call(CW_OP_PLUGINS, NULL)); /* they are known then */
	request.body = json_pack("{sss{ssss}}", "name", "slow", "config", "connector.class", "FakeSource",
				 "fake.validate", "hang");
	cw_herder_call(w.herder, &request, 300, &answer);
	expect_error(answer, CW_ERR_RETRIABLE,
		     "Request timed out. The worker is currently validating the configuration of connector slow, "
		     "which began at 2");
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
	/* By type in Kafka Connect's order, then by class; a converter is a header converter, too, if it is one. */
	static const char wanted[] =
		"org.example.FakeSinkConnector sink 1.3\n"
		"org.example.FakeSource source 1.2\n"
		"org.example.AFilter transformation 1\n"
		"org.example.Fake$Value transformation 1\n"
		"org.example.APredicate predicate 1\n"
		"org.example.FakeConverter converter 1\n"
		"org.example.OfValuesConverter converter 1\n"
		"org.example.FakeConverter header_converter 1\n";
	static const struct {
		const char *name;
		size_t keys;
	} found[] = { { "FakeSource", 3 }, { "org.example.FakeSource", 3 }, { "FakeSink", 0 }, { "FakeSinkConnector", 0 },
		      { "org.example.Fake$Value", 1 }, { "AFilter", 1 }, { "Fake", 2 } };
	static const char *const not_found[] = { "Source", "Fake$Value", "Value" };
	struct cw_buf got = { 0 };
	struct cw_answer answer;
	json_t *plugin;
	size_t i;

	start_worker();
	answer = call(CW_OP_PLUGINS, NULL);
	json_array_foreach(answer.body, i, plugin)
		cw_buf_printf(&got, "%s %s %s\n", json_string_value(json_object_get(plugin, "class")),
			      json_string_value(json_object_get(plugin, "type")),
			      json_string_value(json_object_get(plugin, "version")));
	CU_ASSERT_STRING_EQUAL(got.p, wanted);
	cw_buf_free(&got);
	json_decref(answer.body);
	for (i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		answer = call(CW_OP_PLUGIN_CONFIG, found[i].name);
		CU_ASSERT_EQUAL(answer.error.code, CW_ERR_NONE);
		CU_ASSERT_EQUAL(json_array_size(answer.body), found[i].keys);
		json_decref(answer.body);
	}
	for (i = 0; i < sizeof(not_found) / sizeof(not_found[0]); i++) {
		CW_AUTO_FREE char *text = cw_format("Unknown plugin %s.", not_found[i]);

		expect_error(call(CW_OP_PLUGIN_CONFIG, not_found[i]), CW_ERR_NOT_FOUND, text);
	}
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
			answer = call_body(CW_OP_PUT_CONFIG, name, json_pack("{sssi}", "connector.class", "FakeSource",
									     "n", i));
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

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "create, pause, resume, stop, delete", test_life__create_pause_resume_stop_delete },
		{ "views are those of the contract", test_life__views_are_those_of_the_contract },
		{ "initial states", test_life__initial_states },
		{ "labels restart nothing", test_life__labels_restart_nothing },
		{ "rate limits restart nothing", test_life__rate_limits_restart_nothing },
		{ "rate limits with more restart it", test_life__rate_limits_with_more_restart_it },
		{ "an unchanged config restarts nothing", test_life__an_unchanged_config_restarts_nothing },
		{ "connectors survive the worker", test_life__survives_the_worker },
		{ "offsets are stored and given back", test_life__offsets_are_stored_and_given_back },
		{ "tasks start paused when it is paused", test_life__tasks_start_paused_when_it_is_paused_meanwhile },
		{ "completed: the host goes and the numbers stay", test_completed__the_host_goes_and_the_numbers_stay },
		{ "bad configs are refused", test_validate__refusals },
		{ "validate answers ConfigInfos", test_validate__answers_config_infos },
		{ "a validation that hangs delays nobody", test_validate__one_that_hangs_delays_nobody },
		{ "plugins are listed", test_plugins__are_listed },
		{ "a scan that crashes is an error and nothing more",
		  test_plugins__a_scan_that_crashes_is_an_error_and_nothing_more },
		{ "of many creates of one name one wins", test_concurrency__of_many_creates_of_one_name_one_wins },
		{ "requests of all kinds at once", test_concurrency__requests_of_all_kinds_at_once },
		CU_TEST_INFO_NULL,
	};

	return herder_test_main(argc, argv, tests);
}
