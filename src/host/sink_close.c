/*
 * How a sink parts from its consumer: in form when the group listens, else without a word; and what librdkafka 2.0 cannot
 * close is left behind.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/mem.h"
#include "host/sink.h"

#define JOIN_TIMEOUT_MS 1000
#define JOIN_SLICE_MS 20
#define LEAVE_TIMEOUT_MS 1000
#define LEAVE_SLICE_MS 2
#define DESTROY_TIMEOUT_MS 2000

static bool is_member(const struct cw_sink *sink)
{
	char *id = rd_kafka_memberid(sink->consumer);
	bool is = id && *id;

	if (id)
		rd_kafka_mem_free(sink->consumer, id);
	return is;
}

/*
 * librdkafka 2.0 aborts the process when a consumer goes that has been let into its group and has not heard yet which
 * partitions it gets: it frees what its assignor keeps of them, which is not there before. That takes a moment only,
 * unless the group's leader is gone, or the coordinator hangs. Whether the consumer may go.
 */
static bool wait_for_assignment(struct cw_sink *sink)
{
	int64_t until = cw_clock_ms() + cw_task_closing_ms(sink->task, JOIN_TIMEOUT_MS);

	while (sink->joining && cw_clock_ms() < until) {
		rd_kafka_message_t *m = rd_kafka_consume_queue(sink->queue, JOIN_SLICE_MS);

		if (m)
			rd_kafka_message_destroy(m); /* nobody takes it any more: it is not committed */
	}
	return !sink->joining || !is_member(sink);
}

/*
 * A consumer with a name of its own does not leave its group when it is closed: its partitions would be nobody's until
 * its session is over. So it leaves before; but not when its worker has died, whose next start is to have them at once.
 */
static void leave_group(struct cw_sink *sink)
{
	int64_t until = cw_clock_ms() + cw_task_closing_ms(sink->task, LEAVE_TIMEOUT_MS);

	if (atomic_load(&sink->task->stored_seq) == CW_NEVER_STORED)
		return;
	rd_kafka_unsubscribe(sink->consumer);
	while (is_member(sink) && cw_clock_ms() < until) {
		rd_kafka_message_t *m = rd_kafka_consume_queue(sink->queue, LEAVE_SLICE_MS);

		if (m)
			rd_kafka_message_destroy(m);
	}
}

/* It may live on in the consumer, which then wakes nobody. */
static void drop_queue(struct cw_sink *sink)
{
	rd_kafka_queue_io_event_enable(sink->queue, -1, NULL, 0);
	rd_kafka_queue_destroy(sink->queue);
}

/*
 * A consumer that cannot be closed stays as long as the process, and so does what its log lines are written with. It leaves
 * its group as soon as that listens: partitions that it got would be read by nobody.
 */
static void abandon(struct cw_sink *sink)
{
	log_warn(&sink->scope, "the group does not say which partitions are the task's: the consumer is left behind, as it "
		 "cannot be closed now");
	drop_queue(sink);
	rd_kafka_unsubscribe(sink->consumer);
	sink->abandoned = true;
}

/* A consumer's end, which another thread waits for. */
struct ending {
	rd_kafka_t *consumer;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool over; /* guarded by the lock, and so is: */
	bool left; /* nobody waits for it: it is the thread's */
};

static void free_ending(struct ending *ending)
{
	pthread_mutex_destroy(&ending->lock);
	pthread_cond_destroy(&ending->changed);
	free(ending);
}

static void *end_consumer(void *arg)
{
	struct ending *ending = arg;
	bool left;

	rd_kafka_destroy_flags(ending->consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	pthread_mutex_lock(&ending->lock);
	ending->over = true;
	left = ending->left;
	pthread_cond_signal(&ending->changed);
	pthread_mutex_unlock(&ending->lock);
	if (left)
		free_ending(ending);
	return NULL;
}

static struct ending *new_ending(rd_kafka_t *consumer)
{
	struct ending *ending = cw_alloc(sizeof(*ending));

	*ending = (struct ending){ .consumer = consumer };
	pthread_mutex_init(&ending->lock, NULL);
	cw_condition_init(&ending->changed);
	return ending;
}

/* Whether it came to its end in time; else it is left to its thread. */
static bool await(struct ending *ending)
{
	int64_t until_ms = cw_clock_ms() + DESTROY_TIMEOUT_MS;
	bool over;

	pthread_mutex_lock(&ending->lock);
	while (!ending->over && cw_condition_wait(&ending->changed, &ending->lock, until_ms))
		;
	over = ending->over;
	ending->left = !over;
	pthread_mutex_unlock(&ending->lock);
	return over;
}

/*
 * librdkafka 2.0 waits for ever for what it holds of partitions whose topic was deleted while the consumer had them. So
 * another thread waits, and is left alone with that when it takes too long.
 */
static void let_go(struct cw_sink *sink)
{
	struct ending *ending = new_ending(sink->consumer);
	pthread_t thread;

	if (pthread_create(&thread, NULL, end_consumer, ending) != 0) {
		end_consumer(ending);
		free_ending(ending);
		return;
	}
	if (await(ending)) {
		pthread_join(thread, NULL);
		free_ending(ending);
		return;
	}
	pthread_detach(thread);
	sink->abandoned = true;
	log_warn(&sink->scope, "the consumer does not end, as may be when a topic of its was deleted: it is left behind");
}

/* A good-bye that nobody hears is waited for in vain. */
static void close_consumer(struct cw_sink *sink, bool answers)
{
	if (answers)
		leave_group(sink);
	drop_queue(sink);
	if (answers)
		rd_kafka_consumer_close(sink->consumer);
	else
		log_warn(&sink->scope, "Kafka does not answer: the consumer does not leave its group, which notices by itself");
	let_go(sink);
}

/* What log lines of the consumer's threads refer to beyond the task's end. */
struct kept {
	struct cw_log_scope before;
	struct cw_map hidden;
	char *connector;
};

static struct kept *keep_scope(struct cw_sink *sink)
{
	struct kept *kept = cw_alloc(sizeof(*kept));

	*kept = (struct kept){ .before = sink->scope, .connector = cw_strdup(sink->scope.connector) };
	if (sink->scope.hidden)
		cw_map_copy(&kept->hidden, sink->scope.hidden);
	sink->scope.connector = kept->connector;
	sink->scope.hidden = &kept->hidden;
	return kept;
}

static void give_scope_back(struct cw_sink *sink, struct kept *kept)
{
	sink->scope = kept->before;
	cw_map_free_secret(&kept->hidden);
	free(kept->connector);
	free(kept);
}

void cw_sink_part_from_consumer(struct cw_sink *sink)
{
	bool answers = cw_coordinator_await(sink->coordinator, sink->safe.list,
					    cw_task_closing_ms(sink->task, CW_COORDINATOR_TIMEOUT_MS)) == CW_COORDINATOR_ANSWERS;
	struct kept *kept;

	cw_coordinator_free(sink->coordinator);
	sink->coordinator = NULL;
	kept = keep_scope(sink);
	if ((answers || is_member(sink)) && !wait_for_assignment(sink))
		abandon(sink);
	else
		close_consumer(sink, answers);
	if (!sink->abandoned)
		give_scope_back(sink, kept);
	close(sink->queue_fd);
}
