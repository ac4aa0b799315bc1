/* openapi - the OpenAPI description of the API: schemas/openapi.yaml as JSON, made by the build. */
#ifndef CW_REST_OPENAPI_H
#define CW_REST_OPENAPI_H

/* New. */
char *cw_openapi_json(void);

#endif
