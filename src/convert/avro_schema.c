#include "convert/avro_schema.h"

#include "base/mem.h"
#include "convert/avro_names.h"
#include "convert/schema_json.h"

#define DEPTH_MAX 500

struct parser {
	struct cw_batch *memory;
	struct cw_avro_schema **named;
	size_t n, cap;
	struct cw_error *err;
};

static const char *const type_names[] = {
	[CW_AVRO_NULL] = "null",   [CW_AVRO_BOOLEAN] = "boolean", [CW_AVRO_INT] = "int",
	[CW_AVRO_LONG] = "long",   [CW_AVRO_FLOAT] = "float",     [CW_AVRO_DOUBLE] = "double",
	[CW_AVRO_BYTES] = "bytes", [CW_AVRO_STRING] = "string",   [CW_AVRO_RECORD] = "record",
	[CW_AVRO_ENUM] = "enum",   [CW_AVRO_FIXED] = "fixed",     [CW_AVRO_ARRAY] = "array",
	[CW_AVRO_MAP] = "map",     [CW_AVRO_UNION] = "union",
};

const char *cw_avro_type_name(enum cw_avro_type type)
{
	return type_names[type];
}

struct cw_slice cw_avro_text(struct cw_batch *memory, const json_t *text)
{
	size_t n = json_string_length(text);
	char *p = cw_batch_alloc(memory, n + 1);

	memcpy(p, json_string_value(text), n + 1);
	return cw_slice(p, n);
}

/* ---- names -------------------------------------------------------------------------------------- */

static struct cw_avro_schema *find_named(const struct parser *parser, struct cw_slice name)
{
	for (size_t i = 0; i < parser->n; i++)
		if (cw_slice_equal(parser->named[i]->name, name))
			return parser->named[i];
	return NULL;
}

static void add_named(struct parser *parser, struct cw_avro_schema *schema)
{
	if (parser->n == parser->cap) {
		parser->cap = parser->cap ? parser->cap * 2 : 16;
		parser->named = cw_realloc(parser->named, parser->cap * sizeof(struct cw_avro_schema *));
	}
	parser->named[parser->n++] = schema;
}

static bool is_primitive_name(struct cw_slice name, enum cw_avro_type *type)
{
	for (int i = CW_AVRO_NULL; i <= CW_AVRO_STRING; i++)
		if (cw_slice_equal(name, cw_slice_str(type_names[i]))) {
			*type = (enum cw_avro_type)i;
			return true;
		}
	return false;
}

static struct cw_avro_schema *new_schema(struct parser *parser, enum cw_avro_type type, const json_t *json)
{
	struct cw_avro_schema *schema = cw_batch_alloc(parser->memory, sizeof(*schema));

	*schema = (struct cw_avro_schema){ .type = type, .json = json, .default_symbol = -1 };
	return schema;
}

/* One that was named before it is defined; when it is, this is what becomes it. */
static struct cw_avro_schema *promise(struct parser *parser, struct cw_slice name)
{
	struct cw_avro_schema *schema = new_schema(parser, CW_AVRO_RECORD, NULL);
	char *copy = cw_batch_alloc(parser->memory, name.n);

	memcpy(copy, name.p, name.n);
	schema->name = cw_slice(copy, name.n);
	schema->simple = cw_avro_last_part(schema->name);
	add_named(parser, schema);
	return schema;
}

static bool is_promised(const struct cw_avro_schema *named)
{
	return !named->json;
}

static int check_promises(const struct parser *parser)
{
	for (size_t i = 0; i < parser->n; i++) {
		struct cw_slice name = parser->named[i]->name;

		if (is_promised(parser->named[i]))
			return cw_error_set(parser->err, CW_ERR_INVALID, "Undefined name: %.*s",
					    (int)(name.n < 500 ? name.n : 500), name.p);
	}
	return 0;
}

/* A record, enumeration or fixed under its name, without what is in it. */
static struct cw_avro_schema *define(struct parser *parser, enum cw_avro_type type, const json_t *json,
				     struct cw_slice space)
{
	const json_t *text = json_object_get(json, "name"), *given = json_object_get(json, "namespace");
	struct cw_avro_schema *schema;
	enum cw_avro_type primitive;
	struct cw_slice name;

	if (!json_is_string(text)) {
		cw_error_set(parser->err, CW_ERR_INVALID, "No name in schema: a %s", type_names[type]);
		return NULL;
	}
	if (json_is_string(given))
		space = cw_avro_text(parser->memory, given);
	name = cw_avro_full_name(parser->memory, space, cw_avro_text(parser->memory, text));
	if (cw_avro_check_name(cw_avro_last_part(name), parser->err))
		return NULL;
	schema = find_named(parser, name);
	if (is_primitive_name(name, &primitive) || (schema && !is_promised(schema))) {
		cw_error_set(parser->err, CW_ERR_INVALID, "%s: %.*s",
			     schema ? "Can't redefine" : "Schemas may not be named after primitives", (int)name.n,
			     name.p);
		return NULL;
	}
	if (!schema)
		schema = promise(parser, name);
	schema->type = type;
	schema->json = json;
	if (json_is_string(json_object_get(json, "doc")))
		schema->doc = cw_avro_text(parser->memory, json_object_get(json, "doc"));
	return schema;
}

/* ---- types -------------------------------------------------------------------------------------- */

static struct cw_avro_schema *parse(struct parser *parser, const json_t *json, struct cw_slice space, int depth);

static int parse_field(struct parser *parser, struct cw_avro_schema *record, const json_t *json, struct cw_slice space,
		       int depth)
{
	struct cw_avro_field *field = &record->fields[record->n_fields];
	const json_t *name = json_object_get(json, "name");

	if (!json_is_string(name))
		return cw_error_set(parser->err, CW_ERR_INVALID, "No field name: in record %.*s", (int)record->name.n,
				    record->name.p);
	field->name = cw_avro_text(parser->memory, name);
	if (cw_avro_check_name(field->name, parser->err))
		return -1;
	for (size_t i = 0; i < record->n_fields; i++)
		if (cw_slice_equal(record->fields[i].name, field->name))
			return cw_error_set(parser->err, CW_ERR_INVALID, "Duplicate field %.*s in record %.*s",
					    (int)field->name.n, field->name.p, (int)record->name.n, record->name.p);
	if (json_is_string(json_object_get(json, "doc")))
		field->doc = cw_avro_text(parser->memory, json_object_get(json, "doc"));
	field->json = json;
	field->default_value = json_object_get(json, "default");
	field->schema = parse(parser, json_object_get(json, "type"), space, depth);
	record->n_fields++;
	return field->schema ? 0 : -1;
}

static int parse_record(struct parser *parser, struct cw_avro_schema *record, int depth)
{
	const json_t *fields = json_object_get(record->json, "fields");
	size_t n = json_array_size(fields);

	if (!json_is_array(fields))
		return cw_error_set(parser->err, CW_ERR_INVALID, "Record has no fields: %.*s", (int)record->name.n,
				    record->name.p);
	record->fields = cw_batch_alloc(parser->memory, n * sizeof(*record->fields));
	memset(record->fields, 0, n * sizeof(*record->fields));
	for (size_t i = 0; i < n; i++)
		if (parse_field(parser, record, json_array_get(fields, i), cw_avro_namespace(record->name), depth))
			return -1;
	return 0;
}

static int parse_symbols(struct parser *parser, struct cw_avro_schema *schema, const json_t *list, json_t *seen)
{
	const json_t *wanted = json_object_get(schema->json, "default");
	struct cw_slice *symbols = cw_batch_alloc(parser->memory, json_array_size(list) * sizeof(*symbols));

	schema->symbols = symbols;
	schema->n_symbols = json_array_size(list);
	for (size_t i = 0; i < schema->n_symbols; i++) {
		const json_t *symbol = json_array_get(list, i);

		if (!json_is_string(symbol))
			return cw_error_set(parser->err, CW_ERR_INVALID, "Enum symbol is no string: in %.*s",
					    (int)schema->name.n, schema->name.p);
		symbols[i] = cw_avro_text(parser->memory, symbol);
		if (cw_avro_check_name(symbols[i], parser->err))
			return -1;
		json_object_set_new(seen, symbols[i].p, json_null());
		if (json_object_size(seen) <= i)
			return cw_error_set(parser->err, CW_ERR_INVALID, "Duplicate enum symbol: %s", symbols[i].p);
		if (wanted && json_equal(symbol, wanted))
			schema->default_symbol = (ptrdiff_t)i;
	}
	return 0;
}

static int parse_enum(struct parser *parser, struct cw_avro_schema *schema)
{
	const json_t *list = json_object_get(schema->json, "symbols");
	json_t *seen;
	int rc;

	if (!json_is_array(list))
		return cw_error_set(parser->err, CW_ERR_INVALID, "Enum has no symbols: %.*s", (int)schema->name.n,
				    schema->name.p);
	seen = json_object();
	rc = parse_symbols(parser, schema, list, seen);
	json_decref(seen);
	if (rc == 0 && schema->default_symbol < 0 && json_object_get(schema->json, "default"))
		return cw_error_set(parser->err, CW_ERR_INVALID,
				    "The Enum Default is not in the enum symbol set: of %.*s", (int)schema->name.n,
				    schema->name.p);
	return rc;
}

static int parse_fixed(struct parser *parser, struct cw_avro_schema *schema)
{
	const json_t *size = json_object_get(schema->json, "size");

	if (!json_is_integer(size) || json_integer_value(size) < 0 || json_integer_value(size) > INT32_MAX)
		return cw_error_set(parser->err, CW_ERR_INVALID, "Invalid or no size: of %.*s", (int)schema->name.n,
				    schema->name.p);
	schema->size = (size_t)json_integer_value(size);
	return 0;
}

static int parse_items(struct parser *parser, struct cw_avro_schema *schema, struct cw_slice space, int depth)
{
	const char *key = schema->type == CW_AVRO_ARRAY ? "items" : "values";
	const json_t *items = json_object_get(schema->json, key);

	if (!items)
		return cw_error_set(parser->err, CW_ERR_INVALID, "%s has no %s type",
				    schema->type == CW_AVRO_ARRAY ? "Array" : "Map", key);
	schema->items = parse(parser, items, space, depth);
	return schema->items ? 0 : -1;
}

static bool same_branch(const struct cw_avro_schema *a, const struct cw_avro_schema *b)
{
	return a->type == b->type && (!cw_avro_is_named(a) || cw_slice_equal(a->name, b->name));
}

static struct cw_avro_schema *parse_union(struct parser *parser, const json_t *json, struct cw_slice space, int depth)
{
	struct cw_avro_schema *schema = new_schema(parser, CW_AVRO_UNION, NULL);
	const struct cw_avro_schema **members;

	members = cw_batch_alloc(parser->memory, json_array_size(json) * sizeof(struct cw_avro_schema *));
	schema->members = members;
	for (size_t i = 0; i < json_array_size(json); i++) {
		members[i] = parse(parser, json_array_get(json, i), space, depth);
		if (!members[i])
			return NULL;
		if (members[i]->type == CW_AVRO_UNION) {
			cw_error_set(parser->err, CW_ERR_INVALID, "Nested union");
			return NULL;
		}
		for (size_t j = 0; j < i; j++)
			if (same_branch(members[j], members[i])) {
				cw_error_set(parser->err, CW_ERR_INVALID, "Duplicate in union:%.*s",
					     members[i]->name.p ? (int)members[i]->name.n : 16,
					     members[i]->name.p ? members[i]->name.p : type_names[members[i]->type]);
				return NULL;
			}
		schema->n_members++;
	}
	return schema;
}

/* A primitive type's name, or that of a type that is defined, here or later. */
static struct cw_avro_schema *parse_reference(struct parser *parser, const json_t *text, const json_t *json,
					      struct cw_slice space)
{
	struct cw_slice name = cw_slice(json_string_value(text), json_string_length(text)), full;
	struct cw_avro_schema *found;
	enum cw_avro_type primitive;

	if (is_primitive_name(name, &primitive))
		return new_schema(parser, primitive, json);
	full = cw_avro_full_name(parser->memory, space, name);
	found = find_named(parser, full);
	if (!found)
		found = find_named(parser, name);
	return found ? found : promise(parser, full);
}

static struct cw_avro_schema *parse_object(struct parser *parser, const json_t *json, struct cw_slice space, int depth)
{
	const json_t *text = json_object_get(json, "type");
	const char *type = json_string_value(text);
	enum cw_avro_type t = CW_AVRO_RECORD;
	struct cw_avro_schema *schema;
	int rc;

	if (json_is_object(text) || json_is_array(text))
		return parse(parser, text, space, depth);
	if (!type) {
		cw_error_set(parser->err, CW_ERR_INVALID, "No type: in an object of the schema");
		return NULL;
	}
	if (strcmp(type, "error") == 0)
		type = "record";
	while (t <= CW_AVRO_MAP && strcmp(type, type_names[t]) != 0)
		t++;
	if (t > CW_AVRO_MAP)
		return parse_reference(parser, text, json, space);
	schema = t <= CW_AVRO_FIXED ? define(parser, t, json, space) : new_schema(parser, t, json);
	if (!schema)
		return NULL;
	switch (t) {
	case CW_AVRO_RECORD: rc = parse_record(parser, schema, depth); break;
	case CW_AVRO_ENUM: rc = parse_enum(parser, schema); break;
	case CW_AVRO_FIXED: rc = parse_fixed(parser, schema); break;
	default: rc = parse_items(parser, schema, space, depth); break;
	}
	return rc ? NULL : schema;
}

static struct cw_avro_schema *parse(struct parser *parser, const json_t *json, struct cw_slice space, int depth)
{
	if (depth >= DEPTH_MAX) {
		cw_error_set(parser->err, CW_ERR_INVALID, "the schema is nested more than %d deep", DEPTH_MAX);
		return NULL;
	}
	if (json_is_string(json))
		return parse_reference(parser, json, NULL, space);
	if (json_is_array(json))
		return parse_union(parser, json, space, depth + 1);
	if (json_is_object(json))
		return parse_object(parser, json, space, depth + 1);
	cw_error_set(parser->err, CW_ERR_INVALID, "Schema not yet supported: neither a name, an object nor a list");
	return NULL;
}

static const struct cw_avro_schema *parse_text(struct parser *parser, const char *text, json_t *documents)
{
	json_t *json = cw_schema_json(text, true, parser->err);

	if (!json)
		return NULL;
	json_array_append_new(documents, json);
	return parse(parser, json, cw_slice("", 0), 0);
}

int cw_avro_parse(struct cw_batch *memory, const char *text, const struct cw_registry_reference *references,
		  size_t n_references, struct cw_avro_document *out, struct cw_error *err)
{
	struct parser parser = { .memory = memory, .err = err };
	json_t *documents = json_array();
	const struct cw_avro_schema *root = NULL;
	bool valid = true;

	for (size_t i = 0; i < n_references && valid; i++)
		valid = parse_text(&parser, references[i].text, documents);
	if (valid)
		root = parse_text(&parser, text, documents);
	if (root && check_promises(&parser))
		root = NULL;
	cw_free_ptr(&parser.named);
	if (!root) {
		json_decref(documents);
		return -1;
	}
	*out = (struct cw_avro_document){ .root = root, .json = documents };
	return 0;
}

void cw_avro_document_free(struct cw_avro_document *document)
{
	json_decref(document->json);
	document->json = NULL;
}

/* ---- questions ---------------------------------------------------------------------------------- */

const json_t *cw_avro_property(const struct cw_avro_schema *schema, const char *name)
{
	return json_object_get(schema->json, name);
}

const char *cw_avro_property_text(const struct cw_avro_schema *schema, const char *name)
{
	return json_string_value(cw_avro_property(schema, name));
}

bool cw_avro_answers_to(const struct cw_avro_schema *schema, struct cw_slice name)
{
	const json_t *aliases = cw_avro_property(schema, "aliases");
	struct cw_slice space = cw_avro_namespace(schema->name);

	if (cw_slice_equal(schema->name, name))
		return true;
	for (size_t i = 0; i < json_array_size(aliases); i++) {
		const json_t *json = json_array_get(aliases, i);
		struct cw_slice alias = cw_slice(json_string_value(json), json_string_length(json));

		if (cw_slice_equal(alias, name))
			return true;
		if (alias.n && !memchr(alias.p, '.', alias.n) && cw_slice_equal(alias, cw_avro_last_part(name)) &&
		    cw_slice_equal(space, cw_avro_namespace(name)))
			return true;
	}
	return false;
}

const struct cw_avro_schema *cw_avro_nullable(const struct cw_avro_schema *schema)
{
	if (schema->type != CW_AVRO_UNION || schema->n_members != 2)
		return NULL;
	if (schema->members[0]->type == CW_AVRO_NULL)
		return schema->members[1];
	return schema->members[1]->type == CW_AVRO_NULL ? schema->members[0] : NULL;
}

bool cw_avro_is_map_entry(const struct cw_avro_schema *items)
{
	const char *internal = cw_avro_property_text(items, "connect.internal.type");

	return items->type == CW_AVRO_RECORD &&
	       (cw_slice_equal(items->name, cw_slice_str(CW_AVRO_NAMESPACE "." CW_AVRO_MAP_ENTRY)) ||
		(internal && strcmp(internal, CW_AVRO_MAP_ENTRY) == 0));
}
