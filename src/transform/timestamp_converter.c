/* TimestampConverter$Key and TimestampConverter$Value: a time in another form, the whole value or one field. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/operating.h"
#include "transform/schema_cache.h"
#include "transform/timestamp.h"
#include "transform/value_transforms.h"

#define PURPOSE "converting timestamp formats"
#define BAD_PATTERN "TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: "

struct config {
	const char *field; /* "": the whole value */
	const char *target_type;
	const char *format;
	const char *precision;
	bool replace_null;
};

struct state {
	const struct config *config;
	bool key;
	struct cw_slice field; /* n is 0: the whole value */
	struct cw_timestamp_target target;
	struct cw_date_format *format;
	struct cw_schema_cache *cache;
	struct cw_buf scratch;
};

/* What is known of a schema. */
struct plan {
	const struct cw_schema *to;
	ptrdiff_t field; /* where the field is; -1: nowhere */
};

/* In the order of enum cw_timestamp_form. */
static const char *const forms[] = { "string", "unix", "Date", "Time", "Timestamp", NULL };

/* ---- schemas --------------------------------------------------------------------------------- */

static const struct cw_schema *target_schema(const struct state *state, const struct cw_schema *from)
{
	return cw_schema_of(cw_timestamp_type(state->target.form), from->optional);
}

static int convert(struct state *state, struct cw_batch *batch, const struct cw_schema *from, struct cw_value *value,
		   struct cw_error *err)
{
	enum cw_timestamp_form form;

	if (from && cw_timestamp_form_of_schema(from, &form, err) < 0)
		return -1;
	/* A whole value that was cast keeps the name of its logical type. */
	if (from && value->type != CW_NULL && value->type != from->type && form >= CW_FORM_DATE)
		return cw_error_set(err, CW_ERR_INVALID, "Expected %s to be a java.util.Date, but found %s",
				    forms[form], cw_value_java_class(value));
	return cw_timestamp_convert(value, &state->target, batch, &state->scratch, err);
}

/* The struct under the plan's schema; the same fields where nothing changes. */
static int convert_struct(struct state *state, struct cw_batch *batch, const struct plan *plan, struct cw_value *value,
			  struct cw_error *err)
{
	const struct cw_schema *from = value->schema;
	bool replace_null = state->config->replace_null;
	struct cw_value *fields;

	if (plan->field < 0 && cw_struct_is_settled(value, replace_null))
		return 0;
	fields = cw_struct_edit(batch, value, plan->to, replace_null, err);
	if (!fields)
		return -1;
	if (plan->field >= 0) {
		if (convert(state, batch, from->fields[plan->field].schema, &fields[plan->field], err) < 0)
			return -1;
		fields[plan->field].schema = plan->to->fields[plan->field].schema;
	}
	*value = cw_value_struct(plan->to, fields);
	return 0;
}

static int convert_default(struct state *state, struct cw_batch *memory, const struct plan *plan,
			   const struct cw_schema *from, struct cw_schema *to, struct cw_error *err)
{
	struct cw_value *value;

	if (!from->default_value)
		return 0;
	value = cw_batch_alloc(memory, sizeof(*value));
	*value = *from->default_value;
	if (convert_struct(state, memory, plan, value, err) < 0)
		return -1;
	value->schema = to;
	to->default_value = value;
	return 0;
}

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	struct state *state = context;
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan));
	struct cw_field *fields;
	struct cw_schema *to;

	if (from->type != CW_STRUCT) {
		cw_error_set(err, CW_ERR_INVALID, "Cannot list fields on non-struct type");
		return NULL;
	}
	to = cw_schema_copy_basics(memory, from, CW_STRUCT);
	fields = cw_batch_alloc(memory, from->n_fields * sizeof(*fields));
	if (from->n_fields)
		memcpy(fields, from->fields, from->n_fields * sizeof(*fields));
	to->optional = from->optional;
	to->fields = fields;
	to->n_fields = from->n_fields;
	plan->to = to;
	plan->field = cw_schema_find(from, state->field);
	if (plan->field >= 0)
		fields[plan->field].schema = target_schema(state, from->fields[plan->field].schema);
	return convert_default(state, memory, plan, from, to, err) < 0 ? NULL : plan;
}

/* ---- records --------------------------------------------------------------------------------- */

static int convert_map(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	struct cw_map_edit edit;

	if (cw_require_map(value, PURPOSE, err) < 0)
		return -1;
	cw_map_edit_begin(&edit, batch, value, 1);
	if (convert(state, batch, NULL, cw_map_edit_at(&edit, state->field), err) < 0)
		return -1;
	*value = cw_map_edit_end(&edit);
	return 0;
}

static int convert_field(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	const struct plan *plan;

	if (value->type != CW_NULL && cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	plan = cw_schema_cache_get(state->cache, batch, value->schema, err);
	if (!plan)
		return -1;
	if (value->type != CW_NULL)
		return convert_struct(state, batch, plan, value, err);
	value->schema = plan->to;
	return 0;
}

static int convert_whole(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	const struct cw_schema *schema = value->schema;

	if (convert(state, batch, schema, value, err) < 0)
		return -1;
	value->schema = schema ? target_schema(state, schema) : NULL;
	return 0;
}

static enum cw_result apply(void *s, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = s;
	struct cw_value value = *cw_operating_value(record, state->key);
	int rc;

	if (!state->field.n || (!value.schema && value.type == CW_NULL))
		rc = convert_whole(state, batch, &value, err);
	else if (value.schema)
		rc = convert_field(state, batch, &value, err);
	else
		rc = convert_map(state, batch, &value, err);
	if (rc < 0)
		return CW_FAIL;
	cw_operating_set(record, state->key, value);
	return CW_OK;
}

/* ---- the plugins ----------------------------------------------------------------------------- */

/* The place of a word in a list that ends with NULL; it is one of them. */
static int place_of(const char *word, const char *const *words)
{
	int i = 0;

	while (words[i] && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static bool is_blank(const char *text)
{
	while (*text && (unsigned char)*text <= ' ')
		text++;
	return !*text;
}

static int check_format(const char *value, struct cw_error *err)
{
	struct cw_date_format *format;

	if (is_blank(value))
		return 0;
	format = cw_date_format_new(cw_slice_str(value), 0, NULL);
	if (!format)
		return cw_error_set(err, CW_ERR_INVALID, BAD_PATTERN "%s", value);
	cw_date_format_free(format);
	return 0;
}

static int set_target(struct state *state, struct cw_error *err)
{
	static const char *const precisions[] = { "seconds", "milliseconds", "microseconds", "nanoseconds", NULL };
	const struct config *config = state->config;
	struct cw_timestamp_target *target = &state->target;

	target->form = (enum cw_timestamp_form)place_of(config->target_type, forms);
	target->precision = (enum cw_unix_precision)place_of(config->precision, precisions);
	if (is_blank(config->format))
		return target->form != CW_FORM_STRING ? 0 :
			cw_error_set(err, CW_ERR_INVALID, "TimestampConverter requires format option to be specified "
							  "when using string timestamps");
	target->pattern = cw_slice_str(config->format);
	state->format = cw_date_format_new(target->pattern, cw_clock_epoch_ms(), NULL);
	if (!state->format)
		return cw_error_set(err, CW_ERR_INVALID, BAD_PATTERN "%s", config->format);
	target->format = state->format;
	return 0;
}

static void stop(void *s)
{
	struct state *state = s;

	cw_schema_cache_free(state->cache);
	cw_date_format_free(state->format);
	cw_buf_free(&state->scratch);
	free(state);
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	state->config = config;
	state->key = cw_operates_on_key(plugin);
	state->field = cw_slice_str(state->config->field);
	if (set_target(state, err) < 0) {
		stop(state);
		return CW_FAIL;
	}
	state->cache = cw_schema_cache_new(make_plan, state);
	*out = state;
	return CW_OK;
}

static const struct cw_config_def keys[] = {
	{ .name = "field", .type = CW_CONFIG_STRING, .default_value = "", .importance = CW_HIGH,
	  .doc = "The field with the time; without it the whole value is one.",
	  .offset = offsetof(struct config, field) },
	{ .name = "target.type", .type = CW_CONFIG_STRING, .flags = CW_CONFIG_REQUIRED,
	  .choices = "string,unix,Date,Time,Timestamp", .importance = CW_HIGH,
	  .doc = "What the time becomes: string, unix, Date, Time or Timestamp.",
	  .offset = offsetof(struct config, target_type) },
	{ .name = "format", .type = CW_CONFIG_STRING, .default_value = "", .importance = CW_MEDIUM,
	  .doc = "How a time is written in a string, as a pattern of java.text.SimpleDateFormat, for strings that come "
		 "in and for the target type string. The time zone is UTC unless the pattern has one.",
	  .check = check_format, .offset = offsetof(struct config, format) },
	{ .name = "unix.precision", .type = CW_CONFIG_STRING, .default_value = "milliseconds",
	  .choices = "nanoseconds,microseconds,milliseconds,seconds", .importance = CW_LOW,
	  .doc = "The unit of times that are numbers, coming in or going out: seconds, milliseconds, microseconds or "
		 "nanoseconds. Everything below a millisecond is lost.",
	  .offset = offsetof(struct config, precision) },
	CW_REPLACE_NULL_KEY(struct config),
};

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = start, .apply = apply, .stop = stop,
};

const struct cw_plugin cw_timestamp_converter_key_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "TimestampConverter$Key",
		      "Converts the key, or a field of it, between the forms that a time can have", keys, struct config),
	.transformation = &ops,
};
const struct cw_plugin cw_timestamp_converter_value_transform = {
	CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "TimestampConverter$Value",
		      "Converts the value, or a field of it, between the forms that a time can have", keys, struct config),
	.transformation = &ops,
};
