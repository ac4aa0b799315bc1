/* The JSON form of a schema to the schema, as JsonConverter.asConnectSchema(). */
#include "convert/json_convert.h"
#include "convert/json_names.h"
#include "convert/json_read.h"
#include "data/schema.h"
#include "data/value.h"

static bool is_text(const struct cw_value *node)
{
	return node && node->type == CW_STRING;
}

static int to_array_schema(struct cw_json_conversion *c, const struct cw_value *node, struct cw_schema *schema)
{
	const struct cw_value *items = cw_json_member(node, "items");

	if (!items || items->type == CW_NULL)
		return cw_error_set(c->err, CW_ERR_INVALID, "Array schema did not specify the element type");
	return cw_json_convert_schema(c, items, &schema->value_schema);
}

static int to_map_schema(struct cw_json_conversion *c, const struct cw_value *node, struct cw_schema *schema)
{
	const struct cw_value *keys = cw_json_member(node, "keys"), *values = cw_json_member(node, "values");

	if (!keys)
		return cw_error_set(c->err, CW_ERR_INVALID, "Map schema did not specify the key type");
	if (!values)
		return cw_error_set(c->err, CW_ERR_INVALID, "Map schema did not specify the value type");
	if (cw_json_convert_schema(c, keys, &schema->key_schema) < 0 ||
	    cw_json_convert_schema(c, values, &schema->value_schema) < 0)
		return -1;
	if (!schema->key_schema)
		return cw_error_set(c->err, CW_ERR_INVALID, "keySchema cannot be null.");
	if (!schema->value_schema)
		return cw_error_set(c->err, CW_ERR_INVALID, "valueSchema cannot be null.");
	return 0;
}

static int duplicate(struct cw_json_conversion *c, struct cw_slice name)
{
	return cw_error_set(c->err, CW_ERR_INVALID, "Cannot create field because of field name duplication %.*s",
			    (int)name.n, name.p);
}

/* The name of field n against those before it, while these are few. */
static int check_name(struct cw_json_conversion *c, const struct cw_field *fields, size_t n)
{
	struct cw_slice name = fields[n].name;

	if (name.n == 0)
		return cw_error_set(c->err, CW_ERR_INVALID, "fieldName cannot be null.");
	for (size_t i = 0; i < n && n < CW_JSON_FEW; i++)
		if (cw_slice_equal(fields[i].name, name))
			return duplicate(c, name);
	return 0;
}

/* All names against each other, when they are many. */
static int check_names(struct cw_json_conversion *c, const struct cw_field *fields, size_t n)
{
	if (n <= CW_JSON_FEW)
		return 0;
	cw_json_index_begin(c->names, n);
	for (size_t i = 0; i < n; i++)
		if (cw_json_index_add(c->names, fields[i].name, i) < i)
			return duplicate(c, fields[i].name);
	return 0;
}

static int to_field(struct cw_json_conversion *c, const struct cw_value *node, struct cw_field *out)
{
	const struct cw_value *name = cw_json_member(node, "field");

	if (!is_text(name))
		return cw_error_set(c->err, CW_ERR_INVALID, "Struct schema's field name not specified properly");
	out->name = name->u.bytes;
	return cw_json_convert_schema(c, node, &out->schema);
}

static int to_struct_schema(struct cw_json_conversion *c, const struct cw_value *node, struct cw_schema *schema)
{
	const struct cw_value *items = cw_json_member(node, "fields");
	struct cw_field *fields;
	size_t n;

	if (!items || items->type != CW_ARRAY)
		return cw_error_set(c->err, CW_ERR_INVALID, "Struct schema's \"fields\" argument is not an array.");
	n = items->u.array.n;
	fields = cw_batch_alloc(c->memory, n * sizeof(*fields));
	for (size_t i = 0; i < n; i++)
		if (to_field(c, &items->u.array.items[i], &fields[i]) < 0 || check_name(c, fields, i) < 0)
			return -1;
	if (check_names(c, fields, n) < 0)
		return -1;
	schema->fields = fields;
	schema->n_fields = n;
	return 0;
}

static int to_parameters(struct cw_json_conversion *c, const struct cw_value *node, struct cw_schema *schema)
{
	const struct cw_value *object = cw_json_member(node, "parameters");
	struct cw_parameter *parameters;
	size_t n;

	if (!object || object->type != CW_MAP || object->u.map.n == 0)
		return 0;
	n = object->u.map.n;
	parameters = cw_batch_alloc(c->memory, n * sizeof(*parameters));
	for (size_t i = 0; i < n; i++) {
		const struct cw_entry *entry = &object->u.map.entries[i];

		if (!is_text(&entry->value))
			return cw_error_set(c->err, CW_ERR_INVALID, "Schema parameters must have string values.");
		parameters[i].name = entry->key.u.bytes;
		parameters[i].value = entry->value.u.bytes;
	}
	schema->parameters = parameters;
	schema->n_parameters = n;
	return 0;
}

static struct cw_slice text_member(const struct cw_value *node, const char *name)
{
	const struct cw_value *text = cw_json_member(node, name);

	return is_text(text) ? text->u.bytes : cw_slice(NULL, 0);
}

static int32_t version_member(const struct cw_value *node)
{
	const struct cw_value *version = cw_json_member(node, "version");
	struct cw_value n;

	if (!version || !(version->type == CW_INT64 || (version->type == CW_JSON_NUMBER && !version->scale)))
		return 0;
	n = version->type == CW_INT64 ? *version : cw_json_schemaless_number(version);
	return (int32_t)n.u.integer;
}

/* A struct cannot have a default in this form: Kafka Connect compares its schema with one that is not finished. */
static int to_default(struct cw_json_conversion *c, const struct cw_value *node, struct cw_schema *schema)
{
	const struct cw_value *json = cw_json_member(node, "default");
	struct cw_value *value;
	struct cw_error why = { 0 };

	if (!json)
		return 0;
	value = cw_batch_alloc(c->memory, sizeof(*value));
	if (cw_json_convert(c, schema, json, value) < 0)
		return -1;
	if (value->type == CW_STRUCT || cw_value_validate(schema, value, NULL, &why) < 0)
		return cw_error_set(c->err, CW_ERR_INVALID, "Invalid default value");
	if (value->type != CW_NULL)
		schema->default_value = value;
	return 0;
}

/* What carries a logical type and has its name is of the logical type. */
static void set_name(struct cw_schema *schema, struct cw_slice name)
{
	enum cw_type logical = name.n ? cw_json_logical_name(name) : CW_NULL;

	schema->name = name;
	if (logical && cw_type_physical(logical) == (enum cw_type)schema->type)
		schema->type = (uint8_t)logical;
}

static int to_type(struct cw_json_conversion *c, const struct cw_value *node, struct cw_schema *schema)
{
	const struct cw_value *type = cw_json_member(node, "type");

	if (!is_text(type))
		return cw_error_set(c->err, CW_ERR_INVALID, "Schema must contain 'type' field");
	schema->type = (uint8_t)cw_json_type_of(type->u.bytes);
	switch ((enum cw_type)schema->type) {
	case CW_NULL:
		return cw_error_set(c->err, CW_ERR_INVALID, "Unknown schema type: %.*s", (int)type->u.bytes.n,
				    type->u.bytes.p);
	case CW_ARRAY:
		return to_array_schema(c, node, schema);
	case CW_MAP:
		return to_map_schema(c, node, schema);
	case CW_STRUCT:
		return to_struct_schema(c, node, schema);
	default:
		return 0;
	}
}

int cw_json_convert_schema(struct cw_json_conversion *conversion, const struct cw_value *node,
			   const struct cw_schema **out)
{
	const struct cw_value *optional = cw_json_member(node, "optional");
	struct cw_schema *schema;
	const struct cw_schema *constant;

	*out = NULL;
	if (node->type == CW_NULL)
		return 0;
	schema = cw_batch_alloc(conversion->memory, sizeof(*schema));
	*schema = (struct cw_schema){ .size = sizeof(*schema) };
	if (to_type(conversion, node, schema) < 0)
		return -1;
	schema->optional = optional && optional->type == CW_BOOLEAN && optional->u.boolean;
	set_name(schema, text_member(node, "name"));
	schema->version = version_member(node);
	schema->doc = text_member(node, "doc");
	if (to_parameters(conversion, node, schema) < 0 || to_default(conversion, node, schema) < 0)
		return -1;
	constant = cw_schema_of((enum cw_type)schema->type, schema->optional);
	*out = constant && cw_schema_equal(constant, schema) ? constant : schema;
	return 0;
}
