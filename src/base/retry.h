/* retry - whether there is a next attempt, and how long to wait for it. Pure: time and randomness are passed in. */
#ifndef CW_BASE_RETRY_H
#define CW_BASE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Exponential backoff with full jitter: a time in [0, min(max_ms, base_ms * 2^(attempt-1))], attempt
 * from 1. `random` is 62 random bits or more.
 */
int64_t cw_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms, uint64_t random);

struct cw_retry_policy {
	int64_t timeout_ms; /* how long, from the first failure on; 0: no second attempt, below 0: for ever */
	int64_t base_ms, max_ms; /* of the pauses, as above */
};

/* What is tried again; { 0 } as long as it has not failed. */
struct cw_retry {
	unsigned attempt; /* which one failed last, from 1 */
	int64_t end_ms;
};

/*
 * It has failed: how long to wait for the next attempt, or -1 when its time is over. Who failed has asked for not being
 * tried again before after_ms from now (0: has not), which is kept to: where that is too late, there is none. The last
 * attempt is made when the time is over.
 */
int64_t cw_retry_next(struct cw_retry *retry, const struct cw_retry_policy *policy, int64_t now_ms, int64_t after_ms,
		      uint64_t random);

/*
 * What was tried ran from began_ms on until it failed now. Where it was well, having got on or run for longer than the
 * longest pause, the failures before it are forgotten.
 */
void cw_retry_ran(struct cw_retry *retry, const struct cw_retry_policy *policy, int64_t began_ms, int64_t now_ms,
		  bool got_on);

/* 62 random bits for it; not for secrets. */
uint64_t cw_jitter(unsigned *seed);

#endif
