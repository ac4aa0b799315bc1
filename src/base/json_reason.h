/* json_reason - why a text is no JSON, for whoever wrote it. Pure. */
#ifndef CW_BASE_JSON_REASON_H
#define CW_BASE_JSON_REASON_H

#include <jansson.h>

/* Without the place, and without the text that jansson quotes, which might be a secret. Lives as long as *at. */
const char *cw_json_reason(json_error_t *at);

#endif
