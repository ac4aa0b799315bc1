#include <math.h>
#include <time.h>

#include "base/mem.h"
#include "convert/converters.h"
#include "convert/encoding.h"
#include "data/schema.h"
#include "data/value.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* A converter with its defaults, and memory for one test. */
struct fixture {
	const struct cw_converter_ops *ops;
	void *state;
	struct cw_batch *memory;
	struct cw_error err;
};

static struct fixture started(const struct cw_plugin *plugin, const char *encoding)
{
	struct fixture f = { .ops = plugin->converter, .memory = cw_memory_new() };

	/* The only one with a config has one string in it. */
	CU_ASSERT_EQUAL_FATAL(f.ops->start(NULL, plugin, &encoding, CW_CONVERT_VALUE, &f.state, &f.err), CW_OK);
	return f;
}

static void stop(struct fixture *f)
{
	f->ops->stop(f->state);
	cw_memory_free(f->memory);
}

static enum cw_result to_value(struct fixture *f, const char *bytes, size_t n, struct cw_value *out)
{
	const struct cw_convert_place place = { .topic = cw_slice_str("t") };

	f->err = (struct cw_error){ 0 };
	return f->ops->to_value(f->state, f->memory, &place, cw_slice(bytes, n), out, &f->err);
}

static enum cw_result from_value(struct fixture *f, const struct cw_value *value, struct cw_slice *out)
{
	const struct cw_convert_place place = { .topic = cw_slice_str("t") };

	f->err = (struct cw_error){ 0 };
	return f->ops->from_value(f->state, f->memory, &place, value, out, &f->err);
}

struct conversion {
	const struct cw_plugin *plugin;
	const char *bytes;
	size_t n;
	struct cw_value value;
};

static void test_primitives__both_ways(void)
{
	const struct conversion cases[] = {
		{ &cw_short_converter, "\x12\x34", 2, cw_value_integer(CW_INT16, 0x1234) },
		{ &cw_short_converter, "\xff\xfe", 2, cw_value_integer(CW_INT16, -2) },
		{ &cw_integer_converter, "\x80\0\0\0", 4, cw_value_integer(CW_INT32, INT32_MIN) },
		{ &cw_long_converter, "\0\0\0\0\0\0\1\0", 8, cw_value_integer(CW_INT64, 256) },
		{ &cw_long_converter, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, cw_value_integer(CW_INT64, -1) },
		{ &cw_float_converter, "\x3f\x80\0\0", 4, cw_value_float32(1) },
		{ &cw_float_converter, "\x80\0\0\0", 4, cw_value_float32(-0.0f) },
		{ &cw_double_converter, "\x80\0\0\0\0\0\0\0", 8, cw_value_float64(-0.0) },
		{ &cw_double_converter, "\x40\x09\x21\xfb\x54\x44\x2d\x18", 8, cw_value_float64(3.141592653589793) },
		{ &cw_boolean_converter, "\1", 1, cw_value_boolean(true) },
		{ &cw_boolean_converter, "\0", 1, cw_value_boolean(false) },
		{ &cw_byte_array_converter, "\0\xff", 2, cw_value_bytes(cw_slice("\0\xff", 2)) },
		{ &cw_byte_array_converter, "", 0, cw_value_bytes(cw_slice("", 0)) },
		{ &cw_string_converter, "gr\xc3\xbcn", 5, cw_value_string(cw_slice_str("gr\xc3\xbcn")) },
		{ &cw_string_converter, "", 0, cw_value_string(cw_slice("", 0)) },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct fixture f = started(cases[i].plugin, "UTF-8");
		struct cw_value value, expected = cases[i].value;
		struct cw_slice bytes;

		expected.schema = cw_schema_of(expected.type, true);
		CU_ASSERT_EQUAL(to_value(&f, cases[i].bytes, cases[i].n, &value), CW_OK);
		CU_ASSERT_TRUE(cw_value_equal(&value, &expected));
		CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
		CU_ASSERT_PTR_NOT_NULL(bytes.p);
		CU_ASSERT_TRUE(cw_slice_equal(bytes, cw_slice(cases[i].bytes, cases[i].n)));
		expected.schema = NULL;
		CU_ASSERT_EQUAL(from_value(&f, &expected, &bytes), CW_OK);
		stop(&f);
	}
}

static void test_primitives__null_is_null(void)
{
	static const struct {
		const struct cw_plugin *plugin;
		enum cw_type type;
	} cases[] = {
		{ &cw_short_converter, CW_INT16 },     { &cw_integer_converter, CW_INT32 },
		{ &cw_long_converter, CW_INT64 },      { &cw_float_converter, CW_FLOAT32 },
		{ &cw_double_converter, CW_FLOAT64 },  { &cw_boolean_converter, CW_BOOLEAN },
		{ &cw_byte_array_converter, CW_BYTES }, { &cw_string_converter, CW_STRING },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct fixture f = started(cases[i].plugin, "UTF-8");
		struct cw_value value;
		struct cw_slice bytes = cw_slice("x", 1);

		CU_ASSERT_EQUAL(to_value(&f, NULL, 0, &value), CW_OK);
		CU_ASSERT_EQUAL(value.type, CW_NULL);
		CU_ASSERT_PTR_EQUAL(value.schema, cw_schema_of(cases[i].type, true));
		CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
		CU_ASSERT_PTR_NULL(bytes.p);
		stop(&f);
	}
}

static void test_primitives__what_cannot_be_read(void)
{
	static const struct {
		const struct cw_plugin *plugin;
		const char *bytes;
		size_t n;
		const char *error;
	} cases[] = {
		{ &cw_short_converter, "", 0,
		  "Failed to deserialize short: Size of data received by ShortDeserializer is not 2" },
		{ &cw_integer_converter, "abc", 3,
		  "Failed to deserialize integer: Size of data received by IntegerDeserializer is not 4" },
		{ &cw_long_converter, "123456789", 9,
		  "Failed to deserialize long: Size of data received by LongDeserializer is not 8" },
		{ &cw_float_converter, "", 0,
		  "Failed to deserialize float: Size of data received by Deserializer is not 4" },
		{ &cw_double_converter, "1234567", 7,
		  "Failed to deserialize double: Size of data received by Deserializer is not 8" },
		{ &cw_boolean_converter, "\1\1", 2,
		  "Failed to deserialize boolean: Size of data received by BooleanDeserializer is not 1" },
		{ &cw_boolean_converter, "\xff", 1,
		  "Failed to deserialize boolean: Unexpected byte received by BooleanDeserializer: -1" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct fixture f = started(cases[i].plugin, NULL);
		struct cw_value value;

		CU_ASSERT_EQUAL(to_value(&f, cases[i].bytes, cases[i].n, &value), CW_FAIL);
		CU_ASSERT_EQUAL(f.err.code, CW_ERR_INVALID);
		CU_ASSERT_STRING_EQUAL(f.err.text, cases[i].error);
		stop(&f);
	}
}

static void test_primitives__what_cannot_be_written(void)
{
	struct cw_value optional_string = cw_value_null_of(cw_schema_of(CW_STRING, true));
	const struct {
		const struct cw_plugin *plugin;
		struct cw_value value;
		const char *error;
	} cases[] = {
		{ &cw_short_converter, cw_value_integer(CW_INT8, 1),
		  "Failed to serialize to short (was class java.lang.Byte): class java.lang.Byte "
		  "cannot be cast to class java.lang.Short" },
		{ &cw_integer_converter, cw_value_string(cw_slice_str("1")),
		  "Failed to serialize to integer (was class java.lang.String): class java.lang.String "
		  "cannot be cast to class java.lang.Number" },
		{ &cw_long_converter, cw_value_integer(CW_TIMESTAMP, 1),
		  "Failed to serialize to long (was class java.util.Date): class java.util.Date "
		  "cannot be cast to class java.lang.Number" },
		{ &cw_float_converter, cw_value_float64(1),
		  "Failed to serialize to float (was class java.lang.Double): class java.lang.Double "
		  "cannot be cast to class java.lang.Float" },
		{ &cw_double_converter, cw_value_map(NULL, 0),
		  "Failed to serialize to double (was class java.util.HashMap): class java.util.HashMap "
		  "cannot be cast to class java.lang.Number" },
		{ &cw_boolean_converter, optional_string, "Invalid schema type for BooleanConverter: STRING" },
		{ &cw_boolean_converter, cw_value_string(cw_slice_str("true")),
		  "BooleanConverter is not compatible with objects of type class java.lang.String" },
		{ &cw_byte_array_converter, optional_string, "Invalid schema type for ByteArrayConverter: STRING" },
		{ &cw_byte_array_converter, cw_value_decimal(cw_slice("\1", 1), 0),
		  "ByteArrayConverter is not compatible with objects of type class java.math.BigDecimal" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct fixture f = started(cases[i].plugin, NULL);
		struct cw_slice bytes;

		CU_ASSERT_EQUAL(from_value(&f, &cases[i].value, &bytes), CW_FAIL);
		CU_ASSERT_EQUAL(f.err.code, CW_ERR_INVALID);
		CU_ASSERT_STRING_EQUAL(f.err.text, cases[i].error);
		stop(&f);
	}
}

static void test_string__any_value_has_a_text(void)
{
	struct fixture f = started(&cw_string_converter, NULL);
	const struct cw_value items[] = { cw_value_integer(CW_INT8, 1), cw_value_boolean(true) };
	struct cw_value value = cw_value_array(items, 2);
	struct cw_slice bytes;

	CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
	CU_ASSERT_TRUE(cw_slice_equal(bytes, cw_slice_str("[1, true]")));
	stop(&f);
}

static void test_string__valid_text_is_not_copied(void)
{
	static const char text[] = "10.0.0.1 - - [10/Oct/2000:13:55:36 +0000] \"GET /\xc3\xa4 HTTP/1.1\" 200 1";
	struct fixture f = started(&cw_string_converter, NULL);
	struct cw_value value;
	struct cw_slice bytes;

	CU_ASSERT_EQUAL(to_value(&f, text, sizeof(text) - 1, &value), CW_OK);
	CU_ASSERT_PTR_EQUAL(value.u.bytes.p, text);
	CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
	CU_ASSERT_PTR_EQUAL(bytes.p, text);
	stop(&f);
}

/* Both ways as Java 17 does it. */
static void test_string__encodings(void)
{
	static const struct {
		const char *encoding, *bytes;
		size_t n;
		const char *text;
		const char *back; /* NULL: the bytes */
		size_t back_n;
	} cases[] = {
		{ "utf8", "a\xff", 2, "a\xef\xbf\xbd", "a\xef\xbf\xbd", 4 },
		{ "ISO-8859-1", "\xe4\x80", 2, "\xc3\xa4\xc2\x80", NULL, 0 },
		{ "latin1", "z", 1, "z", NULL, 0 },
		{ "US-ASCII", "a\x80", 2, "a\xef\xbf\xbd", "a?", 2 },
		{ "UTF-16", "\xfe\xff\0a\x20\xac", 6, "a\xe2\x82\xac", NULL, 0 },
		{ "UTF-16", "\xff\xfe" "a\0", 4, "a", "\xfe\xff\0a", 4 },
		{ "UTF-16", "\0a", 2, "a", "\xfe\xff\0a", 4 },
		{ "UTF-16", "", 0, "", NULL, 0 },
		{ "UTF-16BE", "\xd8\x3d\xde\x00", 4, "\xf0\x9f\x98\x80", NULL, 0 },
		{ "UTF-16BE", "\xd8\x3d\0a\0b", 6, "\xef\xbf\xbd" "b", "\xff\xfd\0b", 4 },
		{ "UTF-16BE", "\xde\x00\0a", 4, "\xef\xbf\xbd" "a", "\xff\xfd\0a", 4 },
		{ "UTF-16BE", "\0a\0", 3, "a\xef\xbf\xbd", "\0a\xff\xfd", 4 },
		{ "UTF-16LE", "a\0\xac\x20", 4, "a\xe2\x82\xac", NULL, 0 },
		{ "windows-1252", "\x80" "a", 2, "\xe2\x82\xac" "a", NULL, 0 },
		{ "Shift_JIS", "\x82\xa0", 2, "\xe3\x81\x82", NULL, 0 },
		{ "x-sjis", "C:\\~\x83\x5c\x81\x5c", 8, "C:\\~\xe3\x82\xbd\xe2\x80\x94", NULL, 0 },
		{ "EUC_JP", "a\x80\xa4\xa2", 4, "a\xef\xbf\xbd\xe3\x81\x82", "a?\xa4\xa2", 4 },
		{ "x-Johab", "\\", 1, "\\", NULL, 0 },
		{ "GBK", "\xa2\xe3\xd6\xd0", 4, "\xe2\x82\xac\xe4\xb8\xad", NULL, 0 },
		{ "windows-1258", "A\xcc", 2, "A\xcc\x80", NULL, 0 },
		{ "ISO8859_15", "\xa4", 1, "\xe2\x82\xac", NULL, 0 },
		{ "Cp037", "\xc1\x15\x25", 3, "A\n\n", "\xc1\x15\x15", 3 },
		{ "IBM1047", "\x15\x25", 2, "\n\xc2\x85", NULL, 0 },
		{ "UTF_32LE", "a\0\0\0b\0\0", 7, "a\xef\xbf\xbd", "a\0\0\0\xfd\xff\0\0", 8 },
		{ "UnicodeLittle", "a\0", 2, "a", "\xff\xfe" "a\0", 4 },
		{ "UnicodeLittle", "\xfe\xff\0a", 4, "a", "\xff\xfe" "a\0", 4 },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct fixture f = started(&cw_string_converter, cases[i].encoding);
		struct cw_slice back = cases[i].back ? cw_slice(cases[i].back, cases[i].back_n)
						     : cw_slice(cases[i].bytes, cases[i].n);
		struct cw_slice bytes;
		struct cw_value value;

		CU_ASSERT_EQUAL(to_value(&f, cases[i].bytes, cases[i].n, &value), CW_OK);
		CU_ASSERT_TRUE(cw_slice_equal(value.u.bytes, cw_slice_str(cases[i].text)));
		CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
		CU_ASSERT_TRUE(cw_slice_equal(bytes, back));
		stop(&f);
	}
}

static void test_string__what_an_encoding_lacks_is_a_question_mark(void)
{
	static const struct {
		const char *encoding, *text, *bytes;
	} cases[] = {
		{ "UTF-8", "a\xed\xa0\x80" "b", "a?b" },
		{ "ISO-8859-1", "\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4", "??\xe4" },
		{ "windows-1252", "\xe2\x82\xac\xf0\x9f\x98\x80", "\x80?" },
		{ "Shift_JIS", "\xe2\x80\x95\xef\xbf\xa0\xe4\xb8\xad", "??\x92\x86" },
		{ "windows-1255", "\xef\xac\x9d", "?" },
		{ "GBK", "\xf0\xa0\x80\x80\xc3\xbfz", "??z" },
		{ "Cp037", "\xe2\x82\xac" "A", "?\xc1" },
		{ "ISO-2022-JP", "\xe3\x81\x82\xc3\xa4" "a", "\x1b$B$\"!)\x1b(Ba" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct fixture f = started(&cw_string_converter, cases[i].encoding);
		struct cw_value value = cw_value_string(cw_slice_str(cases[i].text));
		struct cw_slice bytes;

		CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
		CU_ASSERT_TRUE(cw_slice_equal(bytes, cw_slice_str(cases[i].bytes)));
		stop(&f);
	}
}

static void test_string__unknown_encodings_are_refused(void)
{
	static const char *const names[] = { "", "nonsense", "UTF-8//TRANSLIT", "UTF 8", "utf-8 ", "utf-8 utf8",
					      "UTF-7", "UCS-4", "WCHAR_T", "VISCII", "CESU-8" };

	for (size_t i = 0; i < LENGTH(names); i++) {
		const struct cw_converter_ops *ops = cw_string_converter.converter;
		struct cw_error err = { 0 };
		void *state;

		CU_ASSERT_EQUAL(ops->start(NULL, &cw_string_converter, &names[i], CW_CONVERT_KEY, &state, &err), CW_FAIL);
		CU_ASSERT_EQUAL(strncmp(err.text, "Unsupported encoding ", 21), 0);
	}
}

static void test_headers__both_ways(void)
{
	struct fixture f = started(&cw_simple_header_converter, NULL);
	char *deep = malloc(5000);
	struct cw_value value;
	struct cw_slice bytes;

	CU_ASSERT_EQUAL(to_value(&f, "[1, 300]", 8, &value), CW_OK);
	CU_ASSERT_EQUAL(value.type, CW_ARRAY);
	CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
	CU_ASSERT_TRUE(cw_slice_equal(bytes, cw_slice_str("[1,300]")));
	CU_ASSERT_EQUAL(to_value(&f, NULL, 0, &value), CW_OK);
	CU_ASSERT_EQUAL(value.type, CW_NULL);
	CU_ASSERT_PTR_NULL(value.schema);
	CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
	CU_ASSERT_PTR_NULL(bytes.p);
	CU_ASSERT_EQUAL(to_value(&f, "", 0, &value), CW_OK);
	CU_ASSERT_EQUAL(from_value(&f, &value, &bytes), CW_OK);
	CU_ASSERT_TRUE(bytes.p && bytes.n == 0);
	CU_ASSERT_EQUAL(to_value(&f, "a\xff", 2, &value), CW_OK);
	CU_ASSERT_TRUE(cw_slice_equal(value.u.bytes, cw_slice_str("a\xef\xbf\xbd")));
	memset(deep, '[', 5000);
	CU_ASSERT_EQUAL(to_value(&f, deep, 5000, &value), CW_OK);
	CU_ASSERT_PTR_EQUAL(value.schema, cw_schema_of(CW_BYTES, false));
	free(deep);
	stop(&f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "both ways", test_primitives__both_ways },
		{ "null", test_primitives__null_is_null },
		{ "what cannot be read", test_primitives__what_cannot_be_read },
		{ "what cannot be written", test_primitives__what_cannot_be_written },
		{ "the text of any value", test_string__any_value_has_a_text },
		{ "no copies", test_string__valid_text_is_not_copied },
		{ "encodings", test_string__encodings },
		{ "what an encoding lacks", test_string__what_an_encoding_lacks_is_a_question_mark },
		{ "unknown encodings", test_string__unknown_encodings_are_refused },
		{ "headers", test_headers__both_ways },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "primitive converters", .pTests = tests }, CU_SUITE_INFO_NULL };

	setenv("TZ", "UTC", 1);
	return cw_test_main(suites);
}
