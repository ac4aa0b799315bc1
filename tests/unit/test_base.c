#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "unit.h"

static void test_buf__appends_and_terminates(void)
{
	struct cw_buf buf = { 0 };

	cw_buf_puts(&buf, "ab");
	cw_buf_printf(&buf, "%0200d", 7);
	CU_ASSERT_EQUAL(buf.n, 202);
	CU_ASSERT_EQUAL(buf.p[202], '\0');
	cw_buf_free(&buf);
	CU_ASSERT_PTR_NULL(buf.p);
}

static void test_buf__json_escape_keeps_utf8_and_replaces_broken_bytes(void)
{
	struct cw_buf buf = { 0 };

	cw_buf_json_escape(&buf, "a\"\\\n\x01\xc3\xa4\xff", 8);
	CU_ASSERT_STRING_EQUAL(buf.p, "a\\\"\\\\\\n\\u0001\xc3\xa4\xef\xbf\xbd");
	cw_buf_free(&buf);
}

static void test_utf8__knows_overlong_surrogates_and_the_end(void)
{
	CU_ASSERT_EQUAL(cw_utf8_length("\xc0\x80", 2), 0);
	CU_ASSERT_EQUAL(cw_utf8_length("\xed\xa0\x80", 3), 0);
	CU_ASSERT_EQUAL(cw_utf8_length("\xf4\x90\x80\x80", 4), 0);
	CU_ASSERT_EQUAL(cw_utf8_length("\xf0\x9f\x98\x80", 4), 4);
	CU_ASSERT_EQUAL(cw_utf8_length("\xf0\x9f\x98", 3), 0);
	CU_ASSERT_TRUE(cw_utf8_valid("gr\xc3\xbc\xc3\x9f", 6));
	CU_ASSERT_FALSE(cw_utf8_valid("gr\xc3", 3));
}

static void test_map__keeps_order_replaces_and_removes(void)
{
	struct cw_map map = { 0 }, other = { 0 };
	json_t *json;

	cw_map_set(&map, "b", "1");
	cw_map_set(&map, "a", "2");
	cw_map_set(&map, "b", "3");
	CU_ASSERT_EQUAL(map.n, 2);
	CU_ASSERT_STRING_EQUAL(map.entries[0].key, "b");
	CU_ASSERT_STRING_EQUAL(cw_map_get(&map, "b"), "3");
	json = cw_map_to_json(&map);
	cw_map_from_json(&other, json);
	CU_ASSERT_TRUE(cw_map_equal(&map, &other));
	CU_ASSERT_TRUE(cw_map_remove(&map, "b"));
	CU_ASSERT_FALSE(cw_map_remove(&map, "b"));
	CU_ASSERT_FALSE(cw_map_equal(&map, &other));
	json_decref(json);
	cw_map_free(&map);
	cw_map_free(&other);
}

static void test_nearest__finds_a_typo_and_leaves_strangers(void)
{
	struct cw_nearest near = { .name = "task.max" }, far = { .name = "colour" };

	cw_nearest_offer(&near, "topics");
	cw_nearest_offer(&near, "tasks.max");
	cw_nearest_offer(&far, "tasks.max");
	CU_ASSERT_STRING_EQUAL(near.best, "tasks.max");
	CU_ASSERT_PTR_NULL(far.best);
	CU_ASSERT_EQUAL(cw_edit_distance("abcd", "abdc"), 1);
}

static void test_clock__iso_is_utc_with_milliseconds(void)
{
	char text[32];

	cw_clock_iso(1769034220123, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "2026-01-21T22:23:40.123Z");
	cw_clock_iso(-1, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "1969-12-31T23:59:59.999Z");
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "buf appends and terminates", test_buf__appends_and_terminates },
		{ "buf escapes JSON", test_buf__json_escape_keeps_utf8_and_replaces_broken_bytes },
		{ "utf8 edges", test_utf8__knows_overlong_surrogates_and_the_end },
		{ "map", test_map__keeps_order_replaces_and_removes },
		{ "nearest", test_nearest__finds_a_typo_and_leaves_strangers },
		{ "clock", test_clock__iso_is_utc_with_milliseconds },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "base", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
