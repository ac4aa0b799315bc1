/* MaskField$Key and MaskField$Value: fields become the nothing of their type, or a replacement. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/number.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/operating.h"
#include "transform/schema_cache.h"
#include "transform/value_transforms.h"

#define PURPOSE "mask fields"

struct config {
	struct cw_list fields;
	const char *replacement; /* NULL: none */
	bool replace_null;
};

/* The replacement, read as a number once. */
struct replacement {
	struct cw_slice text; /* p is NULL: none */
	bool number;
	struct cw_slice unscaled;
	int32_t scale;
	int64_t integer;
	double real;
};

struct state {
	const struct config *config;
	bool key;
	struct replacement replacement;
	struct cw_batch *memory;
	struct cw_schema_cache *cache;
};

/* Which fields of a schema are masked. */
struct plan {
	bool any;
	bool masked[];
};

static bool is_masked(const struct state *state, struct cw_slice field)
{
	for (size_t i = 0; i < state->config->fields.n; i++)
		if (cw_slice_equal(cw_slice_str(state->config->fields.items[i]), field))
			return true;
	return false;
}

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan) + from->n_fields * sizeof(plan->masked[0]));

	(void)err;
	plan->any = false;
	for (size_t i = 0; i < from->n_fields; i++) {
		plan->masked[i] = is_masked(context, from->fields[i].name);
		plan->any = plan->any || plan->masked[i];
	}
	return plan;
}

/* Its schema stays with the value; everything else is gone. */
static void set(struct cw_value *value, struct cw_value masked)
{
	masked.schema = value->schema;
	*value = masked;
}

static int mask_with_nothing(struct cw_value *value, struct cw_error *err)
{
	switch ((enum cw_type)value->type) {
	case CW_BYTES:
	case CW_STRUCT:
		return cw_error_set(err, CW_ERR_INVALID, "Cannot mask value of type: %s", cw_value_java_class(value));
	case CW_STRING:
		set(value, cw_value_string(cw_slice("", 0)));
		return 0;
	case CW_DECIMAL:
		set(value, cw_value_decimal(cw_slice("\0", 1), 0));
		return 0;
	case CW_ARRAY:
		set(value, cw_value_array(NULL, 0));
		return 0;
	case CW_MAP:
		set(value, cw_value_map(NULL, 0));
		return 0;
	case CW_FLOAT32:
		set(value, cw_value_float32(0));
		return 0;
	case CW_FLOAT64:
		set(value, cw_value_float64(0));
		return 0;
	case CW_BOOLEAN:
		set(value, cw_value_boolean(false));
		return 0;
	default:
		set(value, cw_value_integer(value->type, 0));
		return 0;
	}
}

static int not_a_number(const struct cw_value *value, struct cw_slice text, struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_INVALID, "Unable to convert %.*s (class java.lang.String) to %snumber",
			    (int)text.n, text.p, value->type == CW_DECIMAL ? "" : "a ");
}

/* A number loses what its type has no room for. */
static int mask_with_number(struct cw_value *value, const struct replacement *r, struct cw_error *err)
{
	if (!r->number)
		return not_a_number(value, r->text, err);
	switch ((enum cw_type)value->type) {
	case CW_INT8:
		set(value, cw_value_integer(CW_INT8, (int8_t)(uint8_t)(uint64_t)r->integer));
		return 0;
	case CW_INT16:
		set(value, cw_value_integer(CW_INT16, (int16_t)(uint16_t)(uint64_t)r->integer));
		return 0;
	case CW_INT32:
		set(value, cw_value_integer(CW_INT32, (int32_t)(uint32_t)(uint64_t)r->integer));
		return 0;
	case CW_FLOAT32:
		set(value, cw_value_float32((float)r->real));
		return 0;
	case CW_FLOAT64:
		set(value, cw_value_float64(r->real));
		return 0;
	case CW_DECIMAL:
		set(value, cw_value_decimal(r->unscaled, r->scale));
		return 0;
	default:
		set(value, cw_value_integer(CW_INT64, r->integer));
		return 0;
	}
}

static int mask(const struct state *state, struct cw_value *value, struct cw_error *err)
{
	const struct replacement *replacement = &state->replacement;

	if (value->type == CW_NULL)
		return 0;
	if (!replacement->text.p)
		return mask_with_nothing(value, err);
	switch ((enum cw_type)value->type) {
	case CW_STRING:
		set(value, cw_value_string(replacement->text));
		return 0;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
	case CW_FLOAT32:
	case CW_FLOAT64:
	case CW_DECIMAL:
		return mask_with_number(value, replacement, err);
	default:
		return cw_error_set(err, CW_ERR_INVALID, "Cannot mask value of type %s with custom replacement.",
				    cw_value_java_class(value));
	}
}

static int mask_map(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	const struct cw_list *fields = &state->config->fields;
	struct cw_map_edit edit;

	if (cw_require_map(value, PURPOSE, err) < 0)
		return -1;
	cw_map_edit_begin(&edit, batch, value, fields->n);
	for (size_t i = 0; i < fields->n; i++)
		if (mask(state, cw_map_edit_at(&edit, cw_slice_str(fields->items[i])), err) < 0)
			return -1;
	*value = cw_map_edit_end(&edit);
	return 0;
}

static int mask_struct(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	const struct plan *plan;
	struct cw_value *fields;

	if (cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	plan = cw_schema_cache_get(state->cache, batch, value->schema, err);
	if (!plan->any && cw_struct_is_settled(value, state->config->replace_null))
		return 0;
	fields = cw_struct_edit(batch, value, value->schema, state->config->replace_null, err);
	if (!fields)
		return -1;
	for (size_t i = 0; i < value->u.array.n; i++)
		if (plan->masked[i] && mask(state, &fields[i], err) < 0)
			return -1;
	*value = cw_value_struct(value->schema, fields);
	return 0;
}

static enum cw_result apply(void *s, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = s;
	struct cw_value value = *cw_operating_value(record, state->key);

	if ((value.schema ? mask_struct(state, batch, &value, err) : mask_map(state, batch, &value, err)) < 0)
		return CW_FAIL;
	cw_operating_set(record, state->key, value);
	return CW_OK;
}

static struct replacement read_replacement(const char *text, struct cw_batch *memory)
{
	struct replacement r = { .text = cw_slice_str(text) };

	if (!text || cw_decimal_parse(memory, r.text, &r.unscaled, &r.scale) < 0)
		return r;
	r.number = true;
	r.integer = cw_decimal_to_int64(r.unscaled, r.scale);
	r.real = cw_decimal_to_double(r.unscaled, r.scale);
	return r;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	(void)err;
	state->config = config;
	state->key = cw_operates_on_key(plugin);
	state->memory = cw_memory_new();
	state->replacement = read_replacement(state->config->replacement, state->memory);
	state->cache = cw_schema_cache_new(make_plan, state);
	*out = state;
	return CW_OK;
}

static void stop(void *s)
{
	struct state *state = s;

	cw_schema_cache_free(state->cache);
	cw_memory_free(state->memory);
	free(state);
}

static int check_replacement(const char *value, struct cw_error *err)
{
	return *value ? 0 : cw_error_set(err, CW_ERR_INVALID, "String must be non-empty");
}

static const struct cw_config_def keys[] = {
	{ .name = "fields", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_EMPTY_ITEMS,
	  .importance = CW_HIGH,
	  .doc = "The fields to mask.", .check = cw_check_list, .offset = offsetof(struct config, fields) },
	{ .name = "replacement", .type = CW_CONFIG_STRING, .importance = CW_LOW,
	  .doc = "What all the fields get instead, where they are numbers or strings; without it they get 0, false, an "
		 "empty string, list or map.",
	  .check = check_replacement, .offset = offsetof(struct config, replacement) },
	CW_REPLACE_NULL_KEY(struct config),
};

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_mask_field_key_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "MaskField$Key",
		      "Masks fields of the record's key", keys, struct config),
	.transformation = &ops,
};
const struct cw_plugin cw_mask_field_value_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "MaskField$Value",
		      "Masks fields of the record's value", keys, struct config),
	.transformation = &ops,
};
