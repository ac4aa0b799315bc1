/* When what has FAILED is started again: the cases, and thousands of random lives for which the rules hold. */
#include <stdlib.h>

#include "base/retry.h"
#include "herder/restarts.h"
#include "unit.h"

static const struct cw_restart_policy three = { .attempts_max = 3, .delay_ms = 100, .delay_max_ms = 300, .healthy_ms = 1000 };

static void test_restarts__are_so_many_in_a_row_with_growing_pauses(void)
{
	static const int64_t most[] = { 100, 200, 300 };
	struct cw_restarts r = { 0 };
	int64_t now = 5000;

	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_TRUE(cw_restarts_failed(&r, &three, now, (uint64_t)most[i])); /* all of the pause */
		CU_ASSERT_EQUAL(r.attempts, i + 1);
		CU_ASSERT_EQUAL(r.next_ms, now + most[i]);
		now = r.next_ms;
		cw_restarts_running(&r, now);
		CU_ASSERT_EQUAL(r.next_ms, 0);
		now += 999;
	}
	CU_ASSERT_FALSE(cw_restarts_failed(&r, &three, now, 0));
	CU_ASSERT_EQUAL(r.next_ms, 0);
	CU_ASSERT_EQUAL(r.attempts, 3);
}

static void test_restarts__begin_anew_after_a_healthy_time(void)
{
	struct cw_restarts r = { 0 };

	for (int i = 0; i < 4; i++)
		cw_restarts_failed(&r, &three, 100 + i, 0);
	CU_ASSERT_EQUAL(r.next_ms, 0);
	cw_restarts_running(&r, 2000); /* somebody has started it */
	cw_restarts_running(&r, 2900);
	CU_ASSERT_TRUE(cw_restarts_failed(&r, &three, 3000, 0));
	CU_ASSERT_EQUAL(r.attempts, 1);
	cw_restarts_forget(&r);
	CU_ASSERT_EQUAL(r.attempts, 0);
}

static void test_restarts__can_be_off_or_without_end(void)
{
	const struct cw_restart_policy off = { .attempts_max = 0, .delay_ms = 1, .delay_max_ms = 1 };
	const struct cw_restart_policy endless = { .attempts_max = -1, .delay_ms = 1, .delay_max_ms = 8, .healthy_ms = 1000 };
	struct cw_restarts r = { 0 };

	CU_ASSERT_FALSE(cw_restarts_failed(&r, &off, 1, 0));
	for (int i = 0; i < 100000; i++)
		CU_ASSERT_TRUE_FATAL(cw_restarts_failed(&r, &endless, i, (uint64_t)i));
	CU_ASSERT_TRUE(r.next_ms <= 100000 + 8);
}

static int64_t random_below(unsigned *seed, int64_t most)
{
	return (int64_t)(cw_jitter(seed) % (uint64_t)most);
}

static struct cw_restart_policy random_policy(unsigned *seed)
{
	return (struct cw_restart_policy){ .attempts_max = random_below(seed, 8) - 1, .delay_ms = random_below(seed, 1000),
					   .delay_max_ms = random_below(seed, 100000), .healthy_ms = random_below(seed, 50000) };
}

/* A task that fails after random times, and is started when it is due, until it is given up. */
static void live(unsigned *seed)
{
	const struct cw_restart_policy policy = random_policy(seed);
	struct cw_restarts r = { 0 };
	int64_t now = 1 + random_below(seed, 1000), ran = 0, in_a_row = 0;

	for (int step = 0; step < 40; step++) {
		bool again;

		if (step > 0 && ran >= policy.healthy_ms)
			in_a_row = 0;
		again = cw_restarts_failed(&r, &policy, now, cw_jitter(seed));
		CU_ASSERT_EQUAL_FATAL(again, policy.attempts_max < 0 || in_a_row < policy.attempts_max);
		CU_ASSERT_EQUAL_FATAL(again, r.next_ms != 0);
		if (!again)
			return;
		in_a_row++;
		CU_ASSERT_EQUAL_FATAL(r.attempts, in_a_row);
		CU_ASSERT_TRUE_FATAL(r.next_ms >= now && r.next_ms <= now + policy.delay_max_ms);
		CU_ASSERT_TRUE_FATAL(in_a_row > 40 || r.next_ms - now <= policy.delay_ms << (in_a_row - 1));
		now = r.next_ms;
		cw_restarts_running(&r, now);
		ran = random_below(seed, 100000);
		now += ran;
	}
}

static void test_restarts__of_random_lives(void)
{
	const char *text = getenv("CW_SEED");
	unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : 1;

	for (int i = 0; i < 20000; i++)
		live(&seed);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "are so many in a row, with growing pauses", test_restarts__are_so_many_in_a_row_with_growing_pauses },
		{ "begin anew after a healthy time", test_restarts__begin_anew_after_a_healthy_time },
		{ "can be off or without end", test_restarts__can_be_off_or_without_end },
		{ "of random lives", test_restarts__of_random_lives },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "restarts", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
