/*
 * files - the connector files of the command line. They are read and validated before anything starts or
 * is written, so that a wrong one changes nothing; and applied once the worker runs.
 */
#ifndef CW_WORKER_FILES_H
#define CW_WORKER_FILES_H

#include <jansson.h>

#include "herder/herder.h"

struct cw_connector_files;

/* Every error is a sentence of its own in *errors (new array), with the file and, where it is known, the line. */
struct cw_connector_files *cw_connector_files_load(char *const *paths, int n, json_t **errors);
/* Asks a short-lived connect-host about each; errors are added. 0, or -1 when the host itself does not work. */
int cw_connector_files_validate(const struct cw_connector_files *files, const char *program,
				const struct cw_worker_config *config, json_t *errors, struct cw_error *err);
/* Like a PUT of each config. The first failure ends it: -1 with *err. Not on the herder's thread. */
int cw_connector_files_apply(const struct cw_connector_files *files, struct cw_herder *herder, struct cw_error *err);
void cw_connector_files_free(struct cw_connector_files *files);

#endif
