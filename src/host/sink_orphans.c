/*
 * Partitions that nobody in the group has, although nothing is changing hands.
 *
 * Partitions go from member to member in two steps: the one gives them up, and when the group forms again the other gets
 * them. Members with names of their own that die between the steps come back into the group as it was: Kafka gives each
 * what it had, and no second step follows. So each task that has come into its group looks whether all partitions are
 * somebody's. If not, it starts again: it leaves the group and joins it anew, so that all of it forms again.
 *
 * The same is to be seen for a moment when all is well: while a member finishes what it gives up. So a task looks more
 * than once, and one that has partitions itself, which nobody would have meanwhile, waits until that is over for sure.
 * Most often the tasks of this process have all that there are, and Kafka need not be asked.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "host/sink.h"
#include "kafka/assigned.h"
#include "kafka/client.h"
#include "kafka/partitions.h"

/* From look to look twice as long; so many sightings, the last after 1.5 s, or 15.5 s, make sure. */
#define FIRST_LOOK_MS 500
#define LAST_LOOK_MS 60000
#define SIGHTINGS_WITHOUT_PARTITIONS 2
#define SIGHTINGS_WITH_PARTITIONS 5
/* After an answer that did not come. */
#define UNKNOWN_MS 5000
/* Where starting again has not helped so often, somebody else in the group sees other topics than this task. */
#define STARTS_IN_VAIN 5
/* For an answer, while the task does nothing else; it comes after that to a request for records (fetch.wait.max.ms). */
#define ASK_TIMEOUT_MS 1500
#define LEARN_TIMEOUT_MS 5000

void cw_sink_learn_partitions(struct cw_sink *sink)
{
	const struct cw_connector_config *config = &sink->task->framework;
	struct cw_kafka_asking asking = { sink->consumer, LEARN_TIMEOUT_MS, &sink->task->stop };
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(8);
	struct cw_error err = { 0 };

	if (cw_partitions_of_topics(&asking, &config->topics, config->topics_regex, all, &err) == 0)
		sink->partitions_there = all;
	else
		rd_kafka_topic_partition_list_destroy(all);
}

void cw_sink_expect_orphans(struct cw_sink *sink)
{
	if (!sink->partitions_there)
		return;
	sink->orphan_sightings = 0;
	sink->look_again_ms = FIRST_LOOK_MS;
	sink->orphans_ms = cw_clock_ms() + FIRST_LOOK_MS;
}

/* Which partition is nobody's: of sink->partitions_there, or NULL; and whether Kafka has said so. */
static const rd_kafka_topic_partition_t *find_orphan(struct cw_sink *sink, bool *known)
{
	rd_kafka_topic_partition_list_t *assigned;
	const rd_kafka_topic_partition_t *orphan;
	struct cw_error err = { 0 };
	char *group;

	*known = true;
	if (cw_owned_has_all(sink->task->owned, sink->partitions_there))
		return NULL;
	group = cw_client_text(rd_kafka_conf(sink->consumer), "group.id");
	assigned = cw_group_assigned(sink->consumer, group, ASK_TIMEOUT_MS, &err);
	free(group);
	if (!assigned) {
		log_debug(&sink->scope, "whether all partitions are somebody's is not known: %s", err.text);
		*known = false;
		return NULL;
	}
	orphan = cw_partitions_first_missing(sink->partitions_there, assigned);
	rd_kafka_topic_partition_list_destroy(assigned);
	return orphan;
}

/* Whether it is to be believed, and something to be done. */
static bool is_sure(const struct cw_sink *sink)
{
	int enough = sink->safe.list->cnt == 0 ? SIGHTINGS_WITHOUT_PARTITIONS : SIGHTINGS_WITH_PARTITIONS;

	return sink->orphan_sightings >= enough;
}

enum cw_result cw_sink_look_for_orphans(struct cw_sink *sink, int64_t now_ms, struct cw_error *err)
{
	const rd_kafka_topic_partition_t *orphan;
	bool known;

	if (sink->orphans_ms == 0 || now_ms < sink->orphans_ms)
		return CW_OK;
	if (cw_coordinator_state(sink->coordinator) == CW_COORDINATOR_SILENT) { /* it would be waited for in vain */
		cw_coordinator_ask(sink->coordinator, sink->safe.list);
		sink->orphans_ms = now_ms + UNKNOWN_MS;
		return CW_OK;
	}
	orphan = find_orphan(sink, &known);
	if (!known) {
		sink->orphans_ms = now_ms + UNKNOWN_MS;
		return CW_OK;
	}
	if (!orphan) {
		sink->orphans_ms = 0;
		sink->task->starts_in_vain = 0;
		return CW_OK;
	}
	sink->orphan_sightings++;
	sink->look_again_ms = sink->look_again_ms * 2 < LAST_LOOK_MS ? sink->look_again_ms * 2 : LAST_LOOK_MS;
	sink->orphans_ms = now_ms + sink->look_again_ms;
	if (!is_sure(sink))
		return CW_OK;
	if (sink->task->starts_in_vain == STARTS_IN_VAIN) {
		log_warn(&sink->scope, "partition %d of topic %s is nobody's in the consumer group, and that this task has joined "
			 "again %d times has not helped: it is left to the others", (int)orphan->partition, orphan->topic,
			 STARTS_IN_VAIN);
		sink->orphans_ms = 0;
		return CW_OK;
	}
	sink->task->starts_in_vain++;
	cw_error_set(err, CW_ERR_RETRIABLE, "partition %d of topic %s is nobody's in the consumer group, as after a sudden end amid "
		     "a rebalance: the group has to form again", (int)orphan->partition, orphan->topic);
	return CW_RETRY;
}
