/* A schema to its JSON form. */
#include "convert/json_names.h"
#include "convert/json_read.h"
#include "convert/json_write.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"

struct writer {
	struct cw_buf *out;
	const struct cw_json_style *style;
	struct cw_error *err;
};

/* `field`: the name of the field whose schema it is; p is NULL for none. */
static int write_schema(struct writer *w, const struct cw_schema *schema, struct cw_slice field, unsigned depth);

static void write_member(struct writer *w, const char *name, struct cw_slice text)
{
	cw_buf_puts(w->out, ",\"");
	cw_buf_puts(w->out, name);
	cw_buf_puts(w->out, "\":");
	cw_json_write_string(w->out, text);
}

static int write_fields(struct writer *w, const struct cw_schema *schema, unsigned depth)
{
	cw_buf_puts(w->out, ",\"fields\":[");
	for (size_t i = 0; i < schema->n_fields; i++) {
		if (i)
			cw_buf_puts(w->out, ",");
		if (write_schema(w, schema->fields[i].schema, schema->fields[i].name, depth + 1) < 0)
			return -1;
	}
	cw_buf_puts(w->out, "]");
	return 0;
}

/* A header's text may be an array or a map of which nothing more is known: a schema of NULL. */
static int write_part(struct writer *w, const char *name, const struct cw_schema *schema, unsigned depth)
{
	cw_buf_printf(w->out, ",\"%s\":", name);
	if (!schema) {
		cw_buf_puts(w->out, "null");
		return 0;
	}
	return write_schema(w, schema, cw_slice(NULL, 0), depth);
}

/* What it is made of. */
static int write_parts(struct writer *w, const struct cw_schema *schema, unsigned depth)
{
	if (schema->type == CW_STRUCT)
		return write_fields(w, schema, depth);
	if (schema->type == CW_ARRAY)
		return write_part(w, "items", schema->value_schema, depth);
	if (schema->type == CW_MAP && !schema->key_schema)
		return cw_error_set(w->err, CW_ERR_INVALID,
				    "Maps without a schema of their keys cannot be written with schemas");
	if (schema->type == CW_MAP && write_part(w, "keys", schema->key_schema, depth) < 0)
		return -1;
	return schema->type == CW_MAP ? write_part(w, "values", schema->value_schema, depth) : 0;
}

static void write_parameters(struct writer *w, const struct cw_schema *schema)
{
	cw_buf_puts(w->out, ",\"parameters\":");
	for (size_t i = 0; i < schema->n_parameters; i++) {
		cw_buf_puts(w->out, i ? "," : "{");
		cw_json_write_string(w->out, schema->parameters[i].name);
		cw_buf_puts(w->out, ":");
		cw_json_write_string(w->out, schema->parameters[i].value);
	}
	cw_buf_puts(w->out, "}");
}

static int write_default(struct writer *w, const struct cw_schema *schema, unsigned depth)
{
	struct cw_value value = *schema->default_value;

	value.schema = schema;
	cw_buf_puts(w->out, ",\"default\":");
	return cw_json_write(w->out, &value, w->style, depth, w->err);
}

static int write_schema(struct writer *w, const struct cw_schema *schema, struct cw_slice field, unsigned depth)
{
	if (++depth > CW_JSON_DEPTH_MAX) /* also a recursive schema ends here, which has no JSON form */
		return cw_error_set(w->err, CW_ERR_INVALID,
				    "Converting Kafka Connect data to byte[] failed due to serialization error: "
				    "a schema of more than %u levels of nesting",
				    CW_JSON_DEPTH_MAX);
	cw_buf_puts(w->out, "{\"type\":");
	cw_json_write_string(w->out, cw_slice_str(cw_json_type_name((enum cw_type)schema->type)));
	if (write_parts(w, schema, depth) < 0)
		return -1;
	cw_buf_puts(w->out, schema->optional ? ",\"optional\":true" : ",\"optional\":false");
	if (schema->name.p)
		write_member(w, "name", schema->name);
	if (schema->version) {
		cw_buf_puts(w->out, ",\"version\":");
		cw_integer_print(w->out, schema->version);
	}
	if (schema->doc.p)
		write_member(w, "doc", schema->doc);
	if (schema->n_parameters)
		write_parameters(w, schema);
	if (schema->default_value && write_default(w, schema, depth) < 0)
		return -1;
	if (field.p)
		write_member(w, "field", field);
	cw_buf_puts(w->out, "}");
	return 0;
}

int cw_json_write_schema(struct cw_buf *out, const struct cw_schema *schema, const struct cw_json_style *style,
			 unsigned depth, struct cw_error *err)
{
	struct writer w = { out, style, err };
	size_t start = out->n;

	if (write_schema(&w, schema, cw_slice(NULL, 0), depth) < 0) {
		out->n = start;
		return -1;
	}
	return 0;
}
