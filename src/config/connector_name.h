/* connector_name - the names that a connector may have: those of Kafka Connect that a path of REST can hold. Pure. */
#ifndef CW_CONFIG_CONNECTOR_NAME_H
#define CW_CONFIG_CONNECTOR_NAME_H

#include "connect-worker/connector.h"

/* 0, or -1 with *err set to the reason alone. */
int cw_connector_name_check(const char *name, struct cw_error *err);
/* "Invalid value NAME for configuration name: REASON", new; NULL: nothing is wrong with it. */
char *cw_connector_name_error(const char *name);

#endif
