/*
 * bounds - where a bounded run of a sink ends: an offset in each Kafka partition, the same for all tasks of the
 * connector, and which partitions are done. That is said of one only when what it holds before its end is written and
 * committed, so it stays true whatever becomes of the task, and whoever has the partition next.
 *
 * Shared by the tasks' threads, each of which has a reference; every function takes the lock. The next run of the same
 * tasks has bounds of its own.
 */
#ifndef CW_HOST_BOUNDS_H
#define CW_HOST_BOUNDS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

struct cw_bounds;

struct cw_bounds *cw_bounds_new(void); /* with one reference */
struct cw_bounds *cw_bounds_ref(struct cw_bounds *bounds); /* the same */
void cw_bounds_unref(struct cw_bounds *bounds); /* NULL: nothing happens */

/* Whether the ends are set. Who finds that they are not, asks for them and sets them; the first one wins. */
bool cw_bounds_are_set(struct cw_bounds *bounds);
void cw_bounds_set(struct cw_bounds *bounds, const rd_kafka_topic_partition_list_t *ends);

/* The offset of the first record that is not part of the run; -1: the partition is not part of it. */
int64_t cw_bounds_end(struct cw_bounds *bounds, const char *topic, int32_t partition);
/* Every record before the end is written or has ended otherwise, and the group has its offset. */
void cw_bounds_done(struct cw_bounds *bounds, const char *topic, int32_t partition);
/* The end is before where it was to be. */
void cw_bounds_cut(struct cw_bounds *bounds, const char *topic, int32_t partition, int64_t end);
/* The partitions that are not done, with their ends; new. */
rd_kafka_topic_partition_list_t *cw_bounds_left(struct cw_bounds *bounds);
/* Whether every partition is done: the run is over. */
bool cw_bounds_are_reached(struct cw_bounds *bounds);

#endif
