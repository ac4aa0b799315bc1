/*
 * context - the workers that a person looks after, by name, in a file of properties: current=NAME, and for each
 * NAME.url, NAME.ca, NAME.cert, NAME.key, NAME.insecure, NAME.user, NAME.password, NAME.token.
 *
 * The file is written with mode 0600, and not read when it has secrets that others could read.
 */
#ifndef CW_CTL_CONTEXT_H
#define CW_CTL_CONTEXT_H

#include "ctl/ctl.h"

/* $WORKERCTL_CONFIG, or workerctl/config in $XDG_CONFIG_HOME or ~/.config: new. NULL: there is no home. */
char *cw_context_path(const struct cw_ctl *ctl);
/* *out is empty when there is no file. CW_CTL_OK, or said what is wrong. */
enum cw_ctl_exit cw_context_load(const struct cw_ctl *ctl, struct cw_map *out);
enum cw_ctl_exit cw_context_save(const struct cw_ctl *ctl, const struct cw_map *contexts);
/* Is there one of this name? */
bool cw_context_exists(const struct cw_map *contexts, const char *name);
/* The settings of one, without its name. */
void cw_context_get(const struct cw_map *contexts, const char *name, struct cw_map *out);
void cw_context_remove(struct cw_map *contexts, const char *name);
/* The names, sorted: new. */
json_t *cw_context_names(const struct cw_map *contexts);

/* What this command line speaks with, for cw_client_new(): options, environment, contexts. */
enum cw_ctl_exit cw_context_target(const struct cw_ctl *ctl, struct cw_map *out);
/* A text read from standard input: one line, without an echo when it is a terminal. New, or NULL. */
char *cw_context_read_secret(const struct cw_ctl *ctl, const char *prompt);
/* Sets what the options --server, --user, --ca, --cert, --key and --insecure say. */
void cw_context_take_options(const struct cw_ctl *ctl, struct cw_map *target);

#endif
