/* overrides - producer.override.*, consumer.override.* and admin.override.* of connectors, and who may use them. */
#ifndef CW_CONFIG_OVERRIDES_H
#define CW_CONFIG_OVERRIDES_H

#include "config/worker_config.h"

enum cw_override_kind { CW_OVERRIDE_PRODUCER = 0, CW_OVERRIDE_CONSUMER, CW_OVERRIDE_ADMIN, CW_OVERRIDE_KINDS };

/* "producer.override." … */
const char *cw_override_prefix(enum cw_override_kind kind);
/* The setting that a key is for, within the key, with *kind (NULL: not asked for); NULL: it is no such key. */
const char *cw_override_setting(const char *key, enum cw_override_kind *kind);
/* Whether the worker's connector.client.config.override.policy lets connectors have this setting. */
bool cw_override_allowed(const struct cw_worker_config *worker, const char *setting);
/* "The 'None' policy does not allow …": new. */
char *cw_override_refusal(const struct cw_worker_config *worker, const char *key, const char *setting);

#endif
