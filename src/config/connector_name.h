/* connector_name - the names that a connector may have: those of Kafka Connect that a path of REST can hold. Pure. */
#ifndef CW_CONFIG_CONNECTOR_NAME_H
#define CW_CONFIG_CONNECTOR_NAME_H

#include "connect-worker/connector.h"

/*
 * Bytes of UTF-8. Percent-encoded, each may be three: so every path of the connector fits into a request
 * (rest/exchange.h), a group and a client of it are within what Kafka takes, and a sentence has place for what it says of
 * the name.
 */
#define CW_CONNECTOR_NAME_MAX 512

/* 0, or -1 with *err set to the reason alone. */
int cw_connector_name_check(const char *name, struct cw_error *err);
/* "Invalid value NAME for configuration name: REASON", a long NAME cut, new; NULL: nothing is wrong with it. */
char *cw_connector_name_error(const char *name);

#endif
