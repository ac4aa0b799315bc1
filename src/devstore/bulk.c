#include "devstore/bulk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const cw_bulk_op_names[4] = { "index", "create", "update", "delete" };

struct lines {
	const char *p, *end;
	int number; /* of the line last read, from 1 */
};

/* The next line without its end; false at the end of the body. */
static bool next_line(struct lines *lines, struct cw_slice *out)
{
	const char *newline;

	if (lines->p >= lines->end)
		return false;
	newline = memchr(lines->p, '\n', (size_t)(lines->end - lines->p));
	out->p = lines->p;
	out->n = (size_t)(newline - lines->p);
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	lines->p = newline + 1;
	lines->number++;
	return true;
}

static const char *token_name(struct cw_slice line)
{
	char c = line.n > 0 ? line.p[0] : ' ';

	switch (c) {
	case '[':
		return "START_ARRAY";
	case '"':
		return "VALUE_STRING";
	case 't':
	case 'f':
		return "VALUE_BOOLEAN";
	case 'n':
		return "VALUE_NULL";
	default:
		return c == '-' || (c >= '0' && c <= '9') ? "VALUE_NUMBER" : "something else";
	}
}

int cw_version_type_parse(const char *text, enum cw_version_type *out)
{
	if (!text || strcmp(text, "internal") == 0)
		*out = CW_VERSION_INTERNAL;
	else if (strcmp(text, "external") == 0 || strcmp(text, "external_gt") == 0)
		*out = CW_VERSION_EXTERNAL;
	else if (strcmp(text, "external_gte") == 0)
		*out = CW_VERSION_EXTERNAL_GTE;
	else
		return -1;
	return 0;
}

/* Numbers come as numbers or as text. */
static int read_number(const json_t *value, int64_t *out)
{
	const char *text = json_string_value(value);
	char *end;

	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return 0;
	}
	if (!text || !*text)
		return -1;
	*out = strtoll(text, &end, 10);
	return *end ? -1 : 0;
}

static int read_text(const json_t *value, const char **out, int line, const char *key, struct cw_es_error *err)
{
	if (json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Action/metadata line [%d]: [%s] must be a string", line, key);
	*out = json_string_value(value);
	return 0;
}

/* Parameters that are taken and make no difference here. */
static bool known_and_ignored(const char *key)
{
	return strcmp(key, "routing") == 0 || strcmp(key, "require_alias") == 0 ||
	       strcmp(key, "retry_on_conflict") == 0 || strcmp(key, "dynamic_templates") == 0 ||
	       strcmp(key, "require_data_stream") == 0 || strcmp(key, "_source") == 0 || strcmp(key, "_type") == 0;
}

static int read_parameter(struct cw_write *write, const char *key, const json_t *value, int line,
			  struct cw_es_error *err)
{
	int bad = 0;

	if (strcmp(key, "_index") == 0)
		return read_text(value, &write->index, line, key, err);
	if (strcmp(key, "_id") == 0)
		return read_text(value, &write->id, line, key, err);
	if (strcmp(key, "pipeline") == 0)
		return read_text(value, &write->pipeline, line, key, err);
	if (strcmp(key, "version") == 0)
		bad = read_number(value, &write->version);
	else if (strcmp(key, "version_type") == 0)
		bad = !json_is_string(value) || cw_version_type_parse(json_string_value(value), &write->version_type);
	else if (strcmp(key, "if_seq_no") == 0)
		bad = read_number(value, &write->if_seq_no);
	else if (strcmp(key, "if_primary_term") == 0)
		bad = read_number(value, &write->if_primary_term);
	else if (!known_and_ignored(key))
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Action/metadata line [%d] contains an unknown parameter [%s]", line, key);
	if (bad)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Action/metadata line [%d] has no valid value for [%s]", line, key);
	return 0;
}

static int read_op(const char *name, enum cw_bulk_op *out)
{
	for (int i = 0; i < 4; i++)
		if (strcmp(name, cw_bulk_op_names[i]) == 0) {
			*out = (enum cw_bulk_op)i;
			return 0;
		}
	return -1;
}

static int read_action(struct cw_bulk_item *item, struct cw_slice line, int number, struct cw_es_error *err)
{
	struct cw_write *write = &item->write;
	json_error_t error;
	const char *name, *key;
	json_t *parameters, *value;
	void *iter;

	item->meta = json_loadb(line.p, line.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (!item->meta)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Malformed action/metadata line [%d]: column %d: %s", number, error.column,
				       error.text);
	iter = json_object_iter(item->meta);
	if (!json_is_object(item->meta))
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Malformed action/metadata line [%d], expected START_OBJECT but found [%s]",
				       number, token_name(line));
	if (json_object_size(item->meta) != 1)
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Malformed action/metadata line [%d], expected one action but found %zu", number,
				       json_object_size(item->meta));
	name = json_object_iter_key(iter);
	parameters = json_object_iter_value(iter);
	if (read_op(name, &write->op))
		return cw_es_error_set(
			err, 400, "illegal_argument_exception",
			"Malformed action/metadata line [%d], expected field [create], [delete], [index] "
			"or [update] but found [%s]",
			number, name);
	if (!json_is_object(parameters))
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "Malformed action/metadata line [%d], expected START_OBJECT after [%s]", number,
				       name);
	json_object_foreach(parameters, key, value)
		if (read_parameter(write, key, value, number, err))
			return -1;
	return 0;
}

/* What Elasticsearch calls validation: it refuses the whole request. `n` counts items from 1. */
static int validate(const struct cw_write *write, size_t n, struct cw_es_error *err)
{
	const char *problem = NULL;

	if (!write->index || !*write->index)
		problem = "index is missing";
	else if (!write->id && (write->op == CW_BULK_UPDATE || write->op == CW_BULK_DELETE))
		problem = "id is missing";
	else if (write->version_type == CW_VERSION_INTERNAL && write->version >= 0)
		problem = "internal versioning can not be used for optimistic concurrency control. Please use "
			  "`if_seq_no` and `if_primary_term` instead";
	else if (write->version_type != CW_VERSION_INTERNAL && write->version < 0)
		problem = "an external version type needs a version that is not negative";
	else if (write->version_type != CW_VERSION_INTERNAL && !write->id)
		problem = "an id must be provided if version type or value are set";
	if (!problem)
		return 0;
	return cw_es_error_set(err, 400, "action_request_validation_exception", "Validation Failed: %zu: %s;", n,
			       problem);
}

static struct cw_bulk_item *add(struct cw_bulk *bulk)
{
	struct cw_bulk_item *item;

	if (bulk->n == bulk->cap) {
		bulk->cap = bulk->cap ? bulk->cap * 2 : 256;
		bulk->items = cw_realloc(bulk->items, bulk->cap * sizeof(*bulk->items));
	}
	item = &bulk->items[bulk->n++];
	*item = (struct cw_bulk_item){ .write = { .version = -1, .if_seq_no = -1, .if_primary_term = -1 } };
	return item;
}

static int parse_items(struct lines *lines, const char *index, struct cw_bulk *out, struct cw_es_error *err)
{
	struct cw_slice line;

	while (next_line(lines, &line)) {
		struct cw_bulk_item *item;

		if (line.n == 0)
			continue;
		item = add(out);
		item->write.index = index;
		if (read_action(item, line, lines->number, err) || validate(&item->write, out->n, err))
			return -1;
		if (item->write.op != CW_BULK_DELETE && !next_line(lines, &item->write.source))
			return cw_es_error_set(
				err, 400, "illegal_argument_exception",
				"Action/metadata line [%d] is the last one, but [%s] needs a line with a document",
				lines->number, cw_bulk_op_names[item->write.op]);
	}
	if (out->n == 0)
		return cw_es_error_set(err, 400, "action_request_validation_exception",
				       "Validation Failed: 1: no requests added;");
	return 0;
}

int cw_bulk_parse(const char *body, size_t n, const char *index, struct cw_bulk *out, struct cw_es_error *err)
{
	struct lines lines = { .p = body, .end = body + n };

	if (n == 0)
		return cw_es_error_set(err, 400, "parse_exception", "request body is required");
	if (body[n - 1] != '\n')
		return cw_es_error_set(err, 400, "illegal_argument_exception",
				       "The bulk request must be terminated by a newline [\\n]");
	if (parse_items(&lines, index, out, err) == 0)
		return 0;
	cw_bulk_free(out);
	return -1;
}

void cw_bulk_free(struct cw_bulk *bulk)
{
	for (size_t i = 0; i < bulk->n; i++)
		json_decref(bulk->items[i].meta);
	free(bulk->items);
	*bulk = (struct cw_bulk){ 0 };
}
