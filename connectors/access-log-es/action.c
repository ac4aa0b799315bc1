/*
 * Action lines that need more than a position in Kafka (render.c has those): ids from keys, external versions, routing,
 * updates. And what an update has around its document.
 */
#include "sink.h"

#include "document.h"

#define RETRIES_MAX 5 /* of one update, by the store itself, when somebody else changes the document */

bool cw_list_has(const struct cw_list *list, struct cw_slice name)
{
	for (size_t i = 0; i < list->n; i++)
		if (cw_slice_equal(name, cw_slice_str(list->items[i])))
			return true;
	return false;
}

bool cw_action_named(const struct cw_sink *sink, struct cw_slice topic)
{
	return sink->named && !cw_list_has(&sink->config->key_ignore_topics, topic);
}

static void put_json(struct cw_text *body, struct cw_slice text)
{
	char *out;

	cw_text_reserve(body, cw_json_room(text.n));
	out = cw_json_put(body->p + body->n, text.p, text.n);
	body->n = (size_t)(out - body->p);
}

static int put_id(struct cw_sink *sink, const struct cw_record *record, bool named, struct cw_error *err)
{
	struct cw_text *body = &sink->open->body;
	struct cw_slice id;
	char digits[24];

	cw_text_puts(body, "\"_id\":\"");
	if (named) {
		if (cw_document_id(&record->key, digits, &id, err) != 0)
			return -1;
		put_json(body, id);
	} else {
		put_json(body, cw_origin_topic(record));
		cw_text_printf(body, "+%d+%lld", cw_origin_partition(record), (long long)record->offset);
	}
	cw_text_append(body, "\",", 2);
	return 0;
}

static int put_routing(struct cw_sink *sink, const struct cw_place *at, const struct cw_line *line, struct cw_error *err)
{
	struct cw_text *body = &sink->open->body;
	struct cw_field_values values;
	char text[CW_INDEX_NAME_MAX + 1];
	size_t n;

	if (cw_fields_find(sink->routing, at->record, line, &values, err) != 0)
		return -1;
	n = cw_index_name_render(sink->routing, at->record->topic, values.text, 0, text);
	cw_text_puts(body, "\"routing\":\"");
	put_json(body, cw_slice(text, n));
	cw_text_append(body, "\",", 2);
	return 0;
}

/* False: it is none that a store takes. */
static bool read_version(struct cw_slice text, int64_t *version)
{
	if (text.n > 1 && *text.p == '+')
		text = cw_slice(text.p + 1, text.n - 1);
	*version = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9' || __builtin_mul_overflow(*version, 10, version) ||
		    __builtin_add_overflow(*version, text.p[i] - '0', version))
			return false;
	return text.n > 0;
}

/* The last header of that name: a whole number, or its digits. One below 0 would have the store refuse the whole request. */
static int version_of_header(const struct cw_record *record, const char *name, int64_t *version, struct cw_error *err)
{
	for (size_t i = record->n_headers; i-- > 0;) {
		const struct cw_value *value = &record->headers[i].value;

		if (!cw_slice_equal(record->headers[i].key, cw_slice_str(name)))
			continue;
		if (value->type >= CW_INT8 && value->type <= CW_INT64) {
			*version = value->u.integer;
			if (*version >= 0)
				return 0;
		} else if ((value->type == CW_STRING || value->type == CW_BYTES) && read_version(value->u.bytes, version)) {
			return 0;
		}
		break;
	}
	return cw_error_set(err, CW_ERR_INVALID, "the record has no header %s (external.version.header) with a whole number "
						 "from 0 to %lld", name, (long long)INT64_MAX);
}

static int put_version(struct cw_sink *sink, const struct cw_record *record, struct cw_error *err)
{
	const char *header = sink->config->version_header;
	int64_t version = record->offset;

	if (header && *header && version_of_header(record, header, &version, err) != 0)
		return -1;
	cw_text_printf(&sink->open->body, "\"version\":%lld,\"version_type\":\"external\",", (long long)version);
	return 0;
}

static const char *op_name(const struct cw_sink *sink, bool named, bool deletes)
{
	if (deletes)
		return "delete";
	if (sink->upsert)
		return "update";
	return sink->create && !(named && !sink->streams) ? "create" : "index";
}

int cw_action_write(struct cw_sink *sink, const struct cw_place *at, const struct cw_line *line, bool deletes,
		    struct cw_slice index, struct cw_error *err)
{
	struct cw_text *body = &sink->open->body;
	bool named = cw_action_named(sink, at->record->topic);
	int retries = sink->config->max_in_flight < RETRIES_MAX ? sink->config->max_in_flight : RETRIES_MAX;

	cw_text_printf(body, "{\"%s\":{", op_name(sink, named, deletes));
	if (index.n) {
		cw_text_puts(body, "\"_index\":\"");
		put_json(body, index);
		cw_text_append(body, "\",", 2);
	}
	if (!sink->config->own_ids && put_id(sink, at->record, named, err) != 0)
		return -1;
	if (sink->upsert && !deletes)
		cw_text_printf(body, "\"retry_on_conflict\":%d,", retries);
	else if (named && !sink->upsert && !sink->streams && put_version(sink, at->record, err) != 0)
		return -1;
	if (sink->routing && put_routing(sink, at, line, err) != 0)
		return -1;
	if (body->p[body->n - 1] == ',') /* each member is written with one */
		body->n--;
	cw_text_puts(body, "}}\n");
	return 0;
}

void cw_action_begin_document(struct cw_sink *sink)
{
	if (sink->upsert)
		cw_text_puts(&sink->open->body, "{\"doc\":");
}

void cw_action_end_document(struct cw_sink *sink)
{
	struct cw_text *body = &sink->open->body;

	if (!sink->upsert)
		return;
	body->n--; /* its newline */
	cw_text_puts(body, ",\"doc_as_upsert\":true}\n");
}
