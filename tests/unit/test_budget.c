/* The budget of errors: the cases, and random schedules against a list of all that happened. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/retry.h"
#include "host/budget.h"
#include "unit.h"

static void test_budget__is_a_number_in_a_time(void)
{
	struct cw_budget b = { .count = 3, .percent = 100, .window_ms = 1000 };

	for (int i = 0; i < 3; i++)
		CU_ASSERT_FALSE(cw_budget_spend(&b, 5000 + i));
	CU_ASSERT_TRUE(cw_budget_spend(&b, 5050));
	CU_ASSERT_TRUE(cw_budget_spend(&b, 5900));
	CU_ASSERT_FALSE(cw_budget_spend(&b, 6000)); /* the first four are too old; two are left */
	CU_ASSERT_FALSE(cw_budget_spend(&b, 20000));
}

static void test_budget__is_a_share_of_enough_records(void)
{
	struct cw_budget b = { .count = -1, .percent = 5, .window_ms = 1000 };

	cw_budget_records(&b, 99, 100);
	for (int i = 0; i < 50; i++)
		CU_ASSERT_FALSE(cw_budget_spend(&b, 100)); /* too few to say */
	cw_budget_records(&b, 901, 150);
	CU_ASSERT_TRUE(cw_budget_spend(&b, 150)); /* 51 of 1000 */
	cw_budget_records(&b, 20, 150);
	CU_ASSERT_TRUE(cw_budget_spend(&b, 150)); /* 52 of 1020 */
	cw_budget_records(&b, 1000, 200);
	CU_ASSERT_FALSE(cw_budget_spend(&b, 200));
}

static void test_budget__can_be_nothing_or_without_end(void)
{
	struct cw_budget none = { .count = 0, .percent = 100, .window_ms = 10 };
	struct cw_budget endless = { .count = -1, .percent = 100, .window_ms = 1000 };

	CU_ASSERT_TRUE(cw_budget_spend(&none, 7));
	for (int i = 0; i < 100000; i++)
		CU_ASSERT_FALSE_FATAL(cw_budget_spend(&endless, i / 100));
}

#define EVENTS 300

static void live(unsigned *seed)
{
	struct cw_budget b = { .count = (int64_t)(cw_jitter(seed) % 20), .percent = 100,
			       .window_ms = 10 * (1 + (int64_t)(cw_jitter(seed) % 500)) };
	int64_t at[EVENTS], now = 1 + (int64_t)(cw_jitter(seed) % 100000);

	for (int i = 0; i < EVENTS; i++) {
		int64_t least = 0, most = 0;
		bool exceeded;

		now += (int64_t)(cw_jitter(seed) % (uint64_t)(b.window_ms / 4));
		at[i] = now;
		exceeded = cw_budget_spend(&b, now);
		for (int k = 0; k <= i; k++) {
			least += at[k] > now - b.window_ms * 9 / 10;
			most += at[k] > now - b.window_ms;
		}
		/* Never for less than nine tenths of the time, always for what was in all of it. */
		CU_ASSERT_TRUE_FATAL(!exceeded || most > b.count);
		CU_ASSERT_TRUE_FATAL(exceeded || least <= b.count);
	}
}

static void test_budget__of_random_schedules(void)
{
	const char *text = getenv("CW_SEED");
	unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : 1;

	for (int i = 0; i < 300; i++)
		live(&seed);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "is a number in a time", test_budget__is_a_number_in_a_time },
		{ "is a share of enough records", test_budget__is_a_share_of_enough_records },
		{ "can be nothing or without end", test_budget__can_be_nothing_or_without_end },
		{ "of random schedules", test_budget__of_random_schedules },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "budget", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
