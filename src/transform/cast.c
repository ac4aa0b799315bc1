/* Cast$Key and Cast$Value: the whole value or fields of it as another type. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/cast_spec.h"
#include "transform/cast_value.h"
#include "transform/edit.h"
#include "transform/operating.h"
#include "transform/schema_cache.h"
#include "transform/value_transforms.h"

#define PURPOSE "cast types"

struct config {
	struct cw_list spec;
	bool replace_null;
};

struct state {
	const struct config *config;
	bool key;
	enum cw_type whole; /* CW_NULL: fields are cast */
	struct cw_cast *casts;
	size_t n;
	struct cw_schema_cache *cache;
	struct cw_buf scratch;
};

/* What is known of a schema. */
struct plan {
	const struct cw_schema *to;
	const uint8_t *types; /* enum cw_type for each field, CW_NULL where it stays; NULL: all do */
};

/* The last cast of a field holds. */
static void add_cast(struct state *state, struct cw_cast cast)
{
	for (size_t i = 0; i < state->n; i++)
		if (cw_slice_equal(state->casts[i].field, cast.field)) {
			state->casts[i] = cast;
			return;
		}
	state->casts[state->n++] = cast;
}

static int parse_spec(struct state *state, struct cw_error *err)
{
	const struct cw_list *spec = &state->config->spec;
	struct cw_cast cast;

	state->casts = cw_alloc((spec->n + 1) * sizeof(*state->casts));
	for (size_t i = 0; i < spec->n; i++) {
		if (cw_cast_parse(cw_slice_str(spec->items[i]), &cast, err) < 0)
			return -1;
		if (cast.field.p)
			add_cast(state, cast);
		else
			state->whole = cast.type;
	}
	return cw_cast_check_number(state->whole != CW_NULL, spec->n, err);
}

/* ---- schemas --------------------------------------------------------------------------------- */

static int cast_default(struct state *state, struct cw_batch *memory, const struct cw_schema *from,
			struct cw_schema *to, enum cw_type type, struct cw_error *err)
{
	struct cw_value *value;

	if (!from->default_value)
		return 0;
	value = cw_batch_alloc(memory, sizeof(*value));
	*value = *from->default_value;
	if (cw_cast_value(value, from, type, memory, &state->scratch, err) < 0)
		return -1;
	if (to->type != value->type)
		return cw_error_set(err, CW_ERR_INVALID, "Invalid default value");
	value->schema = to;
	to->default_value = value;
	return 0;
}

/*
 * Kafka Connect keeps the name of a logical type, which then is one whose values are not what it says: whoever checks
 * or writes the value under its schema refuses it. So it stays that logical type.
 */
static struct cw_schema *whole_schema(struct state *state, struct cw_batch *memory, const struct cw_schema *from,
				      struct cw_error *err)
{
	bool logical = cw_type_physical(from->type) != from->type;
	struct cw_schema *to = cw_schema_copy_basics(memory, from, logical ? from->type : state->whole);

	to->optional = from->optional;
	return cast_default(state, memory, from, to, state->whole, err) < 0 ? NULL : to;
}

static const struct cw_schema *field_schema(struct state *state, struct cw_batch *memory, const struct cw_schema *from,
					    enum cw_type type, struct cw_error *err)
{
	struct cw_schema *to;

	if (!from->default_value)
		return cw_schema_of(type, from->optional);
	to = cw_schema_new(memory, type);
	to->optional = from->optional;
	return cast_default(state, memory, from, to, type, err) < 0 ? NULL : to;
}

static enum cw_type cast_of(const struct state *state, struct cw_slice field)
{
	for (size_t i = 0; i < state->n; i++)
		if (cw_slice_equal(state->casts[i].field, field))
			return state->casts[i].type;
	return CW_NULL;
}

static int plan_fields(struct state *state, struct cw_batch *memory, const struct cw_schema *from, struct plan *plan,
		       struct cw_error *err)
{
	struct cw_schema *to = cw_schema_copy_basics(memory, from, CW_STRUCT);
	struct cw_field *fields = cw_batch_alloc(memory, from->n_fields * sizeof(*fields));
	uint8_t *types = cw_batch_alloc(memory, from->n_fields);

	to->optional = from->optional;
	to->fields = fields;
	to->n_fields = from->n_fields;
	plan->to = to;
	for (size_t i = 0; i < from->n_fields; i++) {
		fields[i] = from->fields[i];
		types[i] = (uint8_t)cast_of(state, fields[i].name);
		if (!types[i])
			continue;
		plan->types = types;
		fields[i].schema = field_schema(state, memory, from->fields[i].schema, types[i], err);
		if (!fields[i].schema)
			return -1;
	}
	return cast_default(state, memory, from, to, CW_STRUCT, err);
}

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	struct state *state = context;
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan));

	*plan = (struct plan){ NULL, NULL };
	if (state->whole) {
		plan->to = whole_schema(state, memory, from, err);
		return plan->to ? plan : NULL;
	}
	if (from->type != CW_STRUCT) {
		cw_error_set(err, CW_ERR_INVALID, "Cannot list fields on non-struct type");
		return NULL;
	}
	return plan_fields(state, memory, from, plan, err) < 0 ? NULL : plan;
}

/* ---- records --------------------------------------------------------------------------------- */

static int cast_map(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	struct cw_map_edit edit;

	if (cw_require_map(value, PURPOSE, err) < 0)
		return -1;
	cw_map_edit_begin(&edit, batch, value, state->n);
	for (size_t i = 0; i < state->n; i++)
		if (cw_cast_value(cw_map_edit_at(&edit, state->casts[i].field), NULL, state->casts[i].type, batch,
				  &state->scratch, err) < 0)
			return -1;
	*value = cw_map_edit_end(&edit);
	return 0;
}

static int cast_struct(struct state *state, struct cw_batch *batch, const struct plan *plan, struct cw_value *value,
		       struct cw_error *err)
{
	struct cw_value *fields;

	if (cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	if (!plan->types && cw_struct_is_settled(value, state->config->replace_null))
		return 0;
	fields = cw_struct_edit(batch, value, plan->to, state->config->replace_null, err);
	if (!fields)
		return -1;
	for (size_t i = 0; plan->types && i < value->u.array.n; i++) {
		if (!plan->types[i])
			continue;
		if (cw_cast_value(&fields[i], value->schema->fields[i].schema, plan->types[i], batch, &state->scratch,
				  err) < 0)
			return -1;
		fields[i].schema = plan->to->fields[i].schema;
	}
	*value = cw_value_struct(plan->to, fields);
	return 0;
}

static int cast_whole(struct state *state, struct cw_batch *batch, const struct cw_schema *to, struct cw_value *value,
		      struct cw_error *err)
{
	struct cw_value result = *value;

	if (cw_cast_value(&result, value->schema, state->whole, batch, &state->scratch, err) < 0)
		return -1;
	result.schema = to;
	*value = result;
	return 0;
}

/* The value is changed only when all went well. */
static int cast(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	const struct cw_schema *schema = value->schema;
	const struct plan *plan;

	if (!schema)
		return state->whole ? cast_whole(state, batch, NULL, value, err) : cast_map(state, batch, value, err);
	plan = cw_schema_cache_get(state->cache, batch, schema, err);
	if (!plan)
		return -1;
	return state->whole ? cast_whole(state, batch, plan->to, value, err) : cast_struct(state, batch, plan, value, err);
}

static enum cw_result apply(void *s, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = s;
	struct cw_value *value = cw_operating_on(record, state->key);

	if (value->type == CW_NULL)
		return CW_OK;
	return cast(state, batch, value, err) < 0 ? CW_FAIL : CW_OK;
}

/* ---- the plugins ----------------------------------------------------------------------------- */

static void stop(void *s)
{
	struct state *state = s;

	cw_schema_cache_free(state->cache);
	cw_buf_free(&state->scratch);
	free(state->casts);
	free(state);
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	state->config = config;
	state->key = cw_operates_on_key(plugin);
	if (parse_spec(state, err) < 0) {
		stop(state);
		return CW_FAIL;
	}
	state->cache = cw_schema_cache_new(make_plan, state);
	*out = state;
	return CW_OK;
}

static const struct cw_config_def keys[] = {
	{ .name = "spec", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_EMPTY_ITEMS,
	  .importance = CW_HIGH,
	  .doc = "What to cast: pairs of a field and a type, as field1:type,field2:type, or one type for the whole "
		 "value. Types are int8, int16, int32, int64, float32, float64, boolean and string; bytes can be cast to "
		 "string only, which makes base64 of them.",
	  .check = cw_cast_check_spec, .offset = offsetof(struct config, spec) },
	CW_REPLACE_NULL_KEY(struct config),
};

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_cast_key_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "Cast$Key",
		      "Casts the record's key, or fields of it, to another type", keys, struct config),
	.transformation = &ops,
};
const struct cw_plugin cw_cast_value_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "Cast$Value",
		      "Casts the record's value, or fields of it, to another type", keys, struct config),
	.transformation = &ops,
};
