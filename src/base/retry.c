#include "base/retry.h"

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

uint64_t cw_jitter(unsigned *seed)
{
	uint64_t high = (uint64_t)rand_r(seed), low = (uint64_t)rand_r(seed);

	return high << 31 | low;
}
