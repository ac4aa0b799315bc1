/* What a validation found, as REST answers it; and the description of a plugin's keys. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hide.h"
#include "base/mem.h"
#include "config/validation.h"

static json_t *class_names(const struct cw_plugin_finder *finder, enum cw_plugin_kind kind)
{
	json_t *names = json_array();
	const struct cw_plugin *plugin;

	for (size_t i = 0; finder && (plugin = finder->at(finder->arg, kind, i)) != NULL; i++)
		json_array_append_new(names, json_string(plugin->class_name));
	return names;
}

static json_t *recommended(const struct cw_validation *validation, const struct cw_validated *key)
{
	if (key->class_of)
		return class_names(validation->finder, key->class_of);
	if (key->version_of)
		return json_pack("[s]", key->version_of->version);
	if (validation->plugin && strcmp(key->def.name, "connector.plugin.version") == 0)
		return json_pack("[s]", validation->plugin->version);
	return json_array();
}

static json_t *value_json(const struct cw_validation *validation, const struct cw_validated *key)
{
	CW_AUTO_FREE char *value = NULL, *shown = NULL;
	json_t *object = json_object();
	const char *variable = cw_validation_variable(validation, key->def.name);

	if (variable && key->def.type != CW_CONFIG_PASSWORD)
		value = cw_strdup(variable);
	else if (key->is_wrong_class)
		value = NULL;
	else if (key->resolved)
		value = cw_strdup(key->resolved);
	else if (key->defined)
		value = cw_config_canonical(&key->def, key->value ? key->value : key->def.default_value);
	else
		value = cw_strdup(key->value && cw_validation_is_secret(validation,
									key->def.name) ? "[hidden]" : key->value);
	shown = value ? cw_hide_userinfo(value) : NULL;
	json_object_set_new(object, "name", json_string(key->def.name));
	json_object_set_new(object, "value", shown ? json_string(shown) : json_null());
	json_object_set_new(object, "recommended_values", recommended(validation, key));
	json_object_set(object, "errors", key->errors);
	json_object_set_new(object, "visible", json_true());
	if (key->warnings)
		json_object_set(object, "warnings", key->warnings);
	return object;
}

static json_t *groups_json(const struct cw_validation *validation)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < validation->n; i++) {
		const char *group = validation->keys[i].def.group;
		bool known = group == NULL;

		for (size_t k = 0; k < json_array_size(groups) && !known; k++)
			known = strcmp(json_string_value(json_array_get(groups, k)), group) == 0;
		if (!known)
			json_array_append_new(groups, json_string(group));
	}
	return groups;
}

json_t *cw_validation_to_json(const struct cw_validation *validation)
{
	const char *class_name = cw_map_get(validation->config, "connector.class");
	json_t *object = json_object(), *configs = json_array();

	for (int defined = 0; defined < 2; defined++)
		for (size_t i = 0; i < validation->n; i++) {
			const struct cw_validated *key = &validation->keys[i];
			json_t *definition = key->defined ? cw_config_def_to_json(&key->def, key->order) : json_null();

			if ((int)key->defined == defined)
				json_array_append_new(configs, json_pack("{s:O, s:o}", "definition", definition,
						"value",
									 value_json(validation, key)));
			json_decref(definition);
		}
	json_object_set_new(object, "name", class_name ? json_string(class_name) : json_null());
	json_object_set_new(object, "error_count", json_integer(cw_validation_error_count(validation)));
	json_object_set_new(object, "groups", groups_json(validation));
	json_object_set_new(object, "configs", configs);
	json_object_set(object, "warnings", validation->warnings);
	return object;
}

char *cw_config_infos_message(const json_t *infos)
{
	struct cw_buf text = { 0 };
	size_t i, k;
	json_t *config, *error;

	cw_buf_printf(&text, "Connector configuration is invalid and contains the following %lld error(s):",
		      (long long)json_integer_value(json_object_get(infos, "error_count")));
	json_array_foreach(json_object_get(infos, "configs"), i, config)
		json_array_foreach(json_object_get(json_object_get(config, "value"), "errors"), k, error)
			cw_buf_printf(&text, "\n%s", json_string_value(error));
	cw_buf_puts(&text, "\nYou can also find the above list of errors at the endpoint "
			   "`/connector-plugins/{connectorType}/config/validate`");
	return cw_buf_take(&text);
}

char *cw_validation_message(const struct cw_validation *validation)
{
	json_t *infos = cw_validation_to_json(validation);
	char *text = cw_config_infos_message(infos);

	json_decref(infos);
	return text;
}

/* first: the order of the first row of a group */
static void append_table(json_t *array, struct cw_config_table table, const struct cw_plugin *plugin, int first)
{
	struct cw_config_def def;

	for (size_t i = 0; i < table.n; i++) {
		cw_config_table_at(table, i, &def);
		cw_config_adapt(plugin, NULL, &def);
		json_array_append_new(array, cw_config_def_to_json(&def, first + cw_config_order_in_group(table, i) - 1));
	}
}

json_t *cw_plugin_config_to_json(const struct cw_plugin *plugin)
{
	struct cw_config_table own = cw_plugin_table(plugin);
	struct cw_config_def def;
	json_t *array = json_array();

	if (plugin->kind == CW_PLUGIN_CONVERTER && !cw_config_table_find(own, CW_CONVERTER_TYPE, &def))
		json_array_append_new(array, cw_config_def_to_json(cw_converter_type_def(), 0));
	append_table(array, own, plugin, cw_is_converter(plugin) ? 0 : 1);
	if (plugin->kind == CW_PLUGIN_SOURCE || plugin->kind == CW_PLUGIN_SINK)
		append_table(array, cw_connector_table((enum cw_plugin_kind)plugin->kind), plugin, 1);
	return array;
}
