/* Regex: what the named groups of a regular expression find in a text becomes fields. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/found.h"
#include "transform/map_builder.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/regex.h"
#include "transform/schema_cache.h"

#define PURPOSE "matching a regular expression"

enum operation { REPLACE, ADD, MOVE };

struct config {
	const char *pattern, *field, *operation;
	struct cw_found_config found;
};

/* For one schema of a struct whose field is matched: the schema with the groups in it. */
struct plan {
	const struct cw_schema *to;
	const ptrdiff_t *from; /* for each field of `to`, where it was; -1 - i: group i */
};

struct state {
	const struct config *config;
	bool key;
	enum operation operation;
	struct cw_slice field; /* p is NULL: the text is the whole */
	struct cw_regex *regex;
	const struct cw_regex_name *names;
	size_t n;
	struct cw_batch *memory;
	const struct cw_schema *schema; /* of the groups alone */
	struct cw_value *values;        /* of the text at hand, one for each group */
	struct cw_schema_cache *schemas;
};

/* ---- configuration ------------------------------------------------------------------------------ */

/* NULL with *err set to the reason. */
static struct cw_regex *compile(const char *pattern, struct cw_error *err)
{
	struct cw_error reason = { 0 };
	struct cw_regex *regex = cw_regex_compile(cw_slice_str(pattern), 0, &reason);
	size_t n;

	if (!regex) {
		cw_error_set(err, CW_ERR_INVALID, "is no regular expression: %.900s", reason.text);
		return NULL;
	}
	cw_regex_names(regex, &n);
	if (n)
		return regex;
	cw_error_set(err, CW_ERR_INVALID, "has no named group; write them as (?<name>\\S+)");
	cw_regex_free(regex);
	return NULL;
}

static int check_pattern(const char *value, struct cw_error *err)
{
	struct cw_regex *regex = compile(value, err);

	cw_regex_free(regex);
	return regex ? 0 : -1;
}

static const struct cw_config_def defs[] = {
	{ .name = "pattern",
	  .type = CW_CONFIG_STRING,
	  .flags = CW_CONFIG_REQUIRED,
	  .check = check_pattern,
	  .importance = CW_HIGH,
	  .doc = "Regular expression (PCRE2) with named groups, (?<name>…): each becomes a field of that name, a "
		 "string. It may match anywhere in the text unless ^ and $ hold it.",
	  .offset = offsetof(struct config, pattern) },
	{ .name = "field",
	  .type = CW_CONFIG_STRING,
	  .importance = CW_MEDIUM,
	  .doc = "The field of a struct or map that has the text. Without it the whole key or value is the text.",
	  .offset = offsetof(struct config, field) },
	{ .name = "operation",
	  .type = CW_CONFIG_STRING,
	  .default_value = "replace",
	  .choices = "replace,add,move",
	  .importance = CW_MEDIUM,
	  .doc = "replace: the groups take the place of the whole key or value; add: they are put beside the fields "
		 "that it has, and replace those of the same name; move: as add, and the field that had the text is "
		 "taken away. add and move need field.",
	  .offset = offsetof(struct config, operation) },
	CW_FOUND_OUTPUT_KEY(struct config, found),
	CW_FOUND_MISMATCH_KEY(struct config, found),
};

/* ---- schemas ------------------------------------------------------------------------------------ */

static ptrdiff_t find_group(const struct state *state, struct cw_slice name)
{
	return cw_schema_find(state->schema, name);
}

/* The fields as they were, with the groups in their places or behind them. */
static void merge(const struct state *state, const struct cw_schema *from, struct cw_schema *to,
		  struct cw_field *fields, ptrdiff_t *sources)
{
	for (size_t i = 0; i < from->n_fields; i++) {
		ptrdiff_t group = find_group(state, from->fields[i].name);

		if (group < 0 && state->operation == MOVE && cw_slice_equal(from->fields[i].name, state->field))
			continue;
		sources[to->n_fields] = group < 0 ? (ptrdiff_t)i : -1 - group;
		fields[to->n_fields++] = group < 0 ? from->fields[i] : state->schema->fields[group];
	}
	for (size_t i = 0; i < state->n; i++) {
		if (cw_schema_find(from, state->schema->fields[i].name) >= 0)
			continue;
		sources[to->n_fields] = -1 - (ptrdiff_t)i;
		fields[to->n_fields++] = state->schema->fields[i];
	}
}

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	const struct state *state = context;
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan));
	struct cw_schema *to = cw_schema_copy_basics(memory, from, CW_STRUCT);
	struct cw_field *fields = cw_batch_alloc(memory, (from->n_fields + state->n) * sizeof(*fields));
	ptrdiff_t *sources = cw_batch_alloc(memory, (from->n_fields + state->n) * sizeof(*sources));

	if (cw_schema_find(from, state->field) < 0) {
		cw_error_set(err, CW_ERR_INVALID, "Field does not exist: %s", state->config->field);
		return NULL;
	}
	merge(state, from, to, fields, sources);
	to->fields = fields;
	to->optional = from->optional;
	plan->to = to;
	plan->from = sources;
	return plan;
}

static const struct cw_schema *groups_schema(struct state *state)
{
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(state->memory, state->n, &fields);

	for (size_t i = 0; i < state->n; i++) {
		fields[i].name = cw_slice_str(state->names[i].name);
		fields[i].schema = cw_schema_of(CW_STRING, true);
	}
	return schema;
}

/* ---- start and stop ----------------------------------------------------------------------------- */

static void stop(void *context)
{
	struct state *state = context;

	cw_schema_cache_free(state->schemas);
	cw_memory_free(state->memory);
	cw_regex_free(state->regex);
	free(state->values);
	free(state);
}

static enum operation operation_of(const char *text)
{
	return text[0] == 'r' ? REPLACE : text[0] == 'a' ? ADD : MOVE;
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	const struct config *c = config;
	struct cw_regex *regex;
	struct state *state;

	(void)ctx;
	if (operation_of(c->operation) != REPLACE && !c->field) {
		cw_error_set(err, CW_ERR_INVALID, "operation=%s needs field, the one that has the text", c->operation);
		return CW_FAIL;
	}
	regex = compile(c->pattern, err);
	if (!regex)
		return CW_FAIL;
	state = cw_alloc(sizeof(*state));
	state->config = c;
	state->key = cw_operates_on_key(plugin);
	state->operation = operation_of(c->operation);
	state->field = cw_slice_str(c->field);
	state->regex = regex;
	state->names = cw_regex_names(regex, &state->n);
	state->memory = cw_memory_new();
	state->schema = groups_schema(state);
	state->values = cw_alloc(state->n * sizeof(*state->values));
	state->schemas = cw_schema_cache_new(make_plan, state);
	*out = state;
	return CW_OK;
}

/* ---- records ------------------------------------------------------------------------------------ */

/* The value that has the text; NULL with the error. *plan is set for a field of a struct. */
static const struct cw_value *find_text(struct state *state, struct cw_batch *batch, const struct cw_value *value,
					const struct plan **plan, struct cw_error *err)
{
	const struct cw_value *text;

	*plan = NULL;
	if (!state->field.p)
		return value;
	if (!value->schema) {
		if (cw_require_map(value, PURPOSE, err) < 0)
			return NULL;
		text = cw_value_map_get(value, state->field);
		if (!text)
			cw_error_set(err, CW_ERR_INVALID, "Field does not exist: %s", state->config->field);
		return text;
	}
	if (cw_require_struct(value, PURPOSE, err) < 0)
		return NULL;
	*plan = cw_schema_cache_get(state->schemas, batch, value->schema, err);
	return *plan ? cw_value_field(value, state->field) : NULL;
}

static void read_groups(struct state *state)
{
	for (size_t i = 0; i < state->n; i++) {
		struct cw_slice found = cw_regex_group(state->regex, state->names[i].group);

		state->values[i] = found.p ? cw_value_string(found) : cw_value_null();
	}
}

static struct cw_value into_struct(const struct state *state, struct cw_batch *batch, const struct plan *plan,
				   const struct cw_value *value)
{
	struct cw_value *items = cw_batch_alloc(batch, plan->to->n_fields * sizeof(*items));

	for (size_t i = 0; i < plan->to->n_fields; i++) {
		ptrdiff_t from = plan->from[i];

		items[i] = from < 0 ? state->values[-1 - from] : value->u.array.items[from];
		items[i].schema = plan->to->fields[i].schema;
	}
	return cw_value_struct(plan->to, items);
}

static int into_map(const struct state *state, struct cw_batch *batch, const struct cw_value *value,
		    struct cw_value *out, struct cw_error *err)
{
	struct cw_map_builder builder;

	cw_map_builder_init(&builder, batch, value->u.map.n + state->n);
	for (size_t i = 0; i < value->u.map.n; i++) {
		const struct cw_entry *entry = &value->u.map.entries[i];

		if (cw_require_string_key(&entry->key, err) < 0)
			return -1;
		if (state->operation == MOVE && cw_slice_equal(entry->key.u.bytes, state->field))
			continue;
		cw_map_builder_put(&builder, entry->key.u.bytes, entry->value);
	}
	for (size_t i = 0; i < state->n; i++)
		if (state->values[i].type != CW_NULL)
			cw_map_builder_put(&builder, state->schema->fields[i].name, state->values[i]);
	*out = cw_map_builder_map(&builder);
	return 0;
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	const struct cw_found_config *found = &state->config->found;
	const struct cw_value *value = cw_operating_value(record, state->key), *source;
	const struct plan *plan;
	struct cw_value out;
	struct cw_slice text;
	int rc;

	if (value->type == CW_NULL)
		return CW_OK;
	source = find_text(state, batch, value, &plan, err);
	if (!source)
		return CW_FAIL;
	if (source->type == CW_NULL)
		return cw_found_mismatch(found, err, "There is no text to match in field %s", state->config->field);
	if (cw_found_text(source, PURPOSE, &text, err) < 0)
		return CW_FAIL;
	rc = cw_regex_match(state->regex, text, err);
	if (rc < 0)
		return CW_FAIL;
	if (rc == 0)
		return cw_found_mismatch(found, err, "The text does not match the pattern %.400s",
					 state->config->pattern);
	read_groups(state);
	if (state->operation == REPLACE)
		out = cw_found_make(batch, state->schema, state->values, cw_found_as_struct(found, source));
	else if (plan)
		out = into_struct(state, batch, plan, value);
	else if (into_map(state, batch, value, &out, err) < 0)
		return CW_FAIL;
	cw_operating_set(record, state->key, out);
	return CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS, .start = start, .apply = apply, .stop = stop,
};

#define PLUGIN(part)                                                                                                 \
	{                                                                                                             \
		CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_OUR_TRANSFORMS_PACKAGE "Regex$" part,                      \
			      "Takes a text apart by a regular expression: its named groups become fields.", defs,     \
			      struct config),                                                                         \
			.transformation = &ops                                                                        \
	}

const struct cw_plugin cw_regex_key = PLUGIN("Key"), cw_regex_value = PLUGIN("Value");
