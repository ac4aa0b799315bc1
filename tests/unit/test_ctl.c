/*
 * workerctl against a worker that this process plays: for each command the requests it makes, what it
 * prints and how it ends.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "ctl/ctl.h"
#include "mini_http.h"
#include "unit.h"

/* ---- running it ---------------------------------------------------------------------------- */

struct run {
	struct mini_http *http;
	char *out, *err;
	enum cw_ctl_exit status;
	bool tty;
};

/* Runs workerctl with a command line, its words apart by single blanks. */
static void run(struct run *r, const char *line)
{
	CW_AUTO_FREE char *copy = cw_strdup(line);
	CW_AUTO_FREE char *url = cw_format("127.0.0.1:%d/", mini_http_port(r->http));
	char program[] = "workerctl", *argv[32] = { program };
	size_t out_n, err_n;
	struct cw_ctl_io io = { .tty = r->tty, .width = 80, .env_url = url };
	int argc = 1;

	free(r->out);
	free(r->err);
	mini_http_forget(r->http);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	io.out = open_memstream(&r->out, &out_n);
	io.err = open_memstream(&r->err, &err_n);
	r->status = cw_ctl_main(argc, argv, &io);
	fclose(io.out);
	fclose(io.err);
}

static struct run *begin(void)
{
	struct run *r = cw_alloc(sizeof(*r));

	r->http = mini_http_start();
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->http);
	return r;
}

static void end(struct run *r)
{
	mini_http_stop(r->http);
	free(r->out);
	free(r->err);
	free(r);
}

static bool is(const char *got, const char *expected)
{
	if (strcmp(got, expected) == 0)
		return true;
	fprintf(stderr, "\n--- got\n%s\n--- expected\n%s\n", got, expected);
	return false;
}

static bool has(const char *got, const char *part)
{
	if (strstr(got, part))
		return true;
	fprintf(stderr, "\n--- got\n%s\n--- expected in it\n%s\n", got, part);
	return false;
}

/* Status, output and requests of a command at once; err "" or a part of it. */
static void expect(struct run *r, const char *line, enum cw_ctl_exit status, const char *requests, const char *out,
		   const char *err)
{
	CW_AUTO_FREE char *seen = NULL;

	run(r, line);
	seen = mini_http_requests(r->http);
	CU_ASSERT_EQUAL(r->status, status);
	CU_ASSERT_TRUE(is(seen, requests));
	CU_ASSERT_TRUE(is(r->out, out));
	CU_ASSERT_TRUE(*err ? has(r->err, err) : is(r->err, ""));
	if (r->status != status)
		fprintf(stderr, "\n%s: exit status %d\n%s", line, (int)r->status, r->err);
}

/* A file that is gone at the end of the test. */
static char *file_of(const char *text, char *path)
{
	int fd = mkstemps(path, 5);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

/* ---- what the worker says ------------------------------------------------------------------ */

#define STATUS(state, tasks)                                                                                           \
	"{\"name\":\"src\",\"connector\":{\"state\":\"" state "\",\"worker_id\":\"w:1\"},\"tasks\":[" tasks            \
	"],\"type\":\"source\"}"
#define TASK(id, state) "{\"id\":" #id ",\"state\":\"" state "\",\"worker_id\":\"w:1\"}"
#define FAILED_TASK                                                                                                    \
	"{\"id\":1,\"state\":\"FAILED\",\"worker_id\":\"w:1\",\"trace\":\"killed by SIGSEGV in poll()\\nat x.c:7\"}"
#define NOT_FOUND "{\"error_code\":404,\"message\":\"Connector scr not found\"}"

static const char metrics[] = "# TYPE connect_worker_task_records_total counter\n"
			      "connect_worker_task_records_total{connector=\"src\",task=\"0\"} 1000\n"
			      "connect_worker_task_records_total{connector=\"src\",task=\"1\"} 234567\n"
			      "connect_worker_task_errors_total{connector=\"src\",task=\"1\"} 2\n"
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

static void test_create__posts_the_file_and_passes_a_refusal_on(void)
{
	struct run *r = begin();
	char json[] = "/tmp/cw-ctl-XXXXXX.json", props[] = "/tmp/cw-ctl-XXXXXX.prop",
	     nameless[] = "/tmp/cw-ctl-XXXXXX.json";
	CW_AUTO_FREE char *create_json = cw_format("create %s", file_of("{\"name\":\"s\",\"config\":{\"a\":1}}", json));
	CW_AUTO_FREE char *create_props =
		cw_format("create %s --state paused -o json", file_of("name=s\na = b\n", props));
	CW_AUTO_FREE char *create_nameless = cw_format("create %s", file_of("{\"a\":\"b\"}", nameless));

	mini_http_answer(r->http, "POST", "/connectors", 201, "{}");
	expect(r, create_json, CW_CTL_OK, "POST /connectors {\"name\":\"s\",\"config\":{\"a\":\"1\",\"name\":\"s\"}}\n",
	       "s created\n", "");
	expect(r, create_props, CW_CTL_OK,
	       "POST /connectors "
	       "{\"name\":\"s\",\"config\":{\"name\":\"s\",\"a\":\"b\"},\"initial_state\":\"PAUSED\"}\n",
	       "{\"name\":\"s\",\"result\":\"created\"}\n", "");
	mini_http_answer(r->http, "POST", "/connectors", 409,
			 "{\"error_code\":409,\"message\":\"Connector s already exists\"}");
	run(r, create_json);
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(is(r->err, "workerctl: Connector s already exists\n"));
	expect(r, create_nameless, CW_CTL_USAGE, "", "", "\"name\" is missing");
	expect(r, "create /tmp/no-such-file.json", CW_CTL_USAGE, "", "", "no-such-file.json");
	unlink(json);
	unlink(props);
	unlink(nameless);
	end(r);
}

static void test_apply__says_created_updated_or_unchanged(void)
{
	struct run *r = begin();
	char one[] = "/tmp/cw-ctl-XXXXXX.prop", two[] = "/tmp/cw-ctl-XXXXXX.prop";
	CW_AUTO_FREE char *line =
		cw_format("apply %s %s", file_of("name=s 1\na=b\n", one), file_of("name=t\na=b\n", two));

	mini_http_answer(r->http, "GET", "/connectors/s%201/config", 200, "{\"name\":\"s 1\",\"a\":\"old\"}");
	mini_http_answer(r->http, "PUT", "/connectors/s%201/config", 200, "{}");
	mini_http_answer(r->http, "GET", "/connectors/t/config", 200, "{\"a\":\"b\",\"name\":\"t\"}");
	expect(r, line, CW_CTL_OK,
	       "GET /connectors/s%201/config\nPUT /connectors/s%201/config {\"name\":\"s 1\",\"a\":\"b\"}\n"
	       "GET /connectors/t/config\n",
	       "s 1 updated\nt unchanged\n", "");
	mini_http_answer(r->http, "GET", "/connectors/t/config", 404, NOT_FOUND);
	mini_http_answer(r->http, "PUT", "/connectors/t/config", 201, "{}");
	mini_http_answer(r->http, "PUT", "/connectors/s%201/config", 400,
			 "{\"error_code\":400,\"message\":\"Connector configuration is invalid\"}");
	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(is(r->out, "t created\n"));
	CU_ASSERT_TRUE(has(r->err, ".prop: Connector configuration is invalid\n"));
	unlink(two);
	/* A file that cannot be read: the other is not applied either. */
	expect(r, line, CW_CTL_USAGE, "", "", two);
	unlink(one);
	end(r);
}

static void test_show__prints_what_create_reads(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/config", 200,
			 "{\"name\":\"src\",\"b\":\" x\\\\d\\n\",\"a key\":\"1=2\"}");
	expect(r, "show src", CW_CTL_OK, "GET /connectors/src/config\n", "a\\ key=1=2\nb=\\ x\\\\d\\n\nname=src\n", "");
	expect(r, "show src -o json", CW_CTL_OK, "GET /connectors/src/config\n",
	       "{\"name\":\"src\",\"config\":{\"name\":\"src\",\"b\":\" x\\\\d\\n\",\"a key\":\"1=2\"}}\n", "");
	mini_http_answer(r->http, "GET", "/connectors/scr/config", 404, NOT_FOUND);
	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"other\",\"src\"]");
	expect(r, "show scr", CW_CTL_REFUSED, "GET /connectors/scr/config\nGET /connectors\n", "",
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
	CU_ASSERT_TRUE(has(r->out, "Z src RUNNING tasks=1 records=235567 errors=2 restarts=1\n"));
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
	expect(r, "pause scr a/b src", CW_CTL_REFUSED,
	       "PUT /connectors/scr/pause\nGET /connectors\nPUT /connectors/a%2Fb/pause\nPUT /connectors/src/pause\n",
	       "a/b pausing\nsrc pausing\n", "workerctl: Connector scr not found\n");
	expect(r, "resume src", CW_CTL_OK, "PUT /connectors/src/resume\n", "src resuming\n", "");
	expect(r, "stop src", CW_CTL_OK, "PUT /connectors/src/stop\n", "src stopping\n", "");
	expect(r, "delete src -o json", CW_CTL_OK, "DELETE /connectors/src\n",
	       "{\"name\":\"src\",\"result\":\"deleted\"}\n", "");
	end(r);
}

static void test_restart__asks_for_what_is_to_be_restarted(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "POST", "/connectors/src/restart", 204, "");
	mini_http_answer(r->http, "POST", "/connectors/src/tasks/3/restart", 204, "");
	expect(r, "restart src", CW_CTL_OK, "POST /connectors/src/restart?includeTasks=false&onlyFailed=false\n",
	       "src restarting\n", "");
	expect(r, "restart --include-tasks --only-failed src", CW_CTL_OK,
	       "POST /connectors/src/restart?includeTasks=true&onlyFailed=true\n", "src restarting\n", "");
	expect(r, "restart src --task 3", CW_CTL_OK, "POST /connectors/src/tasks/3/restart\n", "src restarting\n", "");
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
	expect(r, "plugin Nope", CW_CTL_REFUSED, "GET /connector-plugins/Nope/config\n", "",
	       "workerctl: Unknown plugin Nope.\n");
	end(r);
}

static void test_validate__prints_every_error_and_warning(void)
{
	struct run *r = begin();
	char path[] = "/tmp/cw-ctl-XXXXXX.prop", empty[] = "/tmp/cw-ctl-XXXXXX.prop";
	CW_AUTO_FREE char *line = cw_format("validate %s", file_of("name=s\nconnector.class=Foo\nx=1\n", path));
	CW_AUTO_FREE char *classless = cw_format("validate %s", file_of("name=s\n", empty));
	CW_AUTO_FREE char *valid = cw_format("%s is valid\nwarning: unknown key \"x\"\n", path);
	static const char *const request =
		"PUT /connector-plugins/Foo/config/validate {\"name\":\"s\",\"connector.class\":\"Foo\",\"x\":\"1\"}\n";

	mini_http_answer(r->http, "PUT", "/connector-plugins/Foo/config/validate", 200,
			 "{\"name\":\"Foo\",\"error_count\":2,\"configs\":[{\"value\":{\"name\":\"topic\",\"errors\":["
			 "\"e 1\",\"e 2\"]}},"
			 "{\"value\":{\"name\":\"ok\",\"errors\":[]}}],\"warnings\":[\"unknown key \\\"x\\\"\"]}");
	expect(r, line, CW_CTL_REFUSED, request, "KEY    ERROR\ntopic  e 1\ntopic  e 2\nwarning: unknown key \"x\"\n",
	       "");
	mini_http_answer(
		r->http, "PUT", "/connector-plugins/Foo/config/validate", 200,
		"{\"name\":\"Foo\",\"error_count\":0,\"configs\":[],\"warnings\":[\"unknown key \\\"x\\\"\"]}");
	expect(r, line, CW_CTL_OK, request, valid, "");
	expect(r, classless, CW_CTL_USAGE, "", "", "connector.class is missing");
	unlink(path);
	unlink(empty);
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
	mini_http_answer(r->http, "GET", "/connectors/src/status", 200, STATUS("RUNNING", TASK(0, "UNASSIGNED")));
	run(r, "wait src -t 0.01");
	CU_ASSERT_TRUE(is(r->err, "workerctl: src did not become RUNNING within 0.01 s: RUNNING, task 0 UNASSIGNED\n"));
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
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	mini_http_answer(r->http, "GET", "/connectors/src", 200, "{}");
	run(r, "wait src -t 0.01");
	CU_ASSERT_EQUAL(r->status, CW_CTL_TIMEOUT);
	end(r);
}

/* ---- a worker that is not there, or is none ------------------------------------------------ */

static void test_unreachable__is_told_from_a_refusal_and_shows_no_password(void)
{
	struct run *r = begin();
	CW_AUTO_FREE char *line = cw_format("--url http://me:secret@127.0.0.1:%d pause a b", mini_http_free_port());
	CW_AUTO_FREE char *waiting = cw_format("--url http://127.0.0.1:%d wait a -t 0.01", mini_http_free_port());

	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	CU_ASSERT_TRUE(has(r->err, "workerctl: cannot reach http://127.0.0.1:"));
	CU_ASSERT_PTR_NULL(strstr(r->err, "secret"));
	/* Said once: the second name would fare no better. */
	CU_ASSERT_PTR_NULL(strstr(strstr(r->err, "cannot reach") + 1, "cannot reach"));
	run(r, waiting);
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	end(r);
}

static void test_stranger__is_named(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 502, "<html>bad gateway</html>");
	run(r, "list");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(has(r->err, "answered with HTTP status 502 and no message; is it a Kafka Connect worker?"));
	mini_http_answer(r->http, "GET", "/connectors", 500, "{\"error_code\":500,\"message\":\"a\\u001b[2Jb\\nc\"}");
	run(r, "list");
	CU_ASSERT_TRUE(is(r->err, "workerctl: a?[2Jb\nc\n"));
	mini_http_answer(r->http, "GET", "/connectors", 200, "<html>welcome</html>");
	run(r, "list");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(has(r->err, "did not answer with JSON"));
	end(r);
}

static void test_credentials__go_with_the_request(void)
{
	struct run *r = begin();
	CW_AUTO_FREE char *line = cw_format("-u http://me:s%%20x@127.0.0.1:%d health", mini_http_port(r->http));

	mini_http_answer(r->http, "GET", "/health", 200, "{\"status\":\"healthy\",\"message\":\"\"}");
	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	/* base64 of "me:s x" */
	CU_ASSERT_STRING_EQUAL(mini_http_authorization(r->http), "Basic bWU6cyB4");
	end(r);
}

/* ---- the command line ---------------------------------------------------------------------- */

static void test_usage__one_sentence_for_each_mistake(void)
{
	static const struct {
		const char *line, *err;
	} cases[] = {
		{ "", "a command is needed" },
		{ "lits", "unknown command \"lits\"; did you mean \"list\"?" },
		{ "stat", "did you mean \"status\"?" },
		{ "frobnicate", "unknown command \"frobnicate\"" },
		{ "list x", "list: unexpected argument \"x\"" },
		{ "show", "show needs an argument: NAME" },
		{ "pause", "pause needs an argument: NAME…" },
		{ "list --wach", "unknown option --wach; did you mean --watch?" },
		{ "list --watch", "list does not take --watch" },
		{ "list -x", "unknown option -x" },
		{ "list --url", "--url needs a value: URL" },
		{ "list -o", "-o needs a value: FORMAT" },
		{ "list -o yaml", "--output=yaml is unknown; it is table or json" },
		{ "list --quiet=yes", "--quiet takes no value" },
		{ "list --timeout=soon", "--timeout=soon is no time" },
		{ "list -t 0", "--timeout=0 is no time" },
		{ "list -t inf", "--timeout=inf is no time" },
		{ "list --url ftp://x", "the worker's URL is not valid" },
		{ "list --url http://", "the worker's URL is not valid" },
		{ "status --count 0", "--count=0 is not valid; it is a whole number, 1 or more" },
		{ "status --interval x", "--interval=x is no time" },
		{ "restart a --task -1", "--task=-1 is not valid" },
		{ "wait a --for DONE",
		  "--for=DONE is no state to use here; there are RUNNING, PAUSED, STOPPED, COMPLETED, FAILED" },
		{ "create f --state COMPLETED", "there are RUNNING, PAUSED, STOPPED" },
		{ "help nope", "unknown command \"nope\"" },
	};
	struct run *r = begin();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(r, cases[i].line, CW_CTL_USAGE, "", "", cases[i].err);
	end(r);
}

static void test_help__names_every_command_option_and_exit_status(void)
{
	struct run *r = begin();

	run(r, "--help");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++)
		CU_ASSERT_TRUE(has(r->out, c->summary));
	for (const struct cw_ctl_option *o = cw_ctl_options; o->name; o++)
		CU_ASSERT_TRUE(has(r->out, o->help));
	for (const struct cw_ctl_exit_text *e = cw_ctl_exits; e->text; e++)
		CU_ASSERT_TRUE(has(r->out, e->text));
	run(r, "help restart");
	CU_ASSERT_TRUE(has(r->out, "Usage: workerctl [OPTION]… restart NAME…\n"));
	CU_ASSERT_TRUE(has(r->out, "--only-failed"));
	CU_ASSERT_PTR_NULL(strstr(r->out, "--watch"));
	run(r, "restart --help");
	CU_ASSERT_TRUE(has(r->out, "Usage: workerctl [OPTION]… restart NAME…\n"));
	run(r, "--version");
	CU_ASSERT_TRUE(is(r->out, "workerctl " PACKAGE_VERSION "\n"));
	end(r);
}

static void test_completion__is_made_from_the_tables(void)
{
	struct run *r = begin();

	run(r, "completion");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		CW_AUTO_FREE char *part = cw_format("\t%s)\n", c->name);

		CU_ASSERT_TRUE(has(r->out, part));
	}
	CU_ASSERT_TRUE(has(r->out, "complete -F _workerctl workerctl\n"));
	end(r);
}

/* The text of a man page without what its language adds: "\-" is "-". */
static char *man_page(const char *name)
{
	const char *folder = getenv("srcdir");
	CW_AUTO_FREE char *path = cw_format("%s/man/%s", folder ? folder : ".", name);
	FILE *file = fopen(path, "r");
	struct cw_buf out = { 0 };
	int c;

	while (file && (c = fgetc(file)) != EOF)
		if (c != '\\') {
			char byte = (char)c;

			cw_buf_append(&out, &byte, 1);
		}
	if (file)
		fclose(file);
	return cw_buf_take(&out);
}

static void test_man_page__describes_every_command_option_and_exit_status(void)
{
	CW_AUTO_FREE char *page = man_page("workerctl.1");

	for (const struct cw_ctl_command *c = cw_ctl_commands; c->name; c++) {
		CW_AUTO_FREE char *bare = cw_format("\n.B %s", c->name);
		CW_AUTO_FREE char *with_argument = cw_format("\n.BI %s \"", c->name);

		CU_ASSERT_TRUE(has(page, strstr(page, bare) ? bare : with_argument));
	}
	for (const struct cw_ctl_option *o = cw_ctl_options; o->name; o++) {
		CW_AUTO_FREE char *part = cw_format("--%s", o->name);

		CU_ASSERT_TRUE(has(page, part));
	}
	for (const struct cw_ctl_exit_text *e = cw_ctl_exits; e->text; e++) {
		CW_AUTO_FREE char *part = cw_format(".B %d\n", (int)e->code);

		CU_ASSERT_TRUE(has(page, part));
	}
}

int main(void)
{
	CU_TestInfo commands[] = {
		{ "list", test_list__shows_each_connector_and_how_many_tasks_run },
		{ "create", test_create__posts_the_file_and_passes_a_refusal_on },
		{ "apply", test_apply__says_created_updated_or_unchanged },
		{ "show", test_show__prints_what_create_reads },
		{ "status", test_status__shows_states_numbers_and_traces },
		{ "status without metrics", test_status__does_without_metrics },
		{ "watch", test_status__watches_in_lines_or_on_a_screen },
		{ "pause, resume, stop, delete", test_changes__make_one_request_a_name_and_go_on_after_a_refusal },
		{ "restart", test_restart__asks_for_what_is_to_be_restarted },
		{ "plugins", test_plugins__are_listed_and_described },
		{ "validate", test_validate__prints_every_error_and_warning },
		{ "health", test_health__ends_by_what_the_worker_says },
		{ "wait", test_wait__looks_until_the_state_is_there },
		{ "wait gives up", test_wait__says_why_it_gave_up },
		{ "wait for what is not there", test_wait__knows_a_connector_without_a_status_from_none },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo around[] = {
		{ "unreachable", test_unreachable__is_told_from_a_refusal_and_shows_no_password },
		{ "no worker", test_stranger__is_named },
		{ "credentials", test_credentials__go_with_the_request },
		{ "usage", test_usage__one_sentence_for_each_mistake },
		{ "help", test_help__names_every_command_option_and_exit_status },
		{ "completion", test_completion__is_made_from_the_tables },
		{ "man page", test_man_page__describes_every_command_option_and_exit_status },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "commands", .pTests = commands },
				  { .pName = "around them", .pTests = around },
				  CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
