/* The retry policy: its cases, and thousands of random schedules. */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/retry.h"
#include "unit.h"

static unsigned seed;

static int64_t below(int64_t most)
{
	return (int64_t)(cw_jitter(&seed) % (uint64_t)most);
}

static void test_retry__has_its_time_from_the_first_failure_on(void)
{
	const struct cw_retry_policy policy = { .timeout_ms = 1000, .base_ms = 100, .max_ms = 400 };
	static const struct {
		int64_t now, wait; /* with the longest pauses */
	} steps[] = { { 5000, 100 }, { 5100, 200 }, { 5300, 400 }, { 5700, 300 }, { 6000, -1 } };
	struct cw_retry r = { 0 };

	for (unsigned i = 0; i < 5; i++) {
		int64_t most = policy.base_ms << i < policy.max_ms ? policy.base_ms << i : policy.max_ms;

		CU_ASSERT_EQUAL(cw_retry_next(&r, &policy, steps[i].now, 0, (uint64_t)most), steps[i].wait);
		CU_ASSERT_EQUAL(r.attempt, i + 1);
	}
}

static void test_retry__can_be_none_or_without_end(void)
{
	const struct cw_retry_policy none = { .timeout_ms = 0, .base_ms = 100, .max_ms = 400 };
	const struct cw_retry_policy endless = { .timeout_ms = -1, .base_ms = 100, .max_ms = 400 };
	const struct cw_retry_policy longest = { .timeout_ms = INT64_MAX, .base_ms = 100, .max_ms = INT64_MAX };
	struct cw_retry r = { 0 };

	CU_ASSERT_EQUAL(cw_retry_next(&r, &none, 5000, 0, 7), -1);
	r = (struct cw_retry){ .attempt = UINT_MAX, .end_ms = INT64_MAX };
	CU_ASSERT_EQUAL(cw_retry_next(&r, &endless, INT64_MAX / 2, 0, 400), 400);
	CU_ASSERT_EQUAL(r.attempt, UINT_MAX);
	r = (struct cw_retry){ 0 };
	CU_ASSERT_EQUAL(cw_retry_next(&r, &longest, 5000, 0, 100), 100);
}

static void test_retry__keeps_to_what_is_asked_for(void)
{
	const struct cw_retry_policy policy = { .timeout_ms = 1000, .base_ms = 100, .max_ms = 400 };
	const struct cw_retry_policy endless = { .timeout_ms = -1, .base_ms = 100, .max_ms = 400 };
	struct cw_retry r = { 0 };

	CU_ASSERT_EQUAL(cw_retry_next(&r, &policy, 0, 700, 50), 700);
	CU_ASSERT_EQUAL(cw_retry_next(&r, &policy, 700, 20, 50), 50); /* the policy's pause is longer */
	CU_ASSERT_EQUAL(cw_retry_next(&r, &policy, 750, 250, 50), 250);
	CU_ASSERT_EQUAL(cw_retry_next(&r, &policy, 750, 251, 50), -1); /* that would be too late */
	r = (struct cw_retry){ 0 };
	CU_ASSERT_EQUAL(cw_retry_next(&r, &endless, 0, 3600000, 50), 3600000);
}

/* What began at 5000, with pauses of 400 ms at most. */
static void test_retry__begins_anew_after_it_was_well(void)
{
	const struct cw_retry_policy policy = { .timeout_ms = -1, .base_ms = 100, .max_ms = 400 };
	static const struct {
		int64_t now;
		bool got_on, anew;
	} cases[] = { { 5000, false, false }, { 5400, false, false }, { 5401, false, true }, { 5001, true, true } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cw_retry r = { .attempt = 9, .end_ms = INT64_MAX };

		cw_retry_ran(&r, &policy, 5000, cases[i].now, cases[i].got_on);
		CU_ASSERT_EQUAL(r.attempt, cases[i].anew ? 0 : 9);
		CU_ASSERT_EQUAL(cw_retry_next(&r, &policy, cases[i].now, 0, 100), 100);
		CU_ASSERT_EQUAL(r.attempt, cases[i].anew ? 1 : 10);
	}
}

/* ---- random schedules -------------------------------------------------------------------------- */

#define SCHEDULES 5000
#define ATTEMPTS 60

struct schedule {
	struct cw_retry_policy policy;
	int64_t now, began, after_max;
	int64_t pauses, longest; /* their sum, and what they would be at the most, where nothing is asked for */
};

/* The longest pause after so many failures. */
static int64_t most_of(const struct cw_retry_policy *policy, unsigned attempt)
{
	int64_t most = policy->base_ms;

	while (--attempt > 0 && most < policy->max_ms)
		most *= 2;
	return most < policy->max_ms ? most : policy->max_ms;
}

/* Whether there is another attempt. */
static bool fail_once(struct schedule *s, struct cw_retry *r, unsigned attempt)
{
	int64_t after = s->after_max && below(3) == 0 ? below(s->after_max) : 0, most = most_of(&s->policy, attempt);
	int64_t wait = cw_retry_next(r, &s->policy, s->now, after, cw_jitter(&seed)), end = s->began + s->policy.timeout_ms;

	CU_ASSERT_EQUAL_FATAL(r->attempt, attempt);
	if (wait < 0) { /* only when it is time, or would be over before it may be tried */
		CU_ASSERT_TRUE_FATAL(s->policy.timeout_ms >= 0 && (s->now >= end || s->now + after > end));
		return false;
	}
	CU_ASSERT_TRUE_FATAL(wait >= after);
	CU_ASSERT_TRUE_FATAL(wait <= (most > after ? most : after));
	if (s->policy.timeout_ms >= 0)
		CU_ASSERT_TRUE_FATAL(s->now + wait <= end);
	if (after == 0 && (s->policy.timeout_ms < 0 || s->now + most < end)) {
		s->pauses += wait;
		s->longest += most;
	}
	s->now += wait + below(20); /* the attempt takes a while */
	return true;
}

static void test_retry__random_schedules(void)
{
	int64_t pauses = 0, longest = 0;

	for (int i = 0; i < SCHEDULES; i++) {
		struct schedule s = { .now = below(1000000), .after_max = below(2) * 3000 };
		struct cw_retry r = { 0 };
		unsigned attempt = 1;

		s.policy = (struct cw_retry_policy){ .timeout_ms = below(4) ? below(20000) : -1, .base_ms = 1 + below(1000) };
		s.policy.max_ms = s.policy.base_ms + below(10000);
		s.began = s.now;
		while (attempt < ATTEMPTS && fail_once(&s, &r, attempt))
			attempt++;
		pauses += s.pauses;
		longest += s.longest;
	}
	/* Full jitter: half of the longest on average. */
	CU_ASSERT_TRUE(pauses > longest / 100 * 48 && pauses < longest / 100 * 52);
}

int main(void)
{
	const char *text = getenv("CW_SEED");
	CU_TestInfo tests[] = {
		{ "has its time from the first failure on", test_retry__has_its_time_from_the_first_failure_on },
		{ "can be none, or without end", test_retry__can_be_none_or_without_end },
		{ "keeps to what is asked for", test_retry__keeps_to_what_is_asked_for },
		{ "begins anew after it was well", test_retry__begins_anew_after_it_was_well },
		{ "random schedules", test_retry__random_schedules },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "retry", .pTests = tests }, CU_SUITE_INFO_NULL };

	seed = text ? (unsigned)strtoul(text, NULL, 10) : 1;
	return cw_test_main(suites);
}
