/* retry - how long to wait before the next attempt. Pure: the randomness is passed in. */
#ifndef CW_BASE_RETRY_H
#define CW_BASE_RETRY_H

#include <stdint.h>

/*
 * Exponential backoff with full jitter: a time in [0, min(max_ms, base_ms * 2^(attempt-1))], attempt
 * from 1. `random` is 62 random bits or more.
 */
int64_t cw_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms, uint64_t random);

/* 62 random bits for it; not for secrets. */
uint64_t cw_jitter(unsigned *seed);

#endif
