/* The access-log sink's way into a store: documents, indices, templates, and a store in trouble. */
#include "essink_run.h"

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
	CU_ASSERT_STRING_EQUAL(text, "{\"@timestamp\":\"2026-01-21T22:23:40\",\"endpoint\":\"/contact\","
				     "\"ip\":\"9.180.123.170\",\"kafka\":{\"offset\":2,\"partition\":0,"
				     "\"topic\":\"logs\"},\"method\":\"DELETE\",\"protocol\":\"HTTP/1.1\","
				     "\"referrer\":\"https://example.com\",\"size\":13444,\"status\":404,"
				     "\"user_agent\":\"Mozilla\"}");
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

/* Of each partition that has some, but not of each request. */
static void test_sink__present_documents_are_told(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch;

	start(run);
	for (int i = 0; i < 4; i++) {
		batch = new_batch(run, 3);
		run->offset = 0;
		add(run, batch, "logs", LINE);
		add(run, batch, "logs", LINE);
		add(run, batch, "other", LINE);
		cw_batch_record(&batch->batch, 2)->partition = 7;
		CU_ASSERT_EQUAL(cw_essink_put(&run->sink, &batch->batch), CW_OK);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
		if (i == 1)
			CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.last_log, "topic other, partition 7: 1 documents, of "
						      "records from offset 2 to 2, were in index " INDEX " already and are "));
		if (i == 1)
			run->sink.host.last_log[0] = '\0';
	}
	CU_ASSERT_STRING_EQUAL(run->sink.host.last_log, "");
	CU_ASSERT_EQUAL(metric(run, "documents_present"), 9);
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
		{ { "connection.username", "connection.password" }, { "me", "secret" }, "Authorization: Basic "
			"bWU6c2VjcmV0\r\n" },
		{ { "api.key", "pipeline" }, { "aWQ6a2V5", "geo ip" }, "Authorization: ApiKey aWQ6a2V5\r\n" },
		{ { "bearer.token", "pipeline" }, { "tok", "p" }, "Authorization: Bearer tok\r\n" },
		{ { "connection.headers", "pipeline" }, { "X-Tenant:web, X-B: c d", "p" }, "X-Tenant:web\r\nX-B: c d\r\n" },
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

/* That the signature holds is seen to by an integration test; here is what is signed. */
static void test_sink__signs_for_aws(void)
{
	struct run *run = run_new();

	set(run, "aws.sigv4.service", "aoss");
	set(run, "aws.sigv4.region", "eu-central-1");
	set(run, "aws.access.key.id", "AKIDEXAMPLE");
	set(run, "aws.secret.access.key", "secret");
	set(run, "aws.session.token", "token");
	start(run);
	CU_ASSERT_EQUAL(put(run, 1), CW_OK);
	expect_all(run);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->store.last_head, "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->store.last_head, "/eu-central-1/aoss/aws4_request"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->store.last_head, "X-Amz-Security-Token: token\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run->store.last_head, "x-amz-content-sha256: "));
	CU_ASSERT_PTR_NULL(strstr(run->store.last_path, ","));
	CU_ASSERT_PTR_NULL(strstr(run->store.last_head, ";expect;")); /* what is signed has to be sent */
	run_free(run);
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
		set(run, "behavior.on.store.errors", "FAIL");
		run->store.on_request = template_trouble;
		start(run);
		put(run, 10);
		CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_FAIL);
		CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.err.text, "the index template access-logs could not be put"));
		CU_ASSERT_EQUAL(strstr(run->sink.err.text, "Elasticsearch before 7.8 has no /_index_template") != NULL,
				statuses[i] == 400 || statuses[i] == 405);
		CU_ASSERT_EQUAL(run->store.bulks, 0);
		CU_ASSERT_EQUAL(run->sink.host.n_completed, 0);
		run_free(run);
	}
}

int main(void)
{
	CU_TestInfo plain[] = {
		{ "writes every record once", test_sink__writes_every_record_once },
		{ "the document is the line", test_sink__document_is_the_line },
		{ "an empty batch is complete", test_sink__empty_batch_is_complete },
		{ "a replay changes nothing", test_sink__replay_changes_nothing },
		{ "present documents are told", test_sink__present_documents_are_told },
		{ "op.type=INDEX writes again", test_sink__index_operation_writes_again },
		{ "bodies keep to their bytes", test_sink__bodies_keep_to_their_bytes },
		{ "a document larger than the limit goes alone", test_sink__one_document_larger_than_the_limit_goes_alone },
		{ "compresses", test_sink__compresses },
		{ "logs in", test_sink__logs_in },
		{ "signs for AWS", test_sink__signs_for_aws },
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
	CU_SuiteInfo suites[] = {
		{ "plain", NULL, NULL, NULL, NULL, plain },
		{ "templates", NULL, NULL, NULL, NULL, templates },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
