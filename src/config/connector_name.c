#include "config/connector_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define SHOWN 60u /* bytes of a name that cannot be */

/* The control characters of a name as Kafka lists them ("7, 10"): ISO control characters, as Java has them. */
static void list_controls(const char *name, struct cw_buf *out)
{
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		unsigned code = *p;

		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			code = *++p;
		else if (code >= 0x20 && code != 0x7f)
			continue;
		cw_buf_printf(out, "%s%u", out->n ? ", " : "", code);
	}
}

int cw_connector_name_check(const char *name, struct cw_error *err)
{
	struct cw_buf controls = { 0 };
	int ret = 0;

	list_controls(name, &controls);
	if (!name[strspn(name, " \t\r\n")])
		ret = cw_error_set(err, CW_ERR_INVALID, "String may not be empty");
	else if (strlen(name) > CW_CONNECTOR_NAME_MAX)
		ret = cw_error_set(err, CW_ERR_INVALID, "String may not be longer than %d bytes, and has %zu",
				   CW_CONNECTOR_NAME_MAX, strlen(name));
	else if (controls.n)
		ret = cw_error_set(err, CW_ERR_INVALID,
				   "String may not contain control sequences but had the following ASCII chars: %s", controls.p);
	else if (strchr(name, '/'))
		ret = cw_error_set(err, CW_ERR_INVALID, "String may not contain \"/\", which no request path could name");
	else if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		ret = cw_error_set(err, CW_ERR_INVALID,
				   "String may not be \".\" or \"..\", which no request path could name");
	cw_buf_free(&controls);
	return ret;
}

char *cw_connector_name_error(const char *name)
{
	struct cw_error reason = { 0 };
	char *shown, *error;

	if (cw_connector_name_check(name, &reason) == 0)
		return NULL;
	shown = cw_utf8_shortened(name, SHOWN);
	error = cw_format("Invalid value %s for configuration name: %s", shown, reason.text);
	free(shown);
	return error;
}
