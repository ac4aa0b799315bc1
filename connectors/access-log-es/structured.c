/* Records that are no lines: maps and structs become documents as they are, their keys the documents' ids. */
#include "sink.h"

#include "document.h"

static bool lists(const struct cw_list *list, struct cw_slice name)
{
	for (size_t i = 0; i < list->n; i++)
		if (cw_slice_equal(name, cw_slice_str(list->items[i])))
			return true;
	return false;
}

/* ---- action lines ------------------------------------------------------------------------------- */

bool cw_structured_named(const struct cw_sink *sink, struct cw_slice topic)
{
	return !sink->config->key_ignore && !lists(&sink->config->key_ignore_topics, topic);
}

/* {"index":{"_index":I,"_id":K,"version":OFFSET,"version_type":"external"}} */
static int put_named(struct cw_sink *sink, const struct cw_record *record, const char *op, struct cw_slice index,
		     struct cw_error *err)
{
	struct cw_text *body = &sink->open->body;
	struct cw_slice id;
	char digits[24], *out;

	if (cw_document_id(&record->key, digits, &id, err) != 0)
		return -1;
	cw_text_printf(body, "{\"%s\":{", op);
	if (index.n)
		cw_text_printf(body, "\"_index\":\"%.*s\",", (int)index.n, index.p);
	cw_text_puts(body, "\"_id\":\"");
	cw_text_reserve(body, cw_json_room(id.n));
	out = cw_json_put(body->p + body->n, id.p, id.n);
	body->n = (size_t)(out - body->p);
	if (sink->streams)
		cw_text_puts(body, "\"}}\n");
	else
		cw_text_printf(body, "\",\"version\":%lld,\"version_type\":\"external\"}}\n", (long long)record->offset);
	return 0;
}

int cw_structured_action(struct cw_sink *sink, const struct cw_place *at, struct cw_slice index, struct cw_error *err)
{
	struct cw_text *body = &sink->open->body;
	char *out;

	if (cw_structured_named(sink, at->record->topic))
		return put_named(sink, at->record, sink->streams ? "create" : "index", index, err);
	cw_text_reserve(body, CW_ACTION_MAX);
	out = cw_action_put(&sink->action, body->p + body->n, at->record, index);
	body->n = (size_t)(out - body->p);
	return 0;
}

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
	if (!sink->streams && !sink->config->schema_ignore && !lists(&sink->config->schema_ignore_topics, record->topic))
		cw_mappings_need(sink, sink->slot->name, record->value.schema);
}

static int write_document(struct cw_sink *sink, const struct cw_place *at, const struct cw_log_time *time,
			  struct cw_slice index, struct cw_error *err)
{
	struct cw_document_options options = { .compact_maps = sink->config->compact_maps };

	if (sink->streams)
		options.timestamp = cw_slice(time->text, time->n);
	if (cw_structured_action(sink, at, index, err) != 0 ||
	    cw_document_write(&sink->open->body, &at->record->value, &options, err) != 0)
		return -1;
	cw_text_append(&sink->open->body, "\n", 1);
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

	if (!cw_structured_named(sink, at->record->topic)) {
		cw_sink_reject_invalid(sink, at, "the record has no value, and its topic is one of topic.key.ignore, so that "
						 "nothing says which document is to be deleted");
		return;
	}
	time = event_time(sink, at->record, &err);
	if (time) {
		before = cw_sink_begin_document(sink, at, time, &index);
		if (put_named(sink, at->record, "delete", index, &err) == 0) {
			cw_sink_end_document(sink, at, before);
			return;
		}
		sink->open->body.n = before;
	}
	cw_sink_reject_invalid(sink, at, err.text);
}
