/*
 * partitions - the partitions that topics have, and the offsets that a time has in them.
 *
 * Each function asks through a client of the caller's. Errors are CW_ERR_RETRIABLE: the brokers do not answer, or not
 * with an offset; or CW_ERR_FATAL: they never will, such as of a topic that one may not see.
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

/*
 * Adds the partitions of these topics, none of one that there is not, and of every topic whose whole name fits the
 * pattern, each with RD_KAFKA_OFFSET_END. As librdkafka takes topics.regex, a POSIX extended expression; NULL and "" fit
 * none. A broker that has just started may say of a topic that it is not there, and then that it is. 0 or -1.
 */
int cw_partitions_of_topics(const struct cw_kafka_asking *asking, const struct cw_list *topics, const char *pattern,
			    rd_kafka_topic_partition_list_t *list, struct cw_error *err);

/* The first of the partitions that is not among the others, of the list's; NULL: all are. */
const rd_kafka_topic_partition_t *cw_partitions_first_missing(const rd_kafka_topic_partition_list_t *partitions,
							      const rd_kafka_topic_partition_list_t *among);

/* Sets each offset to that of the first record of this time or later; where there is none, RD_KAFKA_OFFSET_END. */
int cw_partitions_set_time(const struct cw_kafka_asking *asking, int64_t epoch_ms,
			   rd_kafka_topic_partition_list_t *list, struct cw_error *err);
/* Replaces each RD_KAFKA_OFFSET_END with the partition's end as it is now. */
int cw_partitions_set_ends(const struct cw_kafka_asking *asking, rd_kafka_topic_partition_list_t *list,
			   struct cw_error *err);

#endif
