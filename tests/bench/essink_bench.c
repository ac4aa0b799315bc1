/*
 * essink_bench - what a record costs in the access-log sink, stage by stage: nanoseconds of CPU time of
 * the task's thread. The endpoint is a thread of this process that throws bodies away.
 *
 *   essink_bench [RECORDS [KEY=VALUE]…]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "essink_fixture.h"
#include "fake_store.h"
#include "lines.h"
#include "line.h"
#include "log_time.h"
#include "render.h"

#define LINES 20000u
#define BATCH 2000u

static char *text;
static struct cw_slice lines[LINES];

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void make_lines(void)
{
	char *p = text = malloc((size_t)LINES * CW_BENCH_LINE_MAX);

	if (!p)
		abort();
	for (unsigned k = 0; k < LINES; k++) {
		size_t n = cw_bench_line(k, 0, p);

		lines[k] = cw_slice(p, n);
		p += n;
	}
}

static void say(const char *what, int64_t ns, size_t n)
{
	printf("%-44s %7.1f ns a record\n", what, (double)ns / (double)n);
}

static void bench_bare(size_t records)
{
	char out[CW_BENCH_DOCUMENT_MAX(CW_BENCH_LINE_MAX)];
	int64_t start = cpu_ns();

	for (size_t i = 0; i < records; i++)
		if (!cw_bench_document(lines[i % LINES].p, lines[i % LINES].n, out))
			abort();
	say("the bare loop's parser and renderer", cpu_ns() - start, records);
}

static void bench_scan(size_t records)
{
	struct cw_line_fault fault;
	struct cw_line line;
	int64_t start = cpu_ns();

	for (size_t i = 0; i < records; i++)
		if (cw_line_scan(lines[i % LINES], &line, &fault))
			abort();
	say("scan", cpu_ns() - start, records);
}

static void bench_render(size_t records)
{
	struct cw_time_reader reader = { .unit_s = 86400 };
	struct cw_render render = { 0 };
	struct cw_record record = { .topic = cw_slice_str("access-logs") };
	struct cw_action *action = calloc(1, sizeof(*action));
	struct cw_line_fault fault;
	struct cw_line line;
	char *out = malloc(CW_ACTION_MAX + 65536);
	int64_t start = cpu_ns();

	if (!action || !out)
		abort();
	action->op = "create";
	for (size_t i = 0; i < records; i++) {
		char *p;

		cw_line_scan(lines[i % LINES], &line, &fault);
		record.offset++;
		p = cw_action_put(action, out, &record, cw_slice(NULL, 0));
		cw_render_document(&render, p, &line, cw_log_time_read(&reader, line.field[CW_LINE_TIME]), &record);
	}
	say("scan, time, action line and document", cpu_ns() - start, records);
	free(action);
	free(out);
}

static void begin(struct cw_essink *sink, struct cw_fake_store *store, int argc, char **argv)
{
	cw_fake_store_start(store);
	cw_map_set(&sink->map, "connection.url", store->url);
	for (int i = 0; i < argc; i++) {
		char *equals = strchr(argv[i], '='), *key = strndup(argv[i], equals ? (size_t)(equals - argv[i]) : 0);

		if (equals)
			cw_map_set(&sink->map, key, equals + 1);
		free(key);
	}
	if (!cw_essink_start(sink)) {
		fprintf(stderr, "%s\n", sink->err.text);
		exit(1);
	}
}

static void check(const struct cw_essink *sink, enum cw_result result)
{
	if (result == CW_OK)
		return;
	fprintf(stderr, "essink_bench: %s; the log ended with: %s\n", sink->err.code ? sink->err.text : "no answer in "
		"time",
		sink->host.last_log);
	exit(1);
}

/* As fast as it goes: full requests. */
static void bench_put(size_t records, int argc, char **argv)
{
	struct cw_fake_store store = { .discard = true };
	struct cw_fake_batch batches[16];
	struct cw_essink sink = { 0 };
	int64_t start, wall, outside = 0;
	size_t done = 0;

	begin(&sink, &store, argc, argv);
	for (size_t b = 0; b < 16; b++)
		cw_fake_batch_init(&batches[b], BATCH, 65536);
	wall = cw_clock_ns();
	start = cpu_ns();
	for (size_t b = 0; done < records; b++, done += BATCH) {
		struct cw_fake_batch *batch = &batches[b % 16];
		int64_t before;

		check(&sink, cw_essink_wait(&sink, b >= 16 ? b - 15 : 0));
		before = cpu_ns();
		cw_fake_batch_reset(batch);
		for (size_t i = 0; i < BATCH; i++)
			cw_fake_batch_put(batch, "access-logs", (int32_t)(b % 4), (int64_t)(b / 4 * BATCH + i),
					  lines[(done + i) % LINES]);
		outside += cpu_ns() - before;
		check(&sink, cw_essink_put(&sink, &batch->batch));
	}
	check(&sink, cw_essink_ops()->flush(sink.task, 10000, &sink.err));
	say("put() and libcurl, requests answered", cpu_ns() - start - outside, done);
	printf("%-44s %7.2f million a second, %zu records in %u requests\n", "wall clock", (double)done * 1e3 /
	       (double)(cw_clock_ns() - wall), done, store.bulks);
	cw_essink_stop(&sink);
	for (size_t b = 0; b < 16; b++)
		cw_fake_batch_free(&batches[b]);
	cw_fake_store_free(&store);
}

/* A quiet topic: each record alone. */
static void bench_single(size_t records, int argc, char **argv)
{
	struct cw_fake_store store = { .discard = true };
	struct cw_fake_batch batch;
	struct cw_essink sink = { 0 };
	int64_t start;

	begin(&sink, &store, argc, argv);
	cw_fake_batch_init(&batch, 1, 1024);
	start = cpu_ns();
	for (size_t i = 0; i < records; i++) {
		cw_fake_batch_reset(&batch);
		cw_fake_batch_put(&batch, "access-logs", 0, (int64_t)i, lines[i % LINES]);
		check(&sink, cw_essink_put(&sink, &batch.batch));
		check(&sink, cw_essink_wait(&sink, i + 1));
	}
	say("one record a request, until its answer", cpu_ns() - start, records);
	cw_essink_stop(&sink);
	cw_fake_batch_free(&batch);
	cw_fake_store_free(&store);
}

int main(int argc, char **argv)
{
	size_t records = argc > 1 ? strtoul(argv[1], NULL, 10) : 4000000;

	make_lines();
	bench_bare(records);
	bench_scan(records);
	bench_render(records);
	bench_put(records, argc - 2, argv + 2);
	bench_single(records / 200, argc - 2, argv + 2);
	free(text);
	return 0;
}
