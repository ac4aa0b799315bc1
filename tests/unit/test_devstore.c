/* The pure parts of connect-devstore: names, dates, bulk bodies, mappings, faults. */
#include "devstore/bulk.h"
#include "devstore/date_format.h"
#include "devstore/faults.h"
#include "devstore/filter_path.h"
#include "devstore/wildcard.h"
#include "test_devstore.h"

/* ---- names and paths ----------------------------------------------------------------------- */

static void test_wildcard__matches_lists_and_exclusions(void)
{
	CU_ASSERT_TRUE(cw_wildcard_match("a*c*", 4, "abcd", 4));
	CU_ASSERT_FALSE(cw_wildcard_match("a*c", 3, "abcd", 4));
	CU_ASSERT_TRUE(cw_wildcard_match("*", 1, "", 0));
	CU_ASSERT_TRUE(cw_wildcard_list("x,access-logs-*", "access-logs-2026.01.21"));
	CU_ASSERT_FALSE(cw_wildcard_list("access-logs-*,-access-logs-2026*", "access-logs-2026.01.21"));
	CU_ASSERT_FALSE(cw_wildcard_list("", "a"));
}

static void test_filter_path__keeps_what_it_names_and_drops_emptied_items(void)
{
	static const char answer[] =
		"{\"took\":1,\"errors\":true,\"items\":[{\"index\":{\"_id\":\"1\",\"status\":201}},"
		"{\"create\":{\"_id\":\"2\",\"status\":409,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}]}";
	json_t *value = parse(answer);

	CU_ASSERT_TRUE(
		same(cw_filter_apply("errors,items.*.status", value),
		     "{\"errors\":true,\"items\":[{\"index\":{\"status\":201}},{\"create\":{\"status\":409}}]}"));
	CU_ASSERT_TRUE(same(cw_filter_apply("items.*.error", value),
			    "{\"items\":[{\"create\":{\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}]}"));
	CU_ASSERT_TRUE(
		same(cw_filter_apply("**.type", value), "{\"items\":[{\"create\":{\"error\":{\"type\":\"t\"}}}]}"));
	CU_ASSERT_TRUE(same(cw_filter_apply("-items", value), "{\"took\":1,\"errors\":true}"));
	CU_ASSERT_TRUE(same(cw_filter_apply("nothing", value), "{}"));
	CU_ASSERT_TRUE(same(cw_filter_apply("", value), answer));
	json_decref(value);
	CU_ASSERT_TRUE(cw_filter_keeps("took,items.*.error.type", "items.index.error.type"));
	CU_ASSERT_FALSE(cw_filter_keeps("took,items.*.error.type", "items.index.error.reason"));
}

/* ---- dates --------------------------------------------------------------------------------- */

static int64_t date(const char *spec, const char *text)
{
	struct cw_date_format *format = cw_date_format_new(spec, NULL);
	int64_t ms = -1;

	if (!format || !cw_date_parse(format, text, &ms))
		ms = -1;
	cw_date_format_free(format);
	return ms;
}

static void test_date__reads_names_patterns_and_alternatives(void)
{
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026-01-21T22:23:40"), NOW_MS);
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026-01-21T22:23:40.123Z"), NOW_MS + 123);
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026-01-22T00:23:40+02:00"), NOW_MS);
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026"), INT64_C(1767225600000));
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "1769034220000"), NOW_MS);
	CU_ASSERT_EQUAL(date("epoch_second", "1769034220"), NOW_MS);
	CU_ASSERT_EQUAL(date("yyyy-MM-dd'T'HH:mm:ss", "2026-01-21T22:23:40"), NOW_MS);
	CU_ASSERT_EQUAL(date("dd/MMM/yyyy:HH:mm:ss Z", "21/Jan/2026:23:23:40 +0100"), NOW_MS);
	CU_ASSERT_EQUAL(date("basic_date||yyyy-MM-dd", "20260121"), INT64_C(1768953600000));
}

static void test_date__refuses_what_is_none(void)
{
	const char *reason = NULL;

	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026-13-01"), -1);
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026-02-29"), -1);
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026-01-21T24:00:00"), -1);
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, "2026-01-21 22:23:40"), -1);
	CU_ASSERT_EQUAL(date(CW_DATE_DEFAULT, ""), -1);
	CU_ASSERT_EQUAL(date("yyyy-MM-dd", "2026-01-21T00:00:00"), -1);
	CU_ASSERT_PTR_NULL(cw_date_format_new("no_such_format", &reason));
	CU_ASSERT_PTR_NOT_NULL(reason);
	CU_ASSERT_PTR_NULL(cw_date_format_new("", &reason));
	CU_ASSERT_PTR_NULL(cw_date_format_new("yyyy'T", &reason));
}

static void test_date__prints_rounds_and_adds(void)
{
	struct cw_date_format *iso = cw_date_format_new(CW_DATE_DEFAULT, NULL);
	struct cw_date_format *pattern = cw_date_format_new("dd/MMM/yyyy:HH:mm:ss.SSS", NULL);
	struct cw_buf text = { 0 };
	int64_t ms = 0;

	cw_date_print(iso, NOW_MS + 5, &text);
	cw_buf_puts(&text, " ");
	cw_date_print(pattern, NOW_MS + 5, &text);
	CU_ASSERT_STRING_EQUAL(text.p, "2026-01-21T22:23:40.005Z 21/Jan/2026:22:23:40.005");
	cw_buf_free(&text);
	CU_ASSERT_EQUAL(cw_date_floor(NOW_MS, 'd'), date(CW_DATE_DEFAULT, "2026-01-21"));
	CU_ASSERT_EQUAL(cw_date_floor(NOW_MS, 'w'), date(CW_DATE_DEFAULT, "2026-01-19"));
	CU_ASSERT_EQUAL(cw_date_floor(NOW_MS, 'M'), date(CW_DATE_DEFAULT, "2026-01-01"));
	CU_ASSERT_EQUAL(cw_date_floor(date(CW_DATE_DEFAULT, "2026-06-15"), 'Q'), date(CW_DATE_DEFAULT, "2026-04-01"));
	CU_ASSERT_EQUAL(cw_date_floor(-1, 'd'), -86400000);
	CU_ASSERT_EQUAL(cw_date_add(date(CW_DATE_DEFAULT, "2024-01-31"), 1, 'M'), date(CW_DATE_DEFAULT, "2024-02-29"));
	CU_ASSERT_TRUE(cw_date_math(iso, "now-1h/h", NOW_MS, false, &ms));
	CU_ASSERT_EQUAL(ms, date(CW_DATE_DEFAULT, "2026-01-21T21:00:00"));
	CU_ASSERT_TRUE(cw_date_math(iso, "2026-01-21||/d", NOW_MS, true, &ms));
	CU_ASSERT_EQUAL(ms, date(CW_DATE_DEFAULT, "2026-01-21T23:59:59.999"));
	CU_ASSERT_TRUE(cw_date_math(iso, "2026-01", NOW_MS, true, &ms));
	CU_ASSERT_EQUAL(ms, date(CW_DATE_DEFAULT, "2026-01-31T23:59:59.999"));
	CU_ASSERT_TRUE(cw_date_math(pattern, "21/Jan/2026:22:23:40.005", NOW_MS, true, &ms));
	CU_ASSERT_EQUAL(ms, NOW_MS + 5);
	CU_ASSERT_FALSE(cw_date_math(iso, "now*2", NOW_MS, false, &ms));
	CU_ASSERT_FALSE(cw_date_math(iso, "now-1x", NOW_MS, false, &ms));
	CU_ASSERT_EQUAL(cw_date_interval("90s"), 90000);
	CU_ASSERT_EQUAL(cw_date_interval("1M"), -1);
	CU_ASSERT_EQUAL(cw_date_interval("0s"), -1);
	cw_date_format_free(iso);
	cw_date_format_free(pattern);
}

/* ---- bulk ---------------------------------------------------------------------------------- */

static void test_bulk__takes_every_action_apart(void)
{
	static const char body[] =
		"{\"index\":{\"_index\":\"a\",\"_id\":\"1\",\"version\":7,\"version_type\":\"external\"}}\r\n"
		"{\"x\":1}\r\n\n"
		"{\"delete\":{\"_id\":\"2\",\"if_seq_no\":\"3\",\"if_primary_term\":1}}\n"
		"{\"create\":{\"pipeline\":\"p\"}}\n{}\n"
		"{\"update\":{\"_id\":\"4\"}}\n{\"doc\":{}}\n";
	struct cw_es_error err = { 0 };
	struct cw_bulk bulk = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_bulk_parse(body, strlen(body), "b", &bulk, &err), 0);
	CU_ASSERT_EQUAL_FATAL(bulk.n, 4);
	CU_ASSERT_STRING_EQUAL(bulk.items[0].write.index, "a");
	CU_ASSERT_EQUAL(bulk.items[0].write.version, 7);
	CU_ASSERT_EQUAL(bulk.items[0].write.version_type, CW_VERSION_EXTERNAL);
	CU_ASSERT_EQUAL(bulk.items[0].write.source.n, strlen("{\"x\":1}"));
	CU_ASSERT_EQUAL(bulk.items[1].write.op, CW_BULK_DELETE);
	CU_ASSERT_STRING_EQUAL(bulk.items[1].write.index, "b");
	CU_ASSERT_EQUAL(bulk.items[1].write.if_seq_no, 3);
	CU_ASSERT_PTR_NULL(bulk.items[2].write.id);
	CU_ASSERT_STRING_EQUAL(bulk.items[2].write.pipeline, "p");
	CU_ASSERT_EQUAL(bulk.items[3].write.op, CW_BULK_UPDATE);
	cw_bulk_free(&bulk);
}

static void test_bulk__refuses_a_broken_request_as_a_whole_and_says_where(void)
{
	static const struct {
		const char *body, *reason;
	} cases[] = {
		{ "", "request body is required" },
		{ "\n", "no requests added" },
		{ "{\"delete\":{\"_id\":\"1\"}}", "terminated by a newline" },
		{ "{\"index\":{}}\n", "line [1] is the last one" },
		{ "{\"delete\":{}}\n", "1: id is missing" },
		{ "{\"index\":{}}\n{}\n{\"foo\":{}}\n{}\n", "line [3], expected field [create]" },
		{ "[1]\n", "line [1], expected START_OBJECT but found [START_ARRAY]" },
		{ "\"x\"\n", "found [VALUE_STRING]" },
		{ "{\"index\":{}\n{}\n", "Malformed action/metadata line [1]" },
		{ "{\"index\":1}\n{}\n", "expected START_OBJECT after [index]" },
		{ "{\"index\":{},\"create\":{}}\n{}\n", "expected one action but found 2" },
		{ "{\"index\":{\"_idx\":\"1\"}}\n{}\n", "unknown parameter [_idx]" },
		{ "{\"index\":{\"_id\":1}}\n{}\n", "[_id] must be a string" },
		{ "{\"index\":{\"version\":\"x\"}}\n{}\n", "no valid value for [version]" },
		{ "{\"index\":{\"_id\":\"1\",\"version\":1}}\n{}\n", "internal versioning can not be used" },
		{ "{\"index\":{\"_id\":\"1\",\"version_type\":\"external\"}}\n{}\n", "needs a version" },
		{ "{\"index\":{\"version\":1,\"version_type\":\"external\"}}\n{}\n", "an id must be provided" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };
		struct cw_bulk bulk = { 0 };

		CU_ASSERT_EQUAL(cw_bulk_parse(cases[i].body, strlen(cases[i].body), "b", &bulk, &err), -1);
		CU_ASSERT_EQUAL(err.status, 400);
		if (!strstr(err.reason, cases[i].reason))
			fprintf(stderr, "\n  case %zu: %s\n", i, err.reason);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.reason, cases[i].reason));
		CU_ASSERT_PTR_NULL(bulk.items);
	}
}

static void test_bulk__needs_an_index_from_somewhere(void)
{
	static const char body[] = "{\"index\":{}}\n{}\n";
	struct cw_es_error err = { 0 };
	struct cw_bulk bulk = { 0 };

	CU_ASSERT_EQUAL(cw_bulk_parse(body, strlen(body), NULL, &bulk, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.reason, "Validation Failed: 1: index is missing;");
}

/* ---- mappings ------------------------------------------------------------------------------ */

static int check(struct cw_mapping *mapping, const char *document, struct cw_es_error *err)
{
	json_t *json = parse(document);
	bool changed;
	int result = cw_mapping_check(mapping, json, "7", &changed, err);

	json_decref(json);
	return result;
}

static void test_mapping__takes_values_of_its_types(void)
{
	static const char *const documents[] = {
		"{\"ip\":\"1.2.3.4\",\"status\":404}",
		"{\"ip\":\"2001:db8::1\"}",
		"{\"ip\":null}",
		"{\"status\":\"200\"}",
		"{\"status\":1.5}",
		"{\"status\":\"\"}",
		"{\"size\":9223372036854775807}",
		"{\"method\":5}",
		"{\"method\":[\"a\",true]}",
		"{\"@timestamp\":\"2026-01-21T22:23:40\"}",
		"{\"@timestamp\":1769034220000}",
		"{\"ok\":\"true\"}",
		"{\"took\":\"1e3\"}",
		"{\"geo\":{\"city\":\"x\"}}",
		"{\"geo.city\":\"x\"}",
		"{\"geo\":[{\"city\":\"x\"},{\"city\":\"y\"}]}",
		"{\"loose\":\"x\"}",
		"{}",
	};
	struct cw_mapping *mapping = make_mapping(mappings_text);

	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct cw_es_error err = { 0 };

		CU_ASSERT_EQUAL(check(mapping, documents[i], &err), 0);
		if (err.status)
			fprintf(stderr, "\n  %s: %s\n", documents[i], err.reason);
	}
	cw_mapping_free(mapping);
}

static void test_mapping__refuses_others_and_names_field_value_and_document(void)
{
	static const struct {
		const char *document, *type, *reason, *cause;
	} cases[] = {
		{ "{\"ip\":\"x\"}", "document_parsing_exception", "field [ip] of type [ip] in document with id '7'",
		  "'x' is not an IP string literal." },
		{ "{\"ip\":5}", "document_parsing_exception", "value: '5'", "not an IP" },
		{ "{\"status\":40000}", "document_parsing_exception", "[status] of type [short]", "out of range" },
		{ "{\"status\":\"abc\"}", "document_parsing_exception", "value: 'abc'", "For input string: \"abc\"" },
		{ "{\"status\":true}", "document_parsing_exception", "value: 'true'", "" },
		{ "{\"size\":{\"a\":1}}", "document_parsing_exception", "value: '{\"a\":1}'", "" },
		{ "{\"method\":{}}", "document_parsing_exception", "[method]", "START_OBJECT" },
		{ "{\"ok\":\"yes\"}", "document_parsing_exception", "[ok]", "only [true] or [false]" },
		{ "{\"took\":\"fast\"}", "document_parsing_exception", "[took]", "For input string" },
		{ "{\"@timestamp\":\"21 Jan\"}", "document_parsing_exception", "[@timestamp]",
		  "failed to parse date field [21 Jan] with format [strict_date_optional_time||epoch_millis]" },
		{ "{\"@timestamp\":\"\"}", "document_parsing_exception", "[@timestamp]", "" },
		{ "{\"geo\":5}", "document_parsing_exception", "object mapping for [geo]", "" },
		{ "{\"zz\":1}", "strict_dynamic_mapping_exception", "dynamic introduction of [zz] within [_doc]", "" },
		{ "{\"geo\":{\"zip\":1}}", "strict_dynamic_mapping_exception", "[zip] within [geo]", "" },
	};
	struct cw_mapping *mapping = make_mapping(mappings_text);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };

		CU_ASSERT_EQUAL(check(mapping, cases[i].document, &err), -1);
		CU_ASSERT_EQUAL(err.status, 400);
		CU_ASSERT_STRING_EQUAL(err.type, cases[i].type);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.reason, cases[i].reason));
		CU_ASSERT_PTR_NOT_NULL(strstr(err.cause, cases[i].cause));
		if (!strstr(err.reason, cases[i].reason) || !strstr(err.cause, cases[i].cause))
			fprintf(stderr, "\n  %s: %s / %s\n", cases[i].document, err.reason, err.cause);
	}
	cw_mapping_free(mapping);
}

static void test_mapping__learns_new_fields_and_then_holds_to_them(void)
{
	struct cw_mapping *mapping = make_mapping("{}");
	struct cw_es_error err = { 0 };

	CU_ASSERT_EQUAL(check(mapping,
			      "{\"n\":1,\"s\":\"x\",\"d\":\"2026-01-21T22:23:40Z\",\"o\":{\"p\":[1.5]},\"e\":[]}",
			      &err),
			0);
	CU_ASSERT_TRUE(
		same(json_incref(mapping->json),
		     "{\"properties\":{\"n\":{\"type\":\"long\"},\"s\":{\"type\":\"text\",\"fields\":{\"keyword\":"
		     "{\"type\":\"keyword\",\"ignore_above\":256}}},\"d\":{\"type\":\"date\"},\"o\":{\"properties\":"
		     "{\"p\":{\"type\":\"float\"}}}}}"));
	CU_ASSERT_EQUAL(cw_mapping_find(mapping, "o.p")->type, CW_FIELD_REAL);
	CU_ASSERT_EQUAL(cw_mapping_find(mapping, "s.keyword")->type, CW_FIELD_KEYWORD);
	CU_ASSERT_PTR_NULL(cw_mapping_find(mapping, "e"));
	CU_ASSERT_EQUAL(check(mapping, "{\"n\":\"many\",\"new\":1}", &err), -1);
	CU_ASSERT_PTR_NULL(cw_mapping_find(mapping, "new"));
	err = (struct cw_es_error){ 0 };
	CU_ASSERT_EQUAL(check(mapping, "{\"mix\":[1,{\"a\":2}]}", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.reason, "[mix] with an object mapping"));
	err = (struct cw_es_error){ 0 };
	CU_ASSERT_EQUAL(check(mapping, "{\"list\":[{\"a\":2},{\"b\":true}]}", &err), 0);
	CU_ASSERT_EQUAL(cw_mapping_find(mapping, "list.b")->type, CW_FIELD_BOOLEAN);
	cw_mapping_free(mapping);
}

static void test_mapping__refuses_what_is_no_mapping(void)
{
	static const char *const cases[] = {
		"[]",
		"{\"properties\":[]}",
		"{\"properties\":{\"a\":{\"type\":\"nope\"}}}",
		"{\"dynamic\":\"maybe\"}",
		"{\"properties\":{\"a\":\"keyword\"}}",
		"{\"properties\":{\"d\":{\"type\":\"date\",\"format\":\"QQ\"}}}",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };
		json_t *json = parse(cases[i]);

		CU_ASSERT_PTR_NULL(cw_mapping_new(json, &err));
		CU_ASSERT_STRING_EQUAL(err.type, "mapper_parsing_exception");
		json_decref(json);
	}
}

static void test_mapping__merges_but_changes_no_type(void)
{
	struct cw_mapping *mapping = make_mapping("{\"properties\":{\"a\":{\"type\":\"long\"}}}");
	struct cw_es_error err = { 0 };
	json_t *more = parse("{\"properties\":{\"b\":{\"type\":\"ip\"}}}");
	json_t *other = parse("{\"properties\":{\"a\":{\"type\":\"keyword\"},\"c\":{\"type\":\"ip\"}}}");

	CU_ASSERT_EQUAL(cw_mapping_merge(mapping, more, &err), 0);
	CU_ASSERT_PTR_NOT_NULL(cw_mapping_find(mapping, "b"));
	CU_ASSERT_EQUAL(cw_mapping_merge(mapping, other, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.reason, "[a] cannot be changed from type [long] to [keyword]"));
	CU_ASSERT_PTR_NULL(cw_mapping_find(mapping, "c"));
	json_decref(more);
	json_decref(other);
	cw_mapping_free(mapping);
}

/* ---- faults -------------------------------------------------------------------------------- */

static struct cw_faults *make_faults(const char *text)
{
	struct cw_faults *faults = cw_faults_new();
	struct cw_es_error err = { 0 };
	json_t *json = parse(text);

	CU_ASSERT_EQUAL(cw_faults_set(faults, json, &err), 0);
	json_decref(json);
	return faults;
}

static void test_faults__are_the_same_for_the_same_seed(void)
{
	struct cw_faults *a = make_faults("{\"status_503\":0.3,\"item_429\":0.3,\"seed\":5}");
	struct cw_faults *b = make_faults("{\"status_503\":0.3,\"item_429\":0.3,\"seed\":5}");
	struct cw_faults *c = make_faults("{\"status_503\":0.3,\"item_429\":0.3,\"seed\":6}");
	int struck = 0, different = 0;

	for (uint64_t i = 0; i < 1000; i++) {
		struct cw_request_fault fa = cw_faults_request(a, true), fb = cw_faults_request(b, true);
		struct cw_request_fault fc = cw_faults_request(c, true);

		CU_ASSERT_EQUAL(fa.status, fb.status);
		CU_ASSERT_EQUAL(cw_faults_item(a, fa.number, i, "x"), cw_faults_item(b, fb.number, i, "x"));
		struck += fa.status == 503;
		different += fa.status != fc.status;
	}
	CU_ASSERT_TRUE(struck > 230 && struck < 370);
	CU_ASSERT_TRUE(different > 200);
	cw_faults_free(a);
	cw_faults_free(b);
	cw_faults_free(c);
}

static void test_faults__refuse_the_same_documents_each_time(void)
{
	struct cw_faults *faults = make_faults("{\"item_400\":0.2,\"seed\":1}");
	int refused = 0;

	for (int i = 0; i < 500; i++) {
		CW_AUTO_FREE char *id = cw_format("logs+0+%d", i);
		int first = cw_faults_item(faults, 1, (uint64_t)i, id);

		CU_ASSERT_EQUAL(cw_faults_item(faults, 99, 3, id), first);
		refused += first == 400;
	}
	CU_ASSERT_TRUE(refused > 60 && refused < 140);
	cw_faults_free(faults);
}

static void test_faults__end_after_the_requests_asked_for_and_spare_other_requests(void)
{
	struct cw_faults *faults = make_faults("{\"status_429\":1,\"requests\":2,\"retry_after\":3}");

	CU_ASSERT_EQUAL(cw_faults_request(faults, false).status, 0);
	CU_ASSERT_EQUAL(cw_faults_request(faults, true).retry_after, 3);
	CU_ASSERT_EQUAL(cw_faults_request(faults, true).status, 429);
	CU_ASSERT_EQUAL(cw_faults_request(faults, true).status, 0);
	cw_faults_free(faults);
}

static void test_faults__of_each_kind(void)
{
	static const struct {
		const char *settings;
		int status;
	} items[] = { { "{\"item_429\":1,\"item_403\":1}", 429 },
		      { "{\"item_403\":1}", 403 },
		      { "{\"item_500\":1}", 500 },
		      { "{\"item_400\":1}", 400 } };
	struct cw_faults *faults = make_faults("{\"malformed\":1,\"late_ms\":70}");
	struct cw_request_fault fault = cw_faults_request(faults, true);

	CU_ASSERT_TRUE(fault.malformed);
	CU_ASSERT_EQUAL(fault.late_ms, 70);
	CU_ASSERT_FALSE(cw_faults_any_item(faults));
	cw_faults_free(faults);
	faults = make_faults("{\"status_503\":1,\"malformed\":1,\"late_ms\":70}");
	fault = cw_faults_request(faults, true);
	CU_ASSERT_TRUE(fault.status == 503 && !fault.malformed && fault.late_ms == 0);
	cw_faults_free(faults);
	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		faults = make_faults(items[i].settings);
		CU_ASSERT_TRUE(cw_faults_any_item(faults));
		CU_ASSERT_EQUAL(cw_faults_item(faults, 1, 1, "x"), items[i].status);
		cw_faults_free(faults);
	}
}

static void test_faults__refuse_settings_that_are_none(void)
{
	static const char *const cases[] = { "[]",
					     "{\"item_429\":2}",
					     "{\"item_429\":\"x\"}",
					     "{\"slow_ms\":-1}",
					     "{\"item_492\":0.1}",
					     "{\"scope\":\"some\"}",
					     "{\"seed\":1.5}" };
	struct cw_faults *faults = make_faults("{\"reset\":1}");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_es_error err = { 0 };
		json_t *json = parse(cases[i]);

		CU_ASSERT_EQUAL(cw_faults_set(faults, json, &err), -1);
		CU_ASSERT_EQUAL(err.status, 400);
		json_decref(json);
	}
	CU_ASSERT_TRUE(cw_faults_request(faults, true).reset);
	cw_faults_clear(faults);
	CU_ASSERT_FALSE(cw_faults_request(faults, true).reset);
	cw_faults_free(faults);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "wildcards", test_wildcard__matches_lists_and_exclusions },
		{ "filter_path", test_filter_path__keeps_what_it_names_and_drops_emptied_items },
		{ "dates are read", test_date__reads_names_patterns_and_alternatives },
		{ "dates are refused", test_date__refuses_what_is_none },
		{ "date math", test_date__prints_rounds_and_adds },
		{ "bulk actions", test_bulk__takes_every_action_apart },
		{ "broken bulk requests", test_bulk__refuses_a_broken_request_as_a_whole_and_says_where },
		{ "bulk without an index", test_bulk__needs_an_index_from_somewhere },
		{ "mapping accepts", test_mapping__takes_values_of_its_types },
		{ "mapping refuses", test_mapping__refuses_others_and_names_field_value_and_document },
		{ "dynamic mapping", test_mapping__learns_new_fields_and_then_holds_to_them },
		{ "broken mappings", test_mapping__refuses_what_is_no_mapping },
		{ "merged mappings", test_mapping__merges_but_changes_no_type },
		{ "faults by seed", test_faults__are_the_same_for_the_same_seed },
		{ "refused documents", test_faults__refuse_the_same_documents_each_time },
		{ "faults end", test_faults__end_after_the_requests_asked_for_and_spare_other_requests },
		{ "faults of each kind", test_faults__of_each_kind },
		{ "broken faults", test_faults__refuse_settings_that_are_none },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "devstore", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
