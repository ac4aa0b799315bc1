/*
 * The access-log sink and several URLs: one that dies, one whose name server hangs, one that is no store, nodes that the
 * store names.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <time.h>

#include "certificates.h"
#include "essink_run.h"
#include "mini_http.h"

/* ---- a name server that hangs --------------------------------------------------------------------- */

#define HANGS "hangs.example"
#define HANGS_S 30 /* longer than all that is waited for here */

/* The process's, as getaddrinfo() is. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t change;
	unsigned asked; /* questions without an answer */
	bool answers;
} server = { .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };

static void ask_server(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += HANGS_S;
	pthread_mutex_lock(&server.lock);
	server.asked++;
	while (!server.answers && pthread_cond_timedwait(&server.change, &server.lock, &end) == 0)
		;
	server.asked--;
	pthread_cond_broadcast(&server.change);
	pthread_mutex_unlock(&server.lock);
}

/* Instead of the C library's, for libcurl too: it never answers for one name. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	if (name && strcmp(name, HANGS) == 0) {
		ask_server();
		return EAI_AGAIN;
	}
	memcpy(&real, &symbol, sizeof(real));
	return real(name, service, hints, found);
}

static unsigned unanswered(void)
{
	unsigned n;

	pthread_mutex_lock(&server.lock);
	n = server.asked;
	pthread_mutex_unlock(&server.lock);
	return n;
}

/* It answers, and nobody waits for it any more. */
static void server_returns(void)
{
	pthread_mutex_lock(&server.lock);
	server.answers = true;
	pthread_cond_broadcast(&server.change);
	while (server.asked)
		pthread_cond_wait(&server.change, &server.lock);
	server.answers = false;
	pthread_mutex_unlock(&server.lock);
}

static void test_resolver__that_hangs_holds_up_nothing(void)
{
	struct run *run = run_new();
	char urls[200];

	snprintf(urls, sizeof(urls), "http://" HANGS ":9200,%s", run->store.url);
	set(run, "connection.url", urls);
	set(run, "connection.timeout.ms", "100");
	set(run, "batch.size", "10");
	start(run);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	expect_all(run);
	CU_ASSERT_TRUE(unanswered() > 0);
	run_free(run);
	CU_ASSERT_TRUE(unanswered() > 0);
	server_returns();
}

static void test_resolver__that_hangs_does_not_hold_up_the_end(void)
{
	struct run *run = run_new();
	int64_t end = cw_clock_ms() + 10000;

	set(run, "connection.url", "http://" HANGS ":9200");
	set(run, "connection.timeout.ms", "60000");
	start(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	while (unanswered() == 0 && cw_clock_ms() < end)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 10, &run->sink.err), CW_OK);
	run_free(run);
	CU_ASSERT_EQUAL(unanswered(), 1);
	server_returns();
}

/* ---- one of several --------------------------------------------------------------------------------- */

static unsigned bulks_of(struct cw_fake_store *store)
{
	unsigned n;

	pthread_mutex_lock(&store->lock);
	n = store->bulks;
	pthread_mutex_unlock(&store->lock);
	return n;
}

/* One of two dies, and comes back: nothing is lost, nothing waits, and it gets requests again. */
static void test_trouble__one_of_two_dies_and_returns(void)
{
	struct run *run = run_new();
	struct cw_fake_store other = { 0 };
	int64_t end;
	char urls[200];

	cw_fake_store_start(&other);
	other.discard = true;
	snprintf(urls, sizeof(urls), "%s,%s", run->store.url, other.url);
	set(run, "connection.url", urls);
	set(run, "batch.size", "10");
	set(run, "retry.backoff.ms", "60000");
	set(run, "retry.backoff.max.ms", "60000");
	set(run, "template.enable", "false");
	start(run);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_TRUE(bulks_of(&other) > 0 && bulks_of(&run->store) > 0);
	cw_fake_store_stop(&other);
	other.bulks = other.others = 0;
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_TRUE(cw_fake_store_count(&run->store, INDEX) >= 500);
	cw_fake_store_resume(&other);
	end = cw_clock_ms() + 10000;
	while (bulks_of(&other) == 0 && run->n < BATCHES && cw_clock_ms() < end) {
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 100, &run->sink.err), CW_OK);
	}
	CU_ASSERT_TRUE(bulks_of(&other) > 0);
	CU_ASSERT_TRUE(other.others > 0); /* it was asked whether it is there */
	for (size_t i = 0; i < run->n; i++)
		CU_ASSERT_EQUAL(run->answered[i], 1);
	CU_ASSERT_EQUAL(metric(run, "documents_written"), run->offset);
	run_free(run);
	cw_fake_store_free(&other);
}

/* ---- one that is no store of ours -------------------------------------------------------------------- */

/* Whatever is asked. */
static void refuse_all(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	(void)request;
	reply->status = run->status;
	reply->body = run->body;
	reply->headers = run->headers;
}

static struct run *run_of_two(struct cw_fake_store *other)
{
	struct run *run = run_new();
	char urls[200];

	other->test = run;
	other->on_request = refuse_all;
	cw_fake_store_start(other);
	snprintf(urls, sizeof(urls), "%s,%s", run->store.url, other->url);
	set(run, "connection.url", urls);
	set(run, "batch.size", "10");
	set(run, "max.retries", "0");
	set(run, "retry.backoff.ms", "60000"); /* not waited for: there is another URL */
	return run;
}

static void test_bad_url__is_set_aside(void)
{
	static const struct {
		unsigned status;
		const char *body, *headers;
	} rows[] = {
		{ 404, "<html>not here</html>", NULL },
		{ 401, "", NULL },
		{ 403, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no\"}}", NULL },
		{ 400, "what?", NULL },
		{ 405, "", NULL },
		{ 301, "", "Location: http://127.0.0.1:1/\r\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_fake_store other = { 0 };
		struct run *run = run_of_two(&other);
		char says[100];

		run->status = rows[i].status;
		run->body = rows[i].body;
		run->headers = rows[i].headers;
		set(run, "template.enable", "false");
		start(run);
		for (int k = 0; k < 5; k++)
			CU_ASSERT_EQUAL(put(run, 100), CW_OK);
		expect_all(run);
		snprintf(says, sizeof(says), "%s answered with status %u", other.url, rows[i].status);
		CU_ASSERT_TRUE(run->sink.host.logged[CW_LOG_WARN] >= 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, says));
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, "the URL is set aside, and others are used"));
		CU_ASSERT_TRUE(bulks_of(&other) < 10); /* those that were under way together, and one after a second */
		run_free(run);
		cw_fake_store_free(&other);
	}
}

/* It is none any more: it is used again. */
static void test_bad_url__that_becomes_good_returns(void)
{
	struct cw_fake_store other = { 0 };
	struct run *run = run_of_two(&other);
	int64_t end;

	run->status = 401;
	start(run);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_TRUE(run->sink.host.logged[CW_LOG_WARN] >= 1);
	cw_fake_store_recover(&other);
	end = cw_clock_ms() + 10000;
	while (cw_fake_store_count(&other, INDEX) == 0 && run->n < BATCHES && cw_clock_ms() < end) {
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 100, &run->sink.err), CW_OK);
	}
	CU_ASSERT_TRUE(cw_fake_store_count(&other, INDEX) > 0);
	run_free(run);
	cw_fake_store_free(&other);
}

/* With nothing but bad ones the task fails; and with one that is down it goes on trying. */
static void test_bad_url__of_bad_ones_only(void)
{
	struct cw_fake_store other = { 0 };
	struct run *run = run_of_two(&other);

	run->status = 401;
	run->store.on_request = refuse_all;
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "status 401"));
	run_free(run);
	cw_fake_store_free(&other);

	other = (struct cw_fake_store){ 0 };
	run = run_of_two(&other);
	run->status = 401;
	set(run, "retry.backoff.ms", "1");
	cw_fake_store_stop(&run->store);
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	for (int i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 5, &run->sink.err), CW_OK);
	cw_fake_store_resume(&run->store);
	expect_all(run);
	run_free(run);
	cw_fake_store_free(&other);
}

/* Two servers with TLS, whose bulk requests are all taken; the second one's certificate is somebody else's. */
static void test_bad_url__of_a_certificate(void)
{
	static const char clean[] = "{\"took\":1,\"errors\":false}";
	struct test_ca ours, theirs;
	char *trusted, *identity[2], urls[200], *asked;
	struct mini_http *servers[2];
	struct run *run = run_new();

	test_ca_make(&ours, "CN=ours");
	test_ca_make(&theirs, "CN=theirs");
	trusted = test_ca_pem(&ours);
	identity[0] = test_ca_issue(&ours, TEST_SERVER, "CN=store", 3600, NULL);
	identity[1] = test_ca_issue(&theirs, TEST_SERVER, "CN=store", 3600, NULL);
	for (int i = 0; i < 2; i++) {
		servers[i] = mini_http_start_tls(identity[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(servers[i]);
		mini_http_answer(servers[i], "POST", "/" INDEX "/_bulk", 200, clean);
	}
	snprintf(urls, sizeof(urls), "https://127.0.0.1:%d,https://127.0.0.1:%d", mini_http_port(servers[1]),
		 mini_http_port(servers[0]));
	set(run, "connection.url", urls);
	set(run, "elastic.https.ssl.truststore.certificates", trusted);
	set(run, "template.enable", "false");
	set(run, "batch.size", "10");
	set(run, "retry.backoff.ms", "60000");
	start(run);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_STRING_EQUAL(run->sink.err.text, "");
	CU_ASSERT_EQUAL(metric(run, "documents_written"), 100);
	CU_ASSERT_TRUE(run->sink.host.logged[CW_LOG_WARN] >= 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, "check connection.url and the settings under elastic.https.ssl"));
	asked = mini_http_requests(servers[1]);
	CU_ASSERT_STRING_EQUAL(asked, "");
	free(asked);
	run_free(run);
	for (int i = 0; i < 2; i++) {
		mini_http_stop(servers[i]);
		free(identity[i]);
	}
	free(trusted);
	test_ca_free(&ours);
	test_ca_free(&theirs);
}

/* ---- nodes ------------------------------------------------------------------------------------------- */

/* GET /_nodes/http names the second store, and one that is nobody's. */
static void name_nodes(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (strncmp(request->path, "/_nodes/http", 12) == 0)
		reply->body = run->body;
}

static void test_sniff__uses_the_nodes(void)
{
	struct run *run = run_new();
	struct cw_fake_store other = { 0 };
	char nodes[300];

	cw_fake_store_start(&other);
	other.discard = true;
	snprintf(nodes, sizeof(nodes), "{\"nodes\":{\"a\":{\"roles\":[\"data\",\"master\"],\"http\":{\"publish_address\":"
		 "\"localhost/10.1.2.3:%u\"}},\"b\":{\"roles\":[\"master\"],\"http\":{\"publish_address\":"
		 "\"127.0.0.1:1\"}},\"c\":{}}}", other.port);
	run->body = nodes;
	run->store.on_request = name_nodes;
	set(run, "connection.sniff", "true");
	set(run, "batch.size", "10");
	start(run);
	for (int i = 0; i < 10 && bulks_of(&other) == 0; i++) {
		CU_ASSERT_EQUAL(put(run, 100), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	}
	CU_ASSERT_TRUE(bulks_of(&other) > 0);
	CU_ASSERT_TRUE(bulks_of(&run->store) > 0);
	CU_ASSERT_EQUAL(run->sink.host.logged[CW_LOG_WARN], 0); /* nothing was sent to the node that only manages */
	run_free(run);
	cw_fake_store_free(&other);
}

/* A node that is no store, or has no URL that means anything here, never fails the task. */
static void test_sniff__of_bad_nodes(void)
{
	struct run *run = run_new();
	struct cw_fake_store other = { 0 };
	char nodes[300];

	other.test = run;
	other.on_request = refuse_all;
	cw_fake_store_start(&other);
	snprintf(nodes, sizeof(nodes), "{\"nodes\":{\"a\":{\"http\":{\"publish_address\":\"127.0.0.1:%u\"}},"
		 "\"b\":{\"http\":{\"publish_address\":\"127.0.0.1:99999\"}}}}", other.port);
	run->body = nodes;
	run->status = 404;
	run->store.on_request = name_nodes;
	set(run, "connection.sniff", "true");
	set(run, "template.enable", "false");
	set(run, "batch.size", "10");
	set(run, "retry.backoff.ms", "60000");
	start(run);
	for (int i = 0; i < 10 && run->sink.host.logged[CW_LOG_WARN] < 2; i++) {
		CU_ASSERT_EQUAL(put(run, 100), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	}
	expect_all(run);
	CU_ASSERT_TRUE(bulks_of(&other) > 0);
	CU_ASSERT_TRUE(run->sink.host.logged[CW_LOG_WARN] >= 2);
	run_free(run);
	cw_fake_store_free(&other);
}

static void test_sniff__that_is_refused_does_no_harm(void)
{
	struct run *run = run_new();
	int64_t end;

	set(run, "connection.sniff", "true");
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	expect_all(run);
	end = cw_clock_ms() + 5000;
	while (run->sink.host.logged[CW_LOG_WARN] == 0 && cw_clock_ms() < end)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 10, &run->sink.err), CW_OK);
	CU_ASSERT_EQUAL(run->sink.host.logged[CW_LOG_WARN], 1);
	run_free(run);
}

int main(void)
{
	CU_TestInfo resolver[] = {
		{ "that hangs holds up nothing", test_resolver__that_hangs_holds_up_nothing },
		{ "that hangs does not hold up the end", test_resolver__that_hangs_does_not_hold_up_the_end },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo nodes[] = {
		{ "one of two dies and returns", test_trouble__one_of_two_dies_and_returns },
		{ "a bad one is set aside", test_bad_url__is_set_aside },
		{ "a bad one that becomes good returns", test_bad_url__that_becomes_good_returns },
		{ "bad ones only", test_bad_url__of_bad_ones_only },
		{ "the certificate of one", test_bad_url__of_a_certificate },
		{ "sniffing finds bad nodes", test_sniff__of_bad_nodes },
		{ "sniffing uses the nodes", test_sniff__uses_the_nodes },
		{ "sniffing that is refused does no harm", test_sniff__that_is_refused_does_no_harm },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "a name server", NULL, NULL, NULL, NULL, resolver },
		{ "nodes", NULL, NULL, NULL, NULL, nodes },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
