/* ReplaceField: fields are left out, kept or renamed. */
#include <stdlib.h>

#include "base/mem.h"
#include "data/schema.h"
#include "data/value.h"
#include "transform/edit.h"
#include "transform/map_builder.h"
#include "transform/operating.h"
#include "transform/record_transforms.h"
#include "transform/schema_cache.h"

#define PURPOSE "field replacement"

struct config {
	struct cw_list exclude, include, renames;
	bool replace_null;
};

struct names {
	struct cw_slice *items;
	size_t n;
};

struct rename {
	struct cw_slice from, to;
};

/* For one schema. */
struct plan {
	const struct cw_schema *to;
	const size_t *from; /* for each field of `to`, where it was */
	bool same_schema;
};

struct state {
	const struct config *config;
	bool key;
	struct names exclude, include;
	struct rename *renames;
	size_t n_renames;
	bool renames_clash; /* two fields get the same name */
	struct cw_schema_cache *schemas;
};

/* "from:to" as Java's split(":") takes it: colons at the end do not count. False when these are not two parts. */
static bool split_rename(struct cw_slice text, struct rename *rename)
{
	const char *colon;

	while (text.n && text.p[text.n - 1] == ':')
		text.n--;
	colon = text.n ? memchr(text.p, ':', text.n) : NULL;
	if (!colon)
		return false;
	rename->from = cw_slice(text.p, (size_t)(colon - text.p));
	rename->to = cw_slice(colon + 1, text.n - rename->from.n - 1);
	return !memchr(rename->to.p, ':', rename->to.n);
}

static int check_rename(struct cw_slice text, struct cw_error *err)
{
	struct rename rename;

	if (split_rename(text, &rename))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "Invalid rename mapping: %.*s", (int)text.n, text.p);
}

static int check_renames(const char *value, struct cw_error *err)
{
	static const char blanks[] = " \t\n\v\f\r";

	if (!*value)
		return 0;
	for (;;) {
		size_t n;

		value += strspn(value, blanks);
		n = strcspn(value, ",");
		while (n && strchr(blanks, value[n - 1]))
			n--;
		if (check_rename(cw_slice(value, n), err) < 0)
			return -1;
		value = strchr(value, ',');
		if (!value)
			return 0;
		value++;
	}
}

static const struct cw_config_def defs[] = {
	{ .name = "exclude",
	  .type = CW_CONFIG_LIST,
	  .flags = CW_CONFIG_EMPTY_ITEMS,
	  .default_value = "",
	  .importance = CW_MEDIUM,
	  .doc = "Fields that are left out, also where include names them.",
	  .offset = offsetof(struct config, exclude) },
	{ .name = "include",
	  .type = CW_CONFIG_LIST,
	  .flags = CW_CONFIG_EMPTY_ITEMS,
	  .default_value = "",
	  .importance = CW_MEDIUM,
	  .doc = "Fields that are kept, and no others; without it all are.",
	  .offset = offsetof(struct config, include) },
	{ .name = "renames",
	  .type = CW_CONFIG_LIST,
	  .flags = CW_CONFIG_EMPTY_ITEMS,
	  .default_value = "",
	  .check = check_renames,
	  .importance = CW_MEDIUM,
	  .doc = "Fields with another name for each: old:new,old:new. exclude and include are about the old names.",
	  .offset = offsetof(struct config, renames) },
	CW_REPLACE_NULL_KEY(struct config),
};

/* ---- names -------------------------------------------------------------------------------------- */

static bool has(const struct names *names, struct cw_slice name)
{
	for (size_t i = 0; i < names->n; i++)
		if (cw_slice_equal(names->items[i], name))
			return true;
	return false;
}

static bool is_kept(const struct state *state, struct cw_slice name)
{
	return !has(&state->exclude, name) && (state->include.n == 0 || has(&state->include, name));
}

static struct cw_slice new_name(const struct state *state, struct cw_slice name)
{
	for (size_t i = 0; i < state->n_renames; i++)
		if (cw_slice_equal(state->renames[i].from, name))
			return state->renames[i].to;
	return name;
}

static struct cw_slice old_name(const struct state *state, struct cw_slice name)
{
	for (size_t i = 0; i < state->n_renames; i++)
		if (cw_slice_equal(state->renames[i].to, name))
			return state->renames[i].from;
	return name;
}

static void read_names(const struct cw_list *list, struct names *names)
{
	names->items = cw_alloc((list->n ? list->n : 1) * sizeof(*names->items));
	names->n = list->n;
	for (size_t i = 0; i < list->n; i++)
		names->items[i] = cw_slice_str(list->items[i]);
}

/* A later rename of a field takes the place of an earlier one. */
static void read_renames(struct state *state)
{
	const struct cw_list *list = &state->config->renames;

	state->renames = cw_alloc((list->n ? list->n : 1) * sizeof(*state->renames));
	for (size_t i = 0; i < list->n; i++) {
		struct rename rename;
		size_t k = 0;

		split_rename(cw_slice_str(list->items[i]), &rename);
		while (k < state->n_renames && !cw_slice_equal(state->renames[k].from, rename.from))
			k++;
		state->renames[k] = rename;
		state->n_renames += k == state->n_renames;
	}
	for (size_t i = 0; i < state->n_renames; i++)
		for (size_t k = 0; k < i; k++)
			state->renames_clash |= cw_slice_equal(state->renames[i].to, state->renames[k].to);
}

/* ---- with schema -------------------------------------------------------------------------------- */

/*
 * Where a field of the new schema takes its value from: Kafka Connect goes back from its name, so that a field which
 * already had the name that another would get is not found.
 */
static int find_source(const struct state *state, const struct cw_schema *from, struct cw_slice name, size_t *at,
		       struct cw_error *err)
{
	struct cw_slice old = old_name(state, name);
	ptrdiff_t i = cw_schema_find(from, old);

	if (i < 0)
		return cw_error_set(err, CW_ERR_INVALID, "%.*s is not a valid field name", (int)old.n, old.p);
	*at = (size_t)i;
	return 0;
}

static int add_field(struct cw_schema *to, struct cw_field *fields, struct cw_slice name,
		     const struct cw_schema *schema, struct cw_error *err)
{
	if (name.n == 0)
		return cw_error_set(err, CW_ERR_INVALID, "fieldName cannot be null.");
	if (cw_schema_find(to, name) >= 0)
		return cw_error_set(err, CW_ERR_INVALID, "Cannot create field because of field name duplication %.*s",
				    (int)name.n, name.p);
	fields[to->n_fields].name = name;
	fields[to->n_fields++].schema = schema;
	return 0;
}

static const void *make_plan(void *context, struct cw_batch *memory, const struct cw_schema *from, struct cw_error *err)
{
	const struct state *state = context;
	struct plan *plan = cw_batch_alloc(memory, sizeof(*plan));
	struct cw_schema *to = cw_schema_copy_basics(memory, from, CW_STRUCT);
	struct cw_field *fields = cw_batch_alloc(memory, from->n_fields * sizeof(*fields));
	size_t *sources = cw_batch_alloc(memory, from->n_fields * sizeof(*sources));

	to->fields = fields;
	for (size_t i = 0; i < from->n_fields; i++) {
		const struct cw_field *field = &from->fields[i];

		if (is_kept(state, field->name) &&
		    add_field(to, fields, new_name(state, field->name), field->schema, err) < 0)
			return NULL;
	}
	for (size_t i = 0; i < to->n_fields; i++)
		if (find_source(state, from, fields[i].name, &sources[i], err) < 0)
			return NULL;
	plan->to = to;
	plan->from = sources;
	plan->same_schema = cw_schema_equal(to, from);
	return plan;
}

static int apply_with_schema(struct state *state, struct cw_batch *batch, struct cw_value *value, struct cw_error *err)
{
	const struct plan *plan;
	struct cw_value *items;

	if (cw_require_struct(value, PURPOSE, err) < 0)
		return -1;
	plan = cw_schema_cache_get(state->schemas, batch, value->schema, err);
	if (!plan)
		return -1;
	if (plan->same_schema && cw_struct_is_settled(value, state->config->replace_null))
		return 0;
	items = cw_batch_alloc(batch, plan->to->n_fields * sizeof(*items));
	for (size_t i = 0; i < plan->to->n_fields; i++) {
		cw_operating_field(value, plan->from[i], state->config->replace_null, &items[i]);
		items[i].schema = plan->to->fields[i].schema;
		if (cw_operating_put(&plan->to->fields[i], &items[i], err) < 0)
			return -1;
	}
	*value = cw_value_struct(plan->to, items);
	return 0;
}

/* ---- without ------------------------------------------------------------------------------------ */

/*
 * Whether another field of the map is renamed to this one's name. In Kafka Connect the order of a HashMap decides
 * which of them is lost; here it is the one that nobody named.
 */
static bool is_displaced(const struct state *state, const struct cw_value *map, struct cw_slice name)
{
	for (size_t i = 0; i < state->n_renames; i++) {
		const struct rename *rename = &state->renames[i];

		if (cw_slice_equal(rename->to, name) && !cw_slice_equal(rename->from, name) &&
		    is_kept(state, rename->from) && cw_value_map_get(map, rename->from))
			return true;
	}
	return false;
}

/* An entry that is kept, under its new name. */
static void put_entry(const struct state *state, const struct cw_value *map, const struct cw_entry *entry,
		      struct cw_map_builder *builder)
{
	struct cw_slice name = entry->key.u.bytes, renamed = new_name(state, name);

	if (!cw_slice_equal(name, renamed))
		cw_map_builder_put(builder, renamed, entry->value);
	else if (!is_displaced(state, map, name))
		cw_map_builder_append(builder, name, entry->value); /* nothing else has this name */
}

/* A new map, in which fields may have come together under one name. */
static void rebuild(const struct state *state, struct cw_batch *batch, struct cw_value *value)
{
	const struct cw_entry *entries = value->u.map.entries;
	struct cw_map_builder builder;

	cw_map_builder_init(&builder, batch, value->u.map.n);
	for (size_t i = 0; i < value->u.map.n; i++)
		if (is_kept(state, entries[i].key.u.bytes))
			put_entry(state, value, &entries[i], &builder);
	*value = cw_map_builder_map(&builder);
}

/* A map in which no two fields can get the same name. */
static void edit(const struct state *state, struct cw_batch *batch, struct cw_value *value)
{
	const struct cw_entry *from = value->u.map.entries;
	struct cw_entry *to = cw_map_edit_room(batch, value, 0);
	size_t n = 0;

	for (size_t i = 0; i < value->u.map.n; i++) {
		struct cw_slice name = from[i].key.u.bytes;

		if (!is_kept(state, name))
			continue;
		if (&to[n] != &from[i])
			to[n] = from[i];
		to[n++].key.u.bytes = new_name(state, name);
	}
	*value = cw_value_map(to, n);
}

/* What the names of a map's fields mean for it. */
struct look {
	bool changes; /* a field is left out or renamed */
	bool clashes; /* a field has the name that another may get */
};

static int look_at(const struct state *state, const struct cw_value *map, struct look *look, struct cw_error *err)
{
	*look = (struct look){ false, state->renames_clash };
	for (size_t i = 0; i < map->u.map.n; i++) {
		const struct cw_value *key = &map->u.map.entries[i].key;

		if (cw_require_string_key(key, err) < 0)
			return -1;
		look->changes = look->changes || !is_kept(state, key->u.bytes);
		for (size_t k = 0; k < state->n_renames; k++) {
			look->changes = look->changes || cw_slice_equal(state->renames[k].from, key->u.bytes);
			look->clashes = look->clashes || cw_slice_equal(state->renames[k].to, key->u.bytes);
		}
	}
	return 0;
}

static int apply_schemaless(const struct state *state, struct cw_batch *batch, struct cw_value *value,
			    struct cw_error *err)
{
	struct look look;

	if (cw_require_map(value, PURPOSE, err) < 0 || look_at(state, value, &look, err) < 0)
		return -1;
	if (look.clashes)
		rebuild(state, batch, value);
	else if (look.changes)
		edit(state, batch, value);
	return 0;
}

/* ---- the plugin --------------------------------------------------------------------------------- */

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    void **out, struct cw_error *err)
{
	struct state *state = cw_alloc(sizeof(*state));

	(void)ctx;
	(void)err;
	state->config = config;
	state->key = cw_operates_on_key(plugin);
	state->schemas = cw_schema_cache_new(make_plan, state);
	read_names(&state->config->exclude, &state->exclude);
	read_names(&state->config->include, &state->include);
	read_renames(state);
	*out = state;
	return CW_OK;
}

static void stop(void *context)
{
	struct state *state = context;

	cw_schema_cache_free(state->schemas);
	free(state->exclude.items);
	free(state->include.items);
	free(state->renames);
	free(state);
}

static enum cw_result apply(void *context, struct cw_batch *batch, struct cw_record *record, struct cw_error *err)
{
	struct state *state = context;
	struct cw_value *value = cw_operating_on(record, state->key);
	int rc;

	if (value->type == CW_NULL)
		return CW_OK;
	rc = value->schema ? apply_with_schema(state, batch, value, err) : apply_schemaless(state, batch, value, err);
	return rc < 0 ? CW_FAIL : CW_OK;
}

static const struct cw_transformation_ops ops = {
	.size = sizeof(ops), .flags = CW_TRANSFORMATION_NO_HEADERS | CW_TRANSFORMATION_EDITS,
	.start = start, .apply = apply, .stop = stop,
};

#define PLUGIN(part)                                                                                                 \
	{                                                                                                             \
		CW_OWN_PLUGIN(CW_PLUGIN_TRANSFORMATION, CW_TRANSFORMS_PACKAGE "ReplaceField$" part,                   \
			      "Leaves fields out, or keeps only some, and renames them.", defs, struct config),        \
			.transformation = &ops                                                                        \
	}

const struct cw_plugin cw_replace_field_key = PLUGIN("Key"), cw_replace_field_value = PLUGIN("Value");
