#include "host/bounds.h"

/* The element's opaque tells that the partition is read. */
static int read_mark;

void cw_bounds_init(struct cw_bounds *bounds)
{
	pthread_mutex_init(&bounds->lock, NULL);
	bounds->ends = NULL;
}

void cw_bounds_free(struct cw_bounds *bounds)
{
	if (bounds->ends)
		rd_kafka_topic_partition_list_destroy(bounds->ends);
	pthread_mutex_destroy(&bounds->lock);
}

bool cw_bounds_are_set(struct cw_bounds *bounds)
{
	bool set;

	pthread_mutex_lock(&bounds->lock);
	set = bounds->ends != NULL;
	pthread_mutex_unlock(&bounds->lock);
	return set;
}

void cw_bounds_set(struct cw_bounds *bounds, const rd_kafka_topic_partition_list_t *ends)
{
	pthread_mutex_lock(&bounds->lock);
	if (!bounds->ends)
		bounds->ends = rd_kafka_topic_partition_list_copy(ends);
	pthread_mutex_unlock(&bounds->lock);
}

/* With the lock held; NULL: it is not part of the run. */
static rd_kafka_topic_partition_t *find(struct cw_bounds *bounds, const char *topic, int32_t partition)
{
	return bounds->ends ? rd_kafka_topic_partition_list_find(bounds->ends, topic, partition) : NULL;
}

bool cw_bounds_take(struct cw_bounds *bounds, const char *topic, int32_t partition, int64_t offset)
{
	rd_kafka_topic_partition_t *end;
	bool takes;

	pthread_mutex_lock(&bounds->lock);
	end = find(bounds, topic, partition);
	takes = end && offset < end->offset;
	if (end && !takes)
		end->opaque = &read_mark;
	pthread_mutex_unlock(&bounds->lock);
	return takes;
}

void cw_bounds_at_end(struct cw_bounds *bounds, const char *topic, int32_t partition, int64_t offset)
{
	rd_kafka_topic_partition_t *end;

	pthread_mutex_lock(&bounds->lock);
	end = find(bounds, topic, partition);
	if (end && offset >= end->offset)
		end->opaque = &read_mark;
	pthread_mutex_unlock(&bounds->lock);
}

void cw_bounds_assigned(struct cw_bounds *bounds, const rd_kafka_topic_partition_list_t *partitions)
{
	pthread_mutex_lock(&bounds->lock);
	for (int i = 0; i < partitions->cnt; i++) {
		rd_kafka_topic_partition_t *end = find(bounds, partitions->elems[i].topic, partitions->elems[i].partition);

		if (end)
			end->opaque = NULL;
	}
	pthread_mutex_unlock(&bounds->lock);
}

bool cw_bounds_are_reached(struct cw_bounds *bounds)
{
	bool reached;

	pthread_mutex_lock(&bounds->lock);
	reached = bounds->ends != NULL;
	for (int i = 0; reached && i < bounds->ends->cnt; i++)
		reached = bounds->ends->elems[i].opaque != NULL;
	pthread_mutex_unlock(&bounds->lock);
	return reached;
}
