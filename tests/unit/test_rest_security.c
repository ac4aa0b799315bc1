/* The real server with users, roles and configured headers; a fake herder behind it tells what got through. */
#include <crypt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "rest_fixture.h"
#include "rest_users.h"
#include "unit.h"

#define JSON "Content-Type: application/json\r\n"

/* ---- users and roles ---- */

struct row {
	const char *method, *target, *headers;
	int status;
	const char *part; /* of the answer's body */
};

static const struct row rows[] = {
	{ "GET", "/connectors", NULL, 401, "Who asks is not known" },
	{ "GET", "/connectors/a", NULL, 401, "{\"error_code\":401," },
	{ "PUT", "/connectors/a/pause", NULL, 401, "" },
	{ "POST", "/connectors", JSON "Content-Length: 0\r\n", 401, "" },
	{ "GET", "/metrics", NULL, 401, "" },
	{ "GET", "/connector-plugins", NULL, 401, "" },
	{ "GET", "/", NULL, 200, "" },
	{ "GET", "/health", NULL, 200, "healthy" },
	{ "GET", "/health", WRONG, 200, "healthy" },
	{ "GET", "/openapi.json", NULL, 200, "securitySchemes" },
	{ "OPTIONS", "/connectors", NULL, 200, "" },
	{ "GET", "/nothing", NULL, 404, "" },
	{ "DELETE", "/connectors", NULL, 405, "" },
	{ "GET", "/connectors/a", WRONG, 401, "wrong" },
	{ "GET", "/connectors/a", "Authorization: Basic !\r\n", 401, "wrong" },
	{ "GET", "/connectors/a", "Authorization: Digest x\r\n", 401, "wrong" },
	{ "GET", "/connectors/a", "Authorization: Bearer what-is-this-token\r\n", 401, "wrong" },
	{ "GET", "/connectors/a", EXPIRED, 401, "expired" },
	{ "GET", "/connectors/a", ALICE, 200, "" },
	{ "HEAD", "/connectors/a", ALICE, 200, NULL },
	{ "GET", "/connectors/b", ALICE, 403,
	  "User alice may not do this to connector b: it needs the role read, and none was given" },
	{ "GET", "/connectors/missing", ALICE, 403, "" },
	{ "GET", "/connectors/missing", READER, 404, "" },
	{ "GET", "/connectors", NOBODY, 403, "needs the role read for some connector, and none was given" },
	{ "GET", "/connectors", ALICE, 200, "[\"a\"]" },
	{ "GET", "/connectors", READER, 200, "[\"a\",\"gr\xc3\xbc\xc3\x9f/e\"]" },
	{ "GET", "/connectors?expand=info", OPERATOR, 200, "{\"a\":{}}" },
	{ "PUT", "/connectors/a/pause", READER, 403, "needs the role operate, and the one that was given is read" },
	{ "PUT", "/connectors/a/pause", OPERATOR, 202, "" },
	{ "PUT", "/connectors/b/pause", OPERATOR, 403, "" },
	{ "DELETE", "/connectors/a", OPERATOR, 403, "needs the role admin, and the one that was given is operate" },
	{ "DELETE", "/connectors/a", ALICE, 204, "" },
	{ "PUT", "/connector-plugins/S/config/validate", OPERATOR, 403, "" },
	{ "GET", "/connector-plugins", OPERATOR, 200, "" },
	{ "GET", "/admin/loggers", ALICE, 200, "{\"connectors.a\":{},\"worker\":{}}" },
	{ "GET", "/admin/loggers", READER, 200, "\"connectors.b\":" },
	{ "GET", "/admin/loggers", NOBODY, 403, "" },
	{ "GET", "/admin/loggers/worker", ALICE, 200, "" },
	{ "GET", "/admin/loggers/connectors.a", ALICE, 200, "" },
	{ "GET", "/admin/loggers/connectors.b", ALICE, 403, "User alice may not do this to connector b: it needs the role read" },
	{ "PUT", "/admin/loggers/connectors.b", ALICE JSON "Content-Length: 0\r\n", 403, "the role admin" },
	{ "PUT", "/admin/loggers/connectors.a", OPERATOR JSON "Content-Length: 0\r\n", 403, "the role admin" },
};

static void test_access__each_request_needs_its_role(void)
{
	CW_AUTO_FREE char *lines = rest_users_lines("alice:" SHA512 "\n");
	struct rest_fixture f;

	rest_fixture_up(&f, lines);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct http_answer answer;
		char got[64], name[120], *call;

		free(fake_herder_last(f.herder));
		rest_fixture_ask(&f, row->method, row->target, row->headers, &answer);
		snprintf(name, sizeof(name), "row %zu, %s %s", i, row->method, row->target);
		snprintf(got, sizeof(got), "%d", answer.status);
		rest_fixture_check(answer.status == row->status, name, "status", got);
		rest_fixture_check(!row->part || (answer.body && strstr(answer.body, row->part)), name, row->part, answer.body);
		call = fake_herder_last(f.herder);
		rest_fixture_check((row->status != 401 && row->status != 403) || !*call, name, "no call of the herder", call);
		free(call);
		http_answer_free(&answer);
	}
	rest_fixture_down(&f);
}

/* All loggers below it change; the answer names those that he who asked may read. */
static void test_access__a_logger_above_others(void)
{
	static const char request[] = "PUT /admin/loggers/connectors HTTP/1.1\r\nHost: h\r\n" JSON ALICE
				      "Content-Length: 17\r\n\r\n{\"level\":\"DEBUG\"}";
	CW_AUTO_FREE char *lines = rest_users_lines("alice:" SHA512 "\n");
	struct http_answer answer;
	struct rest_fixture f;

	rest_fixture_up(&f, lines);
	http_exchange(f.url, request, sizeof(request) - 1, false, &answer);
	rest_fixture_check(answer.status == 200 && strcmp(answer.body, "[\"connectors\",\"connectors.a\"]") == 0, "PUT",
			   "the loggers that alice may read", answer.body);
	http_answer_free(&answer);
	rest_fixture_down(&f);
}

/* The name of a new connector is in the body. */
static void test_access__a_new_connector_needs_its_name_allowed(void)
{
	static const struct {
		const char *name;
		int status;
	} cases[] = { { "a-new", 201 }, { "b-new", 403 }, { " b-new ", 403 }, { "missing", 403 } };
	CW_AUTO_FREE char *lines = rest_users_lines("alice:" SHA512 "\n");
	struct rest_fixture f;

	rest_fixture_up(&f, lines);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *body = cw_format("{\"name\":\"%s\",\"config\":{}}", cases[i].name);
		CW_AUTO_FREE char *request = cw_format("POST /connectors HTTP/1.1\r\nHost: h\r\n" JSON ALICE
						       "Content-Length: %zu\r\n\r\n%s",
						       strlen(body), body);
		struct http_answer answer;

		http_exchange(f.url, request, strlen(request), false, &answer);
		rest_fixture_check(answer.status == cases[i].status, cases[i].name, "status", answer.body);
		http_answer_free(&answer);
	}
	rest_fixture_down(&f);
}

static void test_access__says_what_would_do(void)
{
	CW_AUTO_FREE char *lines = rest_users_lines("alice:" SHA512 "\n");
	struct http_answer answer;
	struct rest_fixture f;

	rest_fixture_up(&f, lines);
	rest_fixture_ask(&f, "GET", "/connectors", NULL, &answer);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.head, "WWW-Authenticate: Basic realm=\"connect-worker\", "
						   "charset=\"UTF-8\"\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.head, "WWW-Authenticate: Bearer realm=\"connect-worker\"\r\n"));
	http_answer_free(&answer);
	rest_fixture_ask(&f, "GET", "/connectors", EXPIRED, &answer);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.head, "error=\"invalid_token\", error_description=\"the token has "
						   "expired\""));
	http_answer_free(&answer);
	rest_fixture_down(&f);
}

/* A refused body is read, so that the answer arrives and the connection goes on; but nobody keeps it. */
static void test_access__a_refusal_keeps_the_connection(void)
{
	static const char refused[] = "PUT /connectors/a/config HTTP/1.1\r\nHost: h\r\n" JSON WRONG
				      "Content-Length: 500000\r\n\r\n";
	static const char asking[] = "PUT /connectors/a/config HTTP/1.1\r\nHost: h\r\n" JSON WRONG
				     "Content-Length: 500000\r\nExpect: 100-continue\r\n\r\n";
	static const char good[] = "PUT /connectors/a/config HTTP/1.1\r\nHost: h\r\n" JSON ALICE
				   "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
	CW_AUTO_FREE char *lines = rest_users_lines("alice:" SHA512 "\n");
	CW_AUTO_FREE char *body = cw_alloc(500000);
	struct http_answer answer;
	struct rest_fixture f;
	int fd;

	rest_fixture_up(&f, lines);
	/* One that asks whether to send the body hears it before. */
	http_exchange(f.url, asking, sizeof(asking) - 1, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 401);
	http_answer_free(&answer);
	fd = http_open(f.url);
	http_send(fd, refused, sizeof(refused) - 1);
	http_send(fd, body, 500000);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 401);
	http_answer_free(&answer);
	http_send(fd, good, sizeof(good) - 1);
	http_receive(fd, true, &answer);
	CU_ASSERT_EQUAL(answer.status, 100);
	http_answer_free(&answer);
	http_send(fd, "{}", 2);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_free(&answer);
	close(fd);
	rest_fixture_down(&f);
}

/* A hash that takes about a second here, made by the test so that no table of costs gets old. */
static char *slow_hash(void)
{
	struct crypt_data *data = cw_alloc(sizeof(*data));
	unsigned long rounds = 20000;
	char *hash = NULL;
	int64_t took_ms = 0;

	while (took_ms < 500) {
		CW_AUTO_FREE char *setting = cw_format("$6$rounds=%lu$saltsaltsalt$", rounds *= 2);
		int64_t started_ms = cw_clock_ms();

		free(hash);
		hash = cw_strdup(crypt_r("correct horse", setting, data));
		took_ms = cw_clock_ms() - started_ms;
	}
	free(data);
	return hash;
}

#define GUESSES 20

static void test_access__slow_hashes_hold_up_nobody(void)
{
	static const char request[] = "GET /connectors/a HTTP/1.1\r\nHost: h\r\n" SLOW "\r\n";
	CW_AUTO_FREE char *hash = slow_hash();
	CW_AUTO_FREE char *users = cw_format("slow:%s\n", hash), *lines = rest_users_lines(users);
	struct http_answer answer;
	struct rest_fixture f;
	int64_t started_ms;
	int fds[GUESSES];

	rest_fixture_up(&f, lines);
	for (int i = 0; i < GUESSES; i++) {
		fds[i] = http_open(f.url);
		http_send(fds[i], request, sizeof(request) - 1);
	}
	started_ms = cw_clock_ms();
	for (int i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", READER), 200);
	/* Twenty hashes of half a second, one after the other, would be ten. */
	CU_ASSERT_TRUE(cw_clock_ms() - started_ms < 5000);
	/* The first that is verified answers for all the others. */
	for (int i = 0; i < GUESSES; i++) {
		http_receive(fds[i], false, &answer);
		CU_ASSERT_EQUAL(answer.status, 200);
		http_answer_free(&answer);
		close(fds[i]);
	}
	rest_fixture_down(&f);
}

static void test_access__files_are_read_again(void)
{
	CW_AUTO_FREE char *lines = rest_users_lines("alice:" SHA512 "\n");
	struct rest_fixture f;

	rest_fixture_up(&f, lines);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", READER), 200);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", ALICE), 200);
	free(rest_fixture_file("tokens", "reader another-another-another\n", 0600));
	CU_ASSERT_TRUE(rest_fixture_becomes(&f, "Authorization: Bearer another-another-another\r\n", 200));
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", READER), 401);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", ALICE), 200);
	/* A password that is remembered is forgotten with its user. */
	free(rest_fixture_file("users", "bob:" SHA512 "\n", 0600));
	CU_ASSERT_TRUE(rest_fixture_becomes(&f, ALICE, 401));
	/* A file that is wrong changes nothing; one that is right again does. */
	cw_log_set_level(CW_LOG_ERROR);
	free(rest_fixture_file("tokens", "reader short\n", 0600));
	free(rest_fixture_file("users", "alice:" SHA512 "\n", 0600));
	nanosleep(&(struct timespec){ 1, 0 }, NULL);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", "Authorization: Bearer another-another-another\r\n"),
			200);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", ALICE), 401);
	free(rest_fixture_file("tokens", rest_users_tokens, 0600));
	CU_ASSERT_TRUE(rest_fixture_becomes(&f, ALICE, 200));
	rest_fixture_down(&f);
}

static void test_access__wrong_files_keep_it_from_starting(void)
{
	CW_AUTO_FREE char *bad = rest_fixture_file("bad", "alice:hunter2\n", 0600);
	CW_AUTO_FREE char *open = rest_fixture_file("open", "alice hunter2-hunter2-hunter2\n", 0644);
	CW_AUTO_FREE char *a = cw_format("listeners=http://127.0.0.1:0\nrest.authentication.basic.file=%s\n", bad);
	CW_AUTO_FREE char *b = cw_format("listeners=http://127.0.0.1:0\nrest.authentication.token.file=%s\n", open);

	rest_fixture_refuses(a, "rest.authentication.basic.file: ");
	rest_fixture_refuses(a, "/bad:1: the password of user \"alice\" is no hash");
	rest_fixture_refuses(b, "/open:1: the token of \"alice\" is written as it is in a file that others may read: "
				"chmod 600");
	rest_fixture_refuses("listeners=http://127.0.0.1:0\nrest.authentication.token.file=/nonexistent/x\n", "No such file");
}

/* ---- header fields ---- */

static void test_headers__cors_and_configured_ones(void)
{
	static const struct {
		const char *method, *headers, *has, *hasnt;
	} cases[] = {
		{ "GET", "Origin: https://app.example\r\n", "Access-Control-Allow-Origin: https://app.example\r\n",
		  "Allow-Methods" },
		{ "GET", "Origin: https://app.example\r\n", "Access-Control-Allow-Credentials: true\r\n", NULL },
		{ "GET", "Origin: https://app.example\r\n", "Vary: Origin\r\n", NULL },
		{ "GET", "Origin: https://evil.example\r\n", "Vary: Origin\r\n", "Access-Control" },
		{ "GET", NULL, "X-Frame-Options: DENY\r\n", "Access-Control" },
		{ "GET", NULL, "Server: mine\r\n", "Server: connect-worker" },
		{ "GET", NULL, "Cache-Control: no-cache, no-store\r\n", NULL },
		{ "GET", NULL, "Expires: ", NULL },
		{ "OPTIONS", "Origin: https://app.example\r\nAccess-Control-Request-Method: PUT\r\n",
		  "Access-Control-Allow-Methods: GET,PUT\r\n", NULL },
		{ "OPTIONS", "Origin: https://app.example\r\nAccess-Control-Request-Method: PUT\r\n",
		  "Access-Control-Allow-Headers: X-Requested-With,Content-Type,Accept,Origin,Authorization", NULL },
		{ "OPTIONS", "Origin: https://evil.example\r\nAccess-Control-Request-Method: PUT\r\n",
		  "Allow: ", "Access-Control" },
	};
	struct rest_fixture f;

	rest_fixture_up(&f, "access.control.allow.origin=https://app.example\naccess.control.allow.methods=GET,PUT\n"
			    "response.http.headers.config=set X-Frame-Options: DENY, set Server: mine, "
			    "\"add Cache-Control: no-cache, no-store\", setDate Expires: 1000\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_answer answer;

		rest_fixture_ask(&f, cases[i].method, "/connectors/a", cases[i].headers, &answer);
		CU_ASSERT_EQUAL(answer.status, 200);
		rest_fixture_check(strstr(answer.head, cases[i].has), "header", cases[i].has, answer.head);
		rest_fixture_check(!cases[i].hasnt || !strstr(answer.head, cases[i].hasnt), "no header", cases[i].hasnt,
		      answer.head);
		http_answer_free(&answer);
	}
	rest_fixture_down(&f);
}

/* A page of anybody's may send such a request without asking; browsers say that it does. */
static void test_headers__forged_requests_are_refused(void)
{
	struct rest_fixture f;

	rest_fixture_up(&f, "access.control.allow.origin=https://app.example\n");
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "POST", "/connectors/a/restart", "Sec-Fetch-Site: cross-site\r\n"), 403);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "POST", "/connectors/a/restart",
				  "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n"),
			403);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "POST", "/connectors/a/restart",
				  "Sec-Fetch-Site: cross-site\r\nOrigin: https://app.example\r\n"),
			204);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "POST", "/connectors/a/restart", "Sec-Fetch-Site: same-origin\r\n"), 204);
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", "Sec-Fetch-Site: cross-site\r\n"), 200);
	rest_fixture_down(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "roles", test_access__each_request_needs_its_role },
		{ "loggers above others", test_access__a_logger_above_others },
		{ "a new connector's name", test_access__a_new_connector_needs_its_name_allowed },
		{ "challenges", test_access__says_what_would_do },
		{ "a refusal keeps the connection", test_access__a_refusal_keeps_the_connection },
		{ "slow hashes", test_access__slow_hashes_hold_up_nobody },
		{ "files are read again", test_access__files_are_read_again },
		{ "wrong files", test_access__wrong_files_keep_it_from_starting },
		{ "CORS and configured headers", test_headers__cors_and_configured_ones },
		{ "forged requests", test_headers__forged_requests_are_refused },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest security", .pTests = tests }, CU_SUITE_INFO_NULL };

	cw_log_setup(CW_LOG_TEXT, CW_LOG_ERROR);
	atexit(rest_fixture_remove_files);
	return cw_test_main(suites);
}
