/* The JSON writer: values that no JSON was read from. */
#include <math.h>

#include "convert/json_write.h"
#include "data/schema.h"
#include "data/value.h"
#include "json_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct cw_json_style base64 = { .null_is_default = true };
static const struct cw_json_style numeric = { .numeric_decimals = true };

/* The document, or the error's text; valid until the next call. */
static const char *written(struct cw_buf *out, const struct cw_value *value, const struct cw_json_style *style)
{
	struct cw_error err = { 0 };

	out->n = 0;
	if (cw_json_write(out, value, style, 0, &err) < 0) {
		CU_ASSERT_EQUAL(out->n, 0);
		CU_ASSERT_EQUAL(err.code, CW_ERR_INVALID);
		cw_buf_puts(out, err.text);
	}
	return out->p;
}

/* As a value, and alone. */
static void expect_string(struct cw_slice text, const char *wanted)
{
	struct cw_value value = cw_value_string(text);
	struct cw_buf out = { 0 };

	CU_ASSERT_STRING_EQUAL(written(&out, &value, &base64), wanted);
	CU_ASSERT_EQUAL(out.n, strlen(wanted));
	out.n = 0;
	cw_json_write_string(&out, text);
	CU_ASSERT_STRING_EQUAL(out.p, wanted);
	CU_ASSERT_EQUAL(out.n, strlen(wanted));
	cw_buf_free(&out);
}

static void test_string__escapes_as_jackson_does(void)
{
	static const struct {
		const char *text;
		size_t n;
		const char *out;
	} rows[] = {
		{ "", 0, "\"\"" },
		{ "a", 1, "\"a\"" },
		{ "\"\\/", 3, "\"\\\"\\\\/\"" },
		{ "\b\t\n\f\r", 5, "\"\\b\\t\\n\\f\\r\"" },
		{ "\0\x01\x0b\x1f\x7f", 5, "\"\\u0000\\u0001\\u000B\\u001F\x7f\"" },
		{ "gr\xc3\xbc\xc3\x9f", 6, "\"gr\xc3\xbc\xc3\x9f\"" },
		{ "\xe2\x80\xa8", 3, "\"\xe2\x80\xa8\"" },
		{ "\xf0\x9f\x98\x80", 4, "\"\\uD83D\\uDE00\"" },
		{ "\xf4\x8f\xbf\xbf", 4, "\"\\uDBFF\\uDFFF\"" },
		{ "\xed\xa0\x80", 3, "\"\\uD800\"" },
		{ "\xed\xbf\xbfz", 4, "\"\\uDFFFz\"" },
		{ "\xff" "a\xc3", 3, "\"\xef\xbf\xbd" "a\xef\xbf\xbd\"" },
		{ "eight by" "teseight\n", 17, "\"eight byteseight\\n\"" },
		{ "1234567\"", 8, "\"1234567\\\"\"" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_string(cw_slice(rows[i].text, rows[i].n), rows[i].out);
}

/* Each kind of byte at each place of a word, and longer texts than the buffer had room for. */
static void test_string__at_every_place(void)
{
	static const char digits[] = "0123456789012345678901234567890123456789", letters[] = "abcdefghijklmnopqrst";
	static const char *const odd[] = { "\n", "\"", "\x01", "\xc3\xbc", "\xf0\x9f\x98\x80", "\xff" };
	static const char *const wanted[] = { "\\n", "\\\"", "\\u0001", "\xc3\xbc", "\\uD83D\\uDE00", "\xef\xbf\xbd" };

	for (size_t k = 0; k < COUNT(odd); k++) {
		for (int before = 0; before < 40; before++) {
			CW_AUTO_FREE char *text = cw_format("%.*s%s%.*s", before, digits, odd[k], before / 2, letters);
			CW_AUTO_FREE char *json =
				cw_format("\"%.*s%s%.*s\"", before, digits, wanted[k], before / 2, letters);

			expect_string(cw_slice_str(text), json);
		}
	}
}

/* Plain texts of each length are as they were, in memory of their size. */
static void test_string__of_each_length(void)
{
	for (int n = 0; n < 70; n++) {
		CW_AUTO_FREE char *text = cw_format("%.*s", n, "the quick brown fox jumps over the lazy dog; "
						    "pack my box with five dozen liquor jugs");
		CW_AUTO_FREE char *json = cw_format("\"%s\"", text);

		expect_string(cw_slice_str(text), json);
	}
}

static void test_numbers__as_java_prints_them(void)
{
	const struct {
		struct cw_value value;
		const char *out;
	} rows[] = {
		{ cw_value_integer(CW_INT8, -128), "-128" },
		{ cw_value_integer(CW_INT16, 32767), "32767" },
		{ cw_value_integer(CW_INT32, INT32_MIN), "-2147483648" },
		{ cw_value_int64(INT64_MIN), "-9223372036854775808" },
		{ cw_value_int64(0), "0" },
		{ cw_value_float32(0.1f), "0.1" },
		{ cw_value_float32(1e10f), "1.0E10" },
		{ cw_value_float32(INFINITY), "\"Infinity\"" },
		{ cw_value_float64(1), "1.0" },
		{ cw_value_float64(-0.0), "-0.0" },
		{ cw_value_float64(1e-5), "1.0E-5" },
		{ cw_value_float64(NAN), "\"NaN\"" },
		{ cw_value_float64(-INFINITY), "\"-Infinity\"" },
		{ cw_value_boolean(true), "true" },
		{ cw_value_null(), "null" },
		{ cw_value_bytes(cw_slice("\0\1\2\xff", 4)), "\"AAEC/w==\"" },
		{ cw_value_bytes(cw_slice(NULL, 0)), "\"\"" },
	};
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_STRING_EQUAL(written(&out, &rows[i].value, &base64), rows[i].out);
	cw_buf_free(&out);
}

static struct cw_value with(struct cw_value value, const struct cw_schema *schema)
{
	value.schema = schema;
	return value;
}

static void test_logical__by_their_schema(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *decimal = cw_schema_decimal(memory, 2, false);
	const struct cw_schema *date = cw_schema_of(CW_DATE, true), *time = cw_schema_of(CW_TIME, false);
	const struct cw_schema *timestamp = cw_schema_of(CW_TIMESTAMP, false);
	struct cw_schema *unscaled = cw_schema_new(memory, CW_DECIMAL);
	const struct {
		struct cw_value value;
		const char *base64, *numeric;
	} rows[] = {
		{ with(cw_value_decimal(cw_slice("\0\x96", 2), 2), decimal), "\"AJY=\"", "1.50" },
		{ with(cw_value_decimal(cw_slice("\0\0\x05", 3), 2), decimal), "\"BQ==\"", "0.05" },
		{ with(cw_value_decimal(cw_slice("\xff\x6a", 2), 2), decimal), "\"/2o=\"", "-1.50" },
		{ with(cw_value_decimal(cw_slice("\x01", 1), -3), decimal),
		  "Decimal value has mismatching scale for given Decimal schema. "
		  "Schema has scale 2, value has scale -3.",
		  "1E+3" },
		{ with(cw_value_decimal(cw_slice("\x01", 1), 0), unscaled),
		  "Invalid Decimal schema: scale parameter not found.", "1" },
		{ with(cw_value_int64(1), decimal),
		  "Invalid type for Decimal, expected BigDecimal but was class java.lang.Long", NULL },
		{ with(cw_value_integer(CW_DATE, 0), date), "0", "0" },
		{ with(cw_value_integer(CW_DATE, -86400000), date), "-1", "-1" },
		{ with(cw_value_integer(CW_TIMESTAMP, 86400000), date), "1", "1" },
		{ with(cw_value_integer(CW_DATE, 1), date),
		  "Kafka Connect Date type should not have any time fields set to non-zero values.", NULL },
		{ with(cw_value_null(), date), "null", "null" },
		{ with(cw_value_integer(CW_TIME, 86400000), time), "86400000", "86400000" },
		{ with(cw_value_integer(CW_TIME, -1), time),
		  "Kafka Connect Time type should not have any date fields set to non-zero values.", NULL },
		{ with(cw_value_integer(CW_TIME, 86400001), time),
		  "Kafka Connect Time type should not have any date fields set to non-zero values.", NULL },
		{ with(cw_value_null(), time),
		  "Conversion error: null value for field that is required and has no default value", NULL },
		{ with(cw_value_integer(CW_TIMESTAMP, -1), timestamp), "-1", "-1" },
		{ with(cw_value_string(cw_slice_str("x")), timestamp),
		  "Invalid type for Timestamp, expected Date but was class java.lang.String", NULL },
		{ cw_value_integer(CW_TIMESTAMP, 1),
		  "Java class class java.util.Date does not have corresponding schema type.", NULL },
		{ cw_value_decimal(cw_slice("\1", 1), 0),
		  "Java class class java.math.BigDecimal does not have corresponding schema type.", NULL },
	};
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		CU_ASSERT_STRING_EQUAL(written(&out, &rows[i].value, &base64), rows[i].base64);
		CU_ASSERT_STRING_EQUAL(written(&out, &rows[i].value, &numeric),
				       rows[i].numeric ? rows[i].numeric : rows[i].base64);
	}
	cw_buf_free(&out);
	cw_memory_free(memory);
}

static void test_types__that_their_schema_does_not_have(void)
{
	const struct {
		struct cw_value value;
		const char *error;
	} rows[] = {
		{ with(cw_value_int64(1), cw_schema_of(CW_INT32, false)),
		  "Invalid type for INT32: class java.lang.Long" },
		{ with(cw_value_boolean(true), cw_schema_of(CW_STRING, true)),
		  "Invalid type for STRING: class java.lang.Boolean" },
		{ with(cw_value_int64(1), cw_schema_of(CW_BYTES, true)),
		  "Invalid type for bytes type: class java.lang.Long" },
		{ with(cw_value_array(NULL, 0), cw_schema_of(CW_FLOAT64, true)),
		  "Invalid type for FLOAT64: class java.util.ArrayList" },
	};
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_STRING_EQUAL(written(&out, &rows[i].value, &base64), rows[i].error);
	cw_buf_free(&out);
}

static void test_maps__are_objects_while_all_keys_are_strings(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_entry entries[] = {
		{ cw_value_string(cw_slice_str("a")), cw_value_int64(1) },
		{ cw_value_string(cw_slice_str("b")), cw_value_null() },
	};
	struct cw_value map = cw_value_map(entries, 2);
	struct cw_buf out = { 0 };

	CU_ASSERT_STRING_EQUAL(written(&out, &map, &base64), "{\"a\":1,\"b\":null}");
	entries[1].key = cw_value_null();
	CU_ASSERT_STRING_EQUAL(written(&out, &map, &base64), "[[\"a\",1],[null,null]]");
	entries[1].value = cw_value_int64(2);
	map.schema = cw_schema_map(memory, cw_schema_of(CW_STRING, true), cw_schema_of(CW_INT64, false));
	CU_ASSERT_STRING_EQUAL(written(&out, &map, &base64), "{\"a\":1,\"null\":2}");
	map.schema = cw_schema_map(memory, cw_schema_of(CW_STRING, false), cw_schema_of(CW_INT64, false));
	CU_ASSERT_STRING_EQUAL(written(&out, &map, &base64),
			       "Conversion error: null value for field that is required and has no default value");
	entries[0].key = cw_value_boolean(true);
	entries[1].key = cw_value_boolean(false);
	map.schema = cw_schema_map(memory, cw_schema_of(CW_BOOLEAN, false), cw_schema_of(CW_INT64, false));
	CU_ASSERT_STRING_EQUAL(written(&out, &map, &base64), "[[true,1],[false,2]]");
	map = cw_value_map(NULL, 0);
	CU_ASSERT_STRING_EQUAL(written(&out, &map, &base64), "{}");
	cw_buf_free(&out);
	cw_memory_free(memory);
}

static const struct cw_schema *struct_of(struct cw_batch *memory, const char *name, const struct cw_schema *schema)
{
	struct cw_field *fields;
	struct cw_schema *made = cw_schema_struct(memory, 1, &fields);

	fields[0] = (struct cw_field){ cw_slice_str(name), schema };
	return made;
}

static void test_structs__have_the_schema_of_their_place(void)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *a = struct_of(memory, "a\"", cw_schema_of(CW_INT64, false));
	const struct cw_schema *same = struct_of(memory, "a\"", cw_schema_of(CW_INT64, false));
	const struct cw_schema *other = struct_of(memory, "b", cw_schema_of(CW_INT64, false));
	const struct cw_value field = cw_value_int64(1);
	struct cw_value item = cw_value_struct(a, &field), array = cw_value_array(&item, 1);
	struct cw_buf out = { 0 };

	CU_ASSERT_STRING_EQUAL(written(&out, &item, &base64), "{\"a\\\"\":1}");
	array.schema = cw_schema_array(memory, same);
	CU_ASSERT_STRING_EQUAL(written(&out, &array, &base64), "[{\"a\\\"\":1}]");
	array.schema = cw_schema_array(memory, other);
	CU_ASSERT_STRING_EQUAL(written(&out, &array, &base64), "Mismatching schema.");
	array.schema = NULL;
	CU_ASSERT_STRING_EQUAL(written(&out, &array, &base64), "Mismatching schema.");
	cw_buf_free(&out);
	cw_memory_free(memory);
}

static void test_depth__ends_at_a_thousand(void)
{
	static const char too_deep[] = "Converting Kafka Connect data to byte[] failed due to serialization error: ";
	struct cw_value items[1002] = { 0 };
	struct cw_buf out = { 0 };
	struct cw_error err = { 0 };

	for (size_t i = 1; i < COUNT(items); i++)
		items[i] = cw_value_array(&items[i - 1], 1);
	CU_ASSERT_EQUAL(strlen(written(&out, &items[1000], &base64)), 2004);
	CU_ASSERT_EQUAL(strncmp(written(&out, &items[1001], &base64), too_deep, strlen(too_deep)), 0);
	out.n = 0;
	CU_ASSERT_EQUAL(cw_json_write(&out, &items[1000], &base64, 1, &err), -1);
	cw_buf_free(&out);
}

/* A schema that holds itself has no JSON form: an error, and no endless loop. */
static void test_schema__that_is_recursive_is_refused(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_field *fields;
	struct cw_schema *node = cw_schema_struct(memory, 1, &fields);
	struct json json;
	struct cw_value value = cw_value_null();
	struct cw_slice out;

	node->optional = true;
	fields[0] = (struct cw_field){ cw_slice_str("next"), node };
	value.schema = node;
	CU_ASSERT_EQUAL(json_start(&json, JSON_ENVELOPES), 0);
	CU_ASSERT_FALSE(json_write(&json, &value, &out));
	CU_ASSERT_PTR_NOT_NULL(strstr(json.err.text, "more than 1000 levels"));
	json_stop(&json);
	cw_memory_free(memory);
}

static void test_null__is_no_document_only_without_a_schema(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_value seven = cw_value_integer(CW_INT32, 7), value = cw_value_null();
	struct cw_schema *schema = cw_schema_copy(memory, cw_schema_of(CW_INT32, true));
	struct json plain, envelopes;
	struct cw_slice out;

	CU_ASSERT_EQUAL(json_start(&plain, JSON_PLAIN), 0);
	CU_ASSERT_EQUAL(json_start(&envelopes, JSON_ENVELOPES), 0);
	CU_ASSERT_TRUE(json_write(&plain, &value, &out) && !out.p);
	CU_ASSERT_TRUE(json_write(&envelopes, &value, &out) && !out.p);
	value.schema = schema;
	CU_ASSERT_TRUE(json_write(&plain, &value, &out) && json_is(out, "null"));
	CU_ASSERT_TRUE(json_write(&envelopes, &value, &out) &&
		       json_is(out, "{'schema':{'type':'int32','optional':true},'payload':null}"));
	seven.schema = schema = cw_schema_copy(memory, schema);
	schema->default_value = &seven;
	value.schema = schema;
	CU_ASSERT_TRUE(json_write(&plain, &value, &out) && json_is(out, "7"));
	CU_ASSERT_TRUE(json_write(&envelopes, &value, &out) &&
		       json_is(out, "{'schema':{'type':'int32','optional':true,'default':7},'payload':7}"));
	json_stop(&plain);
	json_stop(&envelopes);
	cw_memory_free(memory);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "string: escapes as Jackson does", test_string__escapes_as_jackson_does },
		{ "string: at every place", test_string__at_every_place },
		{ "string: of each length", test_string__of_each_length },
		{ "numbers: as Java prints them", test_numbers__as_java_prints_them },
		{ "logical: by their schema", test_logical__by_their_schema },
		{ "types: that their schema does not have", test_types__that_their_schema_does_not_have },
		{ "maps: objects while all keys are strings", test_maps__are_objects_while_all_keys_are_strings },
		{ "structs: have the schema of their place", test_structs__have_the_schema_of_their_place },
		{ "depth: ends at a thousand", test_depth__ends_at_a_thousand },
		{ "schema: recursive is refused", test_schema__that_is_recursive_is_refused },
		{ "null: no document only without a schema", test_null__is_no_document_only_without_a_schema },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "JSON writer", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
