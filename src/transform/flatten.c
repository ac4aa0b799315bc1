/*
 * Flatten: the fields of nested structs or maps become fields of the outermost one, with their parents' names before
 * theirs.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/map_builder.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/schema_cache.h"

#define PURPOSE "flattening"
#define MAX_DEPTH 100

struct config {
	const char *delimiter;
};

/* For one schema. */
struct plan {
	const struct cw_schema *to;
	bool same; /* it was flat */
};

struct state {
	struct cw_slice delimiter;
	bool key;
	struct cw_schema_cache *schemas;
};

static const struct cw_config_def defs[] = {
	{ .name = "delimiter", .type = CW_CONFIG_STRING, .default_value = ".", .importance = CW_MEDIUM,
	  .doc = "What stands between the names of a field and of what it was in.",
	  .offset = offsetof(struct config, delimiter) },
};

/* "prefix.name" in the memory; the name alone where nothing is before it. */
static struct cw_slice join(const struct state *state, struct cw_batch *memory, struct cw_slice prefix,
			    struct cw_slice name)
{
	char *text;

	if (prefix.n == 0)
		return name;
	text = cw_batch_alloc(memory, prefix.n + state->delimiter.n + name.n);
	memcpy(text, prefix.p, prefix.n);
	memcpy(text + prefix.n, state->delimiter.p, state->delimiter.n);
	if (name.n)
		memcpy(text + prefix.n + state->delimiter.n, name.p, name.n);
	return cw_slice(text, prefix.n + state->delimiter.n + name.n);
}

static int too_deep(struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_INVALID, "Flatten transformation does not support more than %d levels",
			    MAX_DEPTH);
}

/* ---- with schema: the flat schema --------------------------------------------------------------- */

struct builder {
	const struct state *state;
	struct cw_batch *memory;
	struct cw_field *fields;
	size_t n, cap;
	struct cw_error *err;
};

/* What a parent says about the fields in it. */
struct parent {
	struct cw_slice prefix;
	bool optional;
	const struct cw_value *default_value; /* a struct of the parent's schema; NULL: none */
	unsigned depth;
};

static int add_field(struct builder *b, struct cw_slice name, const struct cw_schema *schema)
{
	struct cw_field *grown;

	for (size_t i = 0; i < b->n; i++)
		if (cw_slice_equal(b->fields[i].name, name))
			return cw_error_set(b->err, CW_ERR_INVALID,
					    "Cannot create field because of field name duplication %.*s", (int)name.n,
					    name.p);
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 16;
		grown = cw_batch_alloc(b->memory, b->cap * sizeof(*grown));
		if (b->n)
			memcpy(grown, b->fields, b->n * sizeof(*grown));
		b->fields = grown;
	}
	b->fields[b->n].name = name;
	b->fields[b->n++].schema = schema;
	return 0;
}

/* The schema of a field that is not in its parent any more. */
static const struct cw_schema *freed_schema(struct builder *b, const struct cw_schema *from, bool optional,
					    const struct cw_value *default_value)
{
	struct cw_schema *to;

	if (optional == from->optional && default_value == from->default_value)
		return from;
	to = cw_schema_copy_basics(b->memory, from, (enum cw_type)from->type);
	to->value_schema = from->value_schema;
	to->optional = optional;
	to->default_value = default_value;
	return to;
}

static int add_fields(struct builder *b, const struct cw_schema *from, const struct parent *parent)
{
	for (size_t i = 0; i < from->n_fields; i++) {
		const struct cw_field *field = &from->fields[i];
		struct parent here = { .depth = parent->depth + 1 };

		here.prefix = join(b->state, b->memory, parent->prefix, field->name);
		here.optional = parent->optional || field->schema->optional;
		here.default_value = field->schema->default_value;
		if (!here.default_value && parent->default_value)
			here.default_value = &parent->default_value->u.array.items[i];
		if (here.default_value && here.default_value->type == CW_NULL)
			here.default_value = NULL;
		if (here.depth > MAX_DEPTH)
			return too_deep(b->err);
		if (field->schema->type == CW_MAP)
			return cw_error_set(
				b->err, CW_ERR_INVALID,
				"Flatten transformation does not support MAP for record with schemas (for field "
				"%.*s).",
				(int)here.prefix.n, here.prefix.p);
		if (field->schema->type == CW_STRUCT
			    ? add_fields(b, field->schema, &here)
			    : add_field(b, here.prefix,
					freed_schema(b, field->schema, here.optional, here.default_value)))
			return -1;
	}
	return 0;
}

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	struct builder b = { .state = context, .memory = memory, .err = err };
	struct parent top = { .prefix = { "", 0 }, .optional = from->optional, .default_value = from->default_value };
	struct cw_schema *to = cw_schema_copy_basics(memory, from, CW_STRUCT);
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan));

	if (add_fields(&b, from, &top) < 0)
		return NULL;
	to->fields = b.fields;
	to->n_fields = b.n;
	plan->to = to;
	plan->same = cw_schema_equal(to, from);
	return plan;
}

/* ---- with schema: the value --------------------------------------------------------------------- */

/* The fields of `value`, which is NULL where the struct is null, into *next and on. */
static int flatten_struct(const struct cw_schema *schema, const struct cw_value *value, const struct cw_field **field,
			  struct cw_value **next, struct cw_error *err)
{
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct cw_schema *inner = schema->fields[i].schema;

		if (inner->type == CW_STRUCT) {
			const struct cw_value *nested = value ? &value->u.array.items[i] : NULL;

			if (nested && nested->type == CW_NULL)
				nested = NULL;
			if (flatten_struct(inner, nested, field, next, err) < 0)
				return -1;
			continue;
		}
		if (value)
			cw_operating_field(value, i, true, *next);
		else
			**next = cw_value_null();
		(*next)->schema = (*field)->schema;
		if (value && cw_operating_put(*field, *next, err) < 0)
			return -1;
		(*next)++;
		(*field)++;
	}
	return 0;
}

static int apply_with_schema(struct state *state, struct cw_batch *batch, const struct cw_value *value,
			     struct cw_value *out, struct cw_error *err)
{
	const struct plan *plan;
	const struct cw_field *field;
	struct cw_value *items, *next;

	if (cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	plan = cw_schema_cache_get(state->schemas, batch, value->schema, err);
	if (!plan)
		return -1;
	*out = *value;
	if (plan->same && cw_struct_is_settled(value, true))
		return 0;
	field = plan->to->fields;
	next = items = cw_batch_alloc(batch, plan->to->n_fields * sizeof(*items));
	if (flatten_struct(value->schema, value, &field, &next, err) < 0)
		return -1;
	*out = cw_value_struct(plan->to, items);
	return 0;
}

/* ---- without ------------------------------------------------------------------------------------ */

static int flatten_map(const struct state *state, const struct cw_value *map, struct cw_slice prefix, unsigned depth,
		       struct cw_map_builder *builder, struct cw_error *err)
{
	if (depth > MAX_DEPTH)
		return too_deep(err);
	for (size_t i = 0; i < map->u.map.n; i++) {
		const struct cw_entry *entry = &map->u.map.entries[i];
		struct cw_slice name;

		if (cw_require_string_key(&entry->key, err) < 0)
			return -1;
		name = join(state, builder->batch, prefix, entry->key.u.bytes);
		switch ((enum cw_type)entry->value.type) {
		case CW_MAP:
			if (flatten_map(state, &entry->value, name, depth + 1, builder, err) < 0)
				return -1;
			break;
		case CW_DECIMAL:
		case CW_DATE:
		case CW_TIME:
		case CW_TIMESTAMP:
			return cw_error_set(
				err, CW_ERR_INVALID,
				"Flatten transformation was passed a value of type %s which is not supported by "
				"Connect's data API",
				cw_value_java_class(&entry->value));
		case CW_STRUCT:
			return cw_error_set(
				err, CW_ERR_INVALID,
				"Flatten transformation does not support %s for record without schemas (for field "
				"%.*s).",
				cw_value_java_class(&entry->value), (int)name.n, name.p);
		default:
			cw_map_builder_put(builder, name, entry->value);
			break;
		}
	}
	return 0;
}

/* A map in which no name would change. */
static bool is_flat(const struct cw_value *map)
{
	for (size_t i = 0; i < map->u.map.n; i++) {
		const struct cw_entry *entry = &map->u.map.entries[i];

		if (entry->key.type != CW_STRING || entry->value.type >= CW_MAP)
			return false;
	}
	return true;
}

static int apply_schemaless(const struct state *state, struct cw_batch *batch, const struct cw_value *value,
			    struct cw_value *out, struct cw_error *err)
{
	struct cw_map_builder builder;

	if (cw_require_map(value, PURPOSE, err) < 0)
		return -1;
	*out = *value;
	if (is_flat(value))
		return 0;
	cw_map_builder_init(&builder, batch, 2 * value->u.map.n);
	if (flatten_map(state, value, cw_slice("", 0), 1, &builder, err) < 0)
		return -1;
	*out = cw_map_builder_map(&builder);
	return 0;
}

/* ---- the plugin --------------------------------------------------------------------------------- */

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	(void)err;
	state->delimiter = cw_slice_str(((const struct config *)config)->delimiter);
	state->key = cw_operates_on_key(plugin);
	state->schemas = cw_schema_cache_new(make_plan, state);
	*out = state;
	return CW_OK;
}

static void stop(void *context)
{
	struct state *state = context;

	cw_schema_cache_free(state->schemas);
	free(state);
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	const struct cw_value *value = cw_operating_value(record, state->key);
	struct cw_value out;
	int rc;

	if (value->type == CW_NULL)
		return CW_OK;
	rc = value->schema ? apply_with_schema(state, batch, value, &out, err) :
			     apply_schemaless(state, batch, value, &out, err);
	if (rc < 0)
		return CW_FAIL;
	cw_operating_set(record, state->key, out);
	return CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS, .start = start, .apply = apply, .stop = stop,
};

#define PLUGIN(part)                                                                                                  \
	{                                                                                                             \
		CW_OWN_PLUGIN(                                                                                        \
			CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "Flatten$" part,                              \
			"Makes one flat struct or map of nested ones, joining the names of fields; arrays stay "      \
			"as they are.",                                                                               \
			defs, struct config),                                                                         \
			.transformation = &ops                                                                        \
	}

const struct cw_plugin cw_flatten_key = PLUGIN("Key"), cw_flatten_value = PLUGIN("Value");
