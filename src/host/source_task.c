/*
 * The loop of a source task: poll the plugin, send what it gave, and let the worker store the offsets
 * before which everything is acknowledged. With exactly-once support the offsets go to Kafka instead,
 * in the transaction of their records (source_txn.c).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/context.h"
#include "host/creation.h"
#include "host/source.h"

#define SERVE_MS 100
/* How long the worker may take to store the last offsets of a task that is out of time. */
#define STORE_MS 500

/* Gives the committable offsets to the worker: to store, or (exactly once) to have a copy of what Kafka has. */
static void send_offsets(struct cw_source *source)
{
	struct cw_acks *acks = &source->acks;
	struct cw_task *task = source->task;
	json_t *offsets;

	if (acks->n_ready == 0)
		return;
	offsets = cw_source_offsets_json(acks->ready, acks->n_ready, &source->failure);
	if (!offsets) {
		cw_acks_clear_ready(acks);
		return;
	}
	cw_source_note_sent(acks->ready, acks->n_ready, offsets);
	task->sent_seq++;
	if (task->plugin->ops.committed) /* what Kafka has is stored already */
		cw_stored_sent(&source->stored, source->transactional ? 0 : task->sent_seq, acks->ready, acks->n_ready);
	cw_acks_clear_ready(acks);
	cw_link_send(task->link, json_pack("{s:s,s:i,s:I,s:o}", "type", "offsets", "task", task->context.task, "seq",
					   (json_int_t)task->sent_seq, "offsets", offsets));
	if (!source->transactional) /* else each transaction is one */
		cw_metric_add(source->commits, 1);
}

static bool offsets_are_stored(struct cw_source *source)
{
	return atomic_load(&source->task->stored_seq) >= source->task->sent_seq;
}

/* Tells the connector which of its offsets are stored by now. */
static void tell_stored(struct cw_source *source)
{
	struct cw_task *task = source->task;
	uint64_t stored = atomic_load(&task->stored_seq);
	const struct cw_stored_set *set;

	if (stored == CW_NEVER_STORED)
		return;
	while ((set = cw_stored_next(&source->stored, stored)) != NULL) {
		for (size_t i = 0; i < set->n; i++) {
			const struct cw_ack_offset *o = &set->offsets[i];
			struct cw_value value = o->is_json ? cw_value_string(cw_slice(o->json.p, o->json.n)) :
							     cw_value_int64(o->number);

			task->plugin->ops.committed(task->state, o->partition, &value);
		}
		cw_stored_drop(&source->stored);
	}
}

static void wait_until_stored(struct cw_source *source, int64_t deadline_ms)
{
	int64_t left, least = cw_clock_ms() + cw_task_closing_ms(source->task, STORE_MS);

	while (!offsets_are_stored(source) &&
	       ((left = cw_task_left_ms(source->task, deadline_ms)) > 0 || (left = least - cw_clock_ms()) > 0))
		cw_task_sleep(source->task, left);
	if (!offsets_are_stored(source)) {
		cw_metric_add(source->commit_failures, 1);
		log_warn(&source->scope, "the worker did not store the offsets in time");
	}
	tell_stored(source);
}

static enum cw_result commit(struct cw_source *source, bool end_transaction, struct cw_error *err)
{
	enum cw_result result = end_transaction ? cw_source_end_transaction_now(source, err) : CW_OK;

	cw_commit_pace_begin(&source->pace, cw_clock_ms());
	send_offsets(source);
	return result;
}

static enum cw_result commit_what_is_due(struct cw_source *source, struct cw_error *err)
{
	return commit(source, source->in_transaction && cw_clock_ms() >= source->next_boundary_ms, err);
}

/*
 * What a report says is told when nothing else is, and instead of what a transaction says that failed with it. If it is
 * final, it is so however the transaction looks to Kafka.
 */
static enum cw_result result_with_failure(const struct cw_source *source, enum cw_result result, struct cw_error *err)
{
	if (!source->failure.code || (result != CW_OK && result != CW_RETRY))
		return result;
	*err = source->failure;
	return result == CW_RETRY && !source->failure_is_final ? CW_RETRY : CW_FAIL;
}

/* Everything polled is acknowledged and its offsets are stored, as far as the time until the deadline allows. */
static enum cw_result finish(struct cw_source *source, int64_t deadline_ms, struct cw_error *err)
{
	enum cw_result result;

	if (!source->transactional && !cw_source_drain(source, deadline_ms)) {
		if (source->failure.code) {
			*err = source->failure;
			return CW_FAIL;
		}
		if (cw_task_stopping(source->task)) /* in a pause they stay on their way */
			log_warn(&source->scope, "%zu records were not acknowledged in time; they will be sent again",
				 source->acks.in_flight);
	}
	result = commit(source, !source->by_connector, err);
	wait_until_stored(source, deadline_ms);
	return result_with_failure(source, result, err);
}

/* A task that fails, or starts again: what Kafka has acknowledged before is not sent again then. */
static void save(struct cw_source *source)
{
	if (!source->transactional)
		cw_source_drain(source, cw_clock_ms() + source->task->worker->offset_flush_timeout_ms);
	send_offsets(source);
	if (!source->transactional)
		cw_source_take_sent(source->task);
}

/* When the loop has something to do besides polling. */
static int64_t next_due(struct cw_source *source)
{
	int64_t commit_ms;

	cw_commit_pace_end(&source->pace, offsets_are_stored(source));
	commit_ms = cw_commit_pace_due_ms(&source->pace);
	return source->in_transaction && source->next_boundary_ms < commit_ms ? source->next_boundary_ms : commit_ms;
}

/* Waits, and serves delivery reports meanwhile. */
static void rest(struct cw_source *source, int64_t ns)
{
	int64_t now = cw_clock_ns(), until = ns < INT64_MAX - now ? now + ns : INT64_MAX;

	cw_source_serve(source, 0);
	for (;;) {
		int64_t left = until - cw_clock_ns();

		if (left <= 0 || cw_task_stopping(source->task) || cw_task_paused(source->task))
			return;
		if (left < CW_NS_PER_MS) {
			struct timespec t = { 0, (long)left };

			nanosleep(&t, NULL); /* finer than poll(2) can wait; the stop flag is seen right after */
			return;
		}
		cw_task_sleep(source->task, left / CW_NS_PER_MS < SERVE_MS ? left / CW_NS_PER_MS : SERVE_MS);
		cw_source_serve(source, 0);
		tell_stored(source);
		if (source->failure.code || cw_clock_ms() >= next_due(source))
			return;
	}
}

/*
 * A transaction that the connector has not ended cannot be committed, and brokers would abort it some time in a pause,
 * behind which the producer could not go on. So the task starts over: its records come again, behind what is committed.
 */
static enum cw_result leave_transaction(struct cw_source *source)
{
	log_info(&source->scope, "the open transaction is aborted, since the task is paused; its records come again");
	source->task->starts_over = true;
	return CW_RETRY;
}

static enum cw_result paused(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	enum cw_result result = finish(source, cw_clock_ms() + task->worker->offset_flush_timeout_ms, err);

	if (result != CW_OK)
		return result;
	if (source->in_transaction && !cw_task_stopping(task))
		return leave_transaction(source);
	cw_task_report(task, "PAUSED", NULL);
	while (cw_task_paused(task) && !cw_task_stopping(task) && !source->failure.code) {
		cw_task_sleep(task, SERVE_MS);
		cw_source_serve(source, 0);
		tell_stored(source);
		if (cw_clock_ms() >= next_due(source) && (result = commit_what_is_due(source, err)) != CW_OK)
			return result;
	}
	if (!cw_task_stopping(task))
		cw_task_report(task, "RUNNING", NULL);
	return CW_OK;
}

/*
 * The poll is to be made again: CW_RETRY, when its time has come; CW_FAIL: it had its time. Without a limit it has all
 * the time that there is, as in Kafka Connect: there is no record that could be left out.
 */
static enum cw_result retry_poll(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	const int64_t timeout_ms = task->framework.errors_retry_timeout_ms;
	const struct cw_retry_policy policy = { .timeout_ms = timeout_ms == 0 ? -1 : timeout_ms, .base_ms = CW_RETRY_BASE_MS,
						.max_ms = task->framework.errors_retry_delay_max_ms };
	const struct cw_error why = *err;
	int64_t wait_ms = cw_task_retry_ms(task, &source->retry, &policy);

	*err = (struct cw_error){ 0 };
	if (wait_ms < 0) {
		cw_error_set(err, CW_ERR_FATAL, "poll did not succeed in %lld ms (errors.retry.timeout), at %u attempts: %s",
			     (long long)timeout_ms, source->retry.attempt, why.text);
		return CW_FAIL;
	}
	if (source->retry.attempt == 1)
		source->retry_since_ms = cw_clock_ms();
	cw_metric_add(source->retries, 1);
	log_warn(&source->scope, "poll is tried again in %lld ms (attempt %u): %s", (long long)wait_ms, source->retry.attempt,
		 why.text);
	cw_progress_retry(&task->progress, "TASK_POLL", source->retry.attempt, wait_ms, why.text);
	source->retry_at_ns = cw_clock_ns() + wait_ms * CW_NS_PER_MS;
	return CW_RETRY;
}

static void forget_poll(struct cw_source *source)
{
	cw_task_batch_reset(source->batch);
	source->n_boundaries = 0;
}

/* One poll of the plugin. CW_RETRY: it gave nothing, and is made again at source->retry_at_ns. */
static enum cw_result poll_plugin(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	enum cw_result result;

	forget_poll(source);
	cw_progress_busy(&task->progress, cw_clock_ms()); /* a poll that does not return is seen */
	result = task->plugin->ops.poll(task->state, &source->batch->batch, err);
	if (result == CW_RETRY) {
		forget_poll(source);
		return cw_task_stopping(task) ? CW_OK : retry_poll(source, err);
	}
	if (source->retry.attempt)
		cw_progress_retry_over(&task->progress);
	source->retry = (struct cw_retry){ 0 };
	source->retry_at_ns = 0;
	return result;
}

/* A while of what the rate limit makes the next poll wait. */
static void held_back(struct cw_source *source, int64_t ns)
{
	int64_t began_ms = cw_clock_ms();

	rest(source, ns < SERVE_MS * CW_NS_PER_MS ? ns : SERVE_MS * CW_NS_PER_MS);
	cw_metric_add(source->limited_ms, cw_clock_ms() - began_ms);
}

static enum cw_result poll_and_send(struct cw_source *source, struct cw_error *err)
{
	int64_t sent = cw_metric_value(source->bytes);
	enum cw_result polled = poll_plugin(source, err), result = CW_OK;
	size_t n = source->batch->batch.n;

	if (polled == CW_FAIL)
		return CW_FAIL;
	if (n > 0 || source->n_boundaries > 0) {
		result = cw_source_send_batch(source, err);
		cw_metric_add(source->batches, n > 0);
		cw_source_serve(source, 0);
	}
	if (polled == CW_END && source->by_connector && result == CW_OK)
		result = cw_source_end_transaction_now(source, err);
	cw_source_limit_passed(source, n, cw_metric_value(source->bytes) - sent);
	if (n == 0 && polled == CW_OK)
		rest(source, source->batch->batch.wait_ns);
	if (result != CW_OK)
		return result;
	if (polled == CW_END) {
		/* A bounded run is over when the last record is acknowledged, however long that takes. */
		while (!source->transactional && !source->failure.code && !cw_task_stopping(source->task) &&
		       !cw_source_drain(source, cw_clock_ms() + SERVE_MS))
			;
		return cw_task_stopping(source->task) ? CW_OK : CW_END;
	}
	return CW_OK;
}

static enum cw_result step(struct cw_source *source, struct cw_error *err)
{
	int64_t retry_ns = source->retry_at_ns ? source->retry_at_ns - cw_clock_ns() : 0;
	int64_t limit_ns = retry_ns > 0 ? 0 : cw_source_limit_ns(source);
	enum cw_result result = CW_OK;

	if (retry_ns > 0)
		rest(source, retry_ns);
	else if (limit_ns > 0)
		held_back(source, limit_ns);
	else
		result = poll_and_send(source, err);
	if (result == CW_OK && cw_clock_ms() >= next_due(source))
		result = commit_what_is_due(source, err);
	return result;
}

static enum cw_result loop(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	enum cw_result result = CW_OK;

	cw_task_report(task, "RUNNING", NULL);
	while (!cw_task_stopping(task) && result == CW_OK) {
		tell_stored(source);
		result = cw_task_paused(task) ? paused(source, err) : step(source, err);
		result = result_with_failure(source, result, err);
	}
	return result;
}

static void make_metrics(struct cw_source *source)
{
	struct cw_metrics *m = &source->task->metrics;

	source->polled = cw_metrics_get(m, CW_METRIC_COUNTER, "records_polled", "Records that the connector gave.");
	source->records = cw_metrics_get(m, CW_METRIC_COUNTER, "records", "Records that Kafka acknowledged.");
	source->in_flight = cw_metrics_get(m, CW_METRIC_GAUGE, "records_in_flight", "Records sent and not acknowledged yet.");
	source->bytes = cw_metrics_get(m, CW_METRIC_COUNTER, "bytes", "Bytes of record values sent to Kafka.");
	source->batches = cw_metrics_get(m, CW_METRIC_COUNTER, "batches", "Batches that the connector gave.");
	source->retries = cw_metrics_get(m, CW_METRIC_COUNTER, "retries", "Operations that were tried again.");
	source->errors = cw_metrics_get(m, CW_METRIC_COUNTER, "errors", "Records that were not delivered, and other errors.");
	source->commits = cw_metrics_get(m, CW_METRIC_COUNTER, "offset_commits", "Offset commits.");
	source->commit_failures =
		cw_metrics_get(m, CW_METRIC_COUNTER, "offset_commit_failures", "Offset commits that failed.");
	source->limited_ms = cw_task_limited_metric(source->task);
	cw_metric_set(source->in_flight, 0);
	source->acknowledged = cw_metric_value(source->records); /* of earlier attempts */
}

static bool wants_transactions(const struct cw_task *task)
{
	return strcasecmp(task->worker->exactly_once_source_support, "enabled") == 0;
}

/* The pipeline is there. */
static enum cw_result run_plugin(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	enum cw_result result;

	result = cw_source_open_creation(source, err);
	if (result == CW_OK && source->transactional)
		result = cw_source_open_boundaries(source, err);
	if (result == CW_OK)
		result = cw_source_open_producer(source, err);
	if (result == CW_OK && source->transactional)
		result = cw_source_txn_open(source, err);
	if (result == CW_OK)
		result = cw_task_open_plugin(task, err);
	if (result != CW_OK)
		return result;
	result = loop(source, err);
	if (result == CW_OK || result == CW_END) {
		enum cw_result ended = finish(source, INT64_MAX, err); /* a stop has a deadline of its own */

		if (ended != CW_OK)
			result = ended;
	}
	if (result == CW_FAIL && source->failure.code == CW_ERR_RETRIABLE)
		result = CW_RETRY;
	if (result == CW_FAIL || result == CW_RETRY)
		save(source);
	cw_task_close_plugin(task);
	return result;
}

static enum cw_result run_source(struct cw_source *source, struct cw_error *err)
{
	enum cw_result result = cw_pipeline_start(&source->pipeline, source->task, true, err);

	if (result != CW_OK)
		return result;
	result = cw_dead_letters_open(&source->letters, source->task, err);
	source->pipeline.letters = source->letters;
	if (result == CW_OK)
		result = run_plugin(source, err);
	cw_pipeline_stop(&source->pipeline);
	return result;
}

enum cw_result cw_source_task_run(struct cw_task *task, struct cw_error *err)
{
	struct cw_source source = {
		.scope = task->scope,
		.task = task,
		.transactional = wants_transactions(task),
	};
	enum cw_result result;

	cw_commit_pace_init(&source.pace, task->worker->offset_flush_interval_ms, !source.transactional, cw_clock_ms());
	task->loop = &source;
	make_metrics(&source);
	source.batch = cw_task_batch_new(CW_SOURCE_BATCH_RECORDS);
	result = run_source(&source, err);
	cw_limits_passed(task->limits, &source.claim, 0, 0); /* of a poll that was not made, or failed */
	cw_creation_free(source.creation);
	cw_source_close_producer(&source); /* before the entries that its reports point to */
	cw_dead_letters_close(source.letters);
	cw_acks_free(&source.acks);
	cw_sent_order_free(&source.order);
	cw_stored_free(&source.stored);
	cw_task_batch_free(source.batch);
	free(source.offsets_topic);
	free(source.boundaries);
	task->loop = NULL;
	return result;
}
