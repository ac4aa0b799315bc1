/*
 * How a preview shows records. Texts are shown as they are, bytes as text where they are some, everything else as the
 * JSON that JsonConverter writes of it: as a text, since numbers of Connect are more exact than those of most readers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hide.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "convert/json_write.h"
#include "data/number.h"
#include "data/text.h"
#include "host/preview.h"

static const struct cw_json_style style = { .numeric_decimals = true };

static const char *type_name(unsigned type)
{
	static const char *const names[] = { "null", "int8", "int16", "int32", "int64", "float", "double", "boolean", "string",
					     "bytes", "array", "map", "struct", "decimal", "date", "time", "timestamp" };

	return type < sizeof(names) / sizeof(*names) ? names[type] : "unknown";
}

/* ---- what is hidden ---------------------------------------------------------------------------------- */

static struct cw_slice without_hidden(const struct cw_preview *preview, struct cw_batch *memory, struct cw_slice text)
{
	struct cw_buf out = { 0 };
	char *copy;

	if (!text.p)
		return text;
	cw_hide_bytes(&out, text.p, text.n, &preview->hidden);
	copy = memcpy(cw_batch_alloc(memory, out.n + 1), out.p ? out.p : "", out.n + 1);
	text = cw_slice(copy, out.n);
	cw_buf_free(&out);
	return text;
}

static struct cw_value conceal(const struct cw_preview *preview, struct cw_batch *memory, const struct cw_value *value);

static struct cw_value conceal_items(const struct cw_preview *preview, struct cw_batch *memory,
				     const struct cw_value *value)
{
	struct cw_value shown = *value;
	struct cw_value *items = cw_batch_alloc(memory, value->u.array.n * sizeof(*items));

	for (size_t i = 0; i < value->u.array.n; i++)
		items[i] = conceal(preview, memory, &value->u.array.items[i]);
	shown.u.array.items = items;
	return shown;
}

static struct cw_value conceal_entries(const struct cw_preview *preview, struct cw_batch *memory,
				       const struct cw_value *value)
{
	struct cw_value shown = *value;
	struct cw_entry *entries = cw_batch_alloc(memory, value->u.map.n * sizeof(*entries));

	for (size_t i = 0; i < value->u.map.n; i++) {
		entries[i].key = conceal(preview, memory, &value->u.map.entries[i].key);
		entries[i].value = conceal(preview, memory, &value->u.map.entries[i].value);
	}
	shown.u.map.entries = entries;
	return shown;
}

/* The value without what is hidden, which cannot be told any more once it is escaped or encoded. */
static struct cw_value conceal(const struct cw_preview *preview, struct cw_batch *memory, const struct cw_value *value)
{
	struct cw_value shown = *value;

	if (preview->hidden.n == 0)
		return shown;
	switch (value->type) {
	case CW_STRING:
	case CW_BYTES: shown.u.bytes = without_hidden(preview, memory, value->u.bytes); return shown;
	case CW_ARRAY:
	case CW_STRUCT: return conceal_items(preview, memory, value);
	case CW_MAP: return conceal_entries(preview, memory, value);
	default: return shown;
	}
}

json_t *cw_preview_text(const struct cw_preview *preview, struct cw_slice text)
{
	struct cw_arena arena;
	struct cw_buf shown = { 0 };
	struct cw_slice decoded;
	json_t *json;

	cw_arena_init(&arena, 4096);
	decoded = cw_text_decode(&arena.batch, text);
	cw_hide_bytes(&shown, decoded.p, strnlen(decoded.p ? decoded.p : "", decoded.n), &preview->hidden);
	json = json_string(shown.p ? shown.p : "");
	cw_buf_free(&shown);
	cw_arena_free(&arena);
	return json ? json : json_string("");
}

/* ---- values ------------------------------------------------------------------------------------------- */

static void put_bytes(json_t *to, struct cw_slice bytes)
{
	struct cw_buf encoded = { 0 };

	if (bytes.n == 0 || (cw_utf8_valid(bytes.p, bytes.n) && !memchr(bytes.p, '\0', bytes.n))) {
		json_object_set_new(to, "text", json_stringn(bytes.n ? bytes.p : "", bytes.n));
		return;
	}
	cw_base64_encode(&encoded, bytes);
	json_object_set_new(to, "base64", json_stringn(encoded.p, encoded.n));
	cw_buf_free(&encoded);
}

void cw_preview_put(const struct cw_preview *preview, json_t *to, struct cw_slice bytes)
{
	struct cw_buf shown = { 0 };

	cw_hide_bytes(&shown, bytes.p, bytes.n, &preview->hidden);
	put_bytes(to, cw_slice(shown.p, shown.n));
	cw_buf_free(&shown);
}

static void put_document(const struct cw_preview *preview, json_t *to, const struct cw_value *value)
{
	struct cw_error err = { 0 };
	struct cw_buf text = { 0 };

	if (cw_json_write(&text, value, &style, 0, &err) == 0)
		cw_preview_put(preview, to, cw_slice(text.p, text.n));
	else
		json_object_set_new(to, "text", cw_preview_text(preview, cw_slice_str(err.text)));
	cw_buf_free(&text);
}

static void put_schema(json_t *to, const struct cw_preview *preview, const struct cw_schema *schema)
{
	struct cw_error err = { 0 };
	struct cw_buf text = { 0 }, shown = { 0 };
	json_t *json = NULL;

	if (cw_json_write_schema(&text, schema, &style, 0, &err) == 0) {
		cw_hide_bytes(&shown, text.p, text.n, &preview->hidden);
		json = json_loadb(shown.p, shown.n, JSON_DECODE_ANY, NULL);
	}
	if (json)
		json_object_set_new(to, "schema", json);
	cw_buf_free(&text);
	cw_buf_free(&shown);
}

/* {"type","text" or "base64","schema"}; of a null no text. New. */
static json_t *show(struct cw_preview *preview, struct cw_batch *memory, const struct cw_value *value)
{
	struct cw_value shown = conceal(preview, memory, value);
	json_t *json = json_pack("{ss}", "type", type_name(value->type));

	if (shown.type == CW_STRING || shown.type == CW_BYTES)
		put_bytes(json, shown.u.bytes);
	else if (shown.type != CW_NULL)
		put_document(preview, json, &shown);
	if (shown.schema)
		put_schema(json, preview, shown.schema);
	return json;
}

static json_t *show_headers(struct cw_preview *preview, struct cw_batch *memory, const struct cw_record *record)
{
	json_t *list = json_array();

	for (size_t i = 0; i < record->n_headers; i++) {
		json_t *header = json_pack("{so}", "key", cw_preview_text(preview, record->headers[i].key));
		json_t *value = show(preview, memory, &record->headers[i].value);

		json_object_update(header, value);
		json_decref(value);
		json_array_append_new(list, header);
	}
	return list;
}

json_t *cw_preview_record(struct cw_preview *preview, struct cw_batch *memory, const struct cw_record *record)
{
	json_t *json = json_pack("{so}", "topic", record->topic.p ? cw_preview_text(preview, record->topic) : json_null());
	size_t size;

	json_object_set_new(json, "partition", record->partition >= 0 ? json_integer(record->partition) : json_null());
	json_object_set_new(json, "timestamp",
			    record->timestamp_ms >= 0 ? json_integer(record->timestamp_ms) : json_null());
	json_object_set_new(json, "key", show(preview, memory, &record->key));
	json_object_set_new(json, "value", show(preview, memory, &record->value));
	json_object_set_new(json, "headers", show_headers(preview, memory, record));
	size = json_dumpb(json, NULL, 0, JSON_COMPACT);
	preview->bytes += size;
	return json;
}
