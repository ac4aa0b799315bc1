#include "base/json_secret.h"

#include <stdint.h>
#include <string.h>

/* Depth is limited by jansson when it reads. */
static void wipe(json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_string(json))
		explicit_bzero((char *)(uintptr_t)json_string_value(json), json_string_length(json));
	json_object_foreach(json, key, value)
		wipe(value);
	json_array_foreach(json, i, value)
		wipe(value);
}

void cw_json_free_secret(json_t *json)
{
	if (json)
		wipe(json);
	json_decref(json);
}
