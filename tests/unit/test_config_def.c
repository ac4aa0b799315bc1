#include <limits.h>

#include "base/mem.h"
#include "config/config_def.h"
#include "unit.h"

struct settings {
	const char *text, *secret, *class_name;
	bool flag;
	int16_t small;
	int32_t number;
	int64_t large;
	double ratio;
	struct cw_list list, kinds;
};

#define STORED(member) .offset = offsetof(struct settings, member)

static int no_spaces(const char *value, struct cw_error *err)
{
	return strchr(value, ' ') ? cw_error_set(err, CW_ERR_INVALID, "\"%s\" has a space", value) : 0;
}

static const struct cw_config_def table[] = {
	{ .name = "text", .flags = CW_CONFIG_REQUIRED | CW_CONFIG_NOT_EMPTY, .check = no_spaces, STORED(text),
	  .doc = "A text.", .group = "Main" },
	{ .name = "mode", .choices = "FAIL,IGNORE", .default_value = "FAIL", .flags = CW_CONFIG_IGNORE_CASE,
	  STORED(class_name) },
	{ .name = "strict", .choices = "none,all", .default_value = "none", .offset = CW_CONFIG_NOT_STORED },
	{ .name = "secret", .type = CW_CONFIG_PASSWORD, .check = no_spaces, STORED(secret) },
	{ .name = "flag", .type = CW_CONFIG_BOOLEAN, .default_value = "false", STORED(flag) },
	{ .name = "small", .type = CW_CONFIG_SHORT, .default_value = "3", STORED(small) },
	{ .name = "number", .type = CW_CONFIG_INT, .default_value = "1", .flags = CW_CONFIG_RANGE, .min = 1,
	  .max = 100, STORED(number), .group = "Main", .order = 4, .width = CW_WIDTH_SHORT, .display_name = "Number",
	  .importance = CW_MEDIUM, .dependents = "flag, small" },
	{ .name = "large", .type = CW_CONFIG_LONG, STORED(large) },
	{ .name = "ratio", .type = CW_CONFIG_DOUBLE, .default_value = "0.5", .flags = CW_CONFIG_RANGE, .min = 0,
	  .max = 1, STORED(ratio) },
	{ .name = "list", .type = CW_CONFIG_LIST, .default_value = "", STORED(list) },
	{ .name = "loose", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_EMPTY_ITEMS, .offset = CW_CONFIG_NOT_STORED },
	{ .name = "kinds", .type = CW_CONFIG_LIST, .default_value = "a", .choices = "a,b",
	  .flags = CW_CONFIG_NOT_EMPTY, STORED(kinds) },
};

static const struct cw_config_table settings_table = { table, sizeof(table) / sizeof(*table), sizeof(*table) };

static void test_check__says_what_kafka_says(void)
{
	static const struct {
		const char *key, *value, *want; /* NULL: fine */
	} cases[] = {
		{ "text", NULL, "Missing required configuration \"text\" which has no default value." },
		{ "text", " ", "Invalid value  for configuration text: String may not be empty" },
		{ "text", "a b", "Invalid value a b for configuration text: \"a b\" has a space" },
		{ "text", "  ab\t", NULL },
		{ "mode", "x", "Invalid value x for configuration mode: String must be one of (case insensitive): "
		  "FAIL, IGNORE" },
		{ "mode", " ignore ", NULL },
		{ "mode", NULL, NULL },
		{ "strict", "ALL", "Invalid value ALL for configuration strict: String must be one of: none, all" },
		{ "strict", "", "Invalid value  for configuration strict: String must be one of: none, all" },
		{ "secret", "open sesame", "Invalid value [hidden] for configuration secret: The value is not valid" },
		{ "flag", "TRUE", NULL },
		{ "flag", " false ", NULL },
		{ "flag", "yes", "Invalid value yes for configuration flag: Expected value to be either true or "
		  "false" },
		{ "flag", "", "Invalid value  for configuration flag: Expected value to be either true or false" },
		{ "small", "32767", NULL },
		{ "small", "32768", "Invalid value 32768 for configuration small: Not a number of type SHORT" },
		{ "number", " 7 ", NULL },
		{ "number", "+7", NULL },
		{ "number", "0", "Invalid value 0 for configuration number: Value must be at least 1" },
		{ "number", " -3", "Invalid value -3 for configuration number: Value must be at least 1" },
		{ "number", "101", "Invalid value 101 for configuration number: Value must be no more than 100" },
		{ "number", "2147483648", "Invalid value 2147483648 for configuration number: Not a number of type "
		  "INT" },
		{ "number", "1.5", "Invalid value 1.5 for configuration number: Not a number of type INT" },
		{ "number", "0x10", "Invalid value 0x10 for configuration number: Not a number of type INT" },
		{ "number", "", "Invalid value  for configuration number: Not a number of type INT" },
		{ "number", "-", "Invalid value - for configuration number: Not a number of type INT" },
		{ "number", "1 2", "Invalid value 1 2 for configuration number: Not a number of type INT" },
		{ "large", "-9223372036854775808", NULL },
		{ "large", "9223372036854775807", NULL },
		{ "large", "9223372036854775808",
		  "Invalid value 9223372036854775808 for configuration large: Not a number of type LONG" },
		{ "large", "-9223372036854775809",
		  "Invalid value -9223372036854775809 for configuration large: Not a number of type LONG" },
		{ "ratio", "1e-3", NULL },
		{ "ratio", "1.01", "Invalid value 1.01 for configuration ratio: Value must be no more than 1" },
		{ "ratio", "-.5", "Invalid value -0.5 for configuration ratio: Value must be at least 0" },
		{ "ratio", "nan", "Invalid value nan for configuration ratio: Not a number of type DOUBLE" },
		{ "ratio", "1e999", "Invalid value 1e999 for configuration ratio: Not a number of type DOUBLE" },
		{ "ratio", "half", "Invalid value half for configuration ratio: Not a number of type DOUBLE" },
		{ "list", "a , b", NULL },
		{ "list", "", NULL },
		{ "list", "a,,b", "Invalid value [a, , b] for configuration list: List may not contain an empty item" },
		{ "list", "a,", "Invalid value [a, ] for configuration list: List may not contain an empty item" },
		{ "loose", "a,,b,", NULL },
		{ "loose", ",", NULL },
		{ "kinds", "a,c", "Invalid value c for configuration kinds: String must be one of: a, b" },
		{ "kinds", " ", "Invalid value [] for configuration kinds: List may not be empty" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_config_def def;
		struct cw_error err = { 0 };

		CU_ASSERT_TRUE(cw_config_table_find(settings_table, cases[i].key, &def));
		CU_ASSERT_EQUAL(cw_config_check(&def, cases[i].value, &err), cases[i].want ? -1 : 0);
		if (strcmp(err.text, cases[i].want ? cases[i].want : "") != 0)
			fprintf(stderr, "\n  %s=%s\n  got: %s\n", cases[i].key, cases[i].value, err.text);
		CU_ASSERT_STRING_EQUAL(err.text, cases[i].want ? cases[i].want : "");
	}
}

static void test_check__a_long_value_does_not_push_the_reason_out(void)
{
	char value[5000];
	struct cw_error err = { 0 };

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	cw_config_check(&table[6], value, &err);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "xxx... for configuration number: Not a number of type INT"));
}

static void test_check__a_non_number_with_a_range_has_a_second_error(void)
{
	struct cw_error err = { 0 };

	CU_ASSERT_TRUE(cw_config_follow_up(&table[6], "x", &err));
	CU_ASSERT_STRING_EQUAL(err.text, "Invalid value null for configuration number: Value must be non-null");
	CU_ASSERT_FALSE(cw_config_follow_up(&table[6], "0", NULL));
	CU_ASSERT_FALSE(cw_config_follow_up(&table[7], "x", NULL));
}

static void test_canonical__is_the_parsed_value(void)
{
	static const struct {
		size_t def;
		const char *value, *want;
	} cases[] = {
		{ 0, "  a b ", "a b" }, { 3, "s3cret", "[hidden]" }, { 4, " TRUE", "true" }, { 6, " 007 ", "7" },
		{ 8, ".25", "0.25" },   { 8, "1", "1.0" },           { 8, "1000", "1000.0" }, { 8, "1e3", "1000.0" },
		{ 8, "0", "0.0" },      { 8, "-0", "-0.0" },         { 8, "0.001", "0.001" }, { 8, "0.00012", "1.2E-4" },
		{ 8, "1e7", "1.0E7" },  { 8, "9999999", "9999999.0" }, { 8, "1234567.5", "1234567.5" },
		{ 8, "-1.25e300", "-1.25E300" }, { 8, "120", "120.0" }, { 8, "0.1", "0.1" }, { 8, "12345678.9", "1.23456789E7" },
		{ 9, " a ,b,  c", "a,b,c" }, { 9, "  ", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *got = cw_config_canonical(&table[cases[i].def], cases[i].value);

		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
	}
	CU_ASSERT_PTR_NULL(cw_config_canonical(&table[0], NULL));
	CU_ASSERT_PTR_NULL(cw_config_canonical(&table[6], "x"));
}

static void test_fill__stores_values_and_defaults(void)
{
	struct settings s = { .number = 99 };
	struct cw_config_memory *memory;
	struct cw_map config = { 0 };

	cw_map_set(&config, "text", " hello ");
	cw_map_set(&config, "mode", "ignore");
	cw_map_set(&config, "secret", "s3cret");
	cw_map_set(&config, "flag", "True");
	cw_map_set(&config, "small", "-5");
	cw_map_set(&config, "ratio", "0.25");
	cw_map_set(&config, "list", "x, y ,z");
	CU_ASSERT_EQUAL_FATAL(cw_config_fill(settings_table, &config, &s, &memory, NULL), 0);
	cw_map_free(&config);
	CU_ASSERT_STRING_EQUAL(s.text, "hello");
	CU_ASSERT_STRING_EQUAL(s.class_name, "IGNORE");
	CU_ASSERT_STRING_EQUAL(s.secret, "s3cret");
	CU_ASSERT_TRUE(s.flag);
	CU_ASSERT_EQUAL(s.small, -5);
	CU_ASSERT_EQUAL(s.number, 1);
	CU_ASSERT_EQUAL(s.large, 0);
	CU_ASSERT_EQUAL(s.ratio, 0.25);
	CU_ASSERT_EQUAL_FATAL(s.list.n, 3);
	CU_ASSERT_STRING_EQUAL(s.list.items[1], "y");
	CU_ASSERT_EQUAL_FATAL(s.kinds.n, 1);
	CU_ASSERT_STRING_EQUAL(s.kinds.items[0], "a");
	cw_config_memory_free(memory);
}

static void test_fill__the_first_error_wins_and_nothing_is_owned(void)
{
	struct settings s;
	struct cw_config_memory *memory = (void *)&s;
	struct cw_map config = { 0 };
	struct cw_error err = { 0 };

	cw_map_set(&config, "flag", "maybe");
	cw_map_set(&config, "number", "0");
	CU_ASSERT_EQUAL(cw_config_fill(settings_table, &config, &s, &memory, &err), -1);
	CU_ASSERT_PTR_NULL(memory);
	CU_ASSERT_STRING_EQUAL(err.text, "Missing required configuration \"text\" which has no default value.");
	cw_map_free(&config);
}

static void test_json__is_kafkas_definition_in_its_order(void)
{
	json_t *json = cw_config_def_to_json(&table[6], 9);
	CW_AUTO_FREE char *text = json_dumps(json, JSON_COMPACT);

	CU_ASSERT_STRING_EQUAL(text, "{\"name\":\"number\",\"type\":\"INT\",\"required\":false,\"default_value\":\"1\","
			       "\"importance\":\"MEDIUM\",\"documentation\":\"\",\"group\":\"Main\","
			       "\"width\":\"SHORT\",\"display_name\":\"Number\","
			       "\"dependents\":[\"flag\",\"small\"],\"order\":4}");
	json_decref(json);
	json = cw_config_def_to_json(&table[0], 2);
	CU_ASSERT_TRUE(json_is_true(json_object_get(json, "required")));
	CU_ASSERT_TRUE(json_is_null(json_object_get(json, "default_value")));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "order")), 2);
	json_decref(json);
	json = cw_config_def_to_json(&table[4], 2);
	CU_ASSERT_TRUE(json_is_null(json_object_get(json, "group")));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "order")), -1);
	json_decref(json);
}

/* A table as a plugin of a newer or older version would lay it out. */
static void test_table__any_stride(void)
{
	struct {
		struct cw_config_def def;
		const char *more;
	} newer[2] = { { .def = table[0] }, { .def = table[6] } };
	struct cw_config_table t = { &newer[0].def, 2, sizeof(newer[0]) };
	struct cw_config_def def;

	CU_ASSERT_TRUE(cw_config_table_find(t, "number", &def));
	CU_ASSERT_EQUAL(def.max, 100);
	CU_ASSERT_FALSE(cw_config_table_find(t, "numbe", &def));
	t.stride = offsetof(struct cw_config_def, check);
	t.n = 1;
	CU_ASSERT_STRING_EQUAL(cw_config_table_at(t, 0, &def)->name, "text");
	CU_ASSERT_PTR_NULL(def.check);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "checks say what Kafka says", test_check__says_what_kafka_says },
		{ "long values", test_check__a_long_value_does_not_push_the_reason_out },
		{ "non-numbers have two errors", test_check__a_non_number_with_a_range_has_a_second_error },
		{ "canonical values", test_canonical__is_the_parsed_value },
		{ "fill", test_fill__stores_values_and_defaults },
		{ "fill refuses", test_fill__the_first_error_wins_and_nothing_is_owned },
		{ "JSON", test_json__is_kafkas_definition_in_its_order },
		{ "strides", test_table__any_stride },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "config_def", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
