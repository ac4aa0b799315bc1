/*
 * partitions - the partitions that topics have, and the offsets that a time has in them.
 *
 * Each function asks through a client of the caller's. Errors are CW_ERR_RETRIABLE: the brokers do not answer, or not
 * with an offset.
 */
#ifndef CW_KAFKA_PARTITIONS_H
#define CW_KAFKA_PARTITIONS_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "connect-worker/connector.h"

struct cw_kafka_asking {
	rd_kafka_t *client;
	int timeout_ms;		  /* for each answer */
	const _Atomic bool *stop; /* true: waiting ends soon; NULL: it does not */
};

/* Adds the topic's partitions, none when there is no such topic, each with RD_KAFKA_OFFSET_END. 0 or -1. */
int cw_partitions_of_topic(const struct cw_kafka_asking *asking, const char *topic,
			   rd_kafka_topic_partition_list_t *list, struct cw_error *err);
/* The same for every topic whose whole name fits; as librdkafka takes topics.regex, a POSIX extended expression. */
int cw_partitions_matching(const struct cw_kafka_asking *asking, const char *pattern,
			   rd_kafka_topic_partition_list_t *list, struct cw_error *err);

/* Sets each offset to that of the first record of this time or later; where there is none, RD_KAFKA_OFFSET_END. */
int cw_partitions_set_time(const struct cw_kafka_asking *asking, int64_t epoch_ms,
			   rd_kafka_topic_partition_list_t *list, struct cw_error *err);
/* Replaces each RD_KAFKA_OFFSET_END with the partition's end as it is now. */
int cw_partitions_set_ends(const struct cw_kafka_asking *asking, rd_kafka_topic_partition_list_t *list,
			   struct cw_error *err);

#endif
