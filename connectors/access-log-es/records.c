/*
 * Records into bodies: each is parsed where it lies, and its document written straight into the body of the next
 * request.
 */
#include "sink.h"

#define DROPPED_LOG_MAX 20

/* ---- records ------------------------------------------------------------------------------------ */

void cw_sink_reject(struct cw_sink *sink, const struct cw_place *at, const char *reason)
{
	if (sink->ctx->host->reject(sink->ctx, at->batch, at->i, reason, &sink->failure) == 0)
		at->taken->left--;
}

/* What Kafka Connect's sink reports all the same is a `letter`. */
static void drop(struct cw_sink *sink, const struct cw_place *at, const char *reason, bool letter)
{
	at->taken->left--;
	if (sink->left_out) {
		sink->left_out(sink, at, reason);
		return;
	}
	sink->ctx->host->drop(sink->ctx, at->batch, at->i, reason, letter, &sink->failure);
	if (sink->dropped_logged < DROPPED_LOG_MAX) {
		sink->dropped_logged++;
		cw_log(sink->ctx, CW_LOG_WARN, "record %.*s-%d@%lld was left out: %s%s", (int)at->record->topic.n,
		       at->record->topic.p, (int)at->record->partition, (long long)at->record->offset, reason,
		       sink->dropped_logged == DROPPED_LOG_MAX ? "; the next ones are only counted" : "");
	}
}

void cw_sink_reject_invalid(struct cw_sink *sink, const struct cw_place *at, const char *reason)
{
	if (sink->config->drop_invalid)
		drop(sink, at, reason, false);
	else
		cw_sink_reject(sink, at, reason);
}

static __attribute__((noinline)) void unparsed(struct cw_sink *sink, const struct cw_place *at,
					       const struct cw_line_fault *fault)
{
	struct cw_slice text = at->record->value.u.bytes;
	bool json = text.n && text.p[0] == '{';
	char reason[300];

	snprintf(reason, sizeof(reason), "the line does not parse: %s at column %zu, where there should be %s%s", fault->field,
		 fault->column, fault->wants, json ? "; text that is JSON becomes a document by value.converter="
						     "org.apache.kafka.connect.json.JsonConverter" : "");
	cw_sink_count(sink, sink->metrics.unparsed, 1);
	cw_sink_reject_invalid(sink, at, reason);
}

static void no_value(struct cw_sink *sink, const struct cw_place *at)
{
	if (sink->ignore_null)
		drop(sink, at, "it has no value (behavior.on.null.values=IGNORE)", true);
	else if (sink->delete_null && at->record->key.type == CW_NULL)
		drop(sink, at, "it has neither a value nor a key, so that there is nothing to delete", false);
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
	return slot->used && slot->bucket == bucket && !sink->index_uses_fields &&
	       (!sink->index_uses_topic || (slot->topic_n == topic.n && memcmp(slot->topic, topic.p, topic.n) == 0));
}

/* A slot of its own for an index that has none; the one that was made first gives way. */
static struct cw_index_slot *new_slot(struct cw_sink *sink, struct cw_slice topic, int64_t bucket, const char *name,
				      size_t n)
{
	struct cw_index_slot *slot = &sink->slots[sink->next_slot++ % CW_SINK_INDEX_SLOTS];

	if (sink->open_slot == slot)
		sink->open_slot = NULL;
	slot->used = true;
	slot->mapped = false;
	slot->bucket = bucket;
	slot->topic_n = topic.n;
	memcpy(slot->topic, topic.p, topic.n);
	slot->n = n;
	memcpy(slot->name, name, n + 1);
	if (sink->template_per_topic)
		cw_templates_need(sink, topic);
	return slot;
}

static __attribute__((noinline)) struct cw_index_slot *find_slot(struct cw_sink *sink, struct cw_slice topic,
								 const struct cw_log_time *time)
{
	char name[CW_INDEX_NAME_MAX + 1];
	size_t n;

	if (topic.n >= sizeof(sink->slots->topic))
		topic.n = sizeof(sink->slots->topic) - 1;
	for (size_t i = 0; i < CW_SINK_INDEX_SLOTS; i++)
		if (slot_matches(sink, &sink->slots[i], topic, time->bucket))
			return &sink->slots[i];
	if (sink->resource)
		n = (size_t)snprintf(name, sizeof(name), "%s", sink->resource);
	else
		n = cw_index_name_render(sink->index, topic, sink->index_values.text, time->epoch_s, name);
	for (size_t i = 0; i < CW_SINK_INDEX_SLOTS && sink->index_uses_fields; i++)
		if (sink->slots[i].used && sink->slots[i].n == n && memcmp(sink->slots[i].name, name, n) == 0)
			return &sink->slots[i];
	return new_slot(sink, topic, time->bucket, name, n);
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

/* An action line that needs more than the record's place; false when it cannot be, and the record is rejected. */
static __attribute__((noinline)) bool put_full_action(struct cw_sink *sink, const struct cw_place *at,
						      const struct cw_line *line, size_t before, struct cw_slice index)
{
	struct cw_error err = { 0 };

	if (cw_action_write(sink, at, line, false, index, &err) == 0) {
		cw_action_begin_document(sink);
		return true;
	}
	sink->open->body.n = before;
	cw_sink_reject_invalid(sink, at, err.text);
	return false;
}

static __attribute__((noinline)) bool ask_index(struct cw_sink *sink, const struct cw_place *at,
						const struct cw_line *line)
{
	struct cw_error err = { 0 };

	if (cw_sink_ask_index(sink, at->record, line, &err) == 0)
		return true;
	cw_sink_reject_invalid(sink, at, err.text);
	return false;
}

int cw_sink_ask_index(struct cw_sink *sink, const struct cw_record *record, const struct cw_line *line,
			struct cw_error *err)
{
	if (!sink->index_asks)
		return 0;
	if (sink->config->resources.n)
		return cw_resources_choose(sink, record, err);
	return cw_fields_find(sink->index, record, line, &sink->index_values, err);
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
	if (__builtin_expect(sink->index_asks, 0) && !ask_index(sink, at, &line))
		return;
	before = begin_document(sink, at, time, &index);
	open = sink->open;
	if (__builtin_expect(!sink->plain_actions, 0) && !put_full_action(sink, at, &line, before, index))
		return;
	cw_text_reserve(&open->body, CW_ACTION_MAX + cw_render_room(&sink->render, &line, record));
	out = open->body.p + open->body.n;
	if (__builtin_expect(sink->plain_actions, 1))
		out = cw_action_put(&sink->action, out, record, index);
	out = cw_render_document(&sink->render, out, &line, time, record);
	open->body.n = (size_t)(out - open->body.p);
	if (__builtin_expect(sink->upsert, 0))
		cw_action_end_document(sink);
	end_document(sink, at, before);
}

void cw_records_put(struct cw_sink *sink, struct cw_batch *batch, struct cw_taken *taken, int64_t now)
{
	struct cw_place at = { .batch = batch, .taken = taken, .now = now };

	for (at.i = 0; at.i < batch->n && !sink->failure.code; at.i++) {
		at.record = cw_batch_record(batch, at.i);
		put_record(sink, &at);
	}
}
