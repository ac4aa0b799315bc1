/* json_secret - JSON that has secrets in it. */
#ifndef CW_BASE_JSON_SECRET_H
#define CW_BASE_JSON_SECRET_H

#include <jansson.h>

/* Overwrites all texts in it, at any depth, and frees it; NULL is fine. It has one owner, and so has all in it. */
void cw_json_free_secret(json_t *json);

#endif
