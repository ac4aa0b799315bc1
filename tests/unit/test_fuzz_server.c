/*
 * Bytes on a connection, wrongly put together, sent in pieces, and the connection closed at any moment. Whatever
 * came, a good request is answered right after it.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/log_rings.h"
#include "base/mem.h"
#include "fuzz.h"
#include "rest_fixture.h"
#include "unit.h"

#define JSON_BODY "{\"name\":\"new\",\"config\":{\"connector.class\":\"X\"}}"

static const char *const requests[] = {
	"GET /connectors HTTP/1.1\r\nHost: h\r\n\r\n",
	"GET /connectors/c/status HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nX-Request-Id: a-1\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
	"POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 48\r\n\r\n" JSON_BODY,
	"PUT /connectors/c/config HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
	"5\r\n{\"a\":\r\n4\r\n\"b\"}\r\n0\r\n\r\n",
	"PATCH /connectors/c/config HTTP/1.1\r\nHost: h\r\nIf-Match: \"e1\"\r\nExpect: 100-continue\r\n"
	"Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
	"GET /connectors/c/logs?follow=true HTTP/1.1\r\nHost: h\r\n\r\n",
	"HEAD /health HTTP/1.0\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: h\r\nOrigin: http://x\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
	"DELETE /connectors/missing?ignore_missing=true HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
};

static const char *const words[] = {
	"\r\n", "\r\n\r\n", "\n", "\r", "\r\n ", ":", ": ", "Content-Length: -1\r\n",
	"Content-Length: 18446744073709551616\r\n",
	"Content-Length: 5\r\nContent-Length: 6\r\n", "Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n",
	"0\r\n\r\n", "-1\r\n",
	"Host: ", "Host: a\r\nHost: b\r\n", "Authorization: Basic ", "Authorization: Bearer x\r\n",
	"Expect: 100-continue\r\n", "Content-Encoding: gzip\r\n",
	"HTTP/1.1", "HTTP/0.9", "HTTP/9.9", "PRI * HTTP/2.0", "GET ", "CONNECT ", "TRACE ", "/", "//",
	"http://", "?expand=status", "%", "%00", "\xff", "\x16\x03\x01",
};

static const struct cw_fuzz_corpus corpus = CW_FUZZ_CORPUS(requests, words);

/* Sends it in up to three pieces, and reads what has come by then, if anything. */
static void send_badly(struct cw_fuzz *fuzz, const char *url, const char *p, size_t n)
{
	/* Reset: libmicrohttpd may notice an ordinary end at its idle timeout only, and run out of connections. */
	const struct linger reset = { 1, 0 };
	char answer[4096];
	int fd = http_open(url);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	for (size_t pieces = cw_fuzz_below(fuzz, 3); n > 0 && pieces > 0; pieces--) {
		size_t part = cw_fuzz_below(fuzz, n + 1);

		if (!http_send(fd, p, part))
			break;
		p += part;
		n -= part;
	}
	http_send(fd, p, n);
	(void)!recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}

static void expect_answer(const char *url, const char *what, size_t n)
{
	static const char good[] = "GET /connectors/c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
	struct http_answer answer;

	http_exchange(url, good, sizeof(good) - 1, false, &answer);
	if (answer.status != 200)
		fprintf(stderr, "\n  status %d after: %.*s\n", answer.status, (int)n, what);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_free(&answer);
}

static void test_fuzz__connections(void)
{
	struct rest_fixture f;
	struct cw_fuzz fuzz;

	cw_log_set_level(CW_LOG_ERROR);
	rest_fixture_up(&f, NULL);
	fuzz = cw_fuzz_start("connections");
	while (cw_fuzz_next(&fuzz)) {
		size_t n;
		CW_AUTO_FREE char *bytes = cw_fuzz_bytes(&fuzz, &corpus, &n);

		send_badly(&fuzz, f.url, bytes, n);
		expect_answer(f.url, bytes, n);
	}
	cw_log_rings_close(cw_herder_logs(f.herder)); /* as a herder does when it ends */
	rest_fixture_down(&f);
}

/* What heads are long of. */
static const char *const pieces[] = {
	"a=b&", "a&", "&", "=&", "%41=+&", "?", "/", "x", " ", "\t", "%", "\xff", " HTTP/1.1", "\r\n", "\r\n ", "\r\n\t b",
	"\r\nA: b", "\r\n:", "\r\nCookie: ", "a=b; ", "a,", "=\";", "\r\nContent-Length: 0", "\r\nHost: h",
};

/* Up to some times the memory that libmicrohttpd has for one. */
static void make_long_head(struct cw_fuzz *fuzz, struct cw_buf *out)
{
	cw_buf_puts(out, "GET /connectors/c?");
	for (size_t runs = 1 + cw_fuzz_below(fuzz, 4); runs > 0; runs--) {
		const char *piece = pieces[cw_fuzz_below(fuzz, sizeof(pieces) / sizeof(*pieces))];

		for (size_t n = cw_fuzz_below(fuzz, cw_fuzz_below(fuzz, 2) ? 8 : 8000); n > 0; n--)
			cw_buf_puts(out, piece);
		if (cw_fuzz_below(fuzz, 3) == 0)
			cw_buf_puts(out, " HTTP/1.1\r\nHost: h\r\nCookie: ");
	}
	cw_buf_puts(out, cw_fuzz_below(fuzz, 2) ? " HTTP/1.1\r\nHost: h\r\n\r\n" : "\r\n\r\n");
}

static void test_fuzz__long_heads(void)
{
	struct rest_fixture f;
	struct cw_fuzz fuzz;

	cw_log_set_level(CW_LOG_ERROR);
	rest_fixture_up(&f, NULL);
	fuzz = cw_fuzz_start("long heads");
	while (cw_fuzz_next(&fuzz)) {
		struct cw_buf head = { 0 };

		make_long_head(&fuzz, &head);
		send_badly(&fuzz, f.url, head.p, head.n);
		expect_answer(f.url, head.p, head.n < 200 ? head.n : 200);
		cw_buf_free(&head);
	}
	rest_fixture_down(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "connections", test_fuzz__connections },
		{ "long heads", test_fuzz__long_heads },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "bytes on a connection", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
