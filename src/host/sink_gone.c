/*
 * Ends of a bounded run that will not come: of a topic that was deleted while the run went on, or made again and is
 * shorter. What is gone cannot be written, and the run would wait for it for ever.
 *
 * Only a task that has nothing else to do looks, and believes what it has seen twice, some seconds apart: brokers that
 * have just started, or come to lead a partition, may know less for a moment than they did.
 */
#include "base/clock.h"
#include "config/run_until.h"
#include "host/sink.h"
#include "kafka/partitions.h"

#define LOOK_MS 5000
#define ASK_TIMEOUT_MS 1500

/* Whether the end of a partition that the task has is further than the partition goes, and where it does end. */
static bool is_cut(const struct cw_sink *sink, const struct cw_kafka_asking *asking,
		   const rd_kafka_topic_partition_t *left, int64_t *end)
{
	rd_kafka_topic_partition_list_t *one;
	struct cw_error err = { 0 };
	bool cut;

	if (cw_positions_of(&sink->seen, left->topic, left->partition) < 0 || cw_sink_end_is_named(sink, left))
		return false;
	one = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(one, left->topic, left->partition)->offset = RD_KAFKA_OFFSET_END;
	cut = cw_partitions_set_ends(asking, one, &err) == 0 && one->elems[0].offset < left->offset;
	*end = one->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(one);
	return cut;
}

/* Those whose end will not come, with where they end now, or -1 when they are not there; new. NULL: it is not known. */
static rd_kafka_topic_partition_list_t *find_lost(const struct cw_sink *sink,
						  const rd_kafka_topic_partition_list_t *left)
{
	const struct cw_connector_config *config = &sink->task->framework;
	struct cw_kafka_asking asking = { sink->consumer, ASK_TIMEOUT_MS, &sink->task->stop };
	rd_kafka_topic_partition_list_t *there = rd_kafka_topic_partition_list_new(8);
	rd_kafka_topic_partition_list_t *lost = rd_kafka_topic_partition_list_new(8);
	struct cw_error err = { 0 };
	bool known = cw_partitions_of_topics(&asking, &config->topics, config->topics_regex, there, &err) == 0;

	for (int i = 0; known && i < left->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &left->elems[i];
		int64_t end = -1;

		if (!rd_kafka_topic_partition_list_find(there, p->topic, p->partition) ||
		    is_cut(sink, &asking, p, &end))
			rd_kafka_topic_partition_list_add(lost, p->topic, p->partition)->offset = end;
	}
	rd_kafka_topic_partition_list_destroy(there);
	if (known)
		return lost;
	rd_kafka_topic_partition_list_destroy(lost);
	return NULL;
}

static void give_up(struct cw_sink *sink, const rd_kafka_topic_partition_t *lost)
{
	struct cw_bounds *bounds = sink->task->bounds;

	if (lost->offset < 0) {
		log_warn(&sink->scope, "partition %d of topic %s is gone: the run goes on without the rest of it",
			 (int)lost->partition, lost->topic);
		cw_bounds_done(bounds, lost->topic, lost->partition);
		return;
	}
	log_warn(&sink->scope, "partition %d of topic %s ends at offset %lld, as a topic may that is made again, and "
		 "not at %lld any more: the run ends there", (int)lost->partition, lost->topic, (long long)lost->offset,
		 (long long)cw_bounds_end(bounds, lost->topic, lost->partition));
	cw_bounds_cut(bounds, lost->topic, lost->partition, lost->offset);
}

static void remember(struct cw_sink *sink, rd_kafka_topic_partition_list_t *lost)
{
	if (sink->lost)
		rd_kafka_topic_partition_list_destroy(sink->lost);
	sink->lost = lost;
}

void cw_sink_look_for_lost_ends(struct cw_sink *sink, int64_t now_ms)
{
	rd_kafka_topic_partition_list_t *left, *lost;

	if (!sink->bounded || sink->waiting.first || sink->given.first || now_ms < sink->look_for_lost_ms)
		return;
	left = cw_bounds_left(sink->task->bounds);
	lost = left->cnt > 0 && sink->look_for_lost_ms > 0 ? find_lost(sink, left) : NULL;
	rd_kafka_topic_partition_list_destroy(left);
	for (int i = 0; lost && sink->lost && i < lost->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &lost->elems[i];
		const rd_kafka_topic_partition_t *before =
			rd_kafka_topic_partition_list_find(sink->lost, p->topic, p->partition);

		if (before && before->offset == p->offset)
			give_up(sink, p);
	}
	remember(sink, lost);
	sink->look_for_lost_ms = cw_clock_ms() + LOOK_MS;
}

void cw_sink_free_lost(struct cw_sink *sink)
{
	remember(sink, NULL);
}
