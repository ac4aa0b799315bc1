/*
 * preview_body - the body of a request for a preview: PreviewRequest of schemas/openapi.yaml. Pure.
 */
#ifndef CW_REST_PREVIEW_BODY_H
#define CW_REST_PREVIEW_BODY_H

#include <stdbool.h>

#include <jansson.h>

#include "connect-worker/connector.h"

/*
 * Whether it has the shape of one, as far as that can be told without its connector: 0, or -1 with *err. With
 * `needs_config` there is no connector whose config could be meant.
 */
int cw_preview_body_check(const json_t *body, bool needs_config, struct cw_error *err);

#endif
