/* Values: what Kafka Connect 4.1.1 makes of a text, and the text of what it made. */
#include <time.h>

#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"
#include "data/values.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* "INT8", "ARRAY(INT8)", "MAP(STRING,-)", "Date", … */
static void describe(struct cw_buf *out, const struct cw_schema *schema)
{
	const char *dot;

	if (!schema) {
		cw_buf_puts(out, "-");
		return;
	}
	dot = schema->name.p ? strrchr(schema->name.p, '.') : NULL;
	cw_buf_puts(out, dot ? dot + 1 : cw_type_name_upper(schema->type));
	if (schema->optional)
		cw_buf_puts(out, "?");
	if (schema->type == CW_ARRAY || schema->type == CW_MAP) {
		cw_buf_puts(out, "(");
		if (schema->type == CW_MAP) {
			describe(out, schema->key_schema);
			cw_buf_puts(out, ",");
		}
		describe(out, schema->value_schema);
		cw_buf_puts(out, ")");
	}
}

struct parsed {
	const char *text, *schema, *printed; /* printed NULL: as the text */
};

static void check(const struct cw_values *values, const struct parsed *expected)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_buf schema = { 0 }, printed = { 0 };
	const char *wanted = expected->printed ? expected->printed : expected->text;
	struct cw_value value;

	CU_ASSERT_EQUAL_FATAL(cw_values_parse(values, memory, cw_slice_str(expected->text), &value), 0);
	describe(&schema, value.schema);
	cw_values_print(&printed, &value);
	if (strcmp(schema.p, expected->schema) != 0 || strcmp(printed.p, wanted) != 0)
		fprintf(stderr, "'%s' is %s '%s', not %s '%s'\n", expected->text, schema.p, printed.p, expected->schema,
			wanted);
	CU_ASSERT_STRING_EQUAL(schema.p, expected->schema);
	CU_ASSERT_STRING_EQUAL(printed.p, wanted);
	cw_buf_free(&schema);
	cw_buf_free(&printed);
	cw_memory_free(memory);
}

static void check_all(const struct parsed *cases, size_t n)
{
	struct cw_values *values = cw_values_new();

	for (size_t i = 0; i < n; i++)
		check(values, &cases[i]);
	cw_values_free(values);
}

static void test_values__scalars(void)
{
	static const struct parsed cases[] = {
		{ "", "STRING", NULL },
		{ " ", "STRING", NULL },
		{ "abc", "STRING", NULL },
		{ "null", "-", NULL },
		{ " null", "-", "null" },
		{ "null}", "STRING", NULL },
		{ "true", "BOOLEAN", NULL },
		{ " true", "BOOLEAN", "true" },
		{ "true}", "STRING", NULL },
		{ "TRUE", "STRING", NULL },
		{ "false", "BOOLEAN", NULL },
		{ "1", "INT8", NULL },
		{ " 5 ", "INT8", "5" },
		{ "1.0", "INT8", "1" },
		{ "5.", "INT8", "5" },
		{ "+1", "INT8", "1" },
		{ "007", "INT8", "7" },
		{ "-129", "INT16", NULL },
		{ "1e3", "INT16", "1000" },
		{ "70000", "INT32", NULL },
		{ "-2147483649", "INT64", NULL },
		{ "9223372036854775807", "INT64", NULL },
		{ "9223372036854775808", "Decimal", NULL },
		{ "-1e19", "FLOAT32", "-1.0E19" },
		{ "2.5", "FLOAT32", NULL },
		{ "123456789.123456789", "FLOAT32", "1.2345679E8" },
		{ "1e39", "FLOAT64", "1.0E39" },
		{ "1e400", "Decimal", "1E+400" },
		{ "1e-400", "FLOAT32", "0.0" },
		{ "0e2147483647", "INT8", "0" },
		{ "1e2147483647", "Decimal", "1E+2147483647" },
		{ "\xd9\xa1\xd9\xa2", "INT8", "12" },
		{ ".5", "STRING", NULL },
		{ "NaN", "STRING", NULL },
		{ "0x10", "STRING", NULL },
		{ "-", "STRING", NULL },
		{ "1:2", "INT8", "1" },
		{ "1,2]", "INT8", "1" },
		{ "\"5\"", "STRING", NULL },
		{ "\t\"5\"", "STRING", NULL },
	};

	check_all(cases, LENGTH(cases));
}

static void test_values__dates(void)
{
	static const struct parsed cases[] = {
		{ "2023-01-02", "Date", NULL },
		{ "2023-13-45", "Date", "2024-02-14" },
		{ "22:13:20.000Z", "Time", NULL },
		{ "22\\:13\\:20.000Z", "Time", "22:13:20.000Z" },
		{ "2023-01-02T22:13:20.001Z", "Timestamp", NULL },
		{ "2023-01-02T00:00:00.000Z", "Timestamp", "2023-01-02" },
		{ "1970-01-01", "Date", "00:00:00.000Z" },
		{ "1969-12-31", "Date", "00:00:00.000Z" },
		{ "22:13:20Z", "INT8", "22" },
		{ "2023-1-02", "STRING", NULL },
		{ "[2023-01-02]", "ARRAY(Date)", NULL },
		{ "[\"2023-01-02\"]", "ARRAY(Date)", "[2023-01-02]" },
		{ "[1,2023-01-02]", "ARRAY(Date)", "[1970-01-02,2023-01-02]" },
		{ "[2023-01-02,70000]", "STRING", NULL },
		{ "[-1,22:13:20.000Z]", "STRING", NULL },
	};

	check_all(cases, LENGTH(cases));
}

static void test_values__arrays(void)
{
	static const struct parsed cases[] = {
		{ "[]", "ARRAY(-)", NULL },
		{ " [ 1 , 2 ] ", "ARRAY(INT8)", "[1,2]" },
		{ "[1,300]", "ARRAY(INT16)", NULL },
		{ "[1,2.5]", "ARRAY(FLOAT32)", "[1.0,2.5]" },
		{ "[1,\"a\"]", "ARRAY(-)", NULL },
		{ "[1,null]", "STRING", NULL },
		{ "[null]", "ARRAY(-)", NULL },
		{ "[1]x", "ARRAY(INT8)", "[1]" },
		{ "[1,]", "ARRAY(INT8)", "[1]" },
		{ "[1", "STRING", NULL },
		{ "[1 2]", "STRING", NULL },
		{ "[a]", "STRING", NULL },
		{ "[,]", "STRING", NULL },
		{ "[\"a\\\"b\"]", "ARRAY(STRING)", "[\"a\\\\\\\"b\"]" },
		{ "[\"  \"]", "ARRAY(STRING)", "[\"\"]" },
		{ "[[1],[\"a\"]]", "ARRAY(ARRAY(STRING))", NULL },
		{ "[9223372036854775808,1]", "ARRAY(-)", NULL },
		{ "[true,false]", "ARRAY(BOOLEAN)", NULL },
	};

	check_all(cases, LENGTH(cases));
}

static void test_values__maps(void)
{
	static const struct parsed cases[] = {
		{ "{}", "MAP(-,-)", NULL },
		{ "{\"a\":1,}", "MAP(STRING,INT8)", "{\"a\":1}" },
		{ "{\"a\":1 \"b\":300}", "MAP(STRING,INT16)", "{\"a\":1,\"b\":300}" },
		{ "{\"a\":1,\"b\":300}", "MAP(STRING,INT16)", NULL },
		{ "{\"a\":1,\"a\":2}", "MAP(STRING,INT8)", "{\"a\":2}" },
		{ "{\"a\":1,\"b\":\"x\"}", "MAP(STRING,-)", NULL },
		{ "{\"a\":null}", "MAP(STRING,-)", NULL },
		{ "{\"a\":1,\"b\":null}", "STRING", NULL },
		{ "{1:2,\"a\":3}", "MAP(-,-)", NULL },
		{ "{null:1}", "STRING", NULL },
		{ "{\"a\"}", "STRING", NULL },
		{ "{16777216:1,16777217:2,0.5:3}", "MAP(FLOAT32,INT8)", "{1.6777216E7:2,0.5:3}" },
		{ "{\"a\":{\"b\":[1]}}", "MAP(STRING,MAP(STRING,ARRAY(INT8)))", NULL },
	};

	check_all(cases, LENGTH(cases));
}

static void test_values__depth_has_an_end(void)
{
	struct cw_values *values = cw_values_new();
	struct cw_batch *memory = cw_memory_new();
	struct cw_value value;
	char *text = malloc(200000);

	memset(text, '[', CW_VALUES_DEPTH);
	memset(text + CW_VALUES_DEPTH, ']', CW_VALUES_DEPTH);
	CU_ASSERT_EQUAL(cw_values_parse(values, memory, cw_slice(text, 2 * CW_VALUES_DEPTH), &value), 0);
	CU_ASSERT_EQUAL(value.type, CW_ARRAY);
	CU_ASSERT_EQUAL(cw_values_parse(values, memory, cw_slice(text, CW_VALUES_DEPTH), &value), 0);
	CU_ASSERT_EQUAL(value.type, CW_STRING);
	memset(text, '[', 200000);
	CU_ASSERT_EQUAL(cw_values_parse(values, memory, cw_slice(text, 200000), &value), -1);
	free(text);
	cw_memory_free(memory);
	cw_values_free(values);
}

/* A hundred thousand strings, each of which could be as long as what is left of the text. */
static void test_values__large_arrays_take_linear_memory(void)
{
	struct cw_values *values = cw_values_new();
	struct cw_batch *memory = cw_memory_new();
	struct cw_buf text = { 0 };
	struct cw_value value;

	for (int i = 0; i < 100000; i++)
		cw_buf_puts(&text, i ? ",\"ab  \"" : "[\"ab  \"");
	cw_buf_puts(&text, "]");
	CU_ASSERT_EQUAL(cw_values_parse(values, memory, cw_slice(text.p, text.n), &value), 0);
	CU_ASSERT_EQUAL(value.u.array.n, 100000);
	CU_ASSERT_TRUE(cw_slice_equal(value.u.array.items[99999].u.bytes, cw_slice_str("ab  ")));
	cw_buf_free(&text);
	cw_memory_free(memory);
	cw_values_free(values);
}

static void test_values__structs_and_bytes_are_printed(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(memory, 3, &fields);
	struct cw_value *seven = cw_batch_alloc(memory, sizeof(*seven)), values[3], value;
	struct cw_schema *with_default = cw_schema_new(memory, CW_INT32);
	struct cw_buf out = { 0 };

	*seven = cw_value_integer(CW_INT32, 7);
	with_default->default_value = seven;
	fields[0] = (struct cw_field){ cw_slice_str("a\"b"), cw_schema_of(CW_BYTES, false) };
	fields[1] = (struct cw_field){ cw_slice_str("c"), with_default };
	fields[2] = (struct cw_field){ cw_slice_str("d"), cw_schema_of(CW_TIMESTAMP, false) };
	values[0] = cw_value_bytes(cw_slice_str("ab"));
	values[1] = cw_value_null_of(with_default);
	values[2] = cw_value_integer(CW_TIMESTAMP, -1);
	value = cw_value_struct(schema, values);
	cw_values_print(&out, &value);
	CU_ASSERT_STRING_EQUAL(out.p, "{\"a\\\"b\":\"YWI=\",\"c\":7,\"d\":23:59:59.999Z}");
	out.n = 0;
	cw_values_print(&out, &values[0]);
	CU_ASSERT_STRING_EQUAL(out.p, "YWI=");
	cw_buf_free(&out);
	cw_memory_free(memory);
}

static void use_zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static void test_values__dates_are_local(void)
{
	static const struct {
		const char *zone, *text;
		int64_t ms;
	} cases[] = {
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2024-01-01T00:00:00.000Z", 1704063600000 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2024-07-01T00:00:00.000Z", 1719784800000 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-31T02:30:00.000Z", 1711848600000 }, /* none: 3:30 */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-27T02:30:00.000Z", 1729992600000 }, /* two: the later */
		{ "UTC0", "2024-03-31T02:30:00.000Z", 1711852200000 },
	};
	struct cw_values *values = cw_values_new();

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_batch *memory = cw_memory_new();
		struct cw_value value;

		use_zone(cases[i].zone);
		CU_ASSERT_EQUAL(cw_values_parse(values, memory, cw_slice_str(cases[i].text), &value), 0);
		CU_ASSERT_EQUAL(value.type, CW_TIMESTAMP);
		CU_ASSERT_EQUAL(value.u.integer, cases[i].ms);
		cw_memory_free(memory);
	}
	use_zone("UTC0");
	cw_values_free(values);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "scalars", test_values__scalars },
		{ "dates", test_values__dates },
		{ "arrays", test_values__arrays },
		{ "maps", test_values__maps },
		{ "depth", test_values__depth_has_an_end },
		{ "large arrays", test_values__large_arrays_take_linear_memory },
		{ "structs and bytes", test_values__structs_and_bytes_are_printed },
		{ "time zones", test_values__dates_are_local },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "Values", .pTests = tests }, CU_SUITE_INFO_NULL };

	use_zone("UTC0");
	return cw_test_main(suites);
}
