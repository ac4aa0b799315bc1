#include "kafka/fetch_waker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/list_offsets.h"

#define FIRST_WITH_BACKOFF 0x02020000
#define REQUEST_TIMEOUT_MS 500 /* which the end may have to wait for */
#define LEADERS_MAX_AGE_MS 30000
/*
 * A fetcher can only be asleep after a queue's worth of records or bytes; waking it more often is of no use.
 * Of large records the queue never holds many.
 */
#define TAKEN_BETWEEN 1000
#define BYTES_BETWEEN (512 << 10)
#define LOW 1500

struct cw_fetch_waker {
	rd_kafka_t *consumer;
	size_t taken, taken_bytes; /* the poking thread's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* guarded by lock */
	bool wanted, ended;
	unsigned generation; /* of assigned */
	rd_kafka_topic_partition_list_t *assigned;
	/* the waker thread's own: one partition of each leader */
	rd_kafka_topic_partition_list_t *leaders;
	unsigned leaders_generation;
	int64_t leaders_ms;
};

void cw_fetch_waker_configure(rd_kafka_conf_t *conf)
{
	char text[256];

	if (rd_kafka_version() >= FIRST_WITH_BACKOFF)
		rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "1", text, sizeof(text));
}

static const rd_kafka_metadata_partition_t *find_partition(const rd_kafka_metadata_t *md, const char *topic, int32_t id)
{
	for (int i = 0; i < md->topic_cnt; i++) {
		if (strcmp(md->topics[i].topic, topic) != 0)
			continue;
		for (int k = 0; k < md->topics[i].partition_cnt; k++)
			if (md->topics[i].partitions[k].id == id)
				return &md->topics[i].partitions[k];
	}
	return NULL;
}

/* Keeps the first partition of each leader; all of them when the leaders are not known. */
static rd_kafka_topic_partition_list_t *one_for_each_leader(rd_kafka_t *consumer,
							    const rd_kafka_topic_partition_list_t *all)
{
	rd_kafka_topic_partition_list_t *result = rd_kafka_topic_partition_list_new(all->cnt);
	const rd_kafka_metadata_t *md = NULL;

	if (rd_kafka_metadata(consumer, 0, NULL, &md, REQUEST_TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
		md = NULL;
	for (int i = 0; i < all->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &all->elems[i];
		const rd_kafka_metadata_partition_t *found = md ? find_partition(md, p->topic, p->partition) : NULL;
		bool seen = false;

		for (int k = 0; found && k < result->cnt && !seen; k++)
			seen = result->elems[k].offset == found->leader; /* offset serves as the leader's id */
		if (!seen)
			rd_kafka_topic_partition_list_add(result, p->topic, p->partition)->offset =
				found ? found->leader : -1000 - i;
	}
	if (md)
		rd_kafka_metadata_destroy(md);
	return result;
}

static void refresh_leaders(struct cw_fetch_waker *w, rd_kafka_topic_partition_list_t *assigned, unsigned generation)
{
	if (w->leaders)
		rd_kafka_topic_partition_list_destroy(w->leaders);
	w->leaders = one_for_each_leader(w->consumer, assigned);
	w->leaders_generation = generation;
	w->leaders_ms = cw_clock_ms();
}

/* Any request would do; what it is told is of no use. */
static void ask_leaders(struct cw_fetch_waker *w)
{
	rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_copy(w->leaders);

	if (cw_list_offsets_once(w->consumer, asked, RD_KAFKA_OFFSET_END, REQUEST_TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
		w->leaders_ms = 0; /* perhaps a leader moved */
	rd_kafka_topic_partition_list_destroy(asked);
}

static void *waker_main(void *arg)
{
	struct cw_fetch_waker *w = arg;

	pthread_mutex_lock(&w->lock);
	while (!w->ended) {
		rd_kafka_topic_partition_list_t *assigned = NULL;
		unsigned generation = w->generation;

		if (!w->wanted) {
			pthread_cond_wait(&w->changed, &w->lock);
			continue;
		}
		w->wanted = false;
		if (w->assigned && (!w->leaders || w->leaders_generation != generation ||
				    cw_clock_ms() - w->leaders_ms > LEADERS_MAX_AGE_MS))
			assigned = rd_kafka_topic_partition_list_copy(w->assigned);
		pthread_mutex_unlock(&w->lock);
		if (assigned) {
			refresh_leaders(w, assigned, generation);
			rd_kafka_topic_partition_list_destroy(assigned);
		}
		if (w->leaders)
			ask_leaders(w);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct cw_fetch_waker *cw_fetch_waker_new(rd_kafka_t *consumer)
{
	struct cw_fetch_waker *w;
	pthread_attr_t attr;
	int failed;

	if (rd_kafka_version() >= FIRST_WITH_BACKOFF)
		return NULL;
	w = cw_alloc(sizeof(*w));
	w->consumer = consumer;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)256 << 10);
	failed = pthread_create(&w->thread, &attr, waker_main, w);
	pthread_attr_destroy(&attr);
	if (failed) { /* slower, not wrong */
		pthread_mutex_destroy(&w->lock);
		pthread_cond_destroy(&w->changed);
		free(w);
		return NULL;
	}
	return w;
}

void cw_fetch_waker_assign(struct cw_fetch_waker *w, const rd_kafka_topic_partition_list_t *partitions)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	if (w->assigned)
		rd_kafka_topic_partition_list_destroy(w->assigned);
	w->assigned = rd_kafka_topic_partition_list_copy(partitions);
	w->generation++;
	pthread_mutex_unlock(&w->lock);
}

void cw_fetch_waker_wake(struct cw_fetch_waker *w)
{
	if (!w)
		return;
	w->taken = w->taken_bytes = 0;
	pthread_mutex_lock(&w->lock);
	w->wanted = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void cw_fetch_waker_poke(struct cw_fetch_waker *w, size_t taken, size_t bytes, size_t length)
{
	if (!w)
		return;
	w->taken += taken;
	w->taken_bytes += bytes;
	if ((w->taken < TAKEN_BETWEEN && w->taken_bytes < BYTES_BETWEEN) || length > LOW)
		return;
	cw_fetch_waker_wake(w);
}

void cw_fetch_waker_free(struct cw_fetch_waker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	if (w->assigned)
		rd_kafka_topic_partition_list_destroy(w->assigned);
	if (w->leaders)
		rd_kafka_topic_partition_list_destroy(w->leaders);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	free(w);
}
