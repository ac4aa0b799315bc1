/*
 * The loop of a sink task. A batch is received, given to the plugin, settled once all of it is safe, and
 * its offsets are committed: never past the first batch that is not.
 *
 * A plugin that has no room (CW_BUSY) or wants the batch again (CW_RETRY) holds the loop back. Kafka is
 * not fetched from meanwhile; when that lasts, the partitions are paused and the consumer is polled, so
 * that it stays in its group for as long as it takes.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/context.h"
#include "host/sink.h"

#define PAUSE_AFTER_MS 1000
#define RETRY_BASE_MS 300
#define TICK_MS 1000
#define SLICE_MS 50

static struct cw_sink *sink_of(struct cw_task *task);

static void recycle(struct cw_sink *sink, struct cw_task_batch *b)
{
	cw_task_batch_reset(b);
	b->next = sink->spare;
	sink->spare = b;
}

/* ---- what the plugin says of a batch ---- */

static void log_rejected(struct cw_sink *sink, const struct cw_record *r, const char *reason)
{
	const struct cw_connector_config *config = &sink->task->framework;
	int n = r->value.u.bytes.n > 1000 ? 1000 : (int)r->value.u.bytes.n;

	if (!config->errors_log_enable)
		return;
	if (config->errors_log_include_messages && r->value.type != CW_NULL)
		log_error(&sink->scope, "record %.*s-%d@%lld was skipped: %s; its value: %.*s", (int)r->topic.n, r->topic.p,
			  (int)r->partition, (long long)r->offset, reason, n, r->value.u.bytes.p);
	else
		log_error(&sink->scope, "record %.*s-%d@%lld was skipped: %s", (int)r->topic.n, r->topic.p,
			  (int)r->partition, (long long)r->offset, reason);
}

int cw_sink_reject(struct cw_task *task, struct cw_batch *batch, size_t i, const char *reason, struct cw_error *err)
{
	struct cw_sink *sink = sink_of(task);
	const struct cw_record *r = cw_batch_record(batch, i);

	/* A batch that is put again is rejected from again. */
	if (!cw_task_batch_reject(cw_task_batch_of(batch), i))
		return 0;
	cw_metric_add(sink->errors, 1);
	if (strcasecmp(task->framework.errors_tolerance, "all") != 0) {
		cw_metric_add(sink->failed, 1);
		return cw_error_set(err, CW_ERR_FATAL, "record %.*s-%d@%lld: %s (errors.tolerance is none)",
				    (int)r->topic.n, r->topic.p, (int)r->partition, (long long)r->offset, reason);
	}
	cw_metric_add(sink->skipped, 1);
	log_rejected(sink, r, reason);
	return 0;
}

void cw_sink_complete(struct cw_task *task, struct cw_batch *batch)
{
	struct cw_sink *sink = sink_of(task);
	struct cw_task_batch *b = cw_task_batch_of(batch);

	if (b->complete)
		return;
	b->complete = true;
	cw_metric_add(sink->written, (int64_t)(batch->n - b->rejected));
	cw_metric_add(sink->in_flight, -(int64_t)batch->n);
}

/* The complete batches at the front give their offsets up for commit and their memory back. */
static void settle(struct cw_sink *sink)
{
	struct cw_positions *to = sink->flushes && !sink->async ? &sink->unflushed : &sink->safe;

	while (sink->first && sink->first->complete) {
		struct cw_task_batch *b = sink->first;

		sink->first = b->next;
		if (!sink->first)
			sink->last = NULL;
		for (size_t i = 0; i < b->n_spans; i++)
			cw_positions_advance(to, b->spans[i].topic, b->spans[i].partition,
					     b->spans[i].next_offset);
		recycle(sink, b);
	}
}

/* ---- giving batches to the plugin ---- */

static void append(struct cw_sink *sink, struct cw_task_batch *b)
{
	b->next = NULL;
	if (sink->last)
		sink->last->next = b;
	else
		sink->first = b;
	sink->last = b;
}

/* Takes back what offer() appended: the plugin did not take it. */
static void unappend(struct cw_sink *sink, struct cw_task_batch *b)
{
	struct cw_task_batch *before = NULL;

	for (struct cw_task_batch *x = sink->first; x != b; x = x->next)
		before = x;
	if (before)
		before->next = NULL;
	else
		sink->first = NULL;
	sink->last = before;
}

static void hold(struct cw_sink *sink)
{
	if (sink->held_since_ms == 0)
		sink->held_since_ms = cw_clock_ms();
}

static void release(struct cw_sink *sink)
{
	sink->held = sink->parked;
	sink->parked = NULL;
	sink->held_since_ms = 0;
	sink->attempt = 0;
	sink->retry_at_ms = 0;
}

/* Offers the held batch. CW_OK: taken; CW_BUSY: held back; CW_FAIL. */
static enum cw_result offer(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	struct cw_task_batch *b = sink->held;
	enum cw_result result;

	if (cw_clock_ms() < sink->retry_at_ms)
		return CW_BUSY;
	append(sink, b); /* before the call: the plugin may complete it at once */
	result = task->plugin->ops.put(task->state, &b->batch, err);
	if (result == CW_OK) {
		release(sink);
		if (!sink->async)
			cw_sink_complete(task, &b->batch);
		return CW_OK;
	}
	unappend(sink, b);
	if (result == CW_BUSY) {
		hold(sink);
		return CW_BUSY;
	}
	if (result == CW_RETRY) {
		int64_t wait_ms = cw_task_backoff_ms(task, ++sink->attempt, RETRY_BASE_MS,
						     task->framework.errors_retry_delay_max_ms);

		hold(sink);
		cw_metric_add(sink->retries, 1);
		log_warn(&sink->scope, "put is tried again in %lld ms (attempt %u): %s", (long long)wait_ms, sink->attempt,
			 err->text);
		*err = (struct cw_error){ 0 };
		sink->retry_at_ms = cw_clock_ms() + wait_ms;
		return CW_BUSY;
	}
	return CW_FAIL;
}

/* ---- waiting ---- */

static void clear(int fd)
{
	uint64_t n;
	ssize_t ignored = read(fd, &n, sizeof(n));

	(void)ignored;
}

/* Until the plugin made progress, something came, or timeout_ms passed. */
static enum cw_result wait_for(struct cw_sink *sink, bool for_records, int64_t timeout_ms, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	int fds[2] = { task->wake_fd, sink->queue_fd };
	size_t n = for_records ? 2 : 1;
	enum cw_result result = CW_OK;

	if (timeout_ms < 0)
		timeout_ms = 0;
	if (task->plugin->ops.wait) {
		result = task->plugin->ops.wait(task->state, fds, n, (int)timeout_ms, err);
	} else {
		struct pollfd pfds[2] = { { .fd = fds[0], .events = POLLIN }, { .fd = fds[1], .events = POLLIN } };

		poll(pfds, n, (int)timeout_ms);
	}
	/* Cleared before the queue is drained: what comes from now on is signalled again. */
	cw_task_clear_wake(task);
	if (for_records)
		clear(sink->queue_fd);
	return result == CW_FAIL ? CW_FAIL : CW_OK;
}

/* A plugin that holds back for long: stay in the group, without more records. */
static void stay_in_group(struct cw_sink *sink)
{
	struct cw_task_batch *b;

	if (sink->held_since_ms == 0 || cw_clock_ms() - sink->held_since_ms < PAUSE_AFTER_MS)
		return;
	if (!sink->partitions_paused) {
		log_info(&sink->scope, "the connector holds back: partitions are paused");
		cw_sink_pause_partitions(sink, true);
	}
	if (sink->parked)
		return; /* a straggler from before the pause: one is enough */
	b = cw_sink_receive(sink);
	if (b && sink->held)
		sink->parked = b;
	else if (b)
		sink->held = b; /* a rebalance that was served meanwhile emptied the plugin */
}

/* In slices, since a stop may come meanwhile and shorten the time. */
static enum cw_result flush_plugin(struct cw_sink *sink, int64_t deadline_ms, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	enum cw_result result = CW_OK;
	int64_t left;

	while (sink->flushes) {
		left = cw_task_left_ms(task, deadline_ms);
		result = task->plugin->ops.flush(task->state, left < SLICE_MS ? left : SLICE_MS, err);
		if (result != CW_RETRY || left == 0)
			break;
		*err = (struct cw_error){ 0 };
	}
	settle(sink);
	if (result == CW_OK && sink->flushes && !sink->async) {
		rd_kafka_topic_partition_list_t *flushed = cw_positions_take(&sink->unflushed);

		for (int i = 0; flushed && i < flushed->cnt; i++)
			cw_positions_advance(&sink->safe, flushed->elems[i].topic, flushed->elems[i].partition,
					     flushed->elems[i].offset);
		if (flushed)
			rd_kafka_topic_partition_list_destroy(flushed);
	}
	return result;
}

bool cw_sink_drain(struct cw_sink *sink, int64_t timeout_ms)
{
	int64_t deadline = timeout_ms < INT64_MAX - cw_clock_ms() ? cw_clock_ms() + timeout_ms : INT64_MAX, left;
	struct cw_error err = { 0 };

	if (!sink->plugin_open)
		return true; /* the consumer closes after the plugin did */
	while (sink->held && (left = cw_task_left_ms(sink->task, deadline)) > 0) {
		enum cw_result result = offer(sink, &err);

		if (result == CW_BUSY)
			result = wait_for(sink, false, left > SLICE_MS ? SLICE_MS : left, &err);
		if (result == CW_FAIL)
			break;
		settle(sink);
	}
	if (!err.code)
		flush_plugin(sink, deadline, &err);
	if (err.code)
		cw_error_set(&sink->failure, err.code, "%s", err.text);
	return !err.code && !sink->held && !sink->first;
}

/* ---- the loop ---- */

static enum cw_result commit_if_due(struct cw_sink *sink, struct cw_error *err)
{
	int64_t now = cw_clock_ms();

	if (now >= sink->next_tick_ms) {
		cw_sink_update_lag(sink);
		sink->next_tick_ms = now + TICK_MS;
	}
	if (now < sink->next_commit_ms)
		return CW_OK;
	sink->next_commit_ms = now + sink->task->worker->offset_flush_interval_ms;
	if (!sink->async && flush_plugin(sink, now + sink->task->worker->offset_flush_timeout_ms, err) == CW_FAIL)
		return CW_FAIL;
	cw_sink_commit(sink, 0);
	return CW_OK;
}

/* PAUSED: what was taken is finished and committed, nothing more is taken. */
static enum cw_result paused(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;

	cw_sink_drain(sink, task->worker->offset_flush_timeout_ms);
	cw_sink_commit(sink, task->worker->offset_flush_timeout_ms);
	cw_sink_pause_partitions(sink, true);
	cw_task_report(task, "PAUSED", NULL);
	while (cw_task_paused(task) && !cw_task_stopping(task) && !sink->failure.code) {
		struct cw_task_batch *b = sink->held ? NULL : cw_sink_receive(sink);

		if (b)
			sink->held = b; /* a straggler; it waits for the resume */
		if (wait_for(sink, true, TICK_MS, err) == CW_FAIL)
			return CW_FAIL;
		settle(sink);
		if (commit_if_due(sink, err) == CW_FAIL)
			return CW_FAIL;
	}
	if (!cw_task_stopping(task)) {
		cw_sink_pause_partitions(sink, false);
		cw_task_report(task, "RUNNING", NULL);
	}
	return CW_OK;
}

static int64_t wait_ms(const struct cw_sink *sink)
{
	int64_t now = cw_clock_ms();
	int64_t until = sink->next_tick_ms < sink->next_commit_ms ? sink->next_tick_ms : sink->next_commit_ms;

	if (sink->held && sink->retry_at_ms > now && sink->retry_at_ms < until)
		until = sink->retry_at_ms;
	return until > now ? until - now : 0;
}

/* Nothing is held back any more, whoever took it: the plugin in step(), or a rebalance that emptied it. */
static void let_flow(struct cw_sink *sink)
{
	if (!sink->partitions_paused)
		return;
	log_info(&sink->scope, "the connector takes records again: partitions are resumed");
	cw_sink_pause_partitions(sink, false);
}

static enum cw_result step(struct cw_sink *sink, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	if (!sink->held)
		let_flow(sink);
	if (!sink->held)
		sink->held = cw_sink_receive(sink);
	if (sink->held) {
		result = offer(sink, err);
		if (result == CW_BUSY) {
			stay_in_group(sink);
			result = wait_for(sink, false, wait_ms(sink), err);
		}
	} else {
		result = wait_for(sink, true, wait_ms(sink), err);
	}
	settle(sink);
	if (result == CW_FAIL)
		return CW_FAIL;
	return commit_if_due(sink, err);
}

static enum cw_result loop(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	enum cw_result result = CW_OK;

	cw_task_report(task, "RUNNING", NULL);
	while (!cw_task_stopping(task) && result == CW_OK) {
		if (cw_task_paused(task))
			result = paused(sink, err);
		else
			result = step(sink, err);
		if (sink->failure.code) {
			*err = sink->failure;
			result = CW_FAIL;
		}
	}
	return result;
}

static void make_metrics(struct cw_sink *sink)
{
	struct cw_metrics *m = &sink->task->metrics;

	sink->records = cw_metrics_get(m, CW_METRIC_COUNTER, "records", "Records read from Kafka.");
	sink->written = cw_metrics_get(m, CW_METRIC_COUNTER, "records_written", "Records that the connector has written.");
	sink->skipped = cw_metrics_get(m, CW_METRIC_COUNTER, "records_skipped", "Records skipped under errors.tolerance.");
	sink->failed = cw_metrics_get(m, CW_METRIC_COUNTER, "records_failed", "Records that failed the task.");
	sink->in_flight = cw_metrics_get(m, CW_METRIC_GAUGE, "records_in_flight", "Records read and not yet settled.");
	sink->bytes = cw_metrics_get(m, CW_METRIC_COUNTER, "bytes", "Bytes of record values read from Kafka.");
	sink->batches = cw_metrics_get(m, CW_METRIC_COUNTER, "batches", "Batches read from Kafka.");
	sink->retries = cw_metrics_get(m, CW_METRIC_COUNTER, "retries", "Operations that were tried again.");
	sink->errors = cw_metrics_get(m, CW_METRIC_COUNTER, "errors", "Errors of records and of Kafka.");
	sink->lag = cw_metrics_get(m, CW_METRIC_GAUGE, "consumer_lag", "Records in the assigned partitions that were not read yet.");
	sink->partitions = cw_metrics_get(m, CW_METRIC_GAUGE, "partitions", "Kafka partitions assigned.");
	sink->commits = cw_metrics_get(m, CW_METRIC_COUNTER, "offset_commits", "Offset commits that succeeded.");
	sink->commit_failures = cw_metrics_get(m, CW_METRIC_COUNTER, "offset_commit_failures", "Offset commits that failed.");
	cw_metric_set(sink->in_flight, 0); /* of an earlier attempt */
}

static void free_batches(struct cw_task_batch *b)
{
	while (b) {
		struct cw_task_batch *next = b->next;

		cw_task_batch_free(b);
		b = next;
	}
}

/* After the plugin's end: nobody points into the batches any more. */
static void close_sink(struct cw_sink *sink)
{
	free_batches(sink->first);
	free_batches(sink->held);
	free_batches(sink->parked);
	free_batches(sink->spare);
	sink->first = sink->last = sink->held = sink->parked = sink->spare = NULL;
	cw_sink_unsubscribe(sink);
	cw_positions_free(&sink->safe);
	cw_positions_free(&sink->unflushed);
}

static const char *converter_of(const char *own, const char *workers)
{
	return own ? own : workers;
}

static enum cw_result run_sink(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	enum cw_result result;

	if (cw_converter_init(&sink->key_converter,
			      converter_of(task->framework.key_converter, task->worker->key_converter), err) != 0 ||
	    cw_converter_init(&sink->value_converter,
			      converter_of(task->framework.value_converter, task->worker->value_converter), err) != 0)
		return CW_FAIL;
	result = cw_task_open_plugin(task, err);
	if (result != CW_OK)
		return result;
	sink->plugin_open = true;
	result = cw_sink_subscribe(sink, err);
	if (result == CW_OK)
		result = loop(sink, err);
	if (sink->consumer) {
		if (result == CW_OK)
			cw_sink_drain(sink, INT64_MAX);
		cw_sink_commit(sink, task->worker->offset_flush_timeout_ms);
	}
	sink->plugin_open = false;
	cw_task_close_plugin(task);
	return result;
}

static struct cw_sink *sink_of(struct cw_task *task)
{
	return task->loop;
}

enum cw_result cw_sink_task_run(struct cw_task *task, struct cw_error *err)
{
	struct cw_sink sink = {
		.scope = task->scope,
		.task = task,
		.async = (task->plugin->ops.flags & CW_SINK_ASYNC) != 0,
		.flushes = task->plugin->ops.flush != NULL,
		.headers = (task->plugin->ops.flags & CW_SINK_NO_HEADERS) == 0,
		.next_commit_ms = cw_clock_ms() + task->worker->offset_flush_interval_ms,
	};
	enum cw_result result;

	task->loop = &sink;
	make_metrics(&sink);
	cw_positions_init(&sink.safe);
	cw_positions_init(&sink.unflushed);
	result = run_sink(&sink, err);
	close_sink(&sink);
	task->loop = NULL;
	return result;
}
