/* The benchmark's yardsticks must be right themselves: its lines, the documents made from them, the sink that counts. */
#include <jansson.h>
#include <string.h>

#include "bench/bulksink.h"
#include "bench/lines.h"
#include "unit.h"

static const char *document(const char *line)
{
	static char out[4096];
	char *end = cw_bench_document(line, strlen(line), out);

	if (!end)
		return NULL;
	*end = '\0';
	return out;
}

static void test_lines__are_the_same_every_time_and_152_bytes_on_average(void)
{
	char a[CW_BENCH_LINE_MAX], b[CW_BENCH_LINE_MAX];
	size_t total = 0;

	for (uint64_t k = 0; k < 10000; k++) {
		size_t n = cw_bench_line(k, 0, a);

		CU_ASSERT_EQUAL_FATAL(cw_bench_line(k, 0, b), n);
		CU_ASSERT_EQUAL_FATAL(memcmp(a, b, n), 0);
		total += n;
	}
	CU_ASSERT(total > 1500000 && total < 1540000);
}

static void test_lines__carry_the_stamp_in_the_referrer(void)
{
	char line[CW_BENCH_LINE_MAX];

	cw_bench_line(3, INT64_C(1769033020123456), line);
	CU_ASSERT_PTR_NOT_NULL(strstr(line, "?t=1769033020123456\" \""));
}

static void test_document__has_every_field(void)
{
	CU_ASSERT_STRING_EQUAL(
		document("9.180.123.170 - - [Jan 21 2026, 22:23:40] \"DELETE /contact HTTP/1.1\" 404 13444 "
			 "\"https://example.com\" \"Mozilla/5.0\""),
		"{\"ip\":\"9.180.123.170\",\"@timestamp\":\"2026-01-21T22:23:40\",\"method\":\"DELETE\",\"endpoint\":\"/contact\","
		"\"protocol\":\"HTTP/1.1\",\"status\":404,\"size\":13444,\"referrer\":\"https://example.com\","
		"\"user_agent\":\"Mozilla/5.0\"}\n");
}

static void test_document__of_each_line_is_json(void)
{
	char line[CW_BENCH_LINE_MAX], out[CW_BENCH_DOCUMENT_MAX(CW_BENCH_LINE_MAX)];

	for (uint64_t k = 0; k < 2000; k++) {
		size_t n = cw_bench_line(k, k % 2 ? 1769033020123456 : 0, line);
		char *end = cw_bench_document(line, n, out);
		json_t *json;

		CU_ASSERT_PTR_NOT_NULL_FATAL(end);
		json = json_loadb(out, (size_t)(end - out), 0, NULL);
		CU_ASSERT_EQUAL_FATAL(json_object_size(json), 9);
		json_decref(json);
	}
}

static void test_document__escapes_quotes_controls_and_broken_bytes(void)
{
	const char *text = document("::1 - - [Jan 21 2026, 22:23:40] \"GET /\xc3\xa4\xff HTTP/1.1\" 200 1 \"a\\\"b\x01\" \"c\\d\"");

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"endpoint\":\"/\xc3\xa4\xef\xbf\xbd\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"referrer\":\"a\\\"b\\u0001\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"user_agent\":\"c\\\\d\""));
}

static void test_document__refuses_what_is_no_such_line(void)
{
	static const char good[] = "1.2.3.4 - - [Jan 21 2026, 22:23:40] \"GET / HTTP/1.1\" 200 1 \"a\" \"b\"";
	char out[CW_BENCH_DOCUMENT_MAX(sizeof(good))];

	CU_ASSERT_PTR_NOT_NULL(cw_bench_document(good, sizeof(good) - 1, out));
	for (size_t n = 0; n < sizeof(good) - 1; n++)
		CU_ASSERT_PTR_NULL(cw_bench_document(good, n, out));
	CU_ASSERT_PTR_NULL(document("1.2.3.4 - - [Foo 21 2026, 22:23:40] \"GET / HTTP/1.1\" 200 1 \"a\" \"b\""));
	CU_ASSERT_PTR_NULL(document("1.2.3.4 - - [Jan 21 2026, 22:23:40] \"GET / HTTP/1.1\" 200 x \"a\" \"b\""));
	CU_ASSERT_PTR_NULL(document("1.2.3.4 - - [Jan 21 2026, 22:23:40] \"GET / HTTP/1.1\" 200 1 \"a\" \"b\" tail"));
}

static struct cw_bulksink sink = { .ids_lock = PTHREAD_MUTEX_INITIALIZER, .sample_lock = PTHREAD_MUTEX_INITIALIZER };

static json_t *bulk(struct cw_bulksink_loop *loop, const char *path, const char *body, int status)
{
	json_t *json;

	CU_ASSERT_EQUAL(cw_bulksink_bulk(loop, path, strlen(path), body, strlen(body)), status);
	json = json_loadb(loop->answer.p, loop->answer.n, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

static void free_loop(struct cw_bulksink_loop *loop)
{
	cw_buf_free(&loop->items);
	cw_buf_free(&loop->answer);
	free(loop->hashes);
	cw_bulksink_reset(&sink);
	cw_buf_free(&sink.sample);
}

static void test_bulksink__counts_documents_and_answers_as_the_filter_asks(void)
{
	struct cw_bulksink_loop loop = { .sink = &sink };
	static const char body[] = "{\"index\":{\"_id\":\"a+0+1\"}}\n{\"x\":1}\n{\"delete\":{\"_id\":\"b\"}}\n"
				   "{\"create\":{\"_index\":\"i\",\"_id\":\"a+0+1\"}}\n{\"x\":2}\n";
	json_t *json;

	CU_ASSERT_EQUAL(cw_bulksink_set(&sink, "ids=1", 5), 0);
	json = bulk(&loop, "/logs/_bulk", body, 200);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json, "items")), 3);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       json_object_get(json_array_get(json_object_get(json, "items"), 0), "index"), "_index")),
			       "logs");
	json_decref(json);
	json = bulk(&loop, "/logs/_bulk?filter_path=errors,items.*.error", body, 200);
	CU_ASSERT_PTR_NULL(json_object_get(json, "items"));
	CU_ASSERT_TRUE(json_is_false(json_object_get(json, "errors")));
	json_decref(json);
	CU_ASSERT_EQUAL(sink.counters[CW_BS_OK], 6);
	CU_ASSERT_EQUAL(sink.counters[CW_BS_DISTINCT], 2);
	CU_ASSERT_EQUAL(sink.counters[CW_BS_DUPLICATES], 4);
	CU_ASSERT_EQUAL(sink.counters[CW_BS_MALFORMED], 0);
	json_decref(bulk(&loop, "/logs/_bulk", "no json\n", 400));
	CU_ASSERT_EQUAL(sink.counters[CW_BS_MALFORMED], 1);
	CU_ASSERT_EQUAL(cw_bulksink_set(&sink, "ids=0", 5), 0);
	free_loop(&loop);
}

static void test_bulksink__refuses_items_on_request(void)
{
	struct cw_bulksink_loop loop = { .sink = &sink };
	json_t *json;

	CU_ASSERT_EQUAL(cw_bulksink_set(&sink, "item429=100", 11), 0);
	json = bulk(&loop, "/_bulk?filter_path=errors,items.*.error,items.*.status", "{\"index\":{}}\n{\"x\":1}\n", 200);
	CU_ASSERT_TRUE(json_is_true(json_object_get(json, "errors")));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(
				json_object_get(json_array_get(json_object_get(json, "items"), 0), "index"), "status")),
			429);
	json_decref(json);
	CU_ASSERT_EQUAL(sink.counters[CW_BS_OK], 0);
	CU_ASSERT_EQUAL(cw_bulksink_set(&sink, "item429=0", 9), 0);
	CU_ASSERT_EQUAL(cw_bulksink_set(&sink, "delay=1", 7), -1);
	free_loop(&loop);
}

static void test_bulksink__knows_latencies_within_three_percent(void)
{
	struct cw_buf json = { 0 };
	json_t *stats, *latency;

	for (int i = 1; i <= 1000; i++)
		cw_bulksink_latency(&sink, i * 10);
	cw_bulksink_stats(&sink, &json);
	stats = json_loadb(json.p, json.n, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stats);
	latency = json_object_get(stats, "latency");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(latency, "count")), 1000);
	CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(latency, "p50_us")), 5000, 160);
	CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(latency, "p99_us")), 9900, 310);
	CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(latency, "max_us")), 10000, 310);
	json_decref(stats);
	cw_buf_free(&json);
	cw_bulksink_reset(&sink);
}

int main(void)
{
	CU_TestInfo lines[] = { { "the same, of the same size", test_lines__are_the_same_every_time_and_152_bytes_on_average },
				{ "the stamp", test_lines__carry_the_stamp_in_the_referrer },
				CU_TEST_INFO_NULL };
	CU_TestInfo documents[] = { { "every field", test_document__has_every_field },
				    { "valid JSON", test_document__of_each_line_is_json },
				    { "escapes", test_document__escapes_quotes_controls_and_broken_bytes },
				    { "refuses", test_document__refuses_what_is_no_such_line },
				    CU_TEST_INFO_NULL };
	CU_TestInfo sinks[] = { { "counts and answers", test_bulksink__counts_documents_and_answers_as_the_filter_asks },
				{ "refuses items", test_bulksink__refuses_items_on_request },
				{ "latencies", test_bulksink__knows_latencies_within_three_percent },
				CU_TEST_INFO_NULL };
	CU_SuiteInfo suites[] = { { "bench lines", NULL, NULL, NULL, NULL, lines },
				  { "bench documents", NULL, NULL, NULL, NULL, documents },
				  { "bulksink", NULL, NULL, NULL, NULL, sinks },
				  CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
