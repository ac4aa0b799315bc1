#include "transform_fixture.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config/config_def.h"
#include "data/schema.h"
#include "data/value.h"
#include "notation.h"
#include "transform/transforms.h"

#define SEPARATOR " ; "

static const struct cw_plugin *find_in(const struct cw_plugin *const *list, const char *name)
{
	size_t n = strlen(name);

	for (; *list; list++) {
		size_t have = strlen((*list)->class_name);

		if (have > n && strcmp((*list)->class_name + have - n, name) == 0 &&
		    (*list)->class_name[have - n - 1] == '.')
			return *list;
	}
	return NULL;
}

const struct cw_plugin *cw_transform_find(const char *name)
{
	const struct cw_plugin *plugin = find_in(cw_record_transforms, name);

	if (!plugin)
		plugin = find_in(cw_predicates, name);
	if (!plugin) {
		fprintf(stderr, "there is no %s\n", name);
		abort();
	}
	return plugin;
}

/* The next "key=value" of a text; false at its end. Both are new. */
static bool next_pair(const char **text, char **key, char **value)
{
	const char *end = strstr(*text, SEPARATOR), *equals;

	if (!**text)
		return false;
	if (!end)
		end = *text + strlen(*text);
	equals = memchr(*text, '=', (size_t)(end - *text));
	if (!equals) {
		fprintf(stderr, "no key=value: %s\n", *text);
		abort();
	}
	*key = cw_strndup(*text, (size_t)(equals - *text));
	*value = cw_strndup(equals + 1, (size_t)(end - equals - 1));
	*text = *end ? end + sizeof(SEPARATOR) - 1 : end;
	return true;
}

static int fill(struct cw_transform_run *run, const char *text, struct cw_error *err)
{
	const struct cw_plugin *plugin = run->plugin;
	struct cw_config_table table = { plugin->config, plugin->n_config, plugin->config_def_size };
	struct cw_map map = { 0 };
	char *key, *value;
	int rc;

	while (next_pair(&text, &key, &value)) {
		cw_map_set(&map, key, value);
		free(key);
		free(value);
	}
	rc = cw_config_fill(table, &map, run->config, &run->memory, err);
	cw_map_free(&map);
	return rc;
}

int cw_transform_begin(struct cw_transform_run *run, const char *name, const char *config, struct cw_error *err)
{
	const struct cw_plugin *plugin = cw_transform_find(name);
	enum cw_result result;

	memset(run, 0, sizeof(*run));
	run->plugin = plugin;
	run->config = cw_alloc(plugin->config_size + 1);
	run->batch = cw_memory_new();
	if (fill(run, config, err) < 0)
		return -1;
	if (plugin->transformation)
		result = plugin->transformation->start(NULL, plugin, run->config, &run->state, err);
	else
		result = plugin->predicate->start(NULL, plugin, run->config, &run->state, err);
	run->started = result == CW_OK;
	return run->started ? 0 : -1;
}

void cw_transform_end(struct cw_transform_run *run)
{
	if (run->started && run->plugin->transformation)
		run->plugin->transformation->stop(run->state);
	else if (run->started)
		run->plugin->predicate->stop(run->state);
	cw_config_memory_free(run->memory);
	cw_memory_free(run->batch);
	free(run->config);
}

static struct cw_slice keep(struct cw_batch *batch, const char *text)
{
	size_t n = strlen(text);
	char *p = cw_batch_alloc(batch, n + 1);

	memcpy(p, text, n + 1);
	return cw_slice(p, n);
}

static void set_part(struct cw_batch *batch, struct cw_record *record, struct cw_header *headers, const char *key,
		     const char *value)
{
	if (strcmp(key, "topic") == 0)
		record->topic = keep(batch, value);
	else if (strcmp(key, "key") == 0)
		record->key = cw_note_value(batch, value);
	else if (strcmp(key, "value") == 0)
		record->value = cw_note_value(batch, value);
	else if (strcmp(key, "offset") == 0)
		record->offset = atoll(value);
	else if (strcmp(key, "from") == 0)
		record->original_topic = keep(batch, value);
	else if (strncmp(key, "header.", 7) == 0) {
		headers[record->n_headers].key = keep(batch, key + 7);
		headers[record->n_headers++].value = cw_note_value(batch, value);
	} else {
		fprintf(stderr, "no part of a record: %s\n", key);
		abort();
	}
}

static bool has_words(const char *text)
{
	static const char *const words[] = { "topic=", "key=", "value=", "header.", "offset=", "from=" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

struct cw_record cw_transform_record(struct cw_batch *batch, const char *text)
{
	struct cw_header *headers = cw_batch_alloc(batch, 16 * sizeof(*headers));
	struct cw_record record;
	char *key, *value;

	memset(&record, 0, sizeof(record));
	record.topic = cw_slice_str("t");
	record.timestamp_ms = 1000;
	record.headers = headers;
	if (!has_words(text)) {
		record.value = cw_note_value(batch, text);
		return record;
	}
	while (next_pair(&text, &key, &value)) {
		set_part(batch, &record, headers, key, value);
		free(key);
		free(value);
	}
	return record;
}

static void print_part(struct cw_buf *out, const char *name, struct cw_slice more, const struct cw_value *value)
{
	cw_buf_printf(out, "%s%s%.*s=", out->n ? SEPARATOR : "", name, (int)more.n, more.p ? more.p : "");
	cw_note_print(out, value);
}

static bool same_headers(const struct cw_record *a, const struct cw_record *b)
{
	if (a->n_headers != b->n_headers)
		return false;
	for (size_t i = 0; i < a->n_headers; i++)
		if (!cw_slice_equal(a->headers[i].key, b->headers[i].key) ||
		    !cw_value_equal(&a->headers[i].value, &b->headers[i].value))
			return false;
	return true;
}

void cw_transform_print(struct cw_buf *out, const struct cw_record *before, const struct cw_record *after)
{
	struct cw_slice none = { NULL, 0 };

	if (!cw_slice_equal(before->topic, after->topic))
		cw_buf_printf(out, "topic=%.*s", (int)after->topic.n, after->topic.p);
	if (before->timestamp_ms != after->timestamp_ms)
		cw_buf_printf(out, "%stimestamp=%lld", out->n ? SEPARATOR : "", (long long)after->timestamp_ms);
	if (!cw_value_equal(&before->key, &after->key))
		print_part(out, "key", none, &after->key);
	if (!cw_value_equal(&before->value, &after->value))
		print_part(out, "value", none, &after->value);
	if (!same_headers(before, after)) {
		for (size_t i = 0; i < after->n_headers; i++)
			print_part(out, "header.", after->headers[i].key, &after->headers[i].value);
		if (!after->n_headers)
			cw_buf_printf(out, "%sno headers", out->n ? SEPARATOR : "");
	}
	if (!out->n)
		cw_buf_puts(out, "same");
}

static void apply_once(struct cw_transform_run *run, const struct cw_record *record, struct cw_buf *out)
{
	struct cw_record work = *record;
	struct cw_error err = { 0 };
	bool holds = false;
	enum cw_result result;

	if (run->plugin->predicate) {
		result = run->plugin->predicate->test(run->state, record, &holds, &err);
		cw_buf_puts(out, result != CW_OK ? err.text : holds ? "true" : "false");
		return;
	}
	result = run->plugin->transformation->apply(run->state, run->batch, &work, &err);
	if (result == CW_OK)
		cw_transform_print(out, record, &work);
	else if (result == CW_DROP)
		cw_buf_puts(out, "drop");
	else
		cw_buf_printf(out, "error: %s", err.text);
	if (strcmp(out->p, "same") == 0 && (memcmp(&work.value, &record->value, sizeof(work.value)) != 0 ||
					    memcmp(&work.key, &record->key, sizeof(work.key)) != 0))
		cw_buf_puts(out, " (but it was copied)");
	if (result != CW_OK && memcmp(&work, record, sizeof(work)) != 0)
		cw_buf_puts(out, " (and the record was changed)");
}

static void own(struct cw_batch *batch, struct cw_value *value)
{
	size_t size = value->u.map.n * sizeof(struct cw_entry);
	struct cw_entry *entries;

	if (value->type != CW_MAP || value->schema || !size)
		return;
	entries = memcpy(cw_batch_alloc(batch, size), value->u.map.entries, size);
	*value = cw_value_map(entries, value->u.map.n);
	cw_batch_own(batch, entries, size);
}

/* The same with maps that may be changed where they lie. */
static void apply_owned(struct cw_transform_run *run, const char *text, const char *expected, struct cw_buf *out)
{
	struct cw_record untouched = cw_transform_record(run->batch, text), record = untouched;
	struct cw_error err = { 0 };
	struct cw_buf owned = { 0 };

	if (!run->plugin->transformation || !(run->plugin->transformation->flags & CW_TRANSFORMATION_EDITS))
		return;
	own(run->batch, &record.key);
	own(run->batch, &record.value);
	if (run->plugin->transformation->apply(run->state, run->batch, &record, &err) != CW_OK)
		return;
	cw_transform_print(&owned, &untouched, &record);
	if (strcmp(owned.p, expected) != 0)
		cw_buf_printf(out, " (but changed where it lies: %s)", owned.p);
	cw_buf_free(&owned);
}

void cw_transform_apply(struct cw_transform_run *run, const char *text, struct cw_buf *out)
{
	struct cw_record record = cw_transform_record(run->batch, text),
			 untouched = cw_transform_record(run->batch, text);
	struct cw_buf again = { 0 }, compared = { 0 };

	apply_once(run, &record, out);
	apply_once(run, &record, &again);
	if (strcmp(out->p, again.p) != 0)
		cw_buf_printf(out, " (but the second time: %s)", again.p);
	apply_owned(run, text, again.p, out);
	cw_transform_print(&compared, &untouched, &record);
	if (strcmp(compared.p, "same") != 0)
		cw_buf_printf(out, " (and what the record pointed to was changed: %s)", compared.p);
	cw_buf_free(&again);
	cw_buf_free(&compared);
}

void cw_transform_check(const struct cw_transform_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct cw_transform_row *row = &rows[i];
		struct cw_transform_run run;
		struct cw_error err = { 0 };
		struct cw_buf out = { 0 };

		if (cw_transform_begin(&run, row->name, row->config, &err) < 0)
			cw_buf_printf(&out, "refused: %s", err.text);
		else
			cw_transform_apply(&run, row->record, &out);
		if (strcmp(out.p, row->expected) != 0) {
			fprintf(stderr, "%s {%s} on %s\n  is   %s\n  want %s\n", row->name, row->config, row->record,
				out.p, row->expected);
			CU_FAIL("a row of a table");
		}
		cw_buf_free(&out);
		cw_transform_end(&run);
	}
	CU_PASS("rows");
}
