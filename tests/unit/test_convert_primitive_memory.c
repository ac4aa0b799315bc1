/* The primitive converters take memory from the batch only, once they have run for a while. */
#include <stdlib.h>

#include "allocations.h"
#include "base/arena.h"
#include "base/mem.h"
#include "convert/converters.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))
#define WARM_UP 100
#define RECORDS 2000

struct flow {
	const struct cw_plugin *plugin;
	const char *encoding;
	struct cw_slice bytes[4]; /* in turn */
};

/* Allocations over RECORDS records that are read and written, after WARM_UP of them. */
static size_t count(const struct flow *flow)
{
	const struct cw_converter_ops *ops = flow->plugin->converter;
	const struct cw_convert_place place = { .topic = cw_slice("t", 1), .header = cw_slice("h", 1) };
	struct cw_arena arena;
	size_t before = 0;
	void *state;

	cw_arena_init(&arena, CW_ARENA_BLOCK);
	CU_ASSERT_EQUAL_FATAL(ops->start(NULL, flow->plugin, &flow->encoding, CW_CONVERT_VALUE, &state, NULL), CW_OK);
	for (size_t i = 0; i < WARM_UP + RECORDS; i++) {
		struct cw_value value;
		struct cw_slice out;

		if (i == WARM_UP)
			before = cw_allocations();
		if (i % 50 == 0)
			cw_arena_reset(&arena);
		CU_ASSERT_EQUAL(ops->to_value(state, &arena.batch, &place, flow->bytes[i % 4], &value, NULL), CW_OK);
		CU_ASSERT_EQUAL(ops->from_value(state, &arena.batch, &place, &value, &out, NULL), CW_OK);
	}
	before = cw_allocations() - before;
	ops->stop(state);
	cw_arena_free(&arena);
	return before;
}

static void test_counting__works(void)
{
	size_t before = cw_allocations();

	free(cw_alloc(1));
	CU_ASSERT_EQUAL(cw_allocations() - before, CW_ALLOCATIONS_COUNT);
}

#define TEXT(literal) { literal, sizeof(literal) - 1 }

static void test_memory__is_not_allocated_for_records(void)
{
	static const struct flow flows[] = {
		{ &cw_string_converter, "UTF-8", { TEXT("abc"), TEXT("gr\xc3\xbcn"), TEXT("broken \xff"), { NULL, 0 } } },
		{ &cw_string_converter, "UTF-16", { TEXT("\0a"), TEXT("\xff\xfe" "a\0"), TEXT("a"), { NULL, 0 } } },
		{ &cw_string_converter, "windows-1252", { TEXT("\x80"), TEXT("abc"), TEXT(""), { NULL, 0 } } },
		{ &cw_byte_array_converter, NULL, { TEXT("abc"), TEXT("\0\xff"), TEXT(""), { NULL, 0 } } },
		{ &cw_boolean_converter, NULL, { TEXT("\0"), TEXT("\1"), TEXT("\1"), { NULL, 0 } } },
		{ &cw_long_converter, NULL, { TEXT("12345678"), TEXT("\0\0\0\0\0\0\0\1"), { NULL, 0 }, { NULL, 0 } } },
		{ &cw_double_converter, NULL, { TEXT("12345678"), TEXT("\0\0\0\0\0\0\0\1"), { NULL, 0 }, { NULL, 0 } } },
		{ &cw_simple_header_converter, NULL, { TEXT("a text"), TEXT("12345"), TEXT("1.5e-7"), { NULL, 0 } } },
		{ &cw_simple_header_converter, NULL,
		  { TEXT("2023-01-02T22:13:20.001Z"), TEXT("123456789012345678901234567890"),
		    TEXT("[1, 2.5, {\"a\": [true, \"b\\\"c\"]}]"), TEXT("[1, 2.5, {\"a\": [broken") } },
	};

	for (size_t i = 0; i < LENGTH(flows); i++) {
		size_t n = count(&flows[i]);

		if (n)
			fprintf(stderr, "flow %zu: %zu allocations\n", i, n);
		CU_ASSERT_EQUAL(n, 0);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "counting", test_counting__works },
		{ "records", test_memory__is_not_allocated_for_records },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "memory of primitive converters", .pTests = tests }, CU_SUITE_INFO_NULL };

	setenv("TZ", "UTC", 1);
	return cw_test_main(suites);
}
