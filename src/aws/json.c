#include "aws/json.h"

const char *cw_aws_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}
