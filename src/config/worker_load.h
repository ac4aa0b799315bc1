/*
 * worker_load - the worker's .properties file: reading it, finding out what the variables in the worker's own settings
 * stand for, and everything that can be found wrong with it.
 */
#ifndef CW_CONFIG_WORKER_LOAD_H
#define CW_CONFIG_WORKER_LOAD_H

#include "config/worker_config.h"

/* What config providers say. Start as { 0 }. */
struct cw_worker_answers {
	struct cw_map values; /* what the settings stand for, by key */
	struct cw_map failed; /* by key: why that cannot be known */
	struct cw_map told;   /* by what variables stand for: the variables, as for cw_hide() */
};

void cw_worker_answers_free(struct cw_worker_answers *answers); /* overwrites them first */

/*
 * Asks for what some of the worker's settings (`asked`, by key) stand for; `known` has the defaults in place of them.
 * 0, or -1 with *err: nobody can be asked.
 */
typedef int cw_worker_ask_fn(void *arg, const struct cw_worker_config *known, const struct cw_map *asked,
			     struct cw_worker_answers *answers, struct cw_error *err);

/*
 * Loads and checks a file. Every error is reported, one sentence a line in *errors (new array of
 * strings); unknown keys and keys without effect here are sentences in *warnings (new).
 * 0, or -1 when there are errors (then *out is not to be used). `path` NULL: all defaults.
 *
 * ask() is called once, when a setting that the worker reads itself has a variable and nothing else is wrong. No
 * sentence has what it answers in it.
 */
int cw_worker_config_load(const char *path, cw_worker_ask_fn *ask, void *arg, struct cw_worker_config *out,
			  json_t **errors, json_t **warnings);

#endif
