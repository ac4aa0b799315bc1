/*
 * worker_rest - what of the worker's file must fit together for REST to be safe: who can reach a listener, and
 * whether REST knows then who asks. Pure.
 */
#ifndef CW_CONFIG_WORKER_REST_H
#define CW_CONFIG_WORKER_REST_H

#include "config/worker_config.h"

/* Gets each finding: an error, or a warning, about a key. */
typedef void cw_rest_finding_fn(void *arg, bool is_error, const char *key, const char *text);

void cw_worker_rest_check(const struct cw_worker_config *config, cw_rest_finding_fn *found, void *arg);

/* Whether users or tokens are configured. (Client certificates are a matter of the listener.) */
bool cw_worker_rest_has_users(const struct cw_worker_config *config);

/* "0600" as a file mode without execution bits. 0, or -1 with *err. */
int cw_file_mode_parse(const char *text, unsigned *out, struct cw_error *err);
int cw_file_mode_check(const char *value, struct cw_error *err);

#endif
