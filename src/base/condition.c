#include "base/condition.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"

void cw_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool cw_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ms)
{
	const struct timespec until = { until_ms / 1000, (long)(until_ms % 1000 * CW_NS_PER_MS) };

	if (until_ms == INT64_MAX) {
		pthread_cond_wait(condition, lock);
		return true;
	}
	return pthread_cond_timedwait(condition, lock, &until) != ETIMEDOUT;
}
