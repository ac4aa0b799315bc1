#include "convert/avro_print.h"

#include <stdlib.h>

#include "base/mem.h"
#include "convert/schema_text.h"
#include "data/calendar.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

void cw_avro_put_property(struct cw_buf *out, const char *name, struct cw_slice text)
{
	cw_buf_printf(out, ",\"%s\":", name);
	cw_schema_text_put(out, text);
}

/* ---- names -------------------------------------------------------------------------------------- */

/* A name, its parts scrubbed. New. */
static char *full_name(const struct cw_avro_printer *p, struct cw_slice name)
{
	struct cw_buf out = { 0 };
	size_t start = 0;

	for (size_t i = 0; i <= name.n; i++)
		if (i == name.n || name.p[i] == '.') {
			if (start > 0)
				cw_buf_puts(&out, ".");
			cw_avro_scrub(p->config, cw_slice(name.p + start, i - start), &out);
			start = i + 1;
		}
	return cw_buf_take(&out);
}

char *cw_avro_name_of(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	if (schema->name.p)
		return full_name(p, schema->name);
	p->unnamed++;
	return p->unnamed > 1 ? cw_format("%s%d", CW_AVRO_DEFAULT_NAME, p->unnamed) : cw_strdup(CW_AVRO_DEFAULT_NAME);
}

size_t cw_avro_simple_at(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? (size_t)(dot - name) + 1 : 0;
}

static bool in_namespace(const char *name, const char *space)
{
	size_t at = cw_avro_simple_at(name), n = at ? at - 1 : 0;

	return strlen(space) == n && memcmp(name, space, n) == 0;
}

/* Optional or not, a type is the same type. */
static bool same_type(const struct cw_schema *a, const struct cw_schema *b)
{
	struct cw_schema required = *b;

	/* a struct inside itself: its fields are the same, if not yet all known */
	if (a->type == CW_STRUCT && a->fields == b->fields && a->n_fields && cw_slice_equal(a->name, b->name))
		return true;
	required.optional = a->optional;
	return cw_schema_equal(a, &required);
}

bool cw_avro_put_known(struct cw_avro_printer *p, const struct cw_schema *schema, bool entry)
{
	for (size_t i = 0; i < p->n_named; i++) {
		const struct cw_avro_named *named = &p->named[i];

		if (named->entry == entry && named->schema->type == schema->type && same_type(named->schema, schema)) {
			cw_buf_printf(p->out, "\"%s\"",
				      named->name + (in_namespace(named->name, p->space)
							     ? cw_avro_simple_at(named->name)
							     : 0));
			return true;
		}
	}
	return false;
}

void cw_avro_begin_named(struct cw_avro_printer *p, const char *type, const struct cw_schema *schema, char *name,
			 bool entry)
{
	size_t at = cw_avro_simple_at(name);

	p->named = cw_realloc(p->named, (p->n_named + 1) * sizeof(*p->named));
	p->named[p->n_named++] = (struct cw_avro_named){ .schema = schema, .name = name, .entry = entry };
	cw_buf_printf(p->out, "{\"type\":\"%s\",\"name\":", type);
	cw_schema_text_put(p->out, cw_slice_str(name + at));
	if (!in_namespace(name, p->space))
		cw_avro_put_property(p->out, "namespace", cw_slice(name, at ? at - 1 : 0));
}

/* ---- default values ----------------------------------------------------------------------------- */

static void put_latin1(struct cw_buf *out, struct cw_slice bytes)
{
	struct cw_buf text = { 0 };

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];
		char two[2] = { (char)(0xC0 | (c >> 6)), (char)(0x80 | (c & 0x3F)) };

		cw_buf_append(&text, c < 0x80 ? &bytes.p[i] : two, c < 0x80 ? 1 : 2);
	}
	cw_schema_text_put(out, cw_slice(text.p, text.n));
	cw_buf_free(&text);
}

/* Java prints what JSON has no number for as text. */
static void put_float(struct cw_buf *out, const char *text, size_t n)
{
	bool number = text[n - 1] >= '0' && text[n - 1] <= '9';

	cw_buf_printf(out, number ? "%.*s" : "\"%.*s\"", (int)n, text);
}

/* As Struct.get(): a field that is null has its schema's default value. */
static void put_field_value(struct cw_avro_printer *p, const struct cw_schema *schema, const struct cw_value *value)
{
	cw_avro_put_value(p, schema, value->type == CW_NULL && schema->default_value ? schema->default_value : value);
}

static void put_struct(struct cw_avro_printer *p, const struct cw_schema *schema, const struct cw_value *value)
{
	struct cw_buf name = { 0 };

	if (cw_avro_is_union(schema) && schema->n_fields) {
		put_field_value(p, schema->fields[0].schema, &value->u.array.items[0]);
		return;
	}
	cw_buf_puts(p->out, "{");
	for (size_t i = 0; i < schema->n_fields; i++) {
		name.n = 0;
		cw_avro_scrub(p->config, schema->fields[i].name, &name);
		cw_buf_puts(p->out, i ? "," : "");
		cw_schema_text_put(p->out, cw_slice(name.p, name.n));
		cw_buf_puts(p->out, ":");
		put_field_value(p, schema->fields[i].schema, &value->u.array.items[i]);
	}
	cw_buf_puts(p->out, "}");
	cw_buf_free(&name);
}

static void put_map(struct cw_avro_printer *p, const struct cw_schema *schema, const struct cw_value *value)
{
	bool object = cw_avro_has_string_keys(p->config, schema);

	cw_buf_puts(p->out, object ? "{" : "[");
	for (size_t i = 0; i < value->u.map.n; i++) {
		const struct cw_entry *entry = &value->u.map.entries[i];

		cw_buf_puts(p->out, i ? "," : "");
		cw_buf_puts(p->out, object ? "" : "[");
		cw_avro_put_value(p, schema->key_schema, &entry->key);
		cw_buf_puts(p->out, object ? ":" : ",");
		cw_avro_put_value(p, schema->value_schema, &entry->value);
		cw_buf_puts(p->out, object ? "" : "]");
	}
	cw_buf_puts(p->out, object ? "}" : "]");
}

void cw_avro_put_value(struct cw_avro_printer *p, const struct cw_schema *schema, const struct cw_value *value)
{
	char text[CW_DOUBLE_TEXT_MAX];

	switch ((enum cw_type)value->type) {
	case CW_NULL: cw_buf_puts(p->out, "null"); break;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
	case CW_TIME:
	case CW_TIMESTAMP: cw_integer_print(p->out, value->u.integer); break;
	case CW_DATE: cw_integer_print(p->out, value->u.integer / CW_MS_PER_DAY); break;
	case CW_FLOAT32: put_float(p->out, text, cw_float_print(value->u.float32, text)); break;
	case CW_FLOAT64: put_float(p->out, text, cw_double_print(value->u.float64, text)); break;
	case CW_BOOLEAN: cw_buf_puts(p->out, value->u.boolean ? "true" : "false"); break;
	case CW_STRING: cw_schema_text_put(p->out, value->u.bytes); break;
	case CW_BYTES:
	case CW_DECIMAL: put_latin1(p->out, value->u.bytes); break;
	case CW_ARRAY:
		cw_buf_puts(p->out, "[");
		for (size_t i = 0; i < value->u.array.n; i++) {
			cw_buf_puts(p->out, i ? "," : "");
			cw_avro_put_value(p, schema->value_schema, &value->u.array.items[i]);
		}
		cw_buf_puts(p->out, "]");
		break;
	case CW_MAP: put_map(p, schema, value); break;
	case CW_STRUCT: put_struct(p, schema, value); break;
	}
}

static bool valid_struct(const struct cw_avro_config *config, const struct cw_schema *schema,
			 const struct cw_value *value)
{
	size_t n = cw_avro_is_union(schema) && schema->n_fields ? 1 : schema->n_fields; /* the first type counts */

	for (size_t i = 0; i < n; i++) {
		const struct cw_schema *field = schema->fields[i].schema;
		const struct cw_value *v = &value->u.array.items[i];

		if (v->type == CW_NULL && field->default_value)
			v = field->default_value;
		if (v->type == CW_NULL ? !field->optional : !cw_avro_valid_default(config, field, v))
			return false;
	}
	return true;
}

/* Entries of a map with other than string keys are lists in connect.default, which is not what Avro's would be. */
static bool valid_map(const struct cw_avro_config *config, const struct cw_schema *schema, const struct cw_value *value)
{
	if (!cw_avro_has_string_keys(config, schema))
		return value->u.map.n == 0;
	for (size_t i = 0; i < value->u.map.n; i++)
		if (!cw_avro_valid_default(config, schema->value_schema, &value->u.map.entries[i].value))
			return false;
	return true;
}

bool cw_avro_valid_default(const struct cw_avro_config *config, const struct cw_schema *schema,
			   const struct cw_value *value)
{
	switch ((enum cw_type)value->type) {
	case CW_NULL: return schema->optional;
	case CW_FLOAT32: return value->u.float32 - value->u.float32 == 0;
	case CW_FLOAT64: return value->u.float64 - value->u.float64 == 0;
	case CW_ARRAY:
		for (size_t i = 0; i < value->u.array.n; i++)
			if (!cw_avro_valid_default(config, schema->value_schema, &value->u.array.items[i]))
				return false;
		return true;
	case CW_MAP: return valid_map(config, schema, value);
	case CW_STRUCT: return valid_struct(config, schema, value);
	default: return true;
	}
}

/* ---- properties --------------------------------------------------------------------------------- */

int cw_avro_integer_parameter(struct cw_avro_printer *p, const struct cw_schema *schema, const char *name,
			      int64_t otherwise, int64_t *out)
{
	struct cw_slice text = cw_schema_parameter(schema, name);

	*out = otherwise;
	if (text.p && cw_integer_parse(text, INT32_MIN, INT32_MAX, out))
		return cw_error_set(p->err, CW_ERR_INVALID,
				    "the parameter %s of a Decimal's schema is no number: \"%.*s\"", name,
				    (int)(text.n < 100 ? text.n : 100), text.p);
	return 0;
}

static void put_parameters(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	bool any = false;

	for (size_t i = 0; i < schema->n_parameters; i++) {
		const struct cw_parameter *parameter = &schema->parameters[i];

		if (!p->config->discard_type_doc_default &&
		    cw_slice_equal(parameter->name, cw_slice_str(CW_AVRO_FIELD_DEFAULT)))
			continue;
		cw_buf_puts(p->out, any ? "," : ",\"connect.parameters\":{");
		cw_schema_text_put(p->out, parameter->name);
		cw_buf_puts(p->out, ":");
		cw_schema_text_put(p->out, parameter->value);
		any = true;
	}
	cw_buf_puts(p->out, any ? "}" : "");
}

static void put_meta_data(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	bool from_field = !p->config->discard_type_doc_default && cw_schema_parameter(schema, CW_AVRO_FIELD_DEFAULT).p;

	if (schema->doc.p)
		cw_avro_put_property(p->out, "connect.doc", schema->doc);
	if (schema->version)
		cw_buf_printf(p->out, ",\"connect.version\":%d", (int)schema->version);
	put_parameters(p, schema);
	if (schema->default_value && !from_field) {
		cw_buf_puts(p->out, ",\"connect.default\":");
		cw_avro_put_value(p, schema, schema->default_value);
	}
	if (schema->name.p)
		cw_avro_put_property(p->out, "connect.name", schema->name);
	if (schema->type == CW_INT8 || schema->type == CW_INT16)
		cw_buf_printf(p->out, ",\"connect.type\":\"%s\"", cw_type_name_lower(schema->type));
}

void cw_avro_put_properties(struct cw_avro_printer *p, const struct cw_schema *schema)
{
	const char *logical = NULL;

	if (p->config->meta_data)
		put_meta_data(p, schema);
	switch ((enum cw_type)schema->type) {
	case CW_DECIMAL: logical = "decimal"; break;
	case CW_TIME: logical = "time-millis"; break;
	case CW_TIMESTAMP: logical = "timestamp-millis"; break;
	case CW_DATE: logical = "date"; break;
	default: break;
	}
	if (logical)
		cw_buf_printf(p->out, ",\"logicalType\":\"%s\"", logical);
	for (size_t i = 0; i < schema->n_parameters; i++) {
		const struct cw_parameter *parameter = &schema->parameters[i];

		if (parameter->name.n < 4 || memcmp(parameter->name.p, "avro", 4) != 0)
			continue;
		cw_buf_puts(p->out, ",");
		cw_schema_text_put(p->out, parameter->name);
		cw_buf_puts(p->out, ":");
		cw_schema_text_put(p->out, parameter->value);
	}
}
