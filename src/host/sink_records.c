/* What becomes of single records of a sink: through the pipeline, or rejected by the plugin. */
#include <string.h>
#include <strings.h>

#include "host/context.h"
#include "host/record_error.h"
#include "host/sink.h"

/*
 * Records count as read when they come to an end or the plugin has them: what is dropped before, because its partition
 * goes to another task, is counted there. So records = written + skipped + filtered + dropped + failed +
 * dead-lettered + in flight, always; a dead letter is in flight until it is acknowledged.
 */

/* The records from `from` on move to the place of those that went no further, so that there is no hole. */
static void close_gap(struct cw_sink *sink, struct cw_task_batch *b, size_t from)
{
	struct cw_batch *batch = &b->batch;

	cw_metric_add(sink->records, (int64_t)(from - b->done));
	if (from > b->done)
		memmove(cw_batch_record(batch, b->done), cw_batch_record(batch, from), (batch->n - from) * batch->record_size);
	batch->n -= from - b->done;
}

enum cw_result cw_sink_process(struct cw_sink *sink, struct cw_task_batch *b, int64_t *wait_ms, struct cw_error *err)
{
	struct cw_batch *batch = &b->batch;
	enum cw_result result = CW_OK;
	size_t i;

	for (i = b->done; i < batch->n; i++) {
		struct cw_record *record = cw_batch_record(batch, i);

		result = CW_OK;
		if (cw_pipeline_is_needed(&sink->pipeline, record))
			result = cw_pipeline_run(&sink->pipeline, batch, record, wait_ms, err);
		if (result == CW_RETRY || result == CW_FAIL)
			break;
		if (result == CW_OK && b->done++ < i)
			*cw_batch_record(batch, b->done - 1) = *record;
	}
	close_gap(sink, b, i);
	if (result == CW_FAIL)
		cw_metric_add(sink->records, 1);
	if (result == CW_RETRY || result == CW_FAIL)
		return result;
	b->raw = false;
	return CW_OK;
}

/* The record has come to an end other than being written: whether that is new. A batch that is put again says so again. */
static bool ends(struct cw_sink *sink, struct cw_task_batch *b, size_t i)
{
	if (!cw_task_batch_reject(b, i))
		return false;
	if (b->counted)
		cw_metric_add(sink->in_flight, -1);
	else
		cw_metric_add(sink->records, 1);
	return true;
}

static struct cw_record_error put_error(struct cw_task *task, const struct cw_record *record, const char *reason)
{
	return (struct cw_record_error){ .task = task, .stage = "TASK_PUT", .class_name = task->plugin->plugin.class_name,
					 .record = record, .reason = reason, .code = CW_ERR_FATAL };
}

static int write_letter(struct cw_sink *sink, struct cw_task_batch *b, const struct cw_record_error *what,
			struct cw_error *err)
{
	if (cw_dead_letters_send(sink->letters, b, what, err) == CW_OK)
		return 0;
	cw_metric_add(sink->failed, 1);
	return -1;
}

int cw_sink_reject(struct cw_task *task, struct cw_batch *batch, size_t i, const char *reason, struct cw_error *err)
{
	struct cw_sink *sink = task->loop;
	struct cw_task_batch *b = cw_task_batch_of(batch);
	const struct cw_record *r = cw_batch_record(batch, i);
	const struct cw_record_error what = put_error(task, r, reason);

	if (!ends(sink, b, i))
		return 0;
	cw_metric_add(sink->errors, 1);
	cw_record_error_log(&what);
	if (strcasecmp(task->framework.errors_tolerance, "all") != 0) {
		cw_metric_add(sink->failed, 1);
		return cw_error_set(err, CW_ERR_FATAL, "record %.*s-%d@%lld: %s (errors.tolerance is none)",
				    (int)r->original_topic.n, r->original_topic.p, (int)r->original_partition,
				    (long long)r->offset, reason);
	}
	if (!cw_record_error_is_tolerated(&what, err)) {
		cw_metric_add(sink->failed, 1);
		return -1;
	}
	if (sink->letters)
		return write_letter(sink, b, &what, err);
	cw_metric_add(sink->skipped, 1);
	return 0;
}

int cw_sink_drop(struct cw_task *task, struct cw_batch *batch, size_t i, const char *reason, bool letter,
		 struct cw_error *err)
{
	struct cw_sink *sink = task->loop;
	struct cw_task_batch *b = cw_task_batch_of(batch);
	const struct cw_record_error what = put_error(task, cw_batch_record(batch, i), reason);

	if (!ends(sink, b, i))
		return 0;
	if (letter && sink->letters)
		return write_letter(sink, b, &what, err);
	cw_metric_add(sink->dropped, 1);
	return 0;
}
