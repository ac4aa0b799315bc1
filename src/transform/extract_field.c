/* ExtractField: a key or value becomes one of its fields. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/field_path.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/schema_cache.h"

#define PURPOSE "field extraction"

struct config {
	const char *field, *syntax;
	bool replace_null;
};

struct state {
	const struct config *config;
	bool key;
	struct cw_field_path path;
	struct cw_schema_cache *schemas; /* the schema at the path's end, for each */
};

static const struct cw_config_def defs[] = {
	{ .name = "field",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .importance = CW_MEDIUM,
	  .doc = "The field that takes the place of the whole.",
	  .offset = offsetof(struct config, field) },
	CW_REPLACE_NULL_KEY(struct config),
	{ .name = "field.syntax.version",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_IGNORE_CASE,
	  .default_value = "V1",
	  .choices = "V1,V2",
	  .importance = CW_HIGH,
	  .doc = "How field is read. V1: as the name of a field. V2: as names divided by dots, each inside of the "
		 "one before; a name that has dots itself stands in backticks.",
	  .offset = offsetof(struct config, syntax) },
};

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	const struct state *state = context;
	const struct cw_schema *to;

	(void)memory;
	if (cw_field_path_schema(&state->path, from, &to, err) < 0)
		return NULL;
	if (!to)
		cw_error_set(err, CW_ERR_INVALID, "Unknown field: %s", state->config->field);
	return to;
}

static void stop(void *context)
{
	struct state *state = context;

	cw_field_path_free(&state->path);
	cw_schema_cache_free(state->schemas);
	free(state);
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	state->config = config;
	state->key = cw_operates_on_key(plugin);
	state->schemas = cw_schema_cache_new(make_plan, state);
	if (cw_field_path_parse(&state->path, state->config->field, strcmp(state->config->syntax, "V2") == 0, err) <
	    0) {
		stop(state);
		return CW_FAIL;
	}
	*out = state;
	return CW_OK;
}

static int extract_from_struct(struct state *state, struct cw_batch *batch, const struct cw_value *value,
			       struct cw_value *out, struct cw_error *err)
{
	const struct cw_schema *leaf;

	if (value->type != CW_NULL && cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	leaf = cw_schema_cache_get(state->schemas, batch, value->schema, err);
	if (!leaf)
		return -1;
	*out = cw_value_null();
	if (value->type != CW_NULL &&
	    cw_field_path_in_struct(&state->path, value, state->config->replace_null, out, err) < 0)
		return -1;
	out->schema = leaf;
	return 0;
}

static int extract_from_map(struct state *state, const struct cw_value *value, struct cw_value *out,
			    struct cw_error *err)
{
	*out = cw_value_null();
	if (value->type == CW_NULL)
		return 0;
	if (cw_require_map(value, PURPOSE, err) < 0)
		return -1;
	return cw_field_path_in_map(&state->path, value, out, err);
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	const struct cw_value *value = cw_operating_value(record, state->key);
	struct cw_value out;
	int rc;

	if (value->schema)
		rc = extract_from_struct(state, batch, value, &out, err);
	else
		rc = extract_from_map(state, value, &out, err);
	if (rc < 0)
		return CW_FAIL;
	cw_operating_set(record, state->key, out);
	return CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS, .start = start, .apply = apply, .stop = stop,
};

#define PLUGIN(part)                                                                                                 \
	{                                                                                                             \
		CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "ExtractField$" part,                   \
			      "Puts one field in the place of the whole key or value. Nulls pass as they are.", defs,  \
			      struct config),                                                                         \
			.transformation = &ops                                                                        \
	}

const struct cw_plugin cw_extract_field_key = PLUGIN("Key"), cw_extract_field_value = PLUGIN("Value");
