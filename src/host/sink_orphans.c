/*
 * Partitions that nobody in the group has, although nothing is changing hands.
 *
 * Partitions go from member to member in two steps: the one gives them up, and when the group forms again the other gets
 * them. Members with names of their own that die between the steps come back into the group as it was: Kafka gives each
 * what it had, and no second step follows. So each task looks, once it has its partitions, whether all are somebody's. If
 * not, it leaves the group and joins it anew, so that all of it forms again; one that has partitions leaves that to one
 * that has none, at first.
 *
 * Most often the tasks of this process have all that there are, and Kafka need not be asked.
 */
#include "base/clock.h"
#include "host/sink.h"
#include "kafka/assigned.h"
#include "kafka/partitions.h"

/* What is changing hands when the task gets partitions is often over by then. */
#define FIRST_LOOK_MS 500
#define LAST_LOOK_MS 60000
/* For each answer, while the task does nothing else; it comes after that to a request for records (fetch.wait.max.ms). */
#define ASK_TIMEOUT_MS 1500
#define METADATA_TIMEOUT_MS 5000

/* New; NULL: Kafka does not say. */
static rd_kafka_topic_partition_list_t *ask_partitions(struct cw_sink *sink, int timeout_ms)
{
	const struct cw_connector_config *config = &sink->task->framework;
	struct cw_kafka_asking asking = { sink->consumer, timeout_ms, &sink->task->stop };
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(8);
	struct cw_error err = { 0 };

	if (cw_partitions_of_topics(&asking, &config->topics, config->topics_regex, all, &err) == 0)
		return all;
	rd_kafka_topic_partition_list_destroy(all);
	return NULL;
}

void cw_sink_learn_partitions(struct cw_sink *sink)
{
	sink->partitions_there = ask_partitions(sink, METADATA_TIMEOUT_MS);
}

void cw_sink_expect_orphans(struct cw_sink *sink)
{
	sink->look_again_ms = FIRST_LOOK_MS;
	sink->orphans_ms = cw_clock_ms() + FIRST_LOOK_MS;
}

/* 1: there is one, and it was said; 0: there is none; -1: Kafka does not say. */
static int ask(struct cw_sink *sink)
{
	rd_kafka_topic_partition_list_t *all = ask_partitions(sink, ASK_TIMEOUT_MS), *assigned = NULL;
	const rd_kafka_topic_partition_t *orphan = NULL;
	struct cw_error err = { 0 };
	char group[512] = "";
	size_t size = sizeof(group);
	int found = -1;

	rd_kafka_conf_get(rd_kafka_conf(sink->consumer), "group.id", group, &size);
	if (all)
		assigned = cw_group_assigned(sink->consumer, group, ASK_TIMEOUT_MS, &err);
	if (assigned) {
		orphan = cw_partitions_first_missing(all, assigned);
		found = orphan != NULL;
	} else {
		log_debug(&sink->scope, "whether all partitions are somebody's is not known yet: %s",
			  all ? err.text : "Kafka does not say which there are");
	}
	if (orphan)
		log_info(&sink->scope, "partition %d of topic %s is nobody's in the group %s, as after a sudden end amid a "
			 "rebalance: the group has to form again", (int)orphan->partition, orphan->topic, group);
	if (assigned)
		rd_kafka_topic_partition_list_destroy(assigned);
	if (all)
		rd_kafka_topic_partition_list_destroy(all);
	return found;
}

void cw_sink_look_for_orphans(struct cw_sink *sink, int64_t now_ms)
{
	int found;

	if (sink->orphans_ms == 0 || now_ms < sink->orphans_ms)
		return;
	if (cw_coordinator_state(sink->coordinator) == CW_COORDINATOR_SILENT) { /* it would be waited for in vain */
		sink->orphans_ms = now_ms + sink->look_again_ms;
		return;
	}
	found = sink->partitions_there && cw_owned_has_all(sink->task->owned, sink->partitions_there) ? 0 : ask(sink);
	if (found == 0) {
		sink->orphans_ms = 0;
		return;
	}
	if (found > 0 && (sink->safe.list->cnt == 0 || sink->look_again_ms > FIRST_LOOK_MS))
		cw_sink_join_again(sink);
	sink->look_again_ms = sink->look_again_ms * 2 < LAST_LOOK_MS ? sink->look_again_ms * 2 : LAST_LOOK_MS;
	sink->orphans_ms = now_ms + sink->look_again_ms;
}
