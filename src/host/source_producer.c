#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/source.h"
#include "kafka/client.h"

/*
 * A producer's memory is its queue: 20,000 records cost no speed against the default's 100,000.
 * acks=all and idempotence: an acknowledged record stays, in order, once.
 */
static const struct cw_client_default defaults[] = {
	{ "acks", "all" },
	{ "enable.idempotence", "true" },
	{ "partitioner", "murmur2_random" },
	{ "queue.buffering.max.messages", "20000" },
	{ NULL, NULL },
};

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque)
{
	struct cw_source *source = opaque;

	(void)producer;
	if (!m->err) {
		if (m->_private) { /* not for the offsets of a transaction */
			cw_metric_add(source->records, 1);
			cw_acks_done(&source->acks, m->_private);
		}
		return;
	}
	cw_metric_add(source->errors, 1);
	if (m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
		return; /* an aborted transaction, or a task that ends: its records come again */
	cw_error_set(&source->failure, CW_ERR_FATAL, "a record for topic %s was not delivered: %s",
		     rd_kafka_topic_name(m->rkt), rd_kafka_err2str(m->err));
}

static void on_error(rd_kafka_t *producer, int code, const char *reason, void *opaque)
{
	struct cw_source *source = opaque;
	char text[512];

	if (code != RD_KAFKA_RESP_ERR__FATAL) {
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
	CW_AUTO_FREE char *transactional_id = NULL;
	struct cw_client_default all[sizeof(defaults) / sizeof(defaults[0]) + 2];
	const char *group = cw_map_get(&task->worker->raw, "group.id");
	size_t n = 0;
	rd_kafka_conf_t *conf;

	all[n++] = (struct cw_client_default){ "client.id", client };
	if (source->transactional) {
		transactional_id = cw_format("%s-%s-%d", group ? group : "connect-standalone", task->context.connector,
					     task->context.task);
		all[n++] = (struct cw_client_default){ "transactional.id", transactional_id };
	} else { /* a transaction has a timeout of its own, and starts again when that is over */
		all[n++] = (struct cw_client_default){ "delivery.timeout.ms", "2147483647" };
	}
	memcpy(&all[n], defaults, sizeof(defaults));
	conf = cw_client_conf(CW_CLIENT_PRODUCER, task->worker, &task->config, all, err);
	if (!conf)
		return CW_FAIL;
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
	source->producer = cw_client_new(CW_CLIENT_PRODUCER, conf, &source->scope, err);
	return source->producer ? CW_OK : CW_FAIL;
}

/* The topic's handle; the one that was used last is found at once. */
static rd_kafka_topic_t *topic_of(struct cw_source *source, struct cw_slice name, struct cw_error *err)
{
	struct cw_source_topic *t, **link = &source->topics;

	for (; (t = *link) != NULL; link = &t->next)
		if (t->n == name.n && memcmp(t->name, name.p, name.n) == 0)
			break;
	if (t && t == source->topics)
		return t->topic;
	if (t) {
		*link = t->next;
	} else {
		if (name.n == 0) {
			cw_error_set(err, CW_ERR_FATAL, "the connector gave a record without a topic");
			return NULL;
		}
		t = cw_alloc(sizeof(*t));
		t->name = cw_strndup(name.p, name.n);
		t->n = name.n;
		t->topic = rd_kafka_topic_new(source->producer, t->name, NULL);
		if (!t->topic) {
			cw_error_set(err, CW_ERR_FATAL, "topic %s: %s", t->name, rd_kafka_err2str(rd_kafka_last_error()));
			free(t->name);
			free(t);
			return NULL;
		}
	}
	t->next = source->topics;
	source->topics = t;
	return t->topic;
}

/* The long way, for what rd_kafka_produce() cannot say: a timestamp, headers. */
static rd_kafka_resp_err_t produce_full(rd_kafka_t *producer, rd_kafka_topic_t *topic, const struct cw_record *r,
					struct cw_slice key, struct cw_slice value, void *opaque)
{
	rd_kafka_headers_t *headers = NULL;
	rd_kafka_vu_t vus[8];
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	size_t n = 0;

	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = r->partition };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = { (void *)(uintptr_t)key.p, key.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = { (void *)(uintptr_t)value.p, value.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = opaque };
	if (r->timestamp_ms >= 0)
		vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = r->timestamp_ms };
	if (r->n_headers) {
		headers = rd_kafka_headers_new(r->n_headers);
		for (size_t i = 0; i < r->n_headers; i++) {
			const struct cw_header *h = &r->headers[i];
			bool bytes = h->value.type == CW_STRING || h->value.type == CW_BYTES;

			rd_kafka_header_add(headers, h->key.p, (ssize_t)h->key.n, bytes ? h->value.u.bytes.p : NULL,
					    bytes ? (ssize_t)h->value.u.bytes.n : 0);
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

static rd_kafka_resp_err_t produce(struct cw_source *source, rd_kafka_topic_t *topic, const struct cw_record *r,
				   struct cw_slice key, struct cw_slice value, void *opaque)
{
	if (r->timestamp_ms >= 0 || r->n_headers)
		return produce_full(source->producer, topic, r, key, value, opaque);
	if (rd_kafka_produce(topic, r->partition, RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)value.p, value.n, key.p, key.n,
			     opaque) == 0)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	return rd_kafka_last_error();
}

/* CW_END: gave up, since the task has to end. */
static enum cw_result send_record(struct cw_source *source, struct cw_ack_entry *entry, const struct cw_record *r,
				  struct cw_error *err)
{
	rd_kafka_topic_t *topic = topic_of(source, r->topic, err);
	struct cw_slice key, value;
	rd_kafka_resp_err_t error;

	if (!topic || cw_converter_from_value(&source->key_converter, &r->key, &key, err) != 0 ||
	    cw_converter_from_value(&source->value_converter, &r->value, &value, err) != 0)
		return CW_FAIL;
	while ((error = produce(source, topic, r, key, value, entry)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
		cw_source_serve(source, 100);
		if (source->failure.code) {
			*err = source->failure;
			return CW_FAIL;
		}
		/* A broker that is away for long must not keep a task from ending. */
		if (cw_task_stopping(source->task) && cw_task_stop_budget_ms(source->task) == 0)
			return CW_END;
	}
	if (error) {
		cw_error_set(err, CW_ERR_FATAL, "a record for topic %s cannot be sent: %s", rd_kafka_topic_name(topic),
			     rd_kafka_err2str(error));
		return CW_FAIL;
	}
	cw_acks_sent(&source->acks, entry);
	cw_acks_note(entry, r->source_partition, &r->source_offset);
	return CW_OK;
}

enum cw_result cw_source_send(struct cw_source *source, struct cw_error *err)
{
	const struct cw_batch *batch = &source->batch->batch;
	struct cw_ack_entry *entry = source->transaction;
	enum cw_result result = CW_OK;
	int64_t bytes = 0;

	if (!entry)
		entry = cw_acks_open(&source->acks);
	for (size_t i = 0; i < batch->n && result == CW_OK; i++) {
		const struct cw_record *r = cw_batch_record(batch, i);

		result = send_record(source, entry, r, err);
		bytes += (int64_t)r->value.u.bytes.n;
	}
	if (result == CW_END)
		return CW_OK; /* given up: the entry stays open, so that no offset from here on is committed */
	if (!source->transactional && result == CW_OK)
		cw_acks_seal(&source->acks, entry);
	cw_metric_add(source->polled, (int64_t)batch->n);
	cw_metric_add(source->bytes, bytes);
	cw_metric_add(source->batches, 1);
	return result;
}

void cw_source_serve(struct cw_source *source, int timeout_ms)
{
	rd_kafka_poll(source->producer, timeout_ms);
	cw_metric_set(source->in_flight, (int64_t)source->acks.in_flight);
}

bool cw_source_drain(struct cw_source *source, int64_t timeout_ms)
{
	int64_t deadline = cw_clock_ms() + timeout_ms;

	while (source->acks.in_flight > 0 && !source->failure.code) {
		int64_t left = deadline - cw_clock_ms();

		if (left <= 0)
			return false;
		rd_kafka_flush(source->producer, left > 100 ? 100 : (int)left); /* does not linger */
		cw_source_serve(source, 0);
	}
	return !source->failure.code;
}

void cw_source_close_producer(struct cw_source *source)
{
	struct cw_source_topic *t, *next;

	for (t = source->topics; t; t = next) {
		next = t->next;
		rd_kafka_topic_destroy(t->topic);
		free(t->name);
		free(t);
	}
	source->topics = NULL;
	if (!source->producer)
		return;
	rd_kafka_purge(source->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(source->producer, 1000); /* serves the reports of what was purged */
	rd_kafka_destroy(source->producer);
	source->producer = NULL;
}
