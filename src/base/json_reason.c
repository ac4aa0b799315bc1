#include "base/json_reason.h"

#include <string.h>

const char *cw_json_reason(json_error_t *at)
{
	char *quoted = strstr(at->text, " near ");

	if (json_error_code(at) == json_error_null_character)
		return "a NUL character (\\u0000) is not allowed";
	if (quoted)
		*quoted = '\0';
	return at->text;
}
