/*
 * schema_notation - Connect schemas as one line of text, so that a test can say which one it expects:
 *
 *   int32  string?  array<int8>  map<string,int64?>  struct{a.B}v1(f:int32=5,g:string?)
 *   bytes{org.apache.kafka.connect.data.Decimal}v1[scale=2]  string"its doc"
 *
 * ? is optional, {} the name, v the version, [] parameters, "" documentation, = the default value. A logical type is in
 * upper case ("DATE"). A struct inside itself is "@" and its name.
 */
#ifndef CW_TESTS_SCHEMA_NOTATION_H
#define CW_TESTS_SCHEMA_NOTATION_H

#include "base/buf.h"
#include "data/schema.h"
#include "data/value.h"

struct cw_notation {
	const struct cw_notation *outer;
	const struct cw_field *fields;
};

static inline void cw_notation_slice(struct cw_buf *out, const char *before, struct cw_slice text, const char *after)
{
	cw_buf_puts(out, before);
	cw_buf_append(out, text.p, text.n);
	cw_buf_puts(out, after);
}

static inline void cw_notation_put(struct cw_buf *out, const struct cw_schema *schema, const struct cw_notation *outer)
{
	static const char *const logical[] = { "DECIMAL", "DATE", "TIME", "TIMESTAMP" };
	const struct cw_notation here = { outer, schema->fields };

	for (; outer && schema->type == CW_STRUCT; outer = outer->outer)
		if (outer->fields == schema->fields) {
			cw_notation_slice(out, "@", schema->name, schema->optional ? "?" : "");
			return;
		}
	cw_buf_puts(out,
		    schema->type >= CW_DECIMAL ? logical[schema->type - CW_DECIMAL] : cw_type_name_lower(schema->type));
	if (schema->type == CW_MAP) {
		cw_buf_puts(out, "<");
		cw_notation_put(out, schema->key_schema, &here);
		cw_buf_puts(out, ",");
	}
	if (schema->type == CW_MAP || schema->type == CW_ARRAY) {
		cw_buf_puts(out, schema->type == CW_MAP ? "" : "<");
		cw_notation_put(out, schema->value_schema, &here);
		cw_buf_puts(out, ">");
	}
	cw_buf_puts(out, schema->optional ? "?" : "");
	if (schema->name.p && schema->type < CW_DECIMAL)
		cw_notation_slice(out, "{", schema->name, "}");
	if (schema->version && schema->type < CW_DECIMAL)
		cw_buf_printf(out, "v%d", (int)schema->version);
	for (size_t i = 0; i < schema->n_parameters; i++) {
		cw_notation_slice(out, i ? "," : "[", schema->parameters[i].name, "=");
		cw_notation_slice(out, "", schema->parameters[i].value, i + 1 == schema->n_parameters ? "]" : "");
	}
	if (schema->doc.p)
		cw_notation_slice(out, "\"", schema->doc, "\"");
	if (schema->type == CW_STRUCT) {
		cw_buf_puts(out, "(");
		for (size_t i = 0; i < schema->n_fields; i++) {
			cw_notation_slice(out, i ? "," : "", schema->fields[i].name, ":");
			cw_notation_put(out, schema->fields[i].schema, &here);
		}
		cw_buf_puts(out, ")");
	}
	if (schema->default_value) {
		cw_buf_puts(out, "=");
		cw_value_print(out, schema->default_value);
	}
}

/* New. */
static inline char *cw_notation(const struct cw_schema *schema)
{
	struct cw_buf out = { 0 };

	cw_notation_put(&out, schema, NULL);
	return cw_buf_take(&out);
}

#endif
