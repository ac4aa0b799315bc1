#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "bulksink.h"

#define SAMPLE_BYTES 4096u

static const char *const counter_names[CW_BS_N] = {
	"requests", "bulks", "docs", "ok", "item429", "item400", "req503", "req429", "resets", "malformed", "bytes",
	"wire_bytes", "gzip_requests", "connections", "distinct", "duplicates",
};

static const char *const setting_names[CW_BS_SET_N] = {
	"item429", "item400", "req503", "req429", "reset", "delay_ms", "ids", "latency",
};

int64_t cw_bulksink_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int cw_bulksink_set(struct cw_bulksink *sink, const char *query, size_t n)
{
	const char *end = query + n;

	while (query < end) {
		const char *amp = memchr(query, '&', (size_t)(end - query)), *stop = amp ? amp : end;
		const char *eq = memchr(query, '=', (size_t)(stop - query));
		size_t i = 0;

		if (!eq)
			return -1;
		while (i < CW_BS_SET_N && (strlen(setting_names[i]) != (size_t)(eq - query) ||
					   memcmp(setting_names[i], query, (size_t)(eq - query)) != 0))
			i++;
		if (i == CW_BS_SET_N)
			return -1;
		sink->settings[i] = strtod(eq + 1, NULL);
		query = stop + (amp ? 1 : 0);
	}
	return 0;
}

/* 32 buckets for each power of two: a value is known within 3 %. */
static size_t bucket_of(uint64_t us)
{
	unsigned e;
	size_t bucket;

	if (us < 32)
		return (size_t)us;
	e = 63u - (unsigned)__builtin_clzll(us);
	bucket = (size_t)(e - 4) * 32 + (size_t)((us >> (e - 5)) & 31);
	return bucket < CW_BULKSINK_BUCKETS ? bucket : CW_BULKSINK_BUCKETS - 1;
}

static uint64_t bucket_value(size_t bucket)
{
	return bucket < 32 ? bucket : (uint64_t)(32 + (bucket & 31)) << (bucket / 32 - 1);
}

void cw_bulksink_latency(struct cw_bulksink *sink, int64_t us)
{
	atomic_fetch_add_explicit(&sink->latency[bucket_of(us < 0 ? 0 : (uint64_t)us)], 1, memory_order_relaxed);
}

static uint64_t *id_slot(struct cw_bulksink *sink, uint64_t hash)
{
	size_t i = hash & (sink->ids_cap - 1);

	while (sink->ids[i] && sink->ids[i] != hash)
		i = (i + 1) & (sink->ids_cap - 1);
	return &sink->ids[i];
}

static void grow_ids(struct cw_bulksink *sink)
{
	size_t old_cap = sink->ids_cap;
	uint64_t *old = sink->ids;

	sink->ids_cap = old_cap ? old_cap * 2 : (size_t)1 << 20;
	sink->ids = cw_alloc(sink->ids_cap * sizeof(*sink->ids));
	for (size_t i = 0; i < old_cap; i++)
		if (old[i])
			*id_slot(sink, old[i]) = old[i];
	free(old);
}

void cw_bulksink_ids(struct cw_bulksink *sink, const uint64_t *hashes, size_t n)
{
	size_t fresh = 0;

	pthread_mutex_lock(&sink->ids_lock);
	for (size_t i = 0; i < n; i++) {
		uint64_t *slot;

		if (sink->ids_n * 10 >= sink->ids_cap * 7)
			grow_ids(sink);
		slot = id_slot(sink, hashes[i]);
		if (*slot)
			continue;
		*slot = hashes[i];
		sink->ids_n++;
		fresh++;
	}
	pthread_mutex_unlock(&sink->ids_lock);
	cw_bulksink_count(sink, CW_BS_DISTINCT, fresh);
	cw_bulksink_count(sink, CW_BS_DUPLICATES, n - fresh);
}

/* For looking at only: a request that finds another thread busy here is not kept. */
void cw_bulksink_sample(struct cw_bulksink *sink, const char *body, size_t n)
{
	if (pthread_mutex_trylock(&sink->sample_lock) != 0)
		return;
	sink->sample.n = 0;
	cw_buf_append(&sink->sample, body, n < SAMPLE_BYTES ? n : SAMPLE_BYTES);
	pthread_mutex_unlock(&sink->sample_lock);
}

void cw_bulksink_reset(struct cw_bulksink *sink)
{
	for (size_t i = 0; i < CW_BS_N; i++)
		sink->counters[i] = 0;
	for (size_t i = 0; i < CW_BULKSINK_BUCKETS; i++)
		sink->latency[i] = 0;
	sink->first_us = 0;
	sink->last_us = 0;
	pthread_mutex_lock(&sink->ids_lock);
	free(sink->ids);
	sink->ids = NULL;
	sink->ids_cap = sink->ids_n = 0;
	pthread_mutex_unlock(&sink->ids_lock);
}

static void latency_json(struct cw_bulksink *sink, struct cw_buf *json)
{
	static const struct {
		const char *name;
		double share;
	} quantiles[] = { { "p50_us", 0.5 }, { "p90_us", 0.9 }, { "p99_us", 0.99 }, { "p999_us", 0.999 }, { "max_us", 1 } };
	uint64_t total = 0;

	for (size_t i = 0; i < CW_BULKSINK_BUCKETS; i++)
		total += sink->latency[i];
	cw_buf_printf(json, "\"latency\":{\"count\":%llu", (unsigned long long)total);
	for (size_t k = 0; total && k < sizeof(quantiles) / sizeof(*quantiles); k++) {
		uint64_t wanted = (uint64_t)ceil((double)total * quantiles[k].share), seen = 0;
		size_t i = 0;

		while (i < CW_BULKSINK_BUCKETS - 1 && (seen += sink->latency[i]) < wanted)
			i++;
		cw_buf_printf(json, ",\"%s\":%llu", quantiles[k].name, (unsigned long long)bucket_value(i));
	}
	cw_buf_puts(json, "}");
}

void cw_bulksink_stats(struct cw_bulksink *sink, struct cw_buf *json)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	cw_buf_puts(json, "{");
	for (size_t i = 0; i < CW_BS_N; i++)
		cw_buf_printf(json, "\"%s\":%llu,", counter_names[i], (unsigned long long)sink->counters[i]);
	cw_buf_printf(json, "\"first_us\":%lld,\"last_us\":%lld,", (long long)sink->first_us, (long long)sink->last_us);
	latency_json(sink, json);
	cw_buf_printf(json, ",\"cpu_s\":%.6f,\"maxrss_kb\":%ld}\n",
		      (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
			      (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6,
		      use.ru_maxrss);
}
