#include "rest/openapi.h"

#include "base/mem.h"

static const char text[] =
#include "rest/openapi.inc"
	;

char *cw_openapi_json(void)
{
	return cw_strdup(text);
}
