/*
 * Where the transactions of an exactly-once source end (transaction.boundary): with each poll, after a time, or where the
 * connector says so.
 */
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/context.h"
#include "host/source.h"

/* A minute less than brokers with the default of transaction.max.timeout.ms let one be open. */
#define LONGEST_MS INT64_C(840000)
#define NEVER_MS (INT64_MAX / 2) /* can be added to a time */

/* Whether somebody has said how long a transaction may be open. */
static bool has_own_timeout(const struct cw_task *task)
{
	return cw_map_get(&task->config, "producer.override.transaction.timeout.ms") ||
	       cw_map_get(&task->worker->raw, "producer.transaction.timeout.ms");
}

enum cw_result cw_source_open_boundaries(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	const struct cw_connector_config *config = &task->framework;

	source->by_connector = strcasecmp(config->transaction_boundary, "connector") == 0;
	if (source->by_connector)
		source->boundary_ms = NEVER_MS;
	else if (strcasecmp(config->transaction_boundary, "poll") == 0)
		source->boundary_ms = 0; /* after each */
	else if (config->transaction_boundary_interval_ms > 0)
		source->boundary_ms = config->transaction_boundary_interval_ms;
	else
		source->boundary_ms = task->worker->offset_flush_interval_ms;
	if (source->boundary_ms > NEVER_MS)
		source->boundary_ms = NEVER_MS;
	if (!source->by_connector && source->boundary_ms > LONGEST_MS && !has_own_timeout(task)) {
		log_warn(&source->scope, "transactions end every %lld ms, not every %lld: brokers abort those of more than 15 "
			 "minutes; if theirs allow more (transaction.max.timeout.ms), set producer.override.transaction.timeout.ms",
			 (long long)LONGEST_MS, (long long)source->boundary_ms);
		source->boundary_ms = LONGEST_MS;
	}
	source->next_boundary_ms = cw_clock_ms() + source->boundary_ms;
	task->ends_transactions = source->by_connector;
	if (!source->by_connector)
		return CW_OK;
	source->aborted = cw_metrics_get(&task->metrics, CW_METRIC_COUNTER, "records_aborted",
					 "Acknowledged records of transactions that the connector has aborted.");
	if (task->plugin->ops.flags & CW_SOURCE_TRANSACTIONS)
		return CW_OK;
	cw_error_set(err, CW_ERR_FATAL, "%s cannot say where transactions end, so that with transaction.boundary=connector none "
		     "would; use poll or interval", task->plugin->plugin.class_name);
	return CW_FAIL;
}

/* Of several for one place the first counts: the others would be of transactions without records. */
void cw_source_end_transaction(struct cw_task *task, const struct cw_batch *batch, bool commit)
{
	struct cw_source *source = task->loop;

	if (!task->ends_transactions)
		return;
	if (source->n_boundaries > 0 && source->boundaries[source->n_boundaries - 1].after == batch->n)
		return;
	if (source->n_boundaries == source->boundaries_cap) {
		source->boundaries_cap = source->boundaries_cap ? source->boundaries_cap * 2 : 4;
		source->boundaries = cw_realloc(source->boundaries, source->boundaries_cap * sizeof(*source->boundaries));
	}
	source->boundaries[source->n_boundaries++] = (struct cw_boundary){ .after = batch->n, .commit = commit };
}

enum cw_result cw_source_end_transaction_now(struct cw_source *source, struct cw_error *err)
{
	source->next_boundary_ms = cw_clock_ms() + source->boundary_ms;
	return cw_source_txn_commit(source, err);
}

static enum cw_result send_part(struct cw_source *source, size_t from, size_t to, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	if (from == to)
		return CW_OK;
	if (source->transactional)
		result = cw_source_txn_begin(source, err);
	return result == CW_OK ? cw_source_send(source, from, to, err) : result;
}

/* What is left of the batch when the task has to end between two transactions is polled again. */
static enum cw_result send_until_last_boundary(struct cw_source *source, size_t *sent, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	for (size_t i = 0; i < source->n_boundaries && result == CW_OK && !source->gave_up; i++) {
		const struct cw_boundary *end = &source->boundaries[i];

		if (i > 0 && cw_task_stopping(source->task)) {
			source->gave_up = true;
			break;
		}
		size_t after = end->after < source->batch->batch.n ? end->after : source->batch->batch.n; /* some were taken back */

		result = send_part(source, *sent, after, err);
		*sent = after;
		if (result == CW_OK)
			result = end->commit ? cw_source_txn_commit(source, err) : cw_source_txn_drop(source, err);
	}
	return result;
}

enum cw_result cw_source_send_batch(struct cw_source *source, struct cw_error *err)
{
	size_t sent = 0;
	enum cw_result result = send_until_last_boundary(source, &sent, err);

	if (result == CW_OK && !source->gave_up)
		result = send_part(source, sent, source->batch->batch.n, err);
	if (result == CW_OK && source->in_transaction && cw_clock_ms() >= source->next_boundary_ms)
		result = cw_source_end_transaction_now(source, err);
	return result;
}
