/*
 * selector - which connectors are meant by their labels, as "team=search,env!=prod,owner,!old" says. Pure.
 *
 * All of its conditions, apart by commas, must hold: NAME=VALUE (or ==), NAME!=VALUE (another value, or none), NAME
 * (has this label), !NAME (has it not). A label is a key of the connector's configuration: config/labels.h.
 */
#ifndef CW_CTL_SELECTOR_H
#define CW_CTL_SELECTOR_H

#include <stdbool.h>

#include <jansson.h>

#include "connect-worker/connector.h"

/* 0, or -1 with *err: a sentence. */
int cw_selector_check(const char *selector, struct cw_error *err);
/* Of a selector that was checked. config: keys and texts. */
bool cw_selector_fits(const char *selector, const json_t *config);

#endif
