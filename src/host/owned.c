#include "host/owned.h"

#include "kafka/partitions.h"

void cw_owned_init(struct cw_owned *owned)
{
	pthread_mutex_init(&owned->lock, NULL);
	owned->list = rd_kafka_topic_partition_list_new(8);
	atomic_init(&owned->formed, false);
}

void cw_owned_free(struct cw_owned *owned)
{
	rd_kafka_topic_partition_list_destroy(owned->list);
	pthread_mutex_destroy(&owned->lock);
}

void cw_owned_add(struct cw_owned *owned, const rd_kafka_topic_partition_list_t *partitions)
{
	pthread_mutex_lock(&owned->lock);
	for (int i = 0; i < partitions->cnt; i++)
		rd_kafka_topic_partition_list_add(owned->list, partitions->elems[i].topic, partitions->elems[i].partition);
	pthread_mutex_unlock(&owned->lock);
	atomic_store(&owned->formed, true);
}

void cw_owned_remove(struct cw_owned *owned, const rd_kafka_topic_partition_list_t *partitions)
{
	pthread_mutex_lock(&owned->lock);
	for (int i = 0; i < partitions->cnt; i++)
		rd_kafka_topic_partition_list_del(owned->list, partitions->elems[i].topic, partitions->elems[i].partition);
	pthread_mutex_unlock(&owned->lock);
}

bool cw_owned_has_all(struct cw_owned *owned, const rd_kafka_topic_partition_list_t *partitions)
{
	bool has;

	pthread_mutex_lock(&owned->lock);
	has = !cw_partitions_first_missing(partitions, owned->list);
	pthread_mutex_unlock(&owned->lock);
	return has;
}
