/*
 * owned - the partitions that the tasks of a sink in this process have. Any thread.
 */
#ifndef CW_HOST_OWNED_H
#define CW_HOST_OWNED_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct cw_owned {
	pthread_mutex_t lock;
	rd_kafka_topic_partition_list_t *list; /* lock; two tasks may have the same one for a moment */
	_Atomic bool formed; /* the group has given a task its partitions, be it none */
};

void cw_owned_init(struct cw_owned *owned);
void cw_owned_free(struct cw_owned *owned);
void cw_owned_add(struct cw_owned *owned, const rd_kafka_topic_partition_list_t *partitions);
void cw_owned_remove(struct cw_owned *owned, const rd_kafka_topic_partition_list_t *partitions);
bool cw_owned_has_all(struct cw_owned *owned, const rd_kafka_topic_partition_list_t *partitions);

#endif
