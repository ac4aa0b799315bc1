/* json_text - JSON of text that others wrote: plugins, servers, the names of files. Pure. */
#ifndef CW_BASE_JSON_TEXT_H
#define CW_BASE_JSON_TEXT_H

#include <stddef.h>

#include <jansson.h>

/* A string of any n bytes (p may be NULL when n is 0), as cw_buf_utf8() has them; new, never NULL. */
json_t *cw_json_from_text(const char *p, size_t n);
json_t *cw_json_from_str(const char *text);

#endif
