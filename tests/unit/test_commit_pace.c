/* When a task commits: the interval, much to lose before it is over, commits that fail or take long. */
#include "host/commit_pace.h"
#include "unit.h"

#define INTERVAL_MS 5000

static struct cw_commit_pace paced(bool early)
{
	struct cw_commit_pace pace;

	cw_commit_pace_init(&pace, INTERVAL_MS, early, 1000);
	return pace;
}

static void test_pace__is_the_interval_for_few_records(void)
{
	struct cw_commit_pace pace = paced(true);

	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 1000 + INTERVAL_MS);
	cw_commit_pace_add(&pace, CW_COMMIT_FEW - 1);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 1000 + INTERVAL_MS);
	cw_commit_pace_begin(&pace, 6000);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 6000 + INTERVAL_MS);
}

static void test_pace__is_quick_while_there_is_much_to_lose(void)
{
	struct cw_commit_pace pace = paced(true);

	cw_commit_pace_add(&pace, CW_COMMIT_FEW / 2);
	cw_commit_pace_add(&pace, CW_COMMIT_FEW / 2);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 1000 + CW_COMMIT_APART_MS);
	cw_commit_pace_begin(&pace, 1100);
	cw_commit_pace_sent(&pace, 1101);
	cw_commit_pace_end(&pace, true);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 1100 + INTERVAL_MS);
}

static void test_pace__is_the_interval_where_a_commit_costs_much(void)
{
	struct cw_commit_pace pace = paced(false);

	cw_commit_pace_add(&pace, 100000);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 1000 + INTERVAL_MS);
}

static void test_pace__is_the_interval_while_commits_fail(void)
{
	struct cw_commit_pace pace = paced(true);

	cw_commit_pace_begin(&pace, 2000);
	cw_commit_pace_end(&pace, false);
	cw_commit_pace_add(&pace, 100000);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 2000 + INTERVAL_MS);
	cw_commit_pace_begin(&pace, 7000);
	cw_commit_pace_end(&pace, true);
	cw_commit_pace_add(&pace, 100000);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 7000 + CW_COMMIT_APART_MS);
}

static void test_pace__does_not_wait_for_more_records_when_none_come(void)
{
	struct cw_commit_pace pace = paced(false);

	CU_ASSERT_EQUAL(cw_commit_pace_last_due_ms(&pace), 1000);
	cw_commit_pace_begin(&pace, 2000);
	cw_commit_pace_end(&pace, false);
	CU_ASSERT_EQUAL(cw_commit_pace_last_due_ms(&pace), 2000 + CW_COMMIT_AGAIN_MS);
	pace.interval_ms = 50;
	CU_ASSERT_EQUAL(cw_commit_pace_last_due_ms(&pace), 2050);
}

/* A broker that is far away is not waited for all the time. */
static void test_pace__gives_waiting_a_twentieth(void)
{
	struct cw_commit_pace pace = paced(true);

	cw_commit_pace_begin(&pace, 2000);
	cw_commit_pace_sent(&pace, 2050);
	cw_commit_pace_end(&pace, true);
	cw_commit_pace_add(&pace, 100000);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 2000 + 50 * CW_COMMIT_SHARE);
	cw_commit_pace_begin(&pace, 4000);
	cw_commit_pace_sent(&pace, 5000);
	cw_commit_pace_add(&pace, 100000);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 4000 + INTERVAL_MS);
}

/* A short interval is kept. */
static void test_pace__is_never_slower_than_the_interval(void)
{
	struct cw_commit_pace pace;

	cw_commit_pace_init(&pace, 10, true, 1000);
	cw_commit_pace_add(&pace, 100000);
	CU_ASSERT_EQUAL(cw_commit_pace_due_ms(&pace), 1010);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "is the interval for few records", test_pace__is_the_interval_for_few_records },
		{ "is quick while there is much to lose", test_pace__is_quick_while_there_is_much_to_lose },
		{ "is the interval where a commit costs much", test_pace__is_the_interval_where_a_commit_costs_much },
		{ "is the interval while commits fail", test_pace__is_the_interval_while_commits_fail },
		{ "gives waiting a twentieth", test_pace__gives_waiting_a_twentieth },
		{ "is never slower than the interval", test_pace__is_never_slower_than_the_interval },
		{ "does not wait for more records when none come",
		  test_pace__does_not_wait_for_more_records_when_none_come },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "commit pace", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
