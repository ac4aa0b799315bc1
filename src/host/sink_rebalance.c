/*
 * Partitions that come and go. librdkafka says so while the consumer is polled, wherever that is: while messages are
 * received, while the plugin holds back, while the task is paused, and when the consumer closes at the task's end.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "host/sink.h"

#define COMMIT_TIMEOUT_MS 5000
/* How long partitions that are taken away may keep the group waiting. */
#define REVOKE_DRAIN_MS 10000

/* The partitions as a plugin has them; new. */
static struct cw_topic_partition *as_plugin_has_them(const rd_kafka_topic_partition_list_t *partitions)
{
	struct cw_topic_partition *list = cw_alloc((size_t)(partitions->cnt + 1) * sizeof(*list));

	for (int i = 0; i < partitions->cnt; i++) {
		list[i].topic = partitions->elems[i].topic;
		list[i].partition = partitions->elems[i].partition;
	}
	return list;
}

static void tell_assigned(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	const struct cw_connector_ops *ops = &sink->task->plugin->ops;
	CW_AUTO_FREE struct cw_topic_partition *list = NULL;
	struct cw_error err = { 0 };

	if (!ops->assigned || partitions->cnt == 0 || !sink->plugin_open)
		return;
	list = as_plugin_has_them(partitions);
	if (ops->assigned(sink->task->state, list, (size_t)partitions->cnt, &err) != CW_OK)
		cw_error_set(&sink->failure, CW_ERR_FATAL, "%s",
			     err.code ? err.text : "the connector did not take its partitions");
}

static void tell_revoked(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions, bool lost)
{
	const struct cw_connector_ops *ops = &sink->task->plugin->ops;
	CW_AUTO_FREE struct cw_topic_partition *list = NULL;

	if (!ops->revoked || partitions->cnt == 0 || !sink->plugin_open)
		return;
	list = as_plugin_has_them(partitions);
	ops->revoked(sink->task->state, list, (size_t)partitions->cnt, lost);
}

static void own(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	cw_positions_assign(&sink->safe, partitions);
	cw_positions_assign(&sink->unflushed, partitions);
	cw_positions_assign(&sink->received, partitions);
	cw_positions_assign(&sink->committed, partitions);
	cw_positions_assign(&sink->seen, partitions);
}

static void disown(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	cw_positions_revoke(&sink->safe, partitions);
	cw_positions_revoke(&sink->unflushed, partitions);
	cw_positions_revoke(&sink->received, partitions);
	cw_positions_revoke(&sink->committed, partitions);
	cw_positions_revoke(&sink->seen, partitions);
}

static void take_over(struct cw_sink *sink, rd_kafka_topic_partition_list_t *partitions)
{
	rd_kafka_error_t *error = rd_kafka_incremental_assign(sink->consumer, partitions);

	if (error) {
		log_error(&sink->scope, "partitions cannot be assigned: %s", rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
		return;
	}
	cw_owned_add(sink->task->owned, partitions);
	own(sink, partitions);
	sink->look_at_group = true;
	cw_dead_letters_assigned(sink->letters, sink->consumer, sink->safe.list);
	if (sink->partitions_paused)
		rd_kafka_pause_partitions(sink->consumer, partitions);
	tell_assigned(sink, partitions);
}

/* ---- what goes ---- */

static bool is_among(const rd_kafka_topic_partition_list_t *partitions, const char *topic, int32_t partition)
{
	return rd_kafka_topic_partition_list_find(partitions, topic, partition) != NULL;
}

/* Whether it is a record of one of them, or the mark of its end. */
static bool is_message_of(const rd_kafka_message_t *m, const rd_kafka_topic_partition_list_t *partitions)
{
	return (!m->err || m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) &&
	       is_among(partitions, rd_kafka_topic_name(m->rkt), m->partition);
}

/* Of what cw_sink_receive() has taken so far: whoever has the partitions next reads it again. */
void cw_sink_drop_messages(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	size_t kept = 0;

	for (size_t i = 0; i < sink->n_messages; i++) {
		rd_kafka_message_t *m = sink->messages[i];

		if (is_message_of(m, partitions))
			rd_kafka_message_destroy(m);
		else
			sink->messages[kept++] = m;
	}
	sink->n_messages = kept;
	cw_sink_drop_kept(sink, partitions);
}

static void forget_in(struct cw_task_batch *b, const rd_kafka_topic_partition_list_t *partitions, bool drop_records)
{
	for (int i = 0; i < partitions->cnt; i++)
		cw_task_batch_forget(b, partitions->elems[i].topic, partitions->elems[i].partition, drop_records);
}

/* Whether the pipeline is to go on with a record of these partitions. */
static bool is_amid(const struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	const struct cw_task_batch *b = sink->waiting.first;
	const struct cw_record *r;

	if (!b || !b->raw || b->done >= b->batch.n)
		return false;
	r = cw_batch_record(&b->batch, b->done);
	return is_among(partitions, r->original_topic.p, r->original_partition);
}

/* The same of what the plugin was not given yet. */
static void drop_waiting(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	struct cw_batch_queue kept = { 0 };
	struct cw_task_batch *first = sink->waiting.first, *b;

	if (is_amid(sink, partitions))
		cw_pipeline_forget(&sink->pipeline);
	while ((b = cw_batch_queue_pop(&sink->waiting)) != NULL) {
		forget_in(b, partitions, true);
		if (b->n_spans > 0 || b->batch.n > 0)
			cw_batch_queue_push(&kept, b);
		else
			cw_sink_recycle(sink, b);
	}
	sink->waiting = kept;
	if (first != kept.first)
		cw_sink_release(sink);
}

/* What the plugin was given is finished, as far as the time allows, and committed. */
static void finish(struct cw_sink *sink)
{
	struct cw_error err = { 0 };

	if (sink->plugin_open && cw_sink_flush(sink, cw_clock_ms() + REVOKE_DRAIN_MS, &err) == CW_FAIL)
		cw_error_set(&sink->failure, err.code, "%s", err.text);
	cw_sink_commit(sink, COMMIT_TIMEOUT_MS);
}

void cw_sink_forget(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions)
{
	for (struct cw_task_batch *b = sink->waiting.first; b; b = b->next)
		forget_in(b, partitions, false);
	for (struct cw_task_batch *b = sink->given.first; b; b = b->next)
		forget_in(b, partitions, false);
	disown(sink, partitions);
	own(sink, partitions);
}

static void give_up(struct cw_sink *sink, rd_kafka_topic_partition_list_t *partitions)
{
	bool lost = rd_kafka_assignment_lost(sink->consumer);
	rd_kafka_error_t *error;

	cw_sink_drop_messages(sink, partitions);
	if (!lost)
		finish(sink);
	drop_waiting(sink, partitions); /* only now: the mark of the commit is before the dead letters of what waits */
	cw_sink_forget(sink, partitions);
	disown(sink, partitions);
	cw_owned_remove(sink->task->owned, partitions);
	tell_revoked(sink, partitions, lost);
	/* librdkafka would keep them paused, also when they come back later; those of a run that has an end may be one by one. */
	if (sink->partitions_paused || sink->bounded)
		rd_kafka_resume_partitions(sink->consumer, partitions);
	error = rd_kafka_incremental_unassign(sink->consumer, partitions);
	if (error) {
		log_error(&sink->scope, "partitions cannot be given up: %s", rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
	}
}

void cw_sink_on_rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *partitions,
			  void *opaque)
{
	struct cw_sink *sink = opaque;

	switch (what) {
	case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
		log_info(&sink->scope, "%d partition(s) assigned", partitions->cnt);
		if (sink->joining)
			cw_sink_expect_orphans(sink);
		sink->joining = sink->joining_again = false;
		take_over(sink, partitions);
		break;
	case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
		log_info(&sink->scope, "%d partition(s) %s", partitions->cnt,
			 rd_kafka_assignment_lost(consumer) ? "lost" : "revoked");
		sink->joining_again = rd_kafka_assignment_lost(consumer);
		give_up(sink, partitions);
		break;
	default:
		log_error(&sink->scope, "rebalance failed: %s", rd_kafka_err2str(what));
		rd_kafka_assign(consumer, NULL);
		return;
	}
	cw_fetch_waker_assign(sink->waker, sink->safe.list);
	cw_metric_set(sink->partitions, sink->safe.list->cnt);
	sink->next_tick_ms = 0;
}
