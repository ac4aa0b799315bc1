/* The access-log sink and several URLs: one that dies, one whose name server hangs, nodes that the store names. */
#include <dlfcn.h>
#include <netdb.h>
#include <time.h>

#include "essink_run.h"

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
