/*
 * The text is what Avro's Java library prints, down to the order of properties: a registry tells schemas apart by
 * their text, and a topic that a Java worker wrote to should not get a new version.
 */
#include "convert/avro_print.h"

#include <stdlib.h>

#include "base/mem.h"
#include "convert/schema_text.h"
#include "data/schema.h"

#define DEPTH_MAX 500

static int print(struct cw_avro_printer *p, const struct cw_schema *schema);

static int fail(struct cw_avro_printer *p, const char *text)
{
	return cw_error_set(p->err, CW_ERR_INVALID, "%s", text);
}

/* ---- types -------------------------------------------------------------------------------------- */

/* A primitive type is only a name as long as there is nothing to say of it. */
static int print_primitive(struct cw_avro_printer *p, const struct cw_schema *schema, const char *type)
{
	size_t start = p->out->n, after;
	int64_t scale, precision;

	cw_buf_printf(p->out, "{\"type\":\"%s\"", type);
	after = p->out->n;
	if (schema->type == CW_DECIMAL) {
		if (!cw_schema_parameter(schema, CW_DECIMAL_SCALE).p)
			return fail(p, "Invalid Decimal schema: scale parameter not found.");
		if (cw_avro_integer_parameter(p, schema, CW_DECIMAL_SCALE, 0, &scale) ||
		    cw_avro_integer_parameter(p, schema, CW_AVRO_PRECISION, CW_AVRO_PRECISION_DEFAULT, &precision))
			return -1;
		cw_buf_printf(p->out, ",\"scale\":%d,\"precision\":%d", (int)scale, (int)precision);
	}
	cw_avro_put_properties(p, schema);
	if (p->out->n > after) {
		cw_buf_puts(p->out, "}");
		return 0;
	}
	p->out->n = start;
	cw_buf_printf(p->out, "\"%s\"", type);
	return 0;
}

static int print_fixed(struct cw_avro_printer *p, const struct cw_schema *schema, size_t size)
{
	int64_t scale, precision;

	if (cw_avro_put_known(p, schema, false))
		return 0;
	cw_avro_begin_named(p, "fixed", schema, cw_avro_name_of(p, schema), false);
	cw_buf_printf(p->out, ",\"size\":%zu", size);
	if (schema->type == CW_DECIMAL) {
		if (cw_avro_integer_parameter(p, schema, CW_DECIMAL_SCALE, 0, &scale) ||
		    cw_avro_integer_parameter(p, schema, CW_AVRO_PRECISION, CW_AVRO_PRECISION_DEFAULT, &precision))
			return -1;
		cw_buf_printf(p->out, ",\"scale\":%d,\"precision\":%d", (int)scale, (int)precision);
	}
	cw_avro_put_properties(p, schema);
	cw_buf_puts(p->out, "}");
	return 0;
}

static void put_enum_doc(struct cw_avro_printer *p, const struct cw_schema *schema, const char *simple)
{
	CW_AUTO_FREE char *key = p->config->discard_type_doc_default ? cw_strdup(CW_CONNECT_ENUM_DOC)
								     : cw_format(CW_AVRO_ENUM_DOC "%s", simple);
	struct cw_slice doc = cw_schema_parameter(schema, key);

	if (doc.p)
		cw_avro_put_property(p->out, "doc", doc);
}

static void put_enum_default(struct cw_avro_printer *p, const struct cw_schema *schema, const char *simple)
{
	CW_AUTO_FREE char *key = cw_format(CW_AVRO_ENUM_DEFAULT "%s", simple);
	struct cw_slice symbol = cw_schema_parameter(schema, key);

	if (symbol.p && !p->config->discard_type_doc_default)
		cw_avro_put_property(p->out, "default", symbol);
}

static int print_enum(struct cw_avro_printer *p, const struct cw_schema *schema, struct cw_slice name)
{
	bool generalized = p->config->registry.generalized_sum_types;
	struct cw_slice prefix = cw_slice_str(generalized ? CW_CONNECT_ENUM "." : CW_AVRO_ENUM_PARAMETER ".");
	/* Documentation and default are found by the schema's own name, which counts even where it is not used. */
	CW_AUTO_FREE char *own = NULL;
	bool any = false;

	if (cw_avro_put_known(p, schema, false))
		return 0;
	own = cw_avro_name_of(p, schema);
	cw_avro_begin_named(p, "enum", schema, cw_strndup(name.p, name.n), false);
	put_enum_doc(p, schema, own + cw_avro_simple_at(own));
	cw_buf_puts(p->out, ",\"symbols\":[");
	for (size_t i = 0; i < schema->n_parameters; i++) {
		const struct cw_slice *key = &schema->parameters[i].name;

		if (key->n < prefix.n || memcmp(key->p, prefix.p, prefix.n) != 0)
			continue;
		cw_buf_puts(p->out, any ? "," : "");
		cw_schema_text_put(p->out, cw_slice(key->p + prefix.n, key->n - prefix.n));
		any = true;
	}
	cw_buf_puts(p->out, "]");
	put_enum_default(p, schema, own + cw_avro_simple_at(own));
	cw_avro_put_properties(p, schema);
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_field(struct cw_avro_printer *p, struct cw_slice name, const struct cw_schema *schema,
		       struct cw_slice doc)
{
	struct cw_buf scrubbed = { 0 };

	cw_avro_scrub(p->config, name, &scrubbed);
	cw_buf_puts(p->out, "{\"name\":");
	cw_schema_text_put(p->out, cw_slice(scrubbed.p, scrubbed.n));
	cw_buf_free(&scrubbed);
	cw_buf_puts(p->out, ",\"type\":");
	if (print(p, schema))
		return -1;
	if (p->config->discard_type_doc_default)
		doc = schema->doc;
	if (doc.p)
		cw_avro_put_property(p->out, "doc", doc);
	if (schema->default_value && cw_avro_valid_default(p->config, schema, schema->default_value)) {
		cw_buf_puts(p->out, ",\"default\":");
		cw_avro_put_value(p, schema, schema->default_value);
	} else if (schema->optional && !schema->default_value) {
		cw_buf_puts(p->out, ",\"default\":null");
	}
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_fields(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	struct cw_buf key = { 0 };
	int rc = 0;

	cw_buf_puts(p->out, ",\"fields\":[");
	for (size_t i = 0; i < schema->n_fields && rc == 0; i++) {
		const struct cw_field *field = &schema->fields[i];

		key.n = 0;
		cw_buf_puts(&key, CW_AVRO_FIELD_DOC);
		cw_buf_append(&key, field->name.p, field->name.n);
		cw_buf_puts(p->out, i ? "," : "");
		rc = print_field(p, field->name, field->schema, cw_schema_parameter(schema, key.p));
	}
	cw_buf_puts(p->out, "]");
	cw_buf_free(&key);
	return rc;
}

/* Whatever is printed inside a named type has its namespace around. */
static int inside(struct cw_avro_printer *p, const char *name, const struct cw_schema *schema,
		  int (*body)(struct cw_avro_printer *, const struct cw_schema *))
{
	size_t at = cw_avro_simple_at(name);
	CW_AUTO_FREE char *space = cw_strndup(name, at ? at - 1 : 0);
	const char *around = p->space;
	int rc;

	p->space = space;
	rc = body(p, schema);
	p->space = around;
	return rc;
}

static int print_struct(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	struct cw_slice doc = cw_schema_parameter(schema, p->config->discard_type_doc_default ? CW_CONNECT_RECORD_DOC
											      : CW_AVRO_RECORD_DOC);
	char *name;

	if (cw_avro_put_known(p, schema, false))
		return 0;
	name = cw_avro_name_of(p, schema);
	cw_avro_begin_named(p, "record", schema, name, false);
	if (doc.p)
		cw_avro_put_property(p->out, "doc", doc);
	if (inside(p, name, schema, print_fields))
		return -1;
	cw_avro_put_properties(p, schema);
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_entry_fields(struct cw_avro_printer *p, const struct cw_schema *map)
{
	const struct cw_slice no_doc = { 0 };

	cw_buf_puts(p->out, ",\"fields\":[");
	if (print_field(p, cw_slice_str("key"), map->key_schema, no_doc))
		return -1;
	cw_buf_puts(p->out, ",");
	if (print_field(p, cw_slice_str("value"), map->value_schema, no_doc))
		return -1;
	cw_buf_puts(p->out, "]");
	return 0;
}

static int print_map(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	char *name;

	if (cw_avro_has_string_keys(p->config, schema)) {
		cw_buf_puts(p->out, "{\"type\":\"map\",\"values\":");
		if (print(p, schema->value_schema))
			return -1;
	} else {
		cw_buf_puts(p->out, "{\"type\":\"array\",\"items\":");
		if (!cw_avro_put_known(p, schema, true)) {
			name = schema->name.p ? cw_avro_name_of(p, schema)
					      : cw_strdup(CW_AVRO_NAMESPACE "." CW_AVRO_MAP_ENTRY);
			cw_avro_begin_named(p, "record", schema, name, true);
			if (inside(p, name, schema, print_entry_fields))
				return -1;
			if (schema->name.p)
				cw_avro_put_property(p->out, "connect.internal.type", cw_slice_str(CW_AVRO_MAP_ENTRY));
			cw_buf_puts(p->out, "}");
		}
	}
	cw_avro_put_properties(p, schema);
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_array(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	cw_buf_puts(p->out, "{\"type\":\"array\",\"items\":");
	if (print(p, schema->value_schema))
		return -1;
	cw_avro_put_properties(p, schema);
	cw_buf_puts(p->out, "}");
	return 0;
}

static int print_required(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	struct cw_slice name;
	size_t size;

	if (cw_avro_is_fixed(schema, &size))
		return print_fixed(p, schema, size);
	switch ((enum cw_type)schema->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_DATE:
	case CW_TIME: return print_primitive(p, schema, "int");
	case CW_INT64:
	case CW_TIMESTAMP: return print_primitive(p, schema, "long");
	case CW_FLOAT32: return print_primitive(p, schema, "float");
	case CW_FLOAT64: return print_primitive(p, schema, "double");
	case CW_BOOLEAN: return print_primitive(p, schema, "boolean");
	case CW_BYTES:
	case CW_DECIMAL: return print_primitive(p, schema, "bytes");
	case CW_STRING:
		name = cw_avro_enum_name(p->config, schema);
		return name.p ? print_enum(p, schema, name) : print_primitive(p, schema, "string");
	case CW_ARRAY: return print_array(p, schema);
	case CW_MAP: return print_map(p, schema);
	case CW_STRUCT: return print_struct(p, schema);
	case CW_NULL: break;
	}
	return fail(p, "Unknown schema type: null");
}

static int print_union(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	cw_buf_puts(p->out, schema->optional ? "[\"null\"" : "[");
	for (size_t i = 0; i < schema->n_fields; i++) {
		cw_buf_puts(p->out, i || schema->optional ? "," : "");
		if (cw_avro_is_union(schema->fields[i].schema))
			return fail(p, "Nested union");
		if (print_required(p, schema->fields[i].schema))
			return -1;
	}
	cw_buf_puts(p->out, "]");
	return 0;
}

static int print_optional(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	bool null_last = schema->default_value && schema->type != CW_STRUCT;

	if (!schema->optional)
		return print_required(p, schema);
	cw_buf_puts(p->out, null_last ? "[" : "[\"null\",");
	if (print_required(p, schema))
		return -1;
	cw_buf_puts(p->out, null_last ? ",\"null\"]" : "]");
	return 0;
}

static int print(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	int rc;

	if (p->depth == DEPTH_MAX)
		return fail(p, "the schema is nested too deep");
	p->depth++;
	rc = cw_avro_is_union(schema) ? print_union(p, schema) : print_optional(p, schema);
	p->depth--;
	return rc;
}

#define OPTIONAL(name, type) "{\"name\":\"" name "\",\"type\":[\"null\"," type "],\"default\":null}"
#define FIELD(name) "{\"name\":\"" name "\",\"type\":\"Anything\"}"
#define ENTRY "{\"type\":\"record\",\"name\":\"MapEntry\",\"fields\":[" FIELD("key") "," FIELD("value") "]}"

/* The schema of what has none: a record with a field for each type. */
static const char *const anything[] = {
	"{\"type\":\"record\",\"name\":\"Anything\",\"namespace\":\"" CW_AVRO_NAMESPACE "\",\"fields\":[",
	OPTIONAL("boolean", "\"boolean\"") ",",
	OPTIONAL("bytes", "\"bytes\"") ",",
	OPTIONAL("double", "\"double\"") ",",
	OPTIONAL("float", "\"float\"") ",",
	OPTIONAL("int", "\"int\"") ",",
	OPTIONAL("long", "\"long\"") ",",
	OPTIONAL("string", "\"string\"") ",",
	OPTIONAL("array", "{\"type\":\"array\",\"items\":\"Anything\"}") ",",
	OPTIONAL("map", "{\"type\":\"array\",\"items\":" ENTRY "}") "]}",
};

int cw_avro_from_connect(const struct cw_avro_config *config, const struct cw_schema *schema, struct cw_buf *out,
			 struct cw_error *err)
{
	struct cw_avro_printer p = { .config = config, .out = out, .space = "", .err = err };
	int rc = 0;

	if (schema)
		rc = print(&p, schema);
	for (size_t i = 0; i < sizeof(anything) / sizeof(anything[0]) && !schema; i++)
		cw_buf_puts(out, anything[i]);
	for (size_t i = 0; i < p.n_named; i++)
		free(p.named[i].name);
	free(p.named);
	return rc;
}
