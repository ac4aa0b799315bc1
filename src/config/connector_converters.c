/*
 * The keys of converters. A connector that names a converter of its own has all of its settings under that key, and
 * none of the worker's; one that does not has the worker's converter with the worker's settings.
 */
#include <string.h>

#include "base/mem.h"
#include "config/validation.h"

/* In the order in which Kafka Connect tells of them. */
static const struct converter {
	const char *key, *type;
	enum cw_plugin_kind kind;
	enum cw_converter_role role;
} converters[] = {
	{ "header.converter", "header", CW_PLUGIN_HEADER_CONVERTER, CW_CONVERT_HEADER },
	{ "key.converter", "key", CW_PLUGIN_CONVERTER, CW_CONVERT_KEY },
	{ "value.converter", "value", CW_PLUGIN_CONVERTER, CW_CONVERT_VALUE },
};

#define CONVERTERS (sizeof(converters) / sizeof(*converters))

const struct cw_config_def *cw_converter_type_def(void)
{
	static const struct cw_config_def type = {
		.name = CW_CONVERTER_TYPE, .flags = CW_CONFIG_REQUIRED, .choices = "key,value,header",
		.importance = CW_LOW, .offset = CW_CONFIG_NOT_STORED, .doc = "How this converter will be used.",
	};

	return &type;
}

/* config: the connector's, or the worker's. */
static void try_converter(struct cw_validation *v, const struct converter *converter, const struct cw_plugin *plugin,
			  const struct cw_map *config)
{
	CW_AUTO_FREE char *prefix = cw_format("%s.", converter->key);
	struct cw_map settings = { 0 };

	if (config)
		cw_map_copy_prefixed(&settings, config, prefix);
	cw_map_set(&settings, CW_CONVERTER_TYPE, converter->type);
	cw_validation_try(v, &(struct cw_trial){ .plugin = plugin, .role = converter->role, .settings = &settings,
						 .prefix = prefix, .key = converter->key, .class_key = config != v->config });
	cw_map_free(&settings);
}

/* ---- the connector's own --------------------------------------------------------------------- */

static void embed(struct cw_validation *v, const struct converter *converter, struct cw_config_def def, int order)
{
	struct cw_validated *key;

	if (!def.display_name)
		def.display_name = def.name;
	def.name = cw_validation_own(v, cw_format("%s.%s", converter->key, def.name));
	key = cw_validation_define(v, &def, order);
	if (!key)
		return;
	key->counts_once = true;
	if (!key->value && strcmp(def.name + strlen(converter->key) + 1, CW_CONVERTER_TYPE) == 0)
		key->value = converter->type;
}

static void validate_own(struct cw_validation *v, const struct converter *converter, const struct cw_plugin *plugin)
{
	struct cw_config_table table = cw_plugin_table(plugin);
	struct cw_config_def def;
	size_t from = v->n;
	bool wrong = false;

	if (plugin->kind == CW_PLUGIN_CONVERTER && !cw_config_table_find(table, CW_CONVERTER_TYPE, &def))
		embed(v, converter, *cw_converter_type_def(), 0);
	for (size_t i = 0; i < table.n; i++) {
		cw_config_table_at(table, i, &def);
		embed(v, converter, def, cw_config_order_in_group(table, i) - 1); /* Kafka's converters count from 0 */
	}
	for (size_t i = from; i < v->n; i++) {
		cw_validation_check(v, i);
		wrong = wrong || json_array_size(v->keys[i].errors) > 0;
	}
	if (!wrong)
		try_converter(v, converter, plugin, v->config);
}

/* ---- the worker's ---------------------------------------------------------------------------- */

/* What is wrong with the worker's settings is said of the class, which is what the connector can change. */
static void check_workers(struct cw_validation *v, const struct converter *converter, const struct cw_plugin *plugin)
{
	struct cw_config_table table = cw_plugin_table(plugin);
	struct cw_config_def def;
	bool wrong = false;

	for (size_t i = 0; i < table.n; i++) {
		struct cw_error err = { 0 };
		CW_AUTO_FREE char *key = NULL;
		const char *value;

		cw_config_table_at(table, i, &def);
		key = cw_format("%s.%s", converter->key, def.name);
		value = v->worker ? cw_map_get(&v->worker->raw, key) : NULL;
		if (!value && strcmp(def.name, CW_CONVERTER_TYPE) == 0)
			value = converter->type;
		def.name = key;
		if (cw_config_check(&def, value, &err) != 0) {
			CW_AUTO_FREE char *text = cw_format("%s (of the worker's converter %s)", err.text, plugin->class_name);

			cw_validation_add(v, converter->key, text);
			wrong = true;
		}
	}
	if (!wrong)
		try_converter(v, converter, plugin, v->worker ? &v->worker->raw : NULL);
}

/* ---- both ------------------------------------------------------------------------------------ */

void cw_validate_converters(struct cw_validation *validation)
{
	for (size_t i = 0; i < CONVERTERS; i++) {
		const struct converter *converter = &converters[i];
		const struct cw_plugin *plugin = cw_validation_plugin(validation, converter->kind, converter->key);
		CW_AUTO_FREE char *version = cw_format("%s.plugin.version", converter->key);

		if (!plugin)
			continue;
		cw_validation_check_version(validation, plugin, version);
		cw_validation_find(validation, version)->version_of = plugin;
		cw_validation_find(validation, version)->def.default_value = plugin->version;
		if (cw_validation_find(validation, converter->key)->value)
			validate_own(validation, converter, plugin);
		else
			check_workers(validation, converter, plugin);
	}
}

bool cw_converter_of(struct cw_validation *validation, const char *key, bool *known)
{
	for (size_t i = 0; i < CONVERTERS; i++) {
		const char *name = converters[i].key;
		const struct cw_validated *class_key;

		if (strncmp(key, name, strlen(name)) != 0 || key[strlen(name)] != '.')
			continue;
		class_key = cw_validation_find(validation, name);
		*known = class_key->value && class_key->resolved;
		if (!class_key->value)
			cw_validation_warn(validation, key, "%s has no effect: this config has no %s of its own", key, name);
		return true;
	}
	return false;
}
