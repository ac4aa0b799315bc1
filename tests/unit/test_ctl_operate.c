/* workerctl against a worker that this process plays: labels, logs, loggers, topics. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "ctl/selector.h"
#include "ctl_fixture.h"

/* ---- labels -------------------------------------------------------------------------------- */

static void test_selector__conditions(void)
{
	static const struct {
		const char *selector;
		bool fits;
	} cases[] = {
		{ "team=search", true },
		{ "team==search", true },
		{ "team=logs", false },
		{ "team!=logs", true },
		{ "team!=search", false },
		{ "team", true },
		{ "!team", false },
		{ "owner", false },
		{ "!owner", true },
		{ "owner=x", false },
		{ "owner!=x", true },
		{ "empty=", true },
		{ "team=", false },
		{ "x.io/cost-center=a=b", true },
		{ "x.io/cost-center==a=b", true },
		{ "team=search,env=prod", true },
		{ "team=search,env!=prod", false },
		{ "team=search,env,!owner,", true },
	};
	static const char *const wrong[] = { "", ",", "=x", "!=x", "!", "a b=x", "team=search,,env", "!!team" };
	static const char *const too_many[] = { "a===", "a===b", "a!==b", "team=search,a====b" };
	json_t *config = json_pack("{s:s,s:s,s:s,s:s,s:s}", "label.team", "search", "label.env", "prod", "label.empty", "",
				   "label.x.io/cost-center", "a=b", "topic", "t");
	struct cw_error err = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(cw_selector_check(cases[i].selector, &err), 0);
		CU_ASSERT_EQUAL(cw_selector_fits(cases[i].selector, config), cases[i].fits);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		err = (struct cw_error){ 0 };
		CU_ASSERT_EQUAL(cw_selector_check(wrong[i], &err), -1);
		CU_ASSERT_TRUE(has(err.text, "asks for no label; it is such as team=search"));
	}
	for (size_t i = 0; i < sizeof(too_many) / sizeof(too_many[0]); i++) {
		err = (struct cw_error){ 0 };
		CU_ASSERT_EQUAL(cw_selector_check(too_many[i], &err), -1);
		CU_ASSERT_TRUE(has(err.text, "has a = too many; it is such as team=search"));
	}
	json_decref(config);
}

/* a and c belong to the team; what was labelled otherwise, or not at all, must be let alone. */
static struct run *begin_with_labels(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200,
			 "{\"c\":{\"info\":{\"config\":{\"label.team\":\"search\",\"label.env\":\"prod\"}}},"
			 "\"b\":{\"info\":{\"config\":{\"label.team\":\"logs\"}}},"
			 "\"a\":{\"info\":{\"config\":{\"label.team\":\"search\"}}},\"d\":{\"info\":{\"config\":{}}}}");
	mini_http_answer(r->http, "PUT", "/connectors/a/pause", 202, "");
	mini_http_answer(r->http, "PUT", "/connectors/c/pause", 202, "");
	return r;
}

#define ASKED "GET /connectors?expand=info\n"

static void test_labels__choose_connectors(void)
{
	struct run *r = begin_with_labels();

	expect(r, "pause -l team=search", CW_CTL_OK, ASKED "PUT /connectors/a/pause\nPUT /connectors/c/pause\n",
	       "a pausing\nc pausing\n", "");
	expect(r, "pause [bc] -l team=search", CW_CTL_OK, ASKED "PUT /connectors/c/pause\n", "c pausing\n", "");
	expect(r, "pause b c --selector=team=search,env", CW_CTL_OK, ASKED "PUT /connectors/c/pause\n", "c pausing\n",
	       "");
	expect(r, "pause -l team=nobody", CW_CTL_NOT_FOUND, ASKED, "", "no connector has the labels team=nobody");
	expect(r, "pause [bd] -l team=search", CW_CTL_NOT_FOUND, ASKED, "",
	       "no connector with the labels team=search has a name that fits [bd]");
	expect(r, "pause b -l team=search", CW_CTL_NOT_FOUND, ASKED, "", "no connector has the labels team=search");
	/* One that is not there at all is not passed over in silence. */
	run(r, "__complete pause -l _");
	CU_ASSERT_TRUE(is(r->out, "team=search\nenv=prod\nteam=logs\n"));
	run(r, "__complete pause --selector=te");
	CU_ASSERT_TRUE(is(r->out, "--selector=team=search\n--selector=team=logs\n"));
	run(r, "pause x c -l team=search");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(is(r->out, "c pausing\n"));
	end(r);
}

static void test_labels__of_get_and_delete(void)
{
	struct run *r = begin_with_labels();

	mini_http_answer(r->http, "DELETE", "/connectors/a", 204, "");
	mini_http_answer(r->http, "DELETE", "/connectors/c", 204, "");
	expect(r, "get connectors -q -l team=search", CW_CTL_OK, "GET /connectors?expand=status&expand=info\n" ASKED, "a\nc\n",
	       "");
	expect(r, "delete -l team=search", CW_CTL_OK, ASKED "DELETE /connectors/a\nDELETE /connectors/c\n",
	       "a deleted\nc deleted\n", "");
	expect(r, "get plugins -l team=search", CW_CTL_USAGE, "", "", "get plugins lists all of them");
	expect(r, "get loggers -l team=search", CW_CTL_USAGE, "", "", "loggers have no labels");
	end(r);
}

static void test_labels__of_patch_and_prune(void)
{
	char path[] = "/tmp/cw-XXXXXX.json";
	struct run *r = begin_with_labels();
	CW_AUTO_FREE char *line = NULL;

	mini_http_answer(r->http, "GET", "/connectors/c/config", 200, "{\"k\":\"1\"}");
	mini_http_answer(r->http, "PATCH", "/connectors/c/config", 200, "{\"config\":{\"k\":\"2\"}}");
	expect(r, "patch -l env=prod k=2", CW_CTL_OK,
	       ASKED "GET /connectors/c/config\nPATCH /connectors/c/config {\"k\":\"2\"}\n", "c updated\n  ~ k=1 → 2\n",
	       "");
	mini_http_answer(r->http, "GET", "/openapi.json", 200, "{\"x\":\"dry_run\"}");
	mini_http_answer(r->http, "GET", "/connectors/a/config", 200, "{\"name\":\"a\"}");
	line = cw_format("apply %s --prune -l team=search --dry-run",
			 file_of("{\"name\":\"a\",\"config\":{\"name\":\"a\"}}", path));
	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(is(r->out, "a unchanged\nc would be deleted\n"));
	unlink(path);
	end(r);
}

/* ---- logs ---------------------------------------------------------------------------------- */

#define LINE_0 "{\"time\":\"2026-01-21T22:23:40.123Z\",\"level\":\"INFO\",\"task\":0,\"message\":\"one\\u001b[2J\"}"
#define LINE_1 "{\"time\":\"2026-01-21T22:23:41.000Z\",\"level\":\"ERROR\",\"message\":\"two\\nlines\"}"
#define TEXT_0 "2026-01-21T22:23:40.123Z INFO  task 0: one?[2J\n"
#define TEXT_1 "2026-01-21T22:23:41.000Z ERROR two\nlines\n"

static void test_logs__are_printed_in_each_form(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/logs", 200, "[" LINE_0 "," LINE_1 "]");
	expect(r, "logs src", CW_CTL_OK, "GET /connectors/src/logs?follow=false\n", TEXT_0 TEXT_1, "");
	expect(r, "logs src --level warn -n 7", CW_CTL_OK, "GET /connectors/src/logs?follow=false&level=WARN&lines=7\n",
	       TEXT_0 TEXT_1, "");
	run(r, "logs src -o json");
	CU_ASSERT_TRUE(has(r->out, "[{\"time\":\"2026-01-21T22:23:40.123Z\","));
	/* Colors are for terminals. */
	r->tty = true;
	run(r, "logs src");
	CU_ASSERT_TRUE(has(r->out, "2026-01-21T22:23:41.000Z \033[31mERROR\033[0m two\nlines\n"));
	CU_ASSERT_TRUE(has(r->out, TEXT_0));
	run(r, "logs src --no-color");
	CU_ASSERT_TRUE(is(r->out, TEXT_0 TEXT_1));
	end(r);
}

static void test_logs__follow_tells_why_it_ended(void)
{
	static const char *const asked = "GET /connectors/src/logs?follow=true\nGET /connectors/src\n";
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/src/logs", 200, LINE_0 "\n\n{\"skipped\":3}\n" LINE_1 "\n");
	/* The connector was deleted: nothing is wrong. */
	mini_http_answer(r->http, "GET", "/connectors/src", 404, "{\"message\":\"Connector src not found\"}");
	expect(r, "logs src -f", CW_CTL_OK, asked, TEXT_0 TEXT_1, "3 lines came faster than they were read");
	expect(r, "logs src -f -o json", CW_CTL_OK, asked, LINE_0 "\n{\"skipped\":3}\n" LINE_1 "\n", "");
	run(r, "logs --follow src -o yaml");
	CU_ASSERT_TRUE(has(r->out, "- time: "));
	/* It is there, but its lines have ended: so has the worker. */
	mini_http_answer(r->http, "GET", "/connectors/src", 200, "{}");
	run(r, "logs src -f -o json");
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	CU_ASSERT_TRUE(has(r->err, "the worker at http://127.0.0.1:"));
	CU_ASSERT_TRUE(has(r->err, " has ended\n"));
	end(r);
}

static void test_logs__refusals(void)
{
	struct run *r = begin();
	CW_AUTO_FREE char *away = cw_format("-s 127.0.0.1:%d logs src -f", mini_http_free_port());

	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"src\"]");
	mini_http_answer(r->http, "GET", "/connectors/scr/logs", 404, "{\"message\":\"Connector scr not found\"}");
	for (int i = 0; i < 2; i++) {
		run(r, i ? "logs scr -f" : "logs scr");
		CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
		CU_ASSERT_TRUE(is(r->err, "workerctl: Connector scr not found (did you mean src?)\n"));
	}
	/* Kafka's own workers have no such thing. */
	mini_http_answer(r->http, "GET", "/connectors/src/logs", 404, "{\"message\":\"HTTP 404 Not Found\"}");
	expect(r, "logs src -f", CW_CTL_NOT_FOUND, "GET /connectors/src/logs?follow=true\n", "",
	       "has no answer to this: it is another kind of worker or an older one");
	run(r, away);
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	CU_ASSERT_TRUE(has(r->err, "Is the worker running?"));
	end(r);
}

/* A worker that begins to answer and then says nothing: one connection, until it is closed. */
static void *fall_silent(void *listener)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\none\n\ntwo\r\n";
	char asked[4096];
	int fd = accept(*(int *)listener, NULL, NULL);

	if (fd >= 0 && read(fd, asked, sizeof(asked)) > 0 && write(fd, answer, sizeof(answer) - 1) > 0)
		while (read(fd, asked, sizeof(asked)) > 0)
			;
	close(fd);
	return NULL;
}

static void note_line(void *arg, const char *line)
{
	cw_buf_printf(arg, "<%s>", line);
}

static void test_follow__gives_up_on_silence(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct cw_buf seen = { 0 };
	struct cw_client_lines lines = { .line = note_line, .arg = &seen, .stop_fd = -1, .silence_ms = 100 };
	struct cw_map target = { 0 };
	struct cw_error err = { 0 };
	struct cw_reply reply;
	struct cw_client *client;
	CW_AUTO_FREE char *url = NULL;
	pthread_t thread;

	CU_ASSERT_EQUAL_FATAL(bind(listener, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL_FATAL(listen(listener, 1), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, fall_silent, &listener), 0);
	url = cw_format("127.0.0.1:%d", ntohs(address.sin_port));
	cw_map_set(&target, "url", url);
	client = cw_client_new(&target, 5000, &err);
	CU_ASSERT_EQUAL(cw_client_follow(client, "/", &lines, &reply), CW_CLIENT_FAILED);
	CU_ASSERT_STRING_EQUAL(seen.p, "<one><>");
	CU_ASSERT_EQUAL(reply.status, 0);
	CU_ASSERT_TRUE(has(reply.message, ": no sign of life for 0.1 s"));
	cw_reply_free(&reply);
	cw_client_free(client);
	pthread_join(thread, NULL);
	close(listener);
	cw_map_free(&target);
	cw_buf_free(&seen);
}

/* ---- loggers, topics ----------------------------------------------------------------------- */

static void test_loggers__are_shown_and_set(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/admin/loggers", 200,
			 "{\"connectors.src\":{\"level\":\"DEBUG\",\"last_modified\":1769034220123},"
			 "\"root\":{\"level\":\"INFO\",\"last_modified\":null}}");
	expect(r, "get loggers", CW_CTL_OK, "GET /admin/loggers\n",
	       "LOGGER          LEVEL  CHANGED\n"
	       "connectors.src  DEBUG  2026-01-21T22:23:40.123Z\n"
	       "root            INFO   -\n",
	       "");
	expect(r, "loggers get conn* -q", CW_CTL_OK, "GET /admin/loggers\n", "connectors.src\n", "");
	expect(r, "get logger root -o json", CW_CTL_OK, "GET /admin/loggers\n",
	       "{\"root\":{\"level\":\"INFO\",\"last_modified\":null}}\n", "");
	expect(r, "get loggers nobody", CW_CTL_NOT_FOUND, "GET /admin/loggers\n", "", "no logger is called nobody");
	mini_http_answer(r->http, "PUT", "/admin/loggers/root", 200, "[\"connectors.src\",\"root\"]");
	expect(r, "loggers set root WARN", CW_CTL_OK, "GET /admin/loggers\nPUT /admin/loggers/root {\"level\":\"WARN\"}\n",
	       "connectors.src level WARN\nroot level WARN\n", "");
	mini_http_answer(r->http, "PUT", "/admin/loggers/root", 204, "");
	expect(r, "loggers set root WARN --scope CLUSTER", CW_CTL_OK,
	       "GET /admin/loggers\nPUT /admin/loggers/root?scope=cluster {\"level\":\"WARN\"}\n", "root level WARN\n", "");
	/* A connector's name is not its logger's. */
	expect(r, "loggers set src WARN", CW_CTL_NOT_FOUND, "GET /admin/loggers\n", "",
	       "no logger is called src; that of the connector is connectors.src\n"
	       "Try 'workerctl loggers set connectors.src WARN'.");
	mini_http_answer(r->http, "PUT", "/admin/loggers/a%2Fb", 404, "{\"message\":\"No such logger\"}");
	expect(r, "loggers set a/b trace", CW_CTL_NOT_FOUND,
	       "GET /admin/loggers\nPUT /admin/loggers/a%2Fb {\"level\":\"TRACE\"}\n", "", "No such logger");
	end(r);
}

static void test_topics__are_shown_and_reset(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "[\"src\",\"new\"]");
	mini_http_answer(r->http, "GET", "/connectors/new", 200, "{}");
	mini_http_answer(r->http, "GET", "/connectors/src", 200, "{}");
	mini_http_answer(r->http, "GET", "/connectors/nobody", 404, "{\"message\":\"Connector nobody not found\"}");
	mini_http_answer(r->http, "GET", "/connectors/new/topics", 200, "{\"new\":{\"topics\":[]}}");
	mini_http_answer(r->http, "GET", "/connectors/nobody/topics", 200, "{\"nobody\":{\"topics\":[]}}");
	mini_http_answer(r->http, "GET", "/connectors/src/topics", 200, "{\"src\":{\"topics\":[\"t\",\"u\"]}}");
	mini_http_answer(r->http, "PUT", "/connectors/src/topics/reset", 202, "");
	expect(r, "get topics", CW_CTL_OK,
	       "GET /connectors\nGET /connectors/new/topics\nGET /connectors/new\nGET /connectors/src/topics\n",
	       "CONNECTOR  TOPIC\nsrc        t\nsrc        u\n", "");
	expect(r, "get topics s* -q", CW_CTL_OK, "GET /connectors\nGET /connectors/src/topics\n", "t\nu\n", "");
	expect(r, "get topics new", CW_CTL_OK, "GET /connectors/new/topics\nGET /connectors/new\n", "no topics\n", "");
	run(r, "get topics nobody");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(has(r->err, "Connector nobody not found"));
	expect(r, "topics reset src", CW_CTL_OK, "GET /connectors/src\nPUT /connectors/src/topics/reset\n",
	       "src topics reset\n", "");
	run(r, "topics reset nobody src");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(is(r->out, "src topics reset\n"));
	/* What the worker does not keep need not be asked of it for each connector. */
	mini_http_answer(r->http, "GET", "/connectors/new/topics", 403, "{\"message\":\"Topic tracking is disabled.\"}");
	expect(r, "get topics", CW_CTL_DENIED, "GET /connectors\nGET /connectors/new/topics\n", "",
	       "workerctl: Topic tracking is disabled.\n");
	end(r);
}

/* ---- offsets of a time --------------------------------------------------------------------- */

#define AT(number, offset)                                                                                             \
	"{\"partition\":{\"kafka_partition\":" #number ",\"kafka_topic\":\"t\"},\"offset\":{\"kafka_offset\":" #offset "}}"

static struct run *begin_with_times(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/openapi.json", 200, "{\"parameters\":[{\"name\": \"at\"}]}");
	mini_http_answer(r->http, "GET", "/connectors/k/offsets", 200, "{\"offsets\":[" AT(0, 5) "," AT(1, 7) "]}");
	mini_http_answer(r->http, "PATCH", "/connectors/k/offsets", 200, "{\"message\":\"m\"}");
	return r;
}

static void test_to_time__sets_the_offsets_of_a_time(void)
{
	struct run *r = begin_with_times();

	expect(r, "offsets to-time k 2026-01-21T22:23:40+02:00", CW_CTL_OK,
	       "GET /openapi.json\nGET /connectors/k/offsets?at=2026-01-21T22%3A23%3A40%2B02%3A00\n"
	       "PATCH /connectors/k/offsets {\"offsets\":[" AT(0, 5) "," AT(1, 7) "]}\n",
	       "k offsets altered\n", "");
	expect(r, "offsets to-time k 5000 t:1", CW_CTL_OK,
	       "GET /openapi.json\nGET /connectors/k/offsets?at=5000\n"
	       "PATCH /connectors/k/offsets {\"offsets\":[" AT(1, 7) "]}\n",
	       "k offsets altered\n", "");
	run(r, "offsets to-time k 5000 t:1 t:9");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(has(r->err, "k has no offset in a partition t:9"));
	mini_http_answer(r->http, "GET", "/connectors/k/status", 200, "{\"connector\":{\"state\":\"STOPPED\"}}");
	expect(r, "offsets to-time k 5000 t:0 --dry-run", CW_CTL_OK,
	       "GET /openapi.json\nGET /connectors/k/offsets?at=5000\nGET /connectors/k/offsets\nGET /connectors/k/status\n",
	       "PARTITION  NOW  THEN\nt:0        5    5\n", "");
	end(r);
}

static void test_to_time__so_long_ago(void)
{
	static const struct {
		const char *word;
		int64_t ago_ms;
	} cases[] = {
		{ "-90s", 90000 }, { "-30m", 1800000 }, { "-2h", 7200000 },
		{ "-1d", 86400000 }, { "-0s", 0 },
	};
	struct run *r = begin_with_times();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CW_AUTO_FREE char *line = cw_format("offsets to-time k %s", cases[i].word);
		CW_AUTO_FREE char *seen = NULL;
		const char *at;
		int64_t off_ms;

		run(r, line);
		seen = mini_http_requests(r->http);
		at = strstr(seen, "?at=");
		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
		off_ms = cw_clock_epoch_ms() - cases[i].ago_ms - strtoll(at + 4, NULL, 10);
		CU_ASSERT_TRUE(off_ms >= 0 && off_ms < 60000);
	}
	end(r);
}

static void test_to_time__refusals(void)
{
	struct run *r = begin_with_times();

	mini_http_answer(r->http, "GET", "/connectors/k/offsets", 200, "{\"offsets\":[]}");
	expect(r, "offsets to-time k 5000", CW_CTL_REFUSED, "GET /openapi.json\nGET /connectors/k/offsets?at=5000\n", "",
	       "k reads no topic that is there yet");
	mini_http_answer(r->http, "GET", "/connectors/k/offsets", 400, "{\"message\":\"The parameter at is no time\"}");
	run(r, "offsets to-time k 2026-01-21T22:23:40Z");
	CU_ASSERT_EQUAL(r->status, CW_CTL_REFUSED);
	CU_ASSERT_TRUE(is(r->err, "workerctl: The parameter at is no time\n"));
	/* One that does not know the parameter would answer with the offsets that are there. */
	mini_http_answer(r->http, "GET", "/openapi.json", 200, "{\"x\":\"at\"}");
	expect(r, "offsets to-time k 5000", CW_CTL_REFUSED, "GET /openapi.json\n", "", "has no offsets of a time");
	end(r);
}

/* ---- top ----------------------------------------------------------------------------------- */

static void test_top__shows_what_connectors_do_and_cost(void)
{
	static const char *const asked = "GET /metrics\nGET /connectors?expand=status\nGET /metrics\n";
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200,
			 "{\"src\":{\"status\":{\"type\":\"source\",\"summary_state\":\"FAILED\",\"connector\":{\"state\":\"RUNNING\"},"
			 "\"tasks\":[{\"id\":0,\"state\":\"RUNNING\"},{\"id\":1,\"state\":\"FAILED\"}]}},"
			 "\"a\":{\"status\":{\"connector\":{\"state\":\"STOPPED\"},\"tasks\":[]}}}");
	mini_http_answer(r->http, "GET", "/metrics", 200,
			 "connect_worker_task_records_total{connector=\"src\",task=\"0\"} 1000\n"
			 "connect_worker_task_bytes_total{connector=\"src\",task=\"0\"} 9\n"
			 "connect_worker_task_errors_total{connector=\"src\",task=\"1\"} 2\n"
			 "connect_worker_connector_cpu_seconds_total{connector=\"src\"} 1.5\n"
			 "connect_worker_connector_resident_memory_bytes{connector=\"src\"} 12345678\n");
	/* Nothing moves in this worker; what is not known of one that is stopped is no zero. */
	expect(r, "top", CW_CTL_OK, asked,
	       "NAME  STATE    TASKS   RECORDS/S  BYTES/S  LAG  ERRORS    CPU   MEMORY\n"
	       "src   FAILED   1 of 2          0    0 B/s    -       2  0.0 %  12.3 MB\n"
	       "a     STOPPED  0               -        -    -       -      -        -\n",
	       "");
	run(r, "top src -o json");
	CU_ASSERT_TRUE(has(r->out, "\"resident_memory_bytes\":12345678"));
	CU_ASSERT_TRUE(has(r->out, "\"cpu_percent\":0.0"));
	CU_ASSERT_PTR_NULL(strstr(r->out, "\"a\":"));
	run(r, "top src nope -q");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(has(r->err, "Connector nope not found"));
	/* A worker without numbers still has states. */
	mini_http_answer(r->http, "GET", "/metrics", 404, "{\"message\":\"HTTP 404 Not Found\"}");
	run(r, "top src -o wide");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(has(r->out, "src   FAILED  1 of 2          -"));
	end(r);
}

int main(void)
{
	CU_TestInfo operate[] = {
		{ "selector", test_selector__conditions },
		{ "labels", test_labels__choose_connectors },
		{ "labels of get and delete", test_labels__of_get_and_delete },
		{ "labels of patch and prune", test_labels__of_patch_and_prune },
		{ "logs", test_logs__are_printed_in_each_form },
		{ "logs followed", test_logs__follow_tells_why_it_ended },
		{ "logs refused", test_logs__refusals },
		{ "silence", test_follow__gives_up_on_silence },
		{ "loggers", test_loggers__are_shown_and_set },
		{ "topics", test_topics__are_shown_and_reset },
		{ "to-time", test_to_time__sets_the_offsets_of_a_time },
		{ "to-time: so long ago", test_to_time__so_long_ago },
		{ "to-time refused", test_to_time__refusals },
		{ "top", test_top__shows_what_connectors_do_and_cost },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "operating", .pTests = operate }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
