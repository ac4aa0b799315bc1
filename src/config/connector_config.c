#include "config/validation.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hide.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "config/secret.h"
#include "config/version_range.h"

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

	if (!entry)
		entry = add_key(validation, &(struct cw_config_def){ .name = cw_validation_own(validation, cw_strdup(key)),
								      .offset = CW_CONFIG_NOT_STORED });
	return entry;
}

char *cw_validation_own(struct cw_validation *validation, char *text)
{
	validation->owned = cw_realloc(validation->owned, (validation->n_owned + 1) * sizeof(*validation->owned));
	validation->owned[validation->n_owned++] = text;
	return text;
}

const char *cw_validation_variable(const struct cw_validation *validation, const char *key)
{
	const char *raw = cw_map_get(validation->raw, key), *value = cw_map_get(validation->config, key);

	return raw && value && strcmp(raw, value) != 0 ? raw : NULL;
}

bool cw_validation_is_secret(const struct cw_validation *validation, const char *key)
{
	const struct cw_validated *entry = cw_validation_find(validation, key);

	if (cw_validation_variable(validation, key))
		return true;
	if (entry && (entry->defined || entry->def.type == CW_CONFIG_PASSWORD))
		return entry->def.type == CW_CONFIG_PASSWORD;
	return cw_secret_by_name(key);
}

void cw_validation_warn(struct cw_validation *validation, const char *key, const char *fmt, ...)
{
	struct cw_validated *entry = cw_validation_key(validation, key);
	CW_AUTO_FREE char *shown = NULL;
	struct cw_buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	cw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	shown = cw_hide_userinfo(text.p);
	json_array_append_new(validation->warnings, cw_json_from_str(shown));
	if (!entry->warnings)
		entry->warnings = json_array();
	json_array_append_new(entry->warnings, cw_json_from_str(shown));
	cw_buf_free(&text);
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* A text without the secrets of this config, and without users of URLs. New. */
static char *clean_text(const struct cw_validation *validation, const char *text)
{
	char *clean = cw_hide_userinfo(text);

	for (size_t i = 0; i < validation->config->n; i++) {
		CW_AUTO_FREE char *secret = cw_trimmed(validation->config->entries[i].value);
		char *at;

		if (strlen(secret) < CW_HIDE_MIN || !cw_validation_is_secret(validation,
				validation->config->entries[i].key) ||
		    strstr("[hidden]", secret))
			continue;
		while ((at = strstr(clean, secret)) != NULL) {
			char *shorter = cw_format("%.*s[hidden]%s", (int)(at - clean), clean, at + strlen(secret));

			free(clean);
			clean = shorter;
		}
	}
	return clean;
}

void cw_validation_add(struct cw_validation *validation, const char *key, const char *text)
{
	CW_AUTO_FREE char *clean = clean_text(validation, text);

	json_array_append_new(cw_validation_key(validation, key)->errors, cw_json_from_str(clean));
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
	const char *value = cw_map_get(validation->config, key), *variable = cw_validation_variable(validation, key);
	CW_AUTO_FREE char *text = NULL;

	if (variable)
		value = variable;
	else if (cw_validation_is_secret(validation, key))
		value = "[hidden]";
	text = cw_format("Invalid value %s for configuration %s: %s", value ? value : "null", key, reason);

	cw_validation_add(validation, key, text);
}

size_t cw_validated_errors(const struct cw_validated *key)
{
	size_t n = json_array_size(key->errors);

	return key->counts_once && n > 1 ? 1 : n;
}

int cw_validation_error_count(const struct cw_validation *validation)
{
	size_t n = 0;

	for (size_t i = 0; i < validation->n; i++)
		n += cw_validated_errors(&validation->keys[i]);
	return (int)n;
}

/* ---- the keys one by one --------------------------------------------------------------------- */

void cw_validation_check(struct cw_validation *validation, size_t i)
{
	struct cw_config_def def = validation->keys[i].def;
	const char *value = validation->keys[i].value;
	const char *failure = validation->failed ? cw_map_get(validation->failed, def.name) : NULL;
	struct cw_error err = { 0 }, second = { 0 };

	if (failure) {
		cw_validation_invalid(validation, def.name, failure);
		return;
	}
	/* What a provider gave is not shown, however long it is; a number is no secret. */
	if (cw_validation_variable(validation, def.name) && (def.type == CW_CONFIG_STRING || def.type == CW_CONFIG_CLASS))
		def.type = CW_CONFIG_PASSWORD;
	if (cw_config_check(&def, value, &err) == 0)
		return;
	cw_validation_add(validation, def.name, err.text);
	if (cw_config_follow_up(&def, value, &second))
		cw_validation_add(validation, def.name, second.text);
}

struct cw_config_table cw_plugin_table(const struct cw_plugin *plugin)
{
	return (struct cw_config_table){ plugin->config, plugin->n_config, plugin->config_def_size };
}

int cw_config_order_in_group(struct cw_config_table table, size_t i)
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

void cw_config_adapt(const struct cw_plugin *plugin, const struct cw_worker_config *worker, struct cw_config_def *def)
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

struct cw_validated *cw_validation_define(struct cw_validation *validation, const struct cw_config_def *def, int order)
{
	struct cw_validated *key;

	if (cw_validation_find(validation, def->name))
		return NULL;
	key = add_key(validation, def);
	key->defined = true;
	key->order = order;
	return key;
}

/* Adds a table's rows; a key that is there already (a plugin repeats one of the framework's) stays as it is. */
static void add_table(struct cw_validation *validation, struct cw_config_table table)
{
	size_t from = validation->n, to;
	struct cw_config_def def;

	for (size_t i = 0; i < table.n; i++) {
		cw_config_table_at(table, i, &def);
		cw_config_adapt(validation->plugin, validation->worker, &def);
		cw_validation_define(validation, &def, cw_config_order_in_group(table, i));
	}
	to = validation->n;
	for (size_t i = from; i < to; i++)
		cw_validation_check(validation, i);
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
	struct cw_config_table table = cw_plugin_table(plugin);
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

/* ---- other plugins --------------------------------------------------------------------------- */

/* A class that is there, but is something else. NULL: none. */
static const struct cw_plugin *find_other_kind(const struct cw_plugin_finder *finder, const char *asked)
{
	const struct cw_plugin *plugin = NULL;

	for (int kind = CW_PLUGIN_TRANSFORMATION; kind <= CW_PLUGIN_HEADER_CONVERTER && !plugin; kind++)
		plugin = finder->find(finder->arg, (enum cw_plugin_kind)kind, asked);
	return plugin;
}

static const char *simple_name(const char *class_name)
{
	const char *dot = strrchr(class_name, '.');

	return dot ? dot + 1 : class_name;
}

/* The class that was most likely meant, of those that come with the worker; NULL: none. */
static const char *suggest_class(const struct cw_plugin_finder *finder, enum cw_plugin_kind kind, const char *asked)
{
	struct cw_nearest nearest = { .name = simple_name(asked) };
	const struct cw_plugin *plugin;

	for (size_t i = 0; (plugin = finder->at(finder->arg, kind, i)) != NULL; i++) {
		const char *name = simple_name(plugin->class_name), *part = strchr(name, '$');

		if (part && strcmp(part, "$Value") == 0 && strlen(nearest.name) == (size_t)(part - name) &&
		    strncmp(name, nearest.name, (size_t)(part - name)) == 0)
			return plugin->class_name;
		cw_nearest_offer(&nearest, name);
	}
	for (size_t i = 0; nearest.best && (plugin = finder->at(finder->arg, kind, i)) != NULL; i++)
		if (simple_name(plugin->class_name) == nearest.best)
			return plugin->class_name;
	return NULL;
}

/* Kafka's sentence for a class that is not what the key asks for. */
static void refuse_class(struct cw_validation *validation, struct cw_validated *entry, const char *asked)
{
	static const char *const interfaces[] = {
		[CW_PLUGIN_TRANSFORMATION] = "Transformation", [CW_PLUGIN_PREDICATE] = "Predicate",
		[CW_PLUGIN_CONVERTER] = "Converter", [CW_PLUGIN_HEADER_CONVERTER] = "HeaderConverter",
	};
	const struct cw_plugin *other = find_other_kind(validation->finder, asked);
	const char *meant = other ? NULL : suggest_class(validation->finder, entry->class_of, asked);
	CW_AUTO_FREE char *text = NULL;

	entry->is_wrong_class = true;
	if (other)
		text = cw_format("Invalid value %s for configuration %s: Class %s does not implement the %s interface", asked,
				 entry->def.name, other->class_name, interfaces[entry->class_of]);
	else
		text = cw_format("Invalid value %s for configuration %s: Class %s could not be found.%s%s%s", asked,
				 entry->def.name, asked, meant ? " Did you mean " : "", meant ? meant : "",
				 meant ? "?" : "");
	cw_validation_add(validation, entry->def.name, text);
}

const struct cw_plugin *cw_validation_plugin(struct cw_validation *validation, enum cw_plugin_kind kind,
					     const char *key)
{
	const struct cw_plugin_finder *finder = validation->finder;
	struct cw_validated *entry = cw_validation_find(validation, key);
	const char *value = entry->value ? entry->value : entry->def.default_value;
	CW_AUTO_FREE char *asked = cw_config_canonical(&entry->def, value);
	const struct cw_plugin *plugin;

	entry->class_of = kind;
	if (!asked || !finder)
		return NULL;
	plugin = finder->find(finder->arg, kind, asked);
	if (plugin)
		entry->resolved = plugin->class_name;
	else
		refuse_class(validation, entry, asked);
	return plugin;
}

void cw_validation_check_version(struct cw_validation *validation, const struct cw_plugin *plugin, const char *key)
{
	const char *range = cw_map_get(validation->config, key);
	int in;

	if (!plugin || !range)
		return;
	in = cw_version_in_range(plugin->version, range);
	if (in < 0) {
		cw_validation_refuse(validation, key, "Not a version or a range of versions, as 1.2 or [1.0,2.0)");
	} else if (in == 0) {
		CW_AUTO_FREE char *reason = cw_format("This worker has version %s of %s", plugin->version,
						      plugin->class_name);

		cw_validation_refuse(validation, key, reason);
	}
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* The aliases of the config; one that is no list has its error already. */
static void read_aliases(struct cw_validation *validation)
{
	static const struct cw_config_def lists[] = {
		{ .name = "transforms", .type = CW_CONFIG_LIST, .offset = offsetof(struct cw_validation, transforms) },
		{ .name = "predicates", .type = CW_CONFIG_LIST, .offset = offsetof(struct cw_validation, predicates) },
		{ .name = "topic.creation.groups", .type = CW_CONFIG_LIST,
		  .offset = offsetof(struct cw_validation, topic_groups) },
	};
	struct cw_config_table table = { lists, sizeof(lists) / sizeof(*lists), sizeof(*lists) };

	cw_config_fill(table, validation->config, validation, &validation->aliases, NULL);
}

struct cw_validation *cw_validate(const struct cw_validation_request *request)
{
	struct cw_validation *validation = cw_alloc(sizeof(*validation));
	const struct cw_plugin *plugin = request->plugin;
	const char *class_name = cw_map_get(request->config, "connector.class");

	*validation = (struct cw_validation){ .config = request->config, .failed = request->failed, .plugin = plugin,
					      .ctx = request->ctx,
					      .raw = request->raw ? request->raw : request->config,
					      .worker = request->worker, .finder = request->finder,
					      .kind = (enum cw_plugin_kind)(plugin ? plugin->kind : 0),
					      .warnings = json_array() };
	read_aliases(validation);
	add_table(validation, cw_connector_table(validation->kind));
	cw_validate_transforms(validation);
	if (plugin)
		add_table(validation, cw_plugin_table(plugin));
	else if (class_name && *class_name)
		cw_validation_refuse(validation, "connector.class",
				     "Failed to find any class that implements Connector and which name matches it; "
				     "GET /connector-plugins lists the connectors of this worker");
	cw_validate_topic_creation(validation);
	cw_validate_overrides(validation);
	cw_validate_converters(validation);
	cw_validate_labels(validation);
	cw_validate_rules(validation);
	if (plugin)
		ask_plugin(validation, request->ctx);
	return validation;
}

void cw_validation_free(struct cw_validation *validation)
{
	if (!validation)
		return;
	for (size_t i = 0; i < validation->n; i++) {
		json_decref(validation->keys[i].errors);
		json_decref(validation->keys[i].warnings);
	}
	for (size_t i = 0; i < validation->n_owned; i++)
		free(validation->owned[i]);
	free(validation->owned);
	free(validation->keys);
	cw_config_memory_free(validation->aliases);
	json_decref(validation->warnings);
	free(validation);
}
