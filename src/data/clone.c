/* Copies of schemas and values that share nothing with the original. */
#include "data/schema.h"
#include "data/seen.h"
#include "data/value.h"

struct cloning {
	struct cw_batch *memory;
	struct cw_seen *seen; /* schema → its copy; NULL: schemas are shared */
};

static const struct cw_schema *clone_schema(struct cloning *c, const struct cw_schema *schema);

static struct cw_slice clone_bytes(struct cloning *c, struct cw_slice s)
{
	char *p;

	if (!s.p)
		return s;
	p = cw_batch_alloc(c->memory, s.n);
	memcpy(p, s.p, s.n);
	return cw_slice(p, s.n);
}

static struct cw_value clone_value(struct cloning *c, const struct cw_value *value)
{
	struct cw_value copy = *value;

	if (c->seen && value->schema)
		copy.schema = clone_schema(c, value->schema);
	switch ((enum cw_type)value->type) {
	case CW_STRING:
	case CW_BYTES:
	case CW_DECIMAL:
		copy.u.bytes = clone_bytes(c, value->u.bytes);
		break;
	case CW_ARRAY:
	case CW_STRUCT: {
		struct cw_value *items = cw_batch_alloc(c->memory, value->u.array.n * sizeof(*items));

		for (size_t i = 0; i < value->u.array.n; i++)
			items[i] = clone_value(c, &value->u.array.items[i]);
		copy.u.array.items = items;
		break;
	}
	case CW_MAP: {
		struct cw_entry *entries = cw_batch_alloc(c->memory, value->u.map.n * sizeof(*entries));

		for (size_t i = 0; i < value->u.map.n; i++) {
			entries[i].key = clone_value(c, &value->u.map.entries[i].key);
			entries[i].value = clone_value(c, &value->u.map.entries[i].value);
		}
		copy.u.map.entries = entries;
		break;
	}
	default:
		break;
	}
	return copy;
}

static const struct cw_parameter *clone_parameters(struct cloning *c, const struct cw_schema *schema)
{
	struct cw_parameter *parameters = cw_batch_alloc(c->memory, schema->n_parameters * sizeof(*parameters));

	for (size_t i = 0; i < schema->n_parameters; i++) {
		parameters[i].name = clone_bytes(c, schema->parameters[i].name);
		parameters[i].value = clone_bytes(c, schema->parameters[i].value);
	}
	return parameters;
}

static const struct cw_field *clone_fields(struct cloning *c, const struct cw_schema *schema)
{
	struct cw_field *fields = cw_batch_alloc(c->memory, schema->n_fields * sizeof(*fields));

	for (size_t i = 0; i < schema->n_fields; i++) {
		fields[i].name = clone_bytes(c, schema->fields[i].name);
		fields[i].schema = clone_schema(c, schema->fields[i].schema);
	}
	return fields;
}

/* A schema that is met again is its first copy, so what was shared or recursive is so again. */
static const struct cw_schema *clone_schema(struct cloning *c, const struct cw_schema *schema)
{
	struct cw_schema *copy;

	if (!schema || cw_schema_is_constant(schema))
		return schema;
	copy = cw_seen_find(c->seen, schema, NULL);
	if (copy)
		return copy;
	copy = cw_schema_copy(c->memory, schema);
	cw_seen_add(c->seen, schema, NULL, copy);
	copy->name = clone_bytes(c, schema->name);
	copy->doc = clone_bytes(c, schema->doc);
	copy->parameters = schema->n_parameters ? clone_parameters(c, schema) : NULL;
	copy->fields = schema->n_fields ? clone_fields(c, schema) : NULL;
	copy->key_schema = clone_schema(c, schema->key_schema);
	copy->value_schema = clone_schema(c, schema->value_schema);
	if (schema->default_value) {
		struct cw_value *value = cw_batch_alloc(c->memory, sizeof(*value));

		*value = clone_value(c, schema->default_value);
		copy->default_value = value;
	}
	return copy;
}

const struct cw_schema *cw_schema_clone(struct cw_batch *memory, const struct cw_schema *schema)
{
	struct cw_seen seen = { 0 };
	struct cloning c = { memory, &seen };
	const struct cw_schema *copy = clone_schema(&c, schema);

	cw_seen_free(&seen);
	return copy;
}

struct cw_value cw_value_clone(struct cw_batch *memory, const struct cw_value *value)
{
	struct cloning c = { memory, NULL };

	return clone_value(&c, value);
}
