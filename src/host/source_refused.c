#include "host/source_refused.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "host/record_error.h"
#include "host/source.h"
#include "kafka/client.h"

#define PURGE_MS 1000
/* As Kafka Connect names it. */
#define CLASS "org.apache.kafka.connect.runtime.WorkerSourceTask"

bool cw_source_refused_is_for_good(rd_kafka_resp_err_t error)
{
	switch (error) {
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
		return true;
	default:
		return false;
	}
}

bool cw_source_refused_takes(const struct cw_source *source, rd_kafka_resp_err_t error)
{
	return source->refused.conf && cw_source_refused_is_for_good(error);
}

/* ---- the list -------------------------------------------------------------------------------- */

static struct cw_slice copy_bytes(char **to, const void *p, size_t n)
{
	struct cw_slice copy = cw_slice(p ? *to : NULL, p ? n : 0);

	if (n)
		memcpy(*to, p, n);
	*to += n;
	return copy;
}

static struct cw_refused_record *new_record(struct cw_source_topic *topic, const rd_kafka_message_t *m,
					    struct cw_ack_entry *entry)
{
	struct cw_refused_record *r = cw_alloc(sizeof(*r) + m->key_len + m->len);
	char *bytes = (char *)(r + 1);

	*r = (struct cw_refused_record){ .topic = topic, .entry = entry, .error = m->err, .partition = m->partition,
					 .timestamp_ms = CW_NO_TIMESTAMP };
	r->key = copy_bytes(&bytes, m->key, m->key_len);
	r->value = copy_bytes(&bytes, m->payload, m->len);
	return r;
}

void cw_refused_free(struct cw_refused_record *r)
{
	if (r->headers)
		rd_kafka_headers_destroy(r->headers);
	free(r);
}

void cw_refused_push(struct cw_refused_list *list, struct cw_refused_record *r)
{
	r->next = NULL;
	if (list->first)
		list->last->next = r;
	else
		list->first = r;
	list->last = r;
	list->n++;
}

struct cw_refused_record *cw_refused_pop(struct cw_refused_list *list)
{
	struct cw_refused_record *r = list->first;

	if (r) {
		list->first = r->next;
		list->n--;
	}
	return r;
}

static void free_list(struct cw_refused_list *list)
{
	struct cw_refused_record *r;

	while ((r = cw_refused_pop(list)) != NULL)
		cw_refused_free(r);
}

void cw_source_refused_at_once(struct cw_source *source, struct cw_source_topic *topic, const rd_kafka_message_t *m,
			       struct cw_ack_entry *entry, const struct cw_record *record)
{
	struct cw_refused_record *r = new_record(topic, m, entry);

	r->alone = true;
	if (record) {
		r->timestamp_ms = record->timestamp_ms;
		r->headers = record->n_headers ? cw_source_wire_headers(record) : NULL;
	}
	cw_acks_sent(&source->acks, r->entry);
	cw_refused_push(&source->refused.due, r);
	source->refused.n++;
}

void cw_source_refused_by_broker(struct cw_source *source, struct cw_source_topic *topic, const rd_kafka_message_t *m)
{
	struct cw_source_refused *refused = &source->refused;
	struct cw_refused_record *r = new_record(topic, m, cw_source_marked(source, m->_private));
	rd_kafka_timestamp_type_t type;
	rd_kafka_headers_t *headers;

	r->timestamp_ms = rd_kafka_message_timestamp(m, &type);
	if (!rd_kafka_message_headers(m, &headers))
		r->headers = rd_kafka_headers_copy(headers);
	r->mark = refused->main_conf ? (uintptr_t)m->_private : 0;
	cw_refused_push(refused->main_conf ? &refused->left : &refused->due, r);
	refused->n++;
}

/* ---- one by one ------------------------------------------------------------------------------ */

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque)
{
	struct cw_source *source = opaque;
	struct cw_refused_record *r = m->_private;

	(void)producer;
	if (cw_source_refused_is_for_good(m->err)) {
		source->refused.some_alone = true;
		r->error = m->err;
		r->alone = true;
		cw_refused_push(&source->refused.due, r);
		return;
	}
	if (!m->err && r->error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
		source->refused.only_together = r->topic;
	if (!m->err)
		cw_source_delivered(source, r->topic, r->entry);
	else if (m->err != RD_KAFKA_RESP_ERR__PURGE_QUEUE && m->err != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
		cw_source_topic_failed(source, r->topic, r->topic->name, "was not delivered", m->err, &source->failure);
	source->refused.n--;
	cw_refused_free(r);
}

static rd_kafka_t *producer_of(struct cw_source *source, struct cw_error *err)
{
	struct cw_source_refused *refused = &source->refused;

	if (!refused->producer)
		refused->producer = cw_client_new(CW_CLIENT_PRODUCER, rd_kafka_conf_dup(refused->conf), &source->scope, err);
	return refused->producer;
}

rd_kafka_resp_err_t cw_refused_produce(rd_kafka_t *producer, const struct cw_refused_record *r, void *opaque)
{
	rd_kafka_headers_t *headers = r->headers ? rd_kafka_headers_copy(r->headers) : NULL;
	rd_kafka_resp_err_t code;
	rd_kafka_vu_t vus[8];
	rd_kafka_error_t *error;
	size_t n = 0;

	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = r->topic->name };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = r->partition };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = { (void *)(uintptr_t)r->key.p, r->key.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = { (void *)(uintptr_t)r->value.p, r->value.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = opaque };
	if (r->timestamp_ms >= 0)
		vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = r->timestamp_ms };
	if (headers)
		vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers };
	error = rd_kafka_produceva(producer, vus, n);
	if (!error)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	if (headers)
		rd_kafka_headers_destroy(headers); /* taken on success only */
	return code;
}

/* The record is the producer's then, which points to it. */
static int send_alone(struct cw_source *source, struct cw_refused_record *r, struct cw_error *err)
{
	rd_kafka_t *producer = producer_of(source, err);
	rd_kafka_resp_err_t code;

	if (!producer)
		return -1;
	code = cw_refused_produce(producer, r, r);
	if (!code)
		return 0;
	cw_source_topic_failed(source, r->topic, r->topic->name, "cannot be sent again", code, err);
	return -1;
}

/* ---- records that are refused alone ---------------------------------------------------------- */

static struct cw_value wire_value(const void *p, size_t n)
{
	return p ? cw_value_bytes(cw_slice(p, n)) : cw_value_null();
}

/* As it was to go to Kafka; it lives as long as the batch's records and `r`. */
static struct cw_record record_of(struct cw_batch *memory, const struct cw_refused_record *r)
{
	size_t n = r->headers ? rd_kafka_header_cnt(r->headers) : 0, size;
	struct cw_header *headers = cw_batch_alloc(memory, n * sizeof(*headers));
	const char *key;
	const void *value;

	for (size_t i = 0; i < n && !rd_kafka_header_get_all(r->headers, i, &key, &value, &size); i++)
		headers[i] = (struct cw_header){ cw_slice_str(key), wire_value(value, size) };
	return (struct cw_record){ .topic = cw_slice_str(r->topic->name), .partition = r->partition,
				   .timestamp_ms = r->timestamp_ms, .key = wire_value(r->key.p, r->key.n),
				   .value = wire_value(r->value.p, r->value.n), .headers = headers, .n_headers = n };
}

/* Skips it, or sends its letter. */
static int leave_out(struct cw_source *source, const struct cw_record_error *what, struct cw_error *err)
{
	if (!cw_record_error_is_tolerated(what, err))
		return -1;
	if (source->letters)
		return cw_dead_letters_send(source->letters, source->batch, what, err) == CW_OK ? 0 : -1;
	cw_metric_add(source->pipeline.skipped, 1);
	return 0;
}

void cw_source_refused_shrink(struct cw_source *source)
{
	struct cw_source_refused *refused = &source->refused;

	if (refused->only_together && !refused->some_alone && source->lane_limits.batch_records > 1)
		cw_source_shrink_batches(source, refused->only_together->name);
	refused->only_together = NULL;
	refused->some_alone = false;
}

/* From here on it counts as skipped, as failed, or as its letter does, and so is in flight no more. */
static int tolerate(struct cw_source *source, const struct cw_refused_record *r, struct cw_error *err)
{
	const struct cw_record record = record_of(&source->batch->batch, r);
	const struct cw_record_error what = { .task = source->task, .stage = "KAFKA_PRODUCE", .class_name = CLASS,
					      .record = &record, .reason = rd_kafka_err2str(r->error), .code = CW_ERR_FATAL,
					      .given = &record };
	int left_out;

	cw_metric_add(source->errors, 1);
	cw_record_error_log(&what);
	left_out = leave_out(source, &what, err);
	if (left_out != 0)
		cw_metric_add(source->pipeline.failed, 1);
	cw_acks_left(&source->acks);
	return left_out;
}

/* When one letter is not written, none of the records is passed over: which one it was is not known. */
static void settle(struct cw_source *source, struct cw_refused_record *list, struct cw_error *err)
{
	enum cw_result written = cw_source_await_letters(source, err);
	struct cw_refused_record *next;

	for (; list; list = next) {
		next = list->next;
		if (written == CW_OK)
			cw_acks_replaced(&source->acks, list->entry);
		source->refused.n--;
		cw_refused_free(list);
	}
	if (written == CW_FAIL)
		cw_error_set(&source->failure, err->code, "%s", err->text);
}

void cw_source_refused_serve(struct cw_source *source)
{
	struct cw_source_refused *refused = &source->refused;
	struct cw_refused_list tolerated = { 0 };
	struct cw_error err = { 0 };
	struct cw_refused_record *r;

	if (refused->producer)
		rd_kafka_poll(refused->producer, 0);
	cw_source_anew(source);
	if (refused->n == 0)
		return;
	while (!source->failure.code && (r = cw_refused_pop(&refused->due)) != NULL) {
		if (!r->alone && send_alone(source, r, &err) == 0)
			continue;
		if (r->alone && tolerate(source, r, &err) == 0) {
			cw_refused_push(&tolerated, r);
			continue;
		}
		cw_error_set(&source->failure, err.code, "%s", err.text);
		refused->n--;
		cw_refused_free(r);
	}
	if (tolerated.first)
		settle(source, tolerated.first, &err);
}

/* ---- start and end --------------------------------------------------------------------------- */

static bool is_idempotent(const rd_kafka_conf_t *conf)
{
	char value[16] = "";
	size_t n = sizeof(value);

	return rd_kafka_conf_get(conf, "enable.idempotence", value, &n) == RD_KAFKA_CONF_OK && strcmp(value, "true") == 0;
}

void cw_source_refused_open(struct cw_source *source, rd_kafka_conf_t *conf)
{
	if (source->transactional || strcasecmp(source->task->framework.errors_tolerance, "all") != 0)
		return;
	source->refused.conf = rd_kafka_conf_dup(conf);
	rd_kafka_conf_set_dr_msg_cb(source->refused.conf, on_delivery);
	/* Whatever the connector has. */
	rd_kafka_conf_set(source->refused.conf, "batch.num.messages", "1", NULL, 0);
	rd_kafka_conf_set(source->refused.conf, "queue.buffering.max.messages", "10000000", NULL, 0);
	rd_kafka_conf_set(source->refused.conf, "queue.buffering.max.kbytes", "2147483647", NULL, 0);
	if (is_idempotent(conf) && rd_kafka_conf_set(conf, "enable.gapless.guarantee", "true", NULL, 0) == RD_KAFKA_CONF_OK)
		source->refused.main_conf = rd_kafka_conf_dup(conf);
}

void cw_source_refused_close(struct cw_source *source)
{
	struct cw_source_refused *refused = &source->refused;

	if (refused->producer) {
		rd_kafka_purge(refused->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(refused->producer, PURGE_MS); /* serves the reports of what was purged */
		rd_kafka_destroy(refused->producer);
	}
	free_list(&refused->due);
	free_list(&refused->left);
	if (refused->conf)
		rd_kafka_conf_destroy(refused->conf);
	if (refused->main_conf)
		rd_kafka_conf_destroy(refused->main_conf);
	*refused = (struct cw_source_refused){ 0 };
}
