#include "bench_util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double cw_bench_now_s(void)
{
	return seconds(CLOCK_MONOTONIC);
}

double cw_bench_cpu_s(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

long cw_bench_peak_kb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld kB", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

void cw_bench_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void cw_bench_conf(rd_kafka_conf_t *conf, const char *const *pairs)
{
	char why[256];

	for (; pairs[0]; pairs += 2)
		if (rd_kafka_conf_set(conf, pairs[0], pairs[1], why, sizeof(why)) != RD_KAFKA_CONF_OK)
			cw_bench_die("%s", why);
}

uint64_t cw_bench_number(const char *option, const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (*end || end == text || *text == '-')
		cw_bench_die("%s: \"%s\" is not a number", option, text);
	return n;
}
