/*
 * sink - the inside of a sink task, shared by its files: sink_task.c (the loop), sink_put.c (batches through the plugin),
 * sink_records.c (single records: through the pipeline, or rejected), sink_consumer.c (Kafka: subscription, receiving,
 * commits), sink_fill.c (its messages into batches), sink_limit.c (those that come faster than they may go),
 * sink_bounds.c (runs that have an end), sink_gone.c (ends that will not come), sink_rebalance.c (partitions that come
 * and go), sink_orphans.c (partitions that nobody has), sink_contact.c (a group that does not answer) and sink_anew.c
 * (topics that are made again).
 *
 * Everything runs on the task's thread; librdkafka's callbacks are served there too.
 */
#ifndef CW_HOST_SINK_H
#define CW_HOST_SINK_H

#include <librdkafka/rdkafka.h>

#include "base/repeats.h"
#include "host/batch.h"
#include "host/bounds.h"
#include "host/commit_pace.h"
#include "host/dead_letters.h"
#include "host/owned.h"
#include "host/pipeline.h"
#include "host/positions.h"
#include "host/task.h"
#include "host/topics.h"
#include "kafka/coordinator.h"
#include "kafka/fetch_waker.h"

#define CW_SINK_BATCH_RECORDS 1000u
/* Values with fields are several times as large as their bytes: so many of them are in the processor's cache still when
 * the plugin gets them. */
#define CW_SINK_BATCH_VALUES 250u

/* Messages that have come and wait for the connector's rate limit, in their order. */
struct cw_kept {
	rd_kafka_message_t **messages;
	size_t from, n, cap;
	int64_t bytes; /* of their values */
};

struct cw_sink {
	struct cw_log_scope scope; /* first: librdkafka's opaque is taken for a log scope */
	struct cw_task *task;
	rd_kafka_t *consumer;
	rd_kafka_queue_t *queue;
	int queue_fd; /* readable once the empty queue got something */
	struct cw_fetch_waker *waker;
	struct cw_coordinator *coordinator;
	struct cw_pipeline pipeline;
	rd_kafka_message_t **messages; /* [CW_SINK_BATCH_RECORDS], of one cw_sink_receive() */
	size_t n_messages;

	struct cw_kept kept;
	struct cw_claim claim; /* of the first n_claimed of them */
	size_t n_claimed;
	int64_t limit_ms; /* when they may go; 0: nothing waits for that */

	struct cw_spare_batches spare;
	struct cw_batch_queue waiting; /* received; more than one only when some came while the plugin held back */
	struct cw_batch_queue given;   /* to the plugin, and not settled */
	struct cw_task_batch *unsafe;  /* the first that is settled, but not flushed; NULL: none, or nobody asks */
	struct cw_batch_queue leaving; /* of no more use but for their dead letters, which are not acknowledged */
	struct cw_positions safe;      /* may be committed */
	struct cw_positions unflushed; /* may be committed after the plugin's next flush() */
	bool flush_due;                /* it has taken records since its last one, also of partitions that are gone since */
	struct cw_positions received;
	struct cw_positions committed; /* in the group, as far as this task knows */
	struct cw_positions seen;      /* of a bounded run: up to here there is nothing that was not received */
	bool look_at_group;            /* partitions came: what is committed of them is not known yet */
	rd_kafka_topic_partition_list_t *partitions_there; /* when the task began, to be got by somebody; NULL: not known */
	int64_t orphans_ms;            /* when to look whether a partition is nobody's; 0: none is */
	int64_t look_again_ms;         /* after a look that was not the last */
	int orphan_sightings;          /* looks that found one, since the task came into its group */
	bool async, flushes;           /* how the plugin says what is safe */
	struct cw_used_topics topics;
	bool headers;                  /* somebody looks at them */
	struct cw_dead_letters *letters; /* NULL: none are written */
	bool plugin_open;
	bool bounded;                  /* the run has an end: task->bounds */
	rd_kafka_topic_partition_list_t *lost; /* ends that will not come, as it seemed at the last look; NULL: none */
	int64_t look_for_lost_ms;

	struct cw_retry retry; /* of the first waiting batch */
	int64_t retry_at_ms;   /* not before: the first waiting batch */
	int64_t held_since_ms; /* 0: the plugin does not hold back */
	bool partitions_paused;
	bool joining; /* the group has not said yet which partitions are the task's */
	bool joining_again;   /* nor what is, after the group has taken the task for dead */
	int64_t apart_ms;     /* since then it is joining, or the coordinator silent, and nothing was done; 0: neither */
	bool apart_said;      /* in the log */
	bool silent;          /* the coordinator, when it was asked last */
	int64_t ask_again_ms; /* not before */
	bool abandoned; /* the consumer could not be closed, and refers to all this still: it stays */
	struct cw_commit_pace pace;
	int64_t next_tick_ms;
	bool committing; /* a commit is due, and the group is asked first */
	struct cw_error failure; /* from a callback */
	struct cw_repeats repeats; /* of what Kafka's client says */

	struct cw_metric *records, *written, *skipped, *dropped, *failed, *bytes, *batches, *retries, *errors, *in_flight,
		*lag, *partitions, *commits, *commit_failures, *limited_ms;
};

/* ---- sink_consumer.c ---- */

/* Creates the consumer and subscribes. */
enum cw_result cw_sink_subscribe(struct cw_sink *sink, struct cw_error *err);
/* Takes what is there, without waiting: a batch, or NULL. Serves callbacks. */
struct cw_task_batch *cw_sink_receive(struct cw_sink *sink);
void cw_sink_pause_partitions(struct cw_sink *sink, bool paused);
/*
 * Commits what is safe, if the group's coordinator is there: with timeout_ms 0 as far as is known, and the answer comes
 * with the records; else it is asked, and its answers are waited for.
 */
void cw_sink_commit(struct cw_sink *sink, int64_t timeout_ms);
/*
 * Sets the gauge consumer_lag, which has no value while nobody knows; where nothing was read yet, it may ask Kafka for a
 * moment.
 */
void cw_sink_update_lag(struct cw_sink *sink);
/* Leaves the group, when somebody is there to be told, and closes the consumer. */
void cw_sink_unsubscribe(struct cw_sink *sink);

/* ---- sink_close.c ---- */

/* Closes the consumer and the queue's descriptor. What cannot be closed keeps the sink: sink->abandoned says it. */
void cw_sink_part_from_consumer(struct cw_sink *sink);

/* ---- sink_limit.c ---- */

/* Whether a rate limit holds, or messages wait for one that did. */
bool cw_sink_is_limited(const struct cw_sink *sink);
/* As cw_sink_receive() does it without a limit: what may go becomes sink->messages; else sink->limit_ms says when. */
void cw_sink_take_limited(struct cw_sink *sink);
/* What is kept of these partitions is not read: they go to others. */
void cw_sink_drop_kept(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions);
void cw_sink_free_kept(struct cw_sink *sink); /* before the consumer's end */

/* ---- sink_fill.c ---- */

/* A message that is an error, other than of the end of a partition. */
void cw_sink_note_error(struct cw_sink *sink, const rd_kafka_message_t *message);
/* The messages that were taken, which are given back, become the batch's records. The bytes of their values. */
int64_t cw_sink_fill_batch(struct cw_sink *sink, struct cw_task_batch *b);

/* ---- sink_records.c ---- */

/*
 * Takes the records of a raw batch through the pipeline; those that go no further leave it. CW_OK: all of them;
 * CW_RETRY: to be called again after *wait_ms; CW_FAIL.
 */
enum cw_result cw_sink_process(struct cw_sink *sink, struct cw_task_batch *b, int64_t *wait_ms, struct cw_error *err);

/* ---- sink_bounds.c ---- */

/* Whether run.until gives the run an end. */
bool cw_sink_is_bounded(const struct cw_sink *sink);
/* Asks Kafka where that is, unless another task has done so. CW_OK, CW_RETRY or CW_FAIL with *err. */
enum cw_result cw_sink_set_bounds(struct cw_sink *sink, struct cw_error *err);
/*
 * Drops what was received and lies behind the end. New, or NULL: marks of how far partitions go, which cw_sink_take_marks()
 * takes once the records have been looked at: when they go back, what was marked before is forgotten.
 */
rd_kafka_topic_partition_list_t *cw_sink_keep_within_bounds(struct cw_sink *sink);
void cw_sink_take_marks(struct cw_sink *sink, rd_kafka_topic_partition_list_t *marks);
/* Whether the task has received, and offered, all that its partitions have of the run: it only has to be finished. */
bool cw_sink_has_all(const struct cw_sink *sink);
/* Whether the run is over, of all tasks, and nothing is left in this one's hands. */
bool cw_sink_run_is_over(const struct cw_sink *sink);

/* Whether run.until.offsets names the end of this partition. */
bool cw_sink_end_is_named(const struct cw_sink *sink, const rd_kafka_topic_partition_t *partition);

/* ---- sink_gone.c ---- */

/* When it is time to: whether the run waits for what is not there any more. It may ask Kafka for a moment. */
void cw_sink_look_for_lost_ends(struct cw_sink *sink, int64_t now_ms);
void cw_sink_free_lost(struct cw_sink *sink);

/* ---- sink_task.c ---- */

/*
 * Lets the plugin finish what it was given, until the deadline (monotonic) and a stop, and settles what is safe then.
 * CW_OK: all of it; CW_RETRY: not in this time; CW_FAIL with *err.
 */
enum cw_result cw_sink_flush(struct cw_sink *sink, int64_t deadline_ms, struct cw_error *err);

/* ---- sink_put.c ---- */

/* Offers the first waiting batch to the plugin. CW_OK: taken; CW_BUSY: held back; CW_FAIL with *err. */
enum cw_result cw_sink_offer(struct cw_sink *sink, struct cw_error *err);
/* The complete batches at the front give their offsets up for commit and their memory back. */
void cw_sink_settle(struct cw_sink *sink);
/* The first waiting batch is another one now, or there is none: nothing is held back. */
void cw_sink_release(struct cw_sink *sink);
/* The batch is in none of the queues any more: it may be filled again, or is freed. */
void cw_sink_recycle(struct cw_sink *sink, struct cw_task_batch *b);

/* ---- sink_anew.c ---- */

/* Finds out what is committed of partitions that have just come. */
void cw_sink_look_at_group(struct cw_sink *sink);
/* The message's offset is before one that was received of its partition: the topic was made again. */
void cw_sink_went_back(struct cw_sink *sink, const rd_kafka_message_t *m, int64_t expected);
/*
 * What is to be committed, and what the group has of the same partitions. Those whose topic was made again leave the
 * offsets, and are read from their beginning.
 */
void cw_sink_check_offsets(struct cw_sink *sink, rd_kafka_topic_partition_list_t *offsets,
			   const rd_kafka_topic_partition_list_t *in_group);

/* ---- sink_orphans.c ---- */

/* Asks Kafka which partitions there are, and waits for that. */
void cw_sink_learn_partitions(struct cw_sink *sink);
/* The task has come into its group: it is to look soon whether all partitions are somebody's. */
void cw_sink_expect_orphans(struct cw_sink *sink);
/* Looks, when it is time to. CW_RETRY with *err: one is not, and the task has to start again. */
enum cw_result cw_sink_look_for_orphans(struct cw_sink *sink, int64_t now_ms, struct cw_error *err);

/* ---- sink_contact.c ---- */

/* Each second: whether the task can get records, and what it waits for, which it tells. */
void cw_sink_look_at_contact(struct cw_sink *sink, int64_t now_ms);
bool cw_sink_lag_is_known(const struct cw_sink *sink);

/* ---- sink_rebalance.c ---- */

/* What was taken of these partitions, and what the plugin has of them, is not committed any more. */
void cw_sink_forget(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions);
void cw_sink_drop_messages(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *partitions);

/* librdkafka's rebalance callback; its opaque is the sink. */
void cw_sink_on_rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *partitions,
			  void *opaque);

#endif
