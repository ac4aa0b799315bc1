#include "host/positions.h"

/* The element's opaque tells whether it has to be committed. */
static const int changed_mark;

void cw_positions_init(struct cw_positions *positions)
{
	positions->list = rd_kafka_topic_partition_list_new(8);
}

void cw_positions_assign(struct cw_positions *positions, const rd_kafka_topic_partition_list_t *added)
{
	for (int i = 0; i < added->cnt; i++)
		if (!rd_kafka_topic_partition_list_find(positions->list, added->elems[i].topic,
							added->elems[i].partition))
			rd_kafka_topic_partition_list_add(positions->list, added->elems[i].topic,
							  added->elems[i].partition);
}

void cw_positions_revoke(struct cw_positions *positions, const rd_kafka_topic_partition_list_t *removed)
{
	for (int i = 0; i < removed->cnt; i++)
		rd_kafka_topic_partition_list_del(positions->list, removed->elems[i].topic, removed->elems[i].partition);
}

void cw_positions_advance(struct cw_positions *positions, const char *topic, int32_t partition, int64_t next_offset)
{
	rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_find(positions->list, topic, partition);

	if (!p || (p->offset >= 0 && p->offset >= next_offset))
		return;
	p->offset = next_offset;
	p->opaque = (void *)(uintptr_t)&changed_mark;
}

int64_t cw_positions_of(const struct cw_positions *positions, const char *topic, int32_t partition)
{
	const rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_find(positions->list, topic, partition);

	return p ? p->offset : RD_KAFKA_OFFSET_INVALID;
}

bool cw_positions_any(const struct cw_positions *positions)
{
	for (int i = 0; i < positions->list->cnt; i++)
		if (positions->list->elems[i].opaque)
			return true;
	return false;
}

rd_kafka_topic_partition_list_t *cw_positions_take(struct cw_positions *positions)
{
	rd_kafka_topic_partition_list_t *taken = NULL;

	for (int i = 0; i < positions->list->cnt; i++) {
		rd_kafka_topic_partition_t *p = &positions->list->elems[i];

		if (!p->opaque)
			continue;
		if (!taken)
			taken = rd_kafka_topic_partition_list_new(positions->list->cnt);
		rd_kafka_topic_partition_list_add(taken, p->topic, p->partition)->offset = p->offset;
		p->opaque = NULL;
	}
	return taken;
}

void cw_positions_put_back(struct cw_positions *positions, const rd_kafka_topic_partition_list_t *failed)
{
	for (int i = 0; i < failed->cnt; i++) {
		rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_find(
			positions->list, failed->elems[i].topic, failed->elems[i].partition);

		if (p && p->offset >= failed->elems[i].offset)
			p->opaque = (void *)(uintptr_t)&changed_mark;
	}
}

void cw_positions_free(struct cw_positions *positions)
{
	rd_kafka_topic_partition_list_destroy(positions->list);
}
