/*
 * yaml - JSON values as YAML 1.2 in block style, as people read it and every YAML parser reads it back: text
 * that could be taken for something else is quoted, text of several lines is a literal block. Pure.
 */
#ifndef CW_CTL_YAML_H
#define CW_CTL_YAML_H

#include <jansson.h>

#include "base/buf.h"

void cw_yaml_put(struct cw_buf *out, const json_t *value); /* ends with a line end */

#endif
