/*
 * initial_offsets - the field of a create form that says where a new connector begins: an array of
 * {"partition":…,"offset":…}, or an object with such an array as "offsets", as GET of a connector's offsets has it.
 * Pure; what the entries may be depends on the connector.
 */
#ifndef CW_CONFIG_INITIAL_OFFSETS_H
#define CW_CONFIG_INITIAL_OFFSETS_H

#include <jansson.h>

#include "connect-worker/connector.h"

/* *list: the array, new; NULL when there is nothing in it, or value is NULL or null. 0, or -1 with *err. */
int cw_initial_offsets_parse(const json_t *value, json_t **list, struct cw_error *err);

#endif
