/* Passwords in configs: never shown, and kept when what stands for them comes back. */
#include "herder/internal.h"

#include <string.h>

#include "base/hide.h"
#include "base/mem.h"
#include "config/secret.h"

#define HIDDEN "[hidden]"

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

/* The types of the settings of the plugin that the first n bytes of the key stand for; NULL: it is not known. */
static const json_t *types_of_part(const struct definitions *defs, const struct part *part, const char *key, size_t n)
{
	CW_AUTO_FREE char *class_key = cw_format("%.*s%s", (int)n, key, part->has_aliases ? ".type" : "");
	const char *given = json_string_value(json_object_get(defs->config, class_key));
	CW_AUTO_FREE char *name = NULL;

	if (!given)
		given = json_string_value(json_object_get(defs->named_in, class_key));
	if (!given)
		given = workers_class(defs->herder, part);
	name = given ? cw_trimmed(given) : NULL;
	return name ? cw_plugins_types_of(defs->herder, part->kind, name) : NULL;
}

/* An alias may have dots in it, so that a key may be that of two: then a password wins. */
static const char *type_in_part(const struct definitions *defs, const struct part *part, const char *key)
{
	const char *dot = key + strlen(part->name), *type = NULL;

	if (part->has_aliases)
		dot = strchr(dot + 1, '.');
	while (dot && (!type || strcmp(type, "PASSWORD") != 0)) {
		const json_t *types = types_of_part(defs, part, key, (size_t)(dot - key));
		const char *its = json_string_value(json_object_get(types, dot + 1));

		type = its ? its : type;
		dot = part->has_aliases ? strchr(dot + 1, '.') : NULL;
	}
	return type;
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

/* NULL: no definition is known. */
static const char *type_of(const struct definitions *defs, const char *key)
{
	const char *type = json_string_value(json_object_get(defs->types, key));
	const struct part *part = type ? NULL : part_of(key);

	return part ? type_in_part(defs, part, key) : type;
}

/* By its definition or, without one, by its name. What a config provider is asked for is no secret itself. */
static bool is_secret(const struct definitions *defs, const char *key, const char *value)
{
	const char *type;

	if (cw_secret_is_reference(value))
		return false;
	type = type_of(defs, key);
	return type ? strcmp(type, "PASSWORD") == 0 : cw_secret_by_name(key);
}

/* ---- configs -------------------------------------------------------------------------------------- */

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

		if (text && *text && is_secret(&defs, key, text))
			json_object_set_new(shown, key, json_string(HIDDEN));
	}
	return shown;
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

		if (!json_is_string(value) || strcmp(json_string_value(value), HIDDEN) != 0)
			continue;
		if (kept)
			json_object_set(config, key, kept);
		else if (is_secret(&defs, key, HIDDEN))
			return cw_error_set(err, CW_ERR_INVALID, "Invalid value " HIDDEN " for configuration %s: it stands for the "
					    "value that the connector has, which has none; give the value itself", key);
	}
	return 0;
}
