/* shape - what is said of JSON that should have been something else. Pure. */
#ifndef CW_REST_SHAPE_H
#define CW_REST_SHAPE_H

#include <jansson.h>

#include "connect-worker/connector.h"

/* "an object", "a string" … */
const char *cw_shape_name(const json_t *value);
/*
 * The values of a configuration must be scalars or null; what null means is for the herder to say. `prefix` stands
 * before the key in the sentence. 0, or -1 with *err.
 */
int cw_shape_check_config(const json_t *config, const char *prefix, struct cw_error *err);

#endif
