/*
 * assigned - which partitions the members of a consumer group have.
 */
#ifndef CW_KAFKA_ASSIGNED_H
#define CW_KAFKA_ASSIGNED_H

#include <librdkafka/rdkafka.h>

#include "connect-worker/connector.h"

/*
 * All of them; new. Asks through a client of the caller's and waits for the answer, at most timeout_ms. NULL with
 * *err, which is CW_ERR_RETRIABLE, as partitions that are changing hands are.
 */
rd_kafka_topic_partition_list_t *cw_group_assigned(rd_kafka_t *client, const char *group, int timeout_ms,
						   struct cw_error *err);

/*
 * Adds the partitions of one member, as Kafka keeps them: ConsumerProtocolAssignment of Kafka's message definitions. No
 * bytes are no partitions. 0, or -1 when the bytes are something else.
 */
int cw_assigned_parse(const void *bytes, size_t n, rd_kafka_topic_partition_list_t *list);

#endif
