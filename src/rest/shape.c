#include "rest/shape.h"

const char *cw_shape_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_NULL:
		return "null";
	default:
		return "a boolean";
	}
}

int cw_shape_check_config(const json_t *config, const char *prefix, struct cw_error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)config, key, value)
		if (json_is_object(value) || json_is_array(value))
			return cw_error_set(err, CW_ERR_INVALID,
					    "Configuration values must be strings, numbers or booleans, but %s%s is %s",
					    prefix, key, cw_shape_name(value));
	return 0;
}
