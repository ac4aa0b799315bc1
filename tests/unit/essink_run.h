/*
 * essink_run - a task of the access-log sink, a store that misbehaves, and the batches between them. Whatever
 * the store does, every record is answered exactly once, and nothing is lost or written twice.
 */
#ifndef CW_TESTS_ESSINK_RUN_H
#define CW_TESTS_ESSINK_RUN_H

#include <stdlib.h>

#include "essink_fixture.h"
#include "fake_store.h"
#include "unit.h"

#define BATCHES 40
#define LINE "9.180.123.170 - - [Jan 21 2026, 22:23:40] \"DELETE /contact HTTP/1.1\" 404 13444 " \
	     "\"https://example.com\" \"Mozilla\""
#define NEXT_DAY "9.180.123.170 - - [Jan 22 2026, 00:00:00] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\""
#define INDEX "access-logs-2026.01.21"

/* A task, a store, and the batches between them. */
struct run {
	struct cw_essink sink; /* first */
	struct cw_fake_store store;
	struct cw_fake_batch batches[BATCHES];
	size_t n, answered[BATCHES]; /* how often each batch was completed */
	int64_t offset;
	/* what the store's callbacks do */
	unsigned fault_every, status, times;
	enum cw_store_fault fault;
	const char *body, *headers, *type;
	size_t limit;
	uint64_t state;
};

static inline void on_complete(const struct cw_context *ctx, struct cw_batch *batch)
{
	struct run *run = (struct run *)(void *)cw_fake_host_of(ctx); /* the host is the first member of the first */

	for (size_t i = 0; i < run->n; i++)
		if (&run->batches[i].batch == batch)
			run->answered[i]++;
	cw_fake_complete(ctx, batch);
}

static inline struct run *run_new(void)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		abort();
	run->store.test = run;
	run->state = 88172645463325252u;
	cw_fake_store_start(&run->store);
	cw_map_set(&run->sink.map, "connection.url", run->store.url);
	cw_map_set(&run->sink.map, "retry.backoff.ms", "1");
	return run;
}

static inline void set(struct run *run, const char *key, const char *value)
{
	cw_map_set(&run->sink.map, key, value);
}

static inline void start(struct run *run)
{
	CU_ASSERT_TRUE_FATAL(cw_essink_start(&run->sink));
	run->sink.host.api.complete = on_complete;
}

static inline struct cw_fake_batch *new_batch(struct run *run, size_t capacity)
{
	CU_ASSERT_TRUE_FATAL(run->n < BATCHES);
	cw_fake_batch_init(&run->batches[run->n], capacity ? capacity : 1, 4096);
	return &run->batches[run->n++];
}

static inline void add(struct run *run, struct cw_fake_batch *batch, const char *topic, const char *line)
{
	cw_fake_batch_put(batch, topic, 0, run->offset++, cw_slice_str(line));
}

static inline struct cw_batch *lines(struct run *run, size_t n)
{
	struct cw_fake_batch *batch = new_batch(run, n);

	for (size_t i = 0; i < n; i++)
		add(run, batch, "logs", LINE);
	return &batch->batch;
}

static inline enum cw_result put(struct run *run, size_t n)
{
	return cw_essink_put(&run->sink, lines(run, n));
}

static inline int64_t metric(struct run *run, const char *name)
{
	const struct cw_metric *m = cw_fake_host_metric(&run->sink.host, name);

	return m ? m->value : -1;
}

/* Everything that was put is in the store, once, and every batch was completed once. */
static inline void expect_all(struct run *run)
{
	CU_ASSERT_EQUAL(cw_essink_wait(&run->sink, run->n), CW_OK);
	CU_ASSERT_STRING_EQUAL(run->sink.err.text, "");
	for (size_t i = 0; i < run->n; i++)
		CU_ASSERT_EQUAL(run->answered[i], 1);
	CU_ASSERT_EQUAL(cw_fake_store_count(&run->store, INDEX), run->offset);
	CU_ASSERT_EQUAL(run->store.doubled, 0);
	CU_ASSERT_EQUAL(metric(run, "documents_written") + metric(run, "documents_present"), run->offset);
	CU_ASSERT_EQUAL(cw_essink_ops()->flush(run->sink.task, 0, &run->sink.err), CW_OK);
}

static inline void run_free(struct run *run)
{
	cw_essink_stop(&run->sink);
	cw_fake_store_free(&run->store);
	for (size_t i = 0; i < run->n; i++)
		cw_fake_batch_free(&run->batches[i]);
	free(run);
}

/* Of the callbacks, which hold the store's lock. */
static inline uint64_t draw(struct run *run)
{
	run->state ^= run->state << 13;
	run->state ^= run->state >> 7;
	run->state ^= run->state << 17;
	return run->state >> 11;
}

/* The first run->times bulk requests get run->fault, status, body and headers. */
static inline void first_requests(struct cw_fake_store *store, const struct cw_store_request *request,
			   struct cw_store_reply *reply)
{
	const struct run *run = store->test;

	if (!request->bulk || request->number > run->times)
		return;
	reply->fault = run->fault;
	reply->status = run->status ? run->status : 200;
	reply->body = run->body;
	reply->headers = run->headers;
}

static inline void fail_first(struct run *run, unsigned times, enum cw_store_fault fault, unsigned status)
{
	run->times = times;
	run->fault = fault;
	run->status = status;
	run->store.on_request = first_requests;
}

/* Every run->fault_every-th document, by chance, is refused the first run->times times. */
static inline void trouble_items(struct cw_fake_store *store, const char *id, unsigned seen, struct cw_store_item *item)
{
	struct run *run = store->test;

	(void)id;
	if (seen < run->times && draw(run) % run->fault_every == 0) {
		item->status = run->status;
		item->type = run->type;
		item->reason = "injected \"reason\"";
	}
}

#endif
