/* Passwords in configs: never shown, and kept when what stands for them comes back. */
#include "herder/internal.h"

#include <string.h>
#include <strings.h>

#include "base/hide.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "config/connector_config.h"
#include "config/labels.h"
#include "config/overrides.h"
#include "config/secret.h"
#include "config/topic_groups.h"

#define HIDDEN CW_HIDDEN
#define VALUE_SHOWN 200u /* bytes of one, in an error */

/* Settings of other plugins in a connector's config: "value.converter." and "transforms.A." begin their keys. */
static const struct part {
	const char *name;
	enum cw_plugin_kind kind;
	bool has_aliases;
} parts[] = {
	{ "key.converter", CW_PLUGIN_CONVERTER, false },
	{ "value.converter", CW_PLUGIN_CONVERTER, false },
	{ "header.converter", CW_PLUGIN_HEADER_CONVERTER, false },
	{ "transforms", CW_PLUGIN_TRANSFORMATION, true },
	{ "predicates", CW_PLUGIN_PREDICATE, true },
};

#define PARTS (sizeof(parts) / sizeof(*parts))

struct finding {
	const char *type; /* NULL: no definition is known */
	bool is_unclear;  /* since the plugin is not known that may have one */
};

/* Where a key may be defined. */
struct definitions {
	const struct cw_herder *herder;
	const json_t *types; /* of the connector; NULL: it is not known */
	const json_t *config, *named_in; /* see cw_secrets_hide() */
};

/* ---- definitions ---------------------------------------------------------------------------------- */

/* A connector without a converter of its own has the worker's, and may have given settings to that. */
static const char *workers_class(const struct cw_herder *herder, const struct part *part)
{
	const struct cw_worker_config *config = herder->config;
	const char *const classes[PARTS] = { config->key_converter, config->value_converter, config->header_converter };

	return classes[part - parts];
}

/* The class of the plugin that the first n bytes of the key stand for; NULL: nobody names one. New. */
static char *class_of_part(const struct definitions *defs, const struct part *part, const char *key, size_t n)
{
	CW_AUTO_FREE char *class_key = cw_format("%.*s%s", (int)n, key, part->has_aliases ? ".type" : "");
	const char *given = json_string_value(json_object_get(defs->config, class_key));

	if (!given)
		given = json_string_value(json_object_get(defs->named_in, class_key));
	if (!given)
		given = workers_class(defs->herder, part);
	return given ? cw_trimmed(given) : NULL;
}

/* What the framework itself asks of every converter, transformation and predicate. */
static bool is_in_every_part(const char *setting)
{
	static const char *const settings[] = { "type", "predicate", "negate", "plugin.version", "converter.type" };

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (strcmp(setting, settings[i]) == 0)
			return true;
	return false;
}

static bool is_password(const char *type)
{
	return type && strcmp(type, "PASSWORD") == 0;
}

/* An alias may have dots in it, so that a key may be that of two: then a password wins. */
static struct finding find_in_part(const struct definitions *defs, const struct part *part, const char *key)
{
	const char *dot = key + strlen(part->name);
	struct finding found = { 0 };

	if (part->has_aliases)
		dot = strchr(dot + 1, '.');
	while (dot && !is_password(found.type)) {
		CW_AUTO_FREE char *name = class_of_part(defs, part, key, (size_t)(dot - key));
		const json_t *types = name ? cw_plugins_types_of(defs->herder, part->kind, name) : NULL;
		const char *type = json_string_value(json_object_get(types, dot + 1));

		found.type = type ? type : found.type;
		found.is_unclear = found.is_unclear || (name && !types);
		if (is_in_every_part(dot + 1))
			return (struct finding){ 0 };
		dot = part->has_aliases ? strchr(dot + 1, '.') : NULL;
	}
	return found;
}

static const struct part *part_of(const char *key)
{
	for (size_t i = 0; i < PARTS; i++) {
		size_t n = strlen(parts[i].name);

		if (strncmp(key, parts[i].name, n) == 0 && key[n] == '.')
			return &parts[i];
	}
	return NULL;
}

/* Of every connector, of whatever class. */
static bool is_frameworks(const char *key)
{
	struct cw_config_def def;

	return cw_config_table_find(cw_connector_table(CW_PLUGIN_SOURCE), key, &def) ||
	       cw_config_table_find(cw_connector_table(CW_PLUGIN_SINK), key, &def) || cw_override_setting(key, NULL) ||
	       cw_is_label(key) || strncmp(key, CW_TOPIC_CREATION, strlen(CW_TOPIC_CREATION)) == 0;
}

static struct finding find(const struct definitions *defs, const char *key)
{
	const char *type = json_string_value(json_object_get(defs->types, key));
	const struct part *part = part_of(key);

	if (type)
		return (struct finding){ .type = type };
	if (part)
		return find_in_part(defs, part, key);
	return (struct finding){ .is_unclear = !defs->types && !is_frameworks(key) };
}

/* Which no password is. */
static bool is_harmless(const char *value)
{
	return strcasecmp(value, "true") == 0 || strcasecmp(value, "false") == 0;
}

/*
 * By its definition or, without one, by its name; but anything may be one while the plugin that it is for is not known.
 * What a config provider is asked for is no secret itself.
 */
static bool is_secret(const struct definitions *defs, const char *key, const char *value)
{
	struct finding found;

	if (cw_secret_is_reference(value))
		return false;
	found = find(defs, key);
	if (found.type)
		return is_password(found.type);
	return (found.is_unclear && !is_harmless(value)) || cw_secret_by_name(key);
}

/* ---- configs -------------------------------------------------------------------------------------- */

/* New. */
static json_t *shown_value(const struct definitions *defs, const char *key, const char *value)
{
	CW_AUTO_FREE char *shown = is_secret(defs, key, value) ? cw_strdup(HIDDEN) : cw_hide_userinfo(value);

	return json_string(shown);
}

json_t *cw_secrets_hide(const struct cw_herder *herder, const char *class_name, const json_t *config,
			const json_t *named_in)
{
	const struct definitions defs = { herder, cw_plugins_types(herder, class_name), config, named_in };
	json_t *shown = json_copy((json_t *)(uintptr_t)config), *value;
	const char *key;

	if (!herder->config->rest_hide_passwords)
		return shown;
	json_object_foreach((json_t *)(uintptr_t)config, key, value) {
		const char *text = json_string_value(value);

		if (text && *text)
			json_object_set_new(shown, key, shown_value(&defs, key, text));
	}
	return shown;
}

bool cw_secrets_are_clear(const struct cw_herder *herder, const char *class_name, const json_t *config)
{
	const struct definitions defs = { herder, cw_plugins_types(herder, class_name), config, NULL };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)config, key, value)
		if (find(&defs, key).is_unclear)
			return false;
	return true;
}

/* Whether the value is what answers show of a URL with a user, or of such a list. */
static bool is_shown_url(const char *value, const char *kept)
{
	CW_AUTO_FREE char *shown = kept ? cw_hide_userinfo(kept) : NULL;

	return shown && strcmp(shown, kept) != 0 && strcmp(shown, value) == 0;
}

/* Puts back one value. */
static int restore(const struct definitions *defs, json_t *config, const char *key, json_t *kept, struct cw_error *err)
{
	const char *text = json_string_value(json_object_get(config, key));
	CW_AUTO_FREE char *shown = cw_hide_userinfo(text), *shorter = cw_utf8_shortened(shown, VALUE_SHOWN);
	bool hidden = strcmp(text, HIDDEN) == 0;

	if (kept && (hidden || is_shown_url(text, json_string_value(kept))))
		json_object_set(config, key, kept);
	else if (hidden && is_secret(defs, key, HIDDEN))
		return cw_error_set(err, CW_ERR_INVALID, "Invalid value " HIDDEN " for configuration %s: it stands for the "
				    "value that the connector has, which has none; give the value itself", key);
	else if (strstr(text, "://" HIDDEN "@"))
		return cw_error_set(err, CW_ERR_INVALID, "Invalid value %s for configuration %s: " HIDDEN " stands for the "
				    "user of the URL that the connector has, which is not this one; give the user itself",
				    shorter, key);
	return 0;
}

/*
 * Whatever a key's type, "[hidden]" is never meant for what is stored: it may come from an answer of a worker that did
 * not know the type, or of one that knew another.
 */
int cw_secrets_restore(const struct cw_herder *herder, const struct cw_connector *stored, json_t *config,
		       struct cw_error *err)
{
	const char *class_name = json_string_value(json_object_get(config, "connector.class"));
	const struct definitions defs = { herder, cw_plugins_types(herder, class_name), config, NULL };
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(config, next, key, value) {
		json_t *kept = stored ? json_object_get(stored->config, key) : NULL;

		if (json_is_string(value) && restore(&defs, config, key, kept, err) < 0)
			return -1;
	}
	return 0;
}
