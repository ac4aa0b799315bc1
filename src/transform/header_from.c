/* HeaderFrom: fields of a key or value become headers. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/schema_cache.h"

struct config {
	struct cw_list fields, headers;
	const char *operation;
	bool replace_null;
};

/* For one schema. */
struct plan {
	const struct cw_schema *to;     /* without the moved fields; the whole when they are copied */
	const size_t *from;             /* for each field of `to`, where it was */
	const ptrdiff_t *header_fields; /* for each of config->fields, where it is; -1: nowhere */
};

struct state {
	const struct config *config;
	bool key, move;
	char purpose[16];
	struct cw_schema_cache *schemas;
};

static const struct cw_config_def defs[] = {
	{ .name = "fields",
	  .type = CW_CONFIG_LIST,
	  .flags = CW_CONFIG_REQUIRED | CW_CONFIG_EMPTY_ITEMS,
	  .check = cw_check_list,
	  .importance = CW_HIGH,
	  .doc = "The fields whose values become headers.",
	  .offset = offsetof(struct config, fields) },
	{ .name = "headers",
	  .type = CW_CONFIG_LIST,
	  .flags = CW_CONFIG_REQUIRED | CW_CONFIG_EMPTY_ITEMS,
	  .check = cw_check_list,
	  .importance = CW_HIGH,
	  .doc = "The names of these headers, as many as there are fields and in their order.",
	  .offset = offsetof(struct config, headers) },
	{ .name = "operation",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .choices = "move,copy",
	  .importance = CW_HIGH,
	  .doc = "move: the fields are taken away from the key or value; copy: they stay there, too.",
	  .offset = offsetof(struct config, operation) },
	CW_REPLACE_NULL_KEY(struct config),
};

static bool is_moved(const struct config *config, struct cw_slice field)
{
	for (size_t i = 0; i < config->fields.n; i++)
		if (cw_slice_equal(cw_slice_str(config->fields.items[i]), field))
			return true;
	return false;
}

static void plan_move(const struct config *config, struct cw_batch *memory, const struct cw_schema *from,
		      struct plan *plan)
{
	struct cw_schema *to = cw_schema_copy_basics(memory, from, CW_STRUCT);
	struct cw_field *fields = cw_batch_alloc(memory, from->n_fields * sizeof(*fields));
	size_t *sources = cw_batch_alloc(memory, from->n_fields * sizeof(*sources));

	for (size_t i = 0; i < from->n_fields; i++) {
		if (is_moved(config, from->fields[i].name))
			continue;
		sources[to->n_fields] = i;
		fields[to->n_fields++] = from->fields[i];
	}
	to->fields = fields;
	plan->to = to;
	plan->from = sources;
}

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	const struct state *state = context;
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan));
	ptrdiff_t *places = cw_batch_alloc(memory, state->config->fields.n * sizeof(*places));

	(void)err;
	memset(plan, 0, sizeof(*plan));
	for (size_t i = 0; i < state->config->fields.n; i++)
		places[i] = cw_schema_find(from, cw_slice_str(state->config->fields.items[i]));
	plan->header_fields = places;
	plan->to = from;
	if (state->move)
		plan_move(state->config, memory, from, plan);
	return plan;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	const struct config *c = config;
	struct state *state;

	(void)ctx;
	if (c->fields.n != c->headers.n) {
		cw_error_set(err, CW_ERR_INVALID,
			     "'fields' config must have the same number of elements as 'headers' config.");
		return CW_FAIL;
	}
	state = cw_alloc(sizeof(*state));
	state->config = c;
	state->key = cw_operates_on_key(plugin);
	state->move = strcmp(c->operation, "move") == 0;
	snprintf(state->purpose, sizeof(state->purpose), "header %s", state->move ? "move" : "copy");
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

/* ---- with schema -------------------------------------------------------------------------------- */

/* The value without the moved fields. */
static int make_rest(const struct state *state, struct cw_batch *batch, const struct plan *plan,
		     const struct cw_value *value, struct cw_value *out, struct cw_error *err)
{
	struct cw_value *items = cw_batch_alloc(batch, plan->to->n_fields * sizeof(*items));

	for (size_t i = 0; i < plan->to->n_fields; i++) {
		cw_operating_field(value, plan->from[i], state->config->replace_null, &items[i]);
		items[i].schema = plan->to->fields[i].schema;
		if (cw_operating_put(&plan->to->fields[i], &items[i], err) < 0)
			return -1;
	}
	*out = cw_value_struct(plan->to, items);
	return 0;
}

static int null_needs_optional(const struct cw_schema *schema, struct cw_error *err)
{
	struct cw_buf text = { 0 };

	cw_schema_print(&text, schema);
	cw_error_set(err, CW_ERR_INVALID, "A null value requires an optional schema but was %s", text.p);
	cw_buf_free(&text);
	return -1;
}

static int make_headers(const struct state *state, const struct plan *plan, const struct cw_value *value,
			struct cw_header *headers, struct cw_error *err)
{
	for (size_t i = 0; i < state->config->fields.n; i++) {
		ptrdiff_t at = plan->header_fields[i];

		if (at < 0)
			return cw_error_set(
				err, CW_ERR_INVALID,
				"Cannot invoke \"org.apache.kafka.connect.data.Field.schema()\" because the return "
				"value of \"org.apache.kafka.connect.data.Schema.field(String)\" is null (there is "
				"no field \"%s\")",
				state->config->fields.items[i]);
		headers[i].key = cw_slice_str(state->config->headers.items[i]);
		cw_operating_field(value, (size_t)at, state->config->replace_null, &headers[i].value);
		headers[i].value.schema = value->schema->fields[at].schema;
		if (headers[i].value.type == CW_NULL && !headers[i].value.schema->optional)
			return null_needs_optional(headers[i].value.schema, err);
	}
	return 0;
}

static int from_struct(struct state *state, struct cw_batch *batch, const struct cw_value *value,
		       struct cw_header *headers, struct cw_value *rest, struct cw_error *err)
{
	const struct plan *plan;

	if (cw_require_struct(value, state->purpose, err) < 0)
		return -1;
	plan = cw_schema_cache_get(state->schemas, batch, value->schema, err);
	if (!plan || (state->move && make_rest(state, batch, plan, value, rest, err) < 0))
		return -1;
	return make_headers(state, plan, value, headers, err);
}

/* ---- without ------------------------------------------------------------------------------------ */

static int from_map(const struct state *state, struct cw_batch *batch, const struct cw_value *value,
		    struct cw_header *headers, struct cw_value *rest, struct cw_error *err)
{
	if (cw_require_map(value, state->purpose, err) < 0)
		return -1;
	for (size_t i = 0; i < state->config->fields.n; i++) {
		struct cw_slice field = cw_slice_str(state->config->fields.items[i]);
		const struct cw_value *found = cw_value_map_get(value, field);

		headers[i].key = cw_slice_str(state->config->headers.items[i]);
		headers[i].value = found ? *found : cw_value_null();
		if (state->move)
			*rest = cw_value_map_remove(batch, rest, field);
	}
	return 0;
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	const struct cw_value *value = cw_operating_value(record, state->key);
	size_t n = state->config->fields.n;
	struct cw_header *headers = cw_batch_alloc(batch, n * sizeof(*headers));
	struct cw_value rest = *value;
	int rc;

	if (value->schema)
		rc = from_struct(state, batch, value, headers, &rest, err);
	else
		rc = from_map(state, batch, value, headers, &rest, err);
	if (rc < 0)
		return CW_FAIL;
	memcpy(cw_header_add(batch, record, n), headers, n * sizeof(*headers));
	cw_operating_set(record, state->key, rest);
	return CW_OK;
}

static const struct cw_transformation_ops ops = { .size = sizeof(ops), .start = start, .apply = apply, .stop = stop };

#define PLUGIN(part)                                                                                                 \
	{                                                                                                             \
		CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "HeaderFrom$" part,                     \
			      "Moves or copies fields of the key or value into headers.", defs, struct config),        \
			.transformation = &ops                                                                        \
	}

const struct cw_plugin cw_header_from_key = PLUGIN("Key"), cw_header_from_value = PLUGIN("Value");
