#include "host/bounds.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

/* The element's opaque tells that the partition is done. */
static int done_mark;

struct cw_bounds {
	pthread_mutex_t lock;
	unsigned refs;
	rd_kafka_topic_partition_list_t *ends; /* NULL: not known yet; offset: the end */
};

struct cw_bounds *cw_bounds_new(void)
{
	struct cw_bounds *bounds = cw_alloc(sizeof(*bounds));

	pthread_mutex_init(&bounds->lock, NULL);
	bounds->refs = 1;
	return bounds;
}

struct cw_bounds *cw_bounds_ref(struct cw_bounds *bounds)
{
	pthread_mutex_lock(&bounds->lock);
	bounds->refs++;
	pthread_mutex_unlock(&bounds->lock);
	return bounds;
}

void cw_bounds_unref(struct cw_bounds *bounds)
{
	bool last;

	if (!bounds)
		return;
	pthread_mutex_lock(&bounds->lock);
	last = --bounds->refs == 0;
	pthread_mutex_unlock(&bounds->lock);
	if (!last)
		return;
	if (bounds->ends)
		rd_kafka_topic_partition_list_destroy(bounds->ends);
	pthread_mutex_destroy(&bounds->lock);
	free(bounds);
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

int64_t cw_bounds_end(struct cw_bounds *bounds, const char *topic, int32_t partition)
{
	rd_kafka_topic_partition_t *p;
	int64_t end;

	pthread_mutex_lock(&bounds->lock);
	p = find(bounds, topic, partition);
	end = p ? p->offset : -1;
	pthread_mutex_unlock(&bounds->lock);
	return end;
}

void cw_bounds_done(struct cw_bounds *bounds, const char *topic, int32_t partition)
{
	rd_kafka_topic_partition_t *p;

	pthread_mutex_lock(&bounds->lock);
	p = find(bounds, topic, partition);
	if (p)
		p->opaque = &done_mark;
	pthread_mutex_unlock(&bounds->lock);
}

void cw_bounds_cut(struct cw_bounds *bounds, const char *topic, int32_t partition, int64_t end)
{
	rd_kafka_topic_partition_t *p;

	pthread_mutex_lock(&bounds->lock);
	p = find(bounds, topic, partition);
	if (p && end < p->offset)
		p->offset = end;
	pthread_mutex_unlock(&bounds->lock);
}

rd_kafka_topic_partition_list_t *cw_bounds_left(struct cw_bounds *bounds)
{
	rd_kafka_topic_partition_list_t *left = rd_kafka_topic_partition_list_new(8);

	pthread_mutex_lock(&bounds->lock);
	for (int i = 0; bounds->ends && i < bounds->ends->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &bounds->ends->elems[i];

		if (!p->opaque)
			rd_kafka_topic_partition_list_add(left, p->topic, p->partition)->offset = p->offset;
	}
	pthread_mutex_unlock(&bounds->lock);
	return left;
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
