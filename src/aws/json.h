/* json - answers in JSON. */
#ifndef CW_AWS_JSON_H
#define CW_AWS_JSON_H

#include <jansson.h>

/* A text of an object; NULL when there is none. */
const char *cw_aws_json_text(const json_t *object, const char *key);

#endif
