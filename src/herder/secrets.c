/* Passwords in configs: never shown, and kept when what stands for them comes back. */
#include "herder/internal.h"

#include <string.h>

#include "base/mem.h"
#include "config/secret.h"

#define HIDDEN "[hidden]"

/* By its definition or, without one, by its name. What a config provider is asked for is no secret itself. */
static bool is_secret(const json_t *types, const char *key, const char *value)
{
	const char *type = json_string_value(json_object_get(types, key));

	if (cw_secret_is_reference(value))
		return false;
	return type ? strcmp(type, "PASSWORD") == 0 : cw_secret_by_name(key);
}

json_t *cw_secrets_hide(const struct cw_herder *herder, const char *class_name, const json_t *config)
{
	const json_t *types = cw_plugins_types(herder, class_name);
	json_t *shown = json_copy((json_t *)(uintptr_t)config), *value;
	const char *key;

	if (!herder->config->rest_hide_passwords)
		return shown;
	json_object_foreach((json_t *)(uintptr_t)config, key, value) {
		const char *text = json_string_value(value);

		if (text && *text && is_secret(types, key, text))
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
	const json_t *types = cw_plugins_types(herder, class_name);
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(config, next, key, value) {
		json_t *kept = stored ? json_object_get(stored->config, key) : NULL;

		if (!json_is_string(value) || strcmp(json_string_value(value), HIDDEN) != 0)
			continue;
		if (kept)
			json_object_set(config, key, kept);
		else if (is_secret(types, key, HIDDEN))
			return cw_error_set(err, CW_ERR_INVALID, "Invalid value " HIDDEN " for configuration %s: it stands for the "
					    "value that the connector has, which has none; give the value itself", key);
	}
	return 0;
}
