/* InsertField$Key and InsertField$Value: fields with what the record came with, or with a constant. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/operating.h"
#include "transform/schema_cache.h"
#include "transform/value_transforms.h"

#define PURPOSE "field insertion"

/* In the order in which the fields come. */
enum source { TOPIC, PARTITION, OFFSET, TIMESTAMP, STATIC, SOURCES };

static const enum cw_type types[SOURCES] = {
	[TOPIC] = CW_STRING,         [PARTITION] = CW_INT32, [OFFSET] = CW_INT64,
	[TIMESTAMP] = CW_TIMESTAMP, [STATIC] = CW_STRING,
};

struct config {
	const char *field[SOURCES]; /* NULL: none */
	const char *static_value;
	bool replace_null;
};

struct insertion {
	enum source source;
	struct cw_slice name;
	bool optional;
};

struct state {
	const struct config *config;
	bool key;
	struct insertion insertions[SOURCES];
	size_t n;
	struct cw_schema_cache *cache;
};

/* "name!" is required, "name?" and "name" are optional. */
static struct insertion parse_insertion(enum source source, const char *spec)
{
	struct insertion insertion = { source, cw_slice_str(spec), true };
	char last = insertion.name.n ? spec[insertion.name.n - 1] : '\0';

	insertion.optional = last != '!';
	insertion.name.n -= last == '!' || last == '?';
	return insertion;
}

static int add_field(struct cw_schema *to, struct cw_field *fields, const struct insertion *insertion,
		     struct cw_error *err)
{
	if (!insertion->name.n)
		return cw_error_set(err, CW_ERR_INVALID, "fieldName cannot be null.");
	if (cw_schema_find(to, insertion->name) >= 0)
		return cw_error_set(err, CW_ERR_INVALID, "Cannot create field because of field name duplication %.*s",
				    (int)insertion->name.n, insertion->name.p);
	fields[to->n_fields].name = insertion->name;
	fields[to->n_fields].schema = cw_schema_of(types[insertion->source], insertion->optional);
	to->n_fields++;
	return 0;
}

/* The plan is the new schema: required and without default value, whatever the old one is. */
static const void *make_schema(void *context, struct cw_batch *memory, const struct cw_schema *from,
			       struct cw_error *err)
{
	const struct state *state = context;
	struct cw_schema *to = cw_schema_copy_basics(memory, from, CW_STRUCT);
	struct cw_field *fields = cw_batch_alloc(memory, (from->n_fields + state->n) * sizeof(*fields));

	if (from->n_fields)
		memcpy(fields, from->fields, from->n_fields * sizeof(*fields));
	to->fields = fields;
	to->n_fields = from->n_fields;
	for (size_t i = 0; i < state->n; i++)
		if (add_field(to, fields, &state->insertions[i], err) < 0)
			return NULL;
	return to;
}

/* What is inserted, a null where the record has nothing. Without a schema a time is a number. */
static int inserted(const struct state *state, const struct cw_record *record, enum source source, bool with_schema,
		    struct cw_value *value, struct cw_error *err)
{
	*value = cw_value_null();
	switch (source) {
	case TOPIC:
		*value = cw_value_string(record->topic);
		return 0;
	case PARTITION:
		if (record->partition != CW_ANY_PARTITION)
			*value = cw_value_integer(CW_INT32, record->partition);
		return 0;
	case OFFSET:
		if (!record->original_topic.p)
			return cw_error_set(err, CW_ERR_INVALID,
					    "Only SinkRecord supported for [" PURPOSE "], found: "
					    "org.apache.kafka.connect.source.SourceRecord");
		*value = cw_value_integer(CW_INT64, record->offset);
		return 0;
	case TIMESTAMP:
		if (record->timestamp_ms != CW_NO_TIMESTAMP)
			*value = cw_value_integer(with_schema ? CW_TIMESTAMP : CW_INT64, record->timestamp_ms);
		return 0;
	default:
		*value = cw_value_string(cw_slice_str(state->config->static_value));
		return 0;
	}
}

static int insert_into_map(struct state *state, struct cw_batch *batch, const struct cw_record *record,
			   struct cw_value *value, struct cw_error *err)
{
	struct cw_map_edit edit;
	struct cw_value field;

	if (cw_require_map(value, PURPOSE, err) < 0)
		return -1;
	cw_map_edit_begin(&edit, batch, value, state->n);
	for (size_t i = 0; i < state->n; i++) {
		if (inserted(state, record, state->insertions[i].source, false, &field, err) < 0)
			return -1;
		if (field.type != CW_NULL)
			*cw_map_edit_at(&edit, state->insertions[i].name) = field;
	}
	*value = cw_map_edit_end(&edit);
	return 0;
}

static int insert_into_struct(struct state *state, struct cw_batch *batch, const struct cw_record *record,
			      struct cw_value *value, struct cw_error *err)
{
	size_t n = value->u.array.n;
	const struct cw_schema *to;
	struct cw_value *fields;

	if (cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	to = cw_schema_cache_get(state->cache, batch, value->schema, err);
	if (!to)
		return -1;
	fields = cw_struct_edit(batch, value, to, state->config->replace_null, err);
	if (!fields)
		return -1;
	for (size_t i = 0; i < state->n; i++) {
		if (inserted(state, record, state->insertions[i].source, true, &fields[n + i], err) < 0)
			return -1;
		fields[n + i].schema = to->fields[n + i].schema;
	}
	*value = cw_value_struct(to, fields);
	return 0;
}

static enum cw_result apply(void *s, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = s;
	struct cw_value *value = cw_operating_on(record, state->key);
	int rc;

	if (value->type == CW_NULL)
		return CW_OK;
	rc = value->schema ? insert_into_struct(state, batch, record, value, err) :
			     insert_into_map(state, batch, record, value, err);
	return rc < 0 ? CW_FAIL : CW_OK;
}

static int check_config(const struct config *config, struct cw_error *err)
{
	bool any = false;

	for (int i = 0; i < SOURCES; i++)
		any = any || config->field[i];
	if (!any)
		return cw_error_set(err, CW_ERR_INVALID, "No field insertion configured");
	if (config->field[STATIC] && !config->static_value)
		return cw_error_set(err, CW_ERR_INVALID, "Invalid value null for configuration static.value: "
				    "No value specified for static field: %s", config->field[STATIC]);
	return 0;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *c, void **out,
			    struct cw_error *err)
{
	const struct config *config = c;
	struct state *state;

	(void)ctx;
	if (check_config(config, err) < 0)
		return CW_FAIL;
	state = cw_alloc(sizeof(*state));
	state->config = config;
	state->key = cw_operates_on_key(plugin);
	for (int i = 0; i < SOURCES; i++)
		if (config->field[i])
			state->insertions[state->n++] = parse_insertion((enum source)i, config->field[i]);
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

#define FIELD_KEY(key_name, text, source)                                                             \
	{                                                                                             \
		.name = (key_name), .type = CW_CONFIG_STRING, .importance = CW_MEDIUM,                \
		.doc = text " With ! at its end the field is required, with ? or neither it is optional.", \
		.offset = offsetof(struct config, field) + (source) * sizeof(const char *)            \
	}

static const struct cw_config_def keys[] = {
	FIELD_KEY("topic.field", "The field for the topic.", TOPIC),
	FIELD_KEY("partition.field", "The field for the partition.", PARTITION),
	FIELD_KEY("offset.field", "The field for the offset; for sinks only.", OFFSET),
	FIELD_KEY("timestamp.field", "The field for the record's time.", TIMESTAMP),
	FIELD_KEY("static.field", "The field for a constant.", STATIC),
	{ .name = "static.value", .type = CW_CONFIG_STRING, .importance = CW_MEDIUM,
	  .doc = "The constant for static.field.", .offset = offsetof(struct config, static_value) },
	CW_REPLACE_NULL_KEY(struct config),
};

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_insert_field_key_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "InsertField$Key",
		      "Inserts the record's topic, partition, offset, time or a constant into its key", keys, struct config),
	.transformation = &ops,
};
const struct cw_plugin cw_insert_field_value_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "InsertField$Value",
		      "Inserts the record's topic, partition, offset, time or a constant into its value", keys, struct config),
	.transformation = &ops,
};
