/*
 * positions - how far a sink is: for each Kafka partition the next offset after what may be committed, or was received.
 *
 * Pure. Only partitions that are assigned are kept, so that a batch that completes after its partition
 * was given to somebody else cannot move that consumer's offset. Belongs to one thread.
 */
#ifndef CW_HOST_POSITIONS_H
#define CW_HOST_POSITIONS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

struct cw_positions {
	rd_kafka_topic_partition_list_t *list; /* offset: next to commit, or RD_KAFKA_OFFSET_INVALID */
};

void cw_positions_init(struct cw_positions *positions);
void cw_positions_assign(struct cw_positions *positions, const rd_kafka_topic_partition_list_t *added);
void cw_positions_revoke(struct cw_positions *positions, const rd_kafka_topic_partition_list_t *removed);
/* Everything of the partition before next_offset is safe. Nothing happens for one that is not assigned. */
void cw_positions_advance(struct cw_positions *positions, const char *topic, int32_t partition, int64_t next_offset);
/* The next offset of a partition; less than 0: nothing is known of it. */
int64_t cw_positions_of(const struct cw_positions *positions, const char *topic, int32_t partition);
/* Whether anything was advanced since cw_positions_take(). */
bool cw_positions_any(const struct cw_positions *positions);
/* What was advanced since the last call, as a new list; NULL when that is nothing. */
rd_kafka_topic_partition_list_t *cw_positions_take(struct cw_positions *positions);
/* A commit failed: what it held is to be committed again, where nothing newer is. */
void cw_positions_put_back(struct cw_positions *positions, const rd_kafka_topic_partition_list_t *failed);
void cw_positions_free(struct cw_positions *positions);

#endif
