#include "config/live_keys.h"

#include <string.h>

#include "config/labels.h"
#include "config/variables.h"

json_t *cw_live_changes(const json_t *from, const json_t *to)
{
	json_t *changes = json_object();
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)from, key, value)
		if (!json_object_get(to, key))
			json_object_set_new(changes, key, json_null());
	json_object_foreach((json_t *)(uintptr_t)to, key, value)
		if (!json_equal(json_object_get(from, key), value))
			json_object_set(changes, key, value);
	return changes;
}

static bool is_limit(const char *key)
{
	return strcmp(key, "rate.limit.records.per.second") == 0 || strcmp(key, "rate.limit.bytes.per.second") == 0;
}

bool cw_live_only(const json_t *changes)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)changes, key, value) {
		const char *text = json_string_value(value);
		struct cw_variable variable;

		if (!cw_is_label(key) && !(is_limit(key) && !(text && cw_variable_find(text, 0, &variable))))
			return false;
	}
	return true;
}

bool cw_live_labels_only(const json_t *changes)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)changes, key, value)
		if (!cw_is_label(key))
			return false;
	return true;
}

void cw_live_apply(json_t *config, const json_t *from, const json_t *changes)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)changes, key, value) {
		const json_t *had = json_object_get(from, key), *has = json_object_get(config, key);

		if (had != has && !json_equal(had, has))
			continue;
		if (json_is_null(value))
			json_object_del(config, key);
		else
			json_object_set(config, key, value);
	}
}
