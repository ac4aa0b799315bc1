#include "kafka/coordinator.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
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
	enum cw_coordinator_state state;
	int64_t answered_ms; /* or not: the end of the last question */
};

/* The committed offset of any partition: what it is does not matter. */
static enum cw_coordinator_state ask(rd_kafka_t *consumer, int64_t timeout_ms)
{
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t error;

	rd_kafka_topic_partition_list_add(one, "any", 0);
	error = rd_kafka_committed(consumer, one, (int)timeout_ms);
	rd_kafka_topic_partition_list_destroy(one);
	return error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__WAIT_COORD ||
			       error == RD_KAFKA_RESP_ERR__TRANSPORT ?
		       CW_COORDINATOR_SILENT :
		       CW_COORDINATOR_ANSWERS;
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

		if (!c->wanted) {
			pthread_cond_wait(&c->changed, &c->lock);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		state = ask(c->consumer, timeout_ms);
		pthread_mutex_lock(&c->lock);
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
	pthread_condattr_t clock;
	pthread_attr_t attr;
	int failed;

	c->consumer = consumer;
	c->wake_fd = wake_fd;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &clock);
	pthread_condattr_destroy(&clock);
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
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->changed);
	free(c);
}

/* With the lock. */
static void put_question(struct cw_coordinator *c, int64_t timeout_ms)
{
	if (c->wanted)
		return;
	c->wanted = true;
	c->timeout_ms = timeout_ms < CW_COORDINATOR_TIMEOUT_MS ? timeout_ms : CW_COORDINATOR_TIMEOUT_MS;
	c->state = CW_COORDINATOR_ASKED;
	pthread_cond_broadcast(&c->changed);
}

void cw_coordinator_ask(struct cw_coordinator *c, int64_t younger_than_ms)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	if (c->state == CW_COORDINATOR_SILENT)
		younger_than_ms = AFTER_SILENCE_MS;
	if (!c->answered_ms || cw_clock_ms() - c->answered_ms >= younger_than_ms)
		put_question(c, CW_COORDINATOR_TIMEOUT_MS);
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

enum cw_coordinator_state cw_coordinator_await(struct cw_coordinator *c, int64_t timeout_ms)
{
	enum cw_coordinator_state state;
	struct timespec until;

	if (!c)
		return CW_COORDINATOR_ANSWERS;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * CW_NS_PER_MS;
	if (until.tv_nsec >= CW_NS_PER_S) {
		until.tv_sec++;
		until.tv_nsec -= CW_NS_PER_S;
	}
	pthread_mutex_lock(&c->lock);
	put_question(c, timeout_ms);
	while (c->state == CW_COORDINATOR_ASKED && pthread_cond_timedwait(&c->changed, &c->lock, &until) == 0)
		;
	state = c->state;
	pthread_mutex_unlock(&c->lock);
	return state;
}
