/*
 * workerctl against a worker that this process plays: for each command the requests it makes, what it
 * prints and how it ends.
 */
#include <curl/curl.h>

#include "ctl_fixture.h"

/* ---- what the worker says ------------------------------------------------------------------ */

#define STATUS(state, tasks)                                                                                           \
	"{\"name\":\"src\",\"connector\":{\"state\":\"" state "\",\"worker_id\":\"w:1\"},\"tasks\":[" tasks            \
	"],\"type\":\"source\"}"
#define TASK(id, state) "{\"id\":" #id ",\"state\":\"" state "\",\"worker_id\":\"w:1\"}"
#define FAILED_TASK                                                                                                    \
	"{\"id\":1,\"state\":\"FAILED\",\"worker_id\":\"w:1\",\"trace\":\"killed by SIGSEGV in poll()\\nat x.c:7\"}"
/* Behind a state: it is started again by itself. */
#define AGAIN "\",\"next_restart_at\":\"2026-01-21T22:23:40.123Z"
#define NOT_FOUND "{\"error_code\":404,\"message\":\"Connector scr not found\"}"

static const char metrics[] = "# TYPE connect_worker_task_records_total counter\n"
			      "connect_worker_task_records_total{connector=\"src\",task=\"0\"} 1000\n"
			      "connect_worker_task_records_total{connector=\"src\",task=\"1\"} 234567\n"
			      "connect_worker_task_errors_total{connector=\"src\",task=\"1\"} 2\n"
			      "connect_worker_connector_resident_memory_bytes{connector=\"src\"} 12345678\n"
			      "connect_worker_connector_cpu_seconds_total{connector=\"src\"} 5\n"
			      "connect_worker_task_restarts_total{connector=\"src\",task=\"1\"} 1\n";

/* ---- the commands -------------------------------------------------------------------------- */

static void test_list__shows_each_connector_and_how_many_tasks_run(void)
{
	struct run *r = begin();
	static const char *const request = "GET /connectors?expand=status&expand=info\n";

	mini_http_answer(
		r->http, "GET", "/connectors", 200,
		"{\"src\":{\"status\":" STATUS(
			"RUNNING",
			TASK(0, "RUNNING") "," FAILED_TASK) ",\"info\":{\"type\":\"source\","
							    "\"config\":{\"connector.class\":\"SyntheticLogSource\"}}},"
							    "\"a\":{\"status\":{\"connector\":{\"state\":"
							    "\"PAUSED\"},\"tasks\":[]},\"info\":{\"type\":\"sink\","
							    "\"config\":{}}}}");
	expect(r, "list", CW_CTL_OK, request,
	       "NAME  TYPE    STATE    TASKS   CLASS\n"
	       "a     sink    PAUSED   0       -\n"
	       "src   source  RUNNING  1 of 2  SyntheticLogSource\n",
	       "");
	expect(r, "-q list", CW_CTL_OK, request, "a\nsrc\n", "");
	run(r, "list -o json");
	CU_ASSERT_TRUE(has(r->out, "{\"src\":{\"status\":{\"name\":\"src\""));
	mini_http_answer(r->http, "GET", "/connectors", 200, "{}");
	expect(r, "list", CW_CTL_OK, request, "no connectors\n", "");
	end(r);
}

static void test_show__prints_what_create_reads(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/config", 200,
			 "{\"name\":\"src\",\"b\":\" x\\\\d\\n\",\"a key\":\"1=2\",\"esc\":\"\\u001b[m\"}");
	expect(r, "show src", CW_CTL_OK, "GET /connectors/src/config\n", "a\\ key=1=2\nb=\\ x\\\\d\\n\nesc=\\u001b[m\nname=src\n", "");
	expect(r, "show src -o json", CW_CTL_OK, "GET /connectors/src/config\n",
	       "{\"name\":\"src\",\"config\":{\"name\":\"src\",\"b\":\" x\\\\d\\n\",\"a key\":\"1=2\",\"esc\":\"\\u001B[m\"}}\n", "");
	/* What is hidden is not enough for a new connector. */
	mini_http_answer(r->http, "GET", "/connectors/src/config", 200,
			 "{\"name\":\"src\",\"p\":\"[hidden]\",\"url\":\"http://[hidden]@h\"}");
	expect(r, "show src", CW_CTL_OK, "GET /connectors/src/config\n", "name=src\np=[hidden]\nurl=http://[hidden]@h\n",
	       "workerctl: warning: [hidden] (p, url) stands for what a connector has that is there");
	mini_http_answer(r->http, "GET", "/connectors/scr/config", 404, NOT_FOUND);
	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"other\",\"src\"]");
	expect(r, "show scr", CW_CTL_NOT_FOUND, "GET /connectors/scr/config\nGET /connectors\n", "",
	       "workerctl: Connector scr not found (did you mean src?)\n");
	end(r);
}

static void test_status__shows_states_numbers_and_traces(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200,
			 "{\"src\":{\"status\":" STATUS("RUNNING", TASK(0, "RUNNING") "," TASK(1, "RUNNING")) "}}");
	mini_http_answer(r->http, "GET", "/metrics", 200, metrics);
	expect(r, "status", CW_CTL_OK, "GET /connectors?expand=status\nGET /metrics\n",
	       "NAME  TYPE    STATE    TASKS      RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
	       "src   source  RUNNING  2 RUNNING  235,567    -       2        -         1\n",
	       "");
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200,
			 STATUS("RUNNING", TASK(0, "RUNNING") "," FAILED_TASK));
	expect(r, "status src", CW_CTL_FAILED, "GET /connectors/src/status\nGET /metrics\n",
	       "NAME  TYPE    STATE    TASKS                RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
	       "src   source  RUNNING  1 RUNNING, 1 FAILED  235,567    -       2        -         1\n"
	       "\n"
	       "TASK  STATE    WORKER  RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
	       "0     RUNNING  w:1       1,000    -       -        -         -\n"
	       "1     FAILED   w:1     234,567    -       2        -         1\n"
	       "\n"
	       "task 1:\n"
	       "    killed by SIGSEGV in poll()\n"
	       "    at x.c:7\n",
	       "");
	run(r, "status src -o json");
	CU_ASSERT_TRUE(has(r->out, "\"metrics\":{\"records\":234567,\"errors\":2,\"restarts\":1}"));
	end(r);
}

static void test_status__of_several(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200,
			 "{\"a\":{\"status\":" STATUS("PAUSED", "") "},\"b\":{\"status\":" STATUS("RUNNING", FAILED_TASK) "},"
			 "\"c\":{\"status\":" STATUS("PAUSED", "") "}}");
	expect(r, "status a c", CW_CTL_OK, "GET /connectors?expand=status\nGET /metrics\n",
	       "NAME  TYPE    STATE   TASKS  RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
	       "a     source  PAUSED  none         -    -       -        -         -\n"
	       "c     source  PAUSED  none         -    -       -        -         -\n", "");
	expect(r, "status a c -q", CW_CTL_OK, "GET /connectors?expand=status\nGET /metrics\n", "a\nc\n", "");
	expect(r, "status -o name", CW_CTL_FAILED, "GET /connectors?expand=status\nGET /metrics\n", "a\nb\nc\n", "");
	run(r, "status a nope");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(has(r->out, "\na     source"));
	CU_ASSERT_TRUE(has(r->err, "Connector nope not found"));
	run(r, "status a b -o json");
	CU_ASSERT_EQUAL(r->status, CW_CTL_FAILED);
	CU_ASSERT_TRUE(has(r->out, "{\"a\":{\"name\""));
	/* Names come as a list where patterns ask for them. */
	mini_http_answer(r->http, "GET", "/connectors", 200, "[]");
	expect(r, "status x*", CW_CTL_NOT_FOUND, "GET /connectors?expand=status\nGET /connectors\n", "",
	       "no connector's name fits x*");
	end(r);
}

static void test_status__does_without_metrics(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "{\"src\":{\"status\":" STATUS("PAUSED", "") "}}");
	expect(r, "status", CW_CTL_OK, "GET /connectors?expand=status\nGET /metrics\n",
	       "NAME  TYPE    STATE   TASKS  RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
	       "src   source  PAUSED  none         -    -       -        -         -\n",
	       "");
	mini_http_answer(r->http, "GET", "/connectors", 200, "{}");
	expect(r, "status", CW_CTL_OK, "GET /connectors?expand=status\nGET /metrics\n", "no connectors\n", "");
	end(r);
}

static void test_status__watches_in_lines_or_on_a_screen(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("RUNNING", TASK(1, "RUNNING")));
	mini_http_answer(r->http, "GET", "/metrics", 200, metrics);
	run(r, "status src --watch --count=2 --interval 0.01");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(has(r->out, "Z src RUNNING tasks=1 records=235567 errors=2 restarts=1 memory=12345678\n"));
	CU_ASSERT_TRUE(has(r->out, "Z src-1 RUNNING records=234567 records/s=0 errors=2 restarts=1\n"));
	run(r, "status src -n 2 --interval 0.01 -o json");
	CU_ASSERT_TRUE(has(r->out, "\"records_per_second\":0.0"));
	r->tty = true;
	run(r, "status src -n 1");
	CU_ASSERT_TRUE(has(r->out, "\033[H\033[2J"));
	CU_ASSERT_TRUE(has(r->out, "\033[32mRUNNING\033[0m"));
	run(r, "status src -n 1 --no-color");
	CU_ASSERT_TRUE(has(r->out, "src   source  RUNNING  1 RUNNING"));
	end(r);
}

static void test_changes__make_one_request_a_name_and_go_on_after_a_refusal(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "PUT", "/connectors/a%2Fb/pause", 202, "");
	mini_http_answer(r->http, "PUT", "/connectors/src/pause", 202, "");
	mini_http_answer(r->http, "PUT", "/connectors/scr/pause", 404, NOT_FOUND);
	mini_http_answer(r->http, "PUT", "/connectors/src/resume", 202, "");
	mini_http_answer(r->http, "PUT", "/connectors/src/stop", 204, "");
	mini_http_answer(r->http, "DELETE", "/connectors/src", 204, "");
	expect(r, "pause scr a/b src", CW_CTL_NOT_FOUND,
	       "PUT /connectors/scr/pause\nGET /connectors\nPUT /connectors/a%2Fb/pause\nPUT /connectors/src/pause\n",
	       "a/b pausing\nsrc pausing\n", "workerctl: Connector scr not found\n");
	expect(r, "resume src", CW_CTL_OK, "PUT /connectors/src/resume\n", "src resuming\n", "");
	expect(r, "stop src", CW_CTL_OK, "PUT /connectors/src/stop\n", "src stopping\n", "");
	expect(r, "delete src -o json", CW_CTL_OK, "DELETE /connectors/src\n",
	       "{\"name\":\"src\",\"result\":\"deleted\"}\n", "");
	end(r);
}

#define PLAIN_RESTART "POST /connectors/src/restart?includeTasks=false&onlyFailed=false\nGET /connectors/src/status\n"
#define RESTART_OF(tasks, failed) "POST /connectors/src/restart?includeTasks=" #tasks "&onlyFailed=" #failed "\n"

static void test_restart__says_what_the_worker_restarts(void)
{
	static const struct {
		const char *line, *plan, *requests, *out, *err;
		enum cw_ctl_exit result;
	} cases[] = {
		{ "restart src --include-tasks", STATUS("RESTARTING", TASK(0, "RESTARTING") "," TASK(1, "RESTARTING")),
		  RESTART_OF(true, false), "src restarting, with 2 tasks\n", "", CW_CTL_OK },
		{ "restart src --tasks --only-failed", STATUS("RUNNING", TASK(0, "RUNNING") "," TASK(1, "RESTARTING")),
		  RESTART_OF(true, true), "src restarting 1 task\n", "", CW_CTL_OK },
		{ "restart src --tasks --failed", STATUS("RUNNING", TASK(0, "RUNNING")), RESTART_OF(true, true),
		  "src nothing to restart: nothing of it is FAILED\n", "", CW_CTL_OK },
		{ "restart src --failed", STATUS("RUNNING", TASK(0, "RUNNING") "," FAILED_TASK), RESTART_OF(false, true), "",
		  "workerctl: nothing to restart: src itself has not failed; 1 task of it did\n"
		  "Try 'workerctl restart src --tasks --failed'.\n", CW_CTL_FAILED },
		{ "restart src --failed", STATUS("RESTARTING", FAILED_TASK), RESTART_OF(false, true), "src restarting\n",
		  "src itself is restarted, but not 1 task of it that failed\n", CW_CTL_OK },
		/* Kafka Connect says RESTARTING of one that stays STOPPED. */
		{ "restart src --tasks", STATUS("RESTARTING", ""), RESTART_OF(true, false) "GET /connectors/src/status\n",
		  "src nothing to restart: it is STOPPED, and resume starts it\n", "", CW_CTL_OK },
	};
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("STOPPED", ""));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mini_http_answer(r->http, "POST", "/connectors/src/restart", 202, cases[i].plan);
		expect(r, cases[i].line, cases[i].result, cases[i].requests, cases[i].out, cases[i].err);
	}
	mini_http_answer(r->http, "POST", "/connectors/src/restart", 204, "");
	expect(r, "restart src", CW_CTL_OK, PLAIN_RESTART, "src nothing to restart: it is STOPPED, and resume starts it\n", "");
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("RUNNING", FAILED_TASK "," FAILED_TASK));
	expect(r, "restart src", CW_CTL_OK, PLAIN_RESTART, "src restarting\n", "not 2 tasks of it that failed");
	run(r, "restart src --failed --wait -t 0.01");
	CU_ASSERT_EQUAL(r->status, CW_CTL_FAILED);
	CU_ASSERT_TRUE(has(r->err, "Try 'workerctl restart src --tasks --failed --wait'."));
	end(r);
}

static void test_restart__asks_for_what_is_to_be_restarted(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors/src/restart", 204, "");
	mini_http_answer(r->http, "POST", "/connectors/src/tasks/3/restart", 204, "");
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("RUNNING", TASK(0, "RUNNING")));
	expect(r, "restart src", CW_CTL_OK, PLAIN_RESTART, "src restarting\n", "");
	expect(r, "restart src --task 3", CW_CTL_OK, "POST /connectors/src/tasks/3/restart\n", "src restarting\n", "");
	mini_http_answer(r->http, "POST", "/connectors/src/tasks/4/restart", 404, "{\"message\":\"Unknown task: src-4\"}");
	run(r, "restart src --task 4");
	CU_ASSERT_TRUE(is(r->err, "workerctl: Unknown task: src-4\nTry 'workerctl get tasks src'.\n"));
	expect(r, "restart src x --task 3", CW_CTL_USAGE, "", "", "--task restarts one task of one connector");
	expect(r, "restart src --task 3 --only-failed", CW_CTL_USAGE, "", "", "--task restarts one task");
	end(r);
}

static void test_plugins__are_listed_and_described(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connector-plugins", 200,
			 "[{\"class\":\"a.FooSink\",\"type\":\"sink\",\"version\":\"1.0\"},{\"class\":\"Bar\",\"type\":"
			 "\"source\"}]");
	mini_http_answer(
		r->http, "GET", "/connector-plugins/FooSink/config", 200,
		"[{\"name\":\"topic\",\"type\":\"STRING\",\"required\":true,\"default_value\":null,\"importance\":"
		"\"HIGH\","
		"\"documentation\":\"Where "
		"to.\",\"group\":\"Common\"},{\"name\":\"n\",\"type\":\"INT\",\"required\":false,"
		"\"default_value\":\"1\",\"importance\":\"LOW\",\"documentation\":\"\",\"group\":\"Common\"}]");
	expect(r, "plugins", CW_CTL_OK, "GET /connector-plugins?connectorsOnly=false\n",
	       "CLASS      TYPE    VERSION\n"
	       "a.FooSink  sink    1.0\n"
	       "Bar        source  -\n",
	       "");
	expect(r, "plugins -q", CW_CTL_OK, "GET /connector-plugins?connectorsOnly=false\n", "a.FooSink\nBar\n", "");
	expect(r, "plugin FooSink", CW_CTL_OK, "GET /connector-plugins/FooSink/config\n",
	       "Common\n\n"
	       "topic  STRING, HIGH importance, required\n"
	       "    Where to.\n"
	       "n  INT, LOW importance, default \"1\"\n",
	       "");
	mini_http_answer(r->http, "GET", "/connector-plugins/Nope/config", 404,
			 "{\"error_code\":404,\"message\":\"Unknown plugin Nope.\"}");
	expect(r, "plugin Nope", CW_CTL_NOT_FOUND,
	       "GET /connector-plugins/Nope/config\nGET /connector-plugins?connectorsOnly=false\n", "",
	       "workerctl: Unknown plugin Nope.\nTry 'workerctl plugins list'.\n");
	mini_http_answer(r->http, "GET", "/connector-plugins", 200,
			 "[{\"class\":\"a.FooSink\"},{\"class\":\"a.Cast$Key\"},{\"class\":\"a.Cast$Value\"}]");
	run(r, "plugins describe FooSinc");
	CU_ASSERT_TRUE(has(r->err, "\nDid you mean FooSink?\n"));
	mini_http_answer(r->http, "GET", "/connector-plugins/Cast%24Value/config", 404,
			 "{\"error_code\":404,\"message\":\"Unknown plugin Cast$Value.\"}");
	run(r, "plugin Cast$Value");
	CU_ASSERT_TRUE(is(r->err, "workerctl: Unknown plugin Cast$Value.\nDid you mean a.Cast$Value?\n"));
	run(r, "plugins describe x.cast");
	CU_ASSERT_TRUE(has(r->err, "\nDid you mean a.Cast$Key or a.Cast$Value?\n"));
	end(r);
}

static void test_validate__prints_every_error_and_warning(void)
{
	struct run *r = begin();
	char path[] = "/tmp/cw-ctl-XXXXXX.prop", empty[] = "/tmp/cw-ctl-XXXXXX.prop", hidden[] = "/tmp/cw-ctl-XXXXXX.prop";
	CW_AUTO_FREE char *line = cw_format("validate %s", file_of("name=s\nconnector.class=Foo\nx=1\n", path));
	CW_AUTO_FREE char *hiding = cw_format("validate %s", file_of("name=s\nconnector.class=Foo\np=[hidden]\n", hidden));
	CW_AUTO_FREE char *classless = cw_format("validate %s", file_of("name=s\n", empty));
	CW_AUTO_FREE char *invalid = cw_format("%s is not valid:\nKEY    ERROR\ntopic  e 1\ntopic  e 2\n"
					       "warning: unknown key \"x\"\n",
					       path);
	CW_AUTO_FREE char *once = cw_format("%s is not valid:\n"
					    "KEY  ERROR\n"
					    "n    Invalid value x for configuration n: Not a number of type INT\n"
					    "t    t is missing. Unknown key \"tt\"; did you mean t?\n",
					    path);
	CW_AUTO_FREE char *valid = cw_format("%s is valid\nwarning: unknown key \"x\"\n", path);
	static const char *const request =
		"PUT /connector-plugins/Foo/config/validate {\"name\":\"s\",\"connector.class\":\"Foo\",\"x\":\"1\"}\n";

	mini_http_answer(r->http, "PUT", "/connector-plugins/Foo/config/validate", 200,
			 "{\"name\":\"Foo\",\"error_count\":2,\"configs\":[{\"value\":{\"name\":\"topic\",\"errors\":["
			 "\"e 1\",\"e 2\"]}},"
			 "{\"value\":{\"name\":\"ok\",\"errors\":[]}}],\"warnings\":[\"unknown key \\\"x\\\"\"]}");
	expect(r, line, CW_CTL_REFUSED, request, invalid, "");
	mini_http_answer(r->http, "PUT", "/connector-plugins/Foo/config/validate", 200,
			 "{\"name\":\"Foo\",\"error_count\":3,\"configs\":[{\"value\":{\"name\":\"n\",\"errors\":["
			 "\"Invalid value x for configuration n: Not a number of type INT\","
			 "\"Invalid value null for configuration n: Value must be non-null\"]}},"
			 "{\"value\":{\"name\":\"t\",\"errors\":[\"t is missing. Unknown key \\\"tt\\\"; did you mean t?\"]}}],"
			 "\"warnings\":[\"unknown key \\\"tt\\\" is ignored\"]}");
	expect(r, line, CW_CTL_REFUSED, request, once, "");
	mini_http_answer(
		r->http, "PUT", "/connector-plugins/Foo/config/validate", 200,
		"{\"name\":\"Foo\",\"error_count\":0,\"configs\":[],\"warnings\":[\"unknown key \\\"x\\\"\"]}");
	expect(r, line, CW_CTL_OK, request, valid, "");
	run(r, hiding);
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(has(r->err, ": warning: [hidden] (p) stands for what a connector has that is there"));
	CU_ASSERT_TRUE(has(r->err, hidden));
	expect(r, classless, CW_CTL_USAGE, "", "", "connector.class is missing");
	unlink(path);
	unlink(empty);
	unlink(hidden);
	end(r);
}

static void test_health__ends_by_what_the_worker_says(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/health", 200, "{\"status\":\"healthy\",\"message\":\"All well.\"}");
	expect(r, "health", CW_CTL_OK, "GET /health\n", "healthy: All well.\n", "");
	mini_http_answer(r->http, "GET", "/health", 503, "{\"status\":\"starting\",\"message\":\"Soon.\"}");
	expect(r, "health", CW_CTL_REFUSED, "GET /health\n", "starting: Soon.\n", "");
	mini_http_answer(r->http, "GET", "/health", 200, "<html>");
	expect(r, "health", CW_CTL_REFUSED, "GET /health\n", "", "workerctl: the worker's answer has no \"status\"\n");
	end(r);
}

/* ---- wait ---------------------------------------------------------------------------------- */

static void test_wait__looks_until_the_state_is_there(void)
{
	static const struct {
		const char *status, *goal;
		enum cw_ctl_exit result;
	} cases[] = {
		{ STATUS("RUNNING", TASK(0, "RUNNING")), "RUNNING", CW_CTL_OK },
		{ STATUS("RUNNING", TASK(0, "RUNNING") "," TASK(1, "COMPLETED")), "running", CW_CTL_OK },
		{ STATUS("RUNNING", ""), "RUNNING", CW_CTL_TIMEOUT },
		{ STATUS("RUNNING", TASK(0, "UNASSIGNED")), "RUNNING", CW_CTL_TIMEOUT },
		{ STATUS("PAUSED", TASK(0, "PAUSED")), "PAUSED", CW_CTL_OK },
		{ STATUS("PAUSED", ""), "PAUSED", CW_CTL_OK },
		{ STATUS("PAUSED", TASK(0, "RUNNING")), "PAUSED", CW_CTL_TIMEOUT },
		{ STATUS("STOPPED", ""), "STOPPED", CW_CTL_OK },
		{ STATUS("STOPPED", TASK(0, "RUNNING")), "STOPPED", CW_CTL_TIMEOUT },
		{ STATUS("RUNNING", TASK(0, "COMPLETED")), "COMPLETED", CW_CTL_OK },
		{ STATUS("RUNNING", TASK(0, "COMPLETED") "," TASK(1, "RUNNING")), "COMPLETED", CW_CTL_TIMEOUT },
		{ STATUS("RUNNING", TASK(0, "RUNNING") "," FAILED_TASK), "COMPLETED", CW_CTL_FAILED },
		{ STATUS("FAILED", ""), "RUNNING", CW_CTL_FAILED },
		{ STATUS("RUNNING", TASK(0, "FAILED" AGAIN) "," TASK(1, "RUNNING")), "COMPLETED", CW_CTL_TIMEOUT },
		{ STATUS("FAILED" AGAIN, TASK(0, "FAILED" AGAIN)), "RUNNING", CW_CTL_TIMEOUT },
		{ STATUS("FAILED" AGAIN, FAILED_TASK), "RUNNING", CW_CTL_FAILED },
		{ STATUS("RUNNING", FAILED_TASK), "FAILED", CW_CTL_OK },
		{ STATUS("RUNNING", TASK(0, "RUNNING")), "FAILED", CW_CTL_TIMEOUT },
	};
	struct run *r = begin();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CW_AUTO_FREE char *line = cw_format("wait src --for %s --timeout 0.05 --interval 0.02", cases[i].goal);

		mini_http_answer(r->http, "GET", "/connectors/src/status", 200, cases[i].status);
		run(r, line);
		CU_ASSERT_EQUAL(r->status, cases[i].result);
		if (r->status != cases[i].result)
			fprintf(stderr, "\ncase %zu: %d %s\n", i, (int)r->status, r->err);
	}
	end(r);
}

static void test_wait__says_why_it_gave_up(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("RUNNING", FAILED_TASK));
	run(r, "wait src");
	CU_ASSERT_TRUE(has(r->err, "task 1 of src is FAILED: killed by SIGSEGV in poll()"));
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200,
			 STATUS("FAILED" AGAIN, TASK(0, "FAILED" AGAIN) "," FAILED_TASK));
	run(r, "wait src");
	CU_ASSERT_TRUE(is(r->err, "workerctl: task 1 of src is FAILED: killed by SIGSEGV in poll()\nat x.c:7\n"));
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("RUNNING", TASK(0, "UNASSIGNED")));
	run(r, "wait src -t 0.01");
	CU_ASSERT_TRUE(is(r->err, "workerctl: src did not become RUNNING within 0.01 s: RUNNING, task 0 UNASSIGNED\n"
				  "Try 'workerctl describe src'.\n"));
	mini_http_answer(r->http, "GET", "/connectors/src/status", 503,
			 "{\"error_code\":503,\"message\":\"still starting\"}");
	run(r, "wait src -t 0.01");
	CU_ASSERT_EQUAL(r->status, CW_CTL_TIMEOUT);
	CU_ASSERT_TRUE(has(r->err, ": still starting\n"));
	end(r);
}

static void test_wait__knows_a_connector_without_a_status_from_none(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/status", 404,
			 "{\"error_code\":404,\"message\":\"No status found for connector src\"}");
	run(r, "wait src -t 30");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	mini_http_answer(r->http, "GET", "/connectors/src", 200, "{}");
	run(r, "wait src -t 0.01");
	CU_ASSERT_EQUAL(r->status, CW_CTL_TIMEOUT);
	end(r);
}

static void test_get__has_kinds_and_forms(void)
{
	struct run *r = begin();
	static const char *const request = "GET /connectors?expand=status&expand=info\n";

	mini_http_answer(r->http, "GET", "/connectors", 200,
			 "{\"src\":{\"status\":{\"connector\":{\"state\":\"RUNNING\",\"worker_id\":\"w:1\"},\"tasks\":["
			 FAILED_TASK "],\"summary_state\":\"FAILED\"},\"info\":{\"type\":\"source\",\"config\":"
			 "{\"connector.class\":\"S\",\"topic\":\"t\",\"label.team\":\"search\",\"label.x/y\":\"1\"}}}}");
	expect(r, "get connectors -o wide", CW_CTL_OK, request,
	       "NAME  TYPE    STATE   TASKS   CLASS  WORKER  TOPICS  LABELS\n"
	       "src   source  FAILED  0 of 1  S      w:1     t       team=search,x/y=1\n",
	       "");
	expect(r, "get tasks", CW_CTL_OK, request,
	       "CONNECTOR  TASK  STATE   WORKER\n"
	       "src           1  FAILED  w:1\n",
	       "");
	expect(r, "get tasks -o name", CW_CTL_OK, request, "src/1\n", "");
	expect(r, "get tasks -o yaml", CW_CTL_OK, request,
	       "- connector: src\n  id: 1\n  state: FAILED\n  worker_id: \"w:1\"\n"
	       "  trace: |-\n    killed by SIGSEGV in poll()\n    at x.c:7\n",
	       "");
	run(r, "get tasks -o yaml -n 2 --interval 0.01");
	CU_ASSERT_TRUE(strncmp(r->out, "---\n- connector: ", 17) == 0);
	expect(r, "get connectors src nope", CW_CTL_NOT_FOUND,
	       "GET /connectors?expand=status&expand=info\nGET /connectors\n",
	       "NAME  TYPE    STATE   TASKS   CLASS\n"
	       "src   source  FAILED  0 of 1  S\n",
	       "Connector nope not found");
	mini_http_answer(r->http, "GET", "/connectors/src/offsets", 200,
			 "{\"offsets\":[{\"partition\":{\"kafka_topic\":\"t\",\"kafka_partition\":3},\"offset\":"
			 "{\"kafka_offset\":7}},{\"partition\":{\"f\":\"a\"},\"offset\":{\"p\":1}}]}");
	expect(r, "get offsets src", CW_CTL_OK, "GET /connectors/src/offsets\n",
	       "CONNECTOR  PARTITION  OFFSET\n"
	       "src        t:3        7\n"
	       "src        {\"f\":\"a\"}  {\"p\":1}\n",
	       "");
	expect(r, "get", CW_CTL_USAGE, "", "", "get needs to know what; there are connectors, tasks");
	expect(r, "get pods", CW_CTL_USAGE, "", "", "get knows no pods");
	/* A watch that is not on a terminal shows only what changed. */
	run(r, "get tasks -o name --count=3 --interval=0.01");
	CU_ASSERT_TRUE(is(r->out, "src/1\n"));
	end(r);
}

static void test_describe__tells_all(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("PAUSED", FAILED_TASK));
	mini_http_answer(r->http, "GET", "/connectors/src/config", 200,
			 "{\"connector.class\":\"S\",\"password\":\"[hidden]\"}");
	mini_http_answer(r->http, "GET", "/connectors/src/offsets", 200,
			 "{\"offsets\":[{\"partition\":{\"f\":1},\"offset\":{\"p\":2}}]}");
	mini_http_answer(r->http, "GET", "/connectors/src/logs", 200,
			 "[{\"time\":\"2026-01-21T22:23:40.123Z\",\"level\":\"INFO\",\"message\":\"paused\"}]");
	mini_http_answer(r->http, "GET", "/metrics", 200, metrics);
	expect(r, "describe src", CW_CTL_FAILED,
	       "GET /connectors/src/status\nGET /connectors/src/config\nGET /metrics\nGET /connectors/src/offsets\n"
	       "GET /connectors/src/logs?level=INFO&lines=10\n",
	       "Name    src\n"
	       "Type    source\n"
	       "Class   S\n"
	       "State   PAUSED\n"
	       "Worker  w:1\n"
	       "Memory  12.3 MB\n"
	       "\n"
	       "Configuration\n"
	       "connector.class  S\n"
	       "password         [hidden]\n"
	       "\n"
	       "Tasks\n"
	       "TASK  STATE   WORKER  RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
	       "1     FAILED  w:1     234,567    -       2        -         1\n"
	       "\n"
	       "Offsets\n"
	       "{\"f\":1}  {\"p\":2}\n"
	       "\n"
	       "Events\n"
	       "2026-01-21T22:23:40.123Z INFO  paused\n"
	       "\n"
	       "task 1:\n"
	       "    killed by SIGSEGV in poll()\n"
	       "    at x.c:7\n",
	       "");
	run(r, "describe src -o json");
	CU_ASSERT_TRUE(has(r->out, "\"offsets\":[{\"partition\":{\"f\":1}"));
	end(r);
}

static void test_names__may_be_patterns(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"logs-b\",\"x\",\"logs-a\",\"[odd]\"]");
	mini_http_answer(r->http, "PUT", "/connectors/logs-a/pause", 202, "");
	mini_http_answer(r->http, "PUT", "/connectors/logs-b/pause", 202, "");
	mini_http_answer(r->http, "PUT", "/connectors/%5Bodd%5D/pause", 202, "");
	expect(r, "pause logs-* logs-b", CW_CTL_OK,
	       "GET /connectors\nPUT /connectors/logs-a/pause\nPUT /connectors/logs-b/pause\n",
	       "logs-a pausing\nlogs-b pausing\n", "");
	expect(r, "pause [odd] -q", CW_CTL_OK, "GET /connectors\nPUT /connectors/%5Bodd%5D/pause\n", "", "");
	expect(r, "pause nothing*", CW_CTL_NOT_FOUND, "GET /connectors\n", "", "no connector's name fits nothing*");
	end(r);
}

static void test_changes__wait_for_their_effect(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "PUT", "/connectors/src/pause", 200, "{}");
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("PAUSED", TASK(0, "PAUSED")));
	expect(r, "pause src --wait -t 2", CW_CTL_OK,
	       "PUT /connectors/src/pause?wait=PAUSED&timeout=2000ms\nGET /connectors/src/status\n", "src PAUSED\n",
	       "");
	/* The worker's time-out is told in the words of a wait: with what is the matter. */
	mini_http_answer(r->http, "POST", "/connectors/src/restart", 504, "{\"message\":\"no\"}");
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("RUNNING", FAILED_TASK));
	run(r, "restart src --tasks --wait -t 0.01");
	CU_ASSERT_EQUAL(r->status, CW_CTL_FAILED);
	CU_ASSERT_TRUE(has(r->err, "task 1 of src is FAILED: killed by SIGSEGV"));
	/* What is shown is not yet what was asked for. */
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200,
			 "{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[{\"id\":0,\"state\":\"RUNNING\"}],"
			 "\"generation\":2,\"observed_generation\":1}");
	run(r, "wait src -t 0.01");
	CU_ASSERT_EQUAL(r->status, CW_CTL_TIMEOUT);
	end(r);
}

#define LOOK "GET /connectors\n"

static void test_delete__asks_on_a_terminal_only(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "DELETE", "/connectors/a", 204, "");
	expect(r, "delete a b --ignore-missing", CW_CTL_OK, "DELETE /connectors/a\nDELETE /connectors/b\n",
	       "a deleted\nb not there\n", "");
	r->tty = true;
	r->in = "n\n";
	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"a\"]");
	expect(r, "delete a", CW_CTL_REFUSED, LOOK, "", "Delete a? [y/N] ");
	r->in = "";
	expect(r, "delete a", CW_CTL_REFUSED, LOOK, "", "nothing was changed");
	r->in = "y\n";
	expect(r, "delete a", CW_CTL_OK, LOOK "DELETE /connectors/a\n", "a deleted\n", "Delete a? [y/N] ");
	/* What is not there is said before anything is asked. */
	expect(r, "delete nope", CW_CTL_NOT_FOUND, LOOK LOOK, "", "workerctl: Connector nope not found\nTry ");
	CU_ASSERT_PTR_NULL(strstr(r->err, "[y/N]"));
	expect(r, "delete nope a", CW_CTL_NOT_FOUND, LOOK LOOK "DELETE /connectors/a\n", "a deleted\n", "Delete a? [y/N] ");
	expect(r, "delete nope a --ignore-missing", CW_CTL_OK, LOOK "DELETE /connectors/a\n", "nope not there\na deleted\n",
	       "Delete a? [y/N] ");
	expect(r, "offsets reset nope", CW_CTL_NOT_FOUND, LOOK LOOK, "", "Connector nope not found");
	mini_http_answer(r->http, "GET", "/connectors", 503, "{\"message\":\"still starting\"}");
	expect(r, "delete a", CW_CTL_REFUSED, LOOK, "", "still starting");
	r->in = NULL;
	expect(r, "delete a -y", CW_CTL_OK, "DELETE /connectors/a\n", "a deleted\n", "");
	end(r);
}

static void test_patch__sets_and_removes_keys(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/a/config", 200, "{\"k\":\"1\",\"gone\":\"2\",\"s\":\"3\"}");
	mini_http_answer(r->http, "PATCH", "/connectors/a/config", 200, "{\"config\":{\"k\":\"x=y\",\"s\":\"3\"}}");
	mini_http_answer(r->http, "GET", "/openapi.json", 200, "{\"x\":\"dry_run\"}");
	expect(r, "patch a k=x=y gone-", CW_CTL_OK,
	       "GET /connectors/a/config\nPATCH /connectors/a/config {\"k\":\"x=y\",\"gone\":null}\n",
	       "a updated\n  - gone=2\n  ~ k=1 → x=y\n", "");
	expect(r, "patch a k=x=y --dry-run -q", CW_CTL_OK,
	       "GET /openapi.json\nGET /connectors/a/config\nPATCH /connectors/a/config?dry_run=true {\"k\":\"x=y\"}\n",
	       "", "");
	/* A secret is [hidden] before and after. */
	mini_http_answer(r->http, "PATCH", "/connectors/a/config", 200,
			 "{\"change\":\"update\",\"config\":{\"k\":\"1\",\"gone\":\"2\",\"s\":\"3\"}}");
	run(r, "patch a s=4 --dry-run");
	CU_ASSERT_TRUE(is(r->out, "a would be updated\n  ~ a hidden value\n"));
	mini_http_answer(r->http, "PATCH", "/connectors/a/config", 200,
			 "{\"change\":\"none\",\"config\":{\"k\":\"1\",\"gone\":\"2\",\"s\":\"3\"}}");
	run(r, "patch a s=3 --dry-run");
	CU_ASSERT_TRUE(is(r->out, "a unchanged\n"));
	expect(r, "patch a k", CW_CTL_USAGE, "", "", "k is neither KEY=VALUE nor KEY-");
	/* A worker that does not know dry runs would do it. */
	mini_http_answer(r->http, "GET", "/openapi.json", 404, "{\"message\":\"HTTP 404 Not Found\"}");
	expect(r, "patch a k=1 --dry-run", CW_CTL_REFUSED, "GET /openapi.json\n", "", "has no dry runs");
	end(r);
}

int main(void)
{
	CU_TestInfo commands[] = {
		{ "list", test_list__shows_each_connector_and_how_many_tasks_run },
		{ "get", test_get__has_kinds_and_forms },
		{ "describe", test_describe__tells_all },
		{ "patterns", test_names__may_be_patterns },
		{ "waiting", test_changes__wait_for_their_effect },
		{ "delete", test_delete__asks_on_a_terminal_only },
		{ "patch", test_patch__sets_and_removes_keys },
		{ "show", test_show__prints_what_create_reads },
		{ "status", test_status__shows_states_numbers_and_traces },
		{ "status of several", test_status__of_several },
		{ "status without metrics", test_status__does_without_metrics },
		{ "watch", test_status__watches_in_lines_or_on_a_screen },
		{ "pause, resume, stop, delete", test_changes__make_one_request_a_name_and_go_on_after_a_refusal },
		{ "restart", test_restart__asks_for_what_is_to_be_restarted },
		{ "restart says what", test_restart__says_what_the_worker_restarts },
		{ "plugins", test_plugins__are_listed_and_described },
		{ "validate", test_validate__prints_every_error_and_warning },
		{ "health", test_health__ends_by_what_the_worker_says },
		{ "wait", test_wait__looks_until_the_state_is_there },
		{ "wait gives up", test_wait__says_why_it_gave_up },
		{ "wait for what is not there", test_wait__knows_a_connector_without_a_status_from_none },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "commands", .pTests = commands }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
