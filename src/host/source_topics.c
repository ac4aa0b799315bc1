/* The topics that a source writes to: their handles, and how many partitions they have. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/source.h"
#include "kafka/client.h"

#define METADATA_TIMEOUT_MS 5000
/* Nothing is sent meanwhile: when the number is known, and only may have changed, a broker that hangs is not waited for. */
#define AGAIN_TIMEOUT_MS 250
#define PARTITIONS_AGE_MS 60000
#define PARTITIONS_RETRY_MS 1000
#define NEW_TOPIC_TRIES 10
#define NEW_TOPIC_PAUSE_MS 20

/*
 * How many partitions the topic has. Kafka may not tell (yet): then librdkafka's partitioner chooses, and
 * keeps the records until it knows.
 */
void cw_source_look_at_partitions(struct cw_source *source, struct cw_source_topic *t)
{
	const rd_kafka_metadata_t *md;
	int64_t now_ms = cw_clock_ms();
	int32_t n = 0;

	/* The handle is another one's when the offsets of transactions go to the same topic. */
	if (now_ms < t->partitions_due_ms || rd_kafka_topic_opaque(t->topic) != t)
		return;
	md = cw_client_metadata(source->producer, t->topic,
				now_ms + (t->lanes.n > 0 ? AGAIN_TIMEOUT_MS : METADATA_TIMEOUT_MS), &source->task->stop);
	if (md) {
		n = md->topic_cnt == 1 && !md->topics[0].err ? md->topics[0].partition_cnt : 0;
		rd_kafka_metadata_destroy(md);
	}
	if (n > 0)
		cw_lanes_resize(&t->lanes, n);
	t->partitions_due_ms = cw_clock_ms() + (n > 0 ? PARTITIONS_AGE_MS : PARTITIONS_RETRY_MS);
}

static void free_topic(struct cw_source_topic *t)
{
	cw_lanes_free(&t->lanes);
	free(t->name);
	free(t);
}

static struct cw_source_topic *new_topic(struct cw_source *source, struct cw_slice name, struct cw_error *err)
{
	rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(source->producer);
	struct cw_source_topic *t = cw_alloc(sizeof(*t));

	t->name = cw_strndup(name.p, name.n);
	t->n = name.n;
	cw_lanes_init(&t->lanes, &source->lane_limits);
	rd_kafka_topic_conf_set_opaque(conf, t);
	t->topic = rd_kafka_topic_new(source->producer, t->name, conf);
	if (t->topic) {
		/* A topic that was made just now, perhaps by this very question, is known to the broker a moment later. */
		for (int i = 0; i < NEW_TOPIC_TRIES && t->lanes.n == 0 && !cw_task_stopping(source->task); i++) {
			if (i > 0)
				cw_task_sleep(source->task, NEW_TOPIC_PAUSE_MS);
			t->partitions_due_ms = 0;
			cw_source_look_at_partitions(source, t);
		}
		return t;
	}
	cw_error_set(err, CW_ERR_FATAL, "topic %s: %s", t->name, rd_kafka_err2str(rd_kafka_last_error()));
	rd_kafka_topic_conf_destroy(conf);
	free_topic(t);
	return NULL;
}

struct cw_source_topic *cw_source_find_topic(struct cw_source *source, struct cw_slice name, struct cw_error *err)
{
	struct cw_source_topic *t, **link = &source->topics;

	for (; (t = *link) != NULL; link = &t->next)
		if (t->n == name.n && memcmp(t->name, name.p, name.n) == 0)
			break;
	if (t) {
		*link = t->next;
	} else if (name.n == 0) {
		cw_error_set(err, CW_ERR_FATAL, "the connector gave a record without a topic");
		return NULL;
	} else if (!(t = new_topic(source, name, err))) {
		return NULL;
	}
	t->next = source->topics;
	source->topics = t;
	return t;
}

void cw_source_free_topics(struct cw_source *source)
{
	struct cw_source_topic *t, *next;

	for (t = source->topics; t; t = next) {
		next = t->next;
		rd_kafka_topic_destroy(t->topic);
		free_topic(t);
	}
	source->topics = NULL;
}
