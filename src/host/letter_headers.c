#include "host/letter_headers.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "data/value.h"

static const char *exception_of(enum cw_error_code code)
{
	switch (code) {
	case CW_ERR_INVALID: return "org.apache.kafka.connect.errors.DataException";
	case CW_ERR_RETRIABLE: return "org.apache.kafka.connect.errors.RetriableException";
	default: return "org.apache.kafka.connect.errors.ConnectException";
	}
}

static void add_header(rd_kafka_headers_t *headers, const char *name, const char *value, size_t n)
{
	char key[64];

	snprintf(key, sizeof(key), "__connect.errors.%s", name);
	rd_kafka_header_add(headers, key, -1, value, (ssize_t)n);
}

static void add_text(rd_kafka_headers_t *headers, const char *name, const char *text)
{
	add_header(headers, name, text, strlen(text));
}

static void add_number(rd_kafka_headers_t *headers, const char *name, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	add_text(headers, name, text);
}

/* Kafka Connect has no such headers: where the record is from, in the source's own terms. */
static void add_source(rd_kafka_headers_t *headers, const struct cw_record *given)
{
	struct cw_buf offset = { 0 };

	if (!given->source_partition)
		return;
	cw_value_print(&offset, &given->source_offset);
	add_text(headers, "source.partition", given->source_partition->json);
	add_header(headers, "source.offset", offset.p, offset.n);
	cw_buf_free(&offset);
}

/* What went wrong, and where: what stands for a stack here is the sentence that a trace would have. */
static void add_context(rd_kafka_headers_t *headers, const struct cw_original *o, const struct cw_record_error *what)
{
	const char *exception = exception_of(what->code);
	struct cw_buf trace = { 0 };

	cw_buf_printf(&trace, "%s: %s\n\tat %s (%s)\n", exception, what->reason, what->class_name, what->stage);
	add_header(headers, "topic", o->topic.p, o->topic.n);
	if (what->given) {
		add_source(headers, what->given);
	} else {
		add_number(headers, "partition", o->partition);
		add_number(headers, "offset", o->offset);
	}
	add_text(headers, "connector.name", what->task->context.connector);
	add_number(headers, "task.id", what->task->context.task);
	add_text(headers, "stage", what->stage);
	add_text(headers, "class.name", what->class_name);
	add_text(headers, "exception.class.name", exception);
	add_text(headers, "exception.message", what->reason);
	add_header(headers, "exception.stacktrace", trace.p, trace.n);
	cw_buf_free(&trace);
}

rd_kafka_headers_t *cw_letter_headers(const struct cw_original *o, const struct cw_record_error *what)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(o->n_headers + 10);

	for (size_t i = 0; i < o->n_headers; i++) {
		const struct cw_header *h = &o->headers[i];
		struct cw_slice bytes = h->value.type == CW_NULL ? cw_slice(NULL, 0) : h->value.u.bytes;

		rd_kafka_header_add(headers, h->key.p, (ssize_t)h->key.n, bytes.p, (ssize_t)bytes.n);
	}
	if (what->task->framework.errors_dlq_context_headers)
		add_context(headers, o, what);
	return headers;
}
