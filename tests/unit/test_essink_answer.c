/* The access-log sink's reading of answers, its bodies and names. */
#include <stdlib.h>

#include <jansson.h>

#include "answer.h"
#include "bulk.h"
#include "http.h"
#include "index_name.h"
#include "store_template.h"
#include "unit.h"

/* ---- answers ------------------------------------------------------------------------------------ */

#define OK1 "{\"create\":{\"status\":201}}"
#define BAD1 "{\"create\":{\"status\":400,\"error\":{\"type\":\"mapper_parsing_exception\"," \
	     "\"reason\":\"failed \\\"x\\\"\",\"caused_by\":{\"type\":\"t\",\"reason\":\"why\"}}}}"

static void test_answer__is_read_by_position(void)
{
	static const struct {
		const char *body;
		size_t expected;
		enum cw_answer_kind want;
	} rows[] = {
		{ "{\"took\":7,\"errors\":false}", 2, CW_ANSWER_CLEAN },
		{ "{\"took\":7,\"errors\":false,\"items\":[" OK1 "," OK1 "]}", 2, CW_ANSWER_CLEAN },
		{ "{\"errors\":false,\"took\":7,\"items\":[" OK1 "," OK1 "]}", 2, CW_ANSWER_CLEAN },
		{ "{\"items\":[" OK1 "," OK1 "],\"errors\":false,\"took\":7}", 2, CW_ANSWER_CLEAN },
		{ " { \"took\" : 7 , \"errors\" : false } \n", 2, CW_ANSWER_CLEAN },
		{ "{\"took\":7,\"ingest_took\":1,\"errors\":true,\"items\":[" OK1 "," BAD1 "]}", 2, CW_ANSWER_ITEMS },
		{ "{\"items\":[" OK1 "," BAD1 "],\"took\":7,\"errors\":true}", 2, CW_ANSWER_ITEMS },
		{ "{\"took\":7,\"errors\":true,\"items\":[ " OK1 " , " BAD1 " ] }", 2, CW_ANSWER_ITEMS },
		{ "{\"took\":7,\"errors\":true,\"items\":[" OK1 "]}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":true,\"items\":[" OK1 "," OK1 "," BAD1 "]}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":true,\"items\":[]}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":true}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"items\":[" OK1 "," OK1 "]}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":false,\"items\":[" OK1 "," OK1, 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":false,\"items\":[" OK1 "," OK1 "],\"more\":{}}", 2, CW_ANSWER_CLEAN },
		{ "{\"took\":7,\"errors\":falsy}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":\"false\"}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":null}", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":7,\"errors\":false}{", 2, CW_ANSWER_BROKEN },
		{ "{\"took\":-7,\"errors\":false}", 2, CW_ANSWER_BROKEN },
		{ "{\"errors\":true,\"items\":[" OK1 ",{\"create\":{\"_id\":\"x\"}}]}", 2, CW_ANSWER_BROKEN },
		{ "{\"errors\":true,\"items\":[" OK1 ",{}]}", 2, CW_ANSWER_BROKEN },
		{ "{\"errors\":true,\"items\":[" OK1 ",7]}", 2, CW_ANSWER_BROKEN },
		{ "{\"errors\":true,\"items\":[" OK1 " " OK1 "]}", 2, CW_ANSWER_BROKEN },
		{ "{\"errors\":true,\"items\":[" OK1 ",{\"create\":{\"status\":\"201\"}}]}", 2, CW_ANSWER_BROKEN },
		{ "{\"error\":{\"type\":\"x\"},\"status\":400}", 2, CW_ANSWER_BROKEN },
		{ "[]", 2, CW_ANSWER_BROKEN },
		{ "", 2, CW_ANSWER_BROKEN },
		{ "<html>502 Bad Gateway</html>", 2, CW_ANSWER_BROKEN },
		{ "{}", 2, CW_ANSWER_BROKEN },
		{ "null", 2, CW_ANSWER_BROKEN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_item items[2];
		int64_t took = 0;
		enum cw_answer_kind kind = cw_answer_read(cw_slice_str(rows[i].body), rows[i].expected, items, &took);

		if (kind != rows[i].want)
			fprintf(stderr, "\n  %s: %d\n", rows[i].body, kind);
		CU_ASSERT_EQUAL(kind, rows[i].want);
		if (kind != CW_ANSWER_ITEMS)
			continue;
		CU_ASSERT_EQUAL(took, 7);
		CU_ASSERT_EQUAL(items[0].status, 201);
		CU_ASSERT_EQUAL(items[0].type.n, 0);
		CU_ASSERT_EQUAL(items[1].status, 400);
		CU_ASSERT_TRUE(cw_slice_equal(items[1].type, cw_slice_str("mapper_parsing_exception")));
		CU_ASSERT_TRUE(cw_slice_equal(items[1].reason, cw_slice_str("failed \\\"x\\\"")));
		CU_ASSERT_TRUE(cw_slice_equal(items[1].cause, cw_slice_str("why")));
	}
}

static void test_answer__takes_what_stores_add(void)
{
	static const char body[] =
		"{\"took\":30,\"errors\":true,\"items\":[{\"create\":{\"_index\":\"a\",\"_id\":\"1\",\"_version\":1,"
		"\"result\":\"created\","
		"\"_shards\":{\"total\":2,\"successful\":1,\"failed\":0},\"_seq_no\":0,\"_primary_term\":1,"
		"\"status\":201}},"
		"{\"index\":{\"_id\":null,\"status\":429,\"error\":\"rejected\"}},"
		"{\"index\":{\"error\":{\"root_cause\":[{\"type\":\"a}\",\"reason\":\"]\"}],\"caused_by\":null,"
		"\"type\":null},\"status\":500}}]}";
	struct cw_item items[3];
	int64_t took;

	CU_ASSERT_EQUAL(cw_answer_read(cw_slice_str(body), 3, items, &took), CW_ANSWER_ITEMS);
	CU_ASSERT_EQUAL(items[0].status, 201);
	CU_ASSERT_EQUAL(items[1].status, 429);
	CU_ASSERT_TRUE(cw_slice_equal(items[1].reason, cw_slice_str("rejected")));
	CU_ASSERT_TRUE(items[2].type.n > 0);
}

/* Of a cut answer nothing may be taken for an answer, wherever the cut is. */
static void test_answer__cut_at_any_byte_is_none(void)
{
	static const char *const bodies[] = {
		"{\"took\":7,\"errors\":false}",
		"{\"took\":7,\"errors\":true,\"items\":[" OK1 "," BAD1 "]}",
		"{\"took\":7,\"items\":[" OK1 "," OK1 "],\"errors\":false}",
	};

	for (size_t b = 0; b < sizeof(bodies) / sizeof(*bodies); b++)
		for (size_t n = 0; n < strlen(bodies[b]); n++) {
			char *cut = malloc(n ? n : 1);
			struct cw_item items[2], error;
			int64_t took;

			memcpy(cut, bodies[b], n);
			CU_ASSERT_EQUAL(cw_answer_read(cw_slice(cut, n), 2, items, &took), CW_ANSWER_BROKEN);
			cw_answer_error(cw_slice(cut, n), &error);
			CU_ASSERT_EQUAL(error.type.n, 0);
			free(cut);
		}
}

static void test_answer__survives_any_bytes(void)
{
	static const char body[] = "{\"took\":7,\"errors\":true,\"items\":[" OK1 "," BAD1 "]}";
	uint64_t state = 88172645463325252u;

	for (int round = 0; round < 20000; round++) {
		char *copy = malloc(sizeof(body) - 1), text[50];
		struct cw_item items[2], error;
		int64_t took;

		memcpy(copy, body, sizeof(body) - 1);
		for (int change = 0; change < 3; change++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			copy[state % (sizeof(body) - 1)] = "\"\\{}[],:01t\xff"[(state >> 32) % 12];
		}
		cw_answer_read(cw_slice(copy, sizeof(body) - 1), 2, items, &took);
		cw_answer_error(cw_slice(copy, sizeof(body) - 1), &error);
		cw_answer_text(cw_slice(copy, sizeof(body) - 1), text, sizeof(text));
		free(copy);
	}
	CU_PASS("no sanitizer spoke");
}

static void test_answer__error_of_a_whole_answer(void)
{
	struct cw_item error;
	char text[20];

	cw_answer_error(cw_slice_str("{\"error\":{\"root_cause\":[],\"type\":\"a\",\"reason\":\"b\"},\"status\":503}"), &error);
	CU_ASSERT_TRUE(cw_slice_equal(error.type, cw_slice_str("a")));
	CU_ASSERT_TRUE(cw_slice_equal(error.reason, cw_slice_str("b")));
	cw_answer_error(cw_slice_str("{\"error\":\"no handler found\",\"status\":400}"), &error);
	CU_ASSERT_TRUE(cw_slice_equal(error.reason, cw_slice_str("no handler found")));
	cw_answer_error(cw_slice_str("<html>"), &error);
	CU_ASSERT_EQUAL(error.type.n + error.reason.n, 0);
	cw_answer_text(cw_slice_str("a\\\"b\\n\\u00e4\x01z"), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "a\"b ? z");
	cw_answer_text(cw_slice_str("aaaaaaaaaaaaaaaaaa\xc3\xa4"), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "aaaaaaaaaaaaaaaaaa");
	cw_answer_text(cw_slice_str("aaaaaaaaaaaaaaaaa\xc3\xa4"), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "aaaaaaaaaaaaaaaaa\xc3\xa4");
	cw_answer_text(cw_slice_str("aaaaaaaaaaaaaaaaa\xe2\x82\xac and more"), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "aaaaaaaaaaaaaaaaa");
	cw_answer_text(cw_slice_str("\\"), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "\\");
	cw_answer_text(cw_slice_str("\\u12"), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "?");
}

/* ---- bulks -------------------------------------------------------------------------------------- */

static void fill(struct cw_bulk *bulk, struct cw_taken *taken, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		cw_text_printf(&bulk->body, "<%zu>", i);
		cw_bulk_add(bulk, taken, i);
	}
}

static void test_bulk__keeps_and_moves_documents(void)
{
	struct cw_bulk bulk = { 0 }, other = { 0 };
	bool keep[6] = { false, true, false, true, true, false };
	struct cw_taken taken = { 0 };

	fill(&bulk, &taken, 8, 14);
	cw_bulk_retain(&bulk, keep);
	CU_ASSERT_EQUAL(bulk.n, 3);
	CU_ASSERT_TRUE(cw_slice_equal(cw_slice(bulk.body.p, bulk.body.n), cw_slice_str("<9><11><12>")));
	CU_ASSERT_EQUAL(bulk.docs[1].record, 11);
	CU_ASSERT_EQUAL(cw_bulk_start(&bulk, 1), 3);
	CU_ASSERT_EQUAL(bulk.docs[1].end, 7);
	fill(&other, &taken, 1, 2);
	cw_bulk_move_tail(&bulk, 1, &other);
	CU_ASSERT_EQUAL(bulk.n, 1);
	CU_ASSERT_TRUE(cw_slice_equal(cw_slice(bulk.body.p, bulk.body.n), cw_slice_str("<9>")));
	CU_ASSERT_EQUAL(other.n, 3);
	CU_ASSERT_TRUE(cw_slice_equal(cw_slice(other.body.p, other.body.n), cw_slice_str("<1><11><12>")));
	CU_ASSERT_EQUAL(other.docs[2].end, 11);
	memset(keep, 0, sizeof(keep));
	cw_bulk_retain(&other, keep);
	CU_ASSERT_EQUAL(other.n + other.body.n, 0);
	cw_text_free(&bulk.body);
	cw_text_free(&other.body);
	free(bulk.docs);
	free(other.docs);
}

/* ---- indices ------------------------------------------------------------------------------------ */

static void test_index__follows_topic_and_time(void)
{
	static const struct {
		const char *spec, *topic;
		int64_t epoch_s;
		const char *name, *pattern;
		int64_t unit_s;
	} rows[] = {
		{ "access-logs-%{+yyyy.MM.dd}", "t", 1769034220, "access-logs-2026.01.21", "access-logs-*", 86400 },
		{ "logs", "t", 0, "logs", "logs", 0 },
		{ "%{topic}", "_Web.Logs", 0, "web.logs", "*", 0 },
		{ "%{topic}", "---", 0, "topic", "*", 0 },
		{ "a-%{topic}-%{+yyyy.MM}", "_T", 1769034220, "a-_t-2026.01", "a-*-*", 86400 },
		{ "x-%{+yy.DDD}-%{+HH:mm}", "t", 0, NULL, NULL, 0 },
		{ "x-%{+yy.DDD.HH}", "t", 1769034220, "x-26.021.22", "x-*", 3600 },
		{ "x-%{+HH.mm.ss}-y", "t", 1769034220, "x-22.23.40-y", "x-*-y", 1 },
		{ "x-%{+yyyy-MM-dd-HH-mm}", "t", -1, "x-1969-12-31-23-59", "x-*", 60 },
		{ "x-%{+xxxx.ww}", "t", 1609459200, "x-2020.53", "x-*", 86400 }, /* 2021-01-01 */
		{ "x-%{+xxxx.ww}", "t", 1767225600, "x-2026.01", "x-*", 86400 }, /* 2026-01-01 */
		{ "x-%{+xxxx.ww}", "t", 1483228800, "x-2016.52", "x-*", 86400 }, /* 2017-01-01 */
		{ "Logs", "t", 0, NULL, NULL, 0 },
		{ "a b", "t", 0, NULL, NULL, 0 },
		{ "-a", "t", 0, NULL, NULL, 0 },
		{ ".a", "t", 0, NULL, NULL, 0 },
		{ "", "t", 0, NULL, NULL, 0 },
		{ "a*", "t", 0, NULL, NULL, 0 },
		{ "a,b", "t", 0, NULL, NULL, 0 },
		{ "a%{topic", "t", 0, NULL, NULL, 0 },
		{ "a%{field}", "t", 0, NULL, NULL, 0 },
		{ "a%{+}", "t", 0, NULL, NULL, 0 },
		{ "a%{+yyyy.mmm}", "t", 0, NULL, NULL, 0 },
		{ "a%{+yyyy/MM}", "t", 0, NULL, NULL, 0 },
		{ "a-%{[b]}", "t", 0, "a--new_york_", "a-*", 0 },
		{ "%{[b]}-%{[c][d]}-%{+yyyy}", "t", 0, "new_york_-_x-1970", "*", 86400 },
		{ "%{[b]}-%{[c]}-x", "t", 0, "new_york_-_x-x", "*-x", 0 },
		{ "a-%{key}", "t", 0, "a--new_york_", "a-*", 0 },
		{ "a-%{[]}", "t", 0, NULL, NULL, 0 },
		{ "a-%{[b}", "t", 0, NULL, NULL, 0 },
		{ "a-%{[b]c}", "t", 0, NULL, NULL, 0 },
		{ "a-%{[b]]}", "t", 0, NULL, NULL, 0 },
		{ "%{key}%{key}%{key}%{key}%{key}%{key}%{key}%{key}%{key}", "t", 0, NULL, NULL, 0 },
		{ "a}", "t", 0, NULL, NULL, 0 },
		{ "a%", "t", 0, NULL, NULL, 0 },
	};

	const struct cw_slice values[] = { cw_slice_str("-New York?"), cw_slice_str("_x") };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_error err = { 0 };
		struct cw_index_name *name = cw_index_name_compile(rows[i].spec, &err);
		char out[CW_INDEX_NAME_MAX + 1];

		CU_ASSERT_EQUAL(name != NULL, rows[i].name != NULL);
		CU_ASSERT_EQUAL(name == NULL, err.code != CW_ERR_NONE);
		if (!name)
			continue;
		CU_ASSERT_EQUAL(cw_index_name_render(name, cw_slice_str(rows[i].topic), values, rows[i].epoch_s, out), strlen(out));
		CU_ASSERT_STRING_EQUAL(out, rows[i].name);
		cw_index_name_pattern(name, cw_slice(NULL, 0), out);
		CU_ASSERT_STRING_EQUAL(out, rows[i].pattern);
		CU_ASSERT_EQUAL(cw_index_name_unit_s(name), rows[i].unit_s);
		cw_index_name_free(name);
	}
}

static void test_index__name_is_cut_where_the_store_cuts(void)
{
	struct cw_index_name *name = cw_index_name_compile("logs-%{topic}-%{+yyyy}", NULL);
	char topic[250], out[CW_INDEX_NAME_MAX + 1];

	memset(topic, 'x', sizeof(topic));
	CU_ASSERT_EQUAL(cw_index_name_render(name, cw_slice(topic, sizeof(topic)), NULL, 0, out), CW_INDEX_NAME_MAX);
	CU_ASSERT_EQUAL(strlen(out), CW_INDEX_NAME_MAX);
	CU_ASSERT_EQUAL(cw_index_name_pattern(name, cw_slice_str("T"), out), 7);
	CU_ASSERT_STRING_EQUAL(out, "logs-t-*");
	cw_index_name_free(name);
}

/* Whatever topics and values hold: bytes that are no text, characters that are cut, what may not come first. */
static void test_index__names_are_always_valid(void)
{
	static const struct {
		const char *spec, *topic, *value, *name;
	} rows[] = {
		{ "a-%{key}", "t", "caf\xc3\xa9", "a-caf\xc3\xa9" },
		{ "a-%{key}", "t", "\xff\xc3", "a-__" },
		{ "a-%{key}", "t", "\xed\xa0\x80", "a-___" },
		{ "a-%{key}", "t", "x\"y", "a-x_y" },
		{ "%{key}-a", "t", "/Contact/us", "contact_us-a" },
		{ "%{key}-a", "t", "\xff" ".x", "x-a" },
		{ "%{key}-a", "t", "/\xff.", "value-a" },
		{ "%{topic}", "Web Logs\"", "", "web_logs_" },
		{ "%{topic}", "\xff" "a\xff", "", "a_" },
		{ "%{topic}", " / ", "", "topic" },
		{ "a-%{topic}", "x/y", "", "a-x_y" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_index_name *name = cw_index_name_compile(rows[i].spec, NULL);
		struct cw_slice value = cw_slice_str(rows[i].value);
		char out[CW_INDEX_NAME_MAX + 1];

		cw_index_name_render(name, cw_slice_str(rows[i].topic), &value, 0, out);
		CU_ASSERT_STRING_EQUAL(out, rows[i].name);
		cw_index_name_free(name);
	}
}

static void test_index__name_is_cut_between_characters(void)
{
	struct cw_index_name *name = cw_index_name_compile("a-%{key}-b", NULL);
	struct cw_slice value;
	char text[2 * CW_INDEX_NAME_MAX + 1] = "", out[CW_INDEX_NAME_MAX + 1];

	for (int i = 0; i < CW_INDEX_NAME_MAX; i++)
		memcpy(text + 2 * i, "\xc3\xa9", 2);
	value = cw_slice(text, sizeof(text) - 1);
	CU_ASSERT_EQUAL(cw_index_name_render(name, cw_slice_str("t"), &value, 0, out), CW_INDEX_NAME_MAX - 1);
	CU_ASSERT_EQUAL(memcmp(out, "a-", 2), 0);
	CU_ASSERT_EQUAL(memcmp(out + 2, text, CW_INDEX_NAME_MAX - 3), 0);
	cw_index_name_free(name);
}

static void test_template__matches_the_index(void)
{
	char *text = cw_store_template_json("logs-web-*", 9, true, NULL), *name;
	json_t *json = json_loads(text, 0, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(json_object_get(json, "index_patterns"), 0)), "logs-web-*");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "priority")), 209);
	CU_ASSERT_TRUE(json_is_object(json_object_get(json, "data_stream")));
	CU_ASSERT_PTR_NOT_NULL(json_object_get(json_object_get(json, "template"), "mappings"));
	json_decref(json);
	free(text);
	text = cw_store_template_json("access-logs-*", 12, false, NULL);
	CU_ASSERT_PTR_NULL(strstr(text, "data_stream"));
	free(text);
	name = cw_store_template_name("access-logs-*", 12);
	CU_ASSERT_STRING_EQUAL(name, "access-logs");
	free(name);
}

static void test_path__is_percent_encoded(void)
{
	struct cw_text out = { 0 };

	cw_http_escape(&out, "a-B_1.~ /%\xc3\xa4", 12);
	CU_ASSERT_TRUE(cw_slice_equal(cw_slice(out.p, out.n), cw_slice_str("a-B_1.~%20%2F%25%C3%A4")));
	cw_text_free(&out);
}

int main(void)
{
	CU_TestInfo answers[] = {
		{ "read by position", test_answer__is_read_by_position },
		{ "take what stores add", test_answer__takes_what_stores_add },
		{ "cut at any byte they are none", test_answer__cut_at_any_byte_is_none },
		{ "survive any bytes", test_answer__survives_any_bytes },
		{ "error of a whole answer", test_answer__error_of_a_whole_answer },
		CU_TEST_INFO_NULL,
	};
	CU_TestInfo bodies[] = {
		{ "bulk keeps and moves documents", test_bulk__keeps_and_moves_documents },
		{ "index follows topic and time", test_index__follows_topic_and_time },
		{ "index is cut where the store cuts", test_index__name_is_cut_where_the_store_cuts },
		{ "index names are always valid", test_index__names_are_always_valid },
		{ "index is cut between characters", test_index__name_is_cut_between_characters },
		{ "template matches the index", test_template__matches_the_index },
		{ "path is percent-encoded", test_path__is_percent_encoded },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = {
		{ "answers", NULL, NULL, NULL, NULL, answers },
		{ "requests", NULL, NULL, NULL, NULL, bodies },
		CU_SUITE_INFO_NULL,
	};

	return cw_test_main(suites);
}
