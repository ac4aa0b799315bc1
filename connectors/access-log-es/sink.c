/*
 * The access-log sink as the framework sees it. put() parses each record where it lies and writes its
 * document straight into the body of the next request; wait() moves the requests.
 */
#include "sink.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>

#define DRIVE_EVERY_NS INT64_C(500000) /* how often put() looks at the sockets */
#define DROPPED_LOG_MAX 20
#define USUAL_DOCUMENT 320u /* bytes, with its action; memory that is not written to costs nothing */
#define USUAL_BODY_MAX (1u << 20)

void cw_sink_fail(struct cw_sink *sink, const char *fmt, ...)
{
	char text[sizeof(sink->failure.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cw_error_set(&sink->failure, CW_ERR_FATAL, "%s", text);
}

static enum cw_result failed(const struct cw_sink *sink, struct cw_error *err)
{
	cw_error_set(err, sink->failure.code, "%s", sink->failure.text);
	return CW_FAIL;
}

/* ---- records ------------------------------------------------------------------------------------ */

void cw_sink_reject(struct cw_sink *sink, const struct cw_place *at, const char *reason)
{
	if (sink->ctx->host->reject(sink->ctx, at->batch, at->i, reason, &sink->failure) == 0)
		at->taken->left--;
}

static void drop(struct cw_sink *sink, const struct cw_place *at, const char *reason)
{
	cw_sink_count(sink, sink->metrics.dropped, 1);
	if (sink->dropped_logged < DROPPED_LOG_MAX) {
		sink->dropped_logged++;
		cw_log(sink->ctx, CW_LOG_WARN, "record %.*s-%d@%lld was left out: %s%s", (int)at->record->topic.n,
		       at->record->topic.p, (int)at->record->partition, (long long)at->record->offset, reason,
		       sink->dropped_logged == DROPPED_LOG_MAX ? "; the next ones are only counted" : "");
	}
	at->taken->left--;
}

void cw_sink_reject_invalid(struct cw_sink *sink, const struct cw_place *at, const char *reason)
{
	if (sink->config->drop_invalid)
		drop(sink, at, reason);
	else
		cw_sink_reject(sink, at, reason);
}

static __attribute__((noinline)) void unparsed(struct cw_sink *sink, const struct cw_place *at,
					       const struct cw_line_fault *fault)
{
	char reason[300];

	snprintf(reason, sizeof(reason), "the line does not parse: %s at column %zu, where there should be %s",
		 fault->field, fault->column, fault->wants);
	cw_sink_count(sink, sink->metrics.unparsed, 1);
	cw_sink_reject_invalid(sink, at, reason);
}

static void no_value(struct cw_sink *sink, const struct cw_place *at)
{
	if (sink->ignore_null)
		drop(sink, at, "it has no value (behavior.on.null.values=IGNORE)");
	else if (sink->delete_null)
		cw_structured_delete(sink, at);
	else
		cw_sink_reject(sink, at, "the record has no value (behavior.on.null.values=IGNORE leaves such records out, "
					 "DELETE deletes the document that their key names)");
}

static __attribute__((noinline)) void put_other(struct cw_sink *sink, const struct cw_place *at)
{
	static const char *const types[] = { "null", "int8", "int16", "int32", "int64", "float32", "float64", "boolean",
					     "string", "bytes", "array", "map", "struct", "Decimal", "Date", "Time",
					     "Timestamp" };
	unsigned type = at->record->value.type;
	char reason[300];

	if (type == CW_NULL) {
		no_value(sink, at);
	} else if (type == CW_MAP || type == CW_STRUCT) {
		cw_structured_put(sink, at);
	} else {
		snprintf(reason, sizeof(reason), "the value is of type %s; a document is a map or a struct, a log line text or "
						 "bytes: use a value.converter that gives one",
			 type < sizeof(types) / sizeof(*types) ? types[type] : "unknown");
		cw_sink_reject_invalid(sink, at, reason);
	}
}

/* The event's time; NULL when there is none, with *fault set. */
static inline const struct cw_log_time *event_time(struct cw_sink *sink, const struct cw_line *line,
						   const struct cw_record *record, struct cw_line_fault *fault)
{
	struct cw_slice text = line->field[CW_LINE_TIME];
	const struct cw_log_time *time;

	if (__builtin_expect(text.p != NULL, 1)) {
		time = cw_log_time_read(&sink->time, text);
		if (!time)
			cw_line_fail(fault, line->text, text.p, "timestamp",
				     sink->time.format ? "a time in the form of pattern.timestamp.format"
						       : "a time such as Jan 21 2026, 22:23:40 or "
							 "21/Jan/2026:22:23:40 +0000");
		return time;
	}
	if (sink->pattern && !cw_pattern_has_time(sink->pattern) && record->timestamp_ms >= 0)
		return cw_log_time_from_ms(&sink->time, record->timestamp_ms);
	cw_line_fail(fault, line->text, line->text.p, "timestamp", "a time, as neither the line nor the record has "
		"one");
	return NULL;
}

/* ---- which index -------------------------------------------------------------------------------- */

static inline bool slot_matches(const struct cw_sink *sink, const struct cw_index_slot *slot, struct cw_slice topic,
				int64_t bucket)
{
	return slot->used && slot->bucket == bucket &&
	       (!sink->index_uses_topic || (slot->topic_n == topic.n && memcmp(slot->topic, topic.p, topic.n) == 0));
}

static __attribute__((noinline)) struct cw_index_slot *find_slot(struct cw_sink *sink, struct cw_slice topic,
								 const struct cw_log_time *time)
{
	struct cw_index_slot *slot;

	if (topic.n >= sizeof(slot->topic))
		topic.n = sizeof(slot->topic) - 1;
	for (size_t i = 0; i < CW_SINK_INDEX_SLOTS; i++)
		if (slot_matches(sink, &sink->slots[i], topic, time->bucket))
			return &sink->slots[i];
	slot = &sink->slots[sink->next_slot++ % CW_SINK_INDEX_SLOTS];
	if (sink->open_slot == slot)
		sink->open_slot = NULL;
	slot->used = true;
	slot->mapped = false;
	slot->bucket = time->bucket;
	slot->topic_n = topic.n;
	memcpy(slot->topic, topic.p, topic.n);
	slot->n = cw_index_name_render(sink->index, topic, time->epoch_s, slot->name);
	if (sink->template_per_topic)
		cw_templates_need(sink, topic);
	return slot;
}

/* The name for the action line: "" when the document's index is the one in the path of the request. */
static inline struct cw_slice choose_index(struct cw_sink *sink, struct cw_slice topic, const struct cw_log_time *time)
{
	struct cw_bulk *open = sink->open;

	if (__builtin_expect(!sink->slot || !slot_matches(sink, sink->slot, topic, time->bucket), 0))
		sink->slot = find_slot(sink, topic, time);
	if (__builtin_expect(sink->slot == sink->open_slot, 1))
		return cw_slice(NULL, 0);
	if (open->n && (open->index_n != sink->slot->n || memcmp(open->index, sink->slot->name, open->index_n) != 0))
		return cw_slice(sink->slot->name, sink->slot->n);
	memcpy(open->index, sink->slot->name, sink->slot->n + 1);
	open->index_n = sink->slot->n;
	sink->open_slot = sink->slot;
	return cw_slice(NULL, 0);
}

/* ---- put ---------------------------------------------------------------------------------------- */

/* The last document made the body too large: it begins the next one. */
static __attribute__((noinline)) void carry_over(struct cw_sink *sink, int64_t now)
{
	struct cw_bulk *full = sink->open, *next = cw_delivery_new_bulk(sink);
	const struct cw_index_slot *slot = sink->open_slot;

	memcpy(next->index, full->index, full->index_n + 1);
	next->index_n = full->index_n;
	next->first_ns = now;
	cw_bulk_move_tail(full, full->n - 1, next);
	cw_delivery_seal(sink);
	sink->open = next;
	sink->open_slot = slot;
}

static inline size_t begin_document(struct cw_sink *sink, const struct cw_place *at, const struct cw_log_time *time,
				    struct cw_slice *index)
{
	if (!sink->open) {
		sink->open = cw_delivery_new_bulk(sink);
		sink->open->first_ns = at->now;
	}
	*index = choose_index(sink, at->record->topic, time);
	return sink->open->body.n;
}

static inline void end_document(struct cw_sink *sink, const struct cw_place *at, size_t before)
{
	struct cw_bulk *open = sink->open;

	cw_bulk_add(open, at->taken, at->i);
	sink->docs++;
	sink->bytes += open->body.n - before;
	if (__builtin_expect(open->body.n > sink->bulk_bytes && open->n > 1, 0))
		carry_over(sink, at->now);
	if (__builtin_expect(sink->open->n >= sink->pressure.docs || sink->open->body.n >= sink->bulk_bytes, 0)) {
		cw_delivery_seal(sink);
		cw_delivery_send(sink, false, false);
	}
}

size_t cw_sink_begin_document(struct cw_sink *sink, const struct cw_place *at, const struct cw_log_time *time,
			      struct cw_slice *index)
{
	return begin_document(sink, at, time, index);
}

void cw_sink_end_document(struct cw_sink *sink, const struct cw_place *at, size_t before)
{
	end_document(sink, at, before);
}

/* The action line of a document that the record's key names; false when it cannot, and the record is rejected. */
static __attribute__((noinline)) bool put_named_action(struct cw_sink *sink, const struct cw_place *at, size_t before,
						       struct cw_slice index)
{
	struct cw_error err = { 0 };

	if (cw_structured_action(sink, at, index, &err) == 0)
		return true;
	sink->open->body.n = before;
	cw_sink_reject_invalid(sink, at, err.text);
	return false;
}

static inline void put_record(struct cw_sink *sink, const struct cw_place *at)
{
	const struct cw_record *record = at->record;
	struct cw_line_fault fault;
	const struct cw_log_time *time;
	struct cw_line line;
	struct cw_slice index;
	struct cw_bulk *open;
	size_t before;
	char *out;

	if (__builtin_expect(record->value.type != CW_STRING && record->value.type != CW_BYTES, 0)) {
		put_other(sink, at);
		return;
	}
	if (sink->pattern ? cw_pattern_scan(sink->pattern, record->value.u.bytes, &line, &fault)
			  : cw_line_scan(record->value.u.bytes, &line, &fault)) {
		unparsed(sink, at, &fault);
		return;
	}
	time = event_time(sink, &line, record, &fault);
	if (__builtin_expect(!time, 0)) {
		unparsed(sink, at, &fault);
		return;
	}
	before = begin_document(sink, at, time, &index);
	open = sink->open;
	if (__builtin_expect(sink->named, 0) && !put_named_action(sink, at, before, index))
		return;
	cw_text_reserve(&open->body, CW_ACTION_MAX + cw_render_room(&sink->render, &line, record));
	out = open->body.p + open->body.n;
	if (!sink->named)
		out = cw_action_put(&sink->action, out, record, index);
	out = cw_render_document(&sink->render, out, &line, time, record);
	open->body.n = (size_t)(out - open->body.p);
	end_document(sink, at, before);
}

static bool no_room(const struct cw_sink *sink, size_t n)
{
	if (sink->ready.n)
		return true; /* a full request waits for its turn */
	return sink->docs && (sink->docs + n > (size_t)sink->config->max_buffered || sink->bytes >= CW_SINK_BYTES_MAX);
}

static enum cw_result sink_put(void *task, struct cw_batch *batch, struct cw_error *err)
{
	struct cw_sink *sink = task;
	int64_t now = cw_sink_now(sink);
	struct cw_place at = { .batch = batch, .now = now };

	if (sink->failure.code)
		return failed(sink, err);
	if (no_room(sink, batch->n) || (sink->flying.n && now - sink->driven_ns > DRIVE_EVERY_NS)) {
		cw_delivery_drive(sink, NULL, 0, 0);
		cw_delivery_send(sink, false, false);
		if (sink->failure.code)
			return failed(sink, err);
		if (no_room(sink, batch->n))
			return CW_BUSY;
	}
	at.taken = cw_delivery_take(sink, batch);
	for (at.i = 0; at.i < batch->n && !sink->failure.code; at.i++) {
		at.record = cw_batch_record(batch, at.i);
		put_record(sink, &at);
	}
	if (sink->failure.code)
		return failed(sink, err);
	cw_delivery_send(sink, false, false);
	if (at.taken->left == 0) /* none of its records became a document */
		cw_delivery_answered(sink, at.taken, 0);
	return CW_OK;
}

/* ---- wait and flush ----------------------------------------------------------------------------- */

static enum cw_result sink_wait(void *task, const int *fds, size_t n, int timeout_ms, struct cw_error *err)
{
	struct cw_sink *sink = task;
	int64_t end = cw_sink_now(sink) + (timeout_ms < 0 ? 0 : timeout_ms) * CW_SINK_NS_PER_MS, now;
	bool readable;

	sink->progress = false;
	cw_delivery_send(sink, true, false);
	do {
		int64_t due = cw_delivery_due_ns(sink);

		readable = cw_delivery_drive(sink, fds, n, due < end ? due : end);
		cw_delivery_send(sink, true, false);
		now = cw_sink_now(sink);
	} while (!readable && !sink->progress && !sink->failure.code && now < end);
	return sink->failure.code ? failed(sink, err) : CW_OK;
}

static enum cw_result sink_flush(void *task, int64_t timeout_ms, struct cw_error *err)
{
	struct cw_sink *sink = task;
	int64_t limit_ms = timeout_ms < sink->config->flush_timeout_ms ? timeout_ms : sink->config->flush_timeout_ms;
	int64_t end = cw_sink_now(sink) + limit_ms * CW_SINK_NS_PER_MS;

	if (sink->failure.code)
		return failed(sink, err);
	cw_delivery_send(sink, true, true);
	while (sink->docs && !sink->failure.code && cw_sink_now(sink) < end) {
		int64_t due = cw_delivery_due_ns(sink);

		cw_delivery_drive(sink, NULL, 0, due < end ? due : end);
		cw_delivery_send(sink, true, true);
	}
	if (sink->failure.code)
		return failed(sink, err);
	return sink->docs ? CW_RETRY : CW_OK;
}

/* ---- start and stop ----------------------------------------------------------------------------- */

static enum cw_result sink_start(const struct cw_context *ctx, const void *config, void **connector,
				 struct cw_error *err)
{
	(void)ctx;
	(void)config;
	*connector = NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		cw_error_set(err, CW_ERR_FATAL, "libcurl did not start");
		return CW_FAIL;
	}
	return CW_OK;
}

static void sink_stop(void *connector)
{
	(void)connector;
	curl_global_cleanup();
}

static int64_t now_of(void *arg)
{
	return cw_sink_now(arg);
}

static struct cw_metric *counter(const struct cw_context *ctx, const char *name, const char *help)
{
	return ctx->host->metric(ctx, CW_METRIC_COUNTER, name, help);
}

static void make_metrics(struct cw_sink *sink)
{
	const struct cw_context *ctx = sink->ctx;
	struct cw_sink_metrics *m = &sink->metrics;

	m->requests = counter(ctx, "bulk_requests", "Bulk requests sent.");
	m->bytes = counter(ctx, "bulk_bytes", "Bytes of bulk requests sent, compressed where they were.");
	m->retries = counter(ctx, "bulk_retries", "Bulk requests, or parts of them, that had to be sent again.");
	m->documents = counter(ctx, "documents_written", "Documents that the store has written.");
	m->present = counter(ctx, "documents_present", "Documents that the store had already: replays.");
	m->retried = counter(ctx, "documents_retried", "Documents in requests that had to be sent again.");
	m->unparsed = counter(ctx, "lines_unparsed", "Lines that did not parse.");
	m->refused = counter(ctx, "documents_refused", "Documents that the store refused for good.");
	m->dropped = counter(ctx, "records_dropped", "Records left out by drop.invalid.message or behavior.on.*.");
	m->took_ms = counter(ctx, "bulk_took_ms", "Milliseconds that the store says it took for bulk requests.");
	m->time_ms = counter(ctx, "bulk_time_ms", "Milliseconds from sending bulk requests to their answers.");
	m->in_flight = ctx->host->metric(ctx, CW_METRIC_GAUGE, "bulk_in_flight", "Bulk requests under way.");
	m->window = ctx->host->metric(ctx, CW_METRIC_GAUGE, "bulk_window",
				      "Bulk requests that may be under way at once; fewer while the store pushes "
				      "back.");
	m->buffered = ctx->host->metric(ctx, CW_METRIC_GAUGE, "documents_buffered",
					"Documents that the store has not answered for.");
}

static void task_free(struct cw_sink *sink)
{
	cw_delivery_free(sink);
	cw_setup_free(sink);
	cw_http_free(sink->http);
	cw_index_name_free(sink->index);
	free(sink->index_spec);
	cw_pattern_free(sink->pattern);
	cw_zone_free(sink->zone);
	cw_render_free(&sink->render);
	free(sink);
}

/* What the settings mean for lines and indices. */
static int prepare(struct cw_sink *sink, struct cw_error *err)
{
	const struct cw_es_config *config = sink->config;
	char pattern[CW_INDEX_NAME_MAX + 1];

	if (config->timezone) {
		sink->zone = cw_zone_open(config->timezone, err);
		if (!sink->zone)
			return -1;
	}
	if (config->pattern) {
		sink->pattern = cw_pattern_compile(config->pattern, err);
		if (!sink->pattern)
			return -1;
	}
	sink->streams = cw_es_config_streams(config);
	sink->index_spec = cw_es_config_index(config);
	sink->index = cw_index_name_compile(sink->index_spec, err);
	if (!sink->index)
		return -1;
	sink->index_uses_topic = cw_index_name_uses_topic(sink->index);
	sink->time.zone = sink->zone;
	sink->time.format = config->pattern_time;
	sink->time.unit_s = cw_index_name_unit_s(sink->index);
	sink->render.raw = config->include_raw;
	sink->render.kafka = config->include_kafka;
	sink->create = sink->streams || strcasecmp(config->operation, "INDEX") != 0;
	sink->action.op = sink->create ? "create" : "index";
	sink->ignore_null = strcasecmp(config->on_null, "IGNORE") == 0;
	sink->delete_null = strcasecmp(config->on_null, "DELETE") == 0;
	sink->named = !config->key_ignore;
	sink->ignore_malformed = strcasecmp(config->on_malformed, "IGNORE") == 0;
	sink->warn_malformed = strcasecmp(config->on_malformed, "WARN") == 0;
	sink->bulk_bytes = config->bulk_bytes > 0 ? (size_t)config->bulk_bytes : SIZE_MAX;
	sink->usual_body = (size_t)config->batch_size * USUAL_DOCUMENT;
	if (sink->usual_body > USUAL_BODY_MAX)
		sink->usual_body = USUAL_BODY_MAX;
	cw_pressure_init(&sink->pressure, (unsigned)config->max_in_flight, (size_t)config->batch_size);
	if (config->template_enable) {
		sink->template_per_topic = cw_index_name_pattern(sink->index, cw_slice(NULL, 0), pattern) == 0;
		if (!sink->template_per_topic)
			cw_templates_need(sink, cw_slice(NULL, 0));
	}
	return 0;
}

static enum cw_result sink_task_start(const struct cw_context *ctx, const void *config, void **task,
				      struct cw_error *err)
{
	struct cw_sink *sink = cw_text_alloc(sizeof(*sink));

	sink->ctx = ctx;
	sink->config = config;
	make_metrics(sink);
	if (prepare(sink, err) == 0)
		sink->http = cw_http_new(sink->config, now_of, sink, err);
	if (!sink->http) {
		task_free(sink);
		return CW_FAIL;
	}
	cw_delivery_send(sink, false, false); /* the template is on its way while the first records are fetched */
	*task = sink;
	return CW_OK;
}

static void sink_task_stop(void *task)
{
	task_free(task);
}

const struct cw_connector_ops cw_es_ops = {
	.size = sizeof(cw_es_ops),
	.flags = CW_SINK_ASYNC | CW_SINK_NO_HEADERS,
	.validate = cw_es_config_validate,
	.start = sink_start,
	.stop = sink_stop,
	.task_start = sink_task_start,
	.put = sink_put,
	.flush = sink_flush,
	.wait = sink_wait,
	.task_stop = sink_task_stop,
};
