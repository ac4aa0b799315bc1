/* The real server on a free port, a fake herder behind it, and requests that are good, bad and odd. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "rest/exchange.h"
#include "rest/openapi.h"
#include "rest/routes.h"
#include "rest_fixture.h"
#include "rest_rows.h"
#include "unit.h"

/* CUnit names the line only; tables need the row. */
static void check(bool good, const char *row, const char *what, const char *got)
{
	if (!good)
		fprintf(stderr, "\n%s: %s, got: %s\n", row, what, got ? got : "(none)");
	CU_ASSERT_TRUE(good);
}

static void check_answer(const struct row *row, const char *name, const struct http_answer *answer)
{
	char got[64];

	snprintf(got, sizeof(got), "%d", answer->status);
	check(answer->status == row->status, name, "status", got);
	if (!row->answer)
		check(answer->body_n == 0, name, "an empty body", answer->body);
	else if (row->answer[0] == '~')
		check(answer->body && strstr(answer->body, row->answer + 1), name, row->answer, answer->body);
	else
		check(answer->body && strcmp(answer->body, row->answer) == 0, name, row->answer, answer->body);
	if (row->name) {
		char *value = http_header(answer, row->name);

		check(*row->value ? value && strcmp(value, row->value) == 0 : !value, name, row->name, value);
		free(value);
	}
}

/* What the description of the API says of all requests, and not of each operation. */
static bool is_general(int status)
{
	static const int general[] = { 405, 406, 413, 414, 415, 431 };

	for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
		if (status == general[i])
			return true;
	return false;
}

/* Whether the description of the API has the status that was answered. */
static bool is_documented(const struct row *row, int status)
{
	CW_AUTO_FREE char *text = cw_openapi_json(), *method = cw_strdup(row->method), *number = cw_format("%d", status);
	json_t *document = json_loads(text, 0, NULL), *path;
	struct cw_route_match match = { 0 };
	struct cw_uri uri = { 0 };
	bool found = true;

	for (char *p = method; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (cw_uri_parse(row->target, &uri, NULL) == 0)
		cw_route_find(row->method, &uri, &match);
	if (match.route) {
		path = json_object_get(json_object_get(document, "paths"), match.route->path);
		path = json_object_get(path, strcmp(method, "head") == 0 ? "get" : method);
		found = json_object_get(json_object_get(path, "responses"), number) != NULL;
	}
	cw_uri_free(&uri);
	json_decref(document);
	return found;
}

static void run_row(struct rest_fixture *f, int fd, const struct row *row)
{
	struct cw_buf request = { 0 };
	struct http_answer answer;
	char name[80], *call, *id;

	snprintf(name, sizeof(name), "row %d, %s %.50s", (int)(row - rows), row->method, row->target);
	cw_buf_printf(&request, "%s %s HTTP/1.1\r\nHost: worker:1\r\nX-Request-Id: id-%d\r\n%s", row->method,
		row->target,
		      (int)(row - rows), row->headers ? row->headers : "");
	if (row->body)
		cw_buf_printf(&request, "Content-Length: %zu\r\n", strlen(row->body));
	cw_buf_printf(&request, "\r\n%s", row->body ? row->body : "");
	http_send(fd, request.p, request.n);
	http_receive(fd, strcmp(row->method, "HEAD") == 0, &answer);
	check_answer(row, name, &answer);
	check(is_general(answer.status) || is_documented(row, answer.status), name, "a status that openapi.yaml has", answer.body);
	call = fake_herder_last(f->herder);
	check(strcmp(call, row->call ? row->call : "") == 0, name, row->call ? row->call : "no call", call);
	id = http_header(&answer, "X-Request-Id");
	check(id && atoi(id + 3) == (int)(row - rows), name, "the request's id", id);
	free(id);
	free(call);
	http_answer_free(&answer);
	cw_buf_free(&request);
}

/* All on one connection: no answer may end it, or leave bytes behind. */
static void test_server__answers_as_the_contract_says(void)
{
	struct rest_fixture f;
	int fd;

	rest_fixture_up(&f, NULL);
	fd = http_open(f.url);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&f, fd, &rows[i]);
	close(fd);
	rest_fixture_down(&f);
}

/* ---- HTTP itself ---- */

static void fill(struct cw_buf *out, size_t n, const char *piece)
{
	for (size_t i = 0; i < n; i++)
		cw_buf_puts(out, piece);
}

struct raw_row {
	const char *before;
	size_t n; /* bytes "x" between */
	const char *after;
	int status;
	const char *part;
};

static const struct raw_row raw_rows[] = {
	{ "GET / HTTP/1.0\r\n\r\n", 0, "", 200, "{\"name\":" },
	{ "GET / HTTP/1.1\r\n\r\n", 0, "", 400, ERROR("400", "An HTTP/1.1 request needs a Host header field") },
	{ "GET /", 9000, " HTTP/1.1\r\nHost: h\r\n\r\n", 414, ERROR("414", "HTTP 414 Request-URI Too Long") },
	{ "GET /", 100000, " HTTP/1.1\r\nHost: h\r\n\r\n", 414, ERROR("414", "HTTP 414 Request-URI Too Long") },
	{ "GET / HTTP/1.1\r\nHost: h\r\nX-Long: ", 9000, "\r\n\r\n", 431,
	  ERROR("431", "HTTP 431 Request Header Fields Too Large") },
	{ "GET / HTTP/1.1\r\nHost: h\r\nX-Long: ", 100000, "\r\n\r\n", 431,
	  ERROR("431", "HTTP 431 Request Header Fields Too Large") },
	{ "GET / HTTP/1.1\r\nHost: h\r\nno colon here\r\n\r\n", 0, "", 400, "HTTP 400 Bad Request: " },
	{ "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 0, "", 505, ERROR("505", "HTTP 505 HTTP Version Not Supported") },
	{ "GET / JUNK\r\nHost: h\r\n\r\n", 0, "", 400, "{\"error_code\":400," },
	{ "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n", 0, "", 400, "{\"error_code\":400," },
	{ "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 0, "", 413,
	  "{\"error_code\":413," },
	{ "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", 0, "", 413,
	  ERROR("413", "The request body is larger than the 1048576 bytes that are accepted") },
	{ "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n", 0, "", 413,
	  "1048576" },
	{ "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n",
	  2000000,
	  "", 413, "1048576" },
	{ "POST /connectors HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 0, "", 501, "chunked" },
	{ "POST /connectors HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 0, "", 400,
	  "{\"error_code\":400," },
	{ "PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" JSON_TYPE "\r\n"
	  "1\r\n{\r\n8;ext=1\r\n\"k\":\"v\"}\r\n0\r\nTrailer: t\r\n\r\n", 0, "", 200, INFO("c") },
	{ "PUT /connectors/c/pause HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "", 202,
	  "" },
	{ "PUT /connectors/c/pause HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n\r\n", 0, "",
	  415, "415" },
	{ "POST /connectors HTTP/1.1\r\nHost: \"<evil>\"\r\n" JSON_TYPE "Content-Length: 24\r\n\r\n"
	  "{\"name\":\"c\",\"config\":{}}", 0, "", 201, INFO("c") },
};

/* What libmicrohttpd would keep a record of for each piece, for which it has no room. */
static const struct {
	struct raw_row row;
	const char *piece; /* instead of "x" */
} long_rows[] = {
	{ { "GET /connectors/c?", 600, "x HTTP/1.1\r\nHost: h\r\n\r\n", 200, INFO("c") }, "a=b&" },
	{ { "GET /connectors/c?", 2700, "x HTTP/1.1\r\nHost: h\r\n\r\n", 200, INFO("c") }, "a&b" },
	{ { "GET /connectors/c?", 8000, "x HTTP/1.1\r\nHost: h\r\n\r\n", 200, INFO("c") }, "&" },
	{ { "GET /connectors/c?", 4000, " HTTP/1.1\r\nHost: h\r\n\r\n", 200, INFO("c") }, "=&" },
	{ { "GET /?", 7000, " HTTP/1.1\r\nHost: h\r\n\r\n", 414,
	    ERROR("414", "HTTP 414 Request-URI Too Long") }, "a=b&" },
	{ { "GET /?", 20000, " HTTP/1.1\r\nHost: h\r\n\r\n", 414,
	    ERROR("414", "HTTP 414 Request-URI Too Long") }, "a=b&" },
	{ { "GET /connectors/c HTTP/1.1\r\nHost: h\r\nCookie: ", 2000, "\r\n\r\n", 200, INFO("c") }, "a=b;" },
	{ { "GET /connectors/c HTTP/1.1\r\nHost: h\r\nCookie: ", 4000, "\r\n\r\n", 200, INFO("c") }, "a," },
	{ { "GET /connectors/c HTTP/1.1\r\nHost: h\r\nCookie: ", 20000, "\r\n\r\n", 431,
	    ERROR("431", "HTTP 431 Request Header Fields Too Large") }, "a=b;" },
	{ { "GET /connectors/c HTTP/1.1\r\nHost: h\r\n", 600, "\r\n", 431,
	    ERROR("431", "HTTP 431 Request Header Fields Too Large") }, "a: b\r\n" },
	{ { "GET /connectors/c HTTP/1.1\r\nHost: h\r\nA: b\r\n", 12000, "\r\n", 431,
	    ERROR("431", "HTTP 431 Request Header Fields Too Large") }, " c\r\n" },
	{ { "PUT /connectors/c/pause HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", 3000, "\r\n", 431,
	    ERROR("431", "HTTP 431 Request Header Fields Too Large") }, "a: b\r\n" },
};

static void run_raw(const struct rest_fixture *f, const char *name, const struct raw_row *row, const char *piece)
{
	struct cw_buf request = { 0 };
	struct http_answer answer;
	char got[16], *id;

	cw_buf_puts(&request, row->before);
	fill(&request, row->n, piece);
	cw_buf_puts(&request, row->after);
	http_exchange(f->url, request.p, request.n, false, &answer);
	snprintf(got, sizeof(got), "%d", answer.status);
	check(answer.status == row->status, name, "status", got);
	check(answer.body && strstr(answer.body, row->part), name, row->part, answer.body);
	id = http_header(&answer, "X-Request-Id");
	check(id && strlen(id) == 16, name, "a request id", id);
	check(!answer.head || !strstr(answer.head, "evil"), name, "no echo", answer.head);
	free(id);
	http_answer_free(&answer);
	cw_buf_free(&request);
}

static void test_server__answers_broken_http_with_json(void)
{
	struct rest_fixture f;
	char name[40];

	rest_fixture_up(&f, NULL);
	for (size_t i = 0; i < sizeof(raw_rows) / sizeof(raw_rows[0]); i++) {
		snprintf(name, sizeof(name), "raw row %zu", i);
		run_raw(&f, name, &raw_rows[i], "x");
	}
	for (size_t i = 0; i < sizeof(long_rows) / sizeof(long_rows[0]); i++) {
		snprintf(name, sizeof(name), "long row %zu", i);
		run_raw(&f, name, &long_rows[i].row, long_rows[i].piece);
	}
	rest_fixture_down(&f);
}

/* Each would let what follows its head be a request to one reader, and a body to another. */
static void test_server__takes_no_request_out_of_a_body(void)
{
	static const char *const fields[] = {
		"Content-Length: 2\r\nContent-Length: 58\r\n",
		"Content-Length: 0\r\nContent-Length: 58\r\n",
		"Content-Length: 2\r\nContent-Length: 2\r\n",
		"Content-Length: 58\r\nTransfer-Encoding: chunked\r\n",
		"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
		"Content-Length : 58\r\n",
		": 58\r\nContent-Length: 2\r\n",
	};
	struct rest_fixture f;

	rest_fixture_up(&f, NULL);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		CW_AUTO_FREE char *request = cw_format("PUT /connectors/c/pause HTTP/1.1\r\n%sHost: h\r\n\r\n"
						       "0\r\n\r\nPUT /connectors/d/stop HTTP/1.1\r\nHost: h\r\n\r\n",
						       fields[i]);
		struct http_answer answer;
		int fd = http_open(f.url);
		char *call;

		http_send(fd, request, strlen(request));
		http_receive(fd, false, &answer);
		check(answer.status == 400 && strstr(answer.body, "header field"), fields[i], "400", answer.body);
		check(http_is_closed(fd, 5000), fields[i], "a closed connection", NULL);
		call = fake_herder_last(f.herder);
		check(strcmp(call, "") == 0, fields[i], "no call", call);
		free(call);
		http_answer_free(&answer);
		close(fd);
	}
	rest_fixture_down(&f);
}

static void test_server__continues_when_asked_and_takes_a_body_in_pieces(void)
{
	static const char head[] = "PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
				   "Content-Length: 9\r\nExpect: 100-continue\r\n\r\n";
	struct http_answer answer;
	struct rest_fixture f;
	char *call;
	int fd;

	rest_fixture_up(&f, NULL);
	fd = http_open(f.url);
	http_send(fd, head, sizeof(head) - 1);
	http_receive(fd, true, &answer);
	CU_ASSERT_EQUAL(answer.status, 100);
	http_answer_free(&answer);
	http_send(fd, "{\"k\":", 5);
	http_send(fd, "\"v\"}", 4);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_free(&answer);
	call = fake_herder_last(f.herder);
	CU_ASSERT_STRING_EQUAL(call, "PUT_CONFIG c {\"k\":\"v\"}");
	free(call);
	close(fd);
	rest_fixture_down(&f);
}

static void test_server__answers_pipelined_requests_in_order(void)
{
	static const char both[] = "GET /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n"
				   "POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
				   "GET /connectors/b HTTP/1.1\r\nHost: h\r\n\r\n";
	static const char *const bodies[] = { INFO("a"), ERROR("404", "HTTP 404 Not Found"), INFO("b") };
	struct http_answer answer;
	struct rest_fixture f;
	int fd;

	rest_fixture_up(&f, NULL);
	fd = http_open(f.url);
	http_send(fd, both, sizeof(both) - 1);
	for (size_t i = 0; i < 3; i++) {
		http_receive(fd, false, &answer);
		CU_ASSERT_PTR_NOT_NULL_FATAL(answer.body);
		CU_ASSERT_STRING_EQUAL(answer.body, bodies[i]);
		http_answer_free(&answer);
	}
	close(fd);
	rest_fixture_down(&f);
}

static void test_server__survives_the_deepest_json(void)
{
	struct cw_buf request = { 0 };
	struct http_answer answer;
	struct rest_fixture f;

	rest_fixture_up(&f, NULL);
	cw_buf_puts(&request,
		"PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\n" JSON_TYPE "Content-Length: 200000\r\n\r\n");
	cw_buf_reserve(&request, 200000);
	memset(request.p + request.n, '[', 200000);
	request.n += 200000;
	http_exchange(f.url, request.p, request.n, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 400);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "depth"));
	http_answer_free(&answer);
	/* As deep as jansson goes: refused for its shape, after it was parsed. */
	request.n -= 200000;
	cw_buf_reserve(&request, 200000);
	memset(request.p + request.n, ' ', 200000);
	memset(request.p + request.n, '[', 2040);
	memset(request.p + request.n + 2040, ']', 2040);
	request.n += 200000;
	http_exchange(f.url, request.p, request.n, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 400);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.body, "not an array"));
	http_answer_free(&answer);
	cw_buf_free(&request);
	rest_fixture_down(&f);
}

static void get(const struct rest_fixture *f, const char *target, struct http_answer *answer)
{
	CW_AUTO_FREE char *request = cw_format("GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", target);

	http_exchange(f->url, request, strlen(request), false, answer);
}

static void test_server__health_has_its_own_statuses(void)
{
	static const struct {
		const char *health;
		int status;
		const char *part;
	} cases[] = {
		{ "starting", 503, "{\"status\":\"starting\",\"message\":\"m\"}" },
		{ "unhealthy", 500, "{\"status\":\"unhealthy\",\"message\":\"m\"}" },
		{ NULL, 500, "{\"status\":\"unhealthy\",\"message\":\"no answer\"}" },
		{ "healthy", 200, "{\"status\":\"healthy\",\"message\":\"m\"}" },
	};
	struct http_answer answer;
	struct rest_fixture f;

	rest_fixture_up(&f, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_herder_health(f.herder, cases[i].health);
		get(&f, "/health", &answer);
		CU_ASSERT_EQUAL(answer.status, cases[i].status);
		CU_ASSERT_STRING_EQUAL(answer.body, cases[i].part);
		http_answer_free(&answer);
	}
	rest_fixture_down(&f);
}

/* ---- many clients ---- */

#define SLOW_CLIENTS 50

/* Some have sent one byte, some a whole head and one byte of the body, some nothing. */
static void test_server__slow_clients_delay_nobody(void)
{
	static const char head[] = "PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{";
	struct http_answer answer;
	int fds[SLOW_CLIENTS];
	int64_t started_ms;
	struct rest_fixture f;

	rest_fixture_up(&f, NULL);
	for (int i = 0; i < SLOW_CLIENTS; i++) {
		fds[i] = http_open(f.url);
		if (i % 5)
			http_send(fds[i], i % 2 ? "G" : head, i % 2 ? 1 : sizeof(head) - 1);
	}
	started_ms = cw_clock_ms();
	for (int i = 0; i < 100; i++) {
		get(&f, "/connectors/c", &answer);
		CU_ASSERT_EQUAL(answer.status, 200);
		http_answer_free(&answer);
	}
	CU_ASSERT_TRUE(cw_clock_ms() - started_ms < 5000);
	for (int i = 0; i < SLOW_CLIENTS; i++)
		close(fds[i]);
	rest_fixture_down(&f);
}

#define SLOW_CALLS 40 /* more than there are threads */

/* Kafka, a validation or a drain may be what they wait for: nobody else waits behind them. */
static void test_server__slow_calls_hold_up_nobody_and_all_get_answers(void)
{
	static const char *const others[] = { "/health", "/metrics", "/connectors", "/connectors/c/status",
					      "/connectors/c/offsets" };
	static const char request[] = "GET /connectors/slow HTTP/1.1\r\nHost: h\r\n\r\n";
	struct http_answer answer;
	int fds[SLOW_CALLS];
	struct rest_fixture f;

	rest_fixture_up(&f, NULL);
	for (int i = 0; i < SLOW_CALLS; i++) {
		fds[i] = http_open(f.url);
		http_send(fds[i], request, sizeof(request) - 1);
	}
	CU_ASSERT_TRUE(fake_herder_await_slow(f.herder, SLOW_CALLS));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		get(&f, others[i], &answer);
		check(answer.status == 200, others[i], "200", answer.body);
		http_answer_free(&answer);
	}
	fake_herder_open(f.herder);
	for (int i = 0; i < SLOW_CALLS; i++) {
		http_receive(fds[i], false, &answer);
		CU_ASSERT_EQUAL(answer.status, 200);
		http_answer_free(&answer);
		close(fds[i]);
	}
	rest_fixture_down(&f);
}

/* A server whose herder works for a client; the client's socket. */
static int up_and_busy(struct rest_fixture *f)
{
	static const char request[] = "GET /connectors/slow HTTP/1.1\r\nHost: h\r\n\r\n";
	int fd;

	rest_fixture_up(f, NULL);
	fd = http_open(f->url);
	http_send(fd, request, sizeof(request) - 1);
	CU_ASSERT_TRUE(fake_herder_await_slow(f->herder, 1));
	return fd;
}

/* A client that hangs up while the herder works for it leaves nothing behind. */
static void test_server__client_may_go_away_meanwhile(void)
{
	struct http_answer answer;
	struct rest_fixture f;
	int fd;

	fd = up_and_busy(&f);
	close(fd);
	fake_herder_open(f.herder);
	get(&f, "/connectors/c", &answer);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_free(&answer);
	rest_fixture_down(&f);
}

static void *stop_server(void *arg)
{
	cw_rest_stop(arg);
	return NULL;
}

/* Waits until the server refuses work; what came before is still answered. */
static bool await_stopping(int fd)
{
	static const char request[] = "GET /connectors HTTP/1.1\r\nHost: h\r\n\r\n";
	int64_t until_ms = cw_clock_ms() + 10000;

	while (cw_clock_ms() < until_ms) {
		struct http_answer answer;
		bool stopping;

		http_send(fd, request, sizeof(request) - 1);
		http_receive(fd, false, &answer);
		stopping = answer.status == 500 && strstr(answer.body, "Worker is shutting down");
		http_answer_free(&answer);
		if (stopping)
			return true;
	}
	return false;
}

static void test_server__stop_answers_what_was_asked(void)
{
	static const char request[] = "GET /connectors/slow HTTP/1.1\r\nHost: h\r\n\r\n";
	struct http_answer answer;
	struct rest_fixture f;
	pthread_t stopper;
	int fd, other;

	rest_fixture_up(&f, NULL);
	fd = http_open(f.url);
	other = http_open(f.url);
	http_send(fd, request, sizeof(request) - 1);
	CU_ASSERT_TRUE(fake_herder_await_slow(f.herder, 1));
	CU_ASSERT_EQUAL_FATAL(pthread_create(&stopper, NULL, stop_server, f.rest), 0);
	CU_ASSERT_TRUE(await_stopping(other));
	fake_herder_open(f.herder);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_free(&answer);
	pthread_join(stopper, NULL);
	CU_ASSERT_EQUAL(http_open(f.url), -1);
	close(fd);
	close(other);
	f.rest = NULL;
	rest_fixture_down(&f);
}

/* As when the worker fails to start: the server is there before the herder runs. */
static void test_server__stop_does_not_wait_for_a_herder_that_never_answers(void)
{
	struct http_answer answer;
	struct rest_fixture f;
	int fd;

	fd = up_and_busy(&f);
	cw_rest_stop(f.rest);
	CU_ASSERT_TRUE(fake_herder_await_given_up(f.herder));
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 500);
	CU_ASSERT_TRUE(answer.body && strstr(answer.body, "Request timed out."));
	http_answer_free(&answer);
	close(fd);
	f.rest = NULL;
	rest_fixture_down(&f);
}

static void *one_client(void *arg)
{
	static const char request[] = "GET /connectors/c HTTP/1.1\r\nHost: h\r\n\r\n"
				      "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
	const struct rest_fixture *f = arg;
	int fd = http_open(f->url);
	intptr_t good = 0;

	for (int i = 0; i < 100; i++) {
		struct http_answer answer;

		http_send(fd, request, sizeof(request) - 1);
		for (int k = 0; k < 2; k++) {
			http_receive(fd, false, &answer);
			good += answer.status == 200;
			http_answer_free(&answer);
		}
	}
	close(fd);
	return (void *)good;
}

static void test_server__many_clients_at_once(void)
{
	pthread_t clients[8];
	struct rest_fixture f;
	void *good;

	rest_fixture_up(&f, NULL);
	for (int i = 0; i < 8; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&clients[i], NULL, one_client, &f), 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(clients[i], &good);
		CU_ASSERT_EQUAL((intptr_t)good, 200);
	}
	rest_fixture_down(&f);
}

/* ---- following logs ---- */

static void log_line(struct rest_fixture *f, int number)
{
	struct cw_log_scope scope = { .connector = "c" };
	CW_AUTO_FREE char *text = cw_format("line %d.", number);

	cw_log_rings_add(cw_herder_logs(f->herder), &scope, CW_LOG_INFO, 0, text, strlen(text));
}

/* Reads until the text has come; false after 10 seconds or at the end. All that was read is in *seen. */
static bool read_until(int fd, struct cw_buf *seen, const char *text)
{
	int64_t deadline_ms = cw_clock_ms() + 10000;

	while (cw_clock_ms() < deadline_ms) {
		char piece[4096];
		ssize_t n;

		if (seen->p && strstr(seen->p, text))
			return true;
		n = recv(fd, piece, sizeof(piece), 0);
		if (n <= 0)
			return false;
		cw_buf_append(seen, piece, (size_t)n);
	}
	return false;
}

static int start_follow(struct rest_fixture *f, const char *query)
{
	CW_AUTO_FREE char *request = cw_format("GET /connectors/c/logs?follow=true%s HTTP/1.1\r\nHost: w\r\n\r\n",
					       query);
	int fd = http_open(f->url);

	http_send(fd, request, strlen(request));
	return fd;
}

static void test_server__follows_logs_without_holding_anything_up(void)
{
	struct cw_buf seen = { 0 };
	struct http_answer answer;
	struct rest_fixture f;
	int fds[40]; /* more than the pool has threads */

	rest_fixture_up(&f, NULL);
	log_line(&f, 1);
	for (int i = 0; i < 40; i++)
		fds[i] = start_follow(&f, "");
	for (int i = 0; i < 40; i++) {
		CU_ASSERT_TRUE(read_until(fds[i], &seen, "line 1."));
		CU_ASSERT_PTR_NOT_NULL(strstr(seen.p ? seen.p : "", "Content-Type: application/x-ndjson\r\n"));
		cw_buf_free(&seen);
	}
	for (int n = 2; n < 5; n++) {
		log_line(&f, n);
		get(&f, "/", &answer); /* nobody waits for them */
		CU_ASSERT_EQUAL(answer.status, 200);
		http_answer_free(&answer);
	}
	for (int i = 0; i < 39; i++) {
		CU_ASSERT_TRUE(read_until(fds[i], &seen, "line 4."));
		CU_ASSERT_PTR_NOT_NULL(strstr(seen.p ? seen.p : "", "line 3."));
		cw_buf_free(&seen);
		close(fds[i]);
	}
	/* The last one does not read; 100,000 lines are not kept for it. */
	for (int n = 5; n < 100000; n++)
		log_line(&f, n);
	CU_ASSERT_TRUE(read_until(fds[39], &seen, "line 99999."));
	CU_ASSERT_PTR_NOT_NULL(strstr(seen.p ? seen.p : "", "{\"skipped\":"));
	cw_buf_free(&seen);
	/* An end that is seen as such: the last chunk. */
	cw_log_rings_close(cw_herder_logs(f.herder));
	CU_ASSERT_TRUE(read_until(fds[39], &seen, "0\r\n\r\n"));
	cw_buf_free(&seen);
	close(fds[39]);
	rest_fixture_down(&f);
}

static void test_server__refuses_too_many_followers(void)
{
	struct cw_buf seen = { 0 };
	int fds[CW_LOG_FOLLOWERS_MAX + 1];
	struct rest_fixture f;

	rest_fixture_up(&f, NULL);
	log_line(&f, 1);
	for (int i = 0; i < CW_LOG_FOLLOWERS_MAX; i++) {
		fds[i] = start_follow(&f, "&lines=1");
		CU_ASSERT_TRUE(read_until(fds[i], &seen, "line 1."));
		cw_buf_free(&seen);
	}
	fds[CW_LOG_FOLLOWERS_MAX] = start_follow(&f, "");
	CU_ASSERT_TRUE(read_until(fds[CW_LOG_FOLLOWERS_MAX], &seen, "followed by 64 clients already"));
	CU_ASSERT_PTR_NOT_NULL(strstr(seen.p ? seen.p : "", "Retry-After"));
	cw_buf_free(&seen);
	/* One that goes is noticed at its next sign of life. */
	close(fds[0]);
	for (int i = 0; i < 100 && cw_log_rings_beat(cw_herder_logs(f.herder)) == CW_LOG_FOLLOWERS_MAX; i++)
		usleep(20000);
	CU_ASSERT_EQUAL(cw_log_rings_beat(cw_herder_logs(f.herder)), CW_LOG_FOLLOWERS_MAX - 1);
	cw_log_rings_close(cw_herder_logs(f.herder));
	rest_fixture_down(&f);
	for (int i = 1; i <= CW_LOG_FOLLOWERS_MAX; i++)
		close(fds[i]);
}

static void refuse_listener(const char *listener, enum cw_error_code code, const char *part)
{
	struct cw_worker_config config;
	struct cw_error err = { 0 };
	char text[1400];

	CU_ASSERT_TRUE_FATAL(rest_fixture_config("", &config, text));
	config.listeners = (struct cw_list){ &listener, 1 };
	CU_ASSERT_PTR_NULL(cw_rest_start(&config, NULL, &err));
	CU_ASSERT_EQUAL(err.code, code);
	check(strstr(err.text, part), listener, part, err.text);
	cw_worker_config_free(&config);
}

static void test_server__refuses_bad_listeners_with_a_sentence(void)
{
	struct rest_fixture f;

	rest_fixture_up(&f, NULL);
	refuse_listener(f.url, CW_ERR_FATAL, strerror(EADDRINUSE));
	refuse_listener("https://127.0.0.1:0", CW_ERR_INVALID, "listeners.https.ssl.keystore.location");
	refuse_listener("127.0.0.1:8083", CW_ERR_INVALID, "http://HOST:PORT");
	refuse_listener("http://127.0.0.1", CW_ERR_INVALID, "port");
	refuse_listener("http://127.0.0.1:70000", CW_ERR_INVALID, "65535");
	refuse_listener("http://127.0.0.1:80x", CW_ERR_INVALID, "65535");
	refuse_listener("http://::1:0", CW_ERR_INVALID, "brackets");
	refuse_listener("http://1.2.3.4.5:0", CW_ERR_INVALID, "resolved");
	refuse_listener("unix:relative", CW_ERR_INVALID, "absolute");
	rest_fixture_down(&f);
}

static void test_server__listens_on_all_listeners(void)
{
	struct rest_fixture f;
	struct http_answer answer;

	rest_fixture_up(&f, "listeners=http://127.0.0.1:0, http://localhost:0/\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(cw_rest_address_at(f.rest, 1));
	CU_ASSERT_PTR_NULL(cw_rest_address_at(f.rest, 2));
	for (size_t i = 0; i < 2; i++) {
		snprintf(f.url, sizeof(f.url), "%s", cw_rest_address_at(f.rest, i));
		get(&f, "/", &answer);
		CU_ASSERT_EQUAL(answer.status, 200);
		http_answer_free(&answer);
	}
	rest_fixture_down(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "the contract, row by row", test_server__answers_as_the_contract_says },
		{ "broken HTTP is answered with JSON", test_server__answers_broken_http_with_json },
		{ "no request comes out of a body", test_server__takes_no_request_out_of_a_body },
		{ "100-continue and a body in pieces", test_server__continues_when_asked_and_takes_a_body_in_pieces },
		{ "pipelined requests", test_server__answers_pipelined_requests_in_order },
		{ "deep JSON", test_server__survives_the_deepest_json },
		{ "health's statuses", test_server__health_has_its_own_statuses },
		{ "slow clients delay nobody", test_server__slow_clients_delay_nobody },
		{ "slow calls hold up nobody", test_server__slow_calls_hold_up_nobody_and_all_get_answers },
		{ "a client may go away", test_server__client_may_go_away_meanwhile },
		{ "stop answers what was asked", test_server__stop_answers_what_was_asked },
		{ "stop waits for no answer", test_server__stop_does_not_wait_for_a_herder_that_never_answers },
		{ "many clients at once", test_server__many_clients_at_once },
		{ "logs are followed", test_server__follows_logs_without_holding_anything_up },
		{ "too many followers", test_server__refuses_too_many_followers },
		{ "bad listeners", test_server__refuses_bad_listeners_with_a_sentence },
		{ "several listeners", test_server__listens_on_all_listeners },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest server", .pTests = tests }, CU_SUITE_INFO_NULL };

	cw_log_set_level(CW_LOG_ERROR);
	atexit(rest_fixture_remove_files);
	return cw_test_main(suites);
}
