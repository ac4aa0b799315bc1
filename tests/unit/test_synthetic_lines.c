/* The lines: their grammar (read by synthetic_reader.h) and their purity. */
#include "synthetic_reader.h"

#define LINES 200000u

/* ---- grammar --------------------------------------------------------------------------------------- */

static bool fits_together(const struct fields *f, bool common)
{
	bool get = strcmp(f->method, "GET") == 0, head = strcmp(f->method, "HEAD") == 0;

	if ((head || f->status == 304 || f->status == 204) && f->size != -1)
		return false;
	if ((f->status == 304 && !get && !head) || (f->status == 206 && !get))
		return false;
	if (get && f->status == 200 && f->size < 100)
		return false;
	if (common)
		return true;
	if (strncmp(f->agent, "Mozilla/5.0", 11) != 0 && strcmp(f->referrer, "-") != 0)
		return false; /* curl and the like send none */
	return !strstr(f->agent, "bot") || get || head;
}

static void check_format(enum cw_line_format format)
{
	struct cw_synthetic *g = cw_settings_generator(2, names[format], "records.per.second=0",
						       "log.records.per.second=3", "seed=-77", NULL);
	unsigned wrong = 0, private = 0, unfit = 0, back = 0, other_time = 0;
	struct cw_cursor cursor;
	struct reader reader;
	int64_t last = 0;

	reader_open(&reader, format);
	cw_cursor_init(&cursor, g, 1);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;

		if (!read_line(&reader, line, n, &f, &when)) {
			if (wrong++ == 0)
				fprintf(stderr, "not valid: %.*s\n", (int)n, line);
			continue;
		}
		private += !is_public(f.ip);
		unfit += !fits_together(&f, format == CW_LINE_COMMON);
		other_time += when != cursor.second.epoch_s;
		back += when < last;
		last = when;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(private, 0);
	CU_ASSERT_EQUAL(unfit, 0);
	CU_ASSERT_EQUAL(back, 0);
	CU_ASSERT_EQUAL(other_time, 0);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_lines__access_is_valid_in_every_field(void) { check_format(CW_LINE_ACCESS); }
static void test_lines__common_is_valid_in_every_field(void) { check_format(CW_LINE_COMMON); }
static void test_lines__combined_is_valid_in_every_field(void) { check_format(CW_LINE_COMBINED); }
static void test_lines__json_is_valid_in_every_field(void) { check_format(CW_LINE_JSON); }

/* Golden: these bytes may never change, or replays of a running series would. */
static void test_lines__golden(void)
{
	static const struct {
		const char *format;
		uint32_t task;
		uint64_t k;
		const char *line;
	} golden[] = {
#include "synthetic_golden.h"
	};

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		struct cw_synthetic *g = cw_settings_generator(4, golden[i].format, "start.time=2026-01-21T22:23:40Z",
							       "malformed.share=0.1", "records.per.second=50", NULL);
		char line[CW_SYNTHETIC_LINE_MAX + 1];
		size_t n = cw_synthetic_line(g, golden[i].task, golden[i].k, line);

		line[n] = '\0';
		CU_ASSERT_STRING_EQUAL(line, golden[i].line);
		if (strcmp(line, golden[i].line) != 0)
			fprintf(stderr, "is: %s\n", line);
		cw_synthetic_free(g);
	}
}

/* ---- purity ----------------------------------------------------------------------------------------- */

static void test_lines__any_order_gives_the_same(void)
{
	struct cw_synthetic *g = cw_settings_generator(3, "malformed.share=0.2", "records.per.second=0", NULL);
	struct cw_synthetic *h = cw_settings_generator(3, "malformed.share=0.2", "records.per.second=0", NULL);
	struct cw_cursor forward, jumping;
	unsigned different = 0;

	cw_cursor_init(&forward, g, 2);
	cw_cursor_init(&jumping, h, 2);
	for (uint64_t k = 0; k < 20000; k++) {
		char a[CW_SYNTHETIC_LINE_MAX], b[CW_SYNTHETIC_LINE_MAX], c[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&forward, k, a);

		cw_cursor_write(&jumping, k * UINT64_C(7919) % 20011, b);
		different += cw_cursor_write(&jumping, k, b) != n || memcmp(a, b, n) != 0;
		different += forward.malformed != jumping.malformed || forward.client_ip != jumping.client_ip;
		different += cw_synthetic_line(h, 2, k, c) != n || memcmp(a, c, n) != 0;
	}
	CU_ASSERT_EQUAL(different, 0);
	cw_synthetic_free(g);
	cw_synthetic_free(h);
}

static void test_lines__tasks_and_seeds_differ(void)
{
	struct cw_synthetic *g = cw_settings_generator(2, NULL);
	struct cw_synthetic *h = cw_settings_generator(2, "seed=2", NULL);
	unsigned same_task = 0, same_seed = 0;

	for (uint64_t k = 0; k < 1000; k++) {
		char a[CW_SYNTHETIC_LINE_MAX], b[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_synthetic_line(g, 0, k, a);

		same_task += cw_synthetic_line(g, 1, k, b) == n && memcmp(a, b, n) == 0;
		same_seed += cw_synthetic_line(h, 0, k, b) == n && memcmp(a, b, n) == 0;
	}
	CU_ASSERT_TRUE(same_task < 5);
	CU_ASSERT_EQUAL(same_seed, 0);
	cw_synthetic_free(g);
	cw_synthetic_free(h);
}

/* The number of tasks moves a record in time and changes nothing else of it. */
static void test_lines__number_of_tasks_moves_only_the_time(void)
{
	struct cw_synthetic *g = cw_settings_generator(1, "error.burst.interval.seconds=0", NULL);
	struct cw_synthetic *h = cw_settings_generator(7, "error.burst.interval.seconds=0", NULL);
	unsigned different = 0;

	for (uint64_t k = 0; k < 1000; k++) {
		char a[CW_SYNTHETIC_LINE_MAX], b[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_synthetic_line(g, 0, k, a);
		const char *from = memchr(a, ']', n);

		different += cw_synthetic_line(h, 0, k, b) != n;
		different += memcmp(from, b + (from - a), n - (size_t)(from - a)) != 0;
	}
	CU_ASSERT_EQUAL(different, 0);
	cw_synthetic_free(g);
	cw_synthetic_free(h);
}

/* ---- malformed lines ------------------------------------------------------------------------------- */

static void check_malformed(enum cw_line_format format)
{
	struct cw_synthetic *g =
		cw_settings_generator(1, names[format], "malformed.share=0.25", "records.per.second=0", NULL);
	unsigned kinds[CW_MALFORMED_KINDS] = { 0 }, malformed = 0, still_valid = 0, invalid = 0, breaks = 0, empty = 0;
	struct cw_cursor cursor;
	struct reader reader;

	reader_open(&reader, format);
	cw_cursor_init(&cursor, g, 0);
	for (uint64_t k = 0; k < LINES; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];
		size_t n = cw_cursor_write(&cursor, k, line);
		struct fields f;
		int64_t when;
		bool valid = read_line(&reader, line, n, &f, &when);

		if (cursor.malformed == CW_WELL_FORMED) {
			invalid += !valid;
			continue;
		}
		malformed++;
		kinds[cursor.malformed]++;
		still_valid += valid;
		empty += n == 0;
		breaks += memchr(line, '\n', n) || memchr(line, '\0', n);
	}
	CU_ASSERT_EQUAL(invalid, 0);
	CU_ASSERT_EQUAL(still_valid, 0);
	CU_ASSERT_EQUAL(breaks, 0);
	CU_ASSERT_EQUAL(empty, 0);
	CU_ASSERT_DOUBLE_EQUAL((double)malformed / LINES, 0.25, 0.005);
	for (int i = 0; i < CW_MALFORMED_KINDS; i++)
		CU_ASSERT_DOUBLE_EQUAL((double)kinds[i] / malformed, 1.0 / CW_MALFORMED_KINDS, 0.01);
	reader_close(&reader);
	cw_synthetic_free(g);
}

static void test_malformed__no_kind_is_a_valid_line(void)
{
	for (int format = CW_LINE_ACCESS; format <= CW_LINE_JSON; format++)
		check_malformed((enum cw_line_format)format);
}

static void test_malformed__share_of_one_is_all_and_of_zero_none(void)
{
	struct cw_synthetic *all = cw_settings_generator(1, "malformed.share=1", NULL);
	struct cw_synthetic *none = cw_settings_generator(1, "malformed.share=0", NULL);
	struct cw_cursor a, b;
	unsigned well = 0, broken = 0;

	cw_cursor_init(&a, all, 0);
	cw_cursor_init(&b, none, 0);
	for (uint64_t k = 0; k < 100000; k++) {
		char line[CW_SYNTHETIC_LINE_MAX];

		cw_cursor_write(&a, k, line);
		cw_cursor_write(&b, k, line);
		well += a.malformed == CW_WELL_FORMED;
		broken += b.malformed != CW_WELL_FORMED;
	}
	CU_ASSERT_EQUAL(well + broken, 0);
	cw_synthetic_free(all);
	cw_synthetic_free(none);
}

static CU_TestInfo lines[] = {
	{ "access lines are valid in every field", test_lines__access_is_valid_in_every_field },
	{ "common lines are valid in every field", test_lines__common_is_valid_in_every_field },
	{ "combined lines are valid in every field", test_lines__combined_is_valid_in_every_field },
	{ "json lines are valid in every field", test_lines__json_is_valid_in_every_field },
	{ "golden lines", test_lines__golden },
	{ "any order gives the same", test_lines__any_order_gives_the_same },
	{ "tasks and seeds differ", test_lines__tasks_and_seeds_differ },
	{ "the number of tasks moves only the time", test_lines__number_of_tasks_moves_only_the_time },
	{ "no malformed kind is a valid line", test_malformed__no_kind_is_a_valid_line },
	{ "a malformed share of one is all, of zero none", test_malformed__share_of_one_is_all_and_of_zero_none },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	CU_SuiteInfo suites[] = { { .pName = "synthetic-log: lines", .pTests = lines }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
