#include "kafka/coordinator.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/mem.h"

#define AFTER_SILENCE_MS 3000

struct cw_coordinator {
	rd_kafka_t *consumer;
	int wake_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* guarded by lock */
	bool wanted, ended;
	int64_t timeout_ms; /* of the question that is wanted */
	rd_kafka_topic_partition_list_t *question, *answer;
	enum cw_coordinator_state state;
	int64_t answered_ms; /* or not: the end of the last question */
};

/* The list becomes the answer. */
static enum cw_coordinator_state ask(rd_kafka_t *consumer, rd_kafka_topic_partition_list_t *list, int64_t timeout_ms,
				     bool *known)
{
	rd_kafka_resp_err_t error;

	if (list->cnt == 0) /* of any partition: what it is does not matter */
		rd_kafka_topic_partition_list_add(list, "any", 0);
	error = rd_kafka_committed(consumer, list, (int)timeout_ms);
	*known = !error;
	return error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__WAIT_COORD ||
			       error == RD_KAFKA_RESP_ERR__TRANSPORT ?
		       CW_COORDINATOR_SILENT :
		       CW_COORDINATOR_ANSWERS;
}

static void drop(rd_kafka_topic_partition_list_t **list)
{
	if (*list)
		rd_kafka_topic_partition_list_destroy(*list);
	*list = NULL;
}

static void wake(int fd)
{
	static const uint64_t one = 1;
	ssize_t ignored = write(fd, &one, sizeof(one));

	(void)ignored;
}

static void *coordinator_main(void *arg)
{
	struct cw_coordinator *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->ended) {
		enum cw_coordinator_state state;
		int64_t timeout_ms = c->timeout_ms;
		rd_kafka_topic_partition_list_t *list = c->question;
		bool known;

		if (!c->wanted) {
			pthread_cond_wait(&c->changed, &c->lock);
			continue;
		}
		c->question = NULL;
		pthread_mutex_unlock(&c->lock);
		state = ask(c->consumer, list, timeout_ms, &known);
		pthread_mutex_lock(&c->lock);
		if (known)
			c->answer = list;
		else
			drop(&list);
		c->wanted = false;
		c->state = state;
		c->answered_ms = cw_clock_ms();
		pthread_cond_broadcast(&c->changed);
		wake(c->wake_fd);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct cw_coordinator *cw_coordinator_new(rd_kafka_t *consumer, int wake_fd)
{
	struct cw_coordinator *c = cw_alloc(sizeof(*c));
	pthread_attr_t attr;
	int failed;

	c->consumer = consumer;
	c->wake_fd = wake_fd;
	pthread_mutex_init(&c->lock, NULL);
	cw_condition_init(&c->changed);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)256 << 10);
	failed = pthread_create(&c->thread, &attr, coordinator_main, c);
	pthread_attr_destroy(&attr);
	if (!failed)
		return c;
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->changed);
	free(c);
	return NULL;
}

void cw_coordinator_free(struct cw_coordinator *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	drop(&c->question);
	drop(&c->answer);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->changed);
	free(c);
}

/* With the lock. */
static void put_question(struct cw_coordinator *c, const rd_kafka_topic_partition_list_t *partitions, int64_t timeout_ms)
{
	if (c->wanted)
		return;
	drop(&c->answer);
	c->question = rd_kafka_topic_partition_list_copy(partitions);
	c->wanted = true;
	c->timeout_ms = timeout_ms < CW_COORDINATOR_TIMEOUT_MS ? timeout_ms : CW_COORDINATOR_TIMEOUT_MS;
	c->state = CW_COORDINATOR_ASKED;
	pthread_cond_broadcast(&c->changed);
}

void cw_coordinator_ask(struct cw_coordinator *c, const rd_kafka_topic_partition_list_t *partitions)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	if (c->state != CW_COORDINATOR_SILENT || cw_clock_ms() - c->answered_ms >= AFTER_SILENCE_MS)
		put_question(c, partitions, CW_COORDINATOR_TIMEOUT_MS);
	pthread_mutex_unlock(&c->lock);
}

enum cw_coordinator_state cw_coordinator_state(struct cw_coordinator *c)
{
	enum cw_coordinator_state state;

	if (!c)
		return CW_COORDINATOR_ANSWERS;
	pthread_mutex_lock(&c->lock);
	state = c->state;
	pthread_mutex_unlock(&c->lock);
	return state;
}

enum cw_coordinator_state cw_coordinator_await(struct cw_coordinator *c, const rd_kafka_topic_partition_list_t *partitions,
					       int64_t timeout_ms)
{
	enum cw_coordinator_state state;
	int64_t until_ms = cw_clock_ms() + timeout_ms;

	if (!c)
		return CW_COORDINATOR_ANSWERS;
	pthread_mutex_lock(&c->lock);
	put_question(c, partitions, timeout_ms);
	while (c->state == CW_COORDINATOR_ASKED && cw_condition_wait(&c->changed, &c->lock, until_ms))
		;
	state = c->state;
	pthread_mutex_unlock(&c->lock);
	return state;
}

rd_kafka_topic_partition_list_t *cw_coordinator_take_answer(struct cw_coordinator *c)
{
	rd_kafka_topic_partition_list_t *answer = NULL;

	if (!c)
		return NULL;
	pthread_mutex_lock(&c->lock);
	if (c->state == CW_COORDINATOR_ANSWERS) {
		answer = c->answer;
		c->answer = NULL;
	}
	pthread_mutex_unlock(&c->lock);
	return answer;
}
