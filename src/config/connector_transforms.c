/*
 * The keys of transformations and predicates: transforms.ALIAS.type and the rest of each alias, defined and ordered
 * as Kafka Connect's ConnectorConfig.enrich() and ConfigDef.embed() do.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/validation.h"

/* What transformations and predicates differ in. */
struct sort {
	enum cw_plugin_kind kind;
	const char *list, *group, *name; /* "transforms", "Transforms", "Transformation" */
	const char *lower;
};

static const struct sort transformations = { CW_PLUGIN_TRANSFORMATION, "transforms", "Transforms", "Transformation",
					     "transformation" };
static const struct sort predicates = { CW_PLUGIN_PREDICATE, "predicates", "Predicates", "Predicate", "predicate" };

/* Every transformation has these, whatever its own table says of such names. */
static const struct cw_config_def implicit[] = {
	{ .name = "predicate", .importance = CW_MEDIUM, .offset = CW_CONFIG_NOT_STORED,
	  .doc = "The alias of a predicate used to determine whether to apply this transformation." },
	{ .name = "negate", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .importance = CW_MEDIUM,
	  .offset = CW_CONFIG_NOT_STORED, .doc = "Whether the configured predicate should be negated." },
};

#define IMPLICIT (sizeof(implicit) / sizeof(*implicit))

static bool in_list(const struct cw_list *list, const char *alias)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], alias) == 0)
			return true;
	return false;
}

/* ---- the order of a plugin's keys ------------------------------------------------------------ */

struct row {
	struct cw_config_def def;
	int group; /* the place of its group in the table; 0: none */
};

/* As ConfigDef.sortedConfigs(): groups, places, keys without a default first, importance, names. */
static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	bool a_required = a->def.flags & CW_CONFIG_REQUIRED, b_required = b->def.flags & CW_CONFIG_REQUIRED;

	if (a->group != b->group)
		return a->group - b->group;
	if (a->def.order != b->def.order)
		return a->def.order - b->def.order;
	if (a_required != b_required)
		return a_required ? -1 : 1;
	if (a->def.importance != b->def.importance)
		return (int)a->def.importance - (int)b->def.importance;
	return strcmp(a->def.name, b->def.name);
}

static int group_of(const struct row *rows, size_t n, const char *group)
{
	int most = 0;

	for (size_t i = 0; i < n; i++) {
		if (group && rows[i].def.group && strcmp(rows[i].def.group, group) == 0)
			return rows[i].group;
		if (rows[i].group > most)
			most = rows[i].group;
	}
	return group ? most + 1 : 0;
}

/* The plugin's rows and the implicit ones, in Kafka's order; new. */
static struct row *sorted_rows(const struct cw_plugin *plugin, bool with_implicit, size_t *n)
{
	struct cw_config_table table = cw_plugin_table(plugin);
	struct row *rows = cw_alloc((table.n + IMPLICIT) * sizeof(*rows));

	*n = 0;
	for (size_t i = 0; i < table.n; i++) {
		struct row *row = &rows[*n];

		cw_config_table_at(table, i, &row->def);
		if (with_implicit && (strcmp(row->def.name, implicit[0].name) == 0 ||
				      strcmp(row->def.name, implicit[1].name) == 0))
			continue;
		row->group = group_of(rows, *n, row->def.group);
		if (row->def.group && row->def.order == 0)
			row->def.order = cw_config_order_in_group(table, i);
		(*n)++;
	}
	for (size_t i = 0; i < IMPLICIT && with_implicit; i++)
		rows[(*n)++].def = implicit[i];
	qsort(rows, *n, sizeof(*rows), compare_rows);
	return rows;
}

/* ---- one alias ------------------------------------------------------------------------------- */

static char *prefixed_list(const char *prefix, const char *list)
{
	CW_AUTO_FREE char *copy = cw_strdup(list);
	struct cw_buf out = { 0 };
	char *rest = copy, *item;

	while ((item = strsep(&rest, ",")) != NULL)
		cw_buf_printf(&out, "%s%s%s", out.n ? "," : "", prefix, item);
	return cw_buf_take(&out);
}

/* Adds a row under the alias: its name and group get the alias's, its display name stays. */
static void embed(struct cw_validation *v, const char *prefix, const char *group, struct cw_config_def def, int order)
{
	if (!def.display_name)
		def.display_name = def.name;
	def.name = cw_validation_own(v, cw_format("%s%s", prefix, def.name));
	def.group = def.group ? cw_validation_own(v, cw_format("%s: %s", group, def.group)) : group;
	if (def.dependents)
		def.dependents = cw_validation_own(v, prefixed_list(prefix, def.dependents));
	def.order = order;
	cw_validation_define(v, &def, order);
}

static void embed_type(struct cw_validation *v, const struct sort *sort, const char *alias, const char *prefix,
		       const char *group)
{
	struct cw_config_def type = {
		.name = "type", .type = CW_CONFIG_CLASS, .flags = CW_CONFIG_REQUIRED, .importance = CW_HIGH,
		.width = CW_WIDTH_LONG, .offset = CW_CONFIG_NOT_STORED,
		.doc = cw_validation_own(v, cw_format("Class for the '%s' %s.", alias, sort->lower)),
		.display_name = cw_validation_own(v, cw_format("%s type for %s", sort->name, alias)),
	};

	embed(v, prefix, group, type, 0);
}

static void embed_version(struct cw_validation *v, const struct sort *sort, const char *alias, const char *prefix,
			  const char *group, const struct cw_plugin *plugin)
{
	struct cw_config_def version = {
		.name = "plugin.version", .importance = CW_HIGH, .width = CW_WIDTH_LONG,
		.offset = CW_CONFIG_NOT_STORED, .default_value = plugin ? plugin->version : NULL,
		.doc = cw_validation_own(v, cw_format("Version of the '%s' %s.", alias, sort->lower)),
		.display_name = cw_validation_own(v, cw_format("%s version for %s", sort->name, alias)),
	};
	CW_AUTO_FREE char *key = cw_format("%splugin.version", prefix);

	embed(v, prefix, group, version, 1);
	cw_validation_find(v, key)->version_of = plugin;
}

/* transforms.A.predicate and transforms.A.negate. */
static void check_predicate(struct cw_validation *v, const char *prefix, const char *type_key)
{
	CW_AUTO_FREE char *predicate = cw_format("%spredicate", prefix);
	CW_AUTO_FREE char *negate = cw_format("%snegate", prefix);
	const struct cw_validated *key = cw_validation_find(v, predicate);
	CW_AUTO_FREE char *alias = key && key->value ? cw_config_canonical(&key->def, key->value) : NULL;

	if (alias && !in_list(&v->predicates, alias))
		cw_validation_refuse(v, predicate, "predicates has no such alias");
	if (cw_map_get(v->config, negate) && !cw_map_get(v->config, predicate)) {
		CW_AUTO_FREE char *text = cw_format("Config '%s' was provided but there is no config '%s' defining a "
						    "predicate to be negated.", negate, predicate);

		cw_validation_add(v, type_key, text);
	}
}

static bool has_errors(const struct cw_validation *v, size_t from)
{
	for (size_t i = from; i < v->n; i++)
		if (json_array_size(v->keys[i].errors) > 0)
			return true;
	return false;
}

static void try_alias(struct cw_validation *v, const struct cw_plugin *plugin, const char *prefix, const char *type_key)
{
	struct cw_map settings = { 0 };

	cw_map_copy_prefixed(&settings, v->config, prefix);
	cw_validation_try(v, &(struct cw_trial){ .plugin = plugin, .settings = &settings, .prefix = prefix, .key = type_key });
	cw_map_free(&settings);
}

static void validate_alias(struct cw_validation *v, const struct sort *sort, const char *alias)
{
	char *prefix = cw_validation_own(v, cw_format("%s.%s.", sort->list, alias));
	char *group = cw_validation_own(v, cw_format("%s: %s", sort->group, alias));
	CW_AUTO_FREE char *type_key = cw_format("%stype", prefix);
	CW_AUTO_FREE char *version_key = cw_format("%splugin.version", prefix);
	bool is_transformation = sort->kind == CW_PLUGIN_TRANSFORMATION;
	const struct cw_plugin *plugin;
	size_t from = v->n, n;
	struct row *rows;

	embed_type(v, sort, alias, prefix, group);
	if (v->n == from)
		return; /* named a second time */
	cw_validation_check(v, from);
	plugin = cw_validation_plugin(v, sort->kind, type_key);
	embed_version(v, sort, alias, prefix, group, plugin);
	if (!plugin)
		return;
	cw_validation_check_version(v, plugin, version_key);
	rows = sorted_rows(plugin, is_transformation, &n);
	for (size_t i = 0; i < n; i++)
		embed(v, prefix, group, rows[i].def, (int)i + 2);
	free(rows);
	for (size_t i = from + 2; i < from + 2 + n; i++)
		cw_validation_check(v, i);
	if (is_transformation)
		check_predicate(v, prefix, type_key);
	if (!has_errors(v, from))
		try_alias(v, plugin, prefix, type_key);
}

void cw_validate_transforms(struct cw_validation *validation)
{
	for (size_t i = 0; i < validation->transforms.n; i++)
		if (*validation->transforms.items[i])
			validate_alias(validation, &transformations, validation->transforms.items[i]);
	for (size_t i = 0; i < validation->predicates.n; i++)
		if (*validation->predicates.items[i])
			validate_alias(validation, &predicates, validation->predicates.items[i]);
}

static void look_up(const struct cw_validation *validation, const char *key, const struct cw_list *aliases,
		    struct cw_alias_key *out)
{
	for (size_t i = 0; i < aliases->n; i++) {
		CW_AUTO_FREE char *prefix = cw_format("%s.%s.", out->list, aliases->items[i]);
		CW_AUTO_FREE char *type_key = cw_format("%stype", prefix);
		const struct cw_validated *type = cw_validation_find(validation, type_key);

		if (strncmp(key, prefix, strlen(prefix)) != 0)
			continue;
		out->has_alias = true;
		out->has_class = out->has_class || (type && type->resolved);
	}
}

bool cw_transforms_key(const struct cw_validation *validation, const char *key, struct cw_alias_key *out)
{
	static const struct sort *const sorts[] = { &transformations, &predicates };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(sorts[i]->list);

		if (strncmp(key, sorts[i]->list, n) != 0 || key[n] != '.')
			continue;
		*out = (struct cw_alias_key){ .list = sorts[i]->list };
		out->is_unclear = json_array_size(cw_validation_find(validation, out->list)->errors) > 0;
		look_up(validation, key, i == 0 ? &validation->transforms : &validation->predicates, out);
		return true;
	}
	return false;
}
