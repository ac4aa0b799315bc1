/* Where the access-log sink stops: failures that a person has to end, records that cannot be written, no more room. */
#include <time.h>
#include <unistd.h>

#include "essink_run.h"

/* ---- failures that a person has to end ----------------------------------------------------------- */

static void test_failure__is_a_sentence(void)
{
	static const struct {
		unsigned status, requests;
		const char *body, *want;
	} rows[] = {
		{ 401, 1, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"missing "
			  "credentials\"},\"status\":401}",
		  "answered with status 401, security_exception: missing credentials; this does not pass by itself: "
		  "check connection.username" },
		{ 403, 1, "denied", "answered with status 403; this does not pass" },
		{ 404, 1, "{\"error\":\"no handler\"}", "answered with status 404, error: no handler" },
		{ 400, 1, "{\"message\":\"bad\"}", "answered with status 400; this does not pass" }, /* not a store's own */
		{ 301, 1, NULL, "answered with status 301" },
		{ 500, 3, NULL, "a bulk request failed, after 2 retries: http://127.0.0.1:" },
		{ 200, 3, "{\"took\":1,\"errors\":true,\"items\":[]}", "bytes that are no answer for 5 documents" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		set(run, "max.retries", "2");
		set(run, "behavior.on.store.errors", "FAIL");
		run->body = rows[i].body;
		fail_first(run, 1000, CW_STORE_ANSWER, rows[i].status);
		start(run);
		CU_ASSERT_EQUAL(put(run, 5), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
		if (!strstr(run->sink.err.text, rows[i].want))
			fprintf(stderr, "\n  %s\n", run->sink.err.text);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, rows[i].want));
		CU_ASSERT_EQUAL(run->store.bulks, rows[i].requests);
		CU_ASSERT_EQUAL(run->sink.host.n_completed, 0);
		memset(&run->sink.err, 0, sizeof(run->sink.err));
		CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 1), &run->sink.err), CW_FAIL);
		CU_ASSERT_EQUAL(cw_essink_ops()->flush(run->sink.task, 10, &run->sink.err), CW_FAIL);
		CU_ASSERT_NOT_EQUAL(run->sink.err.text[0], '\0');
		run_free(run);
	}
}

static void test_failure__of_certificates(void)
{
	static const char *const template[] = { "true", "false" };

	for (int i = 0; i < 2; i++) {
		struct run *run = run_new();
		char path[] = "/tmp/test_essink.XXXXXX", url[64];
		int fd = mkstemp(path);

		CU_ASSERT_TRUE_FATAL(fd >= 0);
		CU_ASSERT_EQUAL(write(fd, "no certificate\n", 15), 15);
		close(fd);
		snprintf(url, sizeof(url), "https://127.0.0.1:%u", run->store.port);
		set(run, "connection.url", url);
		set(run, "elastic.https.ssl.ca.location", path);
		set(run, "template.enable", template[i]);
		start(run);
		CU_ASSERT_EQUAL(put(run, 1), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "check connection.url and the settings under "
			"elastic.https.ssl"));
		unlink(path);
		run_free(run);
	}
}

static void test_failure__of_rights_on_an_index(void)
{
	struct run *run = run_new();

	run->times = 1000;
	run->fault_every = 1;
	run->status = 403;
	run->type = "security_exception";
	run->store.on_document = trouble_items;
	start(run);
	run->sink.host.tolerate = true; /* not to be skipped record by record */
	CU_ASSERT_EQUAL(put(run, 5), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "does not let documents into index " INDEX ": status 403"));
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
	run_free(run);
}

/* ---- records that cannot be written -------------------------------------------------------------- */

static void refuse_odd(struct cw_fake_store *store, const char *id, unsigned seen, struct cw_store_item *item)
{
	(void)store;
	(void)seen;
	if ((id[strlen(id) - 1] - '0') % 2) {
		item->status = 400;
		item->type = "mapper_parsing_exception";
		item->reason = "failed to parse field [size]";
	}
}

static void test_refused__is_reported_per_record(void)
{
	struct run *run = run_new();

	run->store.on_document = refuse_odd;
	start(run);
	run->sink.host.tolerate = true;
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(run->answered[0], 1);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 5);
	CU_ASSERT_EQUAL(run->sink.host.rejected[2].i, 5);
	CU_ASSERT_STRING_EQUAL(run->sink.host.rejected[2].reason, "the store refused the document for index " INDEX
			       ": status 400, mapper_parsing_exception: failed to parse field [size]");
	CU_ASSERT_EQUAL(metric(run, "documents_refused"), 5);
	CU_ASSERT_EQUAL(metric(run, "documents_written"), 5);
	run_free(run);
}

static void test_refused__fails_the_task_without_tolerance(void)
{
	struct run *run = run_new();

	run->store.on_document = refuse_odd;
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "mapper_parsing_exception"));
	CU_ASSERT_EQUAL(run->sink.host.n_completed, 0);
	run_free(run);
}

static void test_refused__is_left_out_where_that_is_wanted(void)
{
	static const char *const ways[] = { "ignore", "warn" };

	for (int i = 0; i < 2; i++) {
		struct run *run = run_new();

		set(run, "behavior.on.malformed.documents", ways[i]);
		run->store.on_document = refuse_odd;
		start(run);
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
		CU_ASSERT_EQUAL((int64_t)run->sink.host.n_dropped, 5);
		CU_ASSERT_EQUAL(run->sink.host.n_dropped_letters, 5);
		CU_ASSERT_EQUAL(run->sink.host.logged[CW_LOG_WARN], i == 0 ? 0 : 5);
		CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
		run_free(run);
	}
}

static void test_unparsed__is_reported_with_its_column(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	start(run);
	run->sink.host.tolerate = true;
	batch = new_batch(run, 6);
	add(run, batch, "logs", LINE);
	add(run, batch, "logs", "nonsense");
	cw_fake_batch_put(batch, "logs", 0, run->offset++, cw_slice(NULL, 0))->value = cw_value_null();
	cw_fake_batch_put(batch, "logs", 0, run->offset++, cw_slice(NULL, 0))->value = cw_value_int64(7);
	cw_fake_batch_put(batch, "logs", 0, run->offset++, cw_slice(NULL, 0))->value =
		cw_value_bytes(cw_slice_str(LINE));
	add(run, batch, "logs", "1.2.3.4 - - [Jan 32 2026, 22:23:40] \"-\" 200 -");
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(run->answered[0], 1);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 2);
	CU_ASSERT_EQUAL_FATAL(run->sink.host.n_rejected, 4);
	CU_ASSERT_STRING_EQUAL(run->sink.host.rejected[0].reason, "the line does not parse: ip at column 1, where "
		"there should be an IP address, a host name, or -");
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[1].reason, "has no value"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[2].reason, "of type int64"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[3].reason, "timestamp at column 14"));
	CU_ASSERT_EQUAL(metric(run, "lines_unparsed"), 2);
	run_free(run);
}

static void test_unparsed__fails_the_task_without_tolerance(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	start(run);
	batch = new_batch(run, 2);
	add(run, batch, "logs", LINE);
	add(run, batch, "logs", "nonsense");
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_FAIL);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "does not parse"));
	CU_ASSERT_EQUAL(run->sink.host.n_completed, 0);
	run_free(run);
}

static void test_unparsed__is_dropped_where_that_is_wanted(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	set(run, "drop.invalid.message", "true");
	set(run, "behavior.on.null.values", "ignore");
	start(run);
	batch = new_batch(run, 30);
	for (int i = 0; i < 29; i++)
		add(run, batch, "logs", "nonsense");
	cw_fake_batch_put(batch, "logs", 0, run->offset++, cw_slice(NULL, 0))->value = cw_value_null();
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(run->answered[0], 1); /* none of them became a document */
	CU_ASSERT_EQUAL((int64_t)run->sink.host.n_dropped, 30);
	CU_ASSERT_EQUAL(run->sink.host.n_dropped_letters, 1); /* the one without a value */
	CU_ASSERT_EQUAL(run->sink.host.logged[CW_LOG_WARN], 20);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 0);
	run_free(run);
}

static void test_pattern__without_a_time_takes_the_records(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	set(run, "pattern", "(?<ip>\\S+) (?<what>.*)");
	start(run);
	run->sink.host.tolerate = true;
	batch = new_batch(run, 2);
	cw_fake_batch_put(batch, "logs", 0, run->offset++, cw_slice_str("::1 x"))->timestamp_ms = INT64_C(1769034220123);
	add(run, batch, "logs", "::1 no time at all");
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_object_get(json_object_get(run->store.documents, INDEX),
										 "logs+0+0"), "@timestamp")),
			       "2026-01-21T22:23:40.123Z");
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	run_free(run);
}

/* ---- when requests go, and when no more is taken ------------------------------------------------- */

static void test_linger__nothing_under_way_sends_at_once(void)
{
	struct run *run = run_new();
	int64_t begin = cw_clock_ms();

	set(run, "linger.ms", "60000");
	start(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	expect_all(run);
	CU_ASSERT_TRUE(cw_clock_ms() - begin < 5000);
	CU_ASSERT_EQUAL(run->store.bulks, 2);
	run_free(run);
}

static void wait_ms(struct run *run, int64_t ms)
{
	int64_t end = cw_clock_ms() + ms;

	while (cw_clock_ms() < end)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, (int)(end - cw_clock_ms()), &run->sink.err),
				CW_OK);
}

/* wait() until the store has had n bulk requests, for at most five seconds. */
static void wait_bulks(struct run *run, unsigned n)
{
	int64_t end = cw_clock_ms() + 5000;
	unsigned got = 0;

	while (got < n && cw_clock_ms() < end) {
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 1, &run->sink.err), CW_OK);
		got = cw_fake_store_bulks(&run->store);
	}
	CU_ASSERT_EQUAL(got, n);
}

static void test_linger__under_way_others_are_collected(void)
{
	struct run *run = run_new();

	set(run, "linger.ms", "300");
	fail_first(run, 1, CW_STORE_SILENT, 200);
	start(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	wait_bulks(run, 1);
	for (int i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(put(run, 1), CW_OK);
		wait_ms(run, 2);
	}
	CU_ASSERT_EQUAL(run->store.bulks, 1);
	wait_bulks(run, 2); /* at the end of the linger, all five */
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 5), CW_OK);
	CU_ASSERT_EQUAL(run->store.largest, 5);
	CU_ASSERT_EQUAL(run->answered[0], 0);
	run_free(run);
}

/* The template is there, so that the store has shown that it answers. */
static void wait_template(struct run *run)
{
	int64_t end = cw_clock_ms() + 5000;
	size_t templates = 0;

	while (!templates && cw_clock_ms() < end) {
		wait_ms(run, 1);
		pthread_mutex_lock(&run->store.lock);
		templates = json_object_size(run->store.templates);
		pthread_mutex_unlock(&run->store.lock);
	}
	CU_ASSERT_EQUAL(templates, 1);
	wait_ms(run, 20);
}

static void test_busy__when_all_places_are_taken(void)
{
	struct run *run = run_new();
	size_t taken = 0;
	enum cw_result result;

	set(run, "batch.size", "10");
	set(run, "max.in.flight.requests", "2");
	set(run, "max.buffered.records", "1000");
	fail_first(run, 1000, CW_STORE_SILENT, 200);
	start(run);
	wait_template(run);
	do {
		result = cw_essink_ops()->put(run->sink.task, lines(run, 10), &run->sink.err);
		taken += result == CW_OK;
		wait_ms(run, 1);
	} while (result == CW_OK && taken < 20);
	CU_ASSERT_EQUAL(result, CW_BUSY);
	CU_ASSERT_TRUE(taken >= 3 && taken <= 4); /* two under way, one full, one offered while it filled */
	CU_ASSERT_EQUAL(metric(run, "bulk_in_flight"), 2);
	run_free(run);
}

static void test_busy__when_enough_records_wait(void)
{
	struct run *run = run_new();

	set(run, "batch.size", "100");
	set(run, "max.in.flight.requests", "5");
	set(run, "max.buffered.records", "500");
	fail_first(run, 1000, CW_STORE_SILENT, 200);
	start(run);
	wait_template(run);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 99), &run->sink.err), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 99), &run->sink.err), CW_BUSY);
	CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 5), &run->sink.err), CW_OK);
	run_free(run);
}

static void test_busy__when_enough_bytes_wait(void)
{
	struct run *run = run_new();
	enum cw_result result;
	int taken = 0;

	set(run, "max.buffered.bytes", "65536");
	fail_first(run, 1000, CW_STORE_SILENT, 200);
	start(run);
	wait_template(run);
	while ((result = cw_essink_ops()->put(run->sink.task, lines(run, 20), &run->sink.err)) == CW_OK && taken < 100)
		taken++;
	CU_ASSERT_EQUAL(result, CW_BUSY);
	CU_ASSERT_TRUE(taken > 4 && taken < 30); /* documents of 110 to 800 bytes */
	run_free(run);
}

/* The bound is one for what a batch would make of it, too. */
static void test_busy__before_a_batch_that_is_too_much(void)
{
	struct run *run = run_new();

	set(run, "max.buffered.bytes", "65536");
	fail_first(run, 1000, CW_STORE_SILENT, 200);
	start(run);
	wait_template(run);
	CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 160), &run->sink.err), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 160), &run->sink.err), CW_BUSY);
	run_free(run);
}

static void test_busy__one_large_batch_is_taken(void)
{
	struct run *run = run_new();

	set(run, "batch.size", "10");
	set(run, "max.buffered.records", "50");
	start(run);
	CU_ASSERT_EQUAL(put(run, 1000), CW_OK);
	expect_all(run);
	run_free(run);
}

static void test_wait__ends_when_a_descriptor_is_readable(void)
{
	struct run *run = run_new();
	int64_t begin = cw_clock_ms();
	int fds[2];

	start(run);
	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
	CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, fds, 1, 60000, &run->sink.err), CW_OK);
	CU_ASSERT_TRUE(cw_clock_ms() - begin < 10000);
	close(fds[0]);
	close(fds[1]);
	run_free(run);
}

static void silent(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (request->bulk ? run->times == 1 : run->times == 0)
		reply->fault = CW_STORE_SILENT;
	else if (request->bulk)
		reply->status = 503;
}

static int64_t cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* While the template, or a request, has no answer, or a request waits for its next attempt. */
static void test_wait__costs_nothing(void)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		struct run *run = run_new();
		int64_t cpu;

		set(run, "max.in.flight.requests", "1");
		set(run, "retry.backoff.ms", "5000");
		run->times = kind;
		run->store.on_request = silent;
		start(run);
		CU_ASSERT_EQUAL(put(run, 1), CW_OK);
		wait_ms(run, 50);
		CU_ASSERT_NOT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 1), &run->sink.err), CW_FAIL);
		cpu = cpu_ms();
		wait_ms(run, 300);
		CU_ASSERT_TRUE(cpu_ms() - cpu < 100);
		CU_ASSERT_EQUAL(run->sink.host.n_completed, 0);
		run_free(run);
	}
}

static void test_stop__while_requests_are_under_way(void)
{
	struct run *run = run_new();

	fail_first(run, 1000, CW_STORE_SILENT, 200);
	start(run);
	CU_ASSERT_EQUAL(put(run, 5000), CW_OK);
	wait_bulks(run, 3);
	CU_ASSERT_EQUAL(cw_essink_ops()->flush(run->sink.task, 10, &run->sink.err), CW_RETRY);
	run_free(run); /* sanitizers see what is left */
}

int main(void)
{
	CU_TestInfo failures[] = {
		{ "a failure is a sentence", test_failure__is_a_sentence },
		{ "certificates that cannot be read", test_failure__of_certificates },
		{ "rights on an index", test_failure__of_rights_on_an_index },
		{ "refused: reported per record", test_refused__is_reported_per_record },
		{ "refused: fails without tolerance", test_refused__fails_the_task_without_tolerance },
		{ "refused: left out where wanted", test_refused__is_left_out_where_that_is_wanted },
		{ "unparsed: reported with its column", test_unparsed__is_reported_with_its_column },
		{ "unparsed: fails without tolerance", test_unparsed__fails_the_task_without_tolerance },
		{ "unparsed: dropped where wanted", test_unparsed__is_dropped_where_that_is_wanted },
		{ "a pattern without a time takes the record's", test_pattern__without_a_time_takes_the_records },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo pace[] = {
		{ "nothing under way: at once", test_linger__nothing_under_way_sends_at_once },
		{ "others under way: collected", test_linger__under_way_others_are_collected },
		{ "busy when all places are taken", test_busy__when_all_places_are_taken },
		{ "busy when enough records wait", test_busy__when_enough_records_wait },
		{ "busy when enough bytes wait", test_busy__when_enough_bytes_wait },
		{ "busy: a batch that is too much", test_busy__before_a_batch_that_is_too_much },
		{ "one large batch is taken", test_busy__one_large_batch_is_taken },
		{ "wait ends when a descriptor is readable", test_wait__ends_when_a_descriptor_is_readable },
		{ "waiting costs nothing", test_wait__costs_nothing },
		{ "stop while requests are under way", test_stop__while_requests_are_under_way },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "failures", NULL, NULL, NULL, NULL, failures },
		{ "pace", NULL, NULL, NULL, NULL, pace },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
