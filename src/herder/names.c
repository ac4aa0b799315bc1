#include "herder/names.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

char *cw_connector_name_error(const char *name)
{
	struct cw_buf codes = { 0 };
	char *error = NULL;

	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			cw_buf_printf(&codes, "%s%d", codes.n ? ", " : "", (unsigned char)*p);
	if (!*name)
		error = cw_strdup("Invalid value  for configuration name: String may not be empty");
	else if (codes.n > 0)
		error = cw_format("Invalid value for configuration name: String may not contain control sequences but "
				  "had the following ASCII chars: %s",
				  codes.p);
	else if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/'))
		error = cw_format("Invalid value %s for configuration name: a connector name may not be \".\" or "
				  "\"..\" nor contain \"/\", because no REST path could reach it",
				  name);
	cw_buf_free(&codes);
	return error;
}
