/*
 * synth_bench - what a record of SyntheticLogSource costs, from poll() to the filled record, without a broker.
 *
 * synth_bench [KEY=VALUE]...   prints, for each format, nanoseconds and bytes a record: best of some rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/fake_host_api.h"
#include "base/clock.h"
#include "base/mem.h"
#include "config/config_def.h"

#define RECORDS 1000000u
#define ROUNDS 5

struct result {
	double ns, bytes;
};

static void fail(const char *text)
{
	fprintf(stderr, "synth_bench: %s\n", text);
	exit(EXIT_FAILURE);
}

static int64_t thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * CW_NS_PER_S + now.tv_nsec;
}

/* One round of a running task. */
static struct result poll_records(void *task, struct cw_fake_batch *batch)
{
	int64_t started = thread_ns();
	struct result result = { 0 };
	struct cw_error err = { 0 };
	size_t n = 0;

	while (n < RECORDS) {
		cw_fake_batch_reset(batch);
		if (cw_plugin->connector->poll(task, &batch->batch, &err) != CW_OK)
			fail("the source ended");
		for (size_t i = 0; i < batch->batch.n; i += 50)
			result.bytes += (double)cw_batch_record(&batch->batch, i)->value.u.bytes.n * 50;
		n += batch->batch.n;
	}
	result.ns = (double)(thread_ns() - started) / (double)n;
	result.bytes /= (double)n;
	return result;
}

static struct result measure(const struct cw_map *config)
{
	struct cw_config_table table = { cw_plugin->config, cw_plugin->n_config, cw_plugin->config_def_size };
	void *options = cw_alloc(cw_plugin->config_size), *task;
	struct cw_config_memory *memory;
	struct cw_fake_host *host = cw_alloc(sizeof(*host));
	struct cw_fake_batch batch;
	struct cw_error err = { 0 };
	struct result best = { 0 };

	cw_fake_host_init(host, "bench", 0, 1);
	cw_fake_batch_init(&batch, 1000, (size_t)512 << 10);
	if (cw_config_fill(table, config, options, &memory, &err) != 0 ||
	    cw_plugin->connector->task_start(&host->ctx, options, &task, &err) != CW_OK)
		fail(err.text);
	for (int round = 0; round < ROUNDS; round++) {
		struct result result = poll_records(task, &batch);

		if (round == 0 || result.ns < best.ns)
			best = result;
	}
	cw_plugin->connector->task_stop(task);
	cw_fake_batch_free(&batch);
	free(host);
	cw_config_memory_free(memory);
	free(options);
	return best;
}

static void set(struct cw_map *config, const char *pair)
{
	const char *value = strchr(pair, '=');
	char *key;

	if (!value)
		fail("arguments are KEY=VALUE");
	key = cw_strndup(pair, (size_t)(value - pair));
	cw_map_set(config, key, value + 1);
	free(key);
}

int main(int argc, char **argv)
{
	static const char *const formats[] = { "access", "common", "combined", "json" };

	printf("%-10s %12s %14s\n", "format", "ns/record", "bytes/record");
	for (int f = 0; f < 4; f++) {
		struct cw_map config = { 0 };
		struct result result;

		set(&config, "topic=bench");
		set(&config, "records.per.second=0");
		set(&config, "log.records.per.second=1000");
		for (int i = 1; i < argc; i++)
			set(&config, argv[i]);
		cw_map_set(&config, "format", formats[f]);
		result = measure(&config);
		printf("%-10s %12.1f %14.1f\n", formats[f], result.ns, result.bytes);
		cw_map_free(&config);
	}
	return EXIT_SUCCESS;
}
