/* The access-log sink's updates and deletions have no versions: whatever is refused, the last record of a key wins. */
#include "essink_events.h"

static struct run *upsert_run(void)
{
	struct run *run = events_run();

	set(run, "write.method", "UPSERT");
	set(run, "key.ignore", "false");
	set(run, "behavior.on.null.values", "DELETE");
	return run;
}

/* n < 0: a tombstone. */
static void add_n(struct run *run, struct cw_fake_batch *batch, const char *key, int64_t n)
{
	struct cw_record *record = add_event(run, batch, key, NULL, n);

	if (n < 0)
		record->value = cw_value_null();
}

/* What the document has; -1: it is not there. */
static int64_t n_of(struct run *run, const char *key)
{
	const json_t *found = document(run, "events", key);

	return found ? json_integer_value(json_object_get(found, "n")) : -1;
}

/* The store has taken something, so that several requests may be under way. */
static void prove(struct run *run)
{
	struct cw_fake_batch *batch = new_batch(run, 1);

	add_n(run, batch, "proof", 0);
	finish(run, batch);
}

static void refuse_a_once(struct cw_fake_store *store, const char *id, unsigned seen, struct cw_store_item *item)
{
	(void)store;
	if (strcmp(id, "a") == 0 && seen == 0)
		*item = (struct cw_store_item){ 429, "es_rejected_execution_exception", "full" };
}

/* The first of these records of one key is refused, the others are not: in one request, and in one each. */
static void test_order__of_a_refusal(void)
{
	static const struct {
		int64_t n[3], want;
	} rows[] = {
		{ { 1, 2, 3 }, 3 }, { { 1, 2, -1 }, -1 }, { { 1, -1, 3 }, 3 }, { { -1, 2, 3 }, 3 }, { { 1, -1, -1 }, -1 },
	};
	static const char *const sizes[] = { "100", "1", "2" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
			struct run *run = upsert_run();
			struct cw_fake_batch *batch;

			set(run, "batch.size", sizes[k]);
			run->store.on_document = refuse_a_once;
			start(run);
			prove(run);
			batch = new_batch(run, 4);
			for (size_t r = 0; r < 3; r++)
				add_n(run, batch, "a", rows[i].n[r]);
			add_n(run, batch, "b", 7);
			finish(run, batch);
			CU_ASSERT_EQUAL(n_of(run, "a"), rows[i].want);
			CU_ASSERT_EQUAL(n_of(run, "b"), 7);
			CU_ASSERT_EQUAL(run->answered[1], 1);
			CU_ASSERT_EQUAL(metric(run, "documents_written") + metric(run, "documents_present"), 5);
			run_free(run);
		}
}

/* A partial update goes again as a whole row of them, so that no field of an earlier one is lost or wins. */
static void test_order__of_fields(void)
{
	struct run *run = upsert_run();
	struct cw_fake_batch *batch;

	run->store.on_document = refuse_a_once;
	start(run);
	batch = new_batch(run, 2);
	add_event(run, batch, "a", "info", 1);
	add_n(run, batch, "a", 2);
	finish(run, batch);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(document(run, "events", "a"), "level")), "info");
	CU_ASSERT_EQUAL(n_of(run, "a"), 2);
	run_free(run);
}

static void split_large(struct cw_fake_store *store, const struct cw_store_request *request,
			struct cw_store_reply *reply)
{
	(void)store;
	if (request->bulk && request->n > 250)
		reply->status = 413;
}

/* Halves of a request are two requests. */
static void test_order__of_halves(void)
{
	struct run *run = upsert_run();
	struct cw_fake_batch *batch;

	run->store.on_document = refuse_a_once;
	run->store.on_request = split_large;
	start(run);
	prove(run);
	batch = new_batch(run, 8);
	for (int i = 1; i <= 8; i++)
		add_n(run, batch, i % 2 ? "a" : "b", i);
	finish(run, batch);
	CU_ASSERT_EQUAL(n_of(run, "a"), 7);
	CU_ASSERT_EQUAL(n_of(run, "b"), 8);
	CU_ASSERT_TRUE(cw_fake_store_bulks(&run->store) > 4);
	run_free(run);
}

/* The first request with a document {"n":1} gets no answer. */
static void keep_1_waiting(struct cw_fake_store *store, const struct cw_store_request *request,
			   struct cw_store_reply *reply)
{
	struct run *run = store->test;

	if (run->times && request->bulk && strstr(request->body, "{\"n\":1}")) {
		run->times--;
		reply->fault = CW_STORE_SILENT;
	}
}

/* Four records, one a request; until so many are written, while the first one has no answer. */
static void begin_waiting(struct run *run, int64_t written)
{
	static const char *const keys[] = { "a", "b", "a", "c" };
	int64_t end = cw_clock_ms() + 10000;
	struct cw_fake_batch *batch;

	set(run, "batch.size", "1");
	run->times = 1;
	run->store.on_request = keep_1_waiting;
	start(run);
	prove(run);
	batch = new_batch(run, 4);
	for (int i = 0; i < 4; i++)
		add_n(run, batch, keys[i], i + 1);
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	while ((metric(run, "documents_written") < written || cw_fake_store_bulks(&run->store) <= written) &&
	       cw_clock_ms() < end)
		CU_ASSERT_EQUAL(cw_essink_ops()->wait(run->sink.task, NULL, 0, 10, &run->sink.err), CW_OK);
	CU_ASSERT_EQUAL(metric(run, "bulk_retries"), 0);
	CU_ASSERT_EQUAL(cw_fake_store_bulks(&run->store), written + 1);
}

static void test_order__holds_up_only_its_key(void)
{
	struct run *run = upsert_run();

	begin_waiting(run, 3);
	cw_fake_store_stop(&run->store);
	cw_fake_store_resume(&run->store);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_EQUAL(n_of(run, "a"), 3);
	CU_ASSERT_EQUAL(metric(run, "documents_written"), 5);
	run_free(run);
}

/* Ids that are no keys, and keys with versions, need none. */
static void test_order__is_not_for_all(void)
{
	static const struct {
		const char *key, *value;
	} rows[] = { { "topic.key.ignore", "events" }, { "write.method", "INSERT" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = upsert_run();

		set(run, rows[i].key, rows[i].value);
		begin_waiting(run, 4);
		run_free(run);
	}
}

/* ---- what the store cannot bear ------------------------------------------------------------------- */

/* A request with a document {"n":666}. */
static void break_on_666(struct cw_fake_store *store, const struct cw_store_request *request,
			 struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (request->bulk && strstr(request->body, "\"n\":666")) {
		reply->status = run->status;
		reply->body = "{\"error\":{\"type\":\"odd_exception\",\"reason\":\"666\"}}";
	}
}

/* It is found though all that comes after it waits for it. */
static void test_poison__is_found_among_held_ones(void)
{
	static const struct {
		unsigned status, keys, at;
	} rows[] = { { 500, 2, 3 }, { 500, 3, 0 }, { 400, 1, 0 }, { 400, 3, 3 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		static const char *const names[] = { "a", "b", "c" };
		struct run *run = upsert_run();
		struct cw_fake_batch *batch;

		set(run, "batch.size", "4");
		set(run, "max.retries", "1");
		set(run, "retry.backoff.max.ms", "10");
		run->status = rows[i].status;
		run->store.on_request = break_on_666;
		start(run);
		run->sink.host.tolerate = true;
		prove(run);
		batch = new_batch(run, 20);
		for (unsigned k = 0; k < 20; k++)
			add_n(run, batch, names[k % rows[i].keys], k == rows[i].at ? 666 : k);
		finish(run, batch);
		CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
		CU_ASSERT_EQUAL(run->sink.host.rejected[0].i, rows[i].at);
		for (unsigned k = 0; k < rows[i].keys; k++)
			CU_ASSERT_EQUAL(n_of(run, names[(19 - k) % rows[i].keys]), 19 - k);
		run_free(run);
	}
}

/* ---- everything at once --------------------------------------------------------------------------- */

#define KEYS 120

static void chaos_request(struct cw_fake_store *store, const struct cw_store_request *request,
			  struct cw_store_reply *reply)
{
	struct run *run = store->test;

	if (!request->bulk || request->number > 300)
		return;
	switch (draw(run) % 10) {
	case 0: reply->status = draw(run) % 2 ? 429 : 503; break;
	case 1: reply->fault = CW_STORE_RESET; break;
	case 2: reply->fault = CW_STORE_RESET_LATE; break;
	case 3: reply->status = request->n > 500 ? 413 : 200; break;
	default: break;
	}
}

static void test_chaos__the_last_record_of_each_key_wins(void)
{
	struct run *run = upsert_run();
	int64_t want[KEYS];
	uint64_t state = 4711;
	char keys[KEYS][16];

	set(run, "batch.size", "40");
	set(run, "retry.backoff.max.ms", "5");
	run->times = UINT32_MAX;
	run->fault_every = 4;
	run->status = 429;
	run->type = "es_rejected_execution_exception";
	run->store.on_request = chaos_request;
	run->store.on_document = trouble_items;
	for (int k = 0; k < KEYS; k++) {
		want[k] = -1;
		snprintf(keys[k], sizeof(keys[k]), "k%d", k);
	}
	start(run);
	for (int i = 0; i < 20; i++) {
		struct cw_fake_batch *batch = new_batch(run, 50);

		for (int r = 0; r < 50; r++) {
			int k;

			state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
			k = (int)(state >> 33) % KEYS;
			k = (int)(state >> 40) % (k + 1); /* some far more often than others */
			want[k] = state >> 61 ? i * 50 + r : -1;
			add_n(run, batch, keys[k], want[k]);
		}
		CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	}
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	for (int k = 0; k < KEYS; k++)
		CU_ASSERT_EQUAL(n_of(run, keys[k]), want[k]);
	for (size_t i = 0; i < run->n; i++)
		CU_ASSERT_EQUAL(run->answered[i], 1);
	CU_ASSERT_EQUAL(metric(run, "documents_written") + metric(run, "documents_present"), 1000);
	run_free(run);
}

int main(void)
{
	CU_TestInfo order[] = {
		{ "of a refusal", test_order__of_a_refusal },
		{ "of fields", test_order__of_fields },
		{ "of halves", test_order__of_halves },
		{ "holds up only its key", test_order__holds_up_only_its_key },
		{ "is not for all", test_order__is_not_for_all },
		{ "what a store cannot bear is found among held ones", test_poison__is_found_among_held_ones },
		{ "chaos: the last record of each key wins", test_chaos__the_last_record_of_each_key_wins },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "order", NULL, NULL, NULL, NULL, order },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
