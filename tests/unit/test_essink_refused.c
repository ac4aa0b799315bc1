/*
 * The access-log sink and requests that the store refuses as a whole, with 400: one document among many is found, and what
 * is refused whatever it holds costs no document.
 */
#include "essink_run.h"

/* What OpenSearch says of a version below 0, and of a parameter that it does not know. */
#define BAD_DOCUMENT                                                                                                    \
	"{\"error\":{\"root_cause\":[{\"type\":\"action_request_validation_exception\",\"reason\":\"Validation Failed: 1: " \
	"illegal version value [-5] for version type [EXTERNAL];\"}],\"type\":\"action_request_validation_exception\","     \
	"\"reason\":\"Validation Failed: 1: illegal version value [-5] for version type [EXTERNAL];\"},\"status\":400}"
#define BAD_REQUEST                                                                                              \
	"{\"error\":{\"root_cause\":[],\"type\":\"illegal_argument_exception\",\"reason\":\"request [/t/_bulk] contains " \
	"unrecognized parameter: [pipelinx]\"},\"status\":400}"

#define BAD "9.180.123.170 - - [Jan 21 2026, 22:23:40] \"GET /poison HTTP/1.1\" 404 1 \"-\" \"-\""

static struct run *refusing_run(void (*on_request)(struct cw_fake_store *, const struct cw_store_request *,
						   struct cw_store_reply *))
{
	struct run *run = run_new();

	run->store.on_request = on_request;
	return run;
}

static void refuse_poison(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	(void)store;
	if (!request->bulk || !strstr(request->body, "/poison"))
		return;
	reply->status = 400;
	reply->body = BAD_DOCUMENT;
}

static void refuse_all(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (!request->bulk)
		return;
	reply->status = 400;
	reply->body = run->body ? run->body : BAD_REQUEST;
}

/* A batch of n lines, those bad whose number modulo `every` is `rest`. */
static enum cw_result put_some_bad(struct run *run, size_t n, size_t every, size_t rest)
{
	struct cw_fake_batch *batch = new_batch(run, n);

	for (size_t i = 0; i < n; i++)
		add(run, batch, "logs", i % every == rest ? BAD : LINE);
	return cw_essink_put(&run->sink, &batch->batch);
}

static void test_refused__one_document_is_found(void)
{
	static const char *const policies[] = { "FAIL", "WARN" };

	for (size_t i = 0; i < 2; i++) {
		struct run *run = refusing_run(refuse_poison);

		set(run, "behavior.on.malformed.documents", policies[i]);
		start(run);
		run->sink.host.tolerate = true;
		CU_ASSERT_EQUAL(put_some_bad(run, 1000, 1000, 7), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
		CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 999);
		CU_ASSERT_EQUAL(run->store.doubled, 0);
		CU_ASSERT_EQUAL(run->answered[0], 1);
		CU_ASSERT_EQUAL(run->sink.host.n_rejected, i == 0 ? 1 : 0);
		CU_ASSERT_EQUAL((int64_t)run->sink.host.n_dropped, i == 0 ? 0 : 1);
		CU_ASSERT_EQUAL(metric(run, "documents_refused"), 1);
		CU_ASSERT_EQUAL(metric(run, "documents_buffered"), 0);
		CU_ASSERT_TRUE(cw_fake_store_bulks(&run->store) <= 1 + 2 * 10 + 5); /* 5: the poison may wait for others */
		if (i == 0) {
			CU_ASSERT_EQUAL(run->sink.host.logged[CW_LOG_WARN], 1); /* not one for each part */
			CU_ASSERT_EQUAL(run->sink.host.rejected[0].i, 7);
			CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, "illegal version value [-5]"));
		}
		run_free(run);
	}
}

static void test_refused__many_documents_are_found(void)
{
	struct run *run = refusing_run(refuse_poison);

	set(run, "max.in.flight.requests", "1");
	set(run, "batch.size", "100");
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put_some_bad(run, 100, 1000, 1000), CW_OK);
	CU_ASSERT_EQUAL(put_some_bad(run, 300, 10, 3), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 2), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 370);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 30);
	CU_ASSERT_EQUAL(run->store.doubled, 0);
	run_free(run);
}

static void test_refused__not_tolerated_fails_with_the_reason(void)
{
	struct run *run = refusing_run(refuse_poison);

	start(run);
	CU_ASSERT_EQUAL(put_some_bad(run, 100, 100, 50), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "refuses a request for this document"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "illegal version value [-5]"));
	run_free(run);
}

static void test_refused__whatever_it_holds_costs_no_document(void)
{
	struct run *run = refusing_run(NULL);

	set(run, "behavior.on.malformed.documents", "IGNORE");
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	expect_all(run);
	pthread_mutex_lock(&run->store.lock);
	run->store.on_request = refuse_all; /* from now on, as when something before the store was changed */
	pthread_mutex_unlock(&run->store.lock);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 2), CW_FAIL);
	CU_ASSERT_EQUAL(run->answered[1], 0);
	CU_ASSERT_EQUAL((int64_t)run->sink.host.n_dropped, 0);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "unrecognized parameter: [pipelinx]; that is so for record logs-0@"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "check the connector's configuration, and what stands before"));
	run_free(run);
}

/* An answer that is not the store's own says nothing about documents. */
static void test_refused__by_something_else_fails_at_once(void)
{
	struct run *run = refusing_run(refuse_all);

	run->body = "<html>400 The plain HTTP request was sent to HTTPS port</html>";
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "status 400; this does not pass by itself"));
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 1);
	run_free(run);
}

/* With nothing else to send, what was taken before tells that it is the document, but not again and again. */
static void test_refused__a_single_one_that_nothing_follows(void)
{
	struct run *run = refusing_run(refuse_poison);

	set(run, "max.retries", "2");
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(put_some_bad(run, 1, 1, 0), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 2), CW_OK);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 4);
	CU_ASSERT_EQUAL(put_some_bad(run, 1, 1, 0), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 3), CW_FAIL);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "record logs-0@11 alone"));
	run_free(run);
}

static void test_refused__a_single_one_waits_for_others(void)
{
	struct run *run = refusing_run(refuse_poison);

	set(run, "max.retries", "1000000");
	set(run, "retry.backoff.max.ms", "5");
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put_some_bad(run, 1, 1, 0), CW_OK);
	while (cw_fake_store_bulks(&run->store) < 3)
		CU_ASSERT_EQUAL_FATAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 10, &run->sink.err), CW_OK);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 2), CW_OK);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 10);
	run_free(run);
}

int main(void)
{
	CU_TestInfo refused[] = {
		{ "one document is found and the rest is written", test_refused__one_document_is_found },
		{ "many documents are found", test_refused__many_documents_are_found },
		{ "what is not tolerated fails with the reason", test_refused__not_tolerated_fails_with_the_reason },
		{ "what is refused whatever it holds costs no document", test_refused__whatever_it_holds_costs_no_document },
		{ "what something else refuses fails at once", test_refused__by_something_else_fails_at_once },
		{ "a single one that nothing follows", test_refused__a_single_one_that_nothing_follows },
		{ "a single one waits for others", test_refused__a_single_one_waits_for_others },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "refused requests", NULL, NULL, NULL, NULL, refused },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
