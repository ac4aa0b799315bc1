/* Queries, aggregations and searches of connect-devstore. */
#include "devstore/aggs.h"
#include "devstore/filter_path.h"
#include "devstore/query.h"
#include "devstore/search.h"
#include "test_devstore.h"

/* ---- queries ------------------------------------------------------------------------------- */

static const char document_text[] =
	"{\"ip\":\"9.180.123.170\",\"status\":404,\"size\":13444,\"@timestamp\":\"2026-01-21T22:23:40\",\"method\":"
	"[\"DELETE\",\"GET\"],\"ok\":false,\"took\":0.5,\"agent\":\"Mozilla/5.0 "
	"(Macintosh)\",\"geo\":{\"city\":\"Bonn\"}}";

/* 1 or 0, -1 for an error. */
static int ask(const char *dsl, struct cw_es_error *err)
{
	struct cw_mapping *mapping = make_mapping(mappings_text);
	json_t *json = parse(dsl), *source = parse(document_text);
	struct cw_document document = { .index = "logs", .id = "t+0+5", .source = source };
	struct cw_query *query = cw_query_new(json, NOW_MS, err);
	int result = -1;

	if (query && cw_query_bind(query, mapping, err) == 0)
		result = cw_query_matches(query, &document);
	cw_query_free(query);
	json_decref(json);
	json_decref(source);
	cw_mapping_free(mapping);
	return result;
}

static void test_query__answers_by_the_type_of_the_field(void)
{
	static const struct {
		const char *dsl;
		int hit;
	} cases[] = {
		{ "{\"match_all\":{}}", 1 },
		{ "{\"match_none\":{}}", 0 },
		{ "{\"term\":{\"status\":404}}", 1 },
		{ "{\"term\":{\"status\":\"404\"}}", 1 },
		{ "{\"term\":{\"status\":{\"value\":200}}}", 0 },
		{ "{\"term\":{\"status\":99999}}", 0 },
		{ "{\"term\":{\"method\":\"GET\"}}", 1 },
		{ "{\"term\":{\"method\":\"get\"}}", 0 },
		{ "{\"term\":{\"method\":{\"value\":\"get\",\"case_insensitive\":true}}}", 1 },
		{ "{\"term\":{\"ok\":false}}", 1 },
		{ "{\"term\":{\"took\":0.5}}", 1 },
		{ "{\"term\":{\"ip\":\"9.180.123.170\"}}", 1 },
		{ "{\"term\":{\"ip\":\"9.180.0.0/16\"}}", 1 },
		{ "{\"term\":{\"ip\":\"9.180.123.128/29\"}}", 0 },
		{ "{\"term\":{\"geo.city\":\"Bonn\"}}", 1 },
		{ "{\"term\":{\"nowhere\":1}}", 0 },
		{ "{\"term\":{\"@timestamp\":\"2026-01-21T22:23:40Z\"}}", 1 },
		{ "{\"term\":{\"_id\":\"t+0+5\"}}", 1 },
		{ "{\"term\":{\"_index\":\"logs\"}}", 1 },
		{ "{\"terms\":{\"status\":[200,404]}}", 1 },
		{ "{\"terms\":{\"status\":[]}}", 0 },
		{ "{\"match\":{\"agent\":\"macintosh firefox\"}}", 1 },
		{ "{\"match\":{\"agent\":{\"query\":\"macintosh firefox\",\"operator\":\"and\"}}}", 0 },
		{ "{\"match\":{\"agent.raw\":\"Mozilla\"}}", 0 },
		{ "{\"range\":{\"status\":{\"gte\":400,\"lt\":500}}}", 1 },
		{ "{\"range\":{\"status\":{\"gt\":404}}}", 0 },
		{ "{\"range\":{\"status\":{\"gt\":403.5}}}", 1 },
		{ "{\"range\":{\"@timestamp\":{\"gte\":\"now-1m\",\"lte\":\"now\"}}}", 1 },
		{ "{\"range\":{\"@timestamp\":{\"gte\":\"2026-01-21||/d\",\"lte\":\"2026-01-21||/d\"}}}", 1 },
		{ "{\"range\":{\"@timestamp\":{\"gt\":\"2026-01-21||/d\"}}}", 0 },
		{ "{\"range\":{\"@timestamp\":{\"lte\":\"2026-01-21\"}}}", 1 },
		{ "{\"range\":{\"@timestamp\":{\"lt\":\"2026-01-21\"}}}", 0 },
		{ "{\"range\":{\"@timestamp\":{\"gt\":\"2026-01-21T22:23\"}}}", 0 },
		{ "{\"range\":{\"ip\":{\"gte\":\"9.0.0.0\",\"lte\":\"9.255.255.255\"}}}", 1 },
		{ "{\"range\":{\"method\":{\"gte\":\"E\",\"lt\":\"H\"}}}", 1 },
		{ "{\"exists\":{\"field\":\"geo\"}}", 1 },
		{ "{\"exists\":{\"field\":\"geo.zip\"}}", 0 },
		{ "{\"prefix\":{\"method\":\"DEL\"}}", 1 },
		{ "{\"wildcard\":{\"agent.raw\":{\"value\":\"Moz*Mac*\"}}}", 1 },
		{ "{\"ids\":{\"values\":[\"x\",\"t+0+5\"]}}", 1 },
		{ "{\"bool\":{}}", 1 },
		{ "{\"bool\":{\"must\":{\"term\":{\"status\":404}},\"filter\":[{\"term\":{\"method\":\"GET\"}}]}}", 1 },
		{ "{\"bool\":{\"must_not\":[{\"term\":{\"status\":404}}]}}", 0 },
		{ "{\"bool\":{\"should\":[{\"term\":{\"status\":1}},{\"term\":{\"status\":404}}]}}", 1 },
		{ "{\"bool\":{\"should\":[{\"term\":{\"status\":1}}]}}", 0 },
		{ "{\"bool\":{\"filter\":[{\"match_all\":{}}],\"should\":[{\"term\":{\"status\":1}}]}}", 1 },
		{ "{\"bool\":{\"should\":[{\"term\":{\"status\":404}},{\"term\":{\"ok\":true}}],\"minimum_should_"
		  "match\":2}}",
		  0 },
		{ "{\"constant_score\":{\"filter\":{\"term\":{\"status\":404}}}}", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };
		int hit = ask(cases[i].dsl, &err);

		CU_ASSERT_EQUAL(hit, cases[i].hit);
		if (hit != cases[i].hit)
			fprintf(stderr, "\n  %s: %d %s\n", cases[i].dsl, hit, err.reason);
	}
}

static void test_query__says_what_it_does_not_understand(void)
{
	static const struct {
		const char *dsl, *reason;
	} cases[] = {
		{ "{}", "a query is an object with one key" },
		{ "[]", "a query is an object with one key" },
		{ "{\"term\":{\"a\":1},\"range\":{}}", "this one has 2" },
		{ "{\"trem\":{\"a\":1}}", "unknown query [trem] did you mean [term]?" },
		{ "{\"script\":{}}", "unknown query [script]" },
		{ "{\"term\":5}", "[term] query malformed" },
		{ "{\"term\":{\"a\":1,\"b\":2}}", "doesn't support multiple fields, found [a] and [b]" },
		{ "{\"term\":{\"a\":[1]}}", "[term] query needs one value" },
		{ "{\"terms\":{\"a\":1}}", "[terms] query needs an array" },
		{ "{\"range\":{\"status\":{\"from\":1}}}", "[range] query does not support [from]" },
		{ "{\"term\":{\"status\":\"many\"}}", "\"many\" is no value for field [status] of type [short]" },
		{ "{\"range\":{\"@timestamp\":{\"gte\":\"yesterday\"}}}",
		  "\"yesterday\" is no value for field [@timestamp]" },
		{ "{\"term\":{\"ip\":\"1.2.3.0/99\"}}", "is no value for field [ip]" },
		{ "{\"bool\":{\"most\":[]}}", "[bool] query does not support [most]" },
		{ "{\"bool\":{\"must\":[{\"bool\":{\"must\":[{\"nope\":{}}]}}]}}", "unknown query [nope]" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };

		CU_ASSERT_EQUAL(ask(cases[i].dsl, &err), -1);
		CU_ASSERT_EQUAL(err.status, 400);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.reason, cases[i].reason));
		if (!strstr(err.reason, cases[i].reason))
			fprintf(stderr, "\n  %s: %s\n", cases[i].dsl, err.reason);
	}
}

/* ---- aggregations -------------------------------------------------------------------------- */

static const char *const agg_documents[] = {
	"{\"method\":\"GET\",\"status\":200,\"size\":10,\"@timestamp\":\"2026-01-21T22:23:40\",\"ip\":\"1.2.3.4\"}",
	"{\"method\":\"GET\",\"status\":500,\"size\":20,\"@timestamp\":\"2026-01-21T22:23:59\",\"ip\":\"1.2.3.4\"}",
	"{\"method\":\"POST\",\"status\":200,\"size\":30,\"@timestamp\":\"2026-01-21T22:25:00\",\"ip\":\"::1\"}",
	"{\"method\":[\"PUT\",\"PUT\"],\"status\":404,\"@timestamp\":\"2026-01-21T23:00:00\",\"ok\":true}",
};

static json_t *aggregate(const char *dsl, struct cw_es_error *err)
{
	struct cw_mapping *mapping = make_mapping(mappings_text);
	json_t *json = parse(dsl), *out = NULL;
	struct cw_aggs *aggs = cw_aggs_new(json, NOW_MS, err);

	if (aggs && cw_aggs_bind(aggs, mapping, err) == 0) {
		for (size_t i = 0; i < sizeof(agg_documents) / sizeof(agg_documents[0]); i++) {
			json_t *source = parse(agg_documents[i]);
			struct cw_document document = { .index = "logs", .id = "x", .source = source };

			cw_aggs_collect(aggs, &document);
			json_decref(source);
		}
		out = cw_aggs_render(aggs, err);
	}
	cw_aggs_free(aggs);
	json_decref(json);
	cw_mapping_free(mapping);
	return out;
}

static void test_aggs__count_terms_in_order(void)
{
	struct cw_es_error err = { 0 };

	CU_ASSERT_TRUE(same(aggregate("{\"m\":{\"terms\":{\"field\":\"method\",\"size\":2}}}", &err),
			    "{\"m\":{\"doc_count_error_upper_bound\":0,\"sum_other_doc_count\":1,\"buckets\":"
			    "[{\"key\":\"GET\",\"doc_count\":2},{\"key\":\"POST\",\"doc_count\":1}]}}"));
	CU_ASSERT_TRUE(
		same(aggregate("{\"s\":{\"terms\":{\"field\":\"status\",\"order\":{\"_key\":\"desc\"}}}}", &err),
		     "{\"s\":{\"doc_count_error_upper_bound\":0,\"sum_other_doc_count\":0,\"buckets\":"
		     "[{\"key\":500,\"doc_count\":1},{\"key\":404,\"doc_count\":1},{\"key\":200,\"doc_count\":2}]}}"));
	CU_ASSERT_TRUE(same(
		aggregate("{\"s\":{\"terms\":{\"field\":\"method\",\"order\":{\"z\":\"desc\"},\"size\":1},\"aggs\":"
			  "{\"z\":{\"sum\":{\"field\":\"size\"}}}}}",
			  &err),
		"{\"s\":{\"doc_count_error_upper_bound\":0,\"sum_other_doc_count\":2,\"buckets\":"
		"[{\"key\":\"GET\",\"doc_count\":2,\"z\":{\"value\":30.0}}]}}"));
	CU_ASSERT_TRUE(
		same(aggregate("{\"i\":{\"terms\":{\"field\":\"ip\"}},\"o\":{\"terms\":{\"field\":\"ok\"}}}", &err),
		     "{\"i\":{\"doc_count_error_upper_bound\":0,\"sum_other_doc_count\":0,\"buckets\":"
		     "[{\"key\":\"1.2.3.4\",\"doc_count\":2},{\"key\":\"::1\",\"doc_count\":1}]},"
		     "\"o\":{\"doc_count_error_upper_bound\":0,\"sum_other_doc_count\":0,\"buckets\":"
		     "[{\"key\":1,\"key_as_string\":\"true\",\"doc_count\":1}]}}"));
	CU_ASSERT_TRUE(same(aggregate("{\"n\":{\"terms\":{\"field\":\"not.there\"}}}", &err),
			    "{\"n\":{\"doc_count_error_upper_bound\":0,\"sum_other_doc_count\":0,\"buckets\":[]}}"));
	CU_ASSERT_EQUAL(err.status, 0);
}

static void test_aggs__fill_the_gaps_of_a_histogram(void)
{
	struct cw_es_error err = { 0 };

	CU_ASSERT_TRUE(same(
		aggregate("{\"t\":{\"date_histogram\":{\"field\":\"@timestamp\",\"fixed_interval\":\"1m\",\"format\":"
			  "\"HH:mm\",\"min_doc_count\":1},\"aggs\":{\"bad\":{\"filter\":{\"range\":{\"status\":{"
			  "\"gte\":500}}}}}}}",
			  &err),
		"{\"t\":{\"buckets\":["
		"{\"key_as_string\":\"22:23\",\"key\":1769034180000,\"doc_count\":2,\"bad\":{\"doc_count\":1}},"
		"{\"key_as_string\":\"22:25\",\"key\":1769034300000,\"doc_count\":1,\"bad\":{\"doc_count\":0}},"
		"{\"key_as_string\":\"23:00\",\"key\":1769036400000,\"doc_count\":1,\"bad\":{\"doc_count\":0}}]}}"));
	CU_ASSERT_TRUE(same(
		aggregate("{\"t\":{\"date_histogram\":{\"field\":\"@timestamp\",\"fixed_interval\":\"15m\"}}}", &err),
		"{\"t\":{\"buckets\":["
		"{\"key_as_string\":\"2026-01-21T22:15:00.000Z\",\"key\":1769033700000,\"doc_count\":3},"
		"{\"key_as_string\":\"2026-01-21T22:30:00.000Z\",\"key\":1769034600000,\"doc_count\":0},"
		"{\"key_as_string\":\"2026-01-21T22:45:00.000Z\",\"key\":1769035500000,\"doc_count\":0},"
		"{\"key_as_string\":\"2026-01-21T23:00:00.000Z\",\"key\":1769036400000,\"doc_count\":1}]}}"));
	CU_ASSERT_TRUE(same(
		aggregate(
			"{\"t\":{\"date_histogram\":{\"field\":\"@timestamp\",\"calendar_interval\":\"day\"},\"aggs\":"
			"{\"h\":{\"date_histogram\":{\"field\":\"@timestamp\",\"calendar_interval\":\"hour\"}}}}}",
			&err),
		"{\"t\":{\"buckets\":[{\"key_as_string\":\"2026-01-21T00:00:00.000Z\",\"key\":1768953600000,"
		"\"doc_count\":4,\"h\":{\"buckets\":["
		"{\"key_as_string\":\"2026-01-21T22:00:00.000Z\",\"key\":1769032800000,\"doc_count\":3},"
		"{\"key_as_string\":\"2026-01-21T23:00:00.000Z\",\"key\":1769036400000,\"doc_count\":1}]}}]}}"));
	CU_ASSERT_EQUAL(err.status, 0);
}

static void test_aggs__work_out_numbers(void)
{
	struct cw_es_error err = { 0 };

	CU_ASSERT_TRUE(
		same(aggregate("{\"s\":{\"stats\":{\"field\":\"size\"}},\"c\":{\"cardinality\":{\"field\":\"method\"}},"
			       "\"v\":{\"value_count\":{\"field\":\"method\"}},\"m\":{\"max\":{\"field\":\"took\"}}}",
			       &err),
		     "{\"s\":{\"count\":3,\"min\":10.0,\"max\":30.0,\"avg\":20.0,\"sum\":60.0},\"c\":{\"value\":3},"
		     "\"v\":{\"value\":5},\"m\":{\"value\":null}}"));
	CU_ASSERT_TRUE(same(aggregate("{\"f\":{\"filters\":{\"filters\":{\"bad\":{\"term\":{\"status\":500}},\"none\":"
				      "{\"match_none\":{}}}}}}",
				      &err),
			    "{\"f\":{\"buckets\":{\"bad\":{\"doc_count\":1},\"none\":{\"doc_count\":0}}}}"));
	CU_ASSERT_EQUAL(err.status, 0);
}

static void test_aggs__say_what_they_do_not_understand(void)
{
	static const struct {
		const char *dsl, *reason;
	} cases[] = {
		{ "[]", "aggregations are an object" },
		{ "{\"a\":{}}", "Missing definition" },
		{ "{\"a\":{\"term\":{\"field\":\"status\"}}}", "did you mean [terms]?" },
		{ "{\"a\":{\"terms\":{\"field\":\"status\"},\"sum\":{\"field\":\"size\"}}}",
		  "Found two aggregation type" },
		{ "{\"a\":{\"terms\":{}}}", "needs [field]" },
		{ "{\"a\":{\"terms\":{\"field\":\"status\",\"size\":0}}}", "[size] of aggregation [a]" },
		{ "{\"a\":{\"terms\":{\"field\":\"agent\"}}}", "Fielddata is disabled on [agent]" },
		{ "{\"a\":{\"terms\":{\"field\":\"status\",\"order\":{\"x\":\"asc\"}}}}", "order path [x]" },
		{ "{\"a\":{\"sum\":{\"field\":\"method\"}}}", "of type [keyword] is not supported" },
		{ "{\"a\":{\"sum\":{\"field\":\"size\"},\"aggs\":{\"b\":{\"max\":{\"field\":\"size\"}}}}}",
		  "cannot have sub-aggregations" },
		{ "{\"a\":{\"date_histogram\":{\"field\":\"@timestamp\"}}}",
		  "either [fixed_interval] or [calendar_interval]" },
		{ "{\"a\":{\"date_histogram\":{\"field\":\"@timestamp\",\"fixed_interval\":\"1M\"}}}",
		  "[fixed_interval] is such as" },
		{ "{\"a\":{\"date_histogram\":{\"field\":\"@timestamp\",\"calendar_interval\":\"2d\"}}}",
		  "[calendar_interval] is one of" },
		{ "{\"a\":{\"date_histogram\":{\"field\":\"status\",\"fixed_interval\":\"1m\"}}}",
		  "of type [short] is not supported" },
		{ "{\"a\":{\"date_histogram\":{\"field\":\"@timestamp\",\"fixed_interval\":\"1ms\"}}}",
		  "too many buckets" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };

		CU_ASSERT_PTR_NULL(aggregate(cases[i].dsl, &err));
		CU_ASSERT_EQUAL(err.status, 400);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.reason, cases[i].reason));
		if (!strstr(err.reason, cases[i].reason))
			fprintf(stderr, "\n  %s: %s\n", cases[i].dsl, err.reason);
	}
}

/* ---- searching ----------------------------------------------------------------------------- */

static struct cw_store *store_of(size_t n)
{
	struct cw_store *store = cw_store_open(":memory:", NULL);
	struct cw_es_error err = { 0 };

	set_template(store, "t",
		     "{\"index_patterns\":[\"logs\"],\"template\":{\"mappings\":{\"properties\":{\"n\":{\"type\":"
		     "\"long\"},\"k\":{\"type\":\"keyword\"},\"t\":{\"type\":\"text\"}}}}}");
	cw_store_begin(store, &err);
	for (size_t i = 0; i < n; i++) {
		CW_AUTO_FREE char *id = cw_format("%zu", i);
		CW_AUTO_FREE char *source =
			i % 10 == 9 ? cw_strdup("{\"k\":\"none\"}")
				    : cw_format("{\"n\":%zu,\"k\":\"%c\"}", (i * 7) % n, (char)('a' + i % 3));
		struct cw_write write = doc(CW_BULK_INDEX, id, source);
		struct cw_written w;

		cw_write_apply(store, &write, &w, &err);
	}
	cw_store_commit(store, &err);
	return store;
}

static json_t *search(struct cw_store *store, const char *body, struct cw_es_error *err)
{
	json_t *json = parse(body), *out = NULL;
	struct cw_search *s = cw_search_new(json, NOW_MS, err);

	if (s && cw_search_run(s, cw_store_index_at(store, 0), err) == 0)
		out = cw_search_render(s, 0, err);
	cw_search_free(s);
	json_decref(json);
	return out;
}

static bool finds(struct cw_store *store, const char *body, const char *filter, const char *expected)
{
	struct cw_es_error err = { 0 };
	json_t *answer = search(store, body, &err), *kept;

	if (!answer) {
		fprintf(stderr, "\n  %s: %s\n", body, err.reason);
		return false;
	}
	kept = cw_filter_apply(filter, answer);
	json_decref(answer);
	return same(kept, expected);
}

static void test_search__sorts_cuts_and_counts(void)
{
	struct cw_store *store = store_of(1000);

	CU_ASSERT_TRUE(finds(store, "{\"size\":2}", "hits.total,hits.hits._id",
			     "{\"hits\":{\"total\":{\"value\":1000,\"relation\":\"eq\"},\"hits\":[{\"_id\":\"0\"},{\"_"
			     "id\":\"1\"}]}}"));
	CU_ASSERT_TRUE(finds(store, "{\"size\":2,\"from\":1,\"sort\":[{\"n\":\"desc\"}]}", "hits.hits.sort",
			     "{\"hits\":{\"hits\":[{\"sort\":[998]},{\"sort\":[997]}]}}"));
	CU_ASSERT_TRUE(finds(
		store, "{\"size\":1,\"sort\":[\"k\",{\"n\":{\"order\":\"asc\"}}],\"_source\":[\"k\"],\"version\":true}",
		"hits.hits",
		"{\"hits\":{\"hits\":[{\"_index\":\"logs\",\"_id\":\"0\",\"_version\":1,\"_score\":null,"
		"\"_source\":{\"k\":\"a\"},\"sort\":[\"a\",0]}]}}"));
	CU_ASSERT_TRUE(finds(store, "{\"size\":1,\"from\":999,\"sort\":{\"n\":\"desc\"}}",
			     "hits.hits.sort,hits.hits._source",
			     "{\"hits\":{\"hits\":[{\"_source\":{\"k\":\"none\"},\"sort\":[null]}]}}"));
	CU_ASSERT_TRUE(finds(store, "{\"size\":0,\"query\":{\"range\":{\"n\":{\"lt\":100}}},\"track_total_hits\":10}",
			     "hits.total", "{\"hits\":{\"total\":{\"value\":10,\"relation\":\"gte\"}}}"));
	CU_ASSERT_TRUE(finds(store, "{\"size\":0,\"track_total_hits\":false}", "hits",
			     "{\"hits\":{\"max_score\":null,\"hits\":[]}}"));
	CU_ASSERT_TRUE(finds(
		store,
		"{\"size\":0,\"query\":{\"term\":{\"k\":\"none\"}},\"aggs\":{\"k\":{\"terms\":{\"field\":\"k\"}}}}",
		"hits.total.value,aggregations.k.buckets",
		"{\"hits\":{\"total\":{\"value\":100}},\"aggregations\":{\"k\":{\"buckets\":[{\"key\":\"none\","
		"\"doc_count\":100}]}}}"));
	cw_store_close(store);
}

static void test_search__says_what_it_does_not_understand(void)
{
	static const struct {
		const char *body, *reason;
	} cases[] = {
		{ "{\"sizes\":1}", "unknown key [sizes]" },
		{ "{\"size\":-1}", "[size] must be a whole number" },
		{ "{\"size\":10001}", "Result window is too large" },
		{ "{\"sort\":[{\"n\":\"down\"}]}", "[sort] order is" },
		{ "{\"sort\":[{\"zz\":\"asc\"}]}", "No mapping found for [zz]" },
		{ "{\"sort\":[\"t\"]}", "Fielddata is disabled on [t]" },
		{ "{\"track_total_hits\":\"x\"}", "[track_total_hits]" },
		{ "{\"query\":{\"term\":{\"n\":\"x\"}}}", "no value for field [n]" },
	};
	struct cw_store *store = store_of(10);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };

		CU_ASSERT_PTR_NULL(search(store, cases[i].body, &err));
		CU_ASSERT_PTR_NOT_NULL(strstr(err.reason, cases[i].reason));
		if (!strstr(err.reason, cases[i].reason))
			fprintf(stderr, "\n  %s: %s\n", cases[i].body, err.reason);
	}
	cw_store_close(store);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "queries", test_query__answers_by_the_type_of_the_field },
		{ "broken queries", test_query__says_what_it_does_not_understand },
		{ "terms", test_aggs__count_terms_in_order },
		{ "date_histogram", test_aggs__fill_the_gaps_of_a_histogram },
		{ "metrics", test_aggs__work_out_numbers },
		{ "broken aggregations", test_aggs__say_what_they_do_not_understand },
		{ "search", test_search__sorts_cuts_and_counts },
		{ "broken searches", test_search__says_what_it_does_not_understand },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "devstore search", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
