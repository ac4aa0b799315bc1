#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/source.h"
#include "host/topics.h"

#define RETRY_SLICE_MS 100
#define ROOM_SLICE_MS 100
#define REFUSED_SLICE_MS 5
#define LETTERS_SLICE_MS 200
#define REASON_MS 500
#define REASON_SLICE_MS 10

void cw_source_delivered(struct cw_source *source, struct cw_source_topic *topic, struct cw_ack_entry *entry)
{
	cw_metric_add(source->records, 1);
	if (topic)
		cw_topic_used(source->task, topic->name, &topic->told);
	cw_acks_done(&source->acks, entry);
}

static bool is_purged(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

/* Whether the record is sent again while the task goes on. */
static bool comes_again(const struct cw_source *source, rd_kafka_resp_err_t error)
{
	if (is_purged(error))
		return !source->closing && cw_source_producer_has_ended(source);
	return cw_source_refused_takes(source, error);
}

/* Whether it would happen again if the task started again. */
static bool is_final(rd_kafka_resp_err_t error)
{
	return cw_source_refused_is_for_good(error) || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	       error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

/* With smaller batches, in which the records come again. */
static void start_over(struct cw_source *source, const char *topic)
{
	cw_source_shrink_batches(source, topic);
	cw_error_set(&source->failure, CW_ERR_RETRIABLE, "a batch for topic %s was refused: Broker: Message size too large", topic);
	source->failure_is_final = false;
	source->task->starts_over = true;
}

void cw_source_on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque)
{
	struct cw_source *source = opaque;
	struct cw_source_topic *topic = rd_kafka_topic_opaque(m->rkt);
	struct cw_ack_entry *entry;

	(void)producer;
	if (topic)
		cw_lanes_answered(&topic->lanes, m->partition, m->len + m->key_len);
	if (topic && m->_private && m->err && comes_again(source, m->err)) {
		cw_source_refused_by_broker(source, topic, m);
		return;
	}
	entry = cw_source_unmark(source, m->_private);
	if (!m->err) {
		if (entry) /* not for the offsets of a transaction */
			cw_source_delivered(source, topic, entry);
		return;
	}
	cw_metric_add(source->errors, 1);
	if (source->task->starts_over)
		return; /* whatever it is comes of that */
	if (topic && cw_source_batch_is_too_large(source, m)) {
		start_over(source, topic->name);
		return;
	}
	if (is_purged(m->err))
		return; /* an aborted transaction, or a task that ends: its records come again */
	if (cw_source_topic_failed(source, topic, rd_kafka_topic_name(m->rkt), "was not delivered", m->err, &source->failure) ==
	    CW_FAIL)
		source->failure_is_final = source->failure_is_final || is_final(m->err);
}

/* What is to be done now and then for a topic that is written to. */
static void tend_topic(struct cw_source *source, struct cw_source_topic *t)
{
	cw_source_look_at_partitions(source, t);
	cw_lanes_tick(&t->lanes, cw_clock_ns());
}

/* The one that was used last is found at once. */
static enum cw_result find_topic(struct cw_source *source, struct cw_slice name, struct cw_error *err)
{
	const struct cw_source_topic *t = source->topics;
	enum cw_result result;

	if (t && t->n == name.n && memcmp(t->name, name.p, name.n) == 0)
		return CW_OK;
	result = cw_source_find_topic(source, name, err);
	if (result == CW_OK)
		tend_topic(source, source->topics);
	return result;
}

/* What goes to Kafka of a value that the pipeline made or was not needed for; p is NULL for a null. */
struct cw_slice cw_source_wire_bytes(const struct cw_value *value)
{
	struct cw_slice bytes = value->type == CW_NULL ? cw_slice(NULL, 0) : value->u.bytes;

	if (value->type != CW_NULL && !bytes.p)
		bytes.p = ""; /* empty is not null */
	return bytes;
}

rd_kafka_headers_t *cw_source_wire_headers(const struct cw_record *r)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(r->n_headers);

	for (size_t i = 0; i < r->n_headers; i++) {
		struct cw_slice bytes = cw_source_wire_bytes(&r->headers[i].value);

		rd_kafka_header_add(headers, r->headers[i].key.p, (ssize_t)r->headers[i].key.n, bytes.p, (ssize_t)bytes.n);
	}
	return headers;
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
		headers = cw_source_wire_headers(r);
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
static enum cw_result wait_for_room(struct cw_source *source, int timeout_ms, struct cw_error *err)
{
	cw_source_serve(source, timeout_ms);
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

/* librdkafka does not take it: it goes no further, and is seen to. */
static void refuse(struct cw_source *source, const struct cw_source_run *run, const rd_kafka_message_t *m)
{
	if (run->by_lane)
		cw_lanes_answered(&run->topic->lanes, run->partition, m->len);
	cw_source_refused_at_once(source, run->topic, m, cw_source_unmark(source, m->_private), NULL);
}

/* So many records have come to where what becomes of them is counted: they are in flight, or go no further. */
static void count_polled(struct cw_source *source, size_t n)
{
	cw_metric_add(source->polled, (int64_t)n);
	cw_source_count_in_flight(source);
}

/* Offers librdkafka the run, of which then is left what it did not take; why, of the first of these. */
static rd_kafka_resp_err_t produce_run(struct cw_source *source, struct cw_source_run *run)
{
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
	size_t left = 0, n = run->n;

	rd_kafka_produce_batch(run->topic->topic, run->partition, RD_KAFKA_MSG_F_COPY, run->messages, (int)run->n);
	for (size_t i = 0; i < run->n; i++) {
		const rd_kafka_message_t *m = &run->messages[i];

		if (!m->err) {
			cw_acks_sent(&source->acks, cw_source_marked(source, m->_private));
		} else if (cw_source_refused_takes(source, m->err)) {
			refuse(source, run, m);
		} else {
			error = error ? error : m->err;
			run->messages[left++] = *m;
		}
	}
	run->n = left;
	count_polled(source, n - left);
	return error;
}

/* Whether an error says that there will be room: then *slice_ms is how long to wait before the next look. */
static bool is_to_wait(const struct cw_source *source, rd_kafka_resp_err_t error, int *slice_ms)
{
	*slice_ms = error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? ROOM_SLICE_MS : REFUSED_SLICE_MS;
	return error == RD_KAFKA_RESP_ERR__QUEUE_FULL || cw_source_takes_none(source, error);
}

enum cw_result cw_source_cannot_send(struct cw_source *source, const struct cw_source_topic *t, const char *name,
				     rd_kafka_resp_err_t error, struct cw_error *err)
{
	int64_t until = cw_clock_ms() + REASON_MS;

	while ((error == RD_KAFKA_RESP_ERR__STATE || error == RD_KAFKA_RESP_ERR__FATAL) && !source->failure.code &&
	       cw_clock_ms() < until && !cw_task_stopping(source->task))
		cw_source_serve(source, REASON_SLICE_MS); /* it is on its way */
	if (!source->failure.code)
		return cw_source_topic_failed(source, t, name, "cannot be sent", error, err);
	*err = source->failure;
	return CW_FAIL;
}

/* Hands the run to librdkafka, which copies it. When that is broken off, the run is what was not sent. */
static enum cw_result send_run(struct cw_source *source, struct cw_error *err)
{
	struct cw_source_run *run = &source->run;
	enum cw_result result = CW_OK;

	while (run->n > 0 && result == CW_OK) {
		rd_kafka_resp_err_t error = produce_run(source, run);
		int slice_ms;

		if (is_to_wait(source, error, &slice_ms))
			result = wait_for_room(source, slice_ms, err);
		else if (error && !(error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION && forget_partitions(run)))
			result = cw_source_cannot_send(source, run->topic, run->topic->name, error, err);
	}
	return result;
}

static enum cw_result send_full(struct cw_source *source, struct cw_source_topic *t, int32_t partition, bool by_lane,
				const struct cw_record *r, struct cw_slice key, struct cw_slice value,
				struct cw_ack_entry *entry, struct cw_error *err)
{
	enum cw_result result = send_run(source, err); /* the records before it */
	rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
	void *mark = cw_source_mark(source, entry);
	int slice_ms;

	while (result == CW_OK) {
		error = produce_full(source->producer, t->topic, partition, r, key, value, mark);
		if (!is_to_wait(source, error, &slice_ms))
			break;
		result = wait_for_room(source, slice_ms, err);
	}
	if (result != CW_OK)
		return result;
	if (cw_source_refused_takes(source, error)) {
		const rd_kafka_message_t m = { .err = error, .payload = (void *)(uintptr_t)value.p, .len = value.n,
					       .key = (void *)(uintptr_t)key.p, .key_len = key.n };

		if (by_lane)
			cw_lanes_answered(&t->lanes, partition, value.n);
		cw_source_refused_at_once(source, t, &m, cw_source_unmark(source, mark), r);
	} else if (error) {
		return cw_source_cannot_send(source, t, t->name, error, err);
	} else {
		cw_acks_sent(&source->acks, cw_source_marked(source, mark));
	}
	count_polled(source, 1);
	return CW_OK;
}

/* A lane with room; waits for one. */
static enum cw_result choose_lane(struct cw_source *source, struct cw_source_topic *t, size_t bytes, int32_t *partition,
				  struct cw_error *err)
{
	while ((*partition = cw_lanes_choose(&t->lanes)) < 0) {
		enum cw_result result = send_run(source, err); /* what is not sent is not answered */

		if (result == CW_OK)
			result = wait_for_room(source, ROOM_SLICE_MS, err);
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
			return result;
	}
	if (result == CW_FAIL || result == CW_DROP)
		count_polled(source, 1); /* to fail the task is an end, too */
	return result;
}

/* CW_END: gave up, since the task has to end. */
static enum cw_result send_converted(struct cw_source *source, struct cw_ack_entry *entry, const struct cw_record *r,
				     struct cw_error *err)
{
	struct cw_slice key = cw_source_wire_bytes(&r->key), value = cw_source_wire_bytes(&r->value);
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
		result = send_full(source, t, partition, by_lane, r, key, value, entry, err);
	} else if (result == CW_OK) {
		rd_kafka_message_t message = {
			.payload = (void *)(uintptr_t)value.p, .len = value.n,
			.key = (void *)(uintptr_t)key.p, .key_len = key.n, ._private = cw_source_mark(source, entry),
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

enum cw_result cw_source_await_letters(struct cw_source *source, struct cw_error *err)
{
	bool written;

	do {
		cw_source_count_in_flight(source);
		written = cw_dead_letters_drain(source->letters, cw_clock_ms() + LETTERS_SLICE_MS);
		if (cw_dead_letters_serve(source->letters, err) != CW_OK)
			return CW_FAIL;
	} while (!written && cw_task_left_ms(source->task, INT64_MAX) > 0);
	cw_source_count_in_flight(source);
	return written ? CW_OK : CW_END;
}

enum cw_result cw_source_send(struct cw_source *source, size_t from, size_t to, struct cw_error *err)
{
	const struct cw_batch *batch = &source->batch->batch;
	struct cw_ack_entry *entry = source->transaction;
	int64_t bytes = 0;
	enum cw_result result = CW_OK;
	size_t n = from;

	while (source->refused.n > 0 && result == CW_OK) /* before what is polled after them */
		result = wait_for_room(source, REFUSED_SLICE_MS, err);
	if (!entry) {
		entry = cw_acks_open(&source->acks);
		entry->at_ms = cw_clock_ms();
	}
	if (source->topics)
		tend_topic(source, source->topics);
	cw_budget_records(&source->task->budget, (int64_t)(to - from), cw_clock_ms());
	while (result == CW_OK && n < to && (result = send_record(source, entry, cw_batch_record(batch, n), &bytes, err)) == CW_OK)
		n++;
	if (result == CW_OK)
		result = send_run(source, err);
	if (result == CW_OK)
		result = cw_source_await_letters(source, err);
	cw_metric_add(source->bytes, bytes);
	source->run.n = 0; /* what is left of a poll that was broken off is polled again, and counted then */
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

	if (acknowledged != source->acknowledged)
		cw_progress_ended(progress);
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

void cw_source_count_in_flight(struct cw_source *source)
{
	cw_metric_set(source->in_flight, (int64_t)(source->acks.in_flight + cw_dead_letters_open_count(source->letters)));
}

void cw_source_serve(struct cw_source *source, int timeout_ms)
{
	rd_kafka_poll(source->producer, timeout_ms);
	cw_source_refused_serve(source);
	cw_source_count_in_flight(source);
	note_progress(source);
}

bool cw_source_drain(struct cw_source *source, int64_t deadline_ms)
{
	while (source->acks.in_flight > 0 && !source->failure.code) {
		int64_t left = cw_task_left_ms(source->task, deadline_ms);

		if (left == 0)
			return false;
		rd_kafka_flush(source->producer, left > 100 ? 100 : (int)left); /* does not linger */
		cw_source_serve(source, source->refused.n > 0 ? REFUSED_SLICE_MS : 0);
		if (source->transactional && rd_kafka_outq_len(source->producer) == 0 && source->acks.in_flight > 0)
			return false; /* librdkafka has given the transaction up, and its records with it */
	}
	return !source->failure.code;
}
