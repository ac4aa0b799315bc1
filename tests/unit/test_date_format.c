/*
 * SimpleDateFormat's patterns over date_format.cases: what Java made of the same patterns, times and texts, recorded;
 * and over patterns and texts that are nobody's.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "data/date_format.h"
#include "unit.h"

#define NOW INT64_C(1718454600000) /* 2024-06-15T12:30:00Z */

/* What the pattern makes of the time or of the text, as the file has it: "E" lines have no subject. */
static void run(char kind, const char *pattern, const char *subject, struct cw_buf *out)
{
	struct cw_error err = { 0 };
	struct cw_date_format *format = cw_date_format_new(cw_slice_str(pattern), NOW, &err);
	int64_t ms;

	cw_buf_puts(out, "");
	if (!format) {
		cw_buf_puts(out, err.text);
	} else if (kind == 'F') {
		cw_date_format_print(format, strtoll(subject, NULL, 10), out);
	} else if (cw_date_format_parse(format, cw_slice_str(subject), &ms) == 0) {
		cw_buf_printf(out, "%" PRId64, ms);
	} else {
		cw_buf_puts(out, "-");
	}
	cw_date_format_free(format);
}

static void test_date_format__does_what_java_does(void)
{
	FILE *file = fopen(CASES, "r");
	char *line = NULL;
	size_t cap = 0, rows = 0;
	ssize_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while ((n = getline(&line, &cap, file)) > 0) {
		char *rest = line, *kind, *pattern;
		const char *subject;
		struct cw_buf out = { 0 };

		if (line[0] == '#')
			continue;
		line[n - 1] = '\0';
		kind = strsep(&rest, "\t");
		setenv("TZ", kind[0] == 'Z' ? strsep(&rest, "\t") : "UTC", 1);
		pattern = strsep(&rest, "\t");
		subject = kind[0] == 'E' ? "" : strsep(&rest, "\t");
		run(kind[0], pattern, subject, &out);
		if (strcmp(out.p, rest) != 0) {
			fprintf(stderr, "%s|%s|%s\n  is   %s\n  not  %s\n", kind, pattern, subject, out.p, rest);
			CU_FAIL("differs");
		}
		cw_buf_free(&out);
		rows++;
	}
	CU_ASSERT_TRUE(rows > 1500);
	free(line);
	fclose(file);
}

static void test_date_print__goes_by_size(void)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "00:00:00.000Z" },
		{ -1, "23:59:59.999Z" },
		{ -86400000, "00:00:00.000Z" },
		{ 86399999, "23:59:59.999Z" },
		{ 86400000, "1970-01-02" },
		{ 86400001, "1970-01-02T00:00:00.001Z" },
		{ INT64_C(1700000000123), "2023-11-14T22:13:20.123Z" },
		{ INT64_C(253402300800000), "10000-01-01" },
		{ INT64_C(-62135769600000), "00:00:00.000Z" },
	};

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cw_buf out = { 0 };

		cw_date_print(&out, rows[i].ms);
		CU_ASSERT_STRING_EQUAL(out.p, rows[i].text);
		cw_buf_free(&out);
	}
}

/* What is printed under a pattern that says everything reads back as the same time. */
static void test_date_format__reads_what_it_prints(void)
{
	static const char *const patterns[] = {
		"yyyy-MM-dd'T'HH:mm:ss.SSSX G", "G yyyy DDD kk:mm:ss:SSS", "EEEE, d MMMM yyyy G hh:mm:ss.SSS a Z",
		"yyyy G MM W E K m s S a z",    "yyyy G MM F EEE H m s S",
	};
	uint64_t random = 1;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct cw_date_format *format = cw_date_format_new(cw_slice_str(patterns[i]), NOW, NULL);
		struct cw_buf text = { 0 };

		CU_ASSERT_PTR_NOT_NULL_FATAL(format);
		for (int k = 0; k < 20000; k++) {
			int64_t ms, again = 0;

			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			ms = (int64_t)(random >> 16) % INT64_C(100000000000000) * (random & 1 ? 1 : -1);
			text.n = 0;
			cw_date_format_print(format, ms, &text);
			CU_ASSERT_EQUAL(cw_date_format_parse(format, cw_slice(text.p, text.n), &again), 0);
			if (ms != again) {
				fprintf(stderr, "%s: %s\n", patterns[i], text.p);
				CU_FAIL("another time");
				break;
			}
		}
		cw_buf_free(&text);
		cw_date_format_free(format);
	}
}

static uint32_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Changes, drops or doubles some bytes of a copy that ends where its memory ends. New. */
static char *mutate(uint64_t *state, const char *text, size_t *n)
{
	static const char likely[] = "GyMdkHmsSEDFwWahKzZYuXL'-+:E09 \t\xe2\x88\x9eNaN\xff\xf0";
	size_t length = strlen(text), to = 0;
	char *copy = cw_alloc(2 * length + 2), *exact;

	for (size_t i = 0; i < length; i++) {
		uint32_t what = next_random(state) % 24;

		if (what == 0)
			continue;
		copy[to++] = what == 1 ? likely[next_random(state) % (sizeof(likely) - 1)] : text[i];
		if (what == 2)
			copy[to++] = text[i];
	}
	exact = malloc(to ? to : 1);
	memcpy(exact, copy, to);
	free(copy);
	*n = to;
	return exact;
}

static void test_date_format__survives_any_pattern_and_text(void)
{
	static const char *const patterns[] = {
		"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "EEE, d MMM yyyy HH:mm:ss z", "yyyyMMddHHmmssSSS",
		"YYYY-'W'ww-u",                 "G yy D W F E w a h K k z",   "'o''clock' hh a, zzzz",
	};
	static const char *const texts[] = {
		"2023-11-14T22:13:20.123+01:30", "Tue, 14 Nov 2023 22:13:20 GMT-11:30", "20231114221320123",
		"2023-W46-2147483648",           "BC 9223372036854775808 1E99 -5 2 Sun 53 PM 12 0 24 Alaska Standard Time",
		"\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa3-\xf0\x9d\x9f\x8f-NaN",
	};
	uint64_t state = 42;
	struct cw_buf out = { 0 };

	for (int i = 0; i < 60000; i++) {
		size_t pattern_n, text_n;
		char *pattern = mutate(&state, patterns[next_random(&state) % 6], &pattern_n);
		char *text = mutate(&state, texts[next_random(&state) % 6], &text_n);
		struct cw_error err = { 0 };
		struct cw_date_format *format = cw_date_format_new(cw_slice(pattern, pattern_n), NOW, &err);
		int64_t ms = (int64_t)((uint64_t)next_random(&state) << 32 | next_random(&state));

		CU_ASSERT_EQUAL(format == NULL, err.code != CW_ERR_NONE);
		if (format) {
			out.n = 0;
			cw_date_format_print(format, ms, &out);
			cw_date_format_parse(format, cw_slice(text, text_n), &ms);
		}
		cw_date_format_free(format);
		free(pattern);
		free(text);
	}
	cw_buf_free(&out);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "as Java does", test_date_format__does_what_java_does },
		{ "dates by their size", test_date_print__goes_by_size },
		{ "reads what it prints", test_date_format__reads_what_it_prints },
		{ "any pattern and text", test_date_format__survives_any_pattern_and_text },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "date formats", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
