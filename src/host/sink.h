/*
 * sink - the inside of a sink task, shared by its two files: sink_task.c (the loop: batches through the
 * plugin) and sink_consumer.c (Kafka: subscription, rebalances, receiving, commits).
 *
 * Everything runs on the task's thread; librdkafka's callbacks are served there too.
 */
#ifndef CW_HOST_SINK_H
#define CW_HOST_SINK_H

#include <librdkafka/rdkafka.h>

#include "host/batch.h"
#include "host/converter.h"
#include "host/positions.h"
#include "host/task.h"
#include "kafka/fetch_waker.h"

#define CW_SINK_BATCH_RECORDS 1000u

struct cw_sink {
	struct cw_log_scope scope; /* first: librdkafka's opaque is taken for a log scope */
	struct cw_task *task;
	rd_kafka_t *consumer;
	rd_kafka_queue_t *queue;
	int queue_fd; /* readable once the empty queue got something */
	struct cw_fetch_waker *waker;
	struct cw_converter key_converter, value_converter;
	rd_kafka_message_t **messages; /* [CW_SINK_BATCH_RECORDS], of one cw_sink_receive() */

	/* Batches: at most one is held back by the plugin, one more may come while that lasts. */
	struct cw_task_batch *spare, *held, *parked;
	struct cw_task_batch *first, *last; /* given to the plugin, in order, not settled */
	struct cw_positions safe;      /* may be committed */
	struct cw_positions unflushed; /* may be committed after the plugin's next flush() */
	bool async, flushes;           /* how the plugin says what is safe */
	bool headers;                  /* the plugin looks at them */
	bool plugin_open;

	unsigned attempt;      /* of the held batch */
	int64_t retry_at_ms;   /* not before: the held batch */
	int64_t held_since_ms; /* 0: nothing is held back */
	bool partitions_paused;
	int64_t next_commit_ms, next_tick_ms;
	struct cw_error failure; /* from a callback */

	struct cw_metric *records, *written, *skipped, *failed, *bytes, *batches, *retries, *errors, *in_flight, *lag,
		*partitions, *commits, *commit_failures;
};

/* ---- sink_consumer.c ---- */

/* Creates the consumer and subscribes. */
enum cw_result cw_sink_subscribe(struct cw_sink *sink, struct cw_error *err);
/* Takes what is there, without waiting: a batch, or NULL. Serves callbacks. */
struct cw_task_batch *cw_sink_receive(struct cw_sink *sink);
void cw_sink_pause_partitions(struct cw_sink *sink, bool paused);
/* Commits what is safe; with timeout_ms 0 the answer comes with the records, else it is waited for. */
void cw_sink_commit(struct cw_sink *sink, int64_t timeout_ms);
void cw_sink_update_lag(struct cw_sink *sink);
/* Leaves the group, when somebody is there to be told, and closes the consumer. */
void cw_sink_unsubscribe(struct cw_sink *sink);

/* ---- sink_task.c ---- */

/* Lets the plugin finish what it was given, for at most timeout_ms and until a stop: whether it did. */
bool cw_sink_drain(struct cw_sink *sink, int64_t timeout_ms);

#endif
