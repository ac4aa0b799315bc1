#include "base/clock.h"

#include <stdio.h>
#include <time.h>

int64_t cw_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CW_NS_PER_S + t.tv_nsec;
}

int64_t cw_clock_ms(void)
{
	return cw_clock_ns() / CW_NS_PER_MS;
}

int64_t cw_clock_epoch_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / CW_NS_PER_MS;
}

void cw_clock_iso(int64_t epoch_ms, char *out, size_t size)
{
	time_t s = (time_t)(epoch_ms / 1000);
	int ms = (int)(epoch_ms % 1000);
	struct tm tm;
	char date[24];

	if (ms < 0) {
		ms += 1000;
		s--;
	}
	gmtime_r(&s, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, size, "%s.%03dZ", date, ms);
}
