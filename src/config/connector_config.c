#include "config/validation.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "config/converter.h"

/* A shorter secret cannot be told from the words of a sentence. */
#define SECRET_MIN 4u

struct cw_validated *cw_validation_find(const struct cw_validation *validation, const char *key)
{
	for (size_t i = 0; i < validation->n; i++)
		if (strcmp(validation->keys[i].def.name, key) == 0)
			return &validation->keys[i];
	return NULL;
}

static struct cw_validated *add_key(struct cw_validation *validation, const struct cw_config_def *def)
{
	struct cw_validated *key;

	if (validation->n == validation->cap) {
		validation->cap = validation->cap ? validation->cap * 2 : 64;
		validation->keys = cw_realloc(validation->keys, validation->cap * sizeof(*validation->keys));
	}
	key = &validation->keys[validation->n++];
	*key = (struct cw_validated){ .def = *def, .value = cw_map_get(validation->config, def->name),
				      .errors = json_array() };
	return key;
}

struct cw_validated *cw_validation_key(struct cw_validation *validation, const char *key)
{
	struct cw_validated *entry = cw_validation_find(validation, key);

	if (!entry) {
		entry = add_key(validation, &(struct cw_config_def){ .name = cw_strdup(key),
								      .offset = CW_CONFIG_NOT_STORED });
		entry->owns_name = true;
	}
	return entry;
}

bool cw_validation_is_secret(const struct cw_validation *validation, const char *key)
{
	static const char *const words[] = { "password", "passphrase", "secret", "token", "jaas", "credential",
					     "api.key",
					     "ssl.key", "private" };
	const struct cw_validated *entry = cw_validation_find(validation, key);

	if (entry && entry->defined)
		return entry->def.type == CW_CONFIG_PASSWORD;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

void cw_validation_warn(struct cw_validation *validation, const char *fmt, ...)
{
	struct cw_buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	cw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	json_array_append_new(validation->warnings, json_stringn(text.p, text.n));
	cw_buf_free(&text);
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* An error's text without the secrets of this config, and as UTF-8 whatever a plugin wrote. New. */
static char *clean_text(const struct cw_validation *validation, const char *text)
{
	char *clean = cw_strdup(text);
	struct cw_buf valid = { 0 };

	for (size_t i = 0; i < validation->config->n; i++) {
		const char *secret = validation->config->entries[i].value;
		char *at;

		if (strlen(secret) < SECRET_MIN || !cw_validation_is_secret(validation,
				validation->config->entries[i].key) ||
		    strstr("[hidden]", secret))
			continue;
		while ((at = strstr(clean, secret)) != NULL) {
			char *shorter = cw_format("%.*s[hidden]%s", (int)(at - clean), clean, at + strlen(secret));

			free(clean);
			clean = shorter;
		}
	}
	for (const char *p = clean; *p;) {
		size_t n = cw_utf8_length(p, strlen(p));

		cw_buf_append(&valid, n ? p : "?", n ? n : 1);
		p += n ? n : 1;
	}
	free(clean);
	return cw_buf_take(&valid);
}

void cw_validation_add(struct cw_validation *validation, const char *key, const char *text)
{
	CW_AUTO_FREE char *clean = clean_text(validation, text);

	json_array_append_new(cw_validation_key(validation, key)->errors, json_string(clean));
}

void cw_validation_invalid(struct cw_validation *validation, const char *key, const char *message)
{
	CW_AUTO_FREE char *named = NULL;

	/* The message stands alone in the answer of a POST, so it must name its key. */
	if (!strstr(message, key))
		named = cw_format("Invalid configuration %s: %s", key, message);
	cw_validation_add(validation, key, named ? named : message);
}

void cw_validation_refuse(struct cw_validation *validation, const char *key, const char *reason)
{
	const char *value = cw_map_get(validation->config, key);
	CW_AUTO_FREE char *text = cw_format("Invalid value %s for configuration %s: %s",
					    cw_validation_is_secret(validation,
								    key) ? "[hidden]" : value ? value : "null",
					    key, reason);

	cw_validation_add(validation, key, text);
}

int cw_validation_error_count(const struct cw_validation *validation)
{
	size_t n = 0;

	for (size_t i = 0; i < validation->n; i++)
		n += json_array_size(validation->keys[i].errors);
	return (int)n;
}

/* ---- the keys one by one --------------------------------------------------------------------- */

static void check_key(struct cw_validation *validation, const struct cw_config_def *def)
{
	const char *value = cw_map_get(validation->config, def->name);
	struct cw_error err = { 0 }, second = { 0 };

	if (cw_config_check(def, value, &err) == 0)
		return;
	cw_validation_add(validation, def->name, err.text);
	if (cw_config_follow_up(def, value, &second))
		cw_validation_add(validation, def->name, second.text);
}

static struct cw_config_table plugin_table(const struct cw_plugin *plugin)
{
	return (struct cw_config_table){ plugin->config, plugin->n_config, plugin->config_def_size };
}

/* The place of row i among the rows of its group, from 1. */
static int order_in_group(struct cw_config_table table, size_t i)
{
	struct cw_config_def def, other;
	int order = 1;

	cw_config_table_at(table, i, &def);
	for (size_t k = 0; k < i; k++) {
		cw_config_table_at(table, k, &other);
		order += def.group && other.group && strcmp(def.group, other.group) == 0;
	}
	return order;
}

/* Definitions whose defaults depend on where and for what they are asked. */
static void adapt(const struct cw_plugin *plugin, const struct cw_worker_config *worker, struct cw_config_def *def)
{
	if (plugin && strcmp(def->name, "connector.plugin.version") == 0)
		def->default_value = plugin->version;
	if (!worker)
		return;
	if (strcmp(def->name, "key.converter") == 0)
		def->default_value = worker->key_converter;
	else if (strcmp(def->name, "value.converter") == 0)
		def->default_value = worker->value_converter;
	else if (strcmp(def->name, "header.converter") == 0)
		def->default_value = worker->header_converter;
}

/* Adds a table's rows; a key that is there already (a plugin repeats one of the framework's) stays as it is. */
static void add_table(struct cw_validation *validation, struct cw_config_table table)
{
	size_t from = validation->n, to;
	struct cw_config_def def;

	for (size_t i = 0; i < table.n; i++) {
		struct cw_validated *key;

		cw_config_table_at(table, i, &def);
		if (cw_validation_find(validation, def.name))
			continue;
		adapt(validation->plugin, validation->worker, &def);
		key = add_key(validation, &def);
		key->defined = true;
		key->order = order_in_group(table, i);
	}
	to = validation->n;
	for (size_t i = from; i < to; i++) {
		def = validation->keys[i].def;
		check_key(validation, &def);
	}
}

static bool has_errors(const struct cw_validation *validation, struct cw_config_table table)
{
	struct cw_config_def def;

	for (size_t i = 0; i < table.n; i++)
		if (json_array_size(cw_validation_find(validation, cw_config_table_at(table, i, &def)->name)->errors))
			return true;
	return false;
}

/* The plugin's own checks see a filled struct, so they wait until each key alone is right. */
static void ask_plugin(struct cw_validation *validation, const struct cw_context *ctx)
{
	const struct cw_plugin *plugin = validation->plugin;
	struct cw_config_table table = plugin_table(plugin);
	CW_AUTO_FREE void *config = NULL;
	struct cw_config_memory *memory;
	struct cw_error err = { 0 };

	if (!plugin->connector || !plugin->connector->validate || has_errors(validation, table))
		return;
	config = cw_alloc(plugin->config_size);
	if (cw_config_fill(table, validation->config, config, &memory, &err) < 0) {
		cw_validation_invalid(validation, "connector.class", err.text);
		return;
	}
	plugin->connector->validate(ctx, config, validation);
	cw_config_memory_free(memory);
}

struct cw_validation *cw_validate_connector_for(const struct cw_map *config, const struct cw_plugin *plugin,
						const struct cw_context *ctx, const struct cw_worker_config *worker)
{
	struct cw_validation *validation = cw_alloc(sizeof(*validation));
	const char *class_name = cw_map_get(config, "connector.class");

	*validation = (struct cw_validation){ .config = config, .plugin = plugin, .worker = worker,
					      .kind = (enum cw_plugin_kind)(plugin ? plugin->kind : 0),
					      .warnings = json_array() };
	add_table(validation, cw_connector_table(validation->kind));
	if (plugin)
		add_table(validation, plugin_table(plugin));
	else if (class_name && *class_name)
		cw_validation_refuse(validation, "connector.class",
				     "Failed to find any class that implements Connector and which name matches it; "
				     "GET /connector-plugins lists the connectors of this worker");
	cw_validate_rules(validation);
	if (plugin)
		ask_plugin(validation, ctx);
	return validation;
}

struct cw_validation *cw_validate_connector(const struct cw_map *config, const struct cw_plugin *plugin,
					    const struct cw_context *ctx)
{
	return cw_validate_connector_for(config, plugin, ctx, NULL);
}

void cw_validation_free(struct cw_validation *validation)
{
	if (!validation)
		return;
	for (size_t i = 0; i < validation->n; i++) {
		if (validation->keys[i].owns_name)
			free((char *)validation->keys[i].def.name);
		json_decref(validation->keys[i].errors);
	}
	free(validation->keys);
	json_decref(validation->warnings);
	free(validation);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static json_t *recommended(const struct cw_validation *validation, const struct cw_validated *key)
{
	if (!key->defined)
		return json_array();
	if (key->def.check == cw_converter_check)
		return json_pack("[s, s]", CW_STRING_CONVERTER, CW_BYTE_ARRAY_CONVERTER);
	if (key->def.check == cw_header_converter_check)
		return json_pack("[s]", CW_SIMPLE_HEADER_CONVERTER);
	if (validation->plugin && strcmp(key->def.name, "connector.plugin.version") == 0)
		return json_pack("[s]", validation->plugin->version);
	return json_array();
}

static json_t *value_json(const struct cw_validation *validation, const struct cw_validated *key)
{
	CW_AUTO_FREE char *value = NULL;
	json_t *object = json_object();

	if (key->defined)
		value = cw_config_canonical(&key->def, key->value ? key->value : key->def.default_value);
	else
		value = cw_strdup(key->value && cw_validation_is_secret(validation,
									key->def.name) ? "[hidden]" : key->value);
	json_object_set_new(object, "name", json_string(key->def.name));
	json_object_set_new(object, "value", value ? json_string(value) : json_null());
	json_object_set_new(object, "recommended_values", recommended(validation, key));
	json_object_set(object, "errors", key->errors);
	json_object_set_new(object, "visible", json_true());
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

static void append_table(json_t *array, struct cw_config_table table, const struct cw_plugin *plugin)
{
	struct cw_config_def def;

	for (size_t i = 0; i < table.n; i++) {
		cw_config_table_at(table, i, &def);
		adapt(plugin, NULL, &def);
		json_array_append_new(array, cw_config_def_to_json(&def, order_in_group(table, i)));
	}
}

json_t *cw_plugin_config_to_json(const struct cw_plugin *plugin)
{
	json_t *array = json_array();

	append_table(array, plugin_table(plugin), plugin);
	append_table(array, cw_connector_table((enum cw_plugin_kind)plugin->kind), plugin);
	return array;
}
