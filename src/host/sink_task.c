/*
 * The loop of a sink task. A batch is received, given to the plugin, settled once all of it is safe, and
 * its offsets are committed: never past the first batch that is not.
 *
 * A plugin that has no room (CW_BUSY) or wants the batch again (CW_RETRY) holds the loop back. Kafka is
 * not fetched from meanwhile; when that lasts, the partitions are paused and the consumer is polled, so
 * that it stays in its group for as long as it takes. What comes nevertheless waits in order: that is little,
 * since a paused partition gives nothing.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/context.h"
#include "host/sink.h"

#define PAUSE_AFTER_MS 1000
#define TICK_MS 1000
#define RUN_IS_OVER_MS 100 /* from look to look whether the other tasks have done their part */
#define SLICE_MS 50

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

/* Polls the consumer; what comes waits behind what waits already. */
static void receive(struct cw_sink *sink)
{
	struct cw_task_batch *b = cw_sink_receive(sink);

	if (!b)
		return;
	cw_batch_queue_push(&sink->waiting, b);
	cw_progress_busy(&sink->task->progress, b->batch.received_ns / CW_NS_PER_MS);
}

/* A plugin that holds back for long: stay in the group, without more records. */
static void stay_in_group(struct cw_sink *sink)
{
	if (sink->held_since_ms == 0 || cw_clock_ms() - sink->held_since_ms < PAUSE_AFTER_MS)
		return;
	if (!sink->partitions_paused) {
		log_info(&sink->scope, "the connector holds back: partitions are paused");
		cw_sink_pause_partitions(sink, true);
	}
	receive(sink);
}

/* An asynchronous plugin without flush() says itself how far it is. */
static enum cw_result wait_until_complete(struct cw_sink *sink, int64_t ms, struct cw_error *err)
{
	cw_sink_settle(sink);
	if (sink->given.first && wait_for(sink, false, ms, err) == CW_FAIL)
		return CW_FAIL;
	cw_sink_settle(sink);
	return sink->given.first ? CW_RETRY : CW_OK;
}

/* One slice of the time. CW_RETRY: that was not enough. */
static enum cw_result flush_slice(struct cw_sink *sink, int64_t ms, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	int64_t until = cw_clock_ms() + ms;
	enum cw_result result;

	if (!sink->flushes)
		return wait_until_complete(sink, ms, err);
	result = task->plugin->ops.flush(task->state, ms, err);
	cw_sink_settle(sink);
	if (result == CW_RETRY && cw_clock_ms() < until)
		cw_task_sleep(task, until - cw_clock_ms()); /* it did not wait itself */
	return result;
}

/* In slices, since a stop may come meanwhile and shorten the time. */
enum cw_result cw_sink_flush(struct cw_sink *sink, int64_t deadline_ms, struct cw_error *err)
{
	enum cw_result result;
	int64_t left, slice;

	do {
		left = cw_task_left_ms(sink->task, deadline_ms);
		slice = left < SLICE_MS ? left : SLICE_MS;
		result = flush_slice(sink, slice, err);
		if (result != CW_FAIL && !cw_dead_letters_drain(sink->letters, cw_clock_ms() + slice))
			result = CW_RETRY;
		if (result == CW_RETRY)
			*err = (struct cw_error){ 0 };
	} while (result == CW_RETRY && left > 0);
	cw_sink_settle(sink);
	if (result == CW_OK && sink->flushes && !sink->async) {
		rd_kafka_topic_partition_list_t *flushed = cw_positions_take(&sink->unflushed);

		sink->flush_due = false;
		for (int i = 0; flushed && i < flushed->cnt; i++)
			cw_positions_advance(&sink->safe, flushed->elems[i].topic, flushed->elems[i].partition,
					     flushed->elems[i].offset);
		if (flushed)
			rd_kafka_topic_partition_list_destroy(flushed);
		if (sink->unsafe)
			cw_sink_recycle(sink, sink->unsafe);
		sink->unsafe = NULL;
	}
	return result;
}

/* The plugin takes what waits and finishes what it has, as far as the time and a stop allow. */
static void drain(struct cw_sink *sink, int64_t timeout_ms)
{
	int64_t deadline = timeout_ms < INT64_MAX - cw_clock_ms() ? cw_clock_ms() + timeout_ms : INT64_MAX, left;
	struct cw_error err = { 0 };

	while (sink->waiting.first && (left = cw_task_left_ms(sink->task, deadline)) > 0) {
		enum cw_result result = cw_sink_offer(sink, &err);

		if (result == CW_BUSY && sink->waiting.first->raw && cw_task_stopping(sink->task))
			break; /* the pipeline waits for what may take long: it is read again */
		if (result == CW_BUSY)
			result = wait_for(sink, false, left > SLICE_MS ? SLICE_MS : left, &err);
		if (result == CW_FAIL)
			break;
		cw_sink_settle(sink);
	}
	if (!err.code)
		cw_sink_flush(sink, deadline, &err);
	if (err.code)
		cw_error_set(&sink->failure, err.code, "%s", err.text);
}

/* ---- the loop ---- */

static bool has_to_commit(const struct cw_sink *sink)
{
	return cw_positions_any(&sink->safe) || sink->flush_due;
}

/* At the end of a run as soon as all is safe. */
static int64_t commit_due_ms(const struct cw_sink *sink)
{
	bool is_last = cw_sink_has_all(sink) && !sink->given.first && has_to_commit(sink);

	return is_last ? cw_commit_pace_last_due_ms(&sink->pace) : cw_commit_pace_due_ms(&sink->pace);
}

/*
 * What is to be done now and then. A commit waits for a coordinator that says it is there, and records do not wait for it.
 * CW_RETRY: the task has to start again; CW_FAIL.
 */
static enum cw_result tend(struct cw_sink *sink, struct cw_error *err)
{
	int64_t now = cw_clock_ms();

	if (now >= sink->next_tick_ms) {
		cw_sink_look_at_contact(sink, now);
		cw_sink_look_at_group(sink);
		cw_sink_update_lag(sink);
		cw_sink_look_for_lost_ends(sink, now);
		sink->next_tick_ms = now + TICK_MS;
	}
	if (cw_sink_look_for_orphans(sink, now, err) == CW_RETRY)
		return CW_RETRY;
	if (!sink->committing) {
		if (now < commit_due_ms(sink))
			return CW_OK;
		cw_commit_pace_begin(&sink->pace, now);
		if (!has_to_commit(sink))
			return CW_OK;
		cw_coordinator_ask(sink->coordinator, sink->safe.list);
		sink->committing = true;
	}
	if (cw_coordinator_state(sink->coordinator) == CW_COORDINATOR_ASKED)
		return CW_OK;
	sink->committing = false;
	if (!sink->async && cw_sink_flush(sink, now + sink->task->worker->offset_flush_timeout_ms, err) == CW_FAIL)
		return CW_FAIL;
	cw_sink_commit(sink, 0);
	cw_commit_pace_sent(&sink->pace, cw_clock_ms());
	return CW_OK;
}

/* PAUSED: what was taken is finished and committed, nothing more is taken. */
static enum cw_result paused(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	enum cw_result result;

	drain(sink, task->worker->offset_flush_timeout_ms);
	cw_sink_commit(sink, task->worker->offset_flush_timeout_ms);
	cw_sink_pause_partitions(sink, true);
	cw_task_report(task, "PAUSED", NULL);
	while (cw_task_paused(task) && !cw_task_stopping(task) && !sink->failure.code) {
		receive(sink);
		if (wait_for(sink, true, TICK_MS, err) == CW_FAIL)
			return CW_FAIL;
		cw_sink_settle(sink);
		result = tend(sink, err);
		if (result != CW_OK)
			return result;
	}
	if (!cw_task_stopping(task)) {
		cw_sink_pause_partitions(sink, false);
		cw_task_report(task, "RUNNING", NULL);
	}
	return CW_OK;
}

/* A commit that waits for the coordinator goes on when that wakes the task, however long ago the next one was due. */
static int64_t wait_ms(const struct cw_sink *sink)
{
	int64_t now = cw_clock_ms();
	int64_t commit_ms = sink->committing ? INT64_MAX : commit_due_ms(sink);
	int64_t until = sink->next_tick_ms < commit_ms ? sink->next_tick_ms : commit_ms;

	if (sink->orphans_ms > 0 && sink->orphans_ms < until)
		until = sink->orphans_ms;
	if (sink->waiting.first && sink->retry_at_ms > now && sink->retry_at_ms < until)
		until = sink->retry_at_ms;
	if (!sink->waiting.first && sink->limit_ms > 0 && sink->limit_ms < until) /* it may be over by now */
		until = sink->limit_ms;
	if (cw_sink_has_all(sink) && now + RUN_IS_OVER_MS < until)
		until = now + RUN_IS_OVER_MS;
	return until > now ? until - now : 0;
}

/* Nothing is held back any more, whoever took it: the plugin in step(), or a rebalance that emptied it. */
static void let_flow(struct cw_sink *sink)
{
	if (!sink->partitions_paused || cw_sink_is_limited(sink))
		return; /* a limit lets them flow as it can */
	log_info(&sink->scope, "the connector takes records again: partitions are resumed");
	cw_sink_pause_partitions(sink, false);
}

/* Nothing waits: more comes, or may go on. At the end of a run a plugin does not keep what it has for more to come. */
static enum cw_result wait_for_more(struct cw_sink *sink, struct cw_error *err)
{
	int64_t began_ms = cw_clock_ms();
	enum cw_result result;

	if (sink->async && sink->flushes && sink->given.first && cw_sink_has_all(sink))
		return cw_sink_flush(sink, began_ms + SLICE_MS, err);
	result = wait_for(sink, true, wait_ms(sink), err);
	if (sink->limit_ms > 0)
		cw_metric_add(sink->limited_ms, cw_clock_ms() - began_ms);
	return result;
}

static enum cw_result step(struct cw_sink *sink, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	if (!sink->waiting.first) {
		let_flow(sink);
		receive(sink);
		if (sink->failure.code)
			return CW_OK; /* which the loop sees, before a plugin that refused its partitions gets records */
	}
	if (sink->waiting.first) {
		result = cw_sink_offer(sink, err);
		if (result == CW_BUSY) {
			stay_in_group(sink);
			result = wait_for(sink, sink->partitions_paused, wait_ms(sink), err);
		}
	} else {
		result = wait_for_more(sink, err);
	}
	cw_sink_settle(sink);
	if (result == CW_FAIL)
		return CW_FAIL;
	if (cw_sink_run_is_over(sink)) {
		cw_sink_update_lag(sink); /* what is told of it from now on is what the run has left */
		return CW_END;
	}
	return tend(sink, err);
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

	sink->records = cw_metrics_get(m, CW_METRIC_COUNTER, "records", "Records read from Kafka and taken by the connector, or ended before.");
	sink->written = cw_metrics_get(m, CW_METRIC_COUNTER, "records_written", "Records that the connector has written.");
	sink->skipped = cw_metrics_get(m, CW_METRIC_COUNTER, "records_skipped", "Records skipped under errors.tolerance.");
	sink->dropped = cw_metrics_get(m, CW_METRIC_COUNTER, "records_dropped",
				       "Records that the connector's settings leave out.");
	sink->failed = cw_metrics_get(m, CW_METRIC_COUNTER, "records_failed", "Records that failed the task.");
	sink->in_flight = cw_metrics_get(m, CW_METRIC_GAUGE, "records_in_flight", "Records that the connector has and that are not settled yet.");
	sink->bytes = cw_metrics_get(m, CW_METRIC_COUNTER, "bytes", "Bytes of record values read from Kafka.");
	sink->batches = cw_metrics_get(m, CW_METRIC_COUNTER, "batches", "Batches read from Kafka.");
	sink->retries = cw_metrics_get(m, CW_METRIC_COUNTER, "retries", "Operations that were tried again.");
	sink->errors = cw_metrics_get(m, CW_METRIC_COUNTER, "errors", "Errors of records and of Kafka.");
	sink->lag = cw_metrics_get(m, CW_METRIC_GAUGE, "consumer_lag", "Records in the assigned partitions that were not read yet; no value "
				   "while the task is not in its group, or Kafka does not answer.");
	sink->partitions = cw_metrics_get(m, CW_METRIC_GAUGE, "partitions", "Kafka partitions assigned.");
	sink->commits = cw_metrics_get(m, CW_METRIC_COUNTER, "offset_commits", "Offset commits that succeeded.");
	sink->commit_failures = cw_metrics_get(m, CW_METRIC_COUNTER, "offset_commit_failures", "Offset commits that failed.");
	sink->limited_ms = cw_task_limited_metric(sink->task);
	cw_metric_set(sink->in_flight, 0); /* of an earlier attempt, as is */
	cw_metric_set(sink->lag, CW_METRIC_UNKNOWN);
}

/* After the plugin's end: nobody points into the batches any more. */
static void close_sink(struct cw_sink *sink)
{
	cw_dead_letters_close(sink->letters);
	sink->letters = NULL;
	cw_batch_queue_free(&sink->waiting);
	cw_batch_queue_free(&sink->given);
	cw_batch_queue_free(&sink->leaving);
	cw_task_batch_free(sink->unsafe);
	sink->unsafe = NULL;
	cw_spare_batches_free(&sink->spare);
	cw_sink_unsubscribe(sink);
	cw_progress_wait_over(&sink->task->progress);
	cw_positions_free(&sink->safe);
	cw_positions_free(&sink->unflushed);
	cw_positions_free(&sink->received);
	cw_positions_free(&sink->committed);
	cw_positions_free(&sink->seen);
	cw_sink_free_lost(sink);
	cw_used_topics_free(&sink->topics);
}

/* The pipeline is there. */
static enum cw_result run_plugin(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	enum cw_result result;

	result = cw_task_open_plugin(task, err);
	if (result != CW_OK)
		return result;
	sink->plugin_open = true;
	sink->headers = cw_pipeline_wants_headers(&sink->pipeline, !task->without_headers);
	result = cw_sink_subscribe(sink, err);
	if (result == CW_OK)
		result = loop(sink, err);
	if (sink->consumer) {
		if (result == CW_OK || result == CW_RETRY) /* at CW_END nothing is left */
			drain(sink, result == CW_RETRY ? task->worker->offset_flush_timeout_ms : INT64_MAX);
		cw_sink_commit(sink, task->worker->offset_flush_timeout_ms);
	}
	sink->plugin_open = false;
	cw_task_close_plugin(task);
	return result;
}

static enum cw_result run_sink(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	enum cw_result result;

	task->without_headers = (task->plugin->ops.flags & CW_SINK_NO_HEADERS) != 0;
	result = cw_pipeline_start(&sink->pipeline, task, !task->without_headers, err);
	if (result != CW_OK)
		return result;
	result = cw_dead_letters_open(&sink->letters, task, err);
	sink->pipeline.letters = sink->letters;
	if (result == CW_OK)
		result = run_plugin(sink, err);
	cw_pipeline_stop(&sink->pipeline);
	return result;
}

enum cw_result cw_sink_task_run(struct cw_task *task, struct cw_error *err)
{
	struct cw_sink *sink = cw_alloc(sizeof(*sink));
	enum cw_result result;

	*sink = (struct cw_sink){
		.scope = task->scope,
		.task = task,
		.async = (task->plugin->ops.flags & CW_SINK_ASYNC) != 0,
		.flushes = task->plugin->ops.flush != NULL,
		.spare.capacity = CW_SINK_BATCH_RECORDS,
	};
	task->loop = sink;
	cw_commit_pace_init(&sink->pace, task->worker->offset_flush_interval_ms, sink->async, cw_clock_ms());
	sink->bounded = cw_sink_is_bounded(sink);
	make_metrics(sink);
	cw_positions_init(&sink->safe);
	cw_positions_init(&sink->unflushed);
	cw_positions_init(&sink->received);
	cw_positions_init(&sink->committed);
	cw_positions_init(&sink->seen);
	result = run_sink(sink, err);
	close_sink(sink);
	task->loop = NULL;
	if (!sink->abandoned)
		free(sink);
	return result;
}
