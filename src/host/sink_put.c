/* The way of a batch: offered to the plugin, taken by it, complete, and settled once all before it are. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "host/context.h"
#include "host/sink.h"

void cw_sink_recycle(struct cw_sink *sink, struct cw_task_batch *b)
{
	if (b->letters > 0) {
		cw_batch_queue_push(&sink->leaving, b);
		return;
	}
	cw_spare_batches_give(&sink->spare, b);
}

/* ---- what the plugin says of a batch ---- */

/* The plugin has it: see sink_records.c. */
static void count(struct cw_sink *sink, struct cw_task_batch *b)
{
	if (b->counted)
		return;
	b->counted = true;
	cw_metric_add(sink->in_flight, (int64_t)(b->batch.n - b->rejected));
	cw_metric_add(sink->records, (int64_t)(b->batch.n - b->rejected));
}

void cw_sink_complete(struct cw_task *task, struct cw_batch *batch)
{
	struct cw_sink *sink = task->loop;
	struct cw_task_batch *b = cw_task_batch_of(batch);

	if (b->complete)
		return;
	b->complete = true;
	count(sink, b); /* it may say so within put() */
	cw_metric_add(sink->written, (int64_t)(batch->n - b->rejected));
	cw_metric_add(sink->in_flight, -(int64_t)(batch->n - b->rejected));
}

/* Looks after dead letters, and the batches that only they needed. */
static void serve_letters(struct cw_sink *sink)
{
	struct cw_batch_queue leaving = sink->leaving;
	struct cw_task_batch *b;

	if (!sink->letters)
		return;
	cw_dead_letters_serve(sink->letters, &sink->failure);
	sink->leaving = (struct cw_batch_queue){ 0 };
	while ((b = cw_batch_queue_pop(&leaving)) != NULL)
		cw_sink_recycle(sink, b);
}

/* What waits for longest: when it came. 0: nothing waits. */
static int64_t oldest_ms(const struct cw_sink *sink)
{
	const struct cw_task_batch *b = sink->given.first ? sink->given.first : sink->waiting.first;

	return b ? b->batch.received_ns / CW_NS_PER_MS : 0;
}

/*
 * The complete batches at the front, whose dead letters are written, give their offsets up for commit and their memory
 * back.
 */
void cw_sink_settle(struct cw_sink *sink)
{
	struct cw_positions *to = sink->flushes && !sink->async ? &sink->unflushed : &sink->safe;
	struct cw_progress *progress = &sink->task->progress;
	bool any = false;

	serve_letters(sink);
	while (sink->given.first && sink->given.first->complete && sink->given.first->letters == 0) {
		struct cw_task_batch *b = cw_batch_queue_pop(&sink->given);

		for (size_t i = 0; i < b->n_spans; i++)
			cw_positions_advance(to, b->spans[i].topic, b->spans[i].partition,
					     b->spans[i].next_offset);
		sink->flush_due = to == &sink->unflushed;
		cw_commit_pace_add(&sink->pace, (int64_t)b->batch.n);
		if (sink->letters && to == &sink->unflushed && !sink->unsafe)
			sink->unsafe = b;
		else
			cw_sink_recycle(sink, b);
		any = true;
	}
	if (any)
		cw_progress_ended(progress);
	if (any && sink->apart_ms)
		sink->apart_ms = cw_clock_ms();
	if (any || (cw_progress_is_busy(progress) && oldest_ms(sink) == 0 && sink->apart_ms == 0))
		cw_progress_made(progress, cw_clock_ms(), oldest_ms(sink));
}

/* ---- giving batches to the plugin ---- */

static void hold(struct cw_sink *sink)
{
	if (sink->held_since_ms == 0)
		sink->held_since_ms = cw_clock_ms();
}

void cw_sink_release(struct cw_sink *sink)
{
	sink->held_since_ms = 0;
	if (sink->retry.attempt)
		cw_progress_retry_over(&sink->task->progress);
	sink->retry = (struct cw_retry){ 0 };
	sink->retry_at_ms = 0;
}

/* The first waiting batch is the plugin's now. */
static void taken(struct cw_sink *sink)
{
	cw_sink_release(sink);
	count(sink, sink->waiting.first);
	cw_batch_queue_push(&sink->given, cw_batch_queue_pop(&sink->waiting));
}

/* The pipeline, for a batch as Kafka has it. CW_OK: done; CW_BUSY: not yet; CW_FAIL. */
static enum cw_result take_through(struct cw_sink *sink, struct cw_task_batch *b, struct cw_error *err)
{
	int64_t wait_ms = 0;
	enum cw_result result = cw_sink_process(sink, b, &wait_ms, err);

	if (result != CW_RETRY)
		return result;
	hold(sink);
	sink->retry_at_ms = cw_clock_ms() + wait_ms;
	return CW_BUSY;
}

/* put() wants the batch again. CW_BUSY: it gets it later; CW_FAIL: it had its time. */
static enum cw_result retry_put(struct cw_sink *sink, struct cw_error *err)
{
	const struct cw_connector_config *config = &sink->task->framework;
	const struct cw_retry_policy policy = {
		.timeout_ms = config->put_retry_timeout_ms, .base_ms = config->put_retry_delay_ms,
		.max_ms = config->put_retry_delay_max_ms ? config->put_retry_delay_max_ms : config->errors_retry_delay_max_ms,
	};
	const struct cw_error why = *err;
	int64_t wait_ms = cw_task_retry_ms(sink->task, &sink->retry, &policy);

	*err = (struct cw_error){ 0 };
	if (wait_ms < 0 && !cw_task_stopping(sink->task)) {
		cw_error_set(err, CW_ERR_FATAL, "put did not succeed in %lld ms (put.retry.timeout.ms), at %u attempts: %s",
			     (long long)policy.timeout_ms, sink->retry.attempt, why.text);
		return CW_FAIL;
	}
	if (wait_ms < 0)
		wait_ms = 0; /* who has to end tries as long as it can */
	hold(sink);
	cw_metric_add(sink->retries, 1);
	cw_progress_retry(&sink->task->progress, "TASK_PUT", sink->retry.attempt, wait_ms, why.text);
	log_warn(&sink->scope, "put is tried again in %lld ms (attempt %u): %s", (long long)wait_ms, sink->retry.attempt,
		 why.text);
	sink->retry_at_ms = cw_clock_ms() + wait_ms;
	return CW_BUSY;
}

enum cw_result cw_sink_offer(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	struct cw_task_batch *b = sink->waiting.first;
	enum cw_result result;

	if (cw_clock_ms() < sink->retry_at_ms)
		return CW_BUSY;
	if (cw_dead_letters_are_many(sink->letters)) {
		hold(sink);
		return CW_BUSY;
	}
	if (b->raw) {
		result = take_through(sink, b, err);
		if (result != CW_OK)
			return result;
	}
	if (b->batch.n == 0) { /* nothing is left for the plugin: its offsets go on all the same */
		taken(sink);
		cw_sink_complete(task, &b->batch);
		return CW_OK;
	}
	result = task->plugin->ops.put(task->state, &b->batch, err);
	if (result == CW_OK) {
		taken(sink);
		if (!sink->async)
			cw_sink_complete(task, &b->batch);
		return CW_OK;
	}
	if (result == CW_BUSY)
		hold(sink);
	if (result == CW_RETRY)
		result = retry_put(sink, err);
	return result == CW_BUSY ? CW_BUSY : CW_FAIL;
}
