/* The access-log sink and several URLs: one that dies, nodes that the store names. */
#include "essink_run.h"

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
	CU_TestInfo nodes[] = {
		{ "one of two dies and returns", test_trouble__one_of_two_dies_and_returns },
		{ "sniffing uses the nodes", test_sniff__uses_the_nodes },
		{ "sniffing that is refused does no harm", test_sniff__that_is_refused_does_no_harm },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "nodes", NULL, NULL, NULL, NULL, nodes },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
