/* How many records a sink has not read yet. */
#include "host/sink.h"

/* For an answer of the group's coordinator, while the task does nothing else. */
#define COMMITTED_TIMEOUT_MS 200

static bool all_known(const rd_kafka_topic_partition_list_t *at)
{
	for (int i = 0; i < at->cnt; i++)
		if (at->elems[i].offset < 0)
			return false;
	return true;
}

/*
 * Where the consumer is in its partitions; in those that it has read nothing of yet, such as idle ones after a
 * rebalance, where it has begun: at what is committed. NULL when that is not to be found out now.
 */
static rd_kafka_topic_partition_list_t *positions(struct cw_sink *sink)
{
	rd_kafka_topic_partition_list_t *at = rd_kafka_topic_partition_list_copy(sink->safe.list), *committed;
	bool known;

	rd_kafka_position(sink->consumer, at);
	if (all_known(at))
		return at;
	if (cw_coordinator_state(sink->coordinator) == CW_COORDINATOR_SILENT) { /* it would be waited for in vain */
		rd_kafka_topic_partition_list_destroy(at);
		return NULL;
	}
	committed = rd_kafka_topic_partition_list_copy(at);
	known = rd_kafka_committed(sink->consumer, committed, COMMITTED_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
	for (int i = 0; known && i < at->cnt; i++)
		if (at->elems[i].offset < 0)
			at->elems[i].offset = committed->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(committed);
	if (known)
		return at;
	rd_kafka_topic_partition_list_destroy(at);
	return NULL;
}

void cw_sink_update_lag(struct cw_sink *sink)
{
	rd_kafka_topic_partition_list_t *at;
	int64_t lag = 0;

	if (!cw_sink_lag_is_known(sink)) {
		cw_metric_set(sink->lag, CW_METRIC_UNKNOWN);
		return;
	}
	at = positions(sink);
	if (!at)
		return;
	for (int i = 0; i < at->cnt; i++) {
		int64_t low = 0, high = 0, position = at->elems[i].offset;

		if (rd_kafka_get_watermark_offsets(sink->consumer, at->elems[i].topic, at->elems[i].partition, &low,
						   &high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
		    high < 0)
			continue;
		if (position < 0)
			position = low > 0 ? low : 0;
		if (high > position)
			lag += high - position;
	}
	cw_metric_set(sink->lag, lag + (int64_t)sink->kept.n);
	rd_kafka_topic_partition_list_destroy(at);
}
