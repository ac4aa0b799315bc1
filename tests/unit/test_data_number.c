#include <math.h>

#include "base/mem.h"
#include "data/number.h"
#include "data/schema.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))
#define ASSERT_TEXT(p, n, expected) assert_text((p), (n), (expected), __LINE__)

static void assert_text(const char *p, size_t n, const char *expected, int line)
{
	if (n == strlen(expected) && memcmp(p, expected, n) == 0)
		return;
	fprintf(stderr, "line %d: \"%.*s\" is not \"%s\"\n", line, (int)n, p, expected);
	CU_FAIL("text differs");
}

static void test_double__prints_as_java_does(void)
{
	static const struct {
		double d;
		const char *text;
	} cases[] = {
		{ 0.0, "0.0" },
		{ -0.0, "-0.0" },
		{ 1.0, "1.0" },
		{ 0.1, "0.1" },
		{ 100.0, "100.0" },
		{ 1234.5678, "1234.5678" },
		{ 0.001, "0.001" },
		{ 0.00099, "9.9E-4" },
		{ 9999999.0, "9999999.0" },
		{ 1e7, "1.0E7" },
		{ 123456789.125, "1.23456789125E8" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 9007199254740992.0, "9.007199254740992E15" },
		{ 9007199254740994.0, "9.007199254740994E15" },
		{ 2e23, "2.0E23" },
		{ 4.35, "4.35" },
		{ 1e21, "1.0E21" },
		{ 5e-324, "4.9E-324" },
		{ 2.2250738585072014e-308, "2.2250738585072014E-308" },
		{ 1.7976931348623157e308, "1.7976931348623157E308" },
		{ -1.5, "-1.5" },
		{ INFINITY, "Infinity" },
		{ -INFINITY, "-Infinity" },
		{ NAN, "NaN" },
		{ -NAN, "NaN" },
	};
	char out[CW_DOUBLE_TEXT_MAX];

	for (size_t i = 0; i < LENGTH(cases); i++)
		ASSERT_TEXT(out, cw_double_print(cases[i].d, out), cases[i].text);
}

static void test_float__prints_as_java_does(void)
{
	static const struct {
		float f;
		const char *text;
	} cases[] = {
		{ 0.0f, "0.0" },
		{ 1.1f, "1.1" },
		{ 0.1f, "0.1" },
		{ 16777216.0f, "1.6777216E7" },
		{ 123456789.0f, "1.2345679E8" },
		{ 1.4e-45f, "1.4E-45" },
		{ 3.4028235e38f, "3.4028235E38" },
		{ 1e10f, "1.0E10" },
		{ 0.33333334f, "0.33333334" },
		{ -2.5f, "-2.5" },
		{ 1e-3f, "0.001" },
	};
	char out[CW_DOUBLE_TEXT_MAX];

	for (size_t i = 0; i < LENGTH(cases); i++)
		ASSERT_TEXT(out, cw_float_print(cases[i].f, out), cases[i].text);
}

static void test_double__parses_what_java_parses(void)
{
	static const struct {
		const char *text;
		double d;
	} good[] = {
		{ "1", 1 },
		{ "1.", 1 },
		{ ".5", 0.5 },
		{ "+1e3", 1000 },
		{ "-1.5E-2", -0.015 },
		{ "1f", 1 },
		{ "1.5D", 1.5 },
		{ " \t1\n", 1 },
		{ "0x1p3", 8 },
		{ "0x1.8p-1f", 0.75 },
		{ "-Infinity", -INFINITY },
		{ "1e400", INFINITY },
		{ "1e-400", 0 },
		{ "00012", 12 },
	};
	static const char *const bad[] = {
		"", " ", ".", "-", "e5", ".e5", "1e", "1e+", "1_0", "nan", "inf", "0x1", "0xp1", "1ff", "1 f", "0x", "+-1",
		"1e5.", "1,5", "\xd9\xa1",
	};
	double d;

	for (size_t i = 0; i < LENGTH(good); i++) {
		CU_ASSERT_EQUAL(cw_double_parse(cw_slice_str(good[i].text), &d), 0);
		CU_ASSERT_EQUAL(d, good[i].d);
	}
	for (size_t i = 0; i < LENGTH(bad); i++)
		CU_ASSERT_EQUAL(cw_double_parse(cw_slice_str(bad[i]), &d), -1);
	CU_ASSERT_EQUAL(cw_double_parse(cw_slice("1\0", 2), &d), 0); /* a NUL is a blank to Java */
	CU_ASSERT_EQUAL(cw_double_parse(cw_slice("1\0f", 3), &d), -1);
	CU_ASSERT_EQUAL(cw_double_parse(cw_slice_str("-NaN"), &d), 0);
	CU_ASSERT_TRUE(isnan(d));
}

static void test_double__parses_texts_of_any_length(void)
{
	struct cw_buf text = { 0 };
	double d;

	cw_buf_puts(&text, "0.");
	for (int i = 0; i < 5000; i++)
		cw_buf_puts(&text, "3");
	CU_ASSERT_EQUAL(cw_double_parse(cw_slice(text.p, text.n), &d), 0);
	CU_ASSERT_EQUAL(d, 0.3333333333333333333);
	cw_buf_free(&text);
}

static void test_float__rounds_once(void)
{
	float f;

	/* As a double this is half way between two floats. */
	CU_ASSERT_EQUAL(cw_float_parse(cw_slice_str("1.00000005960464477540"), &f), 0);
	CU_ASSERT_EQUAL(f, 1.00000011920928955078f);
	CU_ASSERT_EQUAL(cw_float_parse(cw_slice_str("1e39"), &f), 0);
	CU_ASSERT_TRUE(isinf(f));
}

static void test_integer__parses_digits_of_any_script(void)
{
	static const struct {
		const char *text;
		int64_t n;
	} good[] = {
		{ "0", 0 },
		{ "+12", 12 },
		{ "0012", 12 },
		{ "-0", 0 },
		{ "\xd9\xa1\xd9\xa2", 12 },
		{ "-\xef\xbc\x97", -7 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
	};
	static const char *const bad[] = { "", "-", "+", "+-1", " 1", "1 ", "1.0", "1e3", "9223372036854775808",
					   "-9223372036854775809", "99999999999999999999", "\xf0\x9d\x9f\x8e",
					   "\xe2\x85\x93", "\xd9" };
	int64_t n;

	for (size_t i = 0; i < LENGTH(good); i++) {
		CU_ASSERT_EQUAL(cw_integer_parse(cw_slice_str(good[i].text), INT64_MIN, INT64_MAX, &n), 0);
		CU_ASSERT_EQUAL(n, good[i].n);
	}
	for (size_t i = 0; i < LENGTH(bad); i++)
		CU_ASSERT_EQUAL(cw_integer_parse(cw_slice_str(bad[i]), INT64_MIN, INT64_MAX, &n), -1);
	CU_ASSERT_EQUAL(cw_integer_parse(cw_slice_str("128"), -128, 127, &n), -1);
	CU_ASSERT_EQUAL(cw_integer_parse(cw_slice_str("-128"), -128, 127, &n), 0);
}

/* The texts and numbers are what Java 17's BigDecimal gives. */
static void test_decimal__parses_and_prints_as_java_does(void)
{
	static const struct {
		const char *text, *printed, *plain;
		int32_t scale;
		int64_t whole;
		double d;
	} cases[] = {
		{ "0", "0", "0", 0, 0, 0 },
		{ "-0.00", "0.00", "0.00", 2, 0, 0 },
		{ "0e5", "0E+5", "0", -5, 0, 0 },
		{ "0E-10", "0E-10", "0.0000000000", 10, 0, 0 },
		{ "1.50", "1.50", "1.50", 2, 1, 1.5 },
		{ "-1.50", "-1.50", "-1.50", 2, -1, -1.5 },
		{ "1e3", "1E+3", "1000", -3, 1000, 1000 },
		{ "12e3", "1.2E+4", "12000", -3, 12000, 12000 },
		{ "0.000001", "0.000001", "0.000001", 6, 0, 1e-6 },
		{ "0.0000001", "1E-7", "0.0000001", 7, 0, 1e-7 },
		{ "-0.00000012", "-1.2E-7", "-0.00000012", 8, 0, -1.2e-7 },
		{ "5.", "5", "5", 0, 5, 5 },
		{ ".5", "0.5", "0.5", 1, 0, 0.5 },
		{ "+007", "7", "7", 0, 7, 7 },
		{ "\xd9\xa1.\xd9\xa5", "1.5", "1.5", 1, 1, 1.5 },
		{ "9223372036854775808", "9223372036854775808", "9223372036854775808", 0, INT64_MIN, 0x1p63 },
		{ "-9223372036854775808", "-9223372036854775808", "-9223372036854775808", 0, INT64_MIN, -0x1p63 },
		{ "123456789012345678901234567890.123", "123456789012345678901234567890.123",
		  "123456789012345678901234567890.123", 3, -4362896299872285998, 1.2345678901234568e29 },
		{ "-340282366920938463463374607431768211456", "-340282366920938463463374607431768211456",
		  "-340282366920938463463374607431768211456", 0, 0, -0x1p128 },
		{ "1e400", "1E+400", NULL, -400, 0, INFINITY },
		{ "1E+2147483647", "1E+2147483647", "1E+2147483647", -2147483647, 0, INFINITY },
		{ "1e-2147483647", "1E-2147483647", "1E-2147483647", 2147483647, 0, 0 },
		{ "10e-2147483647", "1.0E-2147483646", "1.0E-2147483646", 2147483647, 0, 0 },
		{ "1e0000000000000000000005", "1E+5", "100000", -5, 100000, 1e5 },
	};
	struct cw_batch *memory = cw_memory_new();
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_slice unscaled;
		int32_t scale;

		CU_ASSERT_EQUAL_FATAL(cw_decimal_parse(memory, cw_slice_str(cases[i].text), &unscaled, &scale), 0);
		CU_ASSERT_EQUAL(scale, cases[i].scale);
		out.n = 0;
		cw_decimal_print(&out, unscaled, scale);
		ASSERT_TEXT(out.p, out.n, cases[i].printed);
		out.n = 0;
		cw_decimal_print_plain(&out, unscaled, scale);
		if (cases[i].plain)
			ASSERT_TEXT(out.p, out.n, cases[i].plain);
		CU_ASSERT_EQUAL(cw_decimal_to_int64(unscaled, scale), cases[i].whole);
		CU_ASSERT_EQUAL(cw_decimal_to_double(unscaled, scale), cases[i].d);
	}
	cw_buf_free(&out);
	cw_memory_free(memory);
}

static void test_decimal__refuses_what_java_refuses(void)
{
	static const char *const bad[] = { "", " ", "-", ".", "1..2", "1e", "1e+", "e5", " 1", "1 ", "1f", "0x1", "1_0",
					   "NaN", "1e.5", "1e2147483649", "1e-2147483648.", "--1", "1.5e-2147483647",
					   "1e99999999999" };
	struct cw_batch *memory = cw_memory_new();
	struct cw_slice unscaled;
	int32_t scale;

	for (size_t i = 0; i < LENGTH(bad); i++)
		CU_ASSERT_EQUAL(cw_decimal_parse(memory, cw_slice_str(bad[i]), &unscaled, &scale), -1);
	cw_memory_free(memory);
}

/* All digits differ from their neighbours, so that none may get lost. Lengths are around those at which halves are halved. */
static void test_decimal__numbers_of_any_length(void)
{
	static const size_t lengths[] = { 19, 77, 78, 300, 600, 616, 617, 618, 619, 1000, 1232, 1233, 1234, 1240, 5000, 20000 };

	for (size_t i = 0; i < LENGTH(lengths); i++) {
		struct cw_batch *memory = cw_memory_new();
		struct cw_buf text = { 0 }, out = { 0 };
		struct cw_slice unscaled;
		int32_t scale;

		cw_buf_puts(&text, i % 2 ? "-" : "");
		for (size_t k = 0; k < lengths[i]; k++)
			cw_buf_append(&text, &"9753108642"[(k * k + 3 * k) % 10], 1);
		CU_ASSERT_EQUAL(cw_decimal_parse(memory, cw_slice(text.p, text.n), &unscaled, &scale), 0);
		cw_decimal_print(&out, unscaled, scale);
		ASSERT_TEXT(out.p, out.n, text.p);
		cw_buf_free(&text);
		cw_buf_free(&out);
		cw_memory_free(memory);
	}
}

static void test_decimal__bytes_are_minimal(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *minimal;
		size_t minimal_n;
	} cases[] = {
		{ "", 0, "\0", 1 },
		{ "\0\0", 2, "\0", 1 },
		{ "\0\x7f", 2, "\x7f", 1 },
		{ "\0\x80", 2, "\0\x80", 2 },
		{ "\xff\xff", 2, "\xff", 1 },
		{ "\xff\x80", 2, "\x80", 1 },
		{ "\xff\x7f", 2, "\xff\x7f", 2 },
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
		CU_ASSERT_TRUE(cw_slice_equal(cw_decimal_minimal(cw_slice(cases[i].bytes, cases[i].n)),
					      cw_slice(cases[i].minimal, cases[i].minimal_n)));
}

static void test_decimal__whole_numbers(void)
{
	static const struct {
		const char *text;
		bool whole;
		int64_t n;
	} cases[] = {
		{ "0.000", true, 0 },
		{ "0e999999999", true, 0 },
		{ "1.0", true, 1 },
		{ "1.5", false, 0 },
		{ "1e18", true, 1000000000000000000 },
		{ "1e19", false, 0 },
		{ "9223372036854775807.00", true, INT64_MAX },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775808.0", true, INT64_MIN },
		{ "10000000000000000000000e-20", true, 100 },
		{ "10000000000000000000001e-20", false, 0 },
		{ "1e-999999999", false, 0 },
		{ "1e999999999", false, 0 },
	};
	struct cw_batch *memory = cw_memory_new();

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_slice unscaled;
		int32_t scale;
		int64_t n;

		CU_ASSERT_EQUAL_FATAL(cw_decimal_parse(memory, cw_slice_str(cases[i].text), &unscaled, &scale), 0);
		CU_ASSERT_EQUAL(cw_decimal_whole(unscaled, scale, &n), cases[i].whole);
		if (cases[i].whole)
			CU_ASSERT_EQUAL(n, cases[i].n);
	}
	cw_memory_free(memory);
}

static void test_base64__is_jacksons(void)
{
	static const struct {
		const char *text, *bytes; /* bytes NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "  ", "" },
		{ "YQ==", "a" },
		{ "YWI=", "ab" },
		{ "YWJj", "abc" },
		{ " YWJj\nYQ== ", "abca" },
		{ "YQ==YWJj", "aabc" },
		{ "YR==", "a" }, /* bits that make no byte */
		{ "YQ", NULL },
		{ "YQ=", NULL },
		{ "YWI", NULL },
		{ "Y", NULL },
		{ "YQ=a", NULL },
		{ "====", NULL },
		{ "Y WJ", NULL },
		{ "YW-j", NULL },
		{ "YW_j", NULL },
		{ "YW\xc3\xa4", NULL },
	};
	struct cw_batch *memory = cw_memory_new();
	struct cw_buf out = { 0 };

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_slice bytes;
		int result = cw_base64_decode(memory, cw_slice_str(cases[i].text), &bytes);

		CU_ASSERT_EQUAL(result, cases[i].bytes ? 0 : -1);
		if (cases[i].bytes)
			ASSERT_TEXT(bytes.p, bytes.n, cases[i].bytes);
	}
	cw_base64_encode(&out, cw_slice_str("ab"));
	cw_base64_encode(&out, cw_slice("\xff\xfe\xfd", 3));
	cw_base64_encode(&out, cw_slice(NULL, 0));
	ASSERT_TEXT(out.p, out.n, "YWI=//79");
	cw_buf_free(&out);
	cw_memory_free(memory);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "doubles are printed", test_double__prints_as_java_does },
		{ "floats are printed", test_float__prints_as_java_does },
		{ "doubles are parsed", test_double__parses_what_java_parses },
		{ "long texts of doubles", test_double__parses_texts_of_any_length },
		{ "floats are rounded once", test_float__rounds_once },
		{ "integers are parsed", test_integer__parses_digits_of_any_script },
		{ "decimals are parsed and printed", test_decimal__parses_and_prints_as_java_does },
		{ "no decimals", test_decimal__refuses_what_java_refuses },
		{ "long decimals", test_decimal__numbers_of_any_length },
		{ "decimals are minimal", test_decimal__bytes_are_minimal },
		{ "whole decimals", test_decimal__whole_numbers },
		{ "base64", test_base64__is_jacksons },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "numbers", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
