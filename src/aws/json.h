/* json - answers in JSON that have secrets in them. */
#ifndef CW_AWS_JSON_H
#define CW_AWS_JSON_H

#include <jansson.h>

/* A text of an object; NULL when there is none. */
const char *cw_aws_json_text(const json_t *object, const char *key);
/* Overwrites all texts in it, at any depth, and frees it; NULL is fine. It has one owner. */
void cw_aws_json_free(json_t *json);

#endif
