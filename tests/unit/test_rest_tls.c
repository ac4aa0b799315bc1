/* The real server with TLS, Unix sockets and admin listeners; a fake herder behind it tells what got through. */
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
#include "rest_users.h"
#include "tls_client.h"
#include "unit.h"

#define JSON "Content-Type: application/json\r\n"

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
	CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", "/connectors/a", NULL), 200);
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
	CW_AUTO_FREE char *access = rest_users_lines("alice:" SHA512 "\n");
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
		rest_fixture_refuses(cases[i][0], cases[i][1]);
		free(cases[i][0]);
		free(cases[i][1]);
	}
	free_pki(&pki);
}

static void test_tls__a_handshake_has_its_time(void)
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
	CU_ASSERT_TRUE(http_is_closed(fds[0], 5000));
	CU_ASSERT_TRUE(http_is_closed(fds[1], 5000));
	CU_ASSERT_EQUAL(tls_status(&f, &(struct tls_client){ .ca = pki.ca_pem }, GET_A), 200);
	close(fds[0]);
	close(fds[1]);
	rest_fixture_down(&f);
	free_pki(&pki);
}

/*
 * Two hundred clients that send a byte now and then, some in the head, some in the body: they hold up nobody, and meet
 * their end though they are never silent for long.
 */
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
	CW_AUTO_FREE char *access = rest_users_lines("alice:" SHA512 "\n");
	CW_AUTO_FREE char *path = rest_fixture_file("rest.sock", "", 0600);
	CW_AUTO_FREE char *lines = cw_format("listeners=unix:%s\nrest.unix.socket.mode=0660\n%s", path, access);
	CW_AUTO_FREE char *alone = cw_format("listeners=unix:%s\n", path);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct rest_fixture f;
	struct stat st;
	int stale;

	rest_fixture_refuses(alone, "there is a file that is no socket");
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
	rest_fixture_refuses(alone, "another process listens on it");
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
		CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", cases[i].target, NULL), cases[i].main);
		admin = cw_rest_address_at(f.rest, 1);
		CU_ASSERT_EQUAL(admin != NULL, cases[i].admin != 0);
		if (admin) {
			snprintf(f.url, sizeof(f.url), "%s", admin);
			CU_ASSERT_EQUAL(rest_fixture_status(&f, "GET", cases[i].target, NULL), cases[i].admin);
		}
		rest_fixture_down(&f);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "TLS", test_tls__serves },
		{ "TLS protocols, inline PEM", test_tls__protocols_and_inline_pem },
		{ "client certificates", test_tls__certificates_are_users },
		{ "a renewed certificate", test_tls__a_renewed_certificate_is_used },
		{ "wrong PEM files", test_tls__wrong_files_keep_it_from_starting },
		{ "a handshake's time", test_tls__a_handshake_has_its_time },
		{ "Unix socket", test_listeners__unix_socket },
		{ "admin listeners", test_listeners__admin },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rest TLS and listeners", .pTests = tests }, CU_SUITE_INFO_NULL };

	cw_log_setup(CW_LOG_TEXT, CW_LOG_ERROR);
	atexit(rest_fixture_remove_files);
	return cw_test_main(suites);
}
