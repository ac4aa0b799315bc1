/* retry - how long to wait before the next attempt. Pure: the randomness is passed in. */
#ifndef CW_HOST_RETRY_H
#define CW_HOST_RETRY_H

#include <stdint.h>

/*
 * Exponential backoff with full jitter: a time in [0, min(max_ms, base_ms * 2^(attempt-1))], attempt
 * from 1. `random` is 64 random bits.
 */
int64_t cw_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms, uint64_t random);

#endif
