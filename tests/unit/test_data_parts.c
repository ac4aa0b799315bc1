/* What the data model stands on: memory, entries, text and the calendar. */
#include "base/arena.h"
#include "base/buf.h"
#include "data/calendar.h"
#include "data/entries.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static void test_arena__serves_any_size_aligned_and_again_after_a_reset(void)
{
	struct cw_arena arena;
	char *first, *p;

	cw_arena_init(&arena, 64);
	CU_ASSERT_PTR_NOT_NULL(cw_batch_alloc(&arena.batch, 0));
	first = cw_batch_alloc(&arena.batch, 1);
	for (size_t size = 1; size < 2 * CW_ARENA_BLOCK; size = size * 3 + 1) {
		p = cw_batch_alloc(&arena.batch, size);
		CU_ASSERT_EQUAL((uintptr_t)p % 16, 0);
		memset(p, 1, size);
	}
	cw_arena_reset(&arena);
	CU_ASSERT_PTR_EQUAL(cw_batch_alloc(&arena.batch, 1), first);
	cw_arena_free(&arena);
	CU_ASSERT_PTR_NOT_NULL(cw_batch_alloc(&arena.batch, 0));
	cw_arena_free(&arena);
}

static void test_entries__a_key_that_comes_again_keeps_its_place(void)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_entries entries = { .memory = memory };

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1000; i++) {
			struct cw_value key = cw_value_integer(CW_INT32, i * 7 % 1000);
			struct cw_value value = cw_value_int64(round * 1000 + i);

			cw_entries_put(&entries, &key, &value);
		}
	CU_ASSERT_EQUAL(entries.n, 1000);
	for (int i = 0; i < 1000; i++) {
		CU_ASSERT_EQUAL(entries.entries[i].key.u.integer, i * 7 % 1000);
		CU_ASSERT_EQUAL(entries.entries[i].value.u.integer, 1000 + i);
	}
	cw_memory_free(memory);
}

static void test_text__broken_bytes_are_replaced_as_java_does(void)
{
	static const struct {
		const char *bytes, *text; /* ? stands for U+FFFD */
	} cases[] = {
		{ "abc", "abc" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xed\xa0\x80", "?" },
		{ "\xed\xa0", "?" },
		{ "\xed\xa0x", "?x" },
		{ "\xc0\x80", "??" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xf0\x9f\x98", "?" },
		{ "\xf0\x9f\x98x", "?x" },
		{ "\xf0\x9f", "?" },
		{ "\xf0\x80\x80\x80", "????" },
		{ "\xf5\x80", "??" },
		{ "\xe0\x80\x80", "???" },
		{ "\xe2\x82", "?" },
		{ "\xe2\x82z", "?z" },
		{ "a\xff" "b", "a?b" },
		{ "12345678\x80", "12345678?" },
		{ "\xc3", "?" },
		{ "\xc3\xc3\xa4", "?\xc3\xa4" },
	};
	struct cw_batch *memory = cw_memory_new();

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_slice out = cw_text_decode(memory, cw_slice_str(cases[i].bytes));
		struct cw_buf expected = { 0 };

		for (const char *p = cases[i].text; *p; p++)
			cw_buf_append(&expected, *p == '?' ? "\xef\xbf\xbd" : p, *p == '?' ? 3 : 1);
		CU_ASSERT_TRUE(cw_slice_equal(out, cw_slice(expected.p, expected.n)));
		cw_buf_free(&expected);
	}
	CU_ASSERT_TRUE(cw_slice_equal(cw_text_encode(memory, cw_slice_str("a\xed\xa0\x80\xed\x9f\xbf")),
				      cw_slice_str("a?\xed\x9f\xbf")));
	CU_ASSERT_EQUAL(cw_text_length(cw_slice_str("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")), 5);
	cw_memory_free(memory);
}

static void test_calendar__is_julian_before_1582(void)
{
	static const struct {
		int64_t ms, year;
		int month, day, weekday;
	} cases[] = {
		{ 0, 1970, 1, 1, 4 },
		{ -1, 1969, 12, 31, 3 },
		{ 951782400000, 2000, 2, 29, 2 },
		{ -12219292800000, 1582, 10, 15, 5 },
		{ -12219292800001, 1582, 10, 4, 4 },
		{ -62135769600000, 1, 1, 1, 6 },
		{ -62135769600001, 0, 12, 31, 5 },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cw_civil c = cw_civil_from_ms(cases[i].ms);

		CU_ASSERT_EQUAL(c.year, cases[i].year);
		CU_ASSERT_EQUAL(c.month, cases[i].month);
		CU_ASSERT_EQUAL(c.day, cases[i].day);
		CU_ASSERT_EQUAL(c.weekday, cases[i].weekday);
	}
	CU_ASSERT_EQUAL(cw_civil_days(2023, 13, 45), cw_civil_days(2024, 2, 14));
	for (int64_t day = -800000; day < 800000; day += 7) {
		struct cw_civil c = cw_civil_from_ms(day * CW_MS_PER_DAY);

		CU_ASSERT_EQUAL(cw_civil_days(c.year, c.month, c.day), day);
	}
	(void)cw_civil_from_ms(INT64_MIN);
	(void)cw_civil_from_ms(INT64_MAX);
	(void)cw_zone_utc(INT64_MIN);
	(void)cw_zone_utc(INT64_MAX);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "arena", test_arena__serves_any_size_aligned_and_again_after_a_reset },
		{ "entries", test_entries__a_key_that_comes_again_keeps_its_place },
		{ "broken text", test_text__broken_bytes_are_replaced_as_java_does },
		{ "calendar", test_calendar__is_julian_before_1582 },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "data parts", .pTests = tests }, CU_SUITE_INFO_NULL };

	setenv("TZ", "UTC", 1);
	return cw_test_main(suites);
}
