/* How much may pass: the cases, and thousands of random schedules of several who share a rate. */
#include <stdbool.h>
#include <stdlib.h>

#include "base/retry.h"
#include "host/rate.h"
#include "unit.h"

#define S INT64_C(1000000)

static unsigned seed;

static int64_t below(int64_t most)
{
	return (int64_t)(cw_jitter(&seed) % (uint64_t)most);
}

/* ---- cases ------------------------------------------------------------------------------------- */

static void test_rate__without_a_limit_nothing_waits(void)
{
	struct cw_rate r = { 0 };

	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(cw_rate_wait_us(&r, cw_rate_claim(&r, 1000000, i), i), 0);
}

static void test_rate__begins_empty_and_holds_a_second(void)
{
	struct cw_rate r = { 0 };
	int64_t claim;

	cw_rate_set(&r, 10, 5 * S);
	claim = cw_rate_claim(&r, 1, 5 * S);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 5 * S), S / 10);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 5 * S + 99999), 1);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 5 * S + 100000), 0);
	CU_ASSERT_EQUAL(cw_rate_spare(&r, 1000 * S), 10);
	claim = cw_rate_claim(&r, 10, 1000 * S);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 1000 * S), 0);
	claim = cw_rate_claim(&r, 5, 1000 * S);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 1000 * S), S / 2);
	CU_ASSERT_EQUAL(cw_rate_spare(&r, 1000 * S), 0);
}

static void test_rate__what_is_larger_than_a_second_passes_and_is_paid_for(void)
{
	struct cw_rate r = { 0 };
	int64_t claim;

	cw_rate_set(&r, 100, 0);
	claim = cw_rate_claim(&r, 1000, 0);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 0), S); /* the bucket is to be full */
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, S), 0);
	claim = cw_rate_claim(&r, 1, S);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, S), 9 * S + S / 100);
	claim = cw_rate_claim(&r, 0, S); /* nothing, but not before what is owed is paid */
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, S), 9 * S + S / 100);
}

static void test_rate__changes_at_once(void)
{
	struct cw_rate r = { 0 };
	int64_t claim;

	cw_rate_set(&r, 1, 0);
	claim = cw_rate_claim(&r, 1, 0);
	cw_rate_claim(&r, 100, 0);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 0), S);
	cw_rate_set(&r, 1000, S / 2);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, S / 2), 1000);
	claim = cw_rate_claim(&r, 10, S / 2);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, S / 2), 111000);
	cw_rate_set(&r, 0, S / 2);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, S / 2), 0);
	cw_rate_claim(&r, 1000000, S);
	cw_rate_set(&r, 2, S); /* what passed without a limit is not owed */
	claim = cw_rate_claim(&r, 1, S);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, S), S / 2);
	cw_rate_set(&r, 1, 100 * S); /* a bucket that becomes smaller holds less */
	CU_ASSERT_EQUAL(cw_rate_spare(&r, 100 * S), 1);
}

static void test_rate__what_is_given_back_is_there_for_others(void)
{
	struct cw_rate r = { 0 };
	int64_t claim;

	cw_rate_set(&r, 10, 0);
	cw_rate_claim(&r, 10, 0);
	claim = cw_rate_claim(&r, 10, 0);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 0), 2 * S);
	cw_rate_give_back(&r, 9, 0);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 0), 2 * S - 9 * S / 10);
	cw_rate_give_back(&r, -20, 0); /* it became more than was claimed */
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 0), 2 * S - 9 * S / 10);
	claim = cw_rate_claim(&r, 1, 0);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, 0), 3 * S + S / 5);
}

static void test_rate__the_numbers_can_be_large(void)
{
	struct cw_rate r = { 0 };
	int64_t claim, now = INT64_C(1) << 60;

	cw_rate_set(&r, CW_RATE_MOST, 0);
	CU_ASSERT_EQUAL(cw_rate_spare(&r, now), CW_RATE_MOST);
	claim = cw_rate_claim(&r, CW_RATE_MOST * 1000, now);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, now), 0);
	claim = cw_rate_claim(&r, 1, now);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, now), 999 * S + 1);
	cw_rate_set(&r, 1, now);
	CU_ASSERT_EQUAL(cw_rate_wait_us(&r, claim, now), 3600 * S);
}

/* ---- random schedules -------------------------------------------------------------------------- */

#define SCHEDULES 2000
#define STEPS 300
#define TASKS_MAX 5
#define EVENTS (STEPS * 4)

struct waiter {
	bool waits;
	int64_t claim, n, since_us, before; /* what was claimed before it and has not passed */
};

struct schedule {
	struct cw_rate rate;
	struct waiter waiters[TASKS_MAX];
	int64_t now, largest, passed;
	int64_t at[EVENTS], sum[EVENTS]; /* when so much had passed */
	int n_tasks, n;
};

static int64_t waiting(const struct schedule *s)
{
	int64_t sum = 0;

	for (int i = 0; i < s->n_tasks; i++)
		sum += s->waiters[i].waits ? s->waiters[i].n : 0;
	return sum;
}

/* In every window that ends now: no more than its time is worth, a second's worth, and what one has above that. */
static void check_windows(const struct schedule *s)
{
	int64_t above = s->largest > s->rate.per_second ? s->largest - s->rate.per_second : 0;

	for (int i = 0; i < s->n; i++) {
		int64_t t = s->now - s->at[i], before = i ? s->sum[i - 1] : 0;

		CU_ASSERT_TRUE_FATAL(s->passed - before <=
				     t / S * s->rate.per_second + (t % S * s->rate.per_second + S - 1) / S +
					     s->rate.per_second + above);
	}
}

static void pass(struct schedule *s, struct waiter *w)
{
	w->waits = false;
	s->passed += w->n;
	if (s->n == EVENTS)
		return;
	s->at[s->n] = s->now;
	s->sum[s->n++] = s->passed;
	check_windows(s);
}

/* Everyone goes on as soon as it may, as tasks do. */
static void let_pass(struct schedule *s)
{
	for (int i = 0; i < s->n_tasks; i++)
		if (s->waiters[i].waits && cw_rate_wait_us(&s->rate, s->waiters[i].claim, s->now) == 0)
			pass(s, &s->waiters[i]);
}

/* To the next moment at which somebody may go on, or at random before that. */
static void move_on(struct schedule *s)
{
	int64_t next = below(2 * S);

	for (int i = 0; i < s->n_tasks; i++) {
		int64_t wait = s->waiters[i].waits ? cw_rate_wait_us(&s->rate, s->waiters[i].claim, s->now) : next;

		if (wait < next)
			next = wait;
	}
	s->now += next;
}

/* What was claimed before it, and a full bucket for itself, is all that anybody waits for. */
static void check_no_starvation(const struct schedule *s, const struct waiter *w)
{
	int64_t owed = w->before + w->n;

	CU_ASSERT_TRUE_FATAL(s->now - w->since_us <= (owed / s->rate.per_second + 2) * S);
}

static void claim(struct schedule *s, struct waiter *w)
{
	int64_t n = below(10) == 0 ? below(5 * s->rate.per_second) : below(1 + s->rate.per_second / 4);

	*w = (struct waiter){ .waits = true, .n = n, .since_us = s->now,
			      .before = s->rate.claimed > s->rate.filled ? s->rate.claimed - s->rate.filled : 0 };
	w->claim = cw_rate_claim(&s->rate, n, s->now);
	if (n > s->largest)
		s->largest = n;
}

static void live(struct schedule *s)
{
	for (int step = 0; step < STEPS; step++) {
		struct waiter *w = &s->waiters[below(s->n_tasks)];

		if (!w->waits && below(3) > 0)
			claim(s, w);
		else if (waiting(s) == 0 && below(10) == 0)
			s->now += below(5 * S);
		else
			move_on(s);
		let_pass(s);
	}
}

static void test_rate__of_several_is_never_exceeded_and_starves_nobody(void)
{
	for (int i = 0; i < SCHEDULES; i++) {
		struct schedule s = { .now = below(S), .n_tasks = 1 + (int)below(TASKS_MAX) };

		cw_rate_set(&s.rate, 1 + below(below(2) ? 20 : 1000000), s.now);
		live(&s);
		while (waiting(&s) > 0) {
			move_on(&s);
			let_pass(&s);
			for (int k = 0; k < s.n_tasks; k++)
				if (s.waiters[k].waits)
					check_no_starvation(&s, &s.waiters[k]);
		}
	}
}

/*
 * Two that always want more, one of them in large pieces: what they get is as much, whoever asks more often. And all of
 * the rate is used.
 */
static void test_rate__is_shared_in_the_order_of_claims(void)
{
	struct cw_rate r = { 0 };
	int64_t claims[2], got[2] = { 0, 0 }, turns[2] = { 0, 0 }, now = 0;

	cw_rate_set(&r, 100, 0);
	for (int i = 0; i < 2; i++)
		claims[i] = cw_rate_claim(&r, i ? 30 : 5, 0);
	for (; now < 1000 * S; now += S / 100)
		for (int i = 0; i < 2; i++)
			if (cw_rate_wait_us(&r, claims[i], now) == 0) {
				got[i] += i ? 30 : 5;
				turns[i]++;
				claims[i] = cw_rate_claim(&r, i ? 30 : 5, now);
			}
	CU_ASSERT_TRUE(turns[0] - turns[1] <= 1 && turns[1] - turns[0] <= 1);
	CU_ASSERT_TRUE(got[0] + got[1] >= 99900);
}

int main(void)
{
	const char *text = getenv("CW_SEED");
	CU_TestInfo tests[] = {
		{ "without a limit nothing waits", test_rate__without_a_limit_nothing_waits },
		{ "begins empty and holds a second", test_rate__begins_empty_and_holds_a_second },
		{ "what is larger than a second passes, and is paid for",
		  test_rate__what_is_larger_than_a_second_passes_and_is_paid_for },
		{ "changes at once", test_rate__changes_at_once },
		{ "what is given back is there for others", test_rate__what_is_given_back_is_there_for_others },
		{ "the numbers can be large", test_rate__the_numbers_can_be_large },
		{ "of several is never exceeded, and starves nobody",
		  test_rate__of_several_is_never_exceeded_and_starves_nobody },
		{ "is shared in the order of claims", test_rate__is_shared_in_the_order_of_claims },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "rate", .pTests = tests }, CU_SUITE_INFO_NULL };

	seed = text ? (unsigned)strtoul(text, NULL, 10) : 1;
	return cw_test_main(suites);
}
