/* Records that are no lines: maps and structs become documents as they are, their keys the documents' ids. */
#include "sink.h"

#include "document.h"

/* ---- the event's time --------------------------------------------------------------------------- */

/* A field of the outermost level that is there and not null; NULL: none. */
static const struct cw_value *find_field(const struct cw_value *value, struct cw_slice name)
{
	const struct cw_value *found = NULL;

	if (value->type == CW_STRUCT) {
		for (size_t i = 0; i < value->schema->n_fields && !found; i++)
			if (cw_slice_equal(value->schema->fields[i].name, name))
				found = &value->u.array.items[i];
	} else {
		for (size_t i = 0; i < value->u.map.n && !found; i++)
			if (value->u.map.entries[i].key.type == CW_STRING &&
			    cw_slice_equal(value->u.map.entries[i].key.u.bytes, name))
				found = &value->u.map.entries[i].value;
	}
	return found && found->type != CW_NULL ? found : NULL;
}

static const struct cw_log_time *time_of(struct cw_sink *sink, const struct cw_value *value, const char *field,
					 struct cw_error *err)
{
	const struct cw_log_time *time = NULL;

	switch (value->type) {
	case CW_INT64:
	case CW_TIMESTAMP:
	case CW_DATE: return cw_log_time_from_ms(&sink->time, value->u.integer);
	case CW_STRING: time = cw_log_time_read(&sink->time, value->u.bytes); break;
	default: break;
	}
	if (!time)
		cw_error_set(err, CW_ERR_INVALID, "the field %s (data.stream.timestamp.field) is no time: a timestamp, "
			     "milliseconds since 1970 as int64, or text such as 2026-01-21T22:23:40Z", field);
	return time;
}

/* NULL with *err set when there is none and one is needed. */
static const struct cw_log_time *event_time(struct cw_sink *sink, const struct cw_record *record, struct cw_error *err)
{
	static const struct cw_log_time none = { 0 };
	const struct cw_list *fields = &sink->config->timestamp_fields;

	for (size_t i = 0; i < fields->n; i++) {
		const struct cw_value *value = find_field(&record->value, cw_slice_str(fields->items[i]));

		if (value)
			return time_of(sink, value, fields->items[i], err);
	}
	if (record->timestamp_ms >= 0)
		return cw_log_time_from_ms(&sink->time, record->timestamp_ms);
	if (!sink->streams && sink->time.unit_s == 0)
		return &none;
	cw_error_set(err, CW_ERR_INVALID, "neither the record nor a field of data.stream.timestamp.field has a time, which "
					  "the index needs");
	return NULL;
}

/* ---- documents ---------------------------------------------------------------------------------- */

static void see_to_mapping(struct cw_sink *sink, const struct cw_record *record)
{
	if (record->value.type != CW_STRUCT || sink->slot->mapped)
		return;
	sink->slot->mapped = true;
	if (!sink->streams && !sink->config->schema_ignore && !cw_list_has(&sink->config->schema_ignore_topics, record->topic))
		cw_mappings_need(sink, sink->slot->name, record->value.schema);
}

static int put_action(struct cw_sink *sink, const struct cw_place *at, struct cw_slice index, struct cw_error *err)
{
	struct cw_text *body = &sink->open->body;
	char *out;

	if (!sink->plain_actions)
		return cw_action_write(sink, at, NULL, false, index, err);
	cw_text_reserve(body, CW_ACTION_MAX);
	out = cw_action_put(&sink->action, body->p + body->n, at->record, index);
	body->n = (size_t)(out - body->p);
	return 0;
}

static int write_document(struct cw_sink *sink, const struct cw_place *at, const struct cw_log_time *time,
			  struct cw_slice index, struct cw_error *err)
{
	struct cw_document_options options = { .compact_maps = sink->config->compact_maps };

	if (sink->streams)
		options.timestamp = cw_slice(time->text, time->n);
	if (put_action(sink, at, index, err) != 0)
		return -1;
	cw_action_begin_document(sink);
	if (cw_document_write(&sink->open->body, &at->record->value, &options, err) != 0)
		return -1;
	cw_text_append(&sink->open->body, "\n", 1);
	cw_action_end_document(sink);
	return 0;
}

void cw_structured_put(struct cw_sink *sink, const struct cw_place *at)
{
	struct cw_error err = { 0 };
	const struct cw_log_time *time = event_time(sink, at->record, &err);
	struct cw_slice index;
	size_t before;

	if (!time) {
		cw_sink_reject_invalid(sink, at, err.text);
		return;
	}
	if (cw_sink_ask_index(sink, at->record, NULL, &err) != 0) {
		cw_sink_reject_invalid(sink, at, err.text);
		return;
	}
	before = cw_sink_begin_document(sink, at, time, &index);
	if (write_document(sink, at, time, index, &err) != 0) {
		sink->open->body.n = before;
		cw_sink_reject_invalid(sink, at, err.text);
		return;
	}
	see_to_mapping(sink, at->record);
	cw_sink_end_document(sink, at, before);
}

void cw_structured_delete(struct cw_sink *sink, const struct cw_place *at)
{
	struct cw_error err = { 0 };
	const struct cw_log_time *time;
	struct cw_slice index;
	size_t before;

	if (!cw_action_named(sink, at->record->topic)) {
		cw_sink_reject_invalid(sink, at, "the record has no value, and its topic is one of topic.key.ignore, so that "
						 "nothing says which document is to be deleted");
		return;
	}
	time = event_time(sink, at->record, &err);
	if (time && cw_sink_ask_index(sink, at->record, NULL, &err) == 0) {
		before = cw_sink_begin_document(sink, at, time, &index);
		if (cw_action_write(sink, at, NULL, true, index, &err) == 0) {
			cw_sink_end_document(sink, at, before);
			return;
		}
		sink->open->body.n = before;
	}
	cw_sink_reject_invalid(sink, at, err.text);
}
