/* Messages of Kafka into batches. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "data/schema.h"
#include "data/text.h"
#include "host/sink.h"

/* Errors come as messages, too. Those that time may heal are logged, the others fail the task. */
void cw_sink_note_error(struct cw_sink *sink, const rd_kafka_message_t *message)
{
	const char *text = rd_kafka_message_errstr(message);

	cw_metric_add(sink->errors, 1);
	switch (message->err) {
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR__FATAL:
		cw_error_set(&sink->failure, CW_ERR_FATAL, "reading from Kafka failed: %s", text);
		break;
	default:
		if (cw_repeats_say(&sink->repeats, text, cw_clock_ms()))
			log_warn(&sink->scope, "reading from Kafka: %s", text);
	}
}

static void *copy(struct cw_task_batch *b, const void *p, size_t n)
{
	return p ? memcpy(cw_batch_alloc(&b->batch, n), p, n) : NULL;
}

/* Where a run of messages of the same partition belongs to. */
struct place {
	const rd_kafka_topic_t *topic;
	int32_t partition;
	struct cw_slice name; /* in the batch */
	size_t span;
};

/* The span of a partition, which may have been seen before in the batch; if not, it ends where the last batch's did. */
static size_t find_span(const struct cw_sink *sink, struct cw_task_batch *b, const struct place *place)
{
	for (size_t i = 0; i < b->n_spans; i++)
		if (b->spans[i].partition == place->partition && strcmp(b->spans[i].topic, place->name.p) == 0)
			return i;
	if (b->n_spans == b->spans_cap) {
		b->spans_cap = b->spans_cap ? b->spans_cap * 2 : 8;
		b->spans = cw_realloc(b->spans, b->spans_cap * sizeof(*b->spans));
	}
	b->spans[b->n_spans] = (struct cw_span){ .topic = place->name.p, .partition = place->partition,
						 .next_offset = cw_positions_of(&sink->received, place->name.p,
										place->partition) };
	return b->n_spans++;
}

static void find_place(const struct cw_sink *sink, struct cw_task_batch *b, struct place *place,
		       const rd_kafka_message_t *m)
{
	if (m->rkt != place->topic) {
		const char *name = rd_kafka_topic_name(m->rkt);
		size_t n = strlen(name);

		place->topic = m->rkt;
		place->name = cw_slice(copy(b, name, n + 1), n);
	}
	place->partition = m->partition;
	place->span = find_span(sink, b, place);
}

static void fill_headers(struct cw_task_batch *b, struct cw_record *r, const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers;
	struct cw_header *out;
	size_t n;

	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	n = rd_kafka_header_cnt(headers);
	out = cw_batch_alloc(&b->batch, n * sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		const char *key;
		const void *p;
		size_t size;

		if (rd_kafka_header_get_all(headers, i, &key, &p, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		out[i].key = cw_slice(copy(b, key, strlen(key)), strlen(key));
		out[i].value = p ? cw_value_bytes(cw_slice(copy(b, p, size), size)) : cw_value_null();
		r->n_headers++;
	}
	r->headers = out;
}

/* What the left-out converter would give of bytes in the batch, where `direct`; else the bytes, for the converter. */
static struct cw_value bytes_value(struct cw_task_batch *b, enum cw_type type, bool direct, struct cw_slice bytes)
{
	struct cw_value v = cw_value_of(bytes.p ? type : CW_NULL);

	if (direct)
		v.schema = cw_schema_of(type, true);
	if (!bytes.p)
		return v;
	v.u.bytes = bytes;
	if (type == CW_STRING)
		v.u.bytes = cw_text_decode(&b->batch, v.u.bytes);
	return v;
}

/* For dead letters, which have the headers also where nobody else looks at them. */
static void keep_original(const struct cw_sink *sink, struct cw_task_batch *b, struct cw_record *r, struct cw_slice key,
			  struct cw_slice value)
{
	cw_task_batch_keep(b, key, value);
	if (sink->headers)
		return;
	r->headers = NULL;
	r->n_headers = 0;
}

static void fill_record(struct cw_sink *sink, struct cw_task_batch *b, const struct place *place,
			const rd_kafka_message_t *m)
{
	struct cw_record *r = cw_batch_record(&b->batch, b->batch.n++);
	struct cw_slice key = cw_slice(copy(b, m->key, m->key_len), m->key_len);
	struct cw_slice value = cw_slice(copy(b, m->payload, m->len), m->len);
	rd_kafka_timestamp_type_t type;

	r->topic = place->name;
	r->offset = m->offset;
	r->partition = m->partition;
	r->timestamp_ms = rd_kafka_message_timestamp(m, &type);
	r->timestamp_type = type == RD_KAFKA_TIMESTAMP_CREATE_TIME	  ? CW_TIMESTAMP_CREATE :
			    type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? CW_TIMESTAMP_LOG_APPEND :
									 CW_TIMESTAMP_NONE;
	r->original_topic = place->name;
	r->original_partition = m->partition;
	r->key = bytes_value(b, sink->pipeline.key_type, sink->pipeline.key_direct, key);
	r->value = bytes_value(b, sink->pipeline.value_type, sink->pipeline.value_direct, value);
	r->source_partition = NULL;
	r->headers = NULL;
	r->n_headers = 0;
	if (sink->headers || sink->letters)
		fill_headers(b, r, m);
	if (sink->letters)
		keep_original(sink, b, r, key, value);
	b->raw = b->raw || cw_pipeline_is_needed(&sink->pipeline, r);
}

/*
 * The bytes are copied and the messages given back at once: what the plugin holds until its store has answered
 * is a third of what librdkafka needs for a message, and librdkafka's memory is used again while it is in the cache.
 */
int64_t cw_sink_fill_batch(struct cw_sink *sink, struct cw_task_batch *b)
{
	struct place place = { 0 };
	int64_t bytes = 0;

	for (size_t i = 0; i < sink->n_messages; i++) {
		const rd_kafka_message_t *m = sink->messages[i];

		if (m->err) {
			cw_sink_note_error(sink, m);
			continue;
		}
		if (m->rkt != place.topic)
			cw_used_topics_add(&sink->topics, sink->task, rd_kafka_topic_name(m->rkt));
		if (m->rkt != place.topic || m->partition != place.partition)
			find_place(sink, b, &place, m);
		if (m->offset < b->spans[place.span].next_offset)
			cw_sink_went_back(sink, m, b->spans[place.span].next_offset);
		fill_record(sink, b, &place, m);
		b->spans[place.span].next_offset = m->offset + 1;
		bytes += (int64_t)m->len;
	}
	for (size_t i = 0; i < sink->n_messages; i++) /* only now: they keep the topics alive that are compared */
		rd_kafka_message_destroy(sink->messages[i]);
	sink->n_messages = 0;
	for (size_t i = 0; i < b->n_spans; i++)
		cw_positions_advance(&sink->received, b->spans[i].topic, b->spans[i].partition, b->spans[i].next_offset);
	return bytes;
}
