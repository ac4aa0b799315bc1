#include "bench_util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define METADATA_TIMEOUT_MS 5000
/* A new topic is not known everywhere at once, and its partitions get their leaders one by one. */
#define TOPIC_TIMEOUT_S 30

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

/* How many partitions the topic has when each has a leader; 0: not yet. */
static int32_t partitions_now(rd_kafka_t *rk, rd_kafka_topic_t *topic, rd_kafka_resp_err_t *err)
{
	const struct rd_kafka_metadata *metadata;
	int32_t n = 0;

	*err = rd_kafka_metadata(rk, 0, topic, &metadata, METADATA_TIMEOUT_MS);
	if (*err)
		return 0;
	if (metadata->topic_cnt == 1) {
		*err = metadata->topics[0].err;
		n = *err ? 0 : metadata->topics[0].partition_cnt;
	}
	for (int32_t p = 0; p < n && !*err; p++)
		if (metadata->topics[0].partitions[p].leader < 0)
			*err = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
	rd_kafka_metadata_destroy(metadata);
	return *err ? 0 : n;
}

int32_t cw_bench_partitions(rd_kafka_t *rk, const char *name, int32_t most)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	double deadline = cw_bench_now_s() + TOPIC_TIMEOUT_S;
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	rd_kafka_resp_err_t err;
	int32_t n;

	while ((n = partitions_now(rk, topic, &err)) == 0 && cw_bench_now_s() < deadline)
		nanosleep(&pause, NULL);
	if (n == 0)
		cw_bench_die("metadata of topic %s: %s", name, err ? rd_kafka_err2str(err) : "it has no partitions");
	if (n > most)
		cw_bench_die("topic %s has %d partitions, at most %d are expected", name, n, most);
	rd_kafka_topic_destroy(topic);
	return n;
}
