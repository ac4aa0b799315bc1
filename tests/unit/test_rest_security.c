/* The real server with users, roles, TLS, Unix sockets and limits; a fake herder behind it tells what got through. */
#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "certificates.h"
#include "rest_fixture.h"
#include "tls_client.h"
#include "unit.h"

#define SHA512                                                   \
	"$6$rounds=1000$iWSHu8g08mAWHu.u$f0hAVGxrvXLVUioOEBNvb/" \
	"EI2mswVqgB0t.mamEgovZLaPQxyZYXbUozv2GgKqVRAIMhZoWW9SATeTs7X5Fqe1"
#define ALICE "Authorization: Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==\r\n" /* alice:correct horse */
#define WRONG "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"	      /* alice:wrong */
#define SLOW "Authorization: Basic c2xvdzpjb3JyZWN0IGhvcnNl\r\n"      /* slow:correct horse */
#define READER "Authorization: Bearer reader-reader-reader\r\n"
#define OPERATOR "Authorization: Bearer operator-operator\r\n"
#define NOBODY "Authorization: Bearer nobody-nobody-nobody\r\n"
#define EXPIRED "Authorization: Bearer expired-expired-exp\r\n"
#define JSON "Content-Type: application/json\r\n"

static const char tokens_text[] = "reader reader-reader-reader\noperator operator-operator\nnobody "
				  "nobody-nobody-nobody\n"
				  "reader expired-expired-exp 2001-01-01\n";
static const char roles_text[] = "alice admin a*\nreader read *\noperator operate a*\nslow admin *\n"
				 "CN=ops,O=Example admin *\nunix:* admin *\n";

static void check(bool good, const char *row, const char *what, const char *got)
{
	if (!good)
		fprintf(stderr, "\n%s: %s, got: %s\n", row, what, got ? got : "(none)");
	CU_ASSERT_TRUE(good);
}

static int status_of(const struct rest_fixture *f, const char *method, const char *target, const char *headers)
{
	struct http_answer answer;
	int status;

	rest_fixture_ask(f, method, target, headers, &answer);
	status = answer.status;
	http_answer_free(&answer);
	return status;
}

/* A worker's lines that name the files of users, tokens and roles. New. */
static char *security_lines(const char *users)
{
	CW_AUTO_FREE char *users_path = rest_fixture_file("users", users, 0644);
	CW_AUTO_FREE char *tokens_path = rest_fixture_file("tokens", tokens_text, 0600);
	CW_AUTO_FREE char *roles_path = rest_fixture_file("roles", roles_text, 0644);

	return cw_format("rest.authentication.basic.file=%s\nrest.authentication.token.file=%s\n"
			 "rest.authorization.roles.file=%s\n",
			 users_path, tokens_path, roles_path);
}

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
};

static void test_access__each_request_needs_its_role(void)
{
	CW_AUTO_FREE char *lines = security_lines("alice:" SHA512 "\n");
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
		check(answer.status == row->status, name, "status", got);
		check(!row->part || (answer.body && strstr(answer.body, row->part)), name, row->part, answer.body);
		call = fake_herder_last(f.herder);
		check((row->status != 401 && row->status != 403) || !*call, name, "no call of the herder", call);
		free(call);
		http_answer_free(&answer);
	}
	rest_fixture_down(&f);
}

/* The name of a new connector is in the body. */
static void test_access__a_new_connector_needs_its_name_allowed(void)
{
	static const struct {
		const char *name;
		int status;
	} cases[] = { { "a-new", 201 }, { "b-new", 403 }, { " b-new ", 403 }, { "missing", 403 } };
	CW_AUTO_FREE char *lines = security_lines("alice:" SHA512 "\n");
	struct rest_fixture f;

	rest_fixture_up(&f, lines);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *body = cw_format("{\"name\":\"%s\",\"config\":{}}", cases[i].name);
		CW_AUTO_FREE char *request = cw_format("POST /connectors HTTP/1.1\r\nHost: h\r\n" JSON ALICE
						       "Content-Length: %zu\r\n\r\n%s",
						       strlen(body), body);
		struct http_answer answer;

		http_exchange(f.url, request, strlen(request), false, &answer);
		check(answer.status == cases[i].status, cases[i].name, "status", answer.body);
		http_answer_free(&answer);
	}
	rest_fixture_down(&f);
}

static void test_access__says_what_would_do(void)
{
	CW_AUTO_FREE char *lines = security_lines("alice:" SHA512 "\n");
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
	CW_AUTO_FREE char *lines = security_lines("alice:" SHA512 "\n");
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
	CW_AUTO_FREE char *users = cw_format("slow:%s\n", hash), *lines = security_lines(users);
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
		CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", READER), 200);
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

static bool becomes(const struct rest_fixture *f, const char *headers, int status)
{
	int64_t until_ms = cw_clock_ms() + 10000;

	while (cw_clock_ms() < until_ms) {
		if (status_of(f, "GET", "/connectors/a", headers) == status)
			return true;
		nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	}
	return false;
}

static void test_access__files_are_read_again(void)
{
	CW_AUTO_FREE char *lines = security_lines("alice:" SHA512 "\n");
	struct rest_fixture f;

	rest_fixture_up(&f, lines);
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", READER), 200);
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", ALICE), 200);
	free(rest_fixture_file("tokens", "reader another-another-another\n", 0600));
	CU_ASSERT_TRUE(becomes(&f, "Authorization: Bearer another-another-another\r\n", 200));
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", READER), 401);
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", ALICE), 200);
	/* A password that is remembered is forgotten with its user. */
	free(rest_fixture_file("users", "bob:" SHA512 "\n", 0600));
	CU_ASSERT_TRUE(becomes(&f, ALICE, 401));
	/* A file that is wrong changes nothing; one that is right again does. */
	cw_log_set_level(CW_LOG_ERROR);
	free(rest_fixture_file("tokens", "reader short\n", 0600));
	free(rest_fixture_file("users", "alice:" SHA512 "\n", 0600));
	nanosleep(&(struct timespec){ 1, 0 }, NULL);
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", "Authorization: Bearer another-another-another\r\n"),
			200);
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", ALICE), 401);
	free(rest_fixture_file("tokens", tokens_text, 0600));
	CU_ASSERT_TRUE(becomes(&f, ALICE, 200));
	rest_fixture_down(&f);
}

static void refuse(const char *lines, const char *part)
{
	struct cw_worker_config config;
	struct cw_error err = { 0 };
	char text[1400];

	if (!rest_fixture_config(lines, &config, text))
		CU_FAIL_FATAL(text);
	CU_ASSERT_EQUAL(cw_rest_check(&config, &err), -1);
	check(strstr(err.text, part), lines, part, err.text);
	CU_ASSERT_PTR_NULL(strstr(err.text, "hunter2"));
	CU_ASSERT_PTR_NULL(cw_rest_start(&config, NULL, NULL));
	cw_worker_config_free(&config);
}

static void test_access__wrong_files_keep_it_from_starting(void)
{
	CW_AUTO_FREE char *bad = rest_fixture_file("bad", "alice:hunter2\n", 0600);
	CW_AUTO_FREE char *open = rest_fixture_file("open", "alice hunter2-hunter2-hunter2\n", 0644);
	CW_AUTO_FREE char *a = cw_format("listeners=http://127.0.0.1:0\nrest.authentication.basic.file=%s\n", bad);
	CW_AUTO_FREE char *b = cw_format("listeners=http://127.0.0.1:0\nrest.authentication.token.file=%s\n", open);

	refuse(a, "rest.authentication.basic.file: ");
	refuse(a, "/bad:1: the password of user \"alice\" is no hash");
	refuse(b, "/open:1: the token of \"alice\" is written as it is in a file that others may read: chmod 600");
	refuse("listeners=http://127.0.0.1:0\nrest.authentication.token.file=/nonexistent/x\n", "No such file");
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
		check(strstr(answer.head, cases[i].has), "header", cases[i].has, answer.head);
		check(!cases[i].hasnt || !strstr(answer.head, cases[i].hasnt), "no header", cases[i].hasnt,
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
	CU_ASSERT_EQUAL(status_of(&f, "POST", "/connectors/a/restart", "Sec-Fetch-Site: cross-site\r\n"), 403);
	CU_ASSERT_EQUAL(status_of(&f, "POST", "/connectors/a/restart",
				  "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n"),
			403);
	CU_ASSERT_EQUAL(status_of(&f, "POST", "/connectors/a/restart",
				  "Sec-Fetch-Site: cross-site\r\nOrigin: https://app.example\r\n"),
			204);
	CU_ASSERT_EQUAL(status_of(&f, "POST", "/connectors/a/restart", "Sec-Fetch-Site: same-origin\r\n"), 204);
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", "Sec-Fetch-Site: cross-site\r\n"), 200);
	rest_fixture_down(&f);
}

/* ---- TLS ---- */

#define GET_A "GET /connectors/a HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n\r\n"

struct pki {
	struct test_ca ca, other;
	char *ca_pem, *other_pem, *server_path, *ca_path;
};

static void make_pki(struct pki *pki)
{
	char *server;

	test_ca_make(&pki->ca, "CN=ca");
	test_ca_make(&pki->other, "CN=other");
	pki->ca_pem = test_ca_pem(&pki->ca);
	pki->other_pem = test_ca_pem(&pki->other);
	server = test_ca_issue(&pki->ca, TEST_SERVER, "CN=server", 3600, NULL);
	pki->server_path = rest_fixture_file("server.pem", server, 0600);
	pki->ca_path = rest_fixture_file("ca.pem", pki->ca_pem, 0644);
	free(server);
}

static void free_pki(struct pki *pki)
{
	test_ca_free(&pki->ca);
	test_ca_free(&pki->other);
	free(pki->ca_pem);
	free(pki->other_pem);
	free(pki->server_path);
	free(pki->ca_path);
}

static int tls_status(const struct rest_fixture *f, const struct tls_client *client, const char *request)
{
	struct http_answer answer;
	int status;

	tls_exchange(f->url, client, request, &answer);
	status = answer.status;
	http_answer_free(&answer);
	return status;
}

static void test_tls__serves(void)
{
	static const char create[] = "POST /connectors HTTP/1.1\r\nHost: h:1\r\n" JSON
				     "Connection: close\r\nContent-Length: 24\r\n\r\n"
				     "{\"name\":\"c\",\"config\":{}}";
	struct pki pki;
	struct rest_fixture f;
	struct http_answer answer;
	CW_AUTO_FREE char *lines = NULL, *location = NULL;

	make_pki(&pki);
	lines = cw_format("listeners=https://127.0.0.1:0,http://127.0.0.1:0\nlisteners.https.ssl.keystore.type=PEM\n"
			  "listeners.https.ssl.keystore.location=%s\n",
			  pki.server_path);
	rest_fixture_up(&f, lines);
	CU_ASSERT_EQUAL(strncmp(f.url, "https://127.0.0.1:", 18), 0);
	CU_ASSERT_EQUAL(tls_status(&f, &(struct tls_client){ .ca = pki.ca_pem }, GET_A), 200);
	CU_ASSERT_EQUAL(tls_status(&f, &(struct tls_client){ .ca = pki.other_pem }, GET_A), 0);
	CU_ASSERT_EQUAL(
		tls_status(&f, &(struct tls_client){ pki.ca_pem, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.2" }, GET_A), 200);
	CU_ASSERT_EQUAL(
		tls_status(&f, &(struct tls_client){ pki.ca_pem, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.1" }, GET_A), 0);
	tls_exchange(f.url, &(struct tls_client){ .ca = pki.ca_pem }, create, &answer);
	CU_ASSERT_EQUAL_FATAL(answer.status, 201);
	location = http_header(&answer, "Location");
	CU_ASSERT_STRING_EQUAL(location, "https://h:1/connectors/c");
	http_answer_free(&answer);
	/* What libmicrohttpd answers by itself goes through the session as well. */
	tls_exchange(f.url, &(struct tls_client){ .ca = pki.ca_pem }, "GET / JUNK\r\nHost: h\r\n\r\n", &answer);
	CU_ASSERT_EQUAL(answer.status, 400);
	CU_ASSERT_TRUE(answer.body && strncmp(answer.body, "{\"error_code\":400,", 18) == 0);
	http_answer_free(&answer);
	snprintf(f.url, sizeof(f.url), "%s", cw_rest_address_at(f.rest, 1));
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/a", NULL), 200);
	rest_fixture_down(&f);
	free_pki(&pki);
}

static void test_tls__protocols_and_inline_pem(void)
{
	struct pki pki;
	struct rest_fixture f;
	CW_AUTO_FREE char *pem = NULL;
	struct cw_buf lines = { 0 };

	make_pki(&pki);
	pem = test_ca_issue(&pki.ca, TEST_SERVER, "CN=inline", 3600, "hunter2");
	cw_buf_puts(&lines, "listeners=https://127.0.0.1:0\nssl.key.password=hunter2\nssl.enabled.protocols=TLSv1.3\n");
	for (int i = 0; i < 2; i++) {
		cw_buf_puts(&lines, i ? "\nssl.keystore.certificate.chain=" : "ssl.keystore.key=");
		for (const char *p = pem; *p; p++)
			if (*p == '\n')
				cw_buf_puts(&lines, "\\n");
			else
				cw_buf_append(&lines, p, 1);
	}
	cw_buf_puts(&lines, "\n");
	rest_fixture_up(&f, lines.p);
	CU_ASSERT_EQUAL(tls_status(&f, &(struct tls_client){ .ca = pki.ca_pem }, GET_A), 200);
	CU_ASSERT_EQUAL(
		tls_status(&f, &(struct tls_client){ pki.ca_pem, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.2" }, GET_A), 0);
	rest_fixture_down(&f);
	cw_buf_free(&lines);
	free_pki(&pki);
}

struct identities {
	char *good, *expired, *foreign, *server;
};

static void make_identities(const struct pki *pki, struct identities *out)
{
	out->good = test_ca_issue(&pki->ca, TEST_CLIENT, "CN=ops,O=Example", 3600, NULL);
	out->expired = test_ca_issue(&pki->ca, TEST_CLIENT, "CN=ops,O=Example", -60, NULL);
	out->foreign = test_ca_issue(&pki->other, TEST_CLIENT, "CN=ops,O=Example", 3600, NULL);
	out->server = test_ca_issue(&pki->ca, TEST_SERVER, "CN=ops,O=Example", 3600, NULL);
}

static void free_identities(struct identities *identities)
{
	free(identities->good);
	free(identities->expired);
	free(identities->foreign);
	free(identities->server);
}

/* With each kind of certificate, under TLS 1.2 and 1.3: required, and requested where tokens do as well. */
static void test_tls__certificates_are_users(void)
{
	static const char *const versions[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3" };
	CW_AUTO_FREE char *access = security_lines("alice:" SHA512 "\n");
	struct identities of;
	struct rest_fixture f;
	struct pki pki;

	make_pki(&pki);
	make_identities(&pki, &of);
	for (int required = 0; required < 2; required++) {
		CW_AUTO_FREE char *lines = cw_format(
			"listeners=https://127.0.0.1:0\nlisteners.https.ssl.keystore.location=%s\n"
			"listeners.https.ssl.truststore.location=%s\n"
			"listeners.https.ssl.client.auth=%s\n%s",
			pki.server_path, pki.ca_path, required ? "required" : "requested", access);

		rest_fixture_up(&f, lines);
		for (int i = 0; i < 2; i++) {
			struct tls_client client = { pki.ca_pem, of.good, versions[i] };

			CU_ASSERT_EQUAL(tls_status(&f, &client, GET_A), 200);
			CU_ASSERT_EQUAL(tls_status(&f, &client,
						   "GET /connectors/a HTTP/1.1\r\nHost: h\r\nConnection: "
						   "close\r\n" WRONG "\r\n"),
					401);
			client.identity = of.expired;
			CU_ASSERT_EQUAL(tls_status(&f, &client, GET_A), 0);
			client.identity = of.foreign;
			CU_ASSERT_EQUAL(tls_status(&f, &client, GET_A), 0);
			client.identity = of.server;
			CU_ASSERT_EQUAL(tls_status(&f, &client, GET_A), 0);
			client.identity = NULL;
			CU_ASSERT_EQUAL(tls_status(&f, &client, GET_A), required ? 0 : 401);
			CU_ASSERT_EQUAL(tls_status(&f, &client,
						   "GET /connectors/a HTTP/1.1\r\nHost: h\r\nConnection: "
						   "close\r\n" READER "\r\n"),
					required ? 0 : 200);
		}
		rest_fixture_down(&f);
	}
	free_identities(&of);
	free_pki(&pki);
}

static void test_tls__a_renewed_certificate_is_used(void)
{
	int64_t until_ms = cw_clock_ms() + 10000;
	CW_AUTO_FREE char *lines = NULL, *renewed = NULL;
	struct rest_fixture f;
	struct pki pki;
	bool used = false;

	make_pki(&pki);
	lines = cw_format("listeners=https://127.0.0.1:0\nlisteners.https.ssl.keystore.location=%s\n", pki.server_path);
	rest_fixture_up(&f, lines);
	CU_ASSERT_EQUAL(tls_status(&f, &(struct tls_client){ .ca = pki.other_pem }, GET_A), 0);
	renewed = test_ca_issue(&pki.other, TEST_SERVER, "CN=server", 3600, NULL);
	free(rest_fixture_file("server.pem", renewed, 0600));
	while (!used && cw_clock_ms() < until_ms)
		used = tls_status(&f, &(struct tls_client){ .ca = pki.other_pem }, GET_A) == 200;
	CU_ASSERT_TRUE(used);
	/* One that is wrong changes nothing. */
	free(rest_fixture_file("server.pem", "nonsense", 0600));
	nanosleep(&(struct timespec){ 1, 200000000 }, NULL);
	CU_ASSERT_EQUAL(tls_status(&f, &(struct tls_client){ .ca = pki.other_pem }, GET_A), 200);
	rest_fixture_down(&f);
	free_pki(&pki);
}

static void test_tls__wrong_files_keep_it_from_starting(void)
{
	struct pki pki;
	CW_AUTO_FREE char *locked = NULL, *locked_path = NULL, *jks = NULL, *mixed = NULL, *mixed_path = NULL;
	char *cases[6][2];

	make_pki(&pki);
	locked = test_ca_issue(&pki.ca, TEST_SERVER, "CN=x", 3600, "hunter2");
	locked_path = rest_fixture_file("locked.pem", locked, 0600);
	jks = rest_fixture_file("store.jks", "\xfe\xed\xfe\xed", 0600);
	mixed = test_ca_issue(&pki.ca, TEST_SERVER, "CN=x", 3600, NULL);
	strstr(mixed, "-----BEGIN CERTIFICATE")[0] = '\0';
	mixed_path = cw_format("%s%s", mixed, pki.ca_pem);
	free(mixed);
	mixed = mixed_path;
	mixed_path = rest_fixture_file("mixed.pem", mixed, 0600);
#define LINES "listeners=https://127.0.0.1:0\nlisteners.https.ssl.keystore.location=%s\n"
	cases[0][0] = cw_format(LINES, locked_path);
	cases[0][1] = cw_strdup("the private key is encrypted, and listeners.https.ssl.key.password is not set");
	cases[1][0] = cw_format(LINES "listeners.https.ssl.key.password=wrong\n", locked_path);
	cases[1][1] = cw_strdup("listeners.https.ssl.key.password does not open it");
	cases[2][0] = cw_format(LINES, jks);
	cases[2][1] = cw_strdup("keytool -importkeystore");
	cases[3][0] = cw_format(LINES, mixed_path);
	cases[3][1] = cw_strdup("the private key is not that of the first certificate");
	cases[4][0] = cw_format(LINES, "/nonexistent/x.pem");
	cases[4][1] = cw_strdup("listeners.https.ssl.keystore.location: /nonexistent/x.pem: cannot be opened");
	cases[5][0] = cw_format(LINES "listeners.https.ssl.client.auth=required\nlisteners.https.ssl.truststore."
				      "location=%s\n",
				pki.server_path, jks);
	cases[5][1] = cw_strdup("listeners.https.ssl.truststore.location: ");
	for (size_t i = 0; i < 6; i++) {
		refuse(cases[i][0], cases[i][1]);
		free(cases[i][0]);
		free(cases[i][1]);
	}
	free_pki(&pki);
}

/* ---- listeners ---- */

static int unix_status(const char *path, const char *request)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct http_answer answer = { 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), status;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		http_send(fd, request, strlen(request));
		http_receive(fd, false, &answer);
	}
	close(fd);
	status = answer.status;
	http_answer_free(&answer);
	return status;
}

static void test_listeners__unix_socket(void)
{
	CW_AUTO_FREE char *access = security_lines("alice:" SHA512 "\n");
	CW_AUTO_FREE char *path = rest_fixture_file("rest.sock", "", 0600);
	CW_AUTO_FREE char *lines = cw_format("listeners=unix:%s\nrest.unix.socket.mode=0660\n%s", path, access);
	CW_AUTO_FREE char *alone = cw_format("listeners=unix:%s\n", path);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct rest_fixture f;
	struct stat st;
	int stale;

	refuse(alone, "there is a file that is no socket");
	unlink(path);
	/* What a process that died leaves behind. */
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	stale = socket(AF_UNIX, SOCK_STREAM, 0);
	CU_ASSERT_EQUAL_FATAL(bind(stale, (struct sockaddr *)&address, sizeof(address)), 0);
	close(stale);
	umask(022);
	rest_fixture_up(&f, lines);
	CU_ASSERT_EQUAL(lstat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0660);
	CU_ASSERT_EQUAL(st.st_uid, geteuid());
	CU_ASSERT_EQUAL(unix_status(path, GET_A), 200); /* as unix:LOGIN */
	CU_ASSERT_EQUAL(unix_status(path, "GET /connectors/a HTTP/1.1\r\nHost: h\r\n" WRONG "\r\n"), 401);
	refuse(alone, "another process listens on it");
	CU_ASSERT_EQUAL(unix_status(path, GET_A), 200);
	rest_fixture_down(&f);
	CU_ASSERT_EQUAL(lstat(path, &st), -1);
}

static void test_listeners__admin(void)
{
	static const struct {
		const char *lines;
		const char *target;
		int main, admin; /* statuses; admin 0: no such listener */
	} cases[] = {
		{ "admin.listeners=http://127.0.0.1:0\n", "/connectors", 200, 404 },
		{ "admin.listeners=http://127.0.0.1:0\n", "/connectors/a", 200, 404 },
		{ "admin.listeners=http://127.0.0.1:0\n", "/", 200, 200 },
		{ "admin.listeners=http://127.0.0.1:0\n", "/health", 200, 200 },
		{ "admin.listeners=http://127.0.0.1:0\n", "/metrics", 200, 200 },
		{ "admin.listeners=http://127.0.0.1:0\n", "/openapi.json", 200, 200 },
		{ "admin.listeners=\n", "/connectors", 200, 0 },
		{ "admin.listeners=\n", "/admin/loggers", 404, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rest_fixture f;
		const char *admin;

		rest_fixture_up(&f, cases[i].lines);
		CU_ASSERT_EQUAL(status_of(&f, "GET", cases[i].target, NULL), cases[i].main);
		admin = cw_rest_address_at(f.rest, 1);
		CU_ASSERT_EQUAL(admin != NULL, cases[i].admin != 0);
		if (admin) {
			snprintf(f.url, sizeof(f.url), "%s", admin);
			CU_ASSERT_EQUAL(status_of(&f, "GET", cases[i].target, NULL), cases[i].admin);
		}
		rest_fixture_down(&f);
	}
}

/* ---- limits ---- */

/* Whether the server has closed a connection, waiting for it at most so long. */
static bool is_closed(int fd, int64_t within_ms)
{
	int64_t until_ms = cw_clock_ms() + within_ms;
	char byte;

	while (cw_clock_ms() < until_ms) {
		ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK))
			return true;
		if (n < 0)
			nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	}
	return false;
}

static void test_limits__connections_of_one_address(void)
{
	struct rest_fixture f;
	int fds[4];

	rest_fixture_up(&f, "rest.connections.per.address.max=3\nlog.level=error\n");
	for (int i = 0; i < 4; i++)
		fds[i] = http_open(f.url);
	CU_ASSERT_TRUE(is_closed(fds[3], 5000));
	for (int i = 0; i < 3; i++)
		CU_ASSERT_FALSE(is_closed(fds[i], 20));
	close(fds[0]);
	close(fds[3]);
	CU_ASSERT_TRUE(becomes(&f, NULL, 200));
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
	CU_ASSERT_FALSE(is_closed(fds[0], 20));
	CU_ASSERT_FALSE(is_closed(fds[1], 200));
	fds[2] = http_open(f.url);
	CU_ASSERT_TRUE(is_closed(fds[2], 5000));
	close(fds[1]);
	close(fds[2]);
	CU_ASSERT_TRUE(becomes(&f, NULL, 200));
	close(fds[0]);
	rest_fixture_down(&f);
}

/* In silence, or in the middle of a handshake. */
static void test_limits__a_handshake_has_its_time(void)
{
	CW_AUTO_FREE char *lines = NULL;
	struct rest_fixture f;
	struct pki pki;
	int fds[2];

	make_pki(&pki);
	lines = cw_format("listeners=https://"
			  "127.0.0.1:0\nrest.request.timeout.ms=300\nlisteners.https.ssl.keystore.location=%s\n",
			  pki.server_path);
	rest_fixture_up(&f, lines);
	fds[0] = http_open(f.url);
	fds[1] = http_open(f.url);
	http_send(fds[1], "\x16\x03\x01\x02", 4);
	CU_ASSERT_TRUE(is_closed(fds[0], 5000));
	CU_ASSERT_TRUE(is_closed(fds[1], 5000));
	CU_ASSERT_EQUAL(tls_status(&f, &(struct tls_client){ .ca = pki.ca_pem }, GET_A), 200);
	close(fds[0]);
	close(fds[1]);
	rest_fixture_down(&f);
	free_pki(&pki);
}

#define DRIPPERS 200

/*
 * Two hundred clients that send a byte now and then, some in the head, some in the body: they hold up nobody, and meet
 * their end though they are never silent for long.
 */
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

		CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/c", NULL), 200);
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
			n_closed += is_closed(fds[i], 1);
		}
	}
	CU_ASSERT_EQUAL(n_closed, DRIPPERS);
	CU_ASSERT_EQUAL(status_of(&f, "GET", "/connectors/c", NULL), 200);
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
	CU_ASSERT_TRUE(is_closed(fd, 5000));
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
	CU_ASSERT_FALSE(is_closed(fd, 600));
	fake_herder_open(f.herder);
	http_receive(fd, false, &answer);
	CU_ASSERT_EQUAL(answer.status, 200);
	http_answer_free(&answer);
	close(fd);
	rest_fixture_down(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "roles", test_access__each_request_needs_its_role },
		{ "a new connector's name", test_access__a_new_connector_needs_its_name_allowed },
		{ "challenges", test_access__says_what_would_do },
		{ "a refusal keeps the connection", test_access__a_refusal_keeps_the_connection },
		{ "slow hashes", test_access__slow_hashes_hold_up_nobody },
		{ "files are read again", test_access__files_are_read_again },
		{ "wrong files", test_access__wrong_files_keep_it_from_starting },
		{ "CORS and configured headers", test_headers__cors_and_configured_ones },
		{ "forged requests", test_headers__forged_requests_are_refused },
		{ "TLS", test_tls__serves },
		{ "TLS protocols, inline PEM", test_tls__protocols_and_inline_pem },
		{ "client certificates", test_tls__certificates_are_users },
		{ "a renewed certificate", test_tls__a_renewed_certificate_is_used },
		{ "wrong PEM files", test_tls__wrong_files_keep_it_from_starting },
		{ "Unix socket", test_listeners__unix_socket },
		{ "admin listeners", test_listeners__admin },
		{ "connections of one address", test_limits__connections_of_one_address },
		{ "connections in all", test_limits__connections_in_all },
		{ "a handshake's time", test_limits__a_handshake_has_its_time },
		{ "dripping clients", test_limits__dripping_clients_end_and_delay_nobody },
		{ "a late request", test_limits__a_late_request_is_told_so },
		{ "a slow herder", test_limits__a_slow_herder_is_no_slow_client },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest security", .pTests = tests }, CU_SUITE_INFO_NULL };

	cw_log_setup(CW_LOG_TEXT, CW_LOG_ERROR);
	atexit(rest_fixture_remove_files);
	return cw_test_main(suites);
}
