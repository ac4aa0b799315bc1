/*
 * offsets_topic - source offsets that live in Kafka, in Kafka Connect's own format: a compacted topic with
 * key ["CONNECTOR",{partition}] and value {offset}, or null for none.
 */
#ifndef CW_KAFKA_OFFSETS_TOPIC_H
#define CW_KAFKA_OFFSETS_TOPIC_H

#include <stdatomic.h>
#include <stdbool.h>

#include <jansson.h>

#include "base/log.h"
#include "base/map.h"
#include "config/worker_config.h"
#include "kafka/create_topic.h"

struct rd_kafka_s;

/* Creates the topic when there is none, as cw_topic_create() does. */
int cw_offsets_topic_create(struct rd_kafka_s *client, const char *topic, const struct cw_topic_maker *maker,
			    struct cw_error *err);

struct cw_offsets_reading {
	const struct cw_worker_config *worker;
	const struct cw_map *connector; /* its config */
	const char *name, *topic;
	const struct cw_log_scope *scope; /* of log lines */
	int64_t timeout_ms;
	const _Atomic bool *stop; /* ends the waiting early; NULL: nothing does */
	bool may_be_missing;      /* a topic that is not there has no offsets: for those who only look */
};

/*
 * Reads the topic to where it ends now, committed records only: [[partition,offset]…] of this connector, the last
 * of each partition (new). It waits for transactions that are open: committed records behind them are not shown before
 * those are over. *keys (NULL: not asked for) is then [[partition of the topic,key]…] (new) of all that have a value: a
 * source partition has several when others wrote it with its members in another order, or the topic got more partitions.
 * NULL with *err set (CW_ERR_RETRIABLE when it may succeed later).
 */
json_t *cw_offsets_topic_read(const struct cw_offsets_reading *reading, json_t **keys, struct cw_error *err);

/* The key of a partition, given as compact JSON. New. */
char *cw_offsets_topic_key(const char *connector, const char *partition_json);

#endif
