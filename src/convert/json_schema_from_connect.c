#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "convert/avro_data.h"
#include "convert/json_schema_data.h"
#include "convert/schema_text.h"
#include "data/schema.h"
#include "data/value.h"

#define DEPTH_MAX 500
#define NO_INDEX SIZE_MAX

struct printer {
	const struct cw_json_schema_config *config;
	struct cw_buf *out;
	const struct cw_schema **identified; /* those with an id, which later uses refer to */
	size_t n_identified;
	int depth;
	struct cw_error *err;
};

static int print(struct printer *p, const struct cw_schema *schema, size_t index);

bool cw_json_schema_is_union(const struct cw_schema *schema)
{
	return schema->type == CW_STRUCT && (cw_slice_equal(schema->name, cw_slice_str(CW_JSON_SCHEMA_ONE_OF)) ||
					     cw_schema_parameter(schema, CW_CONNECT_UNION).p);
}

static void put_member(struct printer *p, const char *name, struct cw_slice text)
{
	cw_buf_printf(p->out, ",\"%s\":", name);
	cw_schema_text_put(p->out, text);
}

/* ---- what is the same for all types -------------------------------------------------------------- */

static void put_parameters(struct printer *p, const struct cw_schema *schema)
{
	bool any = false;

	for (size_t i = 0; i < schema->n_parameters; i++) {
		const struct cw_parameter *parameter = &schema->parameters[i];

		if (parameter->name.n >= strlen(CW_JSON_SCHEMA_NAMESPACE) &&
		    memcmp(parameter->name.p, CW_JSON_SCHEMA_NAMESPACE, strlen(CW_JSON_SCHEMA_NAMESPACE)) == 0)
			continue;
		cw_buf_puts(p->out, any ? "," : ",\"connect.parameters\":{");
		cw_schema_text_put(p->out, parameter->name);
		cw_buf_puts(p->out, ":");
		cw_schema_text_put(p->out, parameter->value);
		any = true;
	}
	cw_buf_puts(p->out, any ? "}" : "");
}

static int put_default(struct printer *p, const struct cw_schema *schema)
{
	struct cw_value value;

	if (!schema->default_value)
		return 0;
	value = *schema->default_value;
	value.schema = schema;
	cw_buf_puts(p->out, ",\"default\":");
	return cw_json_schema_write(p->config, &value, p->out, p->err);
}

/* connect_type: NULL for none. */
static int put_common(struct printer *p, const struct cw_schema *schema, const char *connect_type, size_t index)
{
	struct cw_slice id = cw_schema_parameter(schema, CW_JSON_SCHEMA_ID);

	if (schema->name.p)
		put_member(p, "title", schema->name);
	if (schema->doc.p)
		put_member(p, "description", schema->doc);
	if (id.p)
		put_member(p, "id", id);
	if (put_default(p, schema))
		return -1;
	if (index != NO_INDEX)
		cw_buf_printf(p->out, ",\"connect.index\":%zu", index);
	if (schema->version)
		cw_buf_printf(p->out, ",\"connect.version\":%d", (int)schema->version);
	if (connect_type)
		cw_buf_printf(p->out, ",\"connect.type\":\"%s\"", connect_type);
	put_parameters(p, schema);
	return 0;
}

/* ---- types -------------------------------------------------------------------------------------- */

static int print_primitive(struct printer *p, const struct cw_schema *schema, const char *type,
			   const char *connect_type, size_t index)
{
	cw_buf_printf(p->out, "{\"type\":\"%s\"", type);
	if (put_common(p, schema, connect_type, index))
		return -1;
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_string(struct printer *p, const struct cw_schema *schema, size_t index)
{
	const char *name = p->config->registry.generalized_sum_types ? CW_CONNECT_ENUM "." : CW_JSON_SCHEMA_ENUM ".";
	bool any = false;

	if (!cw_schema_parameter(schema, CW_CONNECT_ENUM).p && !cw_schema_parameter(schema, CW_JSON_SCHEMA_ENUM).p)
		return print_primitive(p, schema, "string", NULL, index);
	cw_buf_puts(p->out, "{\"enum\":[");
	for (size_t i = 0; i < schema->n_parameters; i++) {
		struct cw_slice symbol = schema->parameters[i].name;

		if (symbol.n < strlen(name) || memcmp(symbol.p, name, strlen(name)) != 0)
			continue;
		symbol = cw_slice(symbol.p + strlen(name), symbol.n - strlen(name));
		cw_buf_puts(p->out, any ? "," : "");
		if (cw_slice_equal(symbol, cw_slice_str(CW_JSON_SCHEMA_NULL)))
			cw_buf_puts(p->out, "null");
		else
			cw_schema_text_put(p->out, symbol);
		any = true;
	}
	cw_buf_puts(p->out, "]");
	if (put_common(p, schema, NULL, index))
		return -1;
	cw_buf_puts(p->out, "}");
	return 0;
}

/* A schema that was printed with an id, or is inside itself, is referred to. False: it was neither. */
static bool put_reference(struct printer *p, const struct cw_schema *schema)
{
	struct cw_slice id = cw_schema_parameter(schema, CW_JSON_SCHEMA_ID);

	for (size_t i = 0; i < p->n_identified && id.p; i++)
		if (cw_slice_equal(cw_schema_parameter(p->identified[i], CW_JSON_SCHEMA_ID), id)) {
			cw_buf_puts(p->out, "{\"$ref\":");
			cw_schema_text_put(p->out, id);
			cw_buf_puts(p->out, "}");
			return true;
		}
	return false;
}

static int print_used(struct printer *p, const struct cw_schema *schema, size_t index)
{
	return put_reference(p, schema) ? 0 : print(p, schema, index);
}

static int print_array(struct printer *p, const struct cw_schema *schema, size_t index)
{
	cw_buf_puts(p->out, "{\"type\":\"array\"");
	if (put_common(p, schema, NULL, index))
		return -1;
	cw_buf_puts(p->out, ",\"items\":");
	if (print_used(p, schema->value_schema, NO_INDEX))
		return -1;
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_map(struct printer *p, const struct cw_schema *schema, size_t index)
{
	bool object = schema->key_schema->type == CW_STRING && !schema->key_schema->optional;

	cw_buf_puts(p->out, object ? "{\"type\":\"object\"" : "{\"type\":\"array\"");
	if (put_common(p, schema, "map", index))
		return -1;
	if (object) {
		cw_buf_puts(p->out, ",\"additionalProperties\":");
		if (print(p, schema->value_schema, NO_INDEX))
			return -1;
	} else {
		cw_buf_puts(p->out, ",\"items\":{\"type\":\"object\",\"properties\":{\"key\":");
		if (print(p, schema->key_schema, 0))
			return -1;
		cw_buf_puts(p->out, ",\"value\":");
		if (print(p, schema->value_schema, 1))
			return -1;
		cw_buf_puts(p->out, "}}");
	}
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_struct(struct printer *p, const struct cw_schema *schema, size_t index)
{
	cw_buf_puts(p->out, "{\"type\":\"object\"");
	if (put_common(p, schema, NULL, index))
		return -1;
	if (schema->n_fields)
		cw_buf_puts(p->out, ",\"properties\":{");
	for (size_t i = 0; i < schema->n_fields; i++) {
		cw_buf_puts(p->out, i ? "," : "");
		cw_schema_text_put(p->out, schema->fields[i].name);
		cw_buf_puts(p->out, ":");
		if (print_used(p, schema->fields[i].schema, i))
			return -1;
	}
	cw_buf_puts(p->out, schema->n_fields ? "}" : "");
	cw_buf_puts(p->out, p->config->additional_properties ? "}" : ",\"additionalProperties\":false}");
	return 0;
}

static int print_required(struct printer *p, const struct cw_schema *schema, size_t index)
{
	bool numeric = strcasecmp(p->config->decimal_format, "NUMERIC") == 0;

	switch ((enum cw_type)schema->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64: return print_primitive(p, schema, "integer", cw_type_name_lower(schema->type), index);
	case CW_DATE:
	case CW_TIME: return print_primitive(p, schema, "integer", "int32", index);
	case CW_TIMESTAMP: return print_primitive(p, schema, "integer", "int64", index);
	case CW_FLOAT32:
	case CW_FLOAT64: return print_primitive(p, schema, "number", cw_type_name_lower(schema->type), index);
	case CW_BOOLEAN: return print_primitive(p, schema, "boolean", NULL, index);
	case CW_STRING: return print_string(p, schema, index);
	case CW_BYTES: return print_primitive(p, schema, "string", "bytes", index);
	case CW_DECIMAL: return print_primitive(p, schema, numeric ? "number" : "string", "bytes", index);
	case CW_ARRAY: return print_array(p, schema, index);
	case CW_MAP: return print_map(p, schema, index);
	case CW_STRUCT: return print_struct(p, schema, index);
	case CW_NULL: break;
	}
	return cw_error_set(p->err, CW_ERR_INVALID, "Unsupported type null");
}

static void begin_one_of(struct printer *p, size_t index)
{
	cw_buf_puts(p->out, "{");
	if (index != NO_INDEX)
		cw_buf_printf(p->out, "\"connect.index\":%zu,", index);
	cw_buf_puts(p->out, "\"oneOf\":[");
}

static int print_union(struct printer *p, const struct cw_schema *schema, size_t index)
{
	begin_one_of(p, index);
	if (schema->optional)
		cw_buf_puts(p->out, "{\"type\":\"null\"}");
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct cw_schema *member = schema->fields[i].schema;

		cw_buf_puts(p->out, i || schema->optional ? "," : "");
		if (cw_json_schema_is_union(member) ? print_union(p, member, i) : print_required(p, member, i))
			return -1;
	}
	cw_buf_puts(p->out, "]}");
	return 0;
}

static int print_type(struct printer *p, const struct cw_schema *schema, size_t index)
{
	if (cw_json_schema_is_union(schema))
		return print_union(p, schema, index);
	if (!schema->optional)
		return print_required(p, schema, index);
	begin_one_of(p, index);
	cw_buf_puts(p->out, "{\"type\":\"null\"},");
	if (print_required(p, schema, NO_INDEX))
		return -1;
	cw_buf_puts(p->out, "]}");
	return 0;
}

static int print(struct printer *p, const struct cw_schema *schema, size_t index)
{
	int rc;

	if (p->depth == DEPTH_MAX)
		return cw_error_set(p->err, CW_ERR_INVALID,
				    "the schema is nested more than %d deep, or is inside itself without an id",
				    DEPTH_MAX);
	if (cw_schema_parameter(schema, CW_JSON_SCHEMA_ID).p) {
		p->identified = cw_realloc(p->identified, (p->n_identified + 1) * sizeof(struct cw_schema *));
		p->identified[p->n_identified++] = schema;
	}
	p->depth++;
	rc = print_type(p, schema, index);
	p->depth--;
	return rc;
}

int cw_json_schema_from_connect(const struct cw_json_schema_config *config, const struct cw_schema *schema,
				struct cw_buf *out, struct cw_error *err)
{
	struct printer p = { .config = config, .out = out, .err = err };
	int rc = print(&p, schema, NO_INDEX);

	free(p.identified);
	return rc;
}
