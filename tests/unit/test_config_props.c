#include "base/mem.h"
#include "config/props.h"
#include "unit.h"

/* What one text says, as "key=value|key=value". */
static char *flat(const struct cw_map *map)
{
	char *text = cw_strdup("");

	for (size_t i = 0; i < map->n; i++) {
		char *longer = cw_format("%s%s%s=%s", text, i ? "|" : "", map->entries[i].key, map->entries[i].value);

		free(text);
		text = longer;
	}
	return text;
}

static void expect(const char *got, const char *want, const char *of)
{
	if (strcmp(got, want) != 0)
		fprintf(stderr, "\n  of:   %s\n  got:  %s\n  want: %s\n", of, got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
}

static void test_props__reads_as_java_does(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "\n\r\n \t\f\n", "" },
		{ "a=1", "a=1" },
		{ "a=1\n", "a=1" },
		{ "a=1\r\nb=2\r\n", "a=1|b=2" },
		{ "a=1\rb=2\r", "a=1|b=2" },
		{ "  a = 1  ", "a=1  " },
		{ "a:1\nb 2\nc\t=\t3\nd : 4", "a=1|b=2|c=3|d=4" },
		{ "a==1\nb= =2\nc::3", "a==1|b==2|c=:3" },
		{ "a", "a=" },
		{ "a=", "a=" },
		{ "# no=1\n! no=2\n  # no=3\na=#1", "a=#1" },
		{ "# ends with \\\na=1", "a=1" },
		{ "a=1\\\n   2\\\r\n\t3", "a=123" },
		{ "a=1\\\n# 2", "a=1# 2" },
		{ "a=1\\\n\nb=2", "a=1|b=2" },
		{ "a=1\\", "a=1" },
		{ "a=1\\\\\nb=2", "a=1\\|b=2" },
		{ "a=1\\\\\\\n2", "a=1\\2" },
		{ "a\\=b=1\nc\\:d=2\ne\\ f=3\ng\\\\=4", "a=b=1|c:d=2|e f=3|g\\=4" },
		{ "a=\\t\\n\\r\\f\\q\\\"\\\\t", "a=\t\n\r\fq\"\\t" },
		{ "a=\\u00e4\\u20AC\\ud83d\\ude00", "a=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\\u0061=1", "a=1" },
		{ "a=\\u00\\\n  e4", "a=\xc3\xa4" },
		{ "a=\xc3\xa4 \xe4 \xff", "a=\xc3\xa4 \xc3\xa4 \xc3\xbf" },
		{ "\xef\xbb\xbf" "a=1", "a=1" },
		{ "a=1\nb=2\na=3", "a=3|b=2" },
		{ "pa\\th = C:\\\\dir\\\\x", "pa\th=C:\\dir\\x" },
		{ "\\\n\\\n a=1", "a=1" },
		{ "\\\n", "" },
		{ "bootstrap.servers=h:1,\\\n    g:2\n", "bootstrap.servers=h:1,g:2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_map map = { 0 };
		struct cw_error err = { 0 };
		CW_AUTO_FREE char *got = NULL;

		CU_ASSERT_EQUAL(cw_props_parse(cases[i].text, strlen(cases[i].text), "t", &map, &err), 0);
		CU_ASSERT_STRING_EQUAL(err.text, "");
		got = flat(&map);
		expect(got, cases[i].want, cases[i].text);
		cw_map_free(&map);
	}
}

static void test_props__places_are_where_the_last_value_was_set(void)
{
	static const char text[] = "# a comment\na=1\\\n  2\n\nb=3\na=4\n";
	struct cw_map map = { 0 }, places = { 0 };
	CW_AUTO_FREE char *got = NULL;

	CU_ASSERT_EQUAL(cw_props_parse_places(text, strlen(text), "w", &map, &places, NULL), 0);
	got = flat(&places);
	expect(got, "a=w:6|b=w:5", text);
	cw_map_free(&map);
	cw_map_free(&places);
}

static void test_connector_file__all_three_forms_are_the_same_config(void)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "c.properties", "name=x\ntasks.max=2\nflag=true\nratio=0.5\n" },
		{ "c.json", "{\"name\":\"x\",\"config\":{\"tasks.max\":2,\"flag\":true,\"ratio\":0.5}}" },
		{ "c.json", "{\"config\":{\"name\":\"x\",\"tasks.max\":\"2\",\"flag\":\"true\",\"ratio\":5e-1}}" },
		{ "c.json", "{\"name\":\"x\",\"initial_state\":\"running\",\"config\":{\"name\":\"x\",\"tasks.max\":2,"
			    "\"flag\":true,\"ratio\":0.50}}" },
		{ "c.conf", "\xef\xbb\xbf \n {\"name\":\"x\",\"tasks.max\":2,\"flag\":true,\"ratio\":0.5}" },
	};
	struct cw_map want = { 0 };
	struct cw_connector_first first;

	CU_ASSERT_EQUAL(cw_connector_file_parse(cases[0].text, strlen(cases[0].text), "c", &want, &first, NULL), 0);
	CU_ASSERT_PTR_NULL(first.state);
	CU_ASSERT_PTR_NULL(first.offsets);
	for (size_t i = 1; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_map map = { 0 };
		struct cw_error err = { 0 };

		cw_connector_file_parse(cases[i].text, strlen(cases[i].text), cases[i].name, &map, &first, &err);
		CU_ASSERT_STRING_EQUAL(err.text, "");
		CU_ASSERT_TRUE(cw_map_equal(&map, &want));
		cw_map_free(&map);
	}
	cw_map_free(&want);
}

static void test_connector_file__tells_the_initial_state(void)
{
	static const char text[] = "{\"name\":\"x\",\"initial_state\":\"Stopped\",\"config\":{\"a\":1}}";
	struct cw_map map = { 0 };
	struct cw_connector_first first;

	CU_ASSERT_EQUAL(cw_connector_file_parse(text, strlen(text), "c", &map, &first, NULL), 0);
	CU_ASSERT_STRING_EQUAL(first.state, "STOPPED");
	cw_map_free(&map);
}

/* As GET answers them, or the array alone. */
static void test_connector_file__tells_the_initial_offsets(void)
{
	static const char *const texts[] = {
		"{\"name\":\"x\",\"initial_offsets\":[{\"partition\":{\"a\":1},\"offset\":null}],\"config\":{\"a\":1}}",
		"{\"name\":\"x\",\"initial_offsets\":{\"offsets\":[{\"partition\":{\"a\":1},\"offset\":null}]},"
		"\"config\":{\"a\":1}}",
		"{\"name\":\"x\",\"initial_offsets\":[],\"config\":{\"a\":1}}",
		"{\"name\":\"x\",\"initial_offsets\":null,\"config\":{\"a\":1}}",
	};
	struct cw_connector_first first;

	for (size_t i = 0; i < 4; i++) {
		struct cw_map map = { 0 };
		CW_AUTO_FREE char *got = NULL;

		CU_ASSERT_EQUAL(cw_connector_file_parse(texts[i], strlen(texts[i]), "c", &map, &first, NULL), 0);
		got = first.offsets ? json_dumps(first.offsets, JSON_COMPACT) : cw_strdup("none");
		CU_ASSERT_STRING_EQUAL(got, i < 2 ? "[{\"partition\":{\"a\":1},\"offset\":null}]" : "none");
		json_decref(first.offsets);
		cw_map_free(&map);
	}
}

static void test_config_from_json__numbers_are_their_text(void)
{
	json_t *object = json_pack("{s:I,s:f,s:f,s:f,s:b}", "a", (json_int_t)INT64_MIN, "b", 2.0, "c", 0.1, "d", 1e300,
				   "e", 0);
	struct cw_map map = { 0 };
	CW_AUTO_FREE char *got = NULL;

	CU_ASSERT_EQUAL(cw_config_from_json(object, "config", &map, NULL), 0);
	got = flat(&map);
	expect(got, "a=-9223372036854775808|b=2.0|c=0.1|d=1.0E300|e=false", "numbers");
	cw_map_free(&map);
	json_decref(object);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "properties are read as Java does", test_props__reads_as_java_does },
		{ "places", test_props__places_are_where_the_last_value_was_set },
		{ "connector file forms", test_connector_file__all_three_forms_are_the_same_config },
		{ "initial state", test_connector_file__tells_the_initial_state },
		{ "initial offsets", test_connector_file__tells_the_initial_offsets },
		{ "numbers in JSON", test_config_from_json__numbers_are_their_text },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "props", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
