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

/*
 * Reads the topic to where it ends now, committed records only: [[partition,offset]…] of this connector, the last
 * of each partition (new). It waits for transactions that are open: committed records behind them are not shown before
 * those are over; *stop (NULL: none) ends the waiting early. NULL with *err set (CW_ERR_RETRIABLE when it may succeed later). `scope` is
 * for log lines.
 */
json_t *cw_offsets_topic_read(const struct cw_worker_config *worker, const struct cw_map *connector,
			      const char *name, const char *topic, const struct cw_log_scope *scope, int64_t timeout_ms,
			      const _Atomic bool *stop, struct cw_error *err);

/* The key of a partition, given as compact JSON. New. */
char *cw_offsets_topic_key(const char *connector, const char *partition_json);

#endif
