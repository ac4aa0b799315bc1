/*
 * labels - keys of a connector's configuration that say what it belongs to: "label.team=search". The worker keeps them
 * and nobody else reads them; clients choose connectors by them. Pure.
 */
#ifndef CW_CONFIG_LABELS_H
#define CW_CONFIG_LABELS_H

#include <stdbool.h>

#include "connect-worker/connector.h"

#define CW_LABEL_PREFIX "label."

/* Of "team" in "label.team": letters, digits, ".", "_", "-" and "/", one at least. 0, or -1 with *err: the reason. */
int cw_label_check_name(const char *name, struct cw_error *err);
/* Anything without a comma or a control character, since labels are asked for as "team=search,env=prod". */
int cw_label_check_value(const char *value, struct cw_error *err);
/* Whether the key is that of a label. */
bool cw_is_label(const char *key);

#endif
