/*
 * converters - whether the converters that the worker's file names are there. As in Kafka Connect a worker does not
 * start without them: each connector that names none of its own would fail.
 */
#ifndef CW_WORKER_CONVERTERS_H
#define CW_WORKER_CONVERTERS_H

#include <jansson.h>

#include "config/worker_config.h"

/*
 * Adds a sentence to errors for each that cannot be found. Only for one that does not come with the worker a
 * short-lived connect-host is asked what is installed. 0, or -1 with *err set when the host itself does not work.
 */
int cw_converters_check(const struct cw_worker_config *config, const char *program, json_t *errors,
			struct cw_error *err);

#endif
