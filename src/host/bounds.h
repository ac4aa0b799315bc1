/*
 * bounds - where a bounded run of a sink ends: an offset in each Kafka partition, the same for all tasks of the
 * connector, and whether the tasks have come that far.
 *
 * Shared by the tasks' threads; every function takes the lock.
 */
#ifndef CW_HOST_BOUNDS_H
#define CW_HOST_BOUNDS_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdbool.h>

struct cw_bounds {
	pthread_mutex_t lock;
	rd_kafka_topic_partition_list_t *ends; /* NULL: not known yet; offset: the end */
};

void cw_bounds_init(struct cw_bounds *bounds);
void cw_bounds_free(struct cw_bounds *bounds);

/* Whether the ends are set. Who finds that they are not, asks for them and sets them; the first one wins. */
bool cw_bounds_are_set(struct cw_bounds *bounds);
void cw_bounds_set(struct cw_bounds *bounds, const rd_kafka_topic_partition_list_t *ends);

/* Whether a record is part of the run. One that lies behind the end says that its partition is read. */
bool cw_bounds_take(struct cw_bounds *bounds, const char *topic, int32_t partition, int64_t offset);
/* The partition has nothing at or behind this offset. */
void cw_bounds_at_end(struct cw_bounds *bounds, const char *topic, int32_t partition, int64_t offset);
/* Somebody else reads them from now on, from where is committed: it will say when they are read. */
void cw_bounds_assigned(struct cw_bounds *bounds, const rd_kafka_topic_partition_list_t *partitions);
/* Whether every partition is read to its end. */
bool cw_bounds_are_reached(struct cw_bounds *bounds);

#endif
