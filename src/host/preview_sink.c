/* The records of a sink's preview: from the request, or the newest of its topics; and what the sink makes of them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "data/number.h"
#include "host/preview.h"
#include "kafka/newest.h"

#define NEWEST_DEFAULT 10
#define READ_TIMEOUT_MS 15000

/* ---- records of the request ----------------------------------------------------------------------------- */

/* Text, {"base64":…}, or null. */
static int read_bytes(struct cw_batch *memory, const json_t *given, const char *what, size_t i, struct cw_value *out,
		      struct cw_error *err)
{
	const json_t *base64 = json_object_get(given, "base64");
	const json_t *text = base64 ? base64 : given;
	struct cw_slice bytes = cw_slice(json_string_value(text), json_string_length(text));

	*out = cw_value_null();
	if (!bytes.p)
		return 0;
	if (base64 && cw_base64_decode(memory, bytes, &bytes) != 0)
		return cw_error_set(err, CW_ERR_INVALID, "records[%zu].%s.base64 is not base64 with its padding", i, what);
	if (!base64)
		bytes.p = memcpy(cw_batch_alloc(memory, bytes.n + 1), bytes.p, bytes.n + 1);
	*out = cw_value_bytes(bytes);
	return 0;
}

static int read_headers(struct cw_batch *memory, const json_t *given, size_t i, struct cw_record *record,
			struct cw_error *err)
{
	struct cw_header *headers = cw_batch_alloc(memory, json_array_size(given) * sizeof(*headers));
	const json_t *header;
	size_t k;

	json_array_foreach(given, k, header) {
		struct cw_value key;

		if (read_bytes(memory, json_object_get(header, "key"), "headers", i, &key, err) != 0 ||
		    read_bytes(memory, json_object_get(header, "value"), "headers", i, &headers[k].value, err) != 0)
			return -1;
		headers[k].key = key.u.bytes;
	}
	record->headers = headers;
	record->n_headers = json_array_size(given);
	return 0;
}

static int64_t number_of(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *number = json_object_get(object, key);

	return json_is_integer(number) ? json_integer_value(number) : otherwise;
}

/* What a record does not say it has as if it had been written just now, one after the other. */
static int read_record(const struct cw_preview *preview, const json_t *given, size_t i, struct cw_record *record,
		       struct cw_error *err)
{
	const struct cw_list *topics = &preview->task->framework.topics;
	const char *topic = json_string_value(json_object_get(given, "topic"));
	struct cw_batch *memory = &preview->batch->batch;

	if (!topic && topics->n == 0)
		return cw_error_set(err, CW_ERR_INVALID, "records[%zu].topic is needed: the connector's topics do not say which "
				    "one it is", i);
	if (!topic)
		topic = topics->items[0];
	record->topic = record->original_topic = cw_slice_str(topic);
	record->partition = record->original_partition = (int32_t)number_of(given, "partition", 0);
	record->offset = number_of(given, "offset", (int64_t)i);
	record->timestamp_ms = json_is_null(json_object_get(given, "timestamp")) ?
				       CW_NO_TIMESTAMP :
				       number_of(given, "timestamp", cw_clock_epoch_ms());
	record->timestamp_type = record->timestamp_ms == CW_NO_TIMESTAMP ? CW_TIMESTAMP_NONE : CW_TIMESTAMP_CREATE;
	if (read_bytes(memory, json_object_get(given, "key"), "key", i, &record->key, err) != 0 ||
	    read_bytes(memory, json_object_get(given, "value"), "value", i, &record->value, err) != 0)
		return -1;
	return read_headers(memory, json_object_get(given, "headers"), i, record, err);
}

/* ---- through the stages --------------------------------------------------------------------------------- */

static int run(struct cw_preview *preview, struct cw_record *record, struct cw_error *err)
{
	struct cw_batch *batch = &preview->batch->batch;
	json_t *entry = json_pack("{sI}", "offset", (json_int_t)record->offset);

	if (cw_preview_run(preview, batch, record, entry)) {
		preview->shown_at[batch->n] = json_array_size(preview->records) - 1;
		*cw_batch_add(batch) = *record;
	}
	return cw_preview_check_size(preview, err);
}

static int run_given(struct cw_preview *preview, const json_t *records, struct cw_error *err)
{
	const json_t *given;
	size_t i;

	json_array_foreach(records, i, given) {
		struct cw_record record = { .topic = { NULL, 0 } };

		if (read_record(preview, given, i, &record, err) != 0 || run(preview, &record, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- records of a topic --------------------------------------------------------------------------------- */

static struct cw_value bytes_value(const void *p, size_t n)
{
	return p ? cw_value_bytes(cw_slice(p, n)) : cw_value_null();
}

static void take_headers(struct cw_batch *memory, const rd_kafka_message_t *m, struct cw_record *record)
{
	rd_kafka_headers_t *headers;
	struct cw_header *out;

	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	out = cw_batch_alloc(memory, rd_kafka_header_cnt(headers) * sizeof(*out));
	record->headers = out;
	for (size_t i = 0; i < rd_kafka_header_cnt(headers); i++) {
		const char *key;
		const void *p;
		size_t n;

		if (rd_kafka_header_get_all(headers, i, &key, &p, &n) != RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		out[i].key = cw_slice_str(key);
		out[i].value = bytes_value(p, n);
		record->n_headers++;
	}
}

/* Its bytes are the message's. */
static void take_message(struct cw_batch *memory, const rd_kafka_message_t *m, struct cw_record *record)
{
	rd_kafka_timestamp_type_t type;

	record->topic = record->original_topic = cw_slice_str(rd_kafka_topic_name(m->rkt));
	record->partition = record->original_partition = m->partition;
	record->offset = m->offset;
	record->timestamp_ms = rd_kafka_message_timestamp(m, &type);
	record->timestamp_type = type == RD_KAFKA_TIMESTAMP_CREATE_TIME	  ? CW_TIMESTAMP_CREATE :
				 type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? CW_TIMESTAMP_LOG_APPEND :
									      CW_TIMESTAMP_NONE;
	record->key = bytes_value(m->key, m->key_len);
	record->value = bytes_value(m->payload, m->len);
	take_headers(memory, m, record);
}

static int run_messages(struct cw_preview *preview, const struct cw_newest *newest, struct cw_error *err)
{
	for (size_t i = 0; i < newest->n; i++) {
		struct cw_record record = { .topic = { NULL, 0 } };

		take_message(&preview->batch->batch, newest->messages[i], &record);
		if (run(preview, &record, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- what the sink makes of them ------------------------------------------------------------------------ */

static json_t *entry_of(const struct cw_preview *preview, size_t i)
{
	return json_array_get(preview->records, preview->shown_at[i]);
}

/* It was said already what the sink makes of record i. */
static bool has_put(const struct cw_preview *preview, size_t i)
{
	return json_array_size(json_object_get(entry_of(preview, i), "stages")) > preview->pipeline.n;
}

/* The last stage of record i; takes what there is to show of it. */
static void add_put(const struct cw_preview *preview, size_t i, const char *result, json_t *shown)
{
	json_t *entry = entry_of(preview, i);
	json_t *stage = json_pack("{ssssss}", "stage", "TASK_PUT", "class", preview->task->plugin->plugin.class_name, "result",
				  result);

	json_object_update(stage, shown);
	json_decref(shown);
	json_array_append_new(json_object_get(entry, "stages"), stage);
	if (strcmp(result, "not_rendered") != 0)
		json_object_set_new(entry, "result", json_string(result));
}

static struct cw_preview *preview_of(const struct cw_context *ctx)
{
	return ((struct cw_task *)(uintptr_t)ctx)->loop;
}

void cw_preview_rendered(const struct cw_context *ctx, const struct cw_batch *batch, size_t i,
			 const struct cw_rendering *rendering)
{
	struct cw_preview *preview = preview_of(ctx);
	json_t *shown;

	if (i >= batch->n || has_put(preview, i))
		return;
	shown = json_object();
	if (rendering->left_out) {
		json_object_set_new(shown, "reason", cw_preview_text(preview, cw_slice_str(rendering->left_out)));
		add_put(preview, i, "left_out", shown);
		return;
	}
	json_object_set_new(shown, "destination", cw_preview_text(preview, rendering->destination));
	cw_preview_put(preview, shown, rendering->text);
	preview->bytes += rendering->text.n;
	add_put(preview, i, "rendered", shown);
}

static void fail_put(const struct cw_preview *preview, size_t i, const char *reason)
{
	json_object_set_new(entry_of(preview, i), "error",
			    cw_preview_error(preview, "TASK_PUT", preview->task->plugin->plugin.class_name, reason));
	add_put(preview, i, "failed", json_object());
}

int cw_preview_reject(const struct cw_context *ctx, struct cw_batch *batch, size_t i, const char *reason,
		      struct cw_error *err)
{
	(void)err;
	if (i < batch->n && !has_put(preview_of(ctx), i))
		fail_put(preview_of(ctx), i, reason);
	return 0;
}

static void render(struct cw_preview *preview)
{
	struct cw_task *task = preview->task;
	struct cw_batch *batch = &preview->batch->batch;
	const char *silent = "the sink does not say what it would send";
	struct cw_error err = { 0 };
	enum cw_result result = CW_OK;

	if (task->plugin->ops.render && batch->n > 0)
		result = task->plugin->ops.render(&task->context, task->plugin_config, batch, &err);
	for (size_t i = 0; i < batch->n; i++) {
		if (has_put(preview, i))
			continue;
		if (result != CW_OK)
			fail_put(preview, i, err.text);
		else
			add_put(preview, i, "not_rendered", json_pack("{ss}", "reason", silent));
	}
}

/* ---- all of it ------------------------------------------------------------------------------------------ */

/* The batch points into the messages until it is rendered. */
static int run_newest(struct cw_preview *preview, struct cw_error *err)
{
	const char *asked = json_string_value(json_object_get(preview->request, "topic"));
	const struct cw_list one = { &asked, 1 }, *topics = asked ? &one : &preview->task->framework.topics;
	struct cw_newest newest = { .max = (size_t)number_of(preview->request, "last", NEWEST_DEFAULT) };
	struct cw_reader *reader;
	int failed;

	if (newest.max > CW_PREVIEW_MAX)
		newest.max = CW_PREVIEW_MAX;
	if (topics->n == 0)
		return cw_error_set(err, CW_ERR_INVALID, "Which records? Give \"records\", or a \"topic\" whose newest ones are "
				    "meant: the connector's configuration names no topics");
	reader = cw_reader_new(preview->task->worker, &preview->task->config, &preview->task->scope, NULL, err);
	if (!reader)
		return -1;
	failed = cw_newest_read(&newest, reader, topics, cw_clock_ms() + READ_TIMEOUT_MS, err);
	if (!failed)
		failed = run_messages(preview, &newest, err);
	if (!failed)
		render(preview);
	cw_newest_free(&newest);
	cw_reader_free(reader);
	return failed;
}

int cw_preview_sink(struct cw_preview *preview, struct cw_error *err)
{
	const json_t *records = json_object_get(preview->request, "records");
	int failed;

	if (json_object_get(preview->request, "first"))
		return cw_error_set(err, CW_ERR_INVALID, "\"first\" is for sources: a sink's records are \"records\", or the "
				    "\"last\" ones of a \"topic\"");
	if (json_array_size(records) > CW_PREVIEW_MAX)
		return cw_error_set(err, CW_ERR_INVALID, "these are more than %d records", CW_PREVIEW_MAX);
	preview->shown_at = cw_alloc(CW_PREVIEW_MAX * sizeof(*preview->shown_at));
	preview->batch = cw_task_batch_new(CW_PREVIEW_MAX);
	preview->batch->batch.received_ns = cw_clock_ns();
	failed = records ? run_given(preview, records, err) : run_newest(preview, err);
	if (!failed && records)
		render(preview);
	return failed ? failed : cw_preview_check_size(preview, err);
}
