/*
 * Topics that are deleted and made again while a sink reads them: the offsets of the new one begin anew, and those of
 * the old one mean nothing in it.
 *
 * librdkafka sees that a topic is gone when it looks at the right moment. If not, it goes on at the old offset: where
 * the new topic is shorter, it is sent back to the beginning, and offsets go back; where it is longer, the group tells,
 * since Kafka forgets what was committed of a topic when that is deleted.
 */
#include "host/sink.h"

/* For an answer of the group's coordinator, while the task does nothing else. */
#define LOOK_TIMEOUT_MS 200
#define SEEK_TIMEOUT_MS 2000

static rd_kafka_topic_partition_list_t *one_partition(const char *topic, int32_t partition, int64_t offset)
{
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, topic, partition)->offset = offset;
	return one;
}

void cw_sink_look_at_group(struct cw_sink *sink)
{
	rd_kafka_topic_partition_list_t *in_group;

	if (!sink->look_at_group || cw_coordinator_state(sink->coordinator) == CW_COORDINATOR_SILENT)
		return;
	in_group = rd_kafka_topic_partition_list_copy(sink->safe.list);
	if (!rd_kafka_committed(sink->consumer, in_group, LOOK_TIMEOUT_MS)) {
		sink->look_at_group = false;
		for (int i = 0; i < in_group->cnt; i++)
			if (in_group->elems[i].offset >= 0)
				cw_positions_advance(&sink->committed, in_group->elems[i].topic,
						     in_group->elems[i].partition, in_group->elems[i].offset);
	}
	rd_kafka_topic_partition_list_destroy(in_group);
}

void cw_sink_went_back(struct cw_sink *sink, const rd_kafka_message_t *m, int64_t expected)
{
	rd_kafka_topic_partition_list_t *one =
		one_partition(rd_kafka_topic_name(m->rkt), m->partition, RD_KAFKA_OFFSET_INVALID);

	log_warn(&sink->scope, "partition %d of topic %s goes on at offset %lld instead of %lld, as topics do that are "
		 "deleted and made again: its offsets are counted from there", (int)m->partition, one->elems[0].topic,
		 (long long)m->offset, (long long)expected);
	cw_sink_forget(sink, one);
	rd_kafka_topic_partition_list_destroy(one);
}

/* It is not there yet: once it is assigned again, it begins where the group has nothing. */
static bool is_gone(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	       error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

static void read_from_beginning(struct cw_sink *sink, const char *topic, int32_t partition)
{
	rd_kafka_topic_partition_list_t *one = one_partition(topic, partition, RD_KAFKA_OFFSET_BEGINNING);
	rd_kafka_error_t *error;

	log_warn(&sink->scope, "topic %s was deleted: partition %d of the one that is made again is read from its beginning",
		 topic, (int)partition);
	cw_sink_drop_messages(sink, one);
	cw_sink_forget(sink, one);
	error = rd_kafka_seek_partitions(sink->consumer, one, SEEK_TIMEOUT_MS);
	if (error || (one->elems[0].err && !is_gone(one->elems[0].err)))
		cw_error_set(&sink->failure, CW_ERR_RETRIABLE, "topic %s was deleted, and one that is made again cannot be read "
			     "from its beginning before the task starts again: %s", topic,
			     error ? rd_kafka_error_string(error) : rd_kafka_err2str(one->elems[0].err));
	if (error)
		rd_kafka_error_destroy(error);
	rd_kafka_topic_partition_list_destroy(one);
}

void cw_sink_check_offsets(struct cw_sink *sink, rd_kafka_topic_partition_list_t *offsets,
			   const rd_kafka_topic_partition_list_t *in_group)
{
	for (int i = 0; i < in_group->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &in_group->elems[i];

		if (p->err || p->offset >= 0 || cw_positions_of(&sink->committed, p->topic, p->partition) < 0)
			continue;
		rd_kafka_topic_partition_list_del(offsets, p->topic, p->partition);
		read_from_beginning(sink, p->topic, p->partition);
	}
}
