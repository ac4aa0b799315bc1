/* preview: what each stage of a connector makes of records, up to what its sink would send. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/props.h"
#include "ctl/documents.h"
#include "supervisor/protocol.h"

#define SHOWN 1000 /* bytes of a text; with -o wide all */

/* ---- the request --------------------------------------------------------------------------- */

/* Each line is the value of a record. New; NULL: there are too many, which was said. */
static json_t *records_of_lines(const struct cw_ctl *ctl, const char *path, const char *text, size_t n)
{
	json_t *records = json_array();
	const char *end = text + n;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop ? stop : end) - text);
		json_t *value = json_stringn(text, length);

		if (!value || json_array_size(records) == CW_PREVIEW_MAX) {
			if (value)
				cw_ctl_complain(ctl, "%s: it has more than %d lines, and each is a record", path,
						CW_PREVIEW_MAX);
			else
				cw_ctl_complain(ctl, "%s: line %zu is not UTF-8; give such a record as JSON, with base64", path,
						json_array_size(records) + 1);
			json_decref(value);
			json_decref(records);
			return NULL;
		}
		json_array_append_new(records, json_pack("{so}", "value", value));
		text += length + 1;
	}
	return records;
}

static char *read_input(const struct cw_ctl *ctl, const char *path, size_t *n)
{
	struct cw_error err = { 0 };
	struct cw_buf text = { 0 };
	char part[4096], *file;
	size_t got;

	if (strcmp(path, "-") != 0) {
		file = cw_file_read(path, n, &err);
		if (!file)
			cw_ctl_complain(ctl, "%s", err.text);
		return file;
	}
	while ((got = fread(part, 1, sizeof(part), ctl->io.in)) > 0)
		cw_buf_append(&text, part, got);
	*n = text.n;
	return cw_buf_take(&text);
}

/* A JSON array of records as REST has them, or lines. New; NULL: said what is wrong. */
static json_t *read_records(const struct cw_ctl *ctl, const char *path)
{
	size_t n = 0;
	CW_AUTO_FREE char *text = read_input(ctl, path, &n);
	json_t *records;

	if (!text)
		return NULL;
	records = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_array(records)) {
		json_decref(records);
		records = records_of_lines(ctl, path, text, n);
	}
	if (records && json_array_size(records) == 0) {
		cw_ctl_complain(ctl, "%s: it has no record", path);
		json_decref(records);
		records = NULL;
	}
	return records;
}

/* False: said that it is too many. */
static bool put_number(const struct cw_ctl *ctl, json_t *body, const char *key, uint64_t option)
{
	const char *value = cw_ctl_value(ctl, option);
	long n = value ? strtol(value, NULL, 10) : 0;

	if (n > CW_PREVIEW_MAX) {
		cw_ctl_wrong(ctl, "%s %s is too many: there are previews of at most %d records", cw_ctl_typed(ctl, option), value,
			     CW_PREVIEW_MAX);
		return false;
	}
	if (value)
		json_object_set_new(body, key, json_integer(n));
	return true;
}

/* New; NULL: said what is wrong. */
static json_t *make_body(const struct cw_ctl *ctl)
{
	const char *topic = cw_ctl_value(ctl, CW_O_TOPIC), *file = cw_ctl_value(ctl, CW_O_RECORD);
	json_t *body = json_object(), *records;

	if (!put_number(ctl, body, "last", CW_O_LAST) || !put_number(ctl, body, "first", CW_O_FIRST)) {
		json_decref(body);
		return NULL;
	}
	if (topic)
		json_object_set_new(body, "topic", json_string(topic));
	if (file) {
		records = read_records(ctl, file);
		if (!records) {
			json_decref(body);
			return NULL;
		}
		json_object_set_new(body, "records", records);
	}
	return body;
}

/* ---- the answer, for people ---------------------------------------------------------------- */

static void put_text(const struct cw_ctl *ctl, struct cw_buf *out, const char *text)
{
	CW_AUTO_FREE char *shown = cw_text_harmless(text, false);
	size_t n = strlen(shown);

	if (n > SHOWN && ctl->output != CW_OUTPUT_WIDE) {
		n = SHOWN;
		while ((shown[n] & 0xc0) == 0x80)
			n--;
		cw_buf_append(out, shown, n);
		cw_buf_puts(out, "…");
	} else {
		cw_buf_puts(out, shown);
	}
}

/* Whether the two have the same member, or both have none. */
static bool same(const json_t *a, const json_t *b, const char *name)
{
	const json_t *x = json_object_get(a, name), *y = json_object_get(b, name);

	return (!x && !y) || json_equal(x, y);
}

static bool same_content(const json_t *a, const json_t *b)
{
	return same(a, b, "text") && same(a, b, "base64");
}

/* "struct {"a":1}", "bytes base64 /w==", "null"; what is as before is not shown again. */
static void put_data(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *before, const json_t *data)
{
	const char *text = cw_json_text(data, "text"), *base64 = cw_json_text(data, "base64");
	const char *type = cw_json_text(data, "type");

	cw_color_put(out, ctl->colors, CW_COLOR_CYAN, type ? type : "?");
	if (!text && !base64)
		return;
	if (before && same_content(before, data)) {
		cw_buf_puts(out, " of the same");
		return;
	}
	cw_buf_puts(out, text ? " " : " base64 ");
	put_text(ctl, out, text ? text : base64);
}

static void put_line(struct cw_buf *out, const char *name)
{
	cw_buf_printf(out, "    %-9s  ", name);
}

static void put_scalar(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *now, const char *name)
{
	const json_t *value = json_object_get(now, name);
	char time[32];

	put_line(out, name);
	if (json_is_string(value)) {
		put_text(ctl, out, json_string_value(value));
	} else if (json_is_integer(value) && strcmp(name, "timestamp") == 0) {
		cw_clock_iso(json_integer_value(value), time, sizeof(time));
		cw_buf_puts(out, time);
	} else if (json_is_integer(value)) {
		cw_buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	} else {
		cw_buf_puts(out, "none");
	}
	cw_buf_puts(out, "\n");
}

static void put_headers(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *now)
{
	const json_t *headers = json_object_get(now, "headers"), *header;
	size_t i;

	json_array_foreach(headers, i, header) {
		put_line(out, "header");
		put_text(ctl, out, cw_json_text(header, "key") ? cw_json_text(header, "key") : "?");
		cw_buf_puts(out, ": ");
		put_data(ctl, out, NULL, header);
		cw_buf_puts(out, "\n");
	}
	if (json_array_size(headers) == 0) {
		put_line(out, "headers");
		cw_buf_puts(out, "none\n");
	}
}

/* What is different in a record from what it was before. */
static void put_changes(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *before, const json_t *now)
{
	static const char *const scalars[] = { "topic", "partition", "timestamp" }, *const data[] = { "key", "value" };

	for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++)
		if (!json_equal(json_object_get(before, scalars[i]), json_object_get(now, scalars[i])))
			put_scalar(ctl, out, now, scalars[i]);
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		const json_t *old = json_object_get(before, data[i]), *new = json_object_get(now, data[i]);

		if (old && same(old, new, "type") && same_content(old, new))
			continue;
		put_line(out, data[i]);
		put_data(ctl, out, old, new);
		cw_buf_puts(out, "\n");
	}
	if (!json_equal(json_object_get(before, "headers"), json_object_get(now, "headers")))
		put_headers(ctl, out, now);
}

static const char *short_class(const json_t *stage)
{
	const char *name = cw_json_text(stage, "class"), *dot = name ? strrchr(name, '.') : NULL;

	return dot ? dot + 1 : name ? name : "?";
}

static enum cw_color result_color(const char *result)
{
	if (strcmp(result, "failed") == 0)
		return CW_COLOR_RED;
	if (strcmp(result, "applied") == 0 || strcmp(result, "rendered") == 0)
		return CW_COLOR_GREEN;
	return CW_COLOR_YELLOW;
}

static void put_predicate(struct cw_buf *out, const json_t *predicate)
{
	const json_t *holds = json_object_get(predicate, "holds");
	const char *alias = cw_json_text(predicate, "alias");

	if (json_is_boolean(holds))
		cw_buf_printf(out, " (%s %s%s)", alias ? alias : "?", json_is_true(holds) ? "holds" : "does not hold",
			      json_is_true(json_object_get(predicate, "negate")) ? ", negated" : "");
}

/* Each line of what would be sent. */
static void put_sent(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *stage)
{
	const char *text = cw_json_text(stage, "text");
	CW_AUTO_FREE char *lines = text ? cw_strdup(text) : NULL;
	char *rest = lines, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line) {
			cw_buf_puts(out, "    ");
			put_text(ctl, out, line);
			cw_buf_puts(out, "\n");
		}
	if (!text && cw_json_text(stage, "base64"))
		cw_buf_printf(out, "    base64 %s\n", cw_json_text(stage, "base64"));
}

/* "  route  RegexRouter  applied (isLog holds)" and what it changed. */
static void put_stage(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *stage, const json_t *before)
{
	const char *alias = cw_json_text(stage, "alias"), *name = cw_json_text(stage, "stage");
	const char *result = cw_json_text(stage, "result"), *destination = cw_json_text(stage, "destination");
	const char *reason = cw_json_text(stage, "reason");

	cw_buf_puts(out, "  ");
	cw_color_put(out, ctl->colors, CW_COLOR_BOLD, alias ? alias : name ? name : "?");
	cw_buf_printf(out, "  %s  ", short_class(stage));
	cw_color_put(out, ctl->colors, result_color(result ? result : ""), result ? result : "?");
	put_predicate(out, json_object_get(stage, "predicate"));
	if (destination || reason)
		cw_buf_puts(out, destination ? " for " : ": ");
	if (destination || reason)
		put_text(ctl, out, destination ? destination : reason);
	cw_buf_puts(out, "\n");
	if (json_object_get(stage, "record"))
		put_changes(ctl, out, before, json_object_get(stage, "record"));
	put_sent(ctl, out, stage);
}

/* "access-logs-0@17", or of a source what it will go on from. */
static void put_head(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *entry, size_t i)
{
	const json_t *record = json_object_get(entry, "record"), *offset = json_object_get(entry, "offset");
	const char *topic = cw_json_text(record, "topic");
	CW_AUTO_FREE char *source = json_dumps(json_object_get(entry, "source_partition"), JSON_COMPACT);
	CW_AUTO_FREE char *position = json_dumps(json_object_get(entry, "source_offset"), JSON_COMPACT);
	CW_AUTO_FREE char *where =
		json_is_integer(offset) ?
			cw_format("%s-%" JSON_INTEGER_FORMAT "@%" JSON_INTEGER_FORMAT, topic ? topic : "?",
				  json_integer_value(json_object_get(record, "partition")), json_integer_value(offset)) :
			cw_format("%zu%s%s%s%s", i + 1, source ? ": " : "", source ? source : "", position ? " " : "",
				  position ? position : "");
	CW_AUTO_FREE char *title = cw_format("record %s", where);
	CW_AUTO_FREE char *shown = cw_text_harmless(title, false);

	cw_color_put(out, ctl->colors, CW_COLOR_BOLD, shown);
	cw_buf_puts(out, "\n");
}

static void put_error(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *error)
{
	const char *message = cw_json_text(error, "message");

	cw_buf_puts(out, "    ");
	cw_color_put(out, ctl->colors, CW_COLOR_RED, "error");
	cw_buf_puts(out, "      ");
	put_text(ctl, out, message ? message : "?");
	cw_buf_puts(out, "\n");
}

static void put_entry(const struct cw_ctl *ctl, struct cw_buf *out, const json_t *entry, size_t i)
{
	const json_t *before = json_object_get(entry, "record"), *stage;
	size_t k;

	put_head(ctl, out, entry, i);
	put_changes(ctl, out, NULL, before);
	json_array_foreach(json_object_get(entry, "stages"), k, stage) {
		put_stage(ctl, out, stage, before);
		before = json_object_get(stage, "record");
	}
	if (json_object_get(entry, "error"))
		put_error(ctl, out, json_object_get(entry, "error"));
}

static void print_preview(const struct cw_ctl *ctl, const json_t *preview)
{
	const json_t *records = json_object_get(preview, "records"), *entry;
	struct cw_buf out = { 0 };
	size_t i;

	json_array_foreach(records, i, entry) {
		cw_buf_puts(&out, i ? "\n" : "");
		put_entry(ctl, &out, entry, i);
	}
	if (json_object_get(preview, "error"))
		put_error(ctl, &out, json_object_get(preview, "error"));
	else if (json_array_size(records) == 0)
		cw_buf_puts(&out, json_is_true(json_object_get(preview, "end")) ? "no records: the source has no more\n" :
										   "no records\n");
	cw_ctl_print_buf(ctl, &out);
}

/* CW_CTL_FAILED when a record, or the source, fails. */
static enum cw_ctl_exit report(struct cw_ctl *ctl, const json_t *preview)
{
	const json_t *entry;
	bool failed = json_object_get(preview, "error");
	size_t i;

	json_array_foreach(json_object_get(preview, "records"), i, entry)
		failed = failed || json_object_get(entry, "error");
	if (cw_ctl_is_data(ctl))
		cw_ctl_print_data(ctl, preview);
	else if (!(ctl->given & CW_O_QUIET))
		print_preview(ctl, preview);
	return failed ? CW_CTL_FAILED : CW_CTL_OK;
}

/* ---- the command --------------------------------------------------------------------------- */

static enum cw_ctl_exit ask(struct cw_ctl *ctl, const char *path, const char *connector, json_t *body)
{
	struct cw_reply reply;
	enum cw_ctl_exit result = cw_client_call(ctl->client, "POST", path, body, &reply) ?
					  cw_ctl_refused(ctl, &reply, connector) :
					  report(ctl, reply.body);

	cw_reply_free(&reply);
	return result;
}

/* The connector that the files describe. */
static enum cw_ctl_exit preview_file(struct cw_ctl *ctl, json_t *body)
{
	CW_AUTO_FREE char *name = NULL, *path = NULL;
	struct cw_documents documents;
	enum cw_ctl_exit result = cw_documents_load(ctl, &documents);
	const char *class_name;

	if (result != CW_CTL_OK)
		return result;
	class_name = documents.n ? cw_map_get(&documents.list[0].config, "connector.class") : NULL;
	if (documents.n != 1) {
		cw_ctl_complain(ctl, "a preview is of one connector, but the file describes %zu", documents.n);
		result = CW_CTL_USAGE;
	} else if (!class_name) {
		cw_ctl_complain(ctl, "%s: connector.class is missing: the plugin that it is of", documents.list[0].where);
		cw_ctl_advise(ctl, "workerctl plugins list");
		result = CW_CTL_USAGE;
	} else {
		name = cw_client_escape(ctl->client, class_name);
		path = cw_format("/connector-plugins/%s/config/preview", name);
		json_object_set_new(body, "config", cw_map_to_json(&documents.list[0].config));
		result = ask(ctl, path, NULL, body);
	}
	cw_documents_free(&documents);
	return result;
}

static enum cw_ctl_exit check_words(const struct cw_ctl *ctl)
{
	const char *record = cw_ctl_value(ctl, CW_O_RECORD);
	bool both = false;

	for (int i = 0; i < ctl->n_files; i++)
		both = both || (record && strcmp(record, "-") == 0 && strcmp(ctl->files[i], "-") == 0);
	if ((ctl->n_args == 1) == (ctl->n_files > 0))
		cw_ctl_complain(ctl, "a preview is of a connector, or of the one that a file describes: give a NAME or --file");
	else if (both)
		cw_ctl_complain(ctl, "standard input is either the connector's file or the records, not both");
	else
		return CW_CTL_OK;
	cw_ctl_advise(ctl, "workerctl help preview");
	return CW_CTL_USAGE;
}

enum cw_ctl_exit cw_ctl_preview(struct cw_ctl *ctl)
{
	enum cw_ctl_exit result = check_words(ctl);
	CW_AUTO_FREE char *path = NULL;
	json_t *body;

	if (result != CW_CTL_OK)
		return result;
	body = make_body(ctl);
	if (!body)
		return CW_CTL_USAGE;
	if (ctl->n_args == 0) {
		result = preview_file(ctl, body);
	} else {
		path = cw_ctl_path(ctl, ctl->args[0], "/preview");
		result = ask(ctl, path, ctl->args[0], body);
	}
	json_decref(body);
	return result;
}
