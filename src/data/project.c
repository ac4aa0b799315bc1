/* SchemaProjector.project(). */
#include "data/schema.h"
#include "data/value.h"

static int project(struct cw_batch *memory, const struct cw_schema *from, const struct cw_value *value,
		   const struct cw_schema *to, struct cw_value *out, struct cw_error *err);

static int mismatch(struct cw_error *err, const char *what, const struct cw_schema *from, const struct cw_schema *to,
		    void (*print)(struct cw_buf *out, const struct cw_schema *schema))
{
	struct cw_buf source = { 0 }, target = { 0 };

	print(&source, from);
	print(&target, to);
	cw_error_set(err, CW_ERR_INVALID, "Schema %s source %s and target %s", what, source.p, target.p);
	cw_buf_free(&source);
	cw_buf_free(&target);
	return -1;
}

static void print_type(struct cw_buf *out, const struct cw_schema *schema)
{
	cw_buf_printf(out, "type: %s", cw_type_name_upper(schema->type));
}

static void print_name(struct cw_buf *out, const struct cw_schema *schema)
{
	cw_buf_puts(out, "name: ");
	if (schema->name.p)
		cw_buf_append(out, schema->name.p, schema->name.n);
	else
		cw_buf_puts(out, "null");
}

static void print_parameters(struct cw_buf *out, const struct cw_schema *schema)
{
	cw_buf_puts(out, "parameters: ");
	if (schema->n_parameters == 0) {
		cw_buf_puts(out, "null");
		return;
	}
	for (size_t i = 0; i < schema->n_parameters; i++) {
		const struct cw_parameter *p = &schema->parameters[i];

		cw_buf_puts(out, i ? ", " : "{");
		cw_buf_append(out, p->name.p, p->name.n);
		cw_buf_puts(out, "=");
		cw_buf_append(out, p->value.p, p->value.n);
	}
	cw_buf_puts(out, "}");
}

/* INT8 → INT16 → INT32 → INT64 → FLOAT32 → FLOAT64, or the same; the types are in this order. */
static bool promotable(enum cw_type from, enum cw_type to)
{
	return from >= CW_INT8 && to <= CW_FLOAT64 && from <= to;
}

static int check_compatible(const struct cw_schema *from, const struct cw_schema *to, struct cw_error *err)
{
	enum cw_type source = cw_type_physical(from->type), target = cw_type_physical(to->type);

	if (source != target && !promotable(source, target))
		return mismatch(err, "type mismatch.", from, to, print_type);
	if (!from->name.p != !to->name.p || !cw_slice_equal(from->name, to->name))
		return mismatch(err, "name mismatch.", from, to, print_name);
	if (!cw_schema_parameters_equal(from, to))
		return mismatch(err, "parameters not equal.", from, to, print_parameters);
	return 0;
}

static struct cw_value project_primitive(const struct cw_value *value, const struct cw_schema *to)
{
	bool is_float = value->type == CW_FLOAT32, is_number = value->type >= CW_INT8 && value->type <= CW_FLOAT64;
	struct cw_value out = *value;

	out.schema = to;
	if (!is_number || value->type == to->type || to->type > CW_FLOAT64)
		return out;
	out.type = to->type;
	if (to->type == CW_FLOAT32)
		out.u.float32 = (float)value->u.integer;
	else if (to->type == CW_FLOAT64)
		out.u.float64 = is_float ? (double)value->u.float32 : (double)value->u.integer;
	return out;
}

static int project_array(struct cw_batch *memory, const struct cw_schema *from, const struct cw_value *value,
			 const struct cw_schema *to, struct cw_value *out, struct cw_error *err)
{
	struct cw_value *items = cw_batch_alloc(memory, value->u.array.n * sizeof(*items));

	for (size_t i = 0; i < value->u.array.n; i++)
		if (project(memory, from->value_schema, &value->u.array.items[i], to->value_schema, &items[i], err) < 0)
			return -1;
	*out = cw_value_array(items, value->u.array.n);
	out->schema = to;
	return 0;
}

static int project_map(struct cw_batch *memory, const struct cw_schema *from, const struct cw_value *value,
		       const struct cw_schema *to, struct cw_value *out, struct cw_error *err)
{
	struct cw_entry *entries = cw_batch_alloc(memory, value->u.map.n * sizeof(*entries));

	for (size_t i = 0; i < value->u.map.n; i++) {
		const struct cw_entry *entry = &value->u.map.entries[i];

		if (project(memory, from->key_schema, &entry->key, to->key_schema, &entries[i].key, err) < 0 ||
		    project(memory, from->value_schema, &entry->value, to->value_schema, &entries[i].value, err) < 0)
			return -1;
	}
	*out = cw_value_map(entries, value->u.map.n);
	out->schema = to;
	return 0;
}

static struct cw_value as_default(const struct cw_schema *schema)
{
	struct cw_value value = *schema->default_value;

	value.schema = schema;
	return value;
}

static int in_field(struct cw_error *err, struct cw_slice name)
{
	struct cw_error cause;

	if (!err)
		return -1;
	cause = *err;
	*err = (struct cw_error){ 0 };
	return cw_error_set(err, cause.code, "Error projecting %.*s: %.*s", (int)name.n, name.p, 900, cause.text);
}

static int missing_field(const struct cw_schema *from, struct cw_slice name, struct cw_error *err)
{
	struct cw_buf source = { 0 };

	cw_schema_print(&source, from);
	cw_error_set(err, CW_ERR_INVALID, "Required field `%.*s` is missing from source schema: %s", (int)name.n,
		     name.p, source.p);
	cw_buf_free(&source);
	return -1;
}

static int project_field(struct cw_batch *memory, const struct cw_value *value, const struct cw_field *to,
			 struct cw_value *out, struct cw_error *err)
{
	ptrdiff_t i = cw_schema_find(value->schema, to->name);
	const struct cw_schema *from;
	const struct cw_value *v;

	if (i < 0) {
		if (!to->schema->optional && !to->schema->default_value)
			return missing_field(value->schema, to->name, err);
		*out = to->schema->optional ? cw_value_null_of(to->schema) : as_default(to->schema);
		return 0;
	}
	from = value->schema->fields[i].schema;
	v = &value->u.array.items[i];
	if (v->type == CW_NULL && from->default_value)
		v = from->default_value;
	if (project(memory, from, v, to->schema, out, err) < 0)
		return in_field(err, to->name);
	if (out->type == CW_NULL && !to->schema->optional)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Invalid value: null used for required field: \"%.*s\", schema type: %s",
				    (int)to->name.n, to->name.p, cw_type_name_upper(to->schema->type));
	return 0;
}

static int project_struct(struct cw_batch *memory, const struct cw_value *value, const struct cw_schema *to,
			  struct cw_value *out, struct cw_error *err)
{
	struct cw_value *fields = cw_batch_alloc(memory, to->n_fields * sizeof(*fields));

	for (size_t i = 0; i < to->n_fields; i++)
		if (project_field(memory, value, &to->fields[i], &fields[i], err) < 0)
			return -1;
	*out = cw_value_struct(to, fields);
	return 0;
}

static int project(struct cw_batch *memory, const struct cw_schema *from, const struct cw_value *value,
		   const struct cw_schema *to, struct cw_value *out, struct cw_error *err)
{
	if (from == to && value->type != CW_NULL) {
		*out = *value;
		out->schema = to;
		return 0;
	}
	if (check_compatible(from, to, err) < 0)
		return -1;
	if (from->optional && !to->optional && !to->default_value)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Writer schema is optional, however, target schema does not provide a default "
				    "value.");
	if (value->type == CW_NULL) {
		*out = from->optional && !to->optional ? as_default(to) : cw_value_null_of(to);
		return 0;
	}
	switch ((enum cw_type)to->type) {
	case CW_STRUCT:
		return project_struct(memory, value, to, out, err);
	case CW_ARRAY:
		return project_array(memory, from, value, to, out, err);
	case CW_MAP:
		return project_map(memory, from, value, to, out, err);
	default:
		*out = project_primitive(value, to);
		return 0;
	}
}

int cw_value_project(struct cw_batch *memory, const struct cw_value *value, const struct cw_schema *to,
		     struct cw_value *out, struct cw_error *err)
{
	if (!value->schema)
		return cw_error_set(err, CW_ERR_INVALID,
				    "A value without a schema cannot be projected to another one.");
	return project(memory, value->schema, value, to, out, err);
}
