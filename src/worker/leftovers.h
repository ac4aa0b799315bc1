/*
 * leftovers - what a state file remembers of records that an embedded broker of an earlier run had, and that are gone
 * with it: sources go on behind them, and a bounded one is COMPLETED with nothing in its topic.
 */
#ifndef CW_WORKER_LEFTOVERS_H
#define CW_WORKER_LEFTOVERS_H

#include "connect-worker/connector.h"

/* Sentences for a person who starts an embedded broker with this state file: new. NULL: it has no offsets, or *err. */
char *cw_leftovers(const char *state_file, struct cw_error *err);

#endif
