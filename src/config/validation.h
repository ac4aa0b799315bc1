/*
 * validation - what the files of the connector validation share: the findings while they are made.
 * For connector_config.c and connector_rules.c only.
 */
#ifndef CW_CONFIG_VALIDATION_H
#define CW_CONFIG_VALIDATION_H

#include "config/connector_config.h"

/* One key of the answer. Keys without a definition come first in it. */
struct cw_validated {
	struct cw_config_def def; /* name borrowed from the table, or owned with owns_name */
	bool defined, owns_name;
	int order;
	const char *value;        /* as given, borrowed from the config; NULL: not given */
	json_t *errors;           /* array of sentences */
};

struct cw_validation {
	const struct cw_map *config;
	const struct cw_plugin *plugin; /* NULL: unknown class */
	const struct cw_worker_config *worker; /* NULL: all defaults */
	enum cw_plugin_kind kind;
	struct cw_validated *keys;
	size_t n, cap;
	json_t *warnings;
};

struct cw_validated *cw_validation_find(const struct cw_validation *validation, const char *key);
/* The key's entry; made without a definition when it has none. Borrowed until the next is made. */
struct cw_validated *cw_validation_key(struct cw_validation *validation, const char *key);
/* Adds a whole sentence as it stands, without the secrets of the config. */
void cw_validation_add(struct cw_validation *validation, const char *key, const char *text);
/* Adds "Invalid value V for configuration K: reason"; V is as it was given. */
void cw_validation_refuse(struct cw_validation *validation, const char *key, const char *reason);
void cw_validation_warn(struct cw_validation *validation, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A key whose value is a secret, by its definition or, without one, by its name. */
bool cw_validation_is_secret(const struct cw_validation *validation, const char *key);

/* Rules that span keys, and keys that have no row in a table. */
void cw_validate_rules(struct cw_validation *validation);

#endif
