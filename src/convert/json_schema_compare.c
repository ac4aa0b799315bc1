/*
 * Whether one schema's values should be readable as another's. Confluent's converter compares the JSON Schemas
 * themselves, with all that they say of lengths and patterns; here what counts is what a converter writes: types and
 * fields.
 */
#include "convert/json_schema_data.h"
#include "data/schema.h"

/* A pair of structs that are being compared, and those around it: a pair inside itself needs no second look. */
struct open {
	const struct open *outer;
	const struct cw_field *written, *wanted;
};

struct comparison {
	const struct open *open;
	struct cw_error *err;
};

static int can_read(struct comparison *c, const struct cw_schema *written, bool optional,
		    const struct cw_schema *wanted);

static bool is_integer(enum cw_type type)
{
	return type >= CW_INT8 && type <= CW_INT64;
}

static bool is_number(enum cw_type type)
{
	return is_integer(type) || type == CW_FLOAT32 || type == CW_FLOAT64;
}

/* JSON has one type for all integers, and one for all numbers. */
static bool same_type(enum cw_type written, enum cw_type wanted)
{
	return written == wanted || (is_integer(written) && is_integer(wanted)) ||
	       (is_number(written) && (wanted == CW_FLOAT32 || wanted == CW_FLOAT64));
}

static int compare_fields(struct comparison *c, const struct cw_schema *written, const struct cw_schema *wanted)
{
	const struct open here = { .outer = c->open, .written = written->fields, .wanted = wanted->fields };
	int rc = 0;

	for (const struct open *open = c->open; open; open = open->outer)
		if (open->written == here.written && open->wanted == here.wanted)
			return 0;
	c->open = &here;
	for (size_t i = 0; i < written->n_fields && rc == 0; i++) {
		const struct cw_schema *field = written->fields[i].schema;
		ptrdiff_t at = cw_schema_find(wanted, written->fields[i].name);

		rc = at < 0 ? 0 : can_read(c, field, field->optional, wanted->fields[at].schema);
	}
	c->open = here.outer;
	return rc;
}

/* One of a union's types. */
static int compare_members(struct comparison *c, const struct cw_schema *written, const struct cw_schema *wanted)
{
	struct cw_error *err = c->err;
	int rc = -1;

	c->err = NULL;
	for (size_t i = 0; i < wanted->n_fields && rc; i++)
		rc = can_read(c, written, false, wanted->fields[i].schema);
	c->err = err;
	return rc ? cw_error_set(err, CW_ERR_INVALID, "Found %s, expecting one of other types",
				 cw_type_name_upper(written->type))
		  : 0;
}

static int can_read(struct comparison *c, const struct cw_schema *written, bool optional,
		    const struct cw_schema *wanted)
{
	enum cw_type from = cw_type_physical(written->type), to = cw_type_physical(wanted->type);
	const struct cw_schema *key = written->key_schema, *value = written->value_schema;

	if (optional && !wanted->optional)
		return cw_error_set(c->err, CW_ERR_INVALID, "Found an optional %s, expecting one that is not null",
				    cw_type_name_upper(from));
	if (cw_json_schema_is_union(written)) {
		for (size_t i = 0; i < written->n_fields; i++)
			if (can_read(c, written->fields[i].schema, false, wanted))
				return -1;
		return 0;
	}
	if (cw_json_schema_is_union(wanted))
		return compare_members(c, written, wanted);
	if (!same_type(from, to))
		return cw_error_set(c->err, CW_ERR_INVALID, "Found %s, expecting %s", cw_type_name_upper(from),
				    cw_type_name_upper(to));
	if (from == CW_STRUCT)
		return compare_fields(c, written, wanted);
	if (from == CW_MAP && can_read(c, key, key->optional, wanted->key_schema))
		return -1;
	return from == CW_MAP || from == CW_ARRAY ? can_read(c, value, value->optional, wanted->value_schema) : 0;
}

int cw_json_schema_can_read(const struct cw_schema *written, const struct cw_schema *wanted, struct cw_error *err)
{
	struct comparison c = { .err = err };

	return can_read(&c, written, written->optional, wanted);
}
