/* ConnectSchema.validateValue(). */
#include "data/schema.h"
#include "data/value.h"

/* Where the value is, from the innermost container outwards: "element of array value of map field: "f"". */
struct place {
	const char *inside;         /* "element of array ", "key of map ", "value of map "; NULL: the value itself */
	const struct place *outer;
	const char *field; /* of the outermost place; NULL: "value" */
	int field_n;
};

static int validate(const struct cw_schema *schema, const struct cw_value *value, const struct place *place,
		    struct cw_error *err);

static void print_place(struct cw_buf *out, const struct place *place)
{
	for (; place->inside; place = place->outer)
		cw_buf_puts(out, place->inside);
	if (place->field)
		cw_buf_printf(out, "field: \"%.*s\"", place->field_n, place->field);
	else
		cw_buf_puts(out, "value");
}

static bool is_date(enum cw_type type)
{
	return type == CW_DATE || type == CW_TIME || type == CW_TIMESTAMP;
}

/* Java has one class for Date, Time and Timestamp. */
static bool fits(const struct cw_schema *schema, const struct cw_value *value)
{
	return schema->type == value->type || (is_date(schema->type) && is_date(value->type));
}

static int invalid_null(const struct cw_schema *schema, const struct place *place, struct cw_error *err)
{
	struct cw_buf where = { 0 };

	print_place(&where, place);
	cw_error_set(err, CW_ERR_INVALID, "Invalid value: null used for required %s, schema type: %s", where.p,
		     cw_type_name_upper(schema->type));
	cw_buf_free(&where);
	return -1;
}

static int invalid_type(const struct cw_schema *schema, const struct cw_value *value, const struct place *place,
			struct cw_error *err)
{
	struct cw_buf where = { 0 };

	print_place(&where, place);
	cw_error_set(err, CW_ERR_INVALID, "Invalid Java object for schema%s%.*s%s with type %s: %s for %s",
		     schema->name.p ? " \"" : "", (int)schema->name.n, schema->name.p ? schema->name.p : "",
		     schema->name.p ? "\"" : "", cw_type_name_upper(schema->type), cw_value_java_class(value), where.p);
	cw_buf_free(&where);
	return -1;
}

/* Struct.validate(): a null may stand for the default value. */
static int validate_struct(const struct cw_schema *schema, const struct cw_value *value, struct cw_error *err)
{
	if (value->u.array.n != schema->n_fields || !cw_schema_equal(value->schema, schema))
		return cw_error_set(err, CW_ERR_INVALID, "Struct schemas do not match.");
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct cw_field *field = &schema->fields[i];
		const struct cw_value *v = &value->u.array.items[i];
		struct place place = { .field = field->name.p ? field->name.p : "", .field_n = (int)field->name.n };

		if (v->type == CW_NULL && field->schema->default_value)
			continue;
		if (validate(field->schema, v, &place, err) < 0)
			return -1;
	}
	return 0;
}

static int no_schema(const struct place *place, struct cw_error *err)
{
	struct cw_buf where = { 0 };

	print_place(&where, place);
	cw_error_set(err, CW_ERR_INVALID, "No schema defined for %s", where.p);
	cw_buf_free(&where);
	return -1;
}

static int validate_array(const struct cw_schema *schema, const struct cw_value *value, const struct place *place,
			  struct cw_error *err)
{
	struct place item = { .inside = "element of array ", .outer = place };

	if (!schema->value_schema)
		return no_schema(&item, err);
	for (size_t i = 0; i < value->u.array.n; i++)
		if (validate(schema->value_schema, &value->u.array.items[i], &item, err) < 0)
			return -1;
	return 0;
}

static int validate_map(const struct cw_schema *schema, const struct cw_value *value, const struct place *place,
			struct cw_error *err)
{
	struct place key = { .inside = "key of map ", .outer = place };
	struct place item = { .inside = "value of map ", .outer = place };

	if (!schema->key_schema)
		return no_schema(&key, err);
	if (!schema->value_schema)
		return no_schema(&item, err);
	for (size_t i = 0; i < value->u.map.n; i++)
		if (validate(schema->key_schema, &value->u.map.entries[i].key, &key, err) < 0 ||
		    validate(schema->value_schema, &value->u.map.entries[i].value, &item, err) < 0)
			return -1;
	return 0;
}

static int validate(const struct cw_schema *schema, const struct cw_value *value, const struct place *place,
		    struct cw_error *err)
{
	if (value->type == CW_NULL)
		return schema->optional ? 0 : invalid_null(schema, place, err);
	if (!fits(schema, value))
		return invalid_type(schema, value, place, err);
	switch ((enum cw_type)schema->type) {
	case CW_STRUCT:
		return validate_struct(schema, value, err);
	case CW_ARRAY:
		return validate_array(schema, value, place, err);
	case CW_MAP:
		return validate_map(schema, value, place, err);
	default:
		return 0;
	}
}

int cw_value_validate(const struct cw_schema *schema, const struct cw_value *value, const char *name,
		      struct cw_error *err)
{
	struct place place = { .field = name, .field_n = name ? (int)strlen(name) : 0 };

	return validate(schema, value, &place, err);
}
