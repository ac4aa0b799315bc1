/* Ways to a worker: how it is named, and what workerctl says when there is no way. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "ctl/worker_url.h"
#include "ctl_fixture.h"

/* ---- names of workers ---------------------------------------------------------------------- */

static void test_url__has_many_forms(void)
{
	static const struct {
		const char *text, *base, *shown, *socket;
	} cases[] = {
		{ "127.0.0.1:8083", "http://127.0.0.1:8083", "http://127.0.0.1:8083", NULL },
		{ "http://h:8083/", "http://h:8083", "http://h:8083", NULL },
		{ "https://me:s3cret@h/connect//", "https://me:s3cret@h/connect", "https://h/connect", NULL },
		{ "unix:/run/x.sock", "http://localhost", "unix:/run/x.sock", "/run/x.sock" },
		{ "unix:///run/x.sock", "http://localhost", "unix:/run/x.sock", "/run/x.sock" },
	};
	static const char *const wrong[] = { "ftp://h", "http://", "http://h:port", "http://h:8083#f", "http://h:8083/?x=1",
					     "h?", "unix:", "unix://relative", "unix:x" };
	struct cw_worker_url url;
	struct cw_error err = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL_FATAL(cw_worker_url_read(cases[i].text, &url, &err), 0);
		CU_ASSERT_TRUE(is(url.base, cases[i].base));
		CU_ASSERT_TRUE(is(url.shown, cases[i].shown));
		CU_ASSERT_TRUE(is(url.socket ? url.socket : "none", cases[i].socket ? cases[i].socket : "none"));
		cw_worker_url_free(&url);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bool is_socket = strncmp(wrong[i], "unix:", 5) == 0;

		err = (struct cw_error){ 0 };
		CU_ASSERT_EQUAL(cw_worker_url_read(wrong[i], &url, &err), -1);
		CU_ASSERT_TRUE(has(err.text, is_socket ? "A Unix socket is unix:/PATH with an absolute path" :
							 "the worker's URL is not valid"));
		cw_worker_url_free(&url);
	}
	err = (struct cw_error){ 0 };
	CU_ASSERT_EQUAL(cw_worker_url_read("http://me:s3cret@h/#x", &url, &err), -1);
	CU_ASSERT_TRUE(has(err.text, "? or #"));
	CU_ASSERT_PTR_NULL(strstr(err.text, "s3cret"));
	cw_worker_url_free(&url);
}

/* A URL with a query would be asked for nothing else, whatever the command. */
static void test_url__that_is_wrong_is_told(void)
{
	struct run *r = begin();
	char path[] = "/tmp/cw-XXXXXX.json";

	expect(r, "get connectors -s http://127.0.0.1:1#f", CW_CTL_USAGE, "", "", "workerctl: the worker's URL is not valid");
	cw_map_set(&r->env, "WORKERCTL_CONFIG", file_of("", path));
	expect(r, "context set p --server ftp://x", CW_CTL_USAGE, "", "", "workerctl: the worker's URL is not valid");
	expect(r, "context set p --server unix:x", CW_CTL_USAGE, "", "", "workerctl: A Unix socket is unix:/PATH");
	expect(r, "context list -q", CW_CTL_OK, "", "", "");
	expect(r, "context set p --server unix:/x", CW_CTL_OK, "", "p created\n", "");
	unlink(path);
	end(r);
}

/* ---- no way -------------------------------------------------------------------------------- */

/* Takes a connection, and ends it when it has heard something. */
static void *hang_up(void *arg)
{
	char heard[512];
	int fd = accept(*(int *)arg, NULL, NULL);

	CU_ASSERT_TRUE(fd >= 0 && read(fd, heard, sizeof(heard)) > 0);
	close(fd);
	return NULL;
}

static void test_server__that_hangs_up(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct run *r = begin();
	CW_AUTO_FREE char *line = NULL;
	pthread_t thread;

	CU_ASSERT_EQUAL_FATAL(bind(listener, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL_FATAL(listen(listener, 1), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, hang_up, &listener), 0);
	line = cw_format("status -s 127.0.0.1:%d", ntohs(address.sin_port));
	run(r, line);
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	CU_ASSERT_TRUE(has(r->err, "\nSomebody is there, but does not answer in HTTP: it may want https://, or"));
	pthread_join(thread, NULL);
	close(listener);
	end(r);
}

static void test_socket__that_is_not_there(void)
{
	struct run *r = begin();

	run(r, "status -s unix:/nowhere/x.sock");
	CU_ASSERT_EQUAL(r->status, CW_CTL_UNREACHABLE);
	CU_ASSERT_TRUE(is(r->err, "workerctl: cannot reach unix:/nowhere/x.sock: No such file or directory\n"
				  "Is the worker running? Another one is named with --server, or chosen with "
				  "'workerctl context use'.\n"));
	end(r);
}

/* What the command line has wrong is said at once, also by a command that waits. */
static void test_tls__says_what_helps(void)
{
	struct run *r = begin();
	char path[] = "/tmp/cw-XXXXXX.json";
	CW_AUTO_FREE char *https = cw_format("https://127.0.0.1:%d", mini_http_port(r->http));
	static const char *const of_two[] = { "pause", "wait", "restart", "delete --yes", "topics reset", "offsets get",
					      "describe" };
	int64_t start_ms = cw_clock_ms();
	CW_AUTO_FREE char *no_file = cw_format("wait x -t 60 -s %s --ca /nosuch", https);
	CW_AUTO_FREE char *bad_file = cw_format("wait x -t 60 -s %s --ca %s", https, file_of("no certificate", path));
	CW_AUTO_FREE char *no_tls = cw_format("wait x -t 60 -s %s", https);

	expect(r, no_file, CW_CTL_USAGE, "", "",
	       "workerctl: /nosuch cannot be read: No such file or directory; it is named with --ca, or in the context\n");
	expect(r, bad_file, CW_CTL_USAGE, "", "", "workerctl: the files for TLS cannot be used: ");
	CU_ASSERT_TRUE(has(r->err, "\nThey are named with --ca, --cert and --key, or in a context.\n"));
	CU_ASSERT_PTR_NULL(strstr(r->err, "running?"));
	/* Said once: the other names would fare no better. */
	for (size_t i = 0; i < sizeof(of_two) / sizeof(of_two[0]); i++) {
		CW_AUTO_FREE char *line = cw_format("%s a b -t 60 -s %s --ca %s", of_two[i], https, path);

		run(r, line);
		CU_ASSERT_EQUAL(r->status, CW_CTL_USAGE);
		CU_ASSERT_PTR_NOT_NULL_FATAL(strstr(r->err, "cannot be used"));
		CU_ASSERT_PTR_NULL(strstr(strstr(r->err, "cannot be used") + 1, "cannot be used"));
	}
	expect(r, no_tls, CW_CTL_UNREACHABLE, "", "", "\nSomebody is there, but does not speak TLS: it may want http://.\n");
	CU_ASSERT_TRUE(cw_clock_ms() - start_ms < 50000);
	unlink(path);
	end(r);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "URLs", test_url__has_many_forms },
		{ "wrong URLs", test_url__that_is_wrong_is_told },
		{ "no socket", test_socket__that_is_not_there },
		{ "no HTTP", test_server__that_hangs_up },
		{ "TLS", test_tls__says_what_helps },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "ways to a worker", .pTests = tests }, CU_SUITE_INFO_NULL };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cw_test_main(suites);
}
