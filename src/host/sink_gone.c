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
#include "kafka/client.h"
#include "kafka/list_offsets.h"
#include "kafka/partitions.h"

#define LOOK_MS 5000
#define ASK_TIMEOUT_MS 1500
/* For the ends, while the task does nothing else; beyond the answer to a request for records, behind which theirs is. */
#define ASK_ENDS_TIMEOUT_MS 500
#define ASK_ENDS_TIMEOUT_MAX_MS 3000
#define FETCH_WAIT_MS 500 /* as librdkafka has it */

/* Whether the task waits for an end of this partition that may be further than the partition goes. */
static bool is_waited_for(const struct cw_sink *sink, const rd_kafka_topic_partition_t *left)
{
	int64_t seen = cw_positions_of(&sink->seen, left->topic, left->partition);

	return seen >= 0 && seen < left->offset && !cw_sink_end_is_named(sink, left);
}

static int ask_ends_timeout_ms(const struct cw_sink *sink)
{
	int64_t ms = cw_client_number(rd_kafka_conf(sink->consumer), "fetch.wait.max.ms", FETCH_WAIT_MS) + ASK_ENDS_TIMEOUT_MS;

	return (int)(ms < ASK_ENDS_TIMEOUT_MAX_MS ? ms : ASK_ENDS_TIMEOUT_MAX_MS);
}

/* Adds those that end before they were to, with where they do; and those that no leader tells of now, with an error. */
static void add_cut(const struct cw_sink *sink, rd_kafka_topic_partition_list_t *asked,
		    rd_kafka_topic_partition_list_t *lost)
{
	rd_kafka_resp_err_t error = cw_list_offsets_once(sink->consumer, asked, RD_KAFKA_OFFSET_END, ask_ends_timeout_ms(sink));

	for (int i = 0; i < asked->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &asked->elems[i];
		rd_kafka_topic_partition_t *added;

		if (!error && !p->err && p->offset >= cw_bounds_end(sink->task->bounds, p->topic, p->partition))
			continue;
		added = rd_kafka_topic_partition_list_add(lost, p->topic, p->partition);
		added->err = error ? error : p->err;
		added->offset = p->offset;
	}
}

/*
 * Those whose end will not come, with where they end now, or -1 when they are not there, or with an error, when that is not
 * known; new. NULL: it is not known of any.
 */
static rd_kafka_topic_partition_list_t *find_lost(const struct cw_sink *sink,
						  const rd_kafka_topic_partition_list_t *left)
{
	const struct cw_connector_config *config = &sink->task->framework;
	struct cw_kafka_asking asking = { sink->consumer, ASK_TIMEOUT_MS, &sink->task->stop };
	rd_kafka_topic_partition_list_t *there = rd_kafka_topic_partition_list_new(8);
	rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_new(8);
	rd_kafka_topic_partition_list_t *lost = NULL;
	struct cw_error err = { 0 };

	if (cw_partitions_of_topics(&asking, &config->topics, config->topics_regex, there, &err) == 0) {
		lost = rd_kafka_topic_partition_list_new(8);
		for (int i = 0; i < left->cnt; i++) {
			const rd_kafka_topic_partition_t *p = &left->elems[i];

			if (!rd_kafka_topic_partition_list_find(there, p->topic, p->partition))
				rd_kafka_topic_partition_list_add(lost, p->topic, p->partition)->offset = -1;
			else if (is_waited_for(sink, p))
				rd_kafka_topic_partition_list_add(asked, p->topic, p->partition);
		}
		add_cut(sink, asked, lost);
	}
	rd_kafka_topic_partition_list_destroy(there);
	rd_kafka_topic_partition_list_destroy(asked);
	return lost;
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

/* What was found this time; of those of which nothing is known, what was before. */
static rd_kafka_topic_partition_list_t *sightings(const struct cw_sink *sink, const rd_kafka_topic_partition_list_t *lost)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);

	for (int i = 0; i < lost->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &lost->elems[i];

		if (p->err && sink->lost)
			p = rd_kafka_topic_partition_list_find(sink->lost, p->topic, p->partition);
		if (p && !p->err)
			rd_kafka_topic_partition_list_add(list, p->topic, p->partition)->offset = p->offset;
	}
	return list;
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

	if (!sink->bounded || sink->waiting.first || sink->given.first || now_ms < sink->look_for_lost_ms ||
	    cw_task_stopping(sink->task))
		return;
	left = cw_bounds_left(sink->task->bounds);
	lost = left->cnt > 0 && sink->look_for_lost_ms > 0 ? find_lost(sink, left) : NULL;
	rd_kafka_topic_partition_list_destroy(left);
	for (int i = 0; lost && sink->lost && i < lost->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &lost->elems[i];
		const rd_kafka_topic_partition_t *before =
			rd_kafka_topic_partition_list_find(sink->lost, p->topic, p->partition);

		if (!p->err && before && before->offset == p->offset)
			give_up(sink, p);
	}
	if (lost) {
		remember(sink, sightings(sink, lost));
		rd_kafka_topic_partition_list_destroy(lost);
	}
	sink->look_for_lost_ms = cw_clock_ms() + LOOK_MS;
}

void cw_sink_free_lost(struct cw_sink *sink)
{
	remember(sink, NULL);
}
