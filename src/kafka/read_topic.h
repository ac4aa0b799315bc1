/* read_topic - reads a topic to where it ends now, without a group. */
#ifndef CW_KAFKA_READ_TOPIC_H
#define CW_KAFKA_READ_TOPIC_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/log.h"
#include "base/map.h"
#include "config/worker_config.h"

struct cw_topic_reading {
	const struct cw_worker_config *worker;
	const struct cw_map *connector; /* its consumer.override.*; NULL: none */
	const struct cw_log_scope *scope;
	const char *topic, *what; /* what is read, for errors: "the offsets" */
	bool may_be_missing; /* a topic that is not there has no records */
	bool however_long; /* the timeout counts from the newest record, not from the beginning */
	int64_t timeout_ms;
	int64_t deadline_ms;      /* monotonic: not after that either; 0: none */
	const _Atomic bool *stop; /* NULL: none */
	/* Where to begin in a partition whose records are from..end-1; NULL: at from. What is not between them is put there. */
	int64_t (*from)(void *arg, int32_t partition, int64_t first, int64_t end);
	/* Each record, in the order of its partition. Whether to go on. */
	bool (*take)(void *arg, const rd_kafka_message_t *m);
	void *arg;
};

/*
 * Committed records only; it waits for transactions that are open: committed records behind them are not shown before
 * those are over. 0, or -1 with *err set (CW_ERR_RETRIABLE when it may succeed later).
 */
int cw_topic_read(const struct cw_topic_reading *reading, struct cw_error *err);

#endif
