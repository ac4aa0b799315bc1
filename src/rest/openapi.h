/*
 * openapi - the OpenAPI 3.0 description of the API: schemas/openapi-base.json, which people write, with
 * the paths, which come from the route table.
 */
#ifndef CW_REST_OPENAPI_H
#define CW_REST_OPENAPI_H

#include <jansson.h>

/* New, never NULL. `version` is that of the worker. */
json_t *cw_openapi_json(const char *version);

#endif
