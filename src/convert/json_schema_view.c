#include "convert/json_schema_view.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

#define DEPTH_MAX 300

/* ---- what a schema is --------------------------------------------------------------------------- */

static enum cw_json_kind_of_schema kind_of_type(const char *type)
{
	static const struct {
		const char *name;
		enum cw_json_kind_of_schema kind;
	} types[] = { { "boolean", CW_JSON_KIND_BOOLEAN }, { "integer", CW_JSON_KIND_INTEGER },
		      { "number", CW_JSON_KIND_NUMBER },   { "string", CW_JSON_KIND_STRING },
		      { "null", CW_JSON_KIND_NULL },       { "array", CW_JSON_KIND_ARRAY },
		      { "object", CW_JSON_KIND_OBJECT } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i].name) == 0)
			return types[i].kind;
	return CW_JSON_KIND_OTHER;
}

/* The type that its keywords speak of, where none is named. */
static enum cw_json_kind_of_schema kind_of_keywords(const json_t *json)
{
	static const struct {
		const char *keyword;
		enum cw_json_kind_of_schema kind;
	} keywords[] = {
		{ "properties", CW_JSON_KIND_OBJECT },
		{ "required", CW_JSON_KIND_OBJECT },
		{ "additionalProperties", CW_JSON_KIND_OBJECT },
		{ "patternProperties", CW_JSON_KIND_OBJECT },
		{ "minProperties", CW_JSON_KIND_OBJECT },
		{ "maxProperties", CW_JSON_KIND_OBJECT },
		{ "dependencies", CW_JSON_KIND_OBJECT },
		{ "propertyNames", CW_JSON_KIND_OBJECT },
		{ "items", CW_JSON_KIND_ARRAY },
		{ "additionalItems", CW_JSON_KIND_ARRAY },
		{ "minItems", CW_JSON_KIND_ARRAY },
		{ "maxItems", CW_JSON_KIND_ARRAY },
		{ "uniqueItems", CW_JSON_KIND_ARRAY },
		{ "contains", CW_JSON_KIND_ARRAY },
		{ "minLength", CW_JSON_KIND_STRING },
		{ "maxLength", CW_JSON_KIND_STRING },
		{ "pattern", CW_JSON_KIND_STRING },
		{ "format", CW_JSON_KIND_STRING },
		{ "minimum", CW_JSON_KIND_NUMBER },
		{ "maximum", CW_JSON_KIND_NUMBER },
		{ "multipleOf", CW_JSON_KIND_NUMBER },
		{ "exclusiveMinimum", CW_JSON_KIND_NUMBER },
		{ "exclusiveMaximum", CW_JSON_KIND_NUMBER },
	};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (json_object_get(json, keywords[i].keyword))
			return keywords[i].kind;
	return CW_JSON_KIND_ANY;
}

static size_t list_parts(const struct cw_json_view *whole, struct cw_json_view parts[CW_JSON_VIEW_PARTS])
{
	static const struct {
		const char *keyword;
		enum cw_json_kind_of_schema kind;
	} combinations[] = { { "allOf", CW_JSON_KIND_ALL_OF },
			     { "anyOf", CW_JSON_KIND_ONE_OF },
			     { "oneOf", CW_JSON_KIND_ONE_OF } };
	const json_t *json = whole->json, *type = json_object_get(json, "type");
	struct cw_json_view part = { .json = json, .document = whole->document };
	enum cw_json_kind_of_schema kind;
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		part.list = json_object_get(json, combinations[i].keyword);
		part.n = json_array_size(part.list);
		part.kind = combinations[i].kind;
		if (part.n)
			parts[n++] = part;
	}
	part.list = NULL;
	part.n = 0;
	part.kind = CW_JSON_KIND_ENUM;
	if (json_is_array(json_object_get(json, "enum")))
		parts[n++] = part;
	part.kind = CW_JSON_KIND_CONST;
	if (json_object_get(json, "const"))
		parts[n++] = part;
	if (json_is_array(type)) {
		part.kind = CW_JSON_KIND_ONE_OF;
		part.list = type;
		part.n = json_array_size(type);
		parts[n++] = part;
		return n;
	}
	kind = json_is_string(type) ? kind_of_type(json_string_value(type)) : kind_of_keywords(json);
	part.kind = kind;
	if (kind != CW_JSON_KIND_ANY)
		parts[n++] = part;
	return n;
}

void cw_json_view_look(struct cw_json_view *view, struct cw_json_view parts[CW_JSON_VIEW_PARTS])
{
	size_t n;

	if (view->kind != CW_JSON_KIND_ANY || !json_is_object(view->json))
		return;
	if (json_is_string(json_object_get(view->json, "$ref"))) {
		view->kind = CW_JSON_KIND_REFERENCE;
		return;
	}
	n = list_parts(view, parts);
	if (n == 1) {
		view->kind = parts[0].kind;
		view->list = parts[0].list;
		view->n = parts[0].n;
	} else if (n > 1) {
		for (size_t i = 0; i < n; i++)
			parts[i].part = true;
		view->kind = CW_JSON_KIND_ALL_OF;
		view->parts = parts;
		view->n = n;
	}
}

struct cw_json_view cw_json_view_of(const json_t *json, const json_t *document)
{
	return (struct cw_json_view){ .json = json, .document = document };
}

struct cw_json_view cw_json_view_member(const struct cw_json_view *view, size_t i)
{
	const json_t *item;
	struct cw_json_view member;

	if (view->parts)
		return view->parts[i];
	item = json_array_get(view->list, i);
	if (!json_is_string(item))
		return cw_json_view_of(item, view->document);
	member = cw_json_view_of(view->json, view->document); /* one of several types */
	member.kind = kind_of_type(json_string_value(item));
	member.part = true;
	return member;
}

/* ---- references --------------------------------------------------------------------------------- */

/* The part of a document with an id or anchor. */
static const json_t *find_id(const json_t *json, const char *id, int depth)
{
	static const char *const keys[] = { "$id", "id", "$anchor" };
	const json_t *found = NULL;
	const char *key;
	json_t *value;
	size_t i;

	if (depth == DEPTH_MAX)
		return NULL;
	for (i = 0; i < 3; i++) {
		const char *text = json_string_value(json_object_get(json, keys[i]));

		if (text && (strcmp(text, id) == 0 || (id[0] == '#' && strcmp(text, id + 1) == 0)))
			return json;
	}
	if (json_is_object(json)) {
		json_object_foreach((json_t *)(uintptr_t)json, key, value) if (!found) found =
			find_id(value, id, depth + 1);
	} else if (json_is_array(json)) {
		json_array_foreach(json, i, value) if (!found) found = find_id(value, id, depth + 1);
	}
	return found;
}

/* A JSON pointer's next name, ~1 and ~0 resolved; *pointer is past it. New. */
static char *pointer_name(const char **pointer)
{
	struct cw_buf name = { 0 };
	const char *p = *pointer + 1;

	for (; *p && *p != '/'; p++) {
		if (*p == '~' && (p[1] == '0' || p[1] == '1'))
			cw_buf_puts(&name, *++p == '0' ? "~" : "/");
		else
			cw_buf_append(&name, p, 1);
	}
	*pointer = p;
	return cw_buf_take(&name);
}

static const json_t *follow_pointer(const json_t *json, const char *pointer)
{
	while (json && *pointer == '/') {
		CW_AUTO_FREE char *name = pointer_name(&pointer);

		json = json_is_array(json) ? json_array_get(json, (size_t)strtoul(name, NULL, 10))
					   : json_object_get(json, name);
	}
	return json;
}

/* The document of the schema itself or of one that it refers to, by its name or the end of its id. */
static const json_t *find_document(const struct cw_json_documents *documents, const char *name)
{
	for (size_t i = 0; i <= documents->source->n_references; i++) {
		const char *id = json_string_value(json_object_get(documents->json[i], "$id"));
		size_t n = id ? strlen(id) : 0, n_name = strlen(name);

		if (i > 0 && strcmp(documents->source->references[i - 1].name, name) == 0)
			return documents->json[i];
		if (id && n >= n_name && strcmp(id + n - n_name, name) == 0 &&
		    (n == n_name || id[n - n_name - 1] == '/'))
			return documents->json[i];
	}
	return NULL;
}

int cw_json_view_resolve(const struct cw_json_documents *documents, const struct cw_json_view *view,
			 struct cw_json_view *out, struct cw_error *err)
{
	const char *ref = json_string_value(json_object_get(view->json, "$ref"));
	const char *hash = strchr(ref, '#');
	CW_AUTO_FREE char *name = cw_strndup(ref, hash ? (size_t)(hash - ref) : strlen(ref));
	const json_t *document = *name ? find_document(documents, name) : view->document, *found = document;

	if (document && hash && hash[1] == '/')
		found = follow_pointer(document, hash + 1);
	else if (document && hash && hash[1])
		found = find_id(document, hash, 0);
	else if (!document && *name)
		found = document = find_id(view->document, name, 0);
	if (!found)
		return cw_error_set(err, CW_ERR_INVALID, "the schema refers to %.300s, which is not there", ref);
	*out = cw_json_view_of(found, document);
	return 0;
}
