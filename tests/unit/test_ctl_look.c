/* What workerctl shows of states: on a screen, in detail, harmlessly, and as names. */
#include <curl/curl.h>

#include "ctl/screen.h"
#include "ctl_fixture.h"

/* ---- screens ------------------------------------------------------------------------------- */

static void expect_screen(const char *text, size_t rows, size_t columns, const char *expected)
{
	struct cw_buf out = { 0 };

	cw_screen_put(&out, text, rows, columns);
	CU_ASSERT_TRUE(is(out.p ? out.p : "", expected));
	cw_buf_free(&out);
}

static void test_screen__has_so_many_lines_of_that_width(void)
{
	expect_screen("a\nb\nc\n", 3, 10, "a\nb\nc\n");
	expect_screen("a\nb\nc\nd\n", 3, 20, "a\nb\n… 2 more lines\n");
	expect_screen("a\nb\nc\nd\n", 0, 0, "a\nb\nc\nd\n");
	expect_screen("a\nb\nc\n", 2, 8, "a\n… 2 more\n");
	expect_screen("abcdef\n\nxy\n", 5, 3, "abc\n\nxy\n");
	/* Characters, not bytes; colors take no room, and end where the line does. */
	expect_screen("äöü€\n", 5, 3, "äöü\n");
	expect_screen("\033[1mNAME\033[0m  \033[32mRUNNING\033[0m\n", 5, 8, "\033[1mNAME\033[0m  \033[32mRU\033[0m\n");
	expect_screen("ab\033[1", 5, 2, "");
	expect_screen("", 5, 2, "");
}

/* 26 connectors, with a name and a state that a narrow screen has no room for. */
static json_t *many_connectors(void)
{
	json_t *all = json_object();

	for (int i = 0; i < 26; i++) {
		CW_AUTO_FREE char *name = cw_format("connector-%02d", i);

		json_object_set_new(all, name, json_pack("{s:{s:s,s:{s:s,s:s},s:[],s:s}}", "status", "name", name, "connector",
							 "state", "STOPPED", "worker_id", "w:1", "tasks", "type", "source"));
	}
	return all;
}

/* The frames of a screen: how many lines has the highest, and how many characters its longest line? */
static void measure(const char *out, size_t *rows, size_t *columns)
{
	size_t row = 0;

	*rows = *columns = 0;
	while (*out) {
		size_t n = strcspn(out, "\n"), clear = strlen("\033[H\033[2J");
		bool first = strncmp(out, "\033[H\033[2J", clear) == 0;
		CW_AUTO_FREE char *line = first ? cw_strndup(out + clear, n - clear) : cw_strndup(out, n);

		row = first ? 1 : row + 1;
		*rows = row > *rows ? row : *rows;
		*columns = cw_text_width(line) > *columns ? cw_text_width(line) : *columns;
		out += n + 1;
	}
}

static void test_watch__keeps_the_first_lines_on_the_screen(void)
{
	static const char *const lines[] = { "top -n 2 --interval 0.01 --no-color", "status -n 2 --interval 0.01 --no-color",
					     "get connectors -n 2 --interval 0.01 --no-color" };
	struct run *r = begin();
	json_t *all = many_connectors();
	CW_AUTO_FREE char *answer = json_dumps(all, JSON_COMPACT);

	json_decref(all);
	mini_http_answer(r->http, "GET", "/connectors", 200, answer);
	r->tty = true;
	r->height = 15;
	r->width = 40;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t rows, columns;

		run(r, lines[i]);
		measure(r->out, &rows, &columns);
		CU_ASSERT_EQUAL(rows, 14);
		CU_ASSERT_EQUAL(columns, 40);
		CU_ASSERT_TRUE(has(r->out, "\nconnector-10 "));
		CU_ASSERT_TRUE(has(r->out, "… 15 more lines\n"));
		CU_ASSERT_PTR_NULL(strstr(r->out, "connector-11"));
	}
	/* One look is text like any other: nobody's screen is drawn. */
	run(r, "status --no-color");
	CU_ASSERT_TRUE(has(r->out, "connector-25"));
	/* A terminal that does not say how many lines it has gets them all. */
	r->height = 0;
	run(r, lines[0]);
	CU_ASSERT_TRUE(has(r->out, "connector-25"));
	end(r);
}

/* ---- what does not get on ------------------------------------------------------------------ */

#define REASON "task 0: no progress for 404 s: TASK_PUT is being tried again (attempt 313): connection refused"
#define RETRY                                                                                                          \
	"{\"stage\":\"TASK_PUT\",\"attempt\":313,\"next_attempt_at\":\"2026-01-21T22:23:40.123Z\","                    \
	"\"cause\":\"connection refused\"}"
#define STUCK(degraded)                                                                                                \
	"{\"name\":\"es\",\"type\":\"sink\",\"connector\":{\"state\":\"RUNNING\",\"worker_id\":\"w:1\"}," degraded     \
	"\"tasks\":[{\"id\":0,\"state\":\"RUNNING\",\"worker_id\":\"w:1\",\"retry\":" RETRY "}]}"
#define DEGRADED "\"summary_state\":\"DEGRADED\",\"degraded\":\"" REASON "\","
#define STILL_RUNNING "\"summary_state\":\"RUNNING\","

static void test_status__says_what_does_not_get_on(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors", 200, "{\"es\":{\"status\":" STUCK(DEGRADED) "}}");
	mini_http_answer(r->http, "GET", "/connectors/es/status", 200, STUCK(DEGRADED));
	mini_http_answer(r->http, "GET", "/metrics", 200, "connect_worker_task_retries_total{connector=\"es\",task=\"0\"} 2\n");
	run(r, "status");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(is(r->out, "NAME  TYPE  STATE     TASKS      RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
				  "es    sink  DEGRADED  1 RUNNING        -    -       -      313         -\n"));
	run(r, "status es");
	CU_ASSERT_TRUE(is(r->out, "NAME  TYPE  STATE     TASKS      RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
				  "es    sink  DEGRADED  1 RUNNING        -    -       -      313         -\n"
				  "\n"
				  "TASK  STATE    WORKER  RECORDS  LAG  ERRORS  RETRIES  RESTARTS\n"
				  "0     RUNNING  w:1           -    -       -      313         -\n"
				  "\n"
				  "DEGRADED:\n"
				  "    " REASON "\n"
				  "\n"
				  "task 0:\n"
				  "    TASK_PUT is being tried again (attempt 313, the next one at 2026-01-21T22:23:40.123Z)\n"));
	run(r, "status es -n 1");
	CU_ASSERT_TRUE(has(r->out, "Z es DEGRADED tasks=1 retries=313\n"));
	CU_ASSERT_TRUE(has(r->out, "Z es-0 RUNNING retries=313\n"));
	mini_http_answer(r->http, "GET", "/connectors/es/config", 200, "{\"k\":\"1\"}");
	run(r, "describe es");
	CU_ASSERT_TRUE(has(r->out, "\nDEGRADED:\n    " REASON "\n\ntask 0:\n    TASK_PUT is being tried again"));
	end(r);
}

/* As long as it is not DEGRADED, what is tried again says why itself. */
static void test_status__says_what_is_tried_again(void)
{
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/es/status", 200, STUCK(STILL_RUNNING));
	mini_http_answer(r->http, "GET", "/metrics", 200, "connect_worker_task_retries_total{connector=\"es\",task=\"0\"} 400\n");
	run(r, "status es");
	CU_ASSERT_EQUAL(r->status, CW_CTL_OK);
	CU_ASSERT_TRUE(has(r->out, "es    sink  RUNNING  1 RUNNING        -    -       -      400         -\n"));
	CU_ASSERT_TRUE(has(r->out, "\ntask 0:\n    TASK_PUT is being tried again (attempt 313, the next one at "
				   "2026-01-21T22:23:40.123Z): connection refused\n"));
	CU_ASSERT_PTR_NULL(strstr(r->out, "DEGRADED"));
	end(r);
}

/* ---- what a worker quotes ------------------------------------------------------------------ */

/* A trace has what a record had in it; a terminal must not do what that says. */
#define EVIL "\\u001b]0;pwn\\u0007\\u001b[31mred\\u009b0m"
#define EVIL_TASK "{\"id\":0,\"state\":\"FAILED\",\"worker_id\":\"w:1\",\"trace\":\"bad record " EVIL "\\n\\tat a.b(C.java:1)\"}"
#define EVIL_STATUS(name) "{\"name\":\"" name "\",\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[" EVIL_TASK "]}"

static bool is_harmless(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t') || strncmp(text, "\302\233", 2) == 0)
			return false;
	return true;
}

static void test_traces__do_nothing_to_the_terminal(void)
{
	static const char *const lines[] = { "wait k -t 5", "pause k --wait", "status k", "describe k", "restart k --task=0 --wait" };
	struct run *r = begin();

	mini_http_answer(r->http, "GET", "/connectors/k/status", 200, EVIL_STATUS("k"));
	mini_http_answer(r->http, "GET", "/connectors/k/config", 200, "{\"k\":\"1\"}");
	mini_http_answer(r->http, "PUT", "/connectors/k/pause", 202, "");
	mini_http_answer(r->http, "POST", "/connectors/k/tasks/0/restart", 204, "");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		run(r, lines[i]);
		CU_ASSERT_EQUAL(r->status, CW_CTL_FAILED);
		CU_ASSERT_TRUE(is_harmless(r->out));
		CU_ASSERT_TRUE(is_harmless(r->err));
		CU_ASSERT_TRUE(strstr(r->out, "?]0;pwn??[31mred?0m") || strstr(r->err, "?]0;pwn??[31mred?0m"));
	}
	/* Java's traces have tabs. */
	run(r, "status k");
	CU_ASSERT_TRUE(has(r->out, "\n    bad record ?]0;pwn??[31mred?0m\n        at a.b(C.java:1)\n"));
	end(r);
}

static void test_names__do_nothing_to_the_terminal(void)
{
	struct run *r = begin();

	run(r, "status \033[31mx");
	CU_ASSERT_EQUAL(r->status, CW_CTL_NOT_FOUND);
	CU_ASSERT_TRUE(is_harmless(r->err));
	run(r, "status --\033[31mx");
	CU_ASSERT_EQUAL(r->status, CW_CTL_USAGE);
	CU_ASSERT_TRUE(is_harmless(r->err));
	end(r);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "screens", test_screen__has_so_many_lines_of_that_width },
		{ "watches on a screen", test_watch__keeps_the_first_lines_on_the_screen },
		{ "DEGRADED", test_status__says_what_does_not_get_on },
		{ "retries", test_status__says_what_is_tried_again },
		{ "traces", test_traces__do_nothing_to_the_terminal },
		{ "odd names", test_names__do_nothing_to_the_terminal },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "looking", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
