#include "host/task_config.h"

#include <string.h>

#include "base/utf8.h"

static json_t *to_json(const struct cw_map *config, struct cw_error *err)
{
	for (size_t i = 0; i < config->n; i++) {
		const char *key = config->entries[i].key, *value = config->entries[i].value;

		if (cw_utf8_valid(key, strlen(key)) && cw_utf8_valid(value, strlen(value)))
			continue;
		cw_error_set(err, CW_ERR_FATAL, "the connector gives a task the setting %s, whose name or value is not UTF-8",
			     key);
		return NULL;
	}
	return cw_map_to_json(config);
}

json_t *cw_task_config_told(const struct cw_map *task, const struct cw_map *raw, const struct cw_map *resolved,
			    struct cw_error *err)
{
	struct cw_map config = { 0 };
	json_t *object;

	cw_map_copy(&config, task);
	for (size_t i = 0; i < raw->n; i++) {
		const char *key = raw->entries[i].key, *variable = raw->entries[i].value;
		const char *value = cw_map_get(resolved, key);

		if (value && strcmp(variable, value) != 0 && cw_map_get(&config, key))
			cw_map_set(&config, key, variable);
	}
	object = to_json(&config, err);
	cw_map_free(&config);
	return object;
}
