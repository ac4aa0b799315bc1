/* task_config - a task's configuration as the worker is told of it. Pure. */
#ifndef CW_HOST_TASK_CONFIG_H
#define CW_HOST_TASK_CONFIG_H

#include <jansson.h>

#include "base/map.h"
#include "connect-worker/connector.h"

/*
 * What a connector gave a task, with its own config's variables in place of what was made of them (`resolved` of
 * `raw`), which is told to nobody. New; NULL with *err when it has what JSON cannot have.
 */
json_t *cw_task_config_told(const struct cw_map *task, const struct cw_map *raw, const struct cw_map *resolved,
			    struct cw_error *err);

#endif
