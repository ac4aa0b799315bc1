/*
 * groups - the committed offsets of consumer groups, read and altered from outside.
 *
 * Each function makes requests through a client of the caller's and waits for the answers, at most timeout_ms.
 * Errors: CW_ERR_INVALID what was asked for cannot be (an unknown topic), CW_ERR_CONFLICT the group has members,
 * CW_ERR_RETRIABLE the brokers did not answer in time, CW_ERR_FATAL anything else.
 */
#ifndef CW_KAFKA_GROUPS_H
#define CW_KAFKA_GROUPS_H

#include <librdkafka/rdkafka.h>

#include "connect-worker/connector.h"

/* All that the group has committed, sorted; empty when there is no such group. New; NULL with *err. */
rd_kafka_topic_partition_list_t *cw_group_offsets(rd_kafka_t *client, const char *group, int timeout_ms,
						  struct cw_error *err);

/* Commits these offsets for a group without members; RD_KAFKA_OFFSET_INVALID deletes the partition's. 0 or -1. */
int cw_group_alter_offsets(rd_kafka_t *client, const char *group, const rd_kafka_topic_partition_list_t *offsets,
			   int timeout_ms, struct cw_error *err);

/* Deletes a group without members; one that is not there is no error. 0 or -1. */
int cw_group_delete(rd_kafka_t *client, const char *group, int timeout_ms, struct cw_error *err);

#endif
