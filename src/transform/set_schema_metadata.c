/* SetSchemaMetadata$Key and SetSchemaMetadata$Value: the schema's name, its version, or both. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/operating.h"
#include "transform/schema_cache.h"
#include "transform/value_transforms.h"

struct config {
	const char *name; /* NULL: as it is */
	int32_t version;  /* 0: as it is */
	bool replace_null;
};

struct state {
	const struct config *config;
	bool key;
	struct cw_schema_cache *cache;
};

/* The plan is the new schema. A default value is of the old one, which Kafka Connect keeps. */
static const void *make_schema(void *context, struct cw_batch *memory, const struct cw_schema *from,
			       struct cw_error *err)
{
	const struct config *config = ((struct state *)context)->config;
	struct cw_schema *to;

	if (from->type != CW_STRUCT) {
		cw_error_set(err, CW_ERR_INVALID, "Cannot list fields on non-struct type");
		return NULL;
	}
	to = cw_schema_copy(memory, from);
	if (config->name)
		to->name = cw_slice_str(config->name);
	if (config->version)
		to->version = config->version;
	return to;
}

static enum cw_result apply(void *s, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = s;
	const struct cw_value *value = cw_operating_value(record, state->key);
	const struct cw_schema *to;
	const struct cw_value *fields;

	if (!value->schema && value->type == CW_NULL)
		return CW_OK;
	if (!value->schema) {
		cw_error_set(err, CW_ERR_INVALID, "Schema required for [updating schema metadata]");
		return CW_FAIL;
	}
	to = cw_schema_cache_get(state->cache, batch, value->schema, err);
	if (!to)
		return CW_FAIL;
	if (value->type != CW_STRUCT) {
		cw_operating_set(record, state->key, cw_value_null_of(to));
		return CW_OK;
	}
	fields = value->u.array.items;
	if (!cw_struct_is_settled(value, state->config->replace_null)) {
		fields = cw_struct_edit(batch, value, to, state->config->replace_null, err);
		if (!fields)
			return CW_FAIL;
	}
	cw_operating_set(record, state->key, cw_value_struct(to, fields));
	return CW_OK;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *c, void **out,
			    struct cw_error *err)
{
	const struct config *config = c;
	struct state *state;

	(void)ctx;
	if (!config->name && !config->version) {
		cw_error_set(err, CW_ERR_INVALID, "Neither schema name nor version configured");
		return CW_FAIL;
	}
	state = cw_alloc(sizeof(*state));
	state->config = config;
	state->key = cw_operates_on_key(plugin);
	state->cache = cw_schema_cache_new(make_schema, state);
	*out = state;
	return CW_OK;
}

static void stop(void *s)
{
	struct state *state = s;

	cw_schema_cache_free(state->cache);
	free(state);
}

static const struct cw_config_def keys[] = {
	{ .name = "schema.name", .type = CW_CONFIG_STRING, .importance = CW_HIGH,
	  .doc = "The name that the schema gets; without it the name stays.", .offset = offsetof(struct config, name) },
	{ .name = "schema.version", .type = CW_CONFIG_INT, .importance = CW_HIGH,
	  .doc = "The version that the schema gets; without it, or with 0, the version stays.",
	  .offset = offsetof(struct config, version) },
	CW_REPLACE_NULL_KEY(struct config),
};

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS, .start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_set_schema_metadata_key_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "SetSchemaMetadata$Key",
		      "Sets the name, the version or both of the key's schema", keys, struct config),
	.transformation = &ops,
};
const struct cw_plugin cw_set_schema_metadata_value_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "SetSchemaMetadata$Value",
		      "Sets the name, the version or both of the value's schema", keys, struct config),
	.transformation = &ops,
};
