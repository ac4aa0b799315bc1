/* The access-log sink's way from a line to its document: scanner, pattern, JSON. */
#include <arpa/inet.h>
#include <stdlib.h>

#include <jansson.h>

#include "line.h"
#include "log_time.h"
#include "pattern.h"
#include "render.h"
#include "unit.h"

/* The document of a line, or "FIELD COLUMN" of what is wrong with it. The line ends at the end of its memory. */
static char *document(const char *text, size_t n, struct cw_pattern *pattern, struct cw_time_reader *reader,
		      struct cw_render *render)
{
	struct cw_record record = { .topic = cw_slice_str("access-logs"), .partition = 3, .offset = 42 };
	char *copy = malloc(n ? n : 1), *out;
	const struct cw_log_time *time = NULL;
	struct cw_line_fault fault = { 0 };
	struct cw_line line = { 0 };
	int rc;

	memcpy(copy, text, n);
	rc = pattern ? cw_pattern_scan(pattern, cw_slice(copy, n), &line, &fault)
		     : cw_line_scan(cw_slice(copy, n), &line, &fault);
	if (rc == 0 && line.field[CW_LINE_TIME].p) {
		time = cw_log_time_read(reader, line.field[CW_LINE_TIME]);
		if (!time)
			rc = cw_line_fail(&fault, line.text, line.field[CW_LINE_TIME].p, "timestamp", "a time");
	}
	if (rc) {
		CU_ASSERT_PTR_NOT_NULL(fault.wants);
		out = malloc(200);
		snprintf(out, 200, "%s %zu", fault.field, fault.column);
	} else {
		size_t room = cw_render_room(render, &line, &record);
		char *end;

		out = malloc(room + 1);
		end = cw_render_document(render, out, &line, time, &record);
		CU_ASSERT_TRUE((size_t)(end - out) <= room);
		CU_ASSERT_EQUAL(end[-1], '\n');
		end[-1] = '\0';
	}
	free(copy);
	return out;
}

static char *plain_document(const char *text, size_t n)
{
	struct cw_time_reader reader = { 0 };
	struct cw_render render = { 0 };
	char *out = document(text, n, NULL, &reader, &render);

	cw_render_free(&render);
	return out;
}

/* The two must be the same text; says which line is not. */
static void expect(const char *line, const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		fprintf(stderr, "\n  line %s\n  gives %s\n  not   %s\n", line, got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
}

struct row {
	const char *line, *want;
};

#define T "[Jan 21 2026, 22:23:40]"
#define A "[10/Oct/2000:13:55:36 -0700]"
#define D "\"@timestamp\":\"2026-01-21T22:23:40\""
#define IP "{\"ip\":\"1.2.3.4\"," D ","
#define REQ "\"method\":\"GET\",\"endpoint\":\"/\",\"protocol\":\"HTTP/1.1\""
#define HEAD "1.2.3.4 - - " T " "
#define GET "\"GET / HTTP/1.1\""

static const struct row good[] = {
	/* the forms */
	{ "9.180.123.170 - - " T " \"DELETE /contact HTTP/1.1\" 404 13444 \"https://example.com\" \"Mozilla/5.0 "
				 "(Macintosh; "
	  "Intel Mac OS X 10_15_7)\"",
	  "{\"ip\":\"9.180.123.170\"," D ",\"method\":\"DELETE\",\"endpoint\":\"/contact\",\"protocol\":\"HTTP/1.1\","
	  "\"status\":404,\"size\":13444,\"referrer\":\"https://example.com\",\"user_agent\":\"Mozilla/5.0 "
	  "(Macintosh; Intel Mac "
	  "OS X 10_15_7)\"}" },
	{ "127.0.0.1 - frank " A " \"GET /apache_pb.gif HTTP/1.0\" 200 2326",
	  "{\"ip\":\"127.0.0.1\",\"@timestamp\":\"2000-10-10T13:55:36-07:00\",\"method\":\"GET\","
	  "\"endpoint\":\"/apache_pb.gif\","
	  "\"protocol\":\"HTTP/1.0\",\"status\":200,\"size\":2326,\"user\":\"frank\"}" },
	{ "127.0.0.1 - frank " A " \"GET /apache_pb.gif HTTP/1.0\" 200 2326 \"http://www.example.com/start.html\" "
				 "\"Mozilla/4.08 "
	  "[en] (Win98; I ;Nav)\"",
	  "{\"ip\":\"127.0.0.1\",\"@timestamp\":\"2000-10-10T13:55:36-07:00\",\"method\":\"GET\","
	  "\"endpoint\":\"/apache_pb.gif\","
	  "\"protocol\":\"HTTP/1.0\",\"status\":200,\"size\":2326,\"referrer\":\"http://www.example.com/start.html\","
	  "\"user_agent\":\"Mozilla/4.08 [en] (Win98; I ;Nav)\",\"user\":\"frank\"}" },
	{ HEAD GET " 200 1", IP REQ ",\"status\":200,\"size\":1}" },
	{ HEAD GET " 200 1\n", IP REQ ",\"status\":200,\"size\":1}" },
	{ HEAD GET " 200 1\r\n", IP REQ ",\"status\":200,\"size\":1}" },
	{ HEAD GET " 200 1 \"a\" \"b\"\r\n\n", IP REQ ",\"status\":200,\"size\":1,\"referrer\":\"a\","
						      "\"user_agent\":\"b\"}" },
	/* nothing there */
	{ HEAD GET " 200 -", IP REQ ",\"status\":200}" },
	{ HEAD GET " 200 - \"-\" \"-\"", IP REQ ",\"status\":200}" },
	{ HEAD GET " 200 0 \"-\" \"x\"", IP REQ ",\"status\":200,\"size\":0,\"user_agent\":\"x\"}" },
	{ HEAD GET " 200 5 \"\" \"\"", IP REQ ",\"status\":200,\"size\":5,\"referrer\":\"\",\"user_agent\":\"\"}" },
	{ HEAD GET " - -", IP REQ "}" },
	{ HEAD "\"-\" 408 -", IP "\"status\":408}" },
	{ "- - - " T " \"-\" - -", "{" D "}" },
	/* clients */
	{ "::1 - - " T " " GET " 200 1", "{\"ip\":\"::1\"," D "," REQ ",\"status\":200,\"size\":1}" },
	{ "2001:db8:0:1:1:1:1:1 - - " T " " GET " 200 1",
	  "{\"ip\":\"2001:db8:0:1:1:1:1:1\"," D "," REQ ",\"status\":200,\"size\":1}" },
	{ "::ffff:192.0.2.128 - - " T " " GET " 200 1",
	  "{\"ip\":\"::ffff:192.0.2.128\"," D "," REQ ",\"status\":200,\"size\":1}" },
	{ "fe80::1%eth0 - - " T " " GET " 200 1", "{\"host\":\"fe80::1%eth0\"," D "," REQ ",\"status\":200,"
		"\"size\":1}" },
	{ "crawl-66-249.example.com - - " T " " GET " 200 1",
	  "{\"host\":\"crawl-66-249.example.com\"," D "," REQ ",\"status\":200,\"size\":1}" },
	{ "localhost - - " T " " GET " 200 1", "{\"host\":\"localhost\"," D "," REQ ",\"status\":200,\"size\":1}" },
	{ "255.255.255.255 - - " T " " GET " 200 1",
	  "{\"ip\":\"255.255.255.255\"," D "," REQ ",\"status\":200,\"size\":1}" },
	{ "0.0.0.0 - - " T " " GET " 200 1", "{\"ip\":\"0.0.0.0\"," D "," REQ ",\"status\":200,\"size\":1}" },
	/* identity */
	{ "1.2.3.4 id - " T " " GET " 200 1", IP REQ ",\"status\":200,\"size\":1,\"ident\":\"id\"}" },
	{ "1.2.3.4 - John Doe " T " " GET " 200 1", IP REQ ",\"status\":200,\"size\":1,\"user\":\"John Doe\"}" },
	{ "1.2.3.4 - a\"b " T " " GET " 200 1", IP REQ ",\"status\":200,\"size\":1,\"user\":\"a\\\"b\"}" },
	{ "1.2.3.4 - \xc3\xa4 " T " " GET " 200 1", IP REQ ",\"status\":200,\"size\":1,\"user\":\"\xc3\xa4\"}" },
	{ "1.2.3.4 - me@example.com " T " " GET " 200 1",
	  IP REQ ",\"status\":200,\"size\":1,\"user\":\"me@example.com\"}" },
	/* times */
	{ "1.2.3.4 - - [Feb 29 2024, 00:00:00] \"-\" 200 -",
	  "{\"ip\":\"1.2.3.4\",\"@timestamp\":\"2024-02-29T00:00:00\",\"status\":200}" },
	{ "1.2.3.4 - - [Jan  1 2026, 23:59:59] \"-\" 200 -",
	  "{\"ip\":\"1.2.3.4\",\"@timestamp\":\"2026-01-01T23:59:59\",\"status\":200}" },
	{ "1.2.3.4 - - [Dec 31 2026, 23:59:59 +0530] \"-\" 200 -",
	  "{\"ip\":\"1.2.3.4\",\"@timestamp\":\"2026-12-31T23:59:59+05:30\",\"status\":200}" },
	{ "1.2.3.4 - - [01/Jan/1970:00:00:00 +0000] \"-\" 200 -",
	  "{\"ip\":\"1.2.3.4\",\"@timestamp\":\"1970-01-01T00:00:00Z\",\"status\":200}" },
	{ "1.2.3.4 - - [01/Jan/1970:00:00:00] \"-\" 200 -",
	  "{\"ip\":\"1.2.3.4\",\"@timestamp\":\"1970-01-01T00:00:00\",\"status\":200}" },
	{ "1.2.3.4 - - [2026-01-21T22:23:40.123456+01:00] \"-\" 200 -",
	  "{\"ip\":\"1.2.3.4\",\"@timestamp\":\"2026-01-21T22:23:40.123456+01:00\",\"status\":200}" },
	/* requests */
	{ HEAD "\"GET /a b c HTTP/1.1\" 200 1",
	  IP "\"method\":\"GET\",\"endpoint\":\"/a b c\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":1}" },
	{ HEAD "\"GET /a\" 200 1", IP "\"method\":\"GET\",\"endpoint\":\"/a\",\"status\":200,\"size\":1}" },
	{ HEAD "\"GET /a HTTP/2\" 200 1",
	  IP "\"method\":\"GET\",\"endpoint\":\"/a\",\"protocol\":\"HTTP/2\",\"status\":200,\"size\":1}" },
	{ HEAD "\"GET /a HTTP/2.0\" 200 1",
	  IP "\"method\":\"GET\",\"endpoint\":\"/a\",\"protocol\":\"HTTP/2.0\",\"status\":200,\"size\":1}" },
	{ HEAD "\"M-SEARCH * HTTP/1.1\" 200 1",
	  IP "\"method\":\"M-SEARCH\",\"endpoint\":\"*\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":1}" },
	{ HEAD "\"CONNECT h:443 HTTP/1.1\" 200 1",
	  IP "\"method\":\"CONNECT\",\"endpoint\":\"h:443\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":1}" },
	{ HEAD "\"\\x16\\x03\\x01\" 400 226", IP "\"endpoint\":\"\\u0016\\u0003\\u0001\",\"status\":400,\"size\":226}" },
	{ HEAD "\"\\x80\" 400 226", IP "\"endpoint\":\"\xef\xbf\xbd\",\"status\":400,\"size\":226}" },
	{ HEAD "\"\" 400 226", IP "\"endpoint\":\"\",\"status\":400,\"size\":226}" },
	{ HEAD "\"hello\" 400 226", IP "\"endpoint\":\"hello\",\"status\":400,\"size\":226}" },
	{ HEAD "\"GET \" 400 226", IP "\"endpoint\":\"GET \",\"status\":400,\"size\":226}" },
	{ HEAD "\"GET HTTP/1.1\" 400 226", IP "\"method\":\"GET\",\"endpoint\":\"HTTP/1.1\",\"status\":400,"
					      "\"size\":226}" },
	{ HEAD "\"GET  HTTP/1.1\" 400 226",
	  IP "\"method\":\"GET\",\"endpoint\":\"\",\"protocol\":\"HTTP/1.1\",\"status\":400,\"size\":226}" },
	{ HEAD "\"GET / HTTP/1\\\"1\" 400 226",
	  IP "\"method\":\"GET\",\"endpoint\":\"/\",\"protocol\":\"HTTP/1\\\"1\",\"status\":400,\"size\":226}" },
	{ HEAD "\"GET / HTTP/1.\x01\" 400 226",
	  IP "\"method\":\"GET\",\"endpoint\":\"/\",\"protocol\":\"HTTP/1.\\u0001\",\"status\":400,\"size\":226}" },
	{ HEAD "\"G\xc3\xa4T / HTTP/1.1\" 400 1", IP "\"endpoint\":\"G\xc3\xa4T / "
						     "HTTP/1.1\",\"status\":400,\"size\":1}" },
	/* escapes, UTF-8, broken bytes */
	{ HEAD GET " 200 1 \"-\" \"say \\\"hi\\\" \\\\o/\"",
	  IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"say \\\"hi\\\" \\\\o/\"}" },
	{ HEAD GET " 200 1 \"-\" \"\\\"\"", IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"\\\"\"}" },
	{ HEAD GET " 200 1 \"-\" \"\\\\\"", IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"\\\\\"}" },
	{ HEAD GET " 200 1 \"-\" \"gr\\xc3\\xbc\\xc3\\x9f\"",
	  IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"gr\xc3\xbc\xc3\x9f\"}" },
	{ HEAD GET " 200 1 \"-\" \"\\x22quoted\\x22 \\q \\x4 \\xzz\"",
	  IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"\\\"quoted\\\" \\\\q \\\\x4 \\\\xzz\"}" },
	{ HEAD GET " 200 1 \"-\" \"tab\\there\\n\"", IP REQ ",\"status\":200,\"size\":1,"
							    "\"user_agent\":\"tab\\there\\n\"}" },
	{ HEAD GET " 200 1 \"-\" \"tab\there\"", IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"tab\\there\"}" },
	{ HEAD GET " 200 1 \"\xf0\x9f\x98\x80\" \"\xe2\x82\xac\"",
	  IP REQ ",\"status\":200,\"size\":1,\"referrer\":\"\xf0\x9f\x98\x80\",\"user_agent\":\"\xe2\x82\xac\"}" },
	{ HEAD GET " 200 1 \"-\" \"a\xff\x62\xc3\"",
	  IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"a\xef\xbf\xbd\x62\xef\xbf\xbd\"}" },
	{ HEAD GET " 200 1 \"-\" \"\xed\xa0\x80\xc0\x80\"",
	  IP REQ ",\"status\":200,\"size\":1,"
		 "\"user_agent\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}" },
	{ HEAD "\"GET /\xff HTTP/1.1\" 200 1",
	  IP "\"method\":\"GET\",\"endpoint\":\"/\xef\xbf\xbd\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":1}" },
	{ HEAD GET " 200 1 \"-\" \"0123456789abcde\\\"0123456789abcdef0123456789abcdef\"",
	  IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"0123456789abcde\\\"0123456789abcdef0123456789abcdef\"}" },
	/* numbers */
	{ HEAD GET " 000 007", IP REQ ",\"status\":0,\"size\":7}" },
	{ HEAD GET " 099 00", IP REQ ",\"status\":99,\"size\":0}" },
	{ HEAD GET " 999 9223372036854775807", IP REQ ",\"status\":999,\"size\":9223372036854775807}" },
	{ HEAD GET " 200 00000000000000000000000000012", IP REQ ",\"status\":200,\"size\":12}" },
};

static const struct row bad[] = {
	{ "", "ip 1" },
	{ "\n", "ip 1" },
	{ " ", "ip 1" },
	{ "1.2.3.4", "ip 1" },
	{ "-- MARK --", "ip 1" },
	{ "==> /var/log/nginx/access.log <==", "ip 1" },
	{ "java.lang.OutOfMemoryError: Java heap space", "ip 1" },
	{ "Jan 21 22:23:40 web-1 sshd[4711]: Connection closed by 9.180.123.170 port 51234 [preauth]", "request 90" },
	{ "{\"ip\":\"1.2.3.4\",\"status\":200}", "ip 1" },
	{ "999.2.3.4 - - " T " " GET " 200 1", "ip 1" },
	{ "1.2.3 - - " T " " GET " 200 1", "ip 1" },
	{ "1.2.3.4.5 - - " T " " GET " 200 1", "ip 1" },
	{ "01.2.3.4 - - " T " " GET " 200 1", "ip 1" },
	{ "1.2.3.4567 - - " T " " GET " 200 1", "ip 1" },
	{ ":::1 - - " T " " GET " 200 1", "ip 1" },
	{ "a..b - - " T " " GET " 200 1", "ip 1" },
	{ "-a - - " T " " GET " 200 1", "ip 1" },
	{ "%eth0 - - " T " " GET " 200 1", "ip 1" },
	{ "a_b$ - - " T " " GET " 200 1", "ip 1" },
	{ "1.2.3.4 - -", "user 8" },
	{ "1.2.3.4 - " T " " GET " 200 1", "user 8" },
	{ "1.2.3.4  - " T " " GET " 200 1", "user 8" },
	{ "1.2.3.4 - - Jan 21 2026", "user 8" },
	{ "1.2.3.4 - - [Jan 21 2026, 22:23:40", "timestamp 35" },
	{ "1.2.3.4 - - []" " " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [Jan 39 2026, 22:23:40] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [Feb 29 2026, 22:23:40] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [Feb 00 2026, 22:23:40] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [Jan 21 2026, 24:00:00] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [Jan 21 2026, 22:60:00] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [Jan 21 2026, 22:23:60] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [jan 21 2026, 22:23:40] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [Jan 21 2026 22:23:40] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [21/Jan/2026:22:23:40 +2500] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [21/Foo/2026:22:23:40 +0000] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [21/01/2026:22:23:40 +0000] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [2026-01-21T22:23:40,] " GET " 200 1", "timestamp 14" },
	{ "1.2.3.4 - - [yesterday] " GET " 200 1", "timestamp 14" },
	{ HEAD, "request 36" },
	{ HEAD "GET / HTTP/1.1 200 1", "request 36" },
	{ HEAD "\"GET / HTTP/1.1 200 1", "request 58" },
	{ HEAD "\"GET / HTTP/1.1\\\" 200 1", "request 60" },
	{ HEAD "\"GET / HTTP/1.1\\", "request 53" },
	{ HEAD "\"GET / HTTP/1.1 200 1 \"a\" \"b\"", "status 60" },
	{ HEAD GET, "status 53" },
	{ HEAD GET " ", "status 54" },
	{ HEAD GET " 20 1", "status 54" },
	{ HEAD GET " 2000 1", "status 54" },
	{ HEAD GET " 4x4 1", "status 54" },
	{ HEAD GET " -1 1", "status 54" },
	{ HEAD GET " 200", "status 54" },
	{ HEAD GET " 200 ", "size 58" },
	{ HEAD GET " 200 x", "size 58" },
	{ HEAD GET " 200 9223372036854775808", "size 58" },
	{ HEAD GET " 200 1x", "referrer 59" },
	{ HEAD GET " 200 1 ", "referrer 59" },
	{ HEAD GET " 200 1 \"a", "referrer 62" },
	{ HEAD GET " 200 1 \"a\"", "user_agent 63" },
	{ HEAD GET " 200 1 \"a\" ", "user_agent 63" },
	{ HEAD GET " 200 1 \"a\" b", "user_agent 63" },
	{ HEAD GET " 200 1 \"a\" \"b", "user_agent 66" },
	{ HEAD GET " 200 1 \"a\" \"b\\\"", "user_agent 68" },
	{ HEAD GET " 200 1 \"a\" \"b\" \"c\"", "end 67" },
	{ HEAD GET " 200 1 \"\xc3\xa4\" \"b\" \"c\"", "end 67" },
	{ "\xff\xfe\x00\x01", "ip 1" },
};

static void test_line__gives_its_document(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		char *got = plain_document(good[i].line, strlen(good[i].line));
		json_t *json = json_loads(got, JSON_REJECT_DUPLICATES, NULL);

		expect(good[i].line, got, good[i].want);
		CU_ASSERT_PTR_NOT_NULL(json);
		json_decref(json);
		free(got);
	}
}

static void test_line__says_what_is_wrong_and_where(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *got = plain_document(bad[i].line, strlen(bad[i].line));

		expect(bad[i].line, got, bad[i].want);
		free(got);
	}
}

static void test_line__embedded_nul_is_a_byte_like_others(void)
{
	static const char line[] = HEAD GET " 200 1 \"-\" \"a\0b\"";
	char *got = plain_document(line, sizeof(line) - 1);

	CU_ASSERT_STRING_EQUAL(got, IP REQ ",\"status\":200,\"size\":1,\"user_agent\":\"a\\u0000b\"}");
	free(got);
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Whatever comes in: JSON, or a fault within the line. Sanitizers see the rest. */
static void check_any(const char *text, size_t n, struct cw_pattern *pattern)
{
	struct cw_time_reader reader = { .unit_s = 86400 };
	struct cw_render render = { .raw = true, .kafka = true };
	char *got = document(text, n, pattern, &reader, &render);

	if (got[0] == '{') {
		json_error_t error;
		json_t *json = json_loads(got, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

		if (!json)
			fprintf(stderr, "\n  %s: %s\n", error.text, got);
		CU_ASSERT_PTR_NOT_NULL_FATAL(json);
		CU_ASSERT_PTR_NOT_NULL(json_object_get(json, "raw"));
		CU_ASSERT_PTR_NULL(strchr(got, '\n'));
		json_decref(json);
	}
	free(got);
	cw_render_free(&render);
}

static void test_line__any_bytes_are_json_or_refused(void)
{
	static const char *const seeds[] = {
		HEAD GET " 200 1 \"\xc3\xa4 \\\"x\\\" \\xc3\\xa4\" \"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)\"",
		"2001:db8::1 id user " A " \"POST /a?b=\\\\ HTTP/2\" 201 17 \"-\" \"\xf0\x9f\x98\x80\"",
	};
	uint64_t state = 88172645463325252u;

	for (int round = 0; round < 20000; round++) {
		char text[256];
		size_t n = strlen(seeds[round & 1]);

		memcpy(text, seeds[round & 1], n);
		for (uint64_t changes = random_next(&state) % 6; changes > 0; changes--) {
			size_t at = random_next(&state) % n;

			switch (random_next(&state) % 4) {
			case 0: text[at] = (char)random_next(&state); break;
			case 1: text[at] = "\"\\ []-\xff\x01"[random_next(&state) % 8]; break;
			case 2: n = at + 1; break;
			default: memmove(text + at, text + at + 1, n - at - 1); n = n > 1 ? n - 1 : n;
			}
		}
		check_any(text, n, NULL);
	}
	for (int round = 0; round < 5000; round++) {
		char text[64];
		size_t n = random_next(&state) % sizeof(text);

		for (size_t i = 0; i < n; i++)
			text[i] = (char)random_next(&state);
		check_any(text, n, NULL);
	}
}

/* Against the C library, on numbers of any length, with dots and digits out of place. */
static void test_line__addresses_are_those_of_the_library(void)
{
	uint64_t state = 88172645463325252u;

	for (int round = 0; round < 100000; round++) {
		char address[64], text[256];
		struct cw_line_fault fault;
		struct cw_line line;
		struct in_addr binary;
		int n = 0, rc;

		for (int octet = 0; octet < 4; octet++)
			n += sprintf(address + n, octet ? ".%u" : "%u", (unsigned)(random_next(&state) % 1100) >> (random_next(&state) % 9));
		if (random_next(&state) % 4 == 0)
			address[random_next(&state) % (unsigned)n] = "0.9/:"[random_next(&state) % 5];
		snprintf(text, sizeof(text), "%s - - " T " " GET " 200 1", address);
		rc = cw_line_scan(cw_slice_str(text), &line, &fault);
		CU_ASSERT_EQUAL(rc == 0 && line.address, inet_pton(AF_INET, address, &binary) == 1);
	}
}

static void test_line__cut_anywhere_is_refused_or_whole(void)
{
	static const char line[] = HEAD GET " 200 13444 \"https://example.com/\" \"Mozilla \\\"5\\\"\"";

	for (size_t n = 0; n < sizeof(line); n++) {
		char *got = plain_document(line, n);
		bool whole = n == sizeof(line) - 1;
		bool size = n >= strlen(HEAD GET " 200 1") && n <= strlen(HEAD GET " 200 13444");

		CU_ASSERT_EQUAL(got[0] == '{', whole || size);
		free(got);
	}
}

/* ---- patterns ----------------------------------------------------------------------------------- */

static void test_pattern__fills_the_fields_that_its_groups_name(void)
{
	static const struct row rows[] = {
		{ "2026-01-21T22:23:40Z 1.2.3.4 GET /a 200 0.25",
		  "{\"ip\":\"1.2.3.4\",\"@timestamp\":\"2026-01-21T22:23:40Z\",\"method\":\"GET\",\"endpoint\":\"/a\","
		  "\"status\":200,\"request_time\":\"0.25\"}" },
		{ "2026-01-21T22:23:40Z web-7 GET \\\"\xff 099 -\r\n",
		  "{\"host\":\"web-7\",\"@timestamp\":\"2026-01-21T22:23:40Z\",\"method\":\"GET\","
		  "\"endpoint\":\"\\\\\\\"\xef\xbf\xbd\","
		  "\"status\":99,\"request_time\":\"-\"}" },
		{ "2026-01-21T22:23:40Z - - - -", "{\"@timestamp\":\"2026-01-21T22:23:40Z\"}" },
		{ "2026-01-21T22:23:40Z 1.2.3.4 GET /a 2000 0.25", "status 37" },
		{ "2026-01-21T22:23:40Z 1.2.3.4 GET /a x 0.25", "status 37" },
		{ "2026-13-21T22:23:40Z 1.2.3.4 GET /a 200 0.25", "timestamp 1" },
		{ "something else", "pattern 1" },
		{ "", "pattern 1" },
	};
	struct cw_error err = { 0 };
	struct cw_pattern *pattern = cw_pattern_compile("^(?<timestamp>\\S+) (?<ip>\\S+) (?<method>\\S+) "
							"(?<endpoint>\\S+) "
							"(?<status>\\S+)( (?<request_time>\\S+))?$", &err);
	struct cw_time_reader reader = { 0 };
	struct cw_render render = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(pattern);
	CU_ASSERT_TRUE(cw_pattern_has_time(pattern));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *got = document(rows[i].line, strlen(rows[i].line), pattern, &reader, &render);

		expect(rows[i].line, got, rows[i].want);
		free(got);
	}
	cw_pattern_free(pattern);
	cw_render_free(&render);
}

static void test_pattern__splits_requests_and_takes_any_bytes(void)
{
	struct cw_error err = { 0 };
	struct cw_pattern *pattern = cw_pattern_compile("(?s)(?<all>.*(?<request>[^|]*)).*", &err);
	struct cw_time_reader reader = { 0 };
	struct cw_render render = { 0 };
	uint64_t state = 12345;
	char *got;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pattern);
	CU_ASSERT_FALSE(cw_pattern_has_time(pattern));
	for (int round = 0; round < 3000; round++) {
		char text[100];
		size_t n = random_next(&state) % sizeof(text);

		for (size_t i = 0; i < n; i++)
			text[i] = (char)random_next(&state);
		check_any(text, n, pattern);
	}
	cw_pattern_free(pattern);
	pattern = cw_pattern_compile("\"(?<request>[^\"]*)\"", &err);
	got = document("\"PUT /x HTTP/1.1\"", 17, pattern, &reader, &render);
	CU_ASSERT_STRING_EQUAL(got, "{\"method\":\"PUT\",\"endpoint\":\"/x\",\"protocol\":\"HTTP/1.1\"}");
	free(got);
	cw_pattern_free(pattern);
	cw_render_free(&render);
}

static void test_pattern__that_costs_too_much_refuses_the_line(void)
{
	struct cw_error err = { 0 };
	struct cw_pattern *pattern = cw_pattern_compile("^(?<ip>(a+)+)+$", &err);
	struct cw_time_reader reader = { 0 };
	struct cw_render render = { 0 };
	char *got;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pattern);
	got = document("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 48, pattern, &reader, &render);
	CU_ASSERT_STRING_EQUAL(got, "pattern 1");
	free(got);
	cw_pattern_free(pattern);
}

static void test_pattern__is_refused_with_its_reason(void)
{
	static const struct row rows[] = {
		{ "(?<ip>", "is no regular expression" },
		{ "(\\S+)", "has no named group" },
		{ "(?<ip>a)(?<client>b)", "the groups client and ip, which fill the same field" },
		{ "(?<request>a)(?<method>b)", "the groups request and method" },
		{ "(?<raw>a)", "a field of the connector's own" },
		{ "(?J)(?<x>a)|(?<x>b)", "the groups x and x" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_error err = { 0 };

		CU_ASSERT_PTR_NULL(cw_pattern_compile(rows[i].line, &err));
		if (!strstr(err.text, rows[i].want))
			fprintf(stderr, "\n  %s: %s\n", rows[i].line, err.text);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rows[i].want));
	}
}

/* ---- rendering ---------------------------------------------------------------------------------- */

static void test_render__adds_the_raw_line_and_its_place_in_kafka(void)
{
	struct cw_time_reader reader = { 0 };
	struct cw_render render = { .raw = true, .kafka = true };
	const char *line = HEAD "\"-\" 200 1 \"-\" \"\\\"\xff\"\n";
	char *got = document(line, strlen(line), NULL, &reader, &render);

	CU_ASSERT_STRING_EQUAL(got, IP "\"status\":200,\"size\":1,\"user_agent\":\"\\\"\xef\xbf\xbd\","
				       "\"raw\":\"1.2.3.4 - - [Jan 21 2026, "
			       "22:23:40] \\\"-\\\" 200 1 \\\"-\\\" "
			       "\\\"\\\\\\\"\xef\xbf\xbd\\\"\",\"kafka\":{\"topic\":\"access-logs\","
			       "\"partition\":3,\"offset\":42}}");
	free(got);
	cw_render_free(&render);
}

static void expect_action(struct cw_action *action, const char *topic, int32_t partition, int64_t offset,
			  const char *index, const char *want)
{
	struct cw_record record = { .topic = cw_slice_str(topic), .partition = partition, .offset = offset };
	char out[CW_ACTION_MAX];
	char *end = cw_action_put(action, out, &record, cw_slice_str(index));

	*end = '\0';
	expect(topic, out, want);
}

static void test_action__counts_on_and_starts_anew(void)
{
	struct cw_action *action = calloc(1, sizeof(*action));

	action->op = "create";
	expect_action(action, "t", 0, 0, "", "{\"create\":{\"_id\":\"t+0+0\"}}\n");
	expect_action(action, "t", 0, 1, "", "{\"create\":{\"_id\":\"t+0+1\"}}\n");
	expect_action(action, "t", 0, 9, "", "{\"create\":{\"_id\":\"t+0+9\"}}\n");
	expect_action(action, "t", 0, 10, "", "{\"create\":{\"_id\":\"t+0+10\"}}\n");
	expect_action(action, "t", 0, 11, "", "{\"create\":{\"_id\":\"t+0+11\"}}\n");
	expect_action(action, "t", 1, 12, "", "{\"create\":{\"_id\":\"t+1+12\"}}\n");
	expect_action(action, "u", 1, 13, "", "{\"create\":{\"_id\":\"u+1+13\"}}\n");
	expect_action(action, "u", 1, 14, "i", "{\"create\":{\"_index\":\"i\",\"_id\":\"u+1+14\"}}\n");
	expect_action(action, "u", 1, 15, "", "{\"create\":{\"_id\":\"u+1+15\"}}\n");
	expect_action(action, "u", 1, 199, "", "{\"create\":{\"_id\":\"u+1+199\"}}\n");
	expect_action(action, "u", 1, 200, "", "{\"create\":{\"_id\":\"u+1+200\"}}\n");
	expect_action(action, "u", 1, INT64_MAX, "", "{\"create\":{\"_id\":\"u+1+9223372036854775807\"}}\n");
	expect_action(action, "u", 1, 7, "", "{\"create\":{\"_id\":\"u+1+7\"}}\n");
	action->op = "index";
	expect_action(action, "v\"", 2147483647, 7, "",
		      "{\"index\":{\"_id\":\"v\\\"+2147483647+7\"}}\n");
	free(action);
}

int main(void)
{
	CU_TestInfo lines[] = {
		{ "a line gives its document", test_line__gives_its_document },
		{ "a bad line: what is wrong and where", test_line__says_what_is_wrong_and_where },
		{ "an embedded NUL is a byte like others", test_line__embedded_nul_is_a_byte_like_others },
		{ "any bytes are JSON or refused", test_line__any_bytes_are_json_or_refused },
		{ "addresses are those of the library", test_line__addresses_are_those_of_the_library },
		{ "cut anywhere it is refused or whole", test_line__cut_anywhere_is_refused_or_whole },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo patterns[] = {
		{ "fills the fields that its groups name", test_pattern__fills_the_fields_that_its_groups_name },
		{ "splits requests and takes any bytes", test_pattern__splits_requests_and_takes_any_bytes },
		{ "one that costs too much refuses the line", test_pattern__that_costs_too_much_refuses_the_line },
		{ "is refused with its reason", test_pattern__is_refused_with_its_reason },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo rendering[] = {
		{ "the raw line and its place in Kafka", test_render__adds_the_raw_line_and_its_place_in_kafka },
		{ "action lines count on and start anew", test_action__counts_on_and_starts_anew },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "lines", NULL, NULL, NULL, NULL, lines },
		{ "patterns", NULL, NULL, NULL, NULL, patterns },
		{ "rendering", NULL, NULL, NULL, NULL, rendering },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
