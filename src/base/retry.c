#include "base/retry.h"

#include <limits.h>
#include <stdlib.h>

int64_t cw_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms, uint64_t random)
{
	int64_t most = base_ms > 0 ? base_ms : 0;

	for (unsigned i = 1; i < attempt && most < max_ms; i++)
		most = most > max_ms / 2 ? max_ms : most * 2;
	if (most > max_ms)
		most = max_ms > 0 ? max_ms : 0;
	return (int64_t)(random % ((uint64_t)most + 1));
}

int64_t cw_retry_next(struct cw_retry *retry, const struct cw_retry_policy *policy, int64_t now_ms, int64_t after_ms,
		      uint64_t random)
{
	int64_t timeout_ms = policy->timeout_ms, left_ms, wait_ms;

	if (retry->attempt == 0)
		retry->end_ms = timeout_ms < 0 || timeout_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + timeout_ms;
	if (retry->attempt < UINT_MAX)
		retry->attempt++;
	left_ms = retry->end_ms - now_ms;
	if (left_ms <= 0 || after_ms > left_ms)
		return -1;
	wait_ms = cw_backoff_ms(retry->attempt, policy->base_ms, policy->max_ms, random);
	if (wait_ms < after_ms)
		wait_ms = after_ms;
	return wait_ms < left_ms ? wait_ms : left_ms;
}

void cw_retry_ran(struct cw_retry *retry, const struct cw_retry_policy *policy, int64_t began_ms, int64_t now_ms,
		  bool got_on)
{
	if (got_on || now_ms - began_ms > policy->max_ms)
		*retry = (struct cw_retry){ 0 };
}

uint64_t cw_jitter(unsigned *seed)
{
	uint64_t high = (uint64_t)rand_r(seed), low = (uint64_t)rand_r(seed);

	return high << 31 | low;
}
