#include "devstore/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/scalar.h"

static const struct {
	const char *name;
	enum cw_field_type type;
	int64_t min, max;
} types[] = {
	{ "keyword", CW_FIELD_KEYWORD, 0, 0 },
	{ "wildcard", CW_FIELD_KEYWORD, 0, 0 },
	{ "constant_keyword", CW_FIELD_KEYWORD, 0, 0 },
	{ "version", CW_FIELD_KEYWORD, 0, 0 },
	{ "text", CW_FIELD_TEXT, 0, 0 },
	{ "match_only_text", CW_FIELD_TEXT, 0, 0 },
	{ "ip", CW_FIELD_IP, 0, 0 },
	{ "byte", CW_FIELD_INTEGER, INT8_MIN, INT8_MAX },
	{ "short", CW_FIELD_INTEGER, INT16_MIN, INT16_MAX },
	{ "integer", CW_FIELD_INTEGER, INT32_MIN, INT32_MAX },
	{ "long", CW_FIELD_INTEGER, INT64_MIN, INT64_MAX },
	{ "unsigned_long", CW_FIELD_INTEGER, 0, INT64_MAX },
	{ "float", CW_FIELD_REAL, 0, 0 },
	{ "half_float", CW_FIELD_REAL, 0, 0 },
	{ "double", CW_FIELD_REAL, 0, 0 },
	{ "scaled_float", CW_FIELD_REAL, 0, 0 },
	{ "boolean", CW_FIELD_BOOLEAN, 0, 0 },
	{ "date", CW_FIELD_DATE, 0, 0 },
	{ "date_nanos", CW_FIELD_DATE, 0, 0 },
	{ "object", CW_FIELD_OBJECT, 0, 0 },
	{ "nested", CW_FIELD_OBJECT, 0, 0 },
	{ "binary", CW_FIELD_OTHER, 0, 0 },
	{ "flattened", CW_FIELD_OTHER, 0, 0 },
	{ "geo_point", CW_FIELD_OTHER, 0, 0 },
	{ "alias", CW_FIELD_OTHER, 0, 0 },
};

static void field_free(struct cw_es_field *field)
{
	if (!field)
		return;
	for (size_t i = 0; i < field->n; i++)
		field_free(field->fields[i]);
	cw_date_format_free(field->format);
	free(field->fields);
	free(field->name);
	free(field->type_name);
	free(field);
}

static struct cw_es_field *child(const struct cw_es_field *field, const char *name, size_t name_n)
{
	for (size_t i = 0; i < field->n; i++)
		if (strncmp(field->fields[i]->name, name, name_n) == 0 && field->fields[i]->name[name_n] == '\0')
			return field->fields[i];
	return NULL;
}

static void adopt(struct cw_es_field *parent, struct cw_es_field *field)
{
	parent->fields = cw_realloc(parent->fields, (parent->n + 1) * sizeof(field));
	parent->fields[parent->n++] = field;
}

static int set_dynamic(struct cw_es_field *field, const json_t *value, struct cw_es_error *err)
{
	const char *text = json_string_value(value);

	if (json_is_true(value) || (text && strcmp(text, "true") == 0) || (text && strcmp(text, "runtime") == 0))
		field->dynamic = CW_DYNAMIC_TRUE;
	else if (json_is_false(value) || (text && strcmp(text, "false") == 0))
		field->dynamic = CW_DYNAMIC_FALSE;
	else if (text && strcmp(text, "strict") == 0)
		field->dynamic = CW_DYNAMIC_STRICT;
	else
		return cw_es_error_set(err, 400, "mapper_parsing_exception",
				       "[dynamic] of [%s] is true, false or \"strict\"", field->name);
	return 0;
}

static struct cw_es_field *field_new(const char *name, const json_t *def, const struct cw_es_field *parent,
				     struct cw_es_error *err);

static int add_fields(struct cw_es_field *parent, const json_t *object, struct cw_es_error *err)
{
	const char *name;
	json_t *def;

	if (object && !json_is_object(object))
		return cw_es_error_set(err, 400, "mapper_parsing_exception",
				       "Expected map for property [properties] on field [%s]", parent->name);
	json_object_foreach((json_t *)object, name, def) {
		struct cw_es_field *field = child(parent, name, strlen(name)), *fresh;

		fresh = field_new(name, def, parent, err);
		if (!fresh)
			return -1;
		if (!field) {
			adopt(parent, fresh);
			continue;
		}
		if (strcmp(field->type_name, fresh->type_name) != 0)
			cw_es_error_set(err, 400, "illegal_argument_exception",
					"mapper [%s] cannot be changed from type [%s] to [%s]", name, field->type_name,
					fresh->type_name);
		field_free(fresh);
		if (err->status || add_fields(field, json_object_get(def, "properties"), err) ||
		    add_fields(field, json_object_get(def, "fields"), err))
			return -1;
	}
	return 0;
}

static int set_type(struct cw_es_field *field, const char *type, struct cw_es_error *err)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, type) == 0) {
			field->type = types[i].type;
			field->min = types[i].min;
			field->max = types[i].max;
			field->type_name = cw_strdup(type);
			return 0;
		}
	return cw_es_error_set(err, 400, "mapper_parsing_exception", "No handler for type [%s] declared on field [%s]",
			       type, field->name);
}

static int set_format(struct cw_es_field *field, const json_t *def, struct cw_es_error *err)
{
	const char *spec = json_string_value(json_object_get(def, "format")), *reason;

	if (field->type != CW_FIELD_DATE)
		return 0;
	field->format = cw_date_format_new(spec ? spec : CW_DATE_DEFAULT, &reason);
	if (field->format)
		return 0;
	return cw_es_error_set(err, 400, "mapper_parsing_exception", "Invalid format: [%s] of field [%s]: %s", spec,
			       field->name, reason);
}

static struct cw_es_field *field_new(const char *name, const json_t *def, const struct cw_es_field *parent,
				     struct cw_es_error *err)
{
	struct cw_es_field *field = cw_alloc(sizeof(*field));
	const json_t *type = json_object_get(def, "type"), *dynamic = json_object_get(def, "dynamic");
	const json_t *malformed = json_object_get(def, "ignore_malformed");
	const char *malformed_text = json_string_value(malformed);

	field->name = cw_strdup(name);
	field->dynamic = parent ? parent->dynamic : CW_DYNAMIC_TRUE;
	field->ignore_malformed = json_is_true(malformed) || (malformed_text && strcmp(malformed_text, "true") == 0);
	if (!json_is_object(def) || (type && !json_is_string(type)))
		cw_es_error_set(err, 400, "mapper_parsing_exception",
				"Expected map for property [%s], with a [type] that is a string", name);
	else if (set_type(field, type ? json_string_value(type) : "object", err) == 0 &&
		 set_format(field, def, err) == 0 && (!dynamic || set_dynamic(field, dynamic, err) == 0) &&
		 add_fields(field, json_object_get(def, "properties"), err) == 0)
		add_fields(field, json_object_get(def, "fields"), err);
	if (err->status) {
		field_free(field);
		return NULL;
	}
	return field;
}

struct cw_mapping *cw_mapping_new(const json_t *mappings, struct cw_es_error *err)
{
	struct cw_mapping *mapping;
	struct cw_es_field *root;
	json_t *empty = json_object();

	if (!mappings)
		mappings = empty;
	if (!json_is_object(mappings) || json_object_get(mappings, "type"))
		cw_es_error_set(err, 400, "mapper_parsing_exception",
				"the mappings are an object with [properties], and perhaps [dynamic]");
	root = err->status ? NULL : field_new("_doc", mappings, NULL, err);
	if (!root) {
		json_decref(empty);
		return NULL;
	}
	mapping = cw_alloc(sizeof(*mapping));
	mapping->json = json_deep_copy(mappings);
	mapping->root = root;
	json_decref(empty);
	return mapping;
}

void cw_mapping_free(struct cw_mapping *mapping)
{
	if (!mapping)
		return;
	json_decref(mapping->json);
	field_free(mapping->root);
	free(mapping);
}

int cw_mapping_merge(struct cw_mapping *mapping, const json_t *mappings, struct cw_es_error *err)
{
	struct cw_mapping *other, *merged;
	json_t *json;

	/* Both are checked before anything is touched: the new part alone, then the two together. */
	other = cw_mapping_new(mappings, err);
	if (!other)
		return -1;
	merged = cw_mapping_new(mapping->json, err);
	if (add_fields(merged->root, json_object_get(mappings, "properties"), err) == 0) {
		json = merged->json;
		json_object_update_recursive(json, (json_t *)mappings);
		field_free(mapping->root);
		json_decref(mapping->json);
		mapping->json = json_incref(json);
		mapping->root = merged->root;
		merged->root = NULL;
		if (json_object_get(mappings, "dynamic"))
			set_dynamic(mapping->root, json_object_get(mappings, "dynamic"), err);
	}
	cw_mapping_free(merged);
	cw_mapping_free(other);
	return err->status ? -1 : 0;
}

const struct cw_es_field *cw_mapping_find(const struct cw_mapping *mapping, const char *path)
{
	const struct cw_es_field *field = mapping->root;

	while (field && *path) {
		size_t n = strcspn(path, ".");
		const struct cw_es_field *whole = child(field, path, strlen(path));

		if (whole)
			return whole;
		field = child(field, path, n);
		path += n + (path[n] == '.');
	}
	return field == mapping->root ? NULL : field;
}

const json_t *cw_document_get(const json_t *document, const char *path)
{
	const json_t *value = json_object_get(document, path);
	const char *dot = strchr(path, '.');
	char head[256];
	size_t n;

	if (value || !dot)
		return value;
	n = (size_t)(dot - path);
	if (n >= sizeof(head))
		return NULL;
	memcpy(head, path, n);
	head[n] = '\0';
	value = json_object_get(document, head);
	if (json_is_object(value))
		return cw_document_get(value, dot + 1);
	return json_is_array(value) && json_is_object(json_array_get(value, 0)) ? NULL : value;
}

/* ---- checking a document ------------------------------------------------------------------- */

struct check {
	struct cw_mapping *mapping;
	const char *id;
	json_t *added; /* properties of new fields, nested as in a mapping; NULL: none */
	struct cw_es_error *err;
};

static int refuse(struct check *c, const struct cw_es_field *field, const json_t *value, const char *cause_type,
		  const char *cause)
{
	char *preview = json_is_string(value) ? cw_strdup(json_string_value(value))
					      : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	cw_es_error_set(
		c->err, 400, "document_parsing_exception",
		"failed to parse field [%s] of type [%s] in document with id '%s'. Preview of field's value: '%.200s'",
		field->name, field->type_name, c->id ? c->id : "", preview);
	cw_es_error_cause(c->err, cause_type, "%s", cause);
	free(preview);
	return -1;
}

/* A sentence of the cause with the value in it, cut to a length that no document can make long. */
static const char *say(char *out, size_t size, const char *fmt, const char *value)
{
	CW_AUTO_FREE char *text = cw_strndup(value, 200);
	CW_AUTO_FREE char *sentence = NULL;
	const char *at = strchr(fmt, '@');

	sentence = cw_format("%.*s%s%s", (int)(at - fmt), fmt, text, at + 1);
	strncpy(out, sentence, size - 1);
	out[size - 1] = '\0';
	return out;
}

static int check_leaf(struct check *c, const struct cw_es_field *field, const json_t *value)
{
	CW_AUTO_FREE char *text = json_is_string(value) ? cw_strdup(json_string_value(value))
							: json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	struct cw_scalar scalar;
	char cause[320];

	/* An empty text is no number, and is left out, as by Elasticsearch's coercion. */
	if (cw_scalar_read(field, value, &scalar) || field->ignore_malformed ||
	    (json_is_string(value) && !*text && (field->type == CW_FIELD_INTEGER || field->type == CW_FIELD_REAL)))
		return 0;
	switch (field->type) {
	case CW_FIELD_IP:
		return refuse(c, field, value, "illegal_argument_exception",
			      say(cause, sizeof(cause), "'@' is not an IP string literal.", text));
	case CW_FIELD_INTEGER:
		if (json_is_number(value))
			return refuse(c, field, value, "input_coercion_exception",
				      say(cause, sizeof(cause), "Numeric value (@) out of range of the type", text));
		return refuse(c, field, value, "number_format_exception",
			      say(cause, sizeof(cause), "For input string: \"@\"", text));
	case CW_FIELD_REAL:
		return refuse(c, field, value, "number_format_exception",
			      say(cause, sizeof(cause), "For input string: \"@\"", text));
	case CW_FIELD_BOOLEAN:
		return refuse(c, field, value, "illegal_argument_exception",
			      say(cause, sizeof(cause),
				  "Failed to parse value [@] as only [true] or [false] are allowed.", text));
	case CW_FIELD_DATE: {
		CW_AUTO_FREE char *fmt = cw_format("failed to parse date field [@] with format [%s]",
						   cw_date_format_spec(field->format));

		return refuse(c, field, value, "illegal_argument_exception", say(cause, sizeof(cause), fmt, text));
	}
	default:
		return refuse(c, field, value, "illegal_state_exception", "Can't get text on a START_OBJECT");
	}
}

static json_t *infer(const json_t *value)
{
	int64_t ms;

	switch (json_typeof(value)) {
	case JSON_STRING: {
		struct cw_date_format *iso = cw_date_format_new("strict_date_optional_time", NULL);
		const char *text = json_string_value(value);
		bool date = strlen(text) >= 10 && cw_date_parse(iso, text, &ms);

		cw_date_format_free(iso);
		if (date)
			return json_pack("{s:s}", "type", "date");
		return json_pack("{s:s,s:{s:{s:s,s:i}}}", "type", "text", "fields", "keyword", "type", "keyword",
				 "ignore_above", 256);
	}
	case JSON_INTEGER:
		return json_pack("{s:s}", "type", "long");
	case JSON_REAL:
		return json_pack("{s:s}", "type", "float");
	default:
		return json_pack("{s:s}", "type", "boolean");
	}
}

static int check_object(struct check *c, const struct cw_es_field *field, const json_t *object, json_t *added);

static int mixed(struct check *c, const char *name)
{
	return cw_es_error_set(c->err, 400, "illegal_argument_exception",
			       "can't merge a non object mapping [%s] with an object mapping", name);
}

/* A field that the mapping does not know, with a value that may say something about its type. */
static int check_new(struct check *c, const struct cw_es_field *parent, const char *name, const json_t *value,
		     json_t *added)
{
	struct cw_es_field unknown = { .name = (char *)name, .dynamic = parent->dynamic };
	json_t *known = json_object_get(added, name), *item;
	size_t i;

	if (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0) ||
	    parent->dynamic == CW_DYNAMIC_FALSE)
		return 0;
	if (parent->dynamic == CW_DYNAMIC_STRICT)
		return cw_es_error_set(c->err, 400, "strict_dynamic_mapping_exception",
				       "mapping set to strict, dynamic introduction of [%s] within [%s] is not allowed",
				       name, parent->name);
	json_array_foreach((json_t *)value, i, item)
		if (check_new(c, parent, name, item, added))
			return -1;
	if (json_is_array(value))
		return 0;
	if (!known) {
		known = json_is_object(value) ? json_pack("{s:{}}", "properties") : infer(value);
		json_object_set_new(added, name, known);
	}
	if (json_is_object(value) != (json_object_get(known, "properties") != NULL))
		return mixed(c, name);
	return json_is_object(value) ? check_object(c, &unknown, value, json_object_get(known, "properties")) : 0;
}

static int check_value(struct check *c, const struct cw_es_field *field, const json_t *value, json_t *added)
{
	size_t i;
	json_t *item;

	if (json_is_null(value))
		return 0;
	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, i, item)
			if (check_value(c, field, item, added))
				return -1;
		return 0;
	}
	if (field->type != CW_FIELD_OBJECT)
		return field->type == CW_FIELD_OTHER ? 0 : check_leaf(c, field, value);
	if (!json_is_object(value))
		return cw_es_error_set(
			c->err, 400, "document_parsing_exception",
			"object mapping for [%s] tried to parse field [%s] as object, but found a concrete value",
			field->name, field->name);
	return check_object(c, field, value, added);
}

static int check_object(struct check *c, const struct cw_es_field *field, const json_t *object, json_t *added)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value) {
		const struct cw_mapping view = { .root = (struct cw_es_field *)field };
		const struct cw_es_field *known = cw_mapping_find(&view, name);
		json_t *below = NULL;
		int failed;

		if (!known) {
			if (check_new(c, field, name, value, added))
				return -1;
			continue;
		}
		if (known->type != CW_FIELD_OBJECT) {
			if (check_value(c, known, value, NULL))
				return -1;
			continue;
		}
		below = json_object();
		failed = check_value(c, known, value, below);
		if (!failed && json_object_size(below) > 0)
			json_object_set_new(added, name, json_pack("{s:O}", "properties", below));
		json_decref(below);
		if (failed)
			return -1;
	}
	return 0;
}

int cw_mapping_check(struct cw_mapping *mapping, const json_t *document, const char *id, bool *changed,
		     struct cw_es_error *err)
{
	json_t *added = json_object(), *mappings;
	struct check c = { .mapping = mapping, .id = id, .err = err };
	int failed;

	*changed = false;
	failed = check_object(&c, mapping->root, document, added);
	if (!failed && json_object_size(added) > 0) {
		mappings = json_pack("{s:O}", "properties", added);
		failed = cw_mapping_merge(mapping, mappings, err);
		*changed = !failed;
		json_decref(mappings);
	}
	json_decref(added);
	return failed ? -1 : 0;
}
