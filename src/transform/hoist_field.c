/* HoistField: a key or value becomes the only field of a struct or map. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/schema_cache.h"

struct config {
	const char *field;
};

struct state {
	struct cw_slice field;
	bool key;
	struct cw_schema_cache *schemas;
};

static const struct cw_config_def defs[] = {
	{ .name = "field", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED, .importance = CW_MEDIUM,
	  .doc = "The name of the field that the whole is put into.", .offset = offsetof(struct config, field) },
};

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	const struct state *state = context;
	struct cw_field *fields;
	struct cw_schema *to;

	if (state->field.n == 0) {
		cw_error_set(err, CW_ERR_INVALID, "fieldName cannot be null.");
		return NULL;
	}
	to = cw_schema_struct(memory, 1, &fields);
	fields[0].name = state->field;
	fields[0].schema = from;
	return to;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	(void)err;
	state->field = cw_slice_str(((const struct config *)config)->field);
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

static struct cw_value hoist_into_map(const struct state *state, struct cw_batch *batch, const struct cw_value *value)
{
	struct cw_entry *entry = cw_batch_alloc(batch, sizeof(*entry));

	entry->key = cw_value_string(state->field);
	entry->value = *value;
	return cw_value_map(entry, 1);
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	const struct cw_value *value = cw_operating_value(record, state->key);
	const struct cw_schema *to;
	struct cw_value *field;

	if (!value->schema) {
		cw_operating_set(record, state->key, hoist_into_map(state, batch, value));
		return CW_OK;
	}
	to = cw_schema_cache_get(state->schemas, batch, value->schema, err);
	if (!to || cw_operating_put(&to->fields[0], value, err) < 0)
		return CW_FAIL;
	field = cw_batch_alloc(batch, sizeof(*field));
	*field = *value;
	field->schema = to->fields[0].schema;
	cw_operating_set(record, state->key, cw_value_struct(to, field));
	return CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS, .start = start, .apply = apply, .stop = stop,
};

#define PLUGIN(part)                                                                                                  \
	{                                                                                                             \
		CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "HoistField$" part,                     \
			      "Wraps the whole key or value into a struct or map with one field.", defs,              \
			      struct config),                                                                         \
			.transformation = &ops                                                                        \
	}

const struct cw_plugin cw_hoist_field_key = PLUGIN("Key"), cw_hoist_field_value = PLUGIN("Value");
