/*
 * settings - what the variables in the worker's own settings stand for. Config providers are plugins, whose code does not
 * run in the worker: a short-lived connect-host asks them, and its answer comes through a pipe.
 */
#ifndef CW_WORKER_SETTINGS_H
#define CW_WORKER_SETTINGS_H

#include "config/worker_load.h"

/* As cw_worker_ask_fn is told to, by that connect-host. */
int cw_settings_ask(const char *program, const struct cw_worker_config *known, const struct cw_map *asked,
		    struct cw_worker_answers *answers, struct cw_error *err);

#endif
