/*
 * worker_variables - ${provider:[path:]key} in the worker's own config: whose business it is. Pure.
 *
 * Those in the settings of Kafka clients and converters are the hosts', which ask the config providers for themselves.
 * Those in the settings that the worker reads are asked for when it starts (config/worker_load.h). What a config
 * provider is found by has none.
 */
#ifndef CW_CONFIG_WORKER_VARIABLES_H
#define CW_CONFIG_WORKER_VARIABLES_H

#include "config/worker_config.h"

/* Whether the value of the key has a variable of a config provider that this config names. */
bool cw_worker_has_variable(const struct cw_map *raw, const char *key);
/* Whether the value of the key has a variable where there may be none: it is read before a config provider is asked. */
bool cw_worker_is_too_early(const struct cw_map *raw, const char *key);
/* Whether the key is for the Kafka clients or the converters alone. */
bool cw_worker_is_hosts(const struct cw_config_def *row);

/* Sets those with a variable in *own that the worker reads itself. */
void cw_worker_own_variables(const struct cw_map *raw, struct cw_map *own);
/*
 * Checks what such a setting stands for. 0, or -1 with *err: a sentence with the text that the config has, `shown`, and
 * with nothing of the value, which may be a secret.
 */
int cw_worker_own_check(const char *key, const char *shown, const char *value, struct cw_error *err);

#endif
