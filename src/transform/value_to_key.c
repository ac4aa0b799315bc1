/* ValueToKey: the key becomes a struct or map of some of the value's fields. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/map_builder.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/schema_cache.h"

#define PURPOSE "copying fields from value to key"

struct config {
	struct cw_list fields;
	bool replace_null;
};

/* For one schema of a value. */
struct plan {
	const struct cw_schema *key;
	const size_t *from; /* for each field of the key, where it is in the value */
};

struct state {
	const struct config *config;
	struct cw_schema_cache *schemas;
};

static const struct cw_config_def defs[] = {
	{ .name = "fields", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_EMPTY_ITEMS,
	  .check = cw_check_list, .importance = CW_HIGH,
	  .doc = "The fields of the value that the key is made of, in this order.",
	  .offset = offsetof(struct config, fields) },
	CW_REPLACE_NULL_KEY(struct config),
};

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	const struct cw_list *list = &((const struct state *)context)->config->fields;
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan));
	struct cw_schema *key = cw_schema_new(memory, CW_STRUCT);
	struct cw_field *fields = cw_batch_alloc(memory, list->n * sizeof(*fields));
	size_t *sources = cw_batch_alloc(memory, list->n * sizeof(*sources));

	key->fields = fields;
	for (size_t i = 0; i < list->n; i++) {
		struct cw_slice name = cw_slice_str(list->items[i]);
		ptrdiff_t at = cw_schema_find(from, name);

		if (at < 0 || cw_schema_find(key, name) >= 0) {
			cw_error_set(err, CW_ERR_INVALID, "%s%s", at < 0 ? "Field does not exist: " :
				     "Cannot create field because of field name duplication ", list->items[i]);
			return NULL;
		}
		sources[i] = (size_t)at;
		fields[i] = from->fields[at];
		key->n_fields++;
	}
	plan->key = key;
	plan->from = sources;
	return plan;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	(void)plugin;
	(void)err;
	state->config = config;
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

static int key_of_struct(struct state *state, struct cw_batch *batch, const struct cw_value *value,
			 struct cw_value *key, struct cw_error *err)
{
	const struct plan *plan;
	struct cw_value *items;

	if (cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	plan = cw_schema_cache_get(state->schemas, batch, value->schema, err);
	if (!plan)
		return -1;
	items = cw_batch_alloc(batch, plan->key->n_fields * sizeof(*items));
	for (size_t i = 0; i < plan->key->n_fields; i++) {
		cw_operating_field(value, plan->from[i], state->config->replace_null, &items[i]);
		items[i].schema = plan->key->fields[i].schema;
		if (cw_operating_put(&plan->key->fields[i], &items[i], err) < 0)
			return -1;
	}
	*key = cw_value_struct(plan->key, items);
	return 0;
}

static int key_of_map(const struct state *state, struct cw_batch *batch, const struct cw_value *value,
		      struct cw_value *key, struct cw_error *err)
{
	const struct cw_list *list = &state->config->fields;
	struct cw_map_builder builder;

	if (cw_require_map(value, PURPOSE, err) < 0)
		return -1;
	cw_map_builder_init(&builder, batch, list->n);
	for (size_t i = 0; i < list->n; i++) {
		struct cw_slice name = cw_slice_str(list->items[i]);
		const struct cw_value *found = cw_value_map_get(value, name);

		cw_map_builder_put(&builder, name, found ? *found : cw_value_null());
	}
	*key = cw_map_builder_map(&builder);
	return 0;
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	struct cw_value key;
	int rc;

	if (record->value.schema)
		rc = key_of_struct(state, batch, &record->value, &key, err);
	else
		rc = key_of_map(state, batch, &record->value, &key, err);
	if (rc < 0)
		return CW_FAIL;
	record->key = key;
	return CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS, .start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_value_to_key = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "ValueToKey",
		      "Makes a new key of fields of the value, which keeps them.", defs, struct config),
	.transformation = &ops,
};
