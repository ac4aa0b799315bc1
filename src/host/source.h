/*
 * source - the inside of a source task, shared by source_task.c (the loop), source_client.c (its Kafka client),
 * source_batches.c (how many go together), source_producer.c (records to Kafka), source_refused.c (those that Kafka does not take), source_anew.c (what was behind
 * those), source_limit.c (not faster than it may be), source_topics.c (where to), source_creation.c (topics that are not
 * there), source_offsets.c (how far the connector is), source_txn.c (exactly once: transactions, and offsets that live in
 * Kafka) and source_boundary.c (where those end).
 *
 * Everything runs on the task's thread; delivery reports are served there too.
 */
#ifndef CW_HOST_SOURCE_H
#define CW_HOST_SOURCE_H

#include <librdkafka/rdkafka.h>

#include "base/repeats.h"
#include "host/acks.h"
#include "host/batch.h"
#include "host/commit_pace.h"
#include "host/dead_letters.h"
#include "host/lanes.h"
#include "host/pipeline.h"
#include "host/sent_order.h"
#include "host/source_refused.h"
#include "host/stored.h"
#include "host/task.h"

struct cw_source_topic {
	struct cw_source_topic *next;
	rd_kafka_topic_t *topic;
	char *name;
	size_t n;
	struct cw_lanes lanes;
	int64_t partitions_due_ms; /* when to ask for the number of partitions again */
	uint64_t told;             /* the worker knows: see host/topics.h */
	bool seen;                 /* it was there once */
};

#define CW_SOURCE_RUN_MAX 256u
#define CW_SOURCE_BATCH_RECORDS 1000

/* Records for one partition (or with a key: for the partitioner) that go to librdkafka together. */
struct cw_source_run {
	struct cw_source_topic *topic;
	int32_t partition;
	bool by_lane; /* the partition was not the connector's choice */
	size_t n;
	rd_kafka_message_t messages[CW_SOURCE_RUN_MAX];
};

/* Where the connector ends a transaction. */
struct cw_boundary {
	size_t after; /* so many records of the batch */
	bool commit;  /* else it is aborted */
};

struct cw_source {
	struct cw_log_scope scope; /* first: librdkafka's opaque is taken for a log scope */
	struct cw_task *task;
	rd_kafka_t *producer;
	struct cw_source_topic *topics; /* the last used first */
	int64_t partitions_age_ms;      /* after which they are counted again */
	struct cw_creation *creation;   /* NULL: the brokers make topics, or do not */
	struct cw_pipeline pipeline;
	struct cw_dead_letters *letters; /* NULL: none are written */
	struct cw_source_refused refused;
	struct cw_sent_order order; /* see cw_source_mark() */
	struct cw_lane_limits lane_limits;
	struct cw_source_run run;
	struct cw_task_batch *batch;
	struct cw_acks acks;
	struct cw_error failure; /* from a delivery report */
	bool failure_is_final;   /* the same would happen again, however often the task starts again */
	struct cw_repeats repeats; /* of what Kafka's client says */
	int64_t acknowledged;    /* records, when progress was last looked at */
	bool closing;            /* the producer is: what comes back unsent is not sent anew */
	bool gave_up;            /* records of the last poll were not sent, since the task has to end */
	struct cw_stored stored; /* what the connector is to be told */
	struct cw_commit_pace pace;
	struct cw_retry retry; /* of a poll that is to be made again, at: */
	int64_t retry_at_ns, retry_since_ms; /* monotonic; 0: there is none */
	struct cw_claim claim; /* of the next poll, or the one that is being sent */
	int64_t record_bytes;  /* of those of the last poll, on average; 0: not known */

	/* exactly once */
	bool transactional, in_transaction;
	int64_t boundary_ms;        /* a transaction's length; 0: it ends with its poll */
	int64_t next_boundary_ms;
	bool by_connector;          /* it says where transactions end; the above do not come to pass */
	struct cw_boundary *boundaries; /* of this poll, in order */
	size_t n_boundaries, boundaries_cap;
	int64_t records_before;     /* acknowledged before the open transaction */
	char *offsets_topic;
	struct cw_ack_entry *transaction; /* notes the offsets of the open one */

	struct cw_metric *aborted; /* NULL unless by_connector */
	struct cw_metric *polled, *records, *bytes, *batches, *errors, *retries, *in_flight, *commits, *commit_failures,
		*limited_ms;
};

/* ---- source_client.c ---- */

enum cw_result cw_source_open_producer(struct cw_source *source, struct cw_error *err);
/* The lanes fill batches of the size that the producer's conf has. */
void cw_source_set_lanes(struct cw_source *source, const rd_kafka_conf_t *conf);
void cw_source_close_producer(struct cw_source *source);

/* ---- source_batches.c ---- */

/* What the task has learned about their size goes into the conf of its producer. */
void cw_source_set_batches(const struct cw_task *task, rd_kafka_conf_t *conf);
/* Whether a broker may have refused the message for the others of its batch only. */
bool cw_source_batch_is_too_large(const struct cw_source *source, const rd_kafka_message_t *m);
/* The next producer makes smaller ones, since that topic refused one. */
void cw_source_shrink_batches(struct cw_source *source, const char *topic);

/* ---- source_producer.c ---- */

/* librdkafka's, of the producer. */
void cw_source_on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque);
/* A record of the entry is acknowledged. topic may be NULL. */
void cw_source_delivered(struct cw_source *source, struct cw_source_topic *topic, struct cw_ack_entry *entry);
/* What goes to Kafka of a value that the pipeline made or was not needed for; p is NULL for a null. */
struct cw_slice cw_source_wire_bytes(const struct cw_value *value);
/* The same of a record's headers; new. */
rd_kafka_headers_t *cw_source_wire_headers(const struct cw_record *record);
/*
 * Sends records `from` to `to` (excluded) of the batch; waits while the queue is full. CW_OK; or with *err CW_FAIL, or
 * CW_RETRY: the task is to start again. Stops early when the task stops.
 */
enum cw_result cw_source_send(struct cw_source *source, size_t from, size_t to, struct cw_error *err);
/*
 * No offset is committed before the dead letters up to it are acknowledged: waits for that. CW_OK; CW_FAIL with *err: one
 * was not written; or CW_END: the task has to end before.
 */
enum cw_result cw_source_await_letters(struct cw_source *source, struct cw_error *err);
/* The gauge of records in flight, which those are, too, whose letters are. */
void cw_source_count_in_flight(struct cw_source *source);
/* Serves delivery reports for at most timeout_ms. */
void cw_source_serve(struct cw_source *source, int timeout_ms);
/*
 * What it means that librdkafka does not take a record for that topic, as cw_source_topic_failed(). That it takes none any
 * more has a reason, which the report of a record before may give: then it is that.
 */
enum cw_result cw_source_cannot_send(struct cw_source *source, const struct cw_source_topic *topic, const char *name,
				     rd_kafka_resp_err_t error, struct cw_error *err);
/* Waits until nothing is in flight, until the deadline (monotonic) or a stop's: whether that is so. */
bool cw_source_drain(struct cw_source *source, int64_t deadline_ms);
/* Serves reports until the time is over. CW_OK, CW_FAIL, or CW_END: gave up, since the task has to end. */
enum cw_result cw_source_wait(struct cw_source *source, int64_t wait_ms, struct cw_error *err);

/* ---- source_anew.c ---- */

/*
 * The opaque of a record of the entry: a mark of source->order; or the entry itself, where nothing is ever sent anew. The
 * entry of one; and the same when the record is not out any more, which takes NULL, too: it is none's.
 */
void *cw_source_mark(struct cw_source *source, struct cw_ack_entry *entry);
struct cw_ack_entry *cw_source_marked(const struct cw_source *source, void *mark);
struct cw_ack_entry *cw_source_unmark(struct cw_source *source, void *mark);
/* It takes no records, and will not, until cw_source_anew() has put another one in its place. */
bool cw_source_producer_has_ended(const struct cw_source *source);
/* Whether that is what an error of rd_kafka_produce() and its like says. */
bool cw_source_takes_none(const struct cw_source *source, rd_kafka_resp_err_t error);
/* Gets on with that. Failures go to source->failure. */
void cw_source_anew(struct cw_source *source);

/* ---- source_limit.c ---- */

/*
 * Nanoseconds for which the connector's rate limit holds the next poll back; 0: not at all, and the batch has room for
 * as many records as may pass.
 */
int64_t cw_source_limit_ns(struct cw_source *source);
/* The poll gave so many records, of so many bytes. */
void cw_source_limit_passed(struct cw_source *source, size_t records, int64_t bytes);

/* ---- source_topics.c ---- */

/*
 * The topic of that name, which is source->topics then; made when there is none. CW_OK, CW_FAIL with *err, or CW_END:
 * gave up, since the task has to end.
 */
enum cw_result cw_source_find_topic(struct cw_source *source, struct cw_slice name, struct cw_error *err);
/* Asks how many partitions it has, when it is time to. */
void cw_source_look_at_partitions(struct cw_source *source, struct cw_source_topic *topic);
/* Asks in any case. Kafka's error; RD_KAFKA_RESP_ERR__TIMED_OUT: no answer. */
rd_kafka_resp_err_t cw_source_count_partitions(struct cw_source *source, struct cw_source_topic *topic);
/*
 * What a record's error means for the task: *err with CW_FAIL, or with CW_RETRY where the topic was there and is gone,
 * since the task finds or creates it when it starts again. topic may be NULL; `what` is "was not delivered".
 */
enum cw_result cw_source_topic_failed(const struct cw_source *source, const struct cw_source_topic *topic,
				      const char *name, const char *what, rd_kafka_resp_err_t error, struct cw_error *err);
/* Their handles, before the producer is another one; and after. 0, or -1 with *err. */
void cw_source_close_topics(struct cw_source *source);
int cw_source_reopen_topics(struct cw_source *source, struct cw_error *err);
void cw_source_free_topics(struct cw_source *source);

/* ---- source_creation.c ---- */

/* CW_OK with source->creation, which is NULL when the connector has no settings for it; or CW_FAIL with *err. */
enum cw_result cw_source_open_creation(struct cw_source *source, struct cw_error *err);
/*
 * With source->creation: looks for a topic, and creates it where it is not there, for as long as it takes. CW_OK,
 * CW_FAIL with *err, or CW_END: gave up, since the task has to end.
 */
enum cw_result cw_source_create_topic(struct cw_source *source, struct cw_source_topic *topic, struct cw_error *err);

/* ---- source_txn.c ---- */

/* Fences older producers of this task and reads its offsets from Kafka into task->offsets. */
enum cw_result cw_source_txn_open(struct cw_source *source, struct cw_error *err);
enum cw_result cw_source_txn_begin(struct cw_source *source, struct cw_error *err);
/* Offsets and records become visible together. CW_RETRY: it was aborted, the task starts again from its offsets. */
enum cw_result cw_source_txn_commit(struct cw_source *source, struct cw_error *err);
/* The same, but that the records were never there. The task goes on behind them. */
enum cw_result cw_source_txn_drop(struct cw_source *source, struct cw_error *err);
/* The end of a task: what is in a transaction was never there. */
void cw_source_txn_abort(struct cw_source *source);

/* ---- source_boundary.c ---- */

/* Where transactions are to end, as the config says. CW_OK, or CW_FAIL with *err. */
enum cw_result cw_source_open_boundaries(struct cw_source *source, struct cw_error *err);
/* Ends the open transaction; the next one has its time. As cw_source_txn_commit(). */
enum cw_result cw_source_end_transaction_now(struct cw_source *source, struct cw_error *err);
/* Sends the batch, in transactions where there are such. As cw_source_send(). */
enum cw_result cw_source_send_batch(struct cw_source *source, struct cw_error *err);

/* ---- source_offsets.c ---- */

/* [[partition,offset]…] of these offsets; new. NULL with *err when the connector gave one that is no JSON object. */
json_t *cw_source_offsets_json(const struct cw_ack_offset *offsets, size_t n, struct cw_error *err);
/* Notes what of these offsets, and their JSON, was given away to be stored. */
void cw_source_note_sent(const struct cw_ack_offset *offsets, size_t n, const json_t *pairs);
/* task->offsets are these from now on, and what they were of partitions that these do not name. Takes them. */
void cw_source_take_offsets(struct cw_task *task, json_t *newer);
/* The same with all that was given away: a task that starts again goes on there. */
void cw_source_take_sent(struct cw_task *task);

#endif
