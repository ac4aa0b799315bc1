/* The access-log sink and a store in trouble: nothing is lost or doubled, and the store is not pressed. */
#include "essink_run.h"

/* ---- a store in trouble ------------------------------------------------------------------------- */

static void test_trouble__every_kind_passes(void)
{
	static const struct {
		enum cw_store_fault fault;
		unsigned status;
		const char *body;
	} rows[] = {
		{ CW_STORE_RESET, 200, NULL },      { CW_STORE_RESET_LATE, 200, NULL },
		{ CW_STORE_HALF, 200, NULL },       { CW_STORE_BYTES, 200, NULL },
		{ CW_STORE_ANSWER, 503, NULL },     { CW_STORE_ANSWER, 502, "<html>Bad Gateway</html>" },
		{ CW_STORE_ANSWER, 504, "" },       { CW_STORE_ANSWER, 429, "{}" },
		{ CW_STORE_ANSWER, 500, NULL },     { CW_STORE_ANSWER, 200, "{\"took\":1,\"errors\":true,"
			"\"items\":[]}" },
		{ CW_STORE_ANSWER, 200, "garbage" }, { CW_STORE_ANSWER, 200, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		set(run, "batch.size", "100");
		run->body = rows[i].body;
		fail_first(run, 4, rows[i].fault, rows[i].status);
		start(run);
		for (int k = 0; k < 5; k++)
			CU_ASSERT_EQUAL(put(run, 333), CW_OK);
		expect_all(run);
		if (rows[i].fault == CW_STORE_ANSWER) /* after a reset libcurl may try a new connection by itself */
			CU_ASSERT_TRUE(metric(run, "bulk_retries") >= 4);
		run_free(run);
	}
}

static void test_trouble__only_the_items_that_failed_are_sent_again(void)
{
	static const struct {
		unsigned status;
		const char *type;
	} rows[] = {
		{ 429, "es_rejected_execution_exception" },
		{ 503, "unavailable_shards_exception" },
		{ 403, "cluster_block_exception" },
		{ 500, "exception" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();
		const char *id;
		json_t *times;
		size_t again = 0;

		set(run, "batch.size", "100");
		run->times = 3;
		run->fault_every = 3;
		run->status = rows[i].status;
		run->type = rows[i].type;
		run->store.on_document = trouble_items;
		start(run);
		for (int k = 0; k < 5; k++)
			CU_ASSERT_EQUAL(put(run, 400), CW_OK);
		expect_all(run);
		CU_ASSERT_EQUAL(metric(run, "documents_present"), 0); /* what was written was not sent again */
		json_object_foreach(run->store.seen, id, times)
			again += json_integer_value(times) > 1;
		CU_ASSERT_TRUE(again > 500 && again < 850); /* a third of 2000 */
		run_free(run);
	}
}

static void test_trouble__refused_for_ever_never_fails_the_task(void)
{
	struct run *run = run_new();

	set(run, "max.retries", "0");
	set(run, "retry.backoff.ms", "0");
	run->times = 60;
	run->fault_every = 1;
	run->status = 429;
	run->type = "es_rejected_execution_exception";
	run->store.on_document = trouble_items;
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 61);
	CU_ASSERT_TRUE(run->sink.host.logged[CW_LOG_WARN] >= 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, "takes documents again"));
	run_free(run);
}

static void test_trouble__retry_after_is_kept_to(void)
{
	struct run *run = run_new();
	int64_t begin = cw_clock_ms();

	run->headers = "Retry-After: 1\r\n";
	fail_first(run, 1, CW_STORE_ANSWER, 429);
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	expect_all(run);
	CU_ASSERT_TRUE(cw_clock_ms() - begin >= 1000);
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 2);
	CU_ASSERT_EQUAL(run->sink.host.most_retrying, 1);
	CU_ASSERT_EQUAL(run->sink.host.retrying, 0);
	run_free(run);
}

static void test_trouble__store_that_is_away_comes_back(void)
{
	struct run *run = run_new();

	start(run);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	expect_all(run);
	cw_fake_store_stop(&run->store);
	CU_ASSERT_EQUAL(put(run, 100), CW_OK);
	for (int i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 5, &run->sink.err), CW_OK);
	CU_ASSERT_EQUAL(run->sink.host.n_completed, 1);
	CU_ASSERT_EQUAL(cw_essink_ops()->flush(run->sink.task, 20, &run->sink.err), CW_RETRY);
	cw_fake_store_resume(&run->store);
	expect_all(run);
	CU_ASSERT_EQUAL(cw_essink_ops()->flush(run->sink.task, 20, &run->sink.err), CW_OK);
	run_free(run);
}

static void test_trouble__silence_ends_at_the_timeout(void)
{
	struct run *run = run_new();

	set(run, "read.timeout.ms", "100");
	fail_first(run, 2, CW_STORE_SILENT, 200);
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 3);
	run_free(run);
}

static void test_trouble__another_url_takes_over(void)
{
	struct run *run = run_new();
	struct cw_fake_store other = { 0 };
	char urls[200];

	cw_fake_store_start(&other);
	cw_fake_store_stop(&other); /* a port where nobody listens */
	snprintf(urls, sizeof(urls), "%s, 127.0.0.1:%u/", other.url, run->store.port);
	set(run, "connection.url", urls);
	set(run, "retry.backoff.ms", "60000"); /* not waited for: there is another URL */
	set(run, "batch.size", "10");
	start(run);
	CU_ASSERT_EQUAL(put(run, 200), CW_OK);
	expect_all(run);
	run_free(run);
	cw_fake_store_resume(&other);
	cw_fake_store_free(&other);
}

static void too_large(struct cw_fake_store *store, const struct cw_store_request *request,
		      struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (request->bulk && request->n > run->limit)
		reply->status = 413;
}

static void test_trouble__too_large_requests_are_split(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;
	char *line = malloc(20001);

	run->limit = 10000;
	run->store.on_request = too_large;
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put(run, 1000), CW_OK);
	expect_all(run);
	batch = new_batch(run, 3);
	memcpy(line, LINE, strlen(LINE) - 1);
	memset(line + strlen(LINE) - 1, 'x', 20000 - strlen(LINE));
	strcpy(line + 19999, "\"");
	add(run, batch, "logs", LINE);
	add(run, batch, "logs", line);
	add(run, batch, "logs", LINE);
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 2), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 1002);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	CU_ASSERT_EQUAL(run->sink.host.rejected[0].i, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, "too large for the store"));
	free(line);
	run_free(run);
}

/* ---- everything at once -------------------------------------------------------------------------- */

static void chaos_request(struct cw_fake_store *store, const struct cw_store_request *request,
			  struct cw_store_reply *reply)
{
	static const unsigned statuses[] = { 429, 502, 503, 504 };
	struct run *run = store->test;

	if (!request->bulk || request->number > 400)
		return;
	switch (draw(run) % 12) {
	case 0: reply->status = statuses[draw(run) % 4]; break;
	case 1: reply->fault = CW_STORE_RESET; break;
	case 2: reply->fault = CW_STORE_RESET_LATE; break;
	case 3: reply->fault = CW_STORE_HALF; break;
	case 4: reply->fault = CW_STORE_BYTES; break;
	case 5: reply->status = request->n > 20000 ? 413 : 200; break;
	default: break;
	}
}

static void test_chaos__every_record_is_written_once(void)
{
	struct run *run = run_new();

	set(run, "batch.size", "137");
	set(run, "max.in.flight.requests", "4");
	run->times = 5;
	run->fault_every = 10;
	run->status = 429;
	run->type = "es_rejected_execution_exception";
	run->store.on_request = chaos_request;
	run->store.on_document = trouble_items;
	start(run);
	for (int i = 0; i < BATCHES; i++)
		CU_ASSERT_EQUAL(put(run, 1 + (size_t)i * 397 % 500), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
	run_free(run);
}

/* ---- policies ------------------------------------------------------------------------------------ */

/* Every document is answered so for ever: what becomes of ten of them, by the policy of the class. */
static void test_policy__of_each_class(void)
{
	static const struct {
		unsigned status;
		const char *type, *key, *value;
		unsigned sent; /* how often each */
		int64_t rejected, dropped;
		const char *failure;
	} rows[] = {
		{ 429, "x", "behavior.on.busy.store", "DEAD_LETTER", 3, 10, 0, NULL },
		{ 429, "x", "behavior.on.busy.store", "DROP", 3, 0, 10, NULL },
		{ 429, "x", "behavior.on.busy.store", "FAIL", 3, 0, 0, "fails the task by behavior.on.busy.store" },
		{ 403, "cluster_block_exception", "behavior.on.blocked.index", "DROP", 3, 0, 10, NULL },
		{ 500, "x", "behavior.on.store.errors", "DEAD_LETTER", 3, 10, 0, NULL },
		{ 500, "x", "behavior.on.store.errors", "FAIL", 3, 0, 0, "status 500, x: injected" },
		{ 400, "x", "behavior.on.malformed.documents", "FAIL", 1, 10, 0, NULL },
		{ 400, "x", "behavior.on.malformed.documents", "WARN", 1, 0, 10, NULL },
		{ 404, "index_not_found_exception", "behavior.on.missing.index", "DROP", 1, 0, 10, NULL },
		{ 403, "security_exception", "behavior.on.forbidden", "DEAD_LETTER", 1, 10, 0, NULL },
		{ 403, "security_exception", "behavior.on.forbidden", "FAIL", 1, 0, 0, "give the connector the right" },
		{ 400, "odd_exception", "behavior.on.error.types", "a:FAIL, odd_exception:DROP", 1, 0, 10, NULL },
		{ 400, "odd_exception", "behavior.on.error.types", "400:FAIL", 1, 0, 0, "odd_exception" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();
		bool fails = rows[i].failure != NULL;

		set(run, "max.retries", "2");
		set(run, rows[i].key, rows[i].value);
		run->times = 1000;
		run->fault_every = 1;
		run->status = rows[i].status;
		run->type = rows[i].type;
		run->store.on_document = trouble_items;
		start(run);
		run->sink.host.tolerate = true;
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), fails ? CW_FAIL : CW_OK);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, fails ? rows[i].failure : ""));
		CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), rows[i].sent);
		CU_ASSERT_EQUAL((int64_t)run->sink.host.n_rejected, rows[i].rejected);
		CU_ASSERT_EQUAL((int64_t)run->sink.host.n_dropped, rows[i].dropped);
		CU_ASSERT_EQUAL(metric(run, "documents_refused"), fails ? 1 : 10);
		CU_ASSERT_EQUAL(run->answered[0], fails ? 0 : 1);
		run_free(run);
	}
}

/* What is not the documents' fault is never their loss, however long it lasts. */
static void test_policy__requests_are_sent_again_without_a_limit(void)
{
	static const struct {
		unsigned status;
		const char *body, *key;
	} rows[] = {
		{ 500, NULL, "behavior.on.store.errors" },
		{ 200, "<html>", "behavior.on.store.errors" },
		{ 503, NULL, "behavior.on.busy.store" },
		{ 401, NULL, "behavior.on.forbidden" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		set(run, "max.retries", "1");
		set(run, "retry.backoff.max.ms", "10");
		if (i != 0)
			set(run, rows[i].key, "RETRY");
		run->body = rows[i].body;
		fail_first(run, 20, CW_STORE_ANSWER, rows[i].status);
		start(run);
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		expect_all(run);
		CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 21);
		run_free(run);
	}
}

static void test_policy__of_a_request_is_that_of_its_documents(void)
{
	struct run *run = run_new();

	set(run, "behavior.on.forbidden", "DEAD_LETTER");
	fail_first(run, 1000, CW_STORE_ANSWER, 403);
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 10);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[9].reason, "answered with status 403"));
	CU_ASSERT_EQUAL(metric(run, "documents_buffered"), 0);
	run_free(run);
}

/* Moves the task for so long. */
static void let_pass(struct run *run, int64_t ms)
{
	int64_t end = cw_clock_ms() + ms;

	while (cw_clock_ms() < end)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, (int)(end - cw_clock_ms()), &run->sink.err),
				CW_OK);
}

/* A request that holds the document logs+0+7 is what this store cannot bear. */
static void break_on_7(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (request->bulk && strstr(request->body, "\"logs+0+7\"")) {
		reply->status = run->status;
		reply->body = run->body;
		reply->stores = false;
	}
}

static void test_poison__is_found_and_the_rest_is_written(void)
{
	static const struct {
		unsigned status;
		const char *body, *policy;
	} rows[] = { { 500, NULL, "DEAD_LETTER" }, { 200, "<html>", "DROP" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();
		bool drops = strcmp(rows[i].policy, "DROP") == 0;

		set(run, "batch.size", "10");
		set(run, "max.retries", "2");
		set(run, "retry.backoff.max.ms", "20");
		set(run, "behavior.on.store.errors", rows[i].policy);
		run->status = rows[i].status;
		run->body = rows[i].body;
		run->store.on_request = break_on_7;
		start(run);
		run->sink.host.tolerate = true;
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		let_pass(run, 100); /* alone it says nothing about itself */
		for (int k = 0; k < 4; k++)
			CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
		CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 49);
		CU_ASSERT_EQUAL(run->sink.host.n_rejected, drops ? 0 : 1);
		CU_ASSERT_EQUAL((int64_t)run->sink.host.n_dropped, drops ? 1 : 0);
		if (!drops)
			CU_ASSERT_EQUAL(run->sink.host.rejected[0].i, 7);
		run_free(run);
	}
}

/* ---- manners ------------------------------------------------------------------------------------- */

/* A store that takes nothing gets one request after the other, after pauses that grow, whatever it is that it does. */
static void test_outage__presses_little(void)
{
	static const struct {
		enum cw_store_fault fault;
		unsigned status;
		const char *body;
	} rows[] = {
		{ CW_STORE_ANSWER, 503, NULL }, { CW_STORE_ANSWER, 429, NULL }, { CW_STORE_ANSWER, 500, NULL },
		{ CW_STORE_ANSWER, 200, "<html>" }, { CW_STORE_RESET, 200, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();
		unsigned flown;

		set(run, "batch.size", "10");
		set(run, "retry.backoff.ms", "20");
		set(run, "retry.backoff.max.ms", "200");
		run->body = rows[i].body;
		fail_first(run, 1000, rows[i].fault, rows[i].status);
		start(run);
		CU_ASSERT_EQUAL(put(run, 50), CW_OK);
		let_pass(run, 1000);
		flown = cw_fake_store_bulks(&run->store);
		/* five together, four while the pauses grow, then pauses of 100 to 200; curl repeats one on a kept connection */
		CU_ASSERT_TRUE(flown >= 8 && flown <= 5 + 4 + 10 + (rows[i].fault == CW_STORE_RESET ? 5 : 0));
		cw_fake_store_recover(&run->store);
		expect_all(run);
		CU_ASSERT_EQUAL(metric(run, "bulk_window") > 0, 1);
		run_free(run);
	}
}

static void test_outage__keeps_to_retry_after(void)
{
	struct run *run = run_new();

	set(run, "batch.size", "10");
	run->headers = "Retry-After: 1\r\n";
	fail_first(run, 1000, CW_STORE_ANSWER, 503);
	start(run);
	CU_ASSERT_EQUAL(put(run, 50), CW_OK);
	let_pass(run, 2500);
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), 5 + 2);
	cw_fake_store_recover(&run->store);
	expect_all(run);
	run_free(run);
}

int main(void)
{
	CU_TestInfo trouble[] = {
		{ "every kind passes", test_trouble__every_kind_passes },
		{ "only the items that failed are sent again", test_trouble__only_the_items_that_failed_are_sent_again },
		{ "refused for ever never fails the task", test_trouble__refused_for_ever_never_fails_the_task },
		{ "Retry-After is kept to", test_trouble__retry_after_is_kept_to },
		{ "a store that is away comes back", test_trouble__store_that_is_away_comes_back },
		{ "silence ends at the timeout", test_trouble__silence_ends_at_the_timeout },
		{ "another URL takes over", test_trouble__another_url_takes_over },
		{ "too large requests are split", test_trouble__too_large_requests_are_split },
		{ "chaos: every record is written once", test_chaos__every_record_is_written_once },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo policies[] = {
		{ "of each class", test_policy__of_each_class },
		{ "requests are sent again without a limit", test_policy__requests_are_sent_again_without_a_limit },
		{ "what a store cannot bear is found", test_poison__is_found_and_the_rest_is_written },
		{ "of a request is that of its documents", test_policy__of_a_request_is_that_of_its_documents },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo manners[] = {
		{ "an outage presses little", test_outage__presses_little },
		{ "an outage keeps to Retry-After", test_outage__keeps_to_retry_after },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "trouble", NULL, NULL, NULL, NULL, trouble },
		{ "policies", NULL, NULL, NULL, NULL, policies },
		{ "manners", NULL, NULL, NULL, NULL, manners },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
