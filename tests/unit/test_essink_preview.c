/* What the access-log sink says that it would send: the same as it does send, and nothing is sent for it. */
#include "essink_run.h"
#include "text.h"

struct said {
	size_t n;
	struct {
		size_t record;
		char destination[256], text[2048], left_out[300];
	} rows[CW_FAKE_MAX];
};

/* What rendered() said; one test at a time. */
static struct said said;

static void on_rendered(const struct cw_context *ctx, const struct cw_batch *batch, size_t i,
			const struct cw_rendering *rendering)
{
	(void)ctx;
	CU_ASSERT_TRUE_FATAL(i < batch->n && said.n < CW_FAKE_MAX && rendering->size == sizeof(*rendering));
	said.rows[said.n].record = i;
	if (rendering->left_out)
		snprintf(said.rows[said.n].left_out, sizeof(said.rows[0].left_out), "%s", rendering->left_out);
	snprintf(said.rows[said.n].destination, sizeof(said.rows[0].destination), "%.*s", (int)rendering->destination.n,
		 rendering->destination.p ? rendering->destination.p : "");
	snprintf(said.rows[said.n].text, sizeof(said.rows[0].text), "%.*s", (int)rendering->text.n,
		 rendering->text.p ? rendering->text.p : "");
	said.n++;
}

static enum cw_result render(struct run *run, struct cw_batch *batch)
{
	struct cw_essink *sink = &run->sink;

	memset(&said, 0, sizeof(said));
	cw_fake_host_init(&sink->host, "logs", 0, 1);
	sink->host.api.now_ns = cw_essink_now;
	sink->host.api.rendered = on_rendered;
	sink->host.tolerate = true;
	CU_ASSERT_EQUAL_FATAL(cw_essink_fill(sink), 0);
	return cw_essink_ops()->render(&sink->host.ctx, &sink->config, batch, &sink->err);
}

/* The bodies of the requests that the store got, one after the other. */
static struct cw_text sent;

static void on_request(struct cw_fake_store *store, const struct cw_store_request *request, struct cw_store_reply *reply)
{
	(void)store;
	(void)reply;
	if (request->bulk)
		cw_text_append(&sent, request->body, request->n);
}

static void test_render__is_what_put_sends(void)
{
	struct run *run = run_new();
	struct cw_batch *batch;
	struct cw_text rendered = { 0 };

	set(run, "compression", "false");
	set(run, "index", "%{topic}-%{+yyyy.MM.dd}");
	set(run, "template.enable", "false");
	run->store.on_request = on_request;
	batch = lines(run, 2);
	CU_ASSERT_EQUAL(render(run, batch), CW_OK);
	CU_ASSERT_EQUAL(said.n, 2);
	CU_ASSERT_EQUAL(run->store.connections, 0); /* nothing was asked, nothing sent */
	for (size_t i = 0; i < said.n; i++) {
		CU_ASSERT_STRING_EQUAL(said.rows[i].destination, "logs-2026.01.21");
		cw_text_puts(&rendered, said.rows[i].text);
	}
	cw_config_memory_free(run->sink.memory);
	start(run);
	CU_ASSERT_EQUAL(cw_essink_put(&run->sink, batch), CW_OK);
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, 1), CW_OK);
	CU_ASSERT_EQUAL(rendered.n, sent.n);
	CU_ASSERT_TRUE(rendered.n == sent.n && memcmp(rendered.p, sent.p, sent.n) == 0);
	cw_text_free(&rendered);
	cw_text_free(&sent);
	run_free(run);
}

static void test_render__says_the_index_of_each(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch = new_batch(run, 3);

	add(run, batch, "logs", LINE);
	add(run, batch, "logs", NEXT_DAY);
	add(run, batch, "logs", LINE);
	CU_ASSERT_EQUAL(render(run, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL_FATAL(said.n, 3);
	CU_ASSERT_STRING_EQUAL(said.rows[0].destination, INDEX);
	CU_ASSERT_STRING_EQUAL(said.rows[1].destination, "access-logs-2026.01.22");
	CU_ASSERT_STRING_EQUAL(said.rows[2].destination, INDEX);
	/* The index of the request's path is not named again; the other one is. */
	CU_ASSERT_PTR_NULL(strstr(said.rows[0].text, "_index"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said.rows[1].text, "\"_index\":\"access-logs-2026.01.22\""));
	run_free(run);
}

static void test_render__refuses_and_leaves_out(void)
{
	struct run *run = run_new();
	struct cw_fake_batch *batch = new_batch(run, 3);

	add(run, batch, "logs", "no line at all");
	add(run, batch, "logs", LINE);
	cw_fake_batch_put(batch, "logs", 0, 7, cw_slice_str(""))->value = cw_value_null();
	set(run, "behavior.on.null.values", "IGNORE");
	CU_ASSERT_EQUAL(render(run, &batch->batch), CW_OK);
	CU_ASSERT_EQUAL(run->sink.host.n_rejected, 1);
	CU_ASSERT_EQUAL(run->sink.host.rejected[0].i, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(run->sink.host.rejected[0].reason, "the line does not parse"));
	CU_ASSERT_EQUAL_FATAL(said.n, 2);
	CU_ASSERT_EQUAL(said.rows[0].record, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(said.rows[0].left_out, "behavior.on.null.values=IGNORE"));
	CU_ASSERT_EQUAL(said.rows[1].record, 1);
	CU_ASSERT_EQUAL(run->sink.host.logged[CW_LOG_WARN], 0);
	CU_ASSERT_EQUAL(run->sink.host.n_completed, 0);
	run_free(run);
}

/* More than fit into a request, which would be sent when it is full. */
static void test_render__sends_nothing_however_much_it_is(void)
{
	struct run *run = run_new();

	set(run, "batch.size", "2");
	set(run, "bulk.size.bytes", "100");
	CU_ASSERT_EQUAL(render(run, lines(run, 50)), CW_OK);
	CU_ASSERT_EQUAL(said.n, 50);
	CU_ASSERT_EQUAL(run->store.connections, 0);
	run_free(run);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "what put() sends", test_render__is_what_put_sends },
		{ "the index of each", test_render__says_the_index_of_each },
		{ "refused and left out", test_render__refuses_and_leaves_out },
		{ "more than a request", test_render__sends_nothing_however_much_it_is },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "previews of the access-log sink", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
