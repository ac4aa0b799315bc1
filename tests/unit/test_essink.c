/*
 * The access-log sink against a store that misbehaves: whatever it does, every record is answered exactly
 * once, and nothing is lost or written twice.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "essink_fixture.h"
#include "fake_store.h"
#include "unit.h"

#define BATCHES 40
#define LINE "9.180.123.170 - - [Jan 21 2026, 22:23:40] \"DELETE /contact HTTP/1.1\" 404 13444 \"https://example.com\" \"Mozilla\""
#define NEXT_DAY "9.180.123.170 - - [Jan 22 2026, 00:00:00] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\""
#define INDEX "access-logs-2026.01.21"

/* A task, a store, and the batches between them. */
struct run {
	struct cw_essink sink; /* first */
	struct cw_fake_store store;
	struct cw_fake_batch batches[BATCHES];
	size_t n, answered[BATCHES]; /* how often each batch was completed */
	int64_t offset;
	/* what the store's callbacks do */
	unsigned fault_every, status, times;
	enum cw_store_fault fault;
	const char *body, *headers, *type;
	size_t limit;
	uint64_t state;
};

static void on_complete(const struct cw_context *ctx, struct cw_batch *batch)
{
	struct run *run = (struct run *)(void *)cw_fake_host_of(ctx); /* the host is the first member of the first */

	for (size_t i = 0; i < run->n; i++)
		if (&run->batches[i].batch == batch)
			run->answered[i]++;
	cw_fake_complete(ctx, batch);
}

static struct run *run_new(void)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		abort();
	run->store.test = run;
	run->state = 88172645463325252u;
	cw_fake_store_start(&run->store);
	cw_map_set(&run->sink.map, "connection.url", run->store.url);
	cw_map_set(&run->sink.map, "retry.backoff.ms", "1");
	return run;
}

static void set(struct run *run, const char *key, const char *value)
{
	cw_map_set(&run->sink.map, key, value);
}

static void start(struct run *run)
{
	CU_ASSERT_TRUE_FATAL(cw_essink_start(&run->sink));
	run->sink.host.api.complete = on_complete;
}

static struct cw_fake_batch *new_batch(struct run *run, size_t capacity)
{
	CU_ASSERT_TRUE_FATAL(run->n < BATCHES);
	cw_fake_batch_init(&run->batches[run->n], capacity ? capacity : 1, 4096);
	return &run->batches[run->n++];
}

static void add(struct run *run, struct cw_fake_batch *batch, const char *topic, const char *line)
{
	cw_fake_batch_put(batch, topic, 0, run->offset++, cw_slice_str(line));
}

static struct cw_batch *lines(struct run *run, size_t n)
{
	struct cw_fake_batch *batch = new_batch(run, n);

	for (size_t i = 0; i < n; i++)
		add(run, batch, "logs", LINE);
	return &batch->batch;
}

static enum cw_result put(struct run *run, size_t n)
{
	return cw_essink_put(&run->sink, lines(run, n));
}

static int64_t metric(struct run *run, const char *name)
{
	const struct cw_metric *m = cw_fake_host_metric(&run->sink.host, name);

	return m ? m->value : -1;
}

/* Everything that was put is in the store, once, and every batch was completed once. */
static void expect_all(struct run *run)
{
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_STRING_EQUAL(run->sink.err.text, "");
	for (size_t i = 0; i < run->n; i++)
		CU_ASSERT_EQUAL(run->answered[i], 1);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), run->offset);
	CU_ASSERT_EQUAL(run->store.doubled, 0);
	CU_ASSERT_EQUAL(metric(run, "documents_written") + metric(run, "documents_present"), run->offset);
	CU_ASSERT_EQUAL(cw_essink_ops()->flush(run->sink.task, 0, &run->sink.err), CW_OK);
}

static void run_free(struct run *run)
{
	cw_essink_stop(&run->sink);
	cw_fake_store_free(&run->store);
	for (size_t i = 0; i < run->n; i++)
		cw_fake_batch_free(&run->batches[i]);
	free(run);
}

/* Of the callbacks, which hold the store's lock. */
static uint64_t draw(struct run *run)
{
	run->state ^= run->state << 13;
	run->state ^= run->state >> 7;
	run->state ^= run->state << 17;
	return run->state >> 11;
}

/* The first run->times bulk requests get run->fault, status, body and headers. */
static void first_requests(struct cw_fake_store *store, const struct cw_store_request *request,
			   struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (!request->bulk || request->number > run->times)
		return;
	reply->fault = run->fault;
	reply->status = run->status ? run->status : 200;
	reply->body = run->body;
	reply->headers = run->headers;
}

static void fail_first(struct run *run, unsigned times, enum cw_store_fault fault, unsigned status)
{
	run->times = times;
	run->fault = fault;
	run->status = status;
	run->store.on_request = first_requests;
}

/* ---- the plain way ------------------------------------------------------------------------------ */

static void test_sink__writes_every_record_once(void)
{
	struct run *run = run_new();

	set(run, "batch.size", "300");
	start(run);
	for (int i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(put(run, 1000), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(run->store.largest, 300);
	CU_ASSERT_TRUE(run->store.connections <= 6);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->store.last_path, "/" INDEX "/_bulk?filter_path="));
	CU_ASSERT_PTR_NULL(strstr(run->store.last_head, "Expect"));
	CU_ASSERT_EQUAL(metric(run, "bulk_requests"), run->store.bulks);
	CU_ASSERT_EQUAL(metric(run, "documents_buffered"), 0);
	run_free(run);
}

static void test_sink__document_is_the_line(void)
{
	struct run *run = run_new();
	json_t *document;
	char *text;

	set(run, "include.kafka", "true");
	start(run);
	CU_ASSERT_EQUAL(put(run, 3), CW_OK);
	expect_all(run);
	document = json_object_get(json_object_get(run->store.documents, INDEX), "logs+0+2");
	text = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
	CU_ASSERT_STRING_EQUAL(text, "{\"@timestamp\":\"2026-01-21T22:23:40\",\"endpoint\":\"/contact\",\"ip\":\"9.180.123.170\",\"kafka\":"
			       "{\"offset\":2,\"partition\":0,\"topic\":\"logs\"},\"method\":\"DELETE\",\"protocol\":\"HTTP/1.1\","
			       "\"referrer\":\"https://example.com\",\"size\":13444,\"status\":404,\"user_agent\":\"Mozilla\"}");
	free(text);
	run_free(run);
}

static void test_sink__empty_batch_is_complete(void)
{
	struct run *run = run_new();

	start(run);
	CU_ASSERT_EQUAL(put(run, 0), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(run->answered[0], 1);
	CU_ASSERT_EQUAL(run->store.bulks, 0);
	run_free(run);
}

static void test_sink__replay_changes_nothing(void)
{
	struct run *run = run_new();

	start(run);
	CU_ASSERT_EQUAL(put(run, 50), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	run->offset = 0;
	CU_ASSERT_EQUAL(put(run, 50), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 2), CW_OK);
	CU_ASSERT_EQUAL(run->store.doubled, 0);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 50);
	CU_ASSERT_EQUAL(metric(run, "documents_written"), 50);
	CU_ASSERT_EQUAL(metric(run, "documents_present"), 50);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, "were in index " INDEX " already"));
	run_free(run);
}

static void test_sink__index_operation_writes_again(void)
{
	struct run *run = run_new();

	set(run, "op.type", "index");
	start(run);
	for (int i = 0; i < 2; i++) {
		run->offset = 0;
		CU_ASSERT_EQUAL(put(run, 5), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	}
	CU_ASSERT_EQUAL(run->store.doubled, 5);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), 5);
	run_free(run);
}

static void keep_size(struct cw_fake_store *store, const struct cw_store_request *request,
		      struct cw_store_reply *reply)
{
	struct run *run = store->test;

	(void)reply;
	if (request->bulk && request->n > run->limit)
		run->limit = request->n;
}

static void test_sink__bodies_keep_to_their_bytes(void)
{
	struct run *run = run_new();

	set(run, "bulk.size.bytes", "5000");
	run->store.on_request = keep_size;
	start(run);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(put(run, 200), CW_OK);
	expect_all(run);
	CU_ASSERT_TRUE(run->limit > 4500 && run->limit <= 5000);
	run_free(run);
}

static void test_sink__one_document_larger_than_the_limit_goes_alone(void)
{
	struct run *run = run_new();

	set(run, "bulk.size.bytes", "100");
	start(run);
	CU_ASSERT_EQUAL(put(run, 20), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(run->store.largest, 1);
	run_free(run);
}

static void test_sink__compresses(void)
{
	struct run *run = run_new();

	set(run, "connection.compression", "true");
	start(run);
	CU_ASSERT_EQUAL(put(run, 2500), CW_OK);
	expect_all(run);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->store.last_head, "Content-Encoding: gzip"));
	CU_ASSERT_TRUE(metric(run, "bulk_bytes") < 2500 * 50);
	run_free(run);
}

static void test_sink__logs_in(void)
{
	static const struct {
		const char *key[2], *value[2], *want;
	} rows[] = {
		{ { "connection.username", "connection.password" }, { "me", "secret" }, "Authorization: Basic bWU6c2VjcmV0\r\n" },
		{ { "api.key", "pipeline" }, { "aWQ6a2V5", "geo ip" }, "Authorization: ApiKey aWQ6a2V5\r\n" },
		{ { "bearer.token", "pipeline" }, { "tok", "p" }, "Authorization: Bearer tok\r\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		for (int k = 0; k < 2; k++)
			set(run, rows[i].key[k], strcmp(rows[i].value[k], "geo ip") == 0 ? "geo-ip" : rows[i].value[k]);
		start(run);
		CU_ASSERT_EQUAL(put(run, 1), CW_OK);
		expect_all(run);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->store.last_head, rows[i].want));
		CU_ASSERT_EQUAL(strstr(run->store.last_path, "&pipeline=geo-ip") != NULL, i == 1);
		run_free(run);
	}
}

/* ---- which index -------------------------------------------------------------------------------- */

static void test_sink__index_is_that_of_the_event(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	set(run, "index", "%{topic}-%{+yyyy.MM.dd}");
	start(run);
	batch = new_batch(run, 100);
	for (int i = 0; i < 25; i++) {
		add(run, batch, "web", LINE);
		add(run, batch, "web", NEXT_DAY);
		add(run, batch, "api", LINE);
		add(run, batch, "web", LINE);
	}
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "web-2026.01.21"), 50);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "web-2026.01.22"), 25);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "api-2026.01.21"), 25);
	CU_ASSERT_EQUAL(json_object_size(run->store.templates), 2);
	CU_ASSERT_PTR_NOT_NULL(json_object_get(run->store.templates, "web"));
	CU_ASSERT_PTR_NOT_NULL(json_object_get(run->store.templates, "api"));
	run_free(run);
}

static void test_sink__data_stream_takes_creates(void)
{
	struct run *run = run_new();
	const json_t *template;

	set(run, "data.stream.type", "logs");
	set(run, "data.stream.dataset", "access");
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, "logs-access-logs"), 10);
	template = json_object_get(run->store.templates, "logs-access");
	CU_ASSERT_PTR_NOT_NULL(json_object_get(template, "data_stream"));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(json_object_get(template, "index_patterns"), 0)),
			       "logs-access-*");
	run_free(run);
}

/* ---- index templates ---------------------------------------------------------------------------- */

static void test_template__is_put_once_before_the_first_document(void)
{
	struct run *run = run_new();
	const json_t *properties;

	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	expect_all(run);
	CU_ASSERT_EQUAL(run->store.others, 2); /* looked for, put */
	properties = json_object_get(json_object_get(json_object_get(json_object_get(run->store.templates, "access-logs"),
								     "template"), "mappings"), "properties");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_object_get(properties, "ip"), "type")), "ip");
	cw_essink_stop(&run->sink);
	set(run, "connection.url", run->store.url);
	start(run);
	CU_ASSERT_EQUAL(put(run, 10), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(run->store.others, 3); /* looked for, found */
	run_free(run);
}

static void test_template__is_left_alone_or_overwritten(void)
{
	static const struct {
		const char *key, *value, *name;
		unsigned others;
	} rows[] = {
		{ "template.enable", "false", NULL, 0 },
		{ "template.overwrite", "true", "access-logs", 1 },
		{ "template.name", "mine", "mine", 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		set(run, rows[i].key, rows[i].value);
		start(run);
		CU_ASSERT_EQUAL(put(run, 1), CW_OK);
		expect_all(run);
		CU_ASSERT_EQUAL(run->store.others, rows[i].others);
		CU_ASSERT_EQUAL(json_object_size(run->store.templates), rows[i].name ? 1 : 0);
		if (rows[i].name)
			CU_ASSERT_PTR_NOT_NULL(json_object_get(run->store.templates, rows[i].name));
		run_free(run);
	}
}

static void template_trouble(struct cw_fake_store *store, const struct cw_store_request *request,
			     struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (request->bulk || request->number > run->times)
		return;
	reply->status = run->status;
	reply->fault = run->fault;
}

static void test_template__waits_for_the_store(void)
{
	static const struct {
		unsigned status;
		enum cw_store_fault fault;
	} rows[] = { { 503, CW_STORE_ANSWER }, { 429, CW_STORE_ANSWER }, { 500, CW_STORE_ANSWER }, { 200, CW_STORE_RESET } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		run->times = 4;
		run->status = rows[i].status;
		run->fault = rows[i].fault;
		run->store.on_request = template_trouble;
		start(run);
		CU_ASSERT_EQUAL(put(run, 10), CW_OK);
		expect_all(run);
		CU_ASSERT_EQUAL(json_object_size(run->store.templates), 1);
		run_free(run);
	}
}

static void test_template__that_is_not_allowed_fails_with_a_sentence(void)
{
	static const unsigned statuses[] = { 400, 401, 403, 405, 500 };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		struct run *run = run_new();

		run->times = 1000;
		run->status = statuses[i];
		run->store.on_request = template_trouble;
		start(run);
		put(run, 10);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "the index template access-logs could not be put"));
		CU_ASSERT_EQUAL(run->store.bulks, 0);
		CU_ASSERT_EQUAL(run->sink.host.n_completed, 0);
		run_free(run);
	}
}

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
		{ CW_STORE_ANSWER, 500, NULL },     { CW_STORE_ANSWER, 200, "{\"took\":1,\"errors\":true,\"items\":[]}" },
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

static void trouble_items(struct cw_fake_store *store, const char *id, unsigned seen, struct cw_store_item *item)
{
	struct run *run = store->test;

	(void)id;
	if (seen < run->times && draw(run) % run->fault_every == 0) {
		item->status = run->status;
		item->type = run->type;
		item->reason = "injected \"reason\"";
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
	CU_ASSERT_EQUAL(run->store.bulks, 61);
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
	CU_ASSERT_EQUAL(run->store.bulks, 2);
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
	CU_ASSERT_EQUAL(run->store.bulks, 3);
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

/* ---- failures that a person has to end ----------------------------------------------------------- */

static void test_failure__is_a_sentence(void)
{
	static const struct {
		unsigned status, requests;
		const char *body, *want;
	} rows[] = {
		{ 401, 1, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"missing credentials\"},\"status\":401}",
		  "answered with status 401, security_exception: missing credentials; this does not pass by itself: check "
		  "connection.username" },
		{ 403, 1, "denied", "answered with status 403; this does not pass" },
		{ 404, 1, "{\"error\":\"no handler\"}", "answered with status 404, error: no handler" },
		{ 400, 1, NULL, "illegal_argument_exception" },
		{ 301, 1, NULL, "answered with status 301" },
		{ 500, 3, NULL, "a bulk request failed, after 2 retries: http://127.0.0.1:" },
		{ 200, 3, "{\"took\":1,\"errors\":true,\"items\":[]}", "bytes that are no answer for 5 documents" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct run *run = run_new();

		set(run, "max.retries", "2");
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
			       " with status 400, mapper_parsing_exception: failed to parse field [size]");
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
		CU_ASSERT_EQUAL(metric(run, "records_dropped"), 5);
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
	CU_ASSERT_STRING_EQUAL(run->sink.host.rejected[0].reason, "the line does not parse: ip at column 1, where there should be an "
			       "IP address, a host name, or -");
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
	CU_ASSERT_EQUAL(metric(run, "records_dropped"), 30);
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
		pthread_mutex_lock(&run->store.lock);
		got = run->store.bulks;
		pthread_mutex_unlock(&run->store.lock);
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

static void test_busy__when_all_places_are_taken(void)
{
	struct run *run = run_new();
	size_t taken = 0;
	enum cw_result result;

	set(run, "batch.size", "10");
	set(run, "max.in.flight.requests", "2");
	set(run, "max.buffered.records", "1000");
	set(run, "template.enable", "false");
	fail_first(run, 1000, CW_STORE_SILENT, 200);
	start(run);
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
	set(run, "template.enable", "false");
	fail_first(run, 1000, CW_STORE_SILENT, 200);
	start(run);
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 99), &run->sink.err), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 99), &run->sink.err), CW_BUSY);
	CU_ASSERT_EQUAL(cw_essink_ops()->put(run->sink.task, lines(run, 5), &run->sink.err), CW_OK);
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
		CU_ASSERT_EQUAL(put(run, 1), CW_OK);
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

/* ---- settings ------------------------------------------------------------------------------------ */

struct setting {
	const char *settings; /* "key=value key=value" */
	const char *key, *want; /* what is said of which key; NULL: nothing */
};

static void apply(struct cw_map *map, const char *settings)
{
	char *copy = strdup(settings), *rest = copy, *word;

	while ((word = strsep(&rest, ";")) != NULL) {
		char *equals = strchr(word, '=');

		if (!equals)
			continue;
		*equals = '\0';
		cw_map_set(map, word, equals + 1);
	}
	free(copy);
}

static void test_config__single_values(void)
{
	static const struct setting rows[] = {
		{ "connection.url=http://a:9200", NULL, NULL },
		{ "connection.url=a:9200, b:9200,https://c/es/", NULL, NULL },
		{ "connection.url=", NULL, "connection.url" },
		{ "connection.url= , ", NULL, "connection.url" },
		{ "connection.url=ftp://a", NULL, "neither a http:// nor a https:// URL" },
		{ "connection.url=http://u:p@a", NULL, "use connection.username" },
		{ "connection.url=http://a?x=1", NULL, "holds a query" },
		{ "connection.url=http://a b", NULL, "connection.url" },
		{ "batch.size=0", NULL, "batch.size" },
		{ "batch.size=x", NULL, "batch.size" },
		{ "bulk.size.bytes=-2", NULL, "bulk.size.bytes" },
		{ "max.in.flight.requests=1001", NULL, "max.in.flight.requests" },
		{ "index=Logs", NULL, "capital letter L" },
		{ "index=a-%{day}", NULL, "%{day}, which is not known" },
		{ "timezone=Mars/Base", NULL, "no time zone" },
		{ "pattern=(?<ip>", NULL, "no regular expression" },
		{ "pattern.timestamp.format=%Q", NULL, "%Q, which is not known" },
		{ "elastic.https.ssl.ca.location=/nonexistent/ca.pem", NULL, "no file that this worker can read" },
		{ "behavior.on.null.values=DELETE", NULL, "behavior.on.null.values" },
		{ "op.type=upsert", NULL, "op.type" },
		{ "data.stream.type=traces", NULL, "data.stream.type" },
		{ "data.stream.dataset=a-b", NULL, "hyphens" },
		{ "data.stream.dataset=${topic}", NULL, "data.stream.namespace may" },
		{ "data.stream.namespace=${topic}.x", NULL, NULL },
		{ "template.name=a b", NULL, "is no name" },
		{ "pipeline=a,b", NULL, "is no name" },
		{ "read.timeout.ms=-1", NULL, "read.timeout.ms" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_essink sink = { 0 };

		cw_map_set(&sink.map, "connection.url", "http://localhost:9200");
		apply(&sink.map, rows[i].settings);
		CU_ASSERT_EQUAL(cw_essink_fill(&sink), rows[i].want ? -1 : 0);
		if (rows[i].want && !strstr(sink.err.text, rows[i].want))
			fprintf(stderr, "\n  %s: %s\n", rows[i].settings, sink.err.text);
		CU_ASSERT_PTR_NOT_NULL(strstr(sink.err.text, rows[i].want ? rows[i].want : ""));
		cw_essink_stop(&sink);
	}
}

static void test_config__keys_together(void)
{
	static const struct setting rows[] = {
		{ "batch.size=2000", NULL, NULL },
		{ "connection.username=me", "connection.username", "go together" },
		{ "connection.password=secret", "connection.password", "go together" },
		{ "connection.username=me;connection.password=secret", NULL, NULL },
		{ "connection.username=me;connection.password=secret;api.key=k", "api.key", "Only one of" },
		{ "api.key=k;bearer.token=t", "api.key", "Only one of" },
		{ "proxy.username=me;proxy.host=h", "proxy.username", "go together" },
		{ "proxy.username=me;proxy.password=p", "proxy.host", "needed" },
		{ "elastic.https.ssl.ca.location=/dev/null", "elastic.https.ssl.ca.location", "no file" },
		{ "linger.ms=2000;flush.timeout.ms=1000", "linger.ms", "longer than flush.timeout.ms" },
		{ "bulk.size.bytes=0", "bulk.size.bytes", "more than 0" },
		{ "max.buffered.records=9999", "max.buffered.records", "which is 10000" },
		{ "batch.size=1000000;max.in.flight.requests=1000", "max.buffered.records", "which is 1000000000" },
		{ "data.stream.type=LOGS", "data.stream.dataset", "needed" },
		{ "data.stream.type=LOGS;data.stream.dataset=a", NULL, NULL },
		{ "data.stream.dataset=a", "data.stream.type", "LOGS or METRICS" },
		{ "data.stream.type=LOGS;data.stream.dataset=a;index=x", "index", "exclude each other" },
		{ "data.stream.type=LOGS;data.stream.dataset=a;op.type=INDEX", "op.type", "only op.type=CREATE" },
		{ "index=%{+yyyy}", "index", "starts with a date" },
		{ "index=%{+yyyy};template.enable=false", NULL, NULL },
		{ "index=%{topic}", NULL, NULL },
		{ "pattern.timestamp.format=%Y", "pattern.timestamp.format", "which is not given" },
		{ "pattern=(?<ip>.*);pattern.timestamp.format=%Y", NULL, NULL },
		{ "elastic.https.ssl.truststore.type=JKS", NULL, NULL }, /* without a truststore it means nothing */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_essink sink = { 0 };
		struct cw_validation *validation = calloc(1, sizeof(*validation));
		bool found = rows[i].key == NULL;

		cw_fake_host_init(&sink.host, "logs", -1, 1);
		cw_map_set(&sink.map, "connection.url", "http://localhost:9200");
		apply(&sink.map, rows[i].settings);
		if (cw_essink_fill(&sink) == 0) {
			cw_essink_ops()->validate(&sink.host.ctx, &sink.config, validation);
			for (size_t k = 0; k < validation->n; k++)
				found = found || (strcmp(validation->errors[k].key, rows[i].key) == 0 &&
						  strstr(validation->errors[k].message, rows[i].want));
			CU_ASSERT_EQUAL(validation->n == 0, rows[i].key == NULL);
		} else {
			found = rows[i].want && strstr(sink.err.text, rows[i].want);
		}
		if (!found)
			fprintf(stderr, "\n  %s: %zu errors, %s\n", rows[i].settings, validation->n, validation->errors[0].message);
		CU_ASSERT_TRUE(found);
		free(validation);
		cw_essink_stop(&sink);
	}
}

static void test_config__table_is_sound(void)
{
	struct cw_config_table table = cw_essink_table();
	struct cw_essink sink = { 0 };

	CU_ASSERT_STRING_EQUAL(cw_plugin->class_name, "io.connectworker.AccessLogElasticsearchSink");
	CU_ASSERT_EQUAL(cw_plugin->kind, CW_PLUGIN_SINK);
	for (size_t i = 0; i < table.n; i++) {
		struct cw_config_def copy;
		const struct cw_config_def *def = cw_config_table_at(table, i, &copy);

		CU_ASSERT_PTR_NOT_NULL(def->doc);
		CU_ASSERT_PTR_NOT_NULL(def->group);
		CU_ASSERT_PTR_NOT_NULL(def->display_name);
		CU_ASSERT_TRUE(def->offset < sizeof(struct cw_es_config));
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(def->offset, cw_config_table_at(table, k, &copy)->offset);
	}
	cw_map_set(&sink.map, "connection.url", "x");
	CU_ASSERT_EQUAL(cw_essink_fill(&sink), 0);
	CU_ASSERT_EQUAL(sink.config.batch_size, 2000);
	CU_ASSERT_EQUAL(sink.config.bulk_bytes, 5242880);
	CU_ASSERT_STRING_EQUAL(sink.config.stream_namespace, "${topic}");
	cw_essink_stop(&sink);
}

static void test_config__urls_share_their_scheme(void)
{
	static const struct {
		const char *url;
		bool https;
		const char *want;
	} rows[] = {
		{ "localhost:9200", false, "http://localhost:9200" },
		{ "localhost:9200", true, "https://localhost:9200" },
		{ "http://a/", true, "https://a" },
		{ "https://a/es//", true, "https://a/es" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *url = cw_es_config_url(rows[i].url, rows[i].https);

		CU_ASSERT_STRING_EQUAL(url, rows[i].want);
		free(url);
	}
}

int main(void)
{
	CU_TestInfo plain[] = {
		{ "writes every record once", test_sink__writes_every_record_once },
		{ "the document is the line", test_sink__document_is_the_line },
		{ "an empty batch is complete", test_sink__empty_batch_is_complete },
		{ "a replay changes nothing", test_sink__replay_changes_nothing },
		{ "op.type=INDEX writes again", test_sink__index_operation_writes_again },
		{ "bodies keep to their bytes", test_sink__bodies_keep_to_their_bytes },
		{ "a document larger than the limit goes alone", test_sink__one_document_larger_than_the_limit_goes_alone },
		{ "compresses", test_sink__compresses },
		{ "logs in", test_sink__logs_in },
		{ "the index is that of the event", test_sink__index_is_that_of_the_event },
		{ "a data stream takes creates", test_sink__data_stream_takes_creates },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo templates[] = {
		{ "put once before the first document", test_template__is_put_once_before_the_first_document },
		{ "left alone or overwritten", test_template__is_left_alone_or_overwritten },
		{ "waits for the store", test_template__waits_for_the_store },
		{ "not allowed: a sentence", test_template__that_is_not_allowed_fails_with_a_sentence },
		CU_TEST_INFO_NULL,
	};
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
	CU_TestInfo failures[] = {
		{ "a failure is a sentence", test_failure__is_a_sentence },
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
		{ "one large batch is taken", test_busy__one_large_batch_is_taken },
		{ "wait ends when a descriptor is readable", test_wait__ends_when_a_descriptor_is_readable },
		{ "waiting costs nothing", test_wait__costs_nothing },
		{ "stop while requests are under way", test_stop__while_requests_are_under_way },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo config[] = {
		{ "single values", test_config__single_values },
		{ "keys together", test_config__keys_together },
		{ "the table is sound", test_config__table_is_sound },
		{ "URLs share their scheme", test_config__urls_share_their_scheme },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "plain", NULL, NULL, NULL, NULL, plain },
		{ "templates", NULL, NULL, NULL, NULL, templates },
		{ "trouble", NULL, NULL, NULL, NULL, trouble },
		{ "failures", NULL, NULL, NULL, NULL, failures },
		{ "pace", NULL, NULL, NULL, NULL, pace },
		{ "config", NULL, NULL, NULL, NULL, config },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
