/*
 * Every parser of the data model and of the primitive converters, on random and changed texts. What is asserted is
 * little: the sanitizers find the rest.
 *
 * test_data_fuzz [SEED [ROUNDS]] runs other texts, and more of them.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "convert/converters.h"
#include "convert/encoding.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"
#include "data/values.h"
#include "random_data.h"
#include "strict_memory.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static uint64_t first_seed = 1;
static unsigned long rounds = 20000;

static const char *const corpus[] = {
	"",
	"1",
	"-1.5e-10",
	"1E+2147483647",
	"0x1.8p-1f",
	"-Infinity",
	"123456789012345678901234567890.123456789",
	"-9223372036854775808",
	"\xd9\xa1\xd9\xa2\xef\xbc\x97",
	"YWJjZA==",
	"2023-01-02T22:13:20.001Z",
	"22\\:13\\:20.000Z",
	"[1, 2.5, \"a\\\"b\", null, [2023-01-02, true]]",
	"{\"a\": 1, \"b\": {300: [9223372036854775808]}, 2023-01-02: \"22:13:20.000Z\"}",
	"[[[[[[[[[[[[",
	"gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80 \xed\xa0\x80",
	"\xfe\xff\xd8\x3d\xde\x00\0a",
};

/* A text in a block of its own size, so that reading past its end is seen. */
struct input {
	char *p;
	struct cw_slice text;
};

static struct input next_input(struct cw_random *random, struct cw_batch *memory)
{
	struct cw_slice like = cw_slice_str(corpus[cw_random_below(random, LENGTH(corpus))]);
	struct cw_slice text = cw_random_bytes(random, memory, like);
	struct input input = { .p = cw_realloc(NULL, text.n) };

	memcpy(input.p, text.p, text.n);
	input.text = cw_slice(input.p, text.n);
	return input;
}

static void numbers(struct cw_batch *memory, struct cw_slice text)
{
	struct cw_slice bytes;
	struct cw_buf out = { 0 };
	int32_t scale;
	int64_t n;
	double d;
	float f;

	CU_ASSERT_EQUAL(cw_double_parse(text, &d), cw_float_parse(text, &f));
	cw_integer_parse(text, INT64_MIN, INT64_MAX, &n);
	if (cw_base64_decode(memory, text, &bytes) == 0)
		CU_ASSERT_TRUE(bytes.n <= text.n);
	if (cw_decimal_parse(memory, text, &bytes, &scale) == 0) {
		cw_decimal_print(&out, bytes, scale);
		cw_decimal_whole(bytes, scale, &n);
	}
	/* Any bytes are a number. */
	scale = text.n ? text.p[0] : 0;
	cw_decimal_print(&out, text, scale);
	cw_decimal_print_plain(&out, text, scale);
	(void)cw_decimal_to_int64(text, scale);
	(void)cw_decimal_to_double(text, scale);
	(void)cw_decimal_to_float(text, scale);
	cw_buf_free(&out);
}

static void texts(struct cw_batch *memory, struct cw_slice bytes)
{
	struct cw_slice text = cw_text_decode(memory, bytes);

	CU_ASSERT_TRUE(cw_utf8_valid(text.p, text.n));
	text = cw_text_encode(memory, bytes);
	CU_ASSERT_TRUE(text.n <= bytes.n);
	(void)cw_text_length(bytes);
}

static void headers(const struct cw_values *values, struct cw_batch *memory, struct cw_slice bytes)
{
	struct cw_slice text = cw_text_decode(memory, bytes);
	struct cw_buf out = { 0 };
	struct cw_value value;
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL(cw_values_parse(values, memory, text, &value), 0);
	cw_values_print(&out, &value);
	cw_value_print(&out, &value);
	(void)cw_value_hash(&value);
	CU_ASSERT_TRUE(cw_value_equal(&value, &value));
	if (value.schema)
		cw_value_validate(value.schema, &value, "f", &err);
	cw_buf_free(&out);
}

static void encodings(struct cw_encoding *const *encodings, size_t n, struct cw_batch *memory, struct cw_slice bytes)
{
	for (size_t i = 0; i < n; i++) {
		struct cw_slice text = cw_encoding_decode(encodings[i], memory, bytes);

		CU_ASSERT_TRUE(cw_utf8_valid(text.p, text.n));
		cw_encoding_encode(encodings[i], memory, text);
		cw_encoding_encode(encodings[i], memory, bytes);
	}
}

static void test_fuzz__parsers(void)
{
	static const char *const names[] = { "UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16LE",
					     "UTF-32", "windows-1252", "Shift_JIS", "ISO-2022-JP" };
	struct cw_encoding *opened[LENGTH(names)];
	struct cw_values *values = cw_values_new();
	struct cw_random random = { first_seed };

	for (size_t i = 0; i < LENGTH(names); i++) {
		opened[i] = cw_encoding_new(names[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(opened[i]);
	}
	for (unsigned long i = 0; i < rounds; i++) {
		struct cw_batch *memory = cw_strict_memory_new();
		struct input input = next_input(&random, memory);

		numbers(memory, input.text);
		texts(memory, input.text);
		headers(values, memory, input.text);
		encodings(opened, LENGTH(names), memory, input.text);
		free(input.p);
		cw_strict_memory_free(memory);
	}
	for (size_t i = 0; i < LENGTH(names); i++)
		cw_encoding_free(opened[i]);
	cw_values_free(values);
}

/* Whatever is read can be written, and what cannot be read or written is an invalid record. */
static void test_fuzz__converters(void)
{
	static const struct cw_plugin *const plugins[] = {
		&cw_string_converter, &cw_byte_array_converter, &cw_boolean_converter,
		&cw_short_converter,  &cw_integer_converter,    &cw_long_converter,
		&cw_float_converter,  &cw_double_converter,     &cw_simple_header_converter,
	};
	static const char *const encoding = "UTF-8"; /* of the only one with a config */
	const struct cw_convert_place place = { .topic = cw_slice_str("t"), .header = cw_slice_str("h") };
	const struct cw_random_limits limits = { .depth = 2 };

	for (size_t i = 0; i < LENGTH(plugins); i++) {
		const struct cw_converter_ops *ops = plugins[i]->converter;
		struct cw_random random = { first_seed };
		void *state;

		CU_ASSERT_EQUAL_FATAL(ops->start(NULL, plugins[i], &encoding, CW_CONVERT_VALUE, &state, NULL), CW_OK);
		for (unsigned long round = 0; round < rounds / 10; round++) {
			struct cw_batch *memory = cw_strict_memory_new();
			struct input input = next_input(&random, memory);
			struct cw_error err = { 0 };
			struct cw_value value;
			struct cw_slice bytes;

			if (ops->to_value(state, memory, &place, input.text, &value, &err) == CW_OK)
				CU_ASSERT_EQUAL(ops->from_value(state, memory, &place, &value, &bytes, &err), CW_OK);
			value = cw_random_value(&random, memory, cw_random_schema(&random, memory, &limits), &limits);
			if (ops->from_value(state, memory, &place, &value, &bytes, &err) != CW_OK)
				CU_ASSERT_EQUAL(err.code, CW_ERR_INVALID);
			free(input.p);
			cw_strict_memory_free(memory);
		}
		ops->stop(state);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "parsers", test_fuzz__parsers },
		{ "converters", test_fuzz__converters },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "random texts", .pTests = tests }, CU_SUITE_INFO_NULL };

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		rounds = strtoul(argv[2], NULL, 10);
	return cw_test_main(suites);
}
