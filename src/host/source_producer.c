#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/source.h"
#include "host/topics.h"
#include "kafka/client.h"

#define RETRY_SLICE_MS 100
#define PARTITIONS_AGE_MS 60000
#define TRANSACTION_MS 60000      /* librdkafka's and Kafka's default */
#define TRANSACTION_MAX_MS 900000 /* more is refused by brokers with the default of transaction.max.timeout.ms */
#define DELIVERY_LEAST_MS 1000 /* in less even a broker that is well may not answer */

/*
 * A producer's memory is its queue: 20,000 records cost no speed against the default's 100,000. The tasks of a host
 * share them, so that more tasks do not need more memory while brokers are slow; each has room for two batches.
 */
#define QUEUE_RECORDS 20000
#define QUEUE_RECORDS_LEAST 5000

/* Batches of 2,500 lines fill requests well and stay in the processor's cache (see host/lanes.h). */
static const struct cw_client_default defaults[] = {
	{ "batch.num.messages", "2500" },
	{ "socket.timeout.ms", CW_CLIENT_ANSWER_TEXT },
	{ NULL, NULL },
};

/*
 * How long librdkafka tries: as long as the connector's errors.retry.timeout says, and without it for ever, which is
 * what Kafka Connect's producers do. New.
 */
static char *delivery_timeout(const struct cw_task *task)
{
	int64_t timeout_ms = task->framework.errors_retry_timeout_ms;

	if (timeout_ms <= 0 || timeout_ms > INT32_MAX)
		timeout_ms = INT32_MAX;
	return cw_format("%lld", (long long)(timeout_ms < DELIVERY_LEAST_MS ? DELIVERY_LEAST_MS : timeout_ms));
}

/* After which brokers abort a transaction: with room beyond where it is to end. */
static int transaction_timeout_ms(const struct cw_source *source)
{
	int64_t ms = source->by_connector ? TRANSACTION_MS : TRANSACTION_MS + source->boundary_ms;

	return (int)(ms < TRANSACTION_MAX_MS ? ms : TRANSACTION_MAX_MS);
}

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque)
{
	struct cw_source *source = opaque;
	struct cw_source_topic *topic = rd_kafka_topic_opaque(m->rkt);

	(void)producer;
	if (topic)
		cw_lanes_answered(&topic->lanes, m->partition, m->len + m->key_len);
	if (!m->err) {
		if (m->_private) { /* not for the offsets of a transaction */
			cw_metric_add(source->records, 1);
			if (topic)
				cw_topic_used(source->task, topic->name, &topic->told);
			cw_acks_done(&source->acks, m->_private);
		}
		return;
	}
	cw_metric_add(source->errors, 1);
	if (m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
		return; /* an aborted transaction, or a task that ends: its records come again */
	cw_source_topic_failed(topic, rd_kafka_topic_name(m->rkt), "was not delivered", m->err, &source->failure);
}

static void on_error(rd_kafka_t *producer, int code, const char *reason, void *opaque)
{
	struct cw_source *source = opaque;
	char text[512];

	if (code != RD_KAFKA_RESP_ERR__FATAL) {
		if (cw_repeats_say(&source->repeats, reason, cw_clock_ms()))
			log_warn(&source->scope, "kafka: %s", reason);
		return;
	}
	rd_kafka_fatal_error(producer, text, sizeof(text));
	cw_error_set(&source->failure, CW_ERR_FATAL, "the Kafka producer cannot go on: %s", text);
}

enum cw_result cw_source_open_producer(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	CW_AUTO_FREE char *client = cw_format("connector-producer-%s-%d", task->context.connector, task->context.task);
	CW_AUTO_FREE char *delivery = delivery_timeout(task);
	CW_AUTO_FREE char *transactional_id = NULL, *transaction_timeout = NULL;
	int share = QUEUE_RECORDS / (task->context.tasks > 1 ? task->context.tasks : 1);
	CW_AUTO_FREE char *queue = cw_format("%d", share > QUEUE_RECORDS_LEAST ? share : QUEUE_RECORDS_LEAST);
	struct cw_client_default all[sizeof(defaults) / sizeof(defaults[0]) + 5];
	const char *group = cw_map_get(&task->worker->raw, "group.id");
	size_t n = 0;
	rd_kafka_conf_t *conf;

	all[n++] = (struct cw_client_default){ "client.id", client };
	all[n++] = (struct cw_client_default){ "queue.buffering.max.messages", queue };
	if (source->transactional) {
		transactional_id = cw_format("%s-%s-%d", group ? group : "connect-standalone", task->context.connector,
					     task->context.task);
		all[n++] = (struct cw_client_default){ "transactional.id", transactional_id };
		transaction_timeout = cw_format("%d", transaction_timeout_ms(source));
		all[n++] = (struct cw_client_default){ "transaction.timeout.ms", transaction_timeout };
	} else { /* a transaction has a timeout of its own, and starts again when that is over */
		all[n++] = (struct cw_client_default){ "delivery.timeout.ms", delivery };
	}
	if (source->creation) /* a topic that is deleted comes back as its group wants it, not as the brokers' default does */
		all[n++] = (struct cw_client_default){ "allow.auto.create.topics", "false" };
	memcpy(&all[n], defaults, sizeof(defaults));
	conf = cw_client_conf(CW_CLIENT_PRODUCER, task->worker, &task->config, all, err);
	if (!conf)
		return CW_FAIL;
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
	source->lane_limits = (struct cw_lane_limits){
		.batch_records = (size_t)cw_client_number(conf, "batch.num.messages", 2500),
		.batch_bytes = (size_t)cw_client_number(conf, "batch.size", 1000000),
		.queue_records = (size_t)cw_client_number(conf, "queue.buffering.max.messages", QUEUE_RECORDS_LEAST),
		.linger_ns = cw_client_number(conf, "linger.ms", 5) * CW_NS_PER_MS,
	};
	source->partitions_age_ms = cw_client_number(conf, "topic.metadata.refresh.interval.ms", PARTITIONS_AGE_MS);
	if (source->partitions_age_ms > PARTITIONS_AGE_MS)
		source->partitions_age_ms = PARTITIONS_AGE_MS;
	source->producer = cw_client_new(CW_CLIENT_PRODUCER, conf, &source->scope, err);
	return source->producer ? CW_OK : CW_FAIL;
}

/* The one that was used last is found at once. */
static enum cw_result find_topic(struct cw_source *source, struct cw_slice name, struct cw_error *err)
{
	const struct cw_source_topic *t = source->topics;

	if (t && t->n == name.n && memcmp(t->name, name.p, name.n) == 0)
		return CW_OK;
	return cw_source_find_topic(source, name, err);
}

/* What goes to Kafka of a value that the pipeline made or was not needed for; p is NULL for a null. */
static struct cw_slice wire_bytes(const struct cw_value *value)
{
	struct cw_slice bytes = value->type == CW_NULL ? cw_slice(NULL, 0) : value->u.bytes;

	if (value->type != CW_NULL && !bytes.p)
		bytes.p = ""; /* empty is not null */
	return bytes;
}

/* The long way, for what rd_kafka_produce() cannot say: a timestamp, headers. */
static rd_kafka_resp_err_t produce_full(rd_kafka_t *producer, rd_kafka_topic_t *topic, int32_t partition,
					const struct cw_record *r, struct cw_slice key, struct cw_slice value,
					void *opaque)
{
	rd_kafka_headers_t *headers = NULL;
	rd_kafka_vu_t vus[8];
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	size_t n = 0;

	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = { (void *)(uintptr_t)key.p, key.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = { (void *)(uintptr_t)value.p, value.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = opaque };
	if (r->timestamp_ms >= 0)
		vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = r->timestamp_ms };
	if (r->n_headers) {
		headers = rd_kafka_headers_new(r->n_headers);
		for (size_t i = 0; i < r->n_headers; i++) {
			struct cw_slice bytes = wire_bytes(&r->headers[i].value);

			rd_kafka_header_add(headers, r->headers[i].key.p, (ssize_t)r->headers[i].key.n, bytes.p,
					    (ssize_t)bytes.n);
		}
		vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers };
	}
	error = rd_kafka_produceva(producer, vus, n);
	if (error) {
		code = rd_kafka_error_code(error);
		rd_kafka_error_destroy(error);
		if (headers)
			rd_kafka_headers_destroy(headers); /* taken on success only */
	}
	return code;
}

/* Serves reports while librdkafka takes no more. CW_OK: try again; CW_END: gave up, since the task has to end. */
static enum cw_result wait_for_room(struct cw_source *source, struct cw_error *err)
{
	cw_source_serve(source, 100);
	if (source->failure.code) {
		*err = source->failure;
		return CW_FAIL;
	}
	/* A broker that is away for long must not keep a task from ending. */
	if (cw_task_left_ms(source->task, INT64_MAX) == 0)
		return CW_END;
	return CW_OK;
}

/* The topic has fewer partitions than before, since it was made anew: whether the run may be tried again. */
static bool forget_partitions(struct cw_source_run *run)
{
	if (!run->by_lane)
		return false;
	cw_lanes_resize(&run->topic->lanes, 0);
	run->topic->partitions_due_ms = 0;
	run->partition = RD_KAFKA_PARTITION_UA;
	run->by_lane = false;
	return true;
}

/*
 * Offers librdkafka n messages: how many at the front it took, and in *error why not the next one. It goes on
 * after a message that it refuses (not when its queue is full), so those behind may have been taken as well.
 */
static size_t produce_run(struct cw_source *source, struct cw_source_run *run, rd_kafka_message_t *messages, size_t n,
			  rd_kafka_resp_err_t *error)
{
	size_t front = 0;

	rd_kafka_produce_batch(run->topic->topic, run->partition, RD_KAFKA_MSG_F_COPY, messages, (int)n);
	for (size_t i = 0; i < n; i++)
		if (!messages[i].err)
			cw_acks_sent(&source->acks, messages[i]._private);
	while (front < n && !messages[front].err)
		front++;
	*error = front < n ? messages[front].err : RD_KAFKA_RESP_ERR_NO_ERROR;
	return front;
}

/* Hands the run to librdkafka, which copies it. When that is broken off, the run is what was not sent. */
static enum cw_result send_run(struct cw_source *source, struct cw_error *err)
{
	struct cw_source_run *run = &source->run;
	enum cw_result result = CW_OK;
	size_t done = 0;

	while (done < run->n && result == CW_OK) {
		rd_kafka_resp_err_t error;

		done += produce_run(source, run, run->messages + done, run->n - done, &error);
		if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			result = wait_for_room(source, err);
		else if (error && !(error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION && forget_partitions(run)))
			result = cw_source_topic_failed(run->topic, run->topic->name, "cannot be sent", error, err);
	}
	run->n = result == CW_OK ? 0 : run->n - done;
	return result;
}

static enum cw_result send_full(struct cw_source *source, struct cw_source_topic *t, int32_t partition,
				const struct cw_record *r, struct cw_slice key, struct cw_slice value,
				struct cw_ack_entry *entry, struct cw_error *err)
{
	enum cw_result result = send_run(source, err); /* the records before it */
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

	while (result == CW_OK && (error = produce_full(source->producer, t->topic, partition, r, key, value, entry)) ==
					  RD_KAFKA_RESP_ERR__QUEUE_FULL)
		result = wait_for_room(source, err);
	if (result != CW_OK)
		return result;
	if (error)
		return cw_source_topic_failed(t, t->name, "cannot be sent", error, err);
	cw_acks_sent(&source->acks, entry);
	return CW_OK;
}

/* A lane with room; waits for one. */
static enum cw_result choose_lane(struct cw_source *source, struct cw_source_topic *t, size_t bytes, int32_t *partition,
				  struct cw_error *err)
{
	while ((*partition = cw_lanes_choose(&t->lanes)) < 0) {
		enum cw_result result = send_run(source, err); /* what is not sent is not answered */

		if (result == CW_OK)
			result = wait_for_room(source, err);
		if (result != CW_OK)
			return result;
		if (t->lanes.n == 0)
			return CW_OK; /* the partitioner's again */
	}
	cw_lanes_sent(&t->lanes, *partition, bytes);
	return CW_OK;
}

/* Adds the record to the run, after sending one that does not go the same way. */
static enum cw_result join_run(struct cw_source *source, struct cw_source_topic *t, int32_t partition, bool by_lane,
			       const rd_kafka_message_t *message, struct cw_error *err)
{
	struct cw_source_run *run = &source->run;

	if (run->n > 0 && (run->topic != t || run->partition != partition || run->n == CW_SOURCE_RUN_MAX)) {
		enum cw_result result = send_run(source, err);

		if (result != CW_OK)
			return result;
	}
	run->topic = t;
	run->partition = partition;
	run->by_lane = by_lane;
	run->messages[run->n++] = *message;
	return CW_OK;
}

enum cw_result cw_source_wait(struct cw_source *source, int64_t wait_ms, struct cw_error *err)
{
	int64_t left, until = cw_clock_ms() + wait_ms;

	while (!cw_task_stopping(source->task) && !source->failure.code && (left = until - cw_clock_ms()) > 0) {
		cw_task_sleep(source->task, left < RETRY_SLICE_MS ? left : RETRY_SLICE_MS);
		cw_source_serve(source, 0);
	}
	if (!source->failure.code)
		return cw_task_stopping(source->task) ? CW_END : CW_OK;
	*err = source->failure;
	return CW_FAIL;
}

/* The pipeline. CW_DROP: the record goes no further; CW_END: gave up, since the task has to end. */
static enum cw_result convert(struct cw_source *source, struct cw_record *r, struct cw_error *err)
{
	enum cw_result result;
	int64_t wait_ms;

	while ((result = cw_pipeline_run(&source->pipeline, &source->batch->batch, r, &wait_ms, err)) == CW_RETRY) {
		result = send_run(source, err); /* what is ready does not wait */
		if (result == CW_OK)
			result = cw_source_wait(source, wait_ms, err);
		if (result != CW_OK)
			break;
	}
	return result;
}

/* CW_END: gave up, since the task has to end. */
static enum cw_result send_converted(struct cw_source *source, struct cw_ack_entry *entry, const struct cw_record *r,
				     struct cw_error *err)
{
	struct cw_slice key = wire_bytes(&r->key), value = wire_bytes(&r->value);
	enum cw_result result = find_topic(source, r->topic, err);
	struct cw_source_topic *t = source->topics;
	int32_t partition = r->partition;
	bool by_lane;

	if (result != CW_OK)
		return result;
	by_lane = partition == CW_ANY_PARTITION && !key.p && t->lanes.n > 0;
	if (by_lane)
		result = choose_lane(source, t, value.n, &partition, err);
	if (result == CW_OK && (r->timestamp_ms >= 0 || r->n_headers)) {
		result = send_full(source, t, partition, r, key, value, entry, err);
	} else if (result == CW_OK) {
		rd_kafka_message_t message = {
			.payload = (void *)(uintptr_t)value.p, .len = value.n,
			.key = (void *)(uintptr_t)key.p, .key_len = key.n, ._private = entry,
		};

		result = join_run(source, t, partition, by_lane, &message, err);
	}
	return result;
}

/* One record of a poll; *bytes grows by what is sent of its value. A dropped record counts as acknowledged. */
static enum cw_result send_record(struct cw_source *source, struct cw_ack_entry *entry, struct cw_record *r,
				  int64_t *bytes, struct cw_error *err)
{
	enum cw_result result = CW_OK;

	if (cw_pipeline_is_needed(&source->pipeline, r))
		result = convert(source, r, err);
	if (result == CW_OK) {
		*bytes += (int64_t)r->value.u.bytes.n;
		result = send_converted(source, entry, r, err);
	} else if (result == CW_DROP) {
		result = CW_OK;
	}
	if (result == CW_OK)
		cw_acks_note(entry, r->source_partition, &r->source_offset);
	return result;
}

/* No offset is committed before the dead letters up to it are acknowledged. CW_END: the task has to end before that. */
static enum cw_result await_letters(struct cw_source *source, struct cw_error *err)
{
	bool written = cw_dead_letters_drain(source->letters, INT64_MAX);

	if (cw_dead_letters_serve(source->letters, err) != CW_OK)
		return CW_FAIL;
	return written ? CW_OK : CW_END;
}

enum cw_result cw_source_send(struct cw_source *source, size_t from, size_t to, struct cw_error *err)
{
	const struct cw_batch *batch = &source->batch->batch;
	struct cw_ack_entry *entry = source->transaction;
	int64_t bytes = 0, failed = cw_metric_value(source->pipeline.failed);
	enum cw_result result = CW_OK;
	size_t n = from;

	if (!entry) {
		entry = cw_acks_open(&source->acks);
		entry->at_ms = cw_clock_ms();
	}
	if (source->topics) {
		cw_source_look_at_partitions(source, source->topics);
		cw_lanes_tick(&source->topics->lanes, cw_clock_ns());
	}
	cw_budget_records(&source->task->budget, (int64_t)(to - from), cw_clock_ms());
	while (n < to && (result = send_record(source, entry, cw_batch_record(batch, n), &bytes, err)) == CW_OK)
		n++;
	if (result == CW_OK)
		result = send_run(source, err);
	if (result == CW_OK)
		result = await_letters(source, err);
	/* What is left of a poll that was broken off has not come to an end: it is polled again. */
	cw_metric_add(source->polled, (int64_t)(n - from) - (int64_t)source->run.n +
					      cw_metric_value(source->pipeline.failed) - failed);
	cw_metric_add(source->bytes, bytes);
	source->run.n = 0;
	if (result == CW_END) { /* the entry stays open, so that no offset from here on is committed */
		source->gave_up = true;
		return CW_OK;
	}
	if (!source->transactional && result == CW_OK)
		cw_acks_seal(&source->acks, entry);
	return result;
}

/* It gets on while Kafka acknowledges, or has nothing to acknowledge. */
static void note_progress(struct cw_source *source)
{
	struct cw_progress *progress = &source->task->progress;
	const struct cw_ack_entry *oldest = source->acks.in_flight ? source->acks.first : NULL;
	int64_t acknowledged = cw_metric_value(source->records);

	if (acknowledged != source->acknowledged ||
	    (!oldest && cw_progress_is_busy(progress) && source->retry.attempt == 0))
		cw_progress_made(progress, cw_clock_ms(), !oldest ? 0 : oldest->at_ms ? oldest->at_ms : cw_clock_ms());
	else if (oldest)
		cw_progress_busy(progress, oldest->at_ms ? oldest->at_ms : cw_clock_ms());
	if (source->retry.attempt > 0)
		cw_progress_busy(progress, source->retry_since_ms);
	cw_commit_pace_add(&source->pace, acknowledged - source->acknowledged);
	source->acknowledged = acknowledged;
}

void cw_source_serve(struct cw_source *source, int timeout_ms)
{
	rd_kafka_poll(source->producer, timeout_ms);
	cw_metric_set(source->in_flight, (int64_t)source->acks.in_flight);
	note_progress(source);
}

bool cw_source_drain(struct cw_source *source, int64_t deadline_ms)
{
	while (source->acks.in_flight > 0 && !source->failure.code) {
		int64_t left = cw_task_left_ms(source->task, deadline_ms);

		if (left == 0)
			return false;
		rd_kafka_flush(source->producer, left > 100 ? 100 : (int)left); /* does not linger */
		cw_source_serve(source, 0);
	}
	return !source->failure.code;
}

void cw_source_close_producer(struct cw_source *source)
{
	if (source->producer) {
		cw_source_txn_abort(source);
		rd_kafka_purge(source->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(source->producer, 1000); /* serves the reports of what was purged */
	}
	cw_source_free_topics(source); /* the reports looked at them */
	if (source->producer)
		rd_kafka_destroy(source->producer);
	source->producer = NULL;
}
