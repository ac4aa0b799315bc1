/* DropHeaders and InsertHeader. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/values.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"

/* ---- DropHeaders -------------------------------------------------------------------------------- */

struct drop_config {
	struct cw_list headers;
};

static const struct cw_config_def drop_defs[] = {
	{ .name = "headers", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_REQUIRED | CW_CONFIG_EMPTY_ITEMS,
	  .check = cw_check_list, .importance = CW_HIGH,
	  .doc = "The names of the headers that are taken away, all headers of each name.",
	  .offset = offsetof(struct drop_config, headers) },
};

static bool is_dropped(const struct drop_config *config, struct cw_slice key)
{
	for (size_t i = 0; i < config->headers.n; i++)
		if (cw_slice_equal(cw_slice_str(config->headers.items[i]), key))
			return true;
	return false;
}

static enum cw_result drop_apply(void *state, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	const struct drop_config *config = state;
	struct cw_header *kept;
	size_t first = 0, n;

	(void)err;
	while (first < record->n_headers && !is_dropped(config, record->headers[first].key))
		first++;
	if (first == record->n_headers)
		return CW_OK;
	kept = cw_batch_alloc(batch, record->n_headers * sizeof(*kept));
	memcpy(kept, record->headers, first * sizeof(*kept));
	n = first;
	for (size_t i = first + 1; i < record->n_headers; i++)
		if (!is_dropped(config, record->headers[i].key))
			kept[n++] = record->headers[i];
	record->headers = kept;
	record->n_headers = n;
	return CW_OK;
}

static const struct cw_transformation_ops drop_ops = {
	.size = sizeof(drop_ops), .start = cw_plain_start, .apply = drop_apply, .stop = cw_plain_stop,
};

const struct cw_plugin cw_drop_headers = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "DropHeaders",
		      "Takes headers away, by their names.", drop_defs, struct drop_config),
	.transformation = &drop_ops,
};

/* ---- InsertHeader ------------------------------------------------------------------------------- */

struct insert_config {
	const char *header, *literal;
};

struct insert_state {
	struct cw_batch *memory;
	struct cw_header header;
};

static const struct cw_config_def insert_defs[] = {
	{ .name = "header",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .importance = CW_HIGH,
	  .doc = "The name of the header.",
	  .offset = offsetof(struct insert_config, header) },
	{ .name = "value.literal",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .importance = CW_HIGH,
	  .doc = "The value that every record gets under that name. Its type is what SimpleHeaderConverter would "
		 "read from it: true is a boolean, 12 a number.",
	  .offset = offsetof(struct insert_config, literal) },
};

static void insert_stop(void *context)
{
	struct insert_state *state = context;

	cw_memory_free(state->memory);
	free(state);
}

static enum cw_result insert_start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
				   void **out, struct cw_error *err)
{
	const struct insert_config *c = config;
	struct insert_state *state = cw_alloc(sizeof(*state));
	struct cw_values *values = cw_values_new();
	int rc;

	(void)ctx;
	(void)plugin;
	state->memory = cw_memory_new();
	state->header.key = cw_slice_str(c->header);
	rc = cw_values_parse(values, state->memory, cw_slice_str(c->literal), &state->header.value);
	cw_values_free(values);
	if (rc < 0) {
		cw_error_set(err, CW_ERR_INVALID, "value.literal has arrays and maps nested more than %d deep",
			     CW_VALUES_DEPTH);
		insert_stop(state);
		return CW_FAIL;
	}
	*out = state;
	return CW_OK;
}

static enum cw_result insert_apply(void *context, struct cw_batch *batch, struct cw_record *record,
				   struct cw_error *err)
{
	const struct insert_state *state = context;

	(void)err;
	cw_header_add(batch, record, 1)[0] = state->header;
	return CW_OK;
}

static const struct cw_transformation_ops insert_ops = {
	.size = sizeof(insert_ops), .start = insert_start, .apply = insert_apply, .stop = insert_stop,
};

const struct cw_plugin cw_insert_header = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "InsertHeader",
		      "Adds the same header to every record.", insert_defs, struct insert_config),
	.transformation = &insert_ops,
};
