/*
 * Exactly-once sources: each transaction holds records and the offsets after them, in Kafka. A task that
 * was killed leaves an open transaction behind; the next one with its transactional id aborts it, fences
 * the old producer and goes on from the offsets that were committed with the last whole transaction.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/source.h"
#include "kafka/offsets_topic.h"

#define INIT_TIMEOUT_MS 30000
#define ABORT_TIMEOUT_MS 5000
#define SLICE_MS 500
/* How often a commit that takes long is told of. */
#define TELL_MS 10000
#define READ_TIMEOUT_MS 60000

/* Frees the error: CW_OK for none, else what the task is to do. */
static enum cw_result consume_error(const char *what, rd_kafka_error_t *error, struct cw_error *err)
{
	enum cw_result result;

	if (!error)
		return CW_OK;
	/* cw_source_txn_abort() follows. */
	result = rd_kafka_error_txn_requires_abort(error) || rd_kafka_error_is_retriable(error) ? CW_RETRY : CW_FAIL;
	cw_error_set(err, result == CW_RETRY ? CW_ERR_RETRIABLE : CW_ERR_FATAL, "%s: %s", what,
		     rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return result;
}

static const char *offsets_topic_name(const struct cw_task *task)
{
	const char *own = task->framework.offsets_storage_topic;

	return own && *own ? own : task->worker->offset_storage_topic;
}

/* In slices, since librdkafka does not hear of a stop; it goes on where it was. */
static rd_kafka_error_t *init_transactions(struct cw_source *source)
{
	int64_t deadline = cw_clock_ms() + INIT_TIMEOUT_MS;
	rd_kafka_error_t *error;

	while ((error = rd_kafka_init_transactions(source->producer, SLICE_MS)) != NULL &&
	       rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__TIMED_OUT && cw_clock_ms() < deadline &&
	       !cw_task_stopping(source->task)) {
		rd_kafka_error_destroy(error);
		cw_source_serve(source, 0);
	}
	return error;
}

enum cw_result cw_source_txn_open(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	const struct cw_topic_maker maker = cw_task_topic_maker(task);
	struct cw_offsets_reading reading = { .worker = task->worker, .connector = &task->config,
					      .name = task->context.connector, .scope = &source->scope,
					      .timeout_ms = READ_TIMEOUT_MS, .stop = &task->stop };
	enum cw_result result;
	json_t *offsets;

	source->offsets_topic = cw_strdup(offsets_topic_name(task));
	result = consume_error("the transactional producer cannot start",
			       init_transactions(source), err);
	if (result != CW_OK)
		return result;
	if (cw_offsets_topic_create(source->producer, source->offsets_topic, &maker, err) != 0)
		return err->code == CW_ERR_RETRIABLE ? CW_RETRY : CW_FAIL;
	reading.topic = source->offsets_topic;
	offsets = cw_offsets_topic_read(&reading, NULL, err);
	if (!offsets)
		return err->code == CW_ERR_RETRIABLE ? CW_RETRY : CW_FAIL;
	cw_source_take_offsets(task, offsets); /* win over those that the worker stored before it was exactly-once */
	return CW_OK;
}

enum cw_result cw_source_txn_begin(struct cw_source *source, struct cw_error *err)
{
	enum cw_result result;

	if (source->in_transaction)
		return CW_OK;
	result = consume_error("a transaction cannot begin", rd_kafka_begin_transaction(source->producer), err);
	if (result != CW_OK)
		return result;
	source->in_transaction = true;
	source->records_before = cw_metric_value(source->records);
	source->transaction = cw_acks_open(&source->acks);
	return CW_OK;
}

static enum cw_result produce_offset(struct cw_source *source, const struct cw_ack_offset *o, struct cw_error *err)
{
	CW_AUTO_FREE char *key = cw_offsets_topic_key(source->task->context.connector, o->partition->json);
	json_t *pairs = cw_source_offsets_json(o, 1, err);
	CW_AUTO_FREE char *value = NULL;
	rd_kafka_resp_err_t code;

	if (!pairs)
		return CW_FAIL;
	value = json_dumps(json_array_get(json_array_get(pairs, 0), 1), JSON_COMPACT);
	json_decref(pairs);
	do {
		/* Without an opaque: the commit waits for it, and its acknowledgement is not a record's. */
		code = rd_kafka_producev(source->producer, RD_KAFKA_V_TOPIC(source->offsets_topic),
					 RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(value, strlen(value)),
					 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
		if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			cw_source_serve(source, 100);
	} while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && !source->failure.code &&
		 cw_task_left_ms(source->task, INT64_MAX) > 0);
	if (!code)
		return CW_OK;
	if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || source->failure.code)
		return cw_source_cannot_send(source, NULL, source->offsets_topic, code, err);
	cw_error_set(err, CW_ERR_RETRIABLE, "offsets cannot be sent to topic %s: %s", source->offsets_topic,
		     rd_kafka_err2str(code));
	return CW_RETRY; /* the task has to end */
}

/*
 * librdkafka 2.0 asks for a topic that is gone to be part of the transaction for as long as its messages live, and does
 * not look whether it is there; when it is told, the messages fail, and the transaction with them.
 */
static void look_for_topics(struct cw_source *source)
{
	struct cw_source_topic *t = source->topics;

	while (t && cw_source_count_partitions(source, t) != RD_KAFKA_RESP_ERR__TIMED_OUT)
		t = t->next;
}

/* rd_kafka_commit_transaction() or its like, for as long as it takes, unless the task has to end. In slices: it goes on. */
static rd_kafka_error_t *end_transaction(struct cw_source *source, const char *what,
					 rd_kafka_error_t *(*end)(rd_kafka_t *producer, int timeout_ms))
{
	int64_t told_ms = cw_clock_ms();
	rd_kafka_error_t *error;

	cw_source_count_in_flight(source); /* it may take long, and the books are looked at meanwhile */
	while ((error = end(source->producer, SLICE_MS)) != NULL && rd_kafka_error_is_retriable(error) &&
	       cw_task_left_ms(source->task, INT64_MAX) > 0) {
		if (cw_clock_ms() - told_ms >= TELL_MS) {
			log_warn(&source->scope, "the transaction is not %s yet: %s", what, rd_kafka_error_string(error));
			told_ms = cw_clock_ms();
		}
		look_for_topics(source);
		cw_source_serve(source, 0);
		rd_kafka_error_destroy(error);
	}
	return error;
}

void cw_source_txn_abort(struct cw_source *source)
{
	rd_kafka_error_t *error;

	if (!source->in_transaction || rd_kafka_fatal_error(source->producer, NULL, 0))
		return;
	error = rd_kafka_abort_transaction(source->producer, (int)cw_task_closing_ms(source->task, ABORT_TIMEOUT_MS));
	if (error) {
		log_info(&source->scope, "the transaction is left to be aborted by the task's next start, or by Kafka: %s",
			 rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
	}
	source->in_transaction = false;
}

enum cw_result cw_source_txn_commit(struct cw_source *source, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	if (!source->in_transaction || source->gave_up) /* one that lacks records is aborted when the task ends */
		return CW_OK;
	for (size_t i = 0; i < source->transaction->n_offsets && result == CW_OK; i++)
		result = produce_offset(source, &source->transaction->offsets[i], err);
	if (result != CW_OK)
		return result;
	result = consume_error("the transaction was not committed",
			       end_transaction(source, "committed", rd_kafka_commit_transaction), err);
	if (result != CW_OK) {
		cw_metric_add(source->commit_failures, 1);
		return result;
	}
	cw_source_serve(source, 0);
	cw_metric_add(source->commits, 1);
	cw_acks_seal(&source->acks, source->transaction);
	source->transaction = NULL;
	source->in_transaction = false;
	return CW_OK;
}

/* Before the offsets: what was sent is known to be there, so that the books add up, and nothing of it comes later. */
enum cw_result cw_source_txn_drop(struct cw_source *source, struct cw_error *err)
{
	enum cw_result result;

	if (!source->in_transaction || source->gave_up)
		return CW_OK;
	if (!cw_source_drain(source, INT64_MAX)) {
		if (!source->failure.code && cw_task_left_ms(source->task, INT64_MAX) > 0) {
			cw_error_set(err, CW_ERR_RETRIABLE, "Kafka's client has given up the records of a transaction");
			return CW_RETRY;
		}
		source->gave_up = true;
		return CW_OK; /* the task has to end, or its loop sees why it failed */
	}
	result = consume_error("the transaction was not aborted",
			       end_transaction(source, "aborted", rd_kafka_abort_transaction), err);
	if (result == CW_OK)
		result = consume_error("a transaction cannot begin", rd_kafka_begin_transaction(source->producer), err);
	if (result != CW_OK)
		return result;
	cw_metric_add(source->aborted, cw_metric_value(source->records) - source->records_before);
	return cw_source_txn_commit(source, err);
}
