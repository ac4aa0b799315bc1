/* The real server and clients that are slow, silent or many; a fake herder behind it tells what got through. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "rest_fixture.h"
#include "unit.h"

#define JSON "Content-Type: application/json\r\n"

static void test_limits__connections_of_one_address(void)
{
	struct rest_fixture f;
	int fds[4];

	rest_fixture_up(&f, "rest.connections.per.address.max=3\nlog.level=error\n");
	for (int i = 0; i < 4; i++)
		fds[i] = http_open(f.url);
	CU_ASSERT_TRUE(http_is_closed(fds[3], 5000));
	for (int i = 0; i < 3; i++)
		CU_ASSERT_FALSE(http_is_closed(fds[i], 20));
	close(fds[0]);
	close(fds[3]);
	CU_ASSERT_TRUE(rest_fixture_becomes(&f, NULL, 200));
	close(fds[1]);
	close(fds[2]);
	rest_fixture_down(&f);
}

static void test_limits__connections_in_all(void)
{
	struct rest_fixture f;
	int fds[3];

	rest_fixture_up(&f, "rest.connections.max=2\nlisteners=http://127.0.0.1:0,http://127.0.0.1:0\n");
	fds[0] = http_open(f.url);
	fds[1] = http_open(cw_rest_address_at(f.rest, 1));
	CU_ASSERT_FALSE(http_is_closed(fds[0], 20));
	CU_ASSERT_FALSE(http_is_closed(fds[1], 200));
	fds[2] = http_open(f.url);
	CU_ASSERT_TRUE(http_is_closed(fds[2], 5000));
	close(fds[1]);
	close(fds[2]);
	CU_ASSERT_TRUE(rest_fixture_becomes(&f, NULL, 200));
	close(fds[0]);
	rest_fixture_down(&f);
}

/* In silence, or in the middle of a handshake. */
#define DRIPPERS 200

static void test_limits__dripping_clients_end_and_delay_nobody(void)
{
	static const char head[] = "PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\n" JSON
				   "Content-Length: 100000\r\n\r\n";
	int64_t started_ms, worst_ms = 0;
	int fds[DRIPPERS], n_closed = 0;
	struct rest_fixture f;

	rest_fixture_up(&f, "rest.request.timeout.ms=2000\nlisteners=http://127.0.0.1:0\n");
	for (int i = 0; i < DRIPPERS; i++) {
		fds[i] = http_open(f.url);
		CU_ASSERT_TRUE_FATAL(fds[i] >= 0);
		http_send(fds[i], head, i % 2 ? 5 : sizeof(head) - 1);
	}
	started_ms = cw_clock_ms();
	while (cw_clock_ms() - started_ms < 1500) {
		int64_t asked_ms = cw_clock_ms(), took_ms;

		CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/c", NULL), 200);
		took_ms = cw_clock_ms() - asked_ms;
		worst_ms = took_ms > worst_ms ? took_ms : worst_ms;
		for (int i = 0; i < DRIPPERS; i++)
			http_send(fds[i], "x", 1);
		nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	}
	CU_ASSERT_TRUE(worst_ms < 5000);
	while (n_closed < DRIPPERS && cw_clock_ms() - started_ms < 20000) {
		n_closed = 0;
		for (int i = 0; i < DRIPPERS; i++) {
			http_send(fds[i], "x", 1);
			n_closed += http_is_closed(fds[i], 1);
		}
	}
	CU_ASSERT_EQUAL(n_closed, DRIPPERS);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/c", NULL), 200);
	for (int i = 0; i < DRIPPERS; i++)
		close(fds[i]);
	rest_fixture_down(&f);
}

static void test_limits__a_late_request_is_told_so(void)
{
	static const char head[] = "PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx";
	struct http_answer answer;
	struct rest_fixture f;
	int fd;

	rest_fixture_up(&f, "rest.request.timeout.ms=200\n");
	fd = http_open(f.url);
	http_send(fd, head, sizeof(head) - 1);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 408);
	CU_ASSERT_TRUE(answer.body && strstr(answer.body, "{\"error_code\":408,"));
	CU_ASSERT_TRUE(http_is_closed(fd, 5000));
	http_answer_free(&answer);
	close(fd);
	rest_fixture_down(&f);
}

/* What the server itself takes its time for is not held against the client. */
static void test_limits__a_slow_herder_is_no_slow_client(void)
{
	static const char request[] = "GET /connectors/slow HTTP/1.1\r\nHost: h\r\n\r\n";
	struct http_answer answer;
	struct rest_fixture f;
	int fd;

	rest_fixture_up(&f, "rest.request.timeout.ms=200\n");
	fd = http_open(f.url);
	http_send(fd, request, sizeof(request) - 1);
	CU_ASSERT_TRUE(fake_herder_await_slow(f.herder, 1));
	CU_ASSERT_FALSE(http_is_closed(fd, 600));
	fake_herder_open(f.herder);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_free(&answer);
	close(fd);
	rest_fixture_down(&f);
}

static int start_wait(const struct rest_fixture *f)
{
	static const char request[] = "PUT /connectors/slow/pause?wait=PAUSED&timeout=1h HTTP/1.1\r\nHost: h\r\n\r\n";
	int fd = http_open(f->url);

	http_send(fd, request, sizeof(request) - 1);
	return fd;
}

/* Clients with less patience than their requests, which ask again. */
static void test_limits__a_client_that_has_gone_waits_for_nothing(void)
{
	struct rest_fixture f;
	int fds[3];

	rest_fixture_up(&f, "rest.connections.per.address.max=3\nlog.level=error\n");
	for (int i = 0; i < 3; i++)
		fds[i] = start_wait(&f);
	CU_ASSERT_TRUE(fake_herder_await_slow(f.herder, 3));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	CU_ASSERT_TRUE(fake_herder_await_given_up(f.herder));
	CU_ASSERT_TRUE(rest_fixture_becomes(&f, NULL, 200));
	rest_fixture_down(&f);
}

/* From here it looks the same, but for the answer. */
static void test_limits__a_client_that_says_it_is_done_waits_for_nothing(void)
{
	struct http_answer answer;
	struct rest_fixture f;
	int fd;

	rest_fixture_up(&f, NULL);
	fd = start_wait(&f);
	CU_ASSERT_TRUE(fake_herder_await_slow(f.herder, 1));
	shutdown(fd, SHUT_WR);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 504);
	rest_fixture_check(answer.body && strstr(answer.body, "The client has closed its side of the connection"),
			   "half closed", "why", answer.body);
	http_answer_free(&answer);
	close(fd);
	rest_fixture_down(&f);
}

static char *repeated(const char *piece, size_t times)
{
	struct cw_buf text = { 0 };

	for (size_t i = 0; i < times; i++)
		cw_buf_puts(&text, piece);
	return cw_buf_take(&text);
}

/* A body, or a path, with a name of many times the piece. */
static void expect_too_long(const struct rest_fixture *f, bool in_path, const char *piece, size_t times)
{
	CW_AUTO_FREE char *name = repeated(piece, times);
	CW_AUTO_FREE char *body = in_path ? cw_strdup("{\"connector.class\":\"S\"}") :
					    cw_format("{\"name\":\"%s\",\"config\":{}}", name);
	CW_AUTO_FREE char *target = in_path ? cw_format("/connectors/%s/config", name) : cw_strdup("/connectors");
	CW_AUTO_FREE char *request = cw_format("%s %s HTTP/1.1\r\nHost: h\r\n" JSON "Content-Length: %zu\r\n\r\n%s",
					       in_path ? "PUT" : "POST", target, strlen(body), body);
	CW_AUTO_FREE char *words = cw_format(" for configuration name: String may not be longer than 512 bytes, and has %zu",
					     strlen(name));
	struct http_answer answer;

	http_exchange(f->url, request, strlen(request), false, &answer);
	CU_ASSERT_EQUAL(answer.status, 400);
	CU_ASSERT_TRUE(answer.body_n < 1000);
	rest_fixture_check(answer.body && strstr(answer.body, words), target, words, answer.body);
	rest_fixture_check(answer.body && cw_utf8_valid(answer.body, answer.body_n), target, "UTF-8", answer.body);
	http_answer_free(&answer);
}

/* A name in the configuration that is not the one in the path: the sentence is there to its end. */
static void expect_mismatch(const struct rest_fixture *f, size_t n)
{
	CW_AUTO_FREE char *name = repeated("n", n), *body = cw_format("{\"name\":\"%s\"}", name);
	CW_AUTO_FREE char *request = cw_format("PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\n" JSON
					       "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
	struct http_answer answer;

	http_exchange(f->url, request, strlen(request), false, &answer);
	CU_ASSERT_EQUAL(answer.status, 400);
	rest_fixture_check(answer.body && strstr(answer.body, "nnn...) doesn't match connector name in the URL (c)"),
			   "two names", "a whole sentence", answer.body);
	http_answer_free(&answer);
}

static void expect_fits(const struct rest_fixture *f)
{
	CW_AUTO_FREE char *name = repeated("%C3%BC", 256);
	CW_AUTO_FREE char *target = cw_format("/connectors/%s/tasks/2147483647/restart?wait=COMPLETED&timeout=1h", name);

	CU_ASSERT_EQUAL(rest_fixture_status(f, "POST", target, NULL), 200);
}

/* Each path of a connector has to fit into a request; the longest name that may be fits percent-encoded. */
static void test_limits__names(void)
{
	struct rest_fixture f;
	char *called;

	rest_fixture_up(&f, NULL);
	expect_too_long(&f, false, "n", 513);
	expect_too_long(&f, true, "n", 513);
	expect_too_long(&f, false, "n", 9000);
	expect_too_long(&f, false, "n", 140000);
	expect_too_long(&f, false, "\xe9\x95\xb7", 950);
	expect_mismatch(&f, 140000);
	called = fake_herder_last(f.herder);
	CU_ASSERT_STRING_EQUAL(called, "");
	free(called);
	expect_fits(&f);
	rest_fixture_down(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "connections of one address", test_limits__connections_of_one_address },
		{ "connections in all", test_limits__connections_in_all },
		{ "dripping clients", test_limits__dripping_clients_end_and_delay_nobody },
		{ "a late request", test_limits__a_late_request_is_told_so },
		{ "a client that has gone", test_limits__a_client_that_has_gone_waits_for_nothing },
		{ "a client that is done", test_limits__a_client_that_says_it_is_done_waits_for_nothing },
		{ "names", test_limits__names },
		{ "a slow herder", test_limits__a_slow_herder_is_no_slow_client },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest limits", .pTests = tests }, CU_SUITE_INFO_NULL };

	cw_log_setup(CW_LOG_TEXT, CW_LOG_ERROR);
	atexit(rest_fixture_remove_files);
	return cw_test_main(suites);
}
