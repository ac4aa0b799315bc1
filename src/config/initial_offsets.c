#include "config/initial_offsets.h"

int cw_initial_offsets_parse(const json_t *value, json_t **list, struct cw_error *err)
{
	const json_t *inner = json_object_get(value, "offsets"), *array = json_is_object(value) ? inner : value, *entry;
	size_t i;

	*list = NULL;
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_array(array) || (inner && json_object_size(value) > 1))
		return cw_error_set(err, CW_ERR_INVALID, "\"initial_offsets\" must be an array of objects with \"partition\" "
				    "and \"offset\", or an object with such an array as \"offsets\"");
	json_array_foreach(array, i, entry)
		if (!json_is_object(entry))
			return cw_error_set(err, CW_ERR_INVALID, "\"initial_offsets\": the entry at %zu must be an object with "
					    "\"partition\" and \"offset\"", i);
	if (json_array_size(array) > 0)
		*list = json_deep_copy(array);
	return 0;
}
