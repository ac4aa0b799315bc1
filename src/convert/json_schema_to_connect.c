#include <stdlib.h>

#include "base/mem.h"
#include "convert/avro_data.h"
#include "convert/json_schema_mapping.h"
#include "convert/logical.h"
#include "convert/schema_json.h"
#include "convert/schema_parameter.h"
#include "data/schema.h"
#include "data/value.h"

#define DEPTH_MAX 300

struct cw_slice cw_json_schema_keep(struct cw_json_mapping *m, const char *text, size_t n)
{
	char *p = cw_batch_alloc(m->memory, n + 1);

	memcpy(p, text, n);
	p[n] = '\0';
	return cw_slice(p, n);
}

void cw_json_schema_add_parameter(struct cw_json_mapping *m, struct cw_schema *schema, const char *name,
				  const char *value)
{
	cw_schema_set_parameter(m->memory, schema, cw_json_schema_keep(m, name, strlen(name)),
				cw_json_schema_keep(m, value, strlen(value)));
}

const struct cw_schema *cw_json_schema_fail(struct cw_json_mapping *m, const char *text)
{
	cw_error_set(m->err, CW_ERR_INVALID, "%s", text);
	return NULL;
}

/* ---- types -------------------------------------------------------------------------------------- */

static const char *connect_type(const struct cw_json_view *view)
{
	return view->part ? NULL : json_string_value(json_object_get(view->json, "connect.type"));
}

static struct cw_schema *map_number(struct cw_json_mapping *m, const struct cw_json_view *view)
{
	static const enum cw_type types[] = { CW_INT8, CW_INT16, CW_INT32, CW_INT64, CW_FLOAT32, CW_FLOAT64, CW_BYTES };
	const char *type = connect_type(view);

	if (!type)
		return cw_schema_new(m->memory, view->kind == CW_JSON_KIND_INTEGER ? CW_INT64 : CW_FLOAT64);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, cw_type_name_lower(types[i])) == 0)
			return cw_schema_new(m->memory, types[i]);
	cw_error_set(m->err, CW_ERR_INVALID, "Unsupported type %.100s", type);
	return NULL;
}

static void add_symbol(struct cw_json_mapping *m, struct cw_schema *schema, const json_t *symbol, size_t i)
{
	bool generalized = m->config->registry.generalized_sum_types;
	char *text = json_is_string(symbol) ? cw_strdup(json_string_value(symbol))
		     : json_is_null(symbol) ? cw_strdup(CW_JSON_SCHEMA_NULL)
					    : json_dumps(symbol, JSON_ENCODE_ANY | JSON_COMPACT);
	CW_AUTO_FREE char *name =
		cw_format("%s.%s", generalized ? CW_CONNECT_ENUM : CW_JSON_SCHEMA_ENUM, text ? text : "");
	CW_AUTO_FREE char *number = cw_format("%zu", i);

	cw_json_schema_add_parameter(m, schema, name, generalized ? number : text ? text : "");
	free(text);
}

static struct cw_schema *map_enum(struct cw_json_mapping *m, const struct cw_json_view *view)
{
	struct cw_schema *schema = cw_schema_new(m->memory, CW_STRING);
	const json_t *list = json_object_get(view->json, "enum");

	cw_json_schema_add_parameter(
		m, schema, m->config->registry.generalized_sum_types ? CW_CONNECT_ENUM : CW_JSON_SCHEMA_ENUM, "");
	if (view->kind == CW_JSON_KIND_CONST)
		add_symbol(m, schema, json_object_get(view->json, "const"), 0);
	for (size_t i = 0; i < json_array_size(list) && view->kind == CW_JSON_KIND_ENUM; i++)
		add_symbol(m, schema, json_array_get(list, i), i);
	return schema;
}

static struct cw_schema *map_array(struct cw_json_mapping *m, const struct cw_json_view *view)
{
	const json_t *items = json_object_get(view->json, "items"), *properties = json_object_get(items, "properties");
	const char *type = connect_type(view);
	const struct cw_json_use plain = { 0 };
	const struct cw_schema *keys, *values;
	struct cw_json_view inner = cw_json_view_of(items, view->document),
			    key = cw_json_view_of(json_object_get(properties, "key"), view->document),
			    value = cw_json_view_of(json_object_get(properties, "value"), view->document);

	if (!items || json_is_array(items)) {
		cw_json_schema_fail(m, "Array schema did not specify the items type");
		return NULL;
	}
	if (!type || strcmp(type, "map") != 0 || !key.json || !value.json) {
		values = cw_json_schema_map(m, &inner, &plain);
		return values ? cw_schema_array(m->memory, values) : NULL;
	}
	keys = cw_json_schema_map(m, &key, &plain);
	values = keys ? cw_json_schema_map(m, &value, &plain) : NULL;
	return values ? cw_schema_map(m->memory, keys, values) : NULL;
}

/* ---- objects ------------------------------------------------------------------------------------ */

static bool is_required(const json_t *object, const char *name)
{
	const json_t *required = json_object_get(object, "required");

	for (size_t i = 0; i < json_array_size(required); i++) {
		const char *text = json_string_value(json_array_get(required, i));

		if (text && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

void cw_json_schema_add_properties(struct cw_json_properties *list, const json_t *object, const json_t *document)
{
	const json_t *properties = json_object_get(object, "properties");
	const char *name;
	json_t *json;

	json_object_foreach((json_t *)(uintptr_t)properties, name, json)
	{
		const json_t *index = json_object_get(json, "connect.index");
		struct cw_json_property *property = NULL;

		for (size_t i = 0; i < list->n && !property; i++)
			if (strcmp(list->items[i].name, name) == 0)
				property = &list->items[i];
		if (!property) {
			list->items = cw_realloc(list->items, (list->n + 1) * sizeof(*list->items));
			property = &list->items[list->n++];
			property->index = json_is_integer(index) ? json_integer_value(index) : (json_int_t)list->n - 1;
		}
		property->name = name;
		property->json = json;
		property->document = document;
		property->required = is_required(object, name);
	}
}

/* By connect.index; those without one stay where they are among those that have the same. */
static void sort_properties(struct cw_json_properties *list)
{
	for (size_t i = 1; i < list->n; i++) {
		struct cw_json_property moved = list->items[i];
		size_t j = i;

		for (; j > 0 && list->items[j - 1].index > moved.index; j--)
			list->items[j] = list->items[j - 1];
		list->items[j] = moved;
	}
}

struct cw_schema *cw_json_schema_map_properties(struct cw_json_mapping *m, const struct cw_json_properties *list,
						const json_t *object)
{
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(m->memory, list->n, &fields);
	const struct cw_json_open_object open = { .outer = m->open, .json = object, .schema = schema };

	m->open = &open;
	for (size_t i = 0; i < list->n; i++) {
		const struct cw_json_property *property = &list->items[i];
		const struct cw_json_use use = { .optional =
							 m->config->optional_for_nonrequired && !property->required };
		const struct cw_json_view view = cw_json_view_of(property->json, property->document);

		fields[i].name = cw_json_schema_keep(m, property->name, strlen(property->name));
		fields[i].schema = cw_json_schema_map(m, &view, &use);
		if (!fields[i].schema)
			return NULL;
	}
	m->open = open.outer;
	return schema;
}

static struct cw_schema *map_object(struct cw_json_mapping *m, const struct cw_json_view *view)
{
	const json_t *values = json_object_get(view->json, "additionalProperties");
	const char *type = connect_type(view);
	struct cw_json_properties list = { 0 };
	const struct cw_json_use plain = { 0 };
	const struct cw_schema *value_schema;
	struct cw_json_view inner = cw_json_view_of(values, view->document);
	struct cw_schema *schema;

	if (type && strcmp(type, "map") == 0 && values) {
		value_schema = cw_json_schema_map(m, &inner, &plain);
		return value_schema ? cw_schema_map(m->memory, cw_schema_of(CW_STRING, false), value_schema) : NULL;
	}
	cw_json_schema_add_properties(&list, view->json, view->document);
	sort_properties(&list);
	schema = cw_json_schema_map_properties(m, &list, view->json);
	free(list.items);
	return schema;
}

/* ---- what is the same for all types -------------------------------------------------------------- */

static int read_parameters(struct cw_json_mapping *m, const json_t *json, struct cw_schema *schema)
{
	const json_t *parameters = json_object_get(json, "connect.parameters");
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)parameters, name, value)
	{
		if (!json_is_string(value))
			return cw_error_set(m->err, CW_ERR_INVALID, "the parameter %.100s of a schema is no string",
					    name);
		if (!cw_schema_parameter(schema, name).p)
			cw_json_schema_add_parameter(m, schema, name, json_string_value(value));
	}
	return 0;
}

static int read_default(struct cw_json_mapping *m, const json_t *json, struct cw_schema *schema)
{
	const json_t *given = json_object_get(json, "default");
	struct cw_value *value = cw_batch_alloc(m->memory, sizeof(*value));
	struct cw_slice kept;
	char *text;
	int rc;

	if (!given || json_is_null(given))
		return 0;
	text = json_dumps(given, JSON_ENCODE_ANY | JSON_COMPACT);
	if (!text)
		return cw_error_set(m->err, CW_ERR_INVALID, "a default value is not valid UTF-8");
	kept = cw_json_schema_keep(m, text, strlen(text)); /* the value's strings are parts of it */
	free(text);
	rc = cw_json_schema_read(&m->reader, schema, m->memory, kept, value, m->err);
	if (rc == 0 && value->type != CW_NULL)
		schema->default_value = value;
	return rc;
}

static int read_common(struct cw_json_mapping *m, const struct cw_json_view *view, const struct cw_json_use *use,
		       struct cw_schema *schema)
{
	const json_t *title = json_object_get(view->json, "title"), *doc = json_object_get(view->json, "description"),
		     *version = json_object_get(view->json, "connect.version");

	schema->optional = schema->optional || use->optional;
	schema->version = use->version;
	if (view->part)
		return 0;
	if (json_is_string(title) && !schema->name.p)
		schema->name = cw_avro_text(m->memory, title);
	if (json_is_string(doc))
		schema->doc = cw_avro_text(m->memory, doc);
	if (json_is_integer(version))
		schema->version = (int32_t)json_integer_value(version);
	if (read_parameters(m, view->json, schema))
		return -1;
	cw_make_logical(schema);
	return read_default(m, view->json, schema);
}

/* ---- ------------------------------------------------------------------------------------------- */

static const struct cw_schema *map_cycle(struct cw_json_mapping *m, struct cw_schema *object,
					 const struct cw_json_use *use)
{
	struct cw_json_cycle *cycle = cw_batch_alloc(m->memory, sizeof(*cycle));

	if (!cw_schema_parameter(object, CW_JSON_SCHEMA_ID).p) {
		CW_AUTO_FREE char *id = cw_format("#id%d", ++m->ids);

		cw_json_schema_add_parameter(m, object, CW_JSON_SCHEMA_ID, id);
	}
	*cycle = (struct cw_json_cycle){ .next = m->cycles,
					 .object = object,
					 .copy = cw_schema_copy(m->memory, object) };
	cycle->copy->optional = use->optional;
	m->cycles = cycle;
	return cycle->copy;
}

static const struct cw_schema *map_reference(struct cw_json_mapping *m, const struct cw_json_view *view,
					     const struct cw_json_use *use)
{
	struct cw_json_view target;

	if (cw_json_view_resolve(&m->documents, view, &target, m->err))
		return NULL;
	for (const struct cw_json_open_object *open = m->open; open; open = open->outer)
		if (open->json == target.json)
			return map_cycle(m, open->schema, use);
	return cw_json_schema_map(m, &target, use);
}

static const struct cw_schema *map_once(struct cw_json_mapping *m, const struct cw_json_view *given,
					const struct cw_json_use *use)
{
	const struct cw_json_use optional = { .optional = true, .version = use->version }, plain = { 0 };
	struct cw_json_view view = *given, parts[CW_JSON_VIEW_PARTS], member = { 0 };
	struct cw_schema *schema = NULL;

	cw_json_view_look(&view, parts);
	switch (view.kind) {
	case CW_JSON_KIND_REFERENCE: return map_reference(m, &view, use);
	case CW_JSON_KIND_ALL_OF:
		if (!view.parts && view.n == 1 && m->config->registry.flatten_singleton_unions) {
			member = cw_json_view_member(&view, 0);
			return cw_json_schema_map(m, &member, &plain);
		}
		return cw_json_schema_map_all_of(m, &view, use);
	case CW_JSON_KIND_ONE_OF:
		if (view.n == 1 && m->config->registry.flatten_singleton_unions) {
			member = cw_json_view_member(&view, 0);
			return cw_json_schema_map(m, &member, &plain);
		}
		if (cw_json_schema_beside_null(&view, &member))
			return cw_json_schema_map(m, &member, &optional);
		schema = cw_json_schema_map_one_of(m, &view);
		break;
	case CW_JSON_KIND_BOOLEAN: schema = cw_schema_new(m->memory, CW_BOOLEAN); break;
	case CW_JSON_KIND_INTEGER:
	case CW_JSON_KIND_NUMBER: schema = map_number(m, &view); break;
	case CW_JSON_KIND_STRING:
		schema = cw_schema_new(m->memory, connect_type(&view) && strcmp(connect_type(&view), "bytes") == 0
							  ? CW_BYTES
							  : CW_STRING);
		break;
	case CW_JSON_KIND_ENUM:
	case CW_JSON_KIND_CONST: schema = map_enum(m, &view); break;
	case CW_JSON_KIND_ARRAY: schema = map_array(m, &view); break;
	case CW_JSON_KIND_OBJECT: schema = map_object(m, &view); break;
	case CW_JSON_KIND_NULL:
	case CW_JSON_KIND_ANY:
	case CW_JSON_KIND_OTHER: break;
	}
	if (!schema)
		return cw_json_schema_fail(m, view.kind == CW_JSON_KIND_NULL
						      ? "Unsupported schema type null"
						      : "Unsupported schema type: it names no type of JSON");
	return read_common(m, &view, use, schema) ? NULL : schema;
}

const struct cw_schema *cw_json_schema_map(struct cw_json_mapping *m, const struct cw_json_view *view,
					   const struct cw_json_use *use)
{
	const struct cw_schema *schema;

	if (m->depth == DEPTH_MAX)
		return cw_json_schema_fail(m, "the schema is nested too deep");
	if (m->made++ == 100000)
		return cw_json_schema_fail(m, "the schema has more parts than can be read");
	m->depth++;
	schema = map_once(m, view, use);
	m->depth--;
	return schema;
}

static void close_cycles(struct cw_json_mapping *m)
{
	for (struct cw_json_cycle *cycle = m->cycles; cycle; cycle = cycle->next) {
		bool optional = cycle->copy->optional;

		*cycle->copy = *cycle->object;
		cycle->copy->optional = optional;
	}
}

static int load(struct cw_json_mapping *m, size_t i, const char *text)
{
	m->documents.json[i] = cw_schema_json(text, false, m->err);
	return m->documents.json[i] ? 0 : -1;
}

const struct cw_schema *cw_json_schema_to_connect(struct cw_batch *memory, const struct cw_json_schema_config *config,
						  const struct cw_registry_schema *source, int32_t version,
						  struct cw_error *err)
{
	struct cw_json_mapping m = { .memory = memory, .config = config, .documents.source = source, .err = err };
	const struct cw_json_use use = { .version = version };
	const struct cw_schema *schema = NULL;
	int rc;

	m.documents.json = cw_alloc((source->n_references + 1) * sizeof(json_t *));
	cw_json_schema_reader_init(&m.reader);
	rc = load(&m, 0, source->text);
	for (size_t i = 0; i < source->n_references && rc == 0; i++)
		rc = load(&m, i + 1, source->references[i].text);
	if (rc == 0) {
		const struct cw_json_view root = cw_json_view_of(m.documents.json[0], m.documents.json[0]);

		schema = cw_json_schema_map(&m, &root, &use);
	}
	if (schema)
		close_cycles(&m);
	for (size_t i = 0; i <= source->n_references; i++)
		json_decref(m.documents.json[i]);
	free(m.documents.json);
	cw_json_schema_reader_free(&m.reader);
	return schema;
}
