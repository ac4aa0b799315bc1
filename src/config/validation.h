/*
 * validation - what the files of the connector validation share: the findings while they are made.
 * For the connector_*.c files and validation_answer.c only.
 */
#ifndef CW_CONFIG_VALIDATION_H
#define CW_CONFIG_VALIDATION_H

#include "config/connector_config.h"

/* One key of the answer. Keys without a definition come first in it. */
struct cw_validated {
	struct cw_config_def def; /* name borrowed from the table, or owned with owns_name */
	bool defined;
	bool counts_once;         /* however many errors it has, they count as one */
	int order;
	const char *value;        /* as given, borrowed from the config; NULL: not given */
	enum cw_plugin_kind class_of;       /* its value is a class of this kind; 0: it is none */
	const char *resolved;               /* the full name of that class, when it was found */
	bool is_wrong_class;                /* it was not: the key has no value */
	const struct cw_plugin *version_of; /* its value is a version of this plugin; NULL: it is none */
	json_t *errors;           /* array of sentences */
	json_t *warnings;         /* the same; NULL: none */
};

struct cw_validation {
	const struct cw_map *config, *raw, *failed; /* these as struct cw_validation_request has them; raw is never NULL */
	const struct cw_plugin *plugin;
	const struct cw_context *ctx; /* NULL: no plugin is asked */
	const struct cw_worker_config *worker;
	const struct cw_plugin_finder *finder;
	struct cw_list transforms, predicates, topic_groups; /* aliases */
	struct cw_config_memory *aliases;
	enum cw_plugin_kind kind;
	struct cw_validated *keys;
	size_t n, cap;
	char **owned; /* strings that the definitions point to */
	size_t n_owned;
	json_t *warnings;
};

struct cw_validated *cw_validation_find(const struct cw_validation *validation, const char *key);
/* The key's entry; made without a definition when it has none. Borrowed until the next is made. */
struct cw_validated *cw_validation_key(struct cw_validation *validation, const char *key);
/* Keeps a string until cw_validation_free(). */
char *cw_validation_own(struct cw_validation *validation, char *text);
/* A new key with this definition, not checked yet; NULL when there is one of that name. Borrowed like the above. */
struct cw_validated *cw_validation_define(struct cw_validation *validation, const struct cw_config_def *def, int order);
/* Checks key i against its definition. */
void cw_validation_check(struct cw_validation *validation, size_t i);
/* How many errors of it count. */
size_t cw_validated_errors(const struct cw_validated *key);

/*
 * The plugin that a key names, or that its default does; the key must be defined. NULL when it names none, or (an error
 * then, in Kafka's words) none that there is.
 */
const struct cw_plugin *cw_validation_plugin(struct cw_validation *validation, enum cw_plugin_kind kind,
					     const char *key);
/* The version that a key asks for, of a plugin (NULL: nothing to check). */
void cw_validation_check_version(struct cw_validation *validation, const struct cw_plugin *plugin, const char *key);

/* Adds a whole sentence as it stands, without the secrets of the config. */
void cw_validation_add(struct cw_validation *validation, const char *key, const char *text);
/* Adds "Invalid value V for configuration K: reason"; V is as it was given. */
void cw_validation_refuse(struct cw_validation *validation, const char *key, const char *reason);
/* A sentence about a key that is no error: the config is taken as it is. */
void cw_validation_warn(struct cw_validation *validation, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A key whose value is a secret, by its definition or, without one, by its name; or that has come from a provider. */
bool cw_validation_is_secret(const struct cw_validation *validation, const char *key);
/* The text with variables of a key, which is shown in place of what they stand for; NULL when it has none. */
const char *cw_validation_variable(const struct cw_validation *validation, const char *key);

/* connector_trial.c: a plugin that is no connector is started with its settings, and stopped. */
struct cw_trial {
	const struct cw_plugin *plugin;
	enum cw_converter_role role;   /* of a converter */
	const struct cw_map *settings; /* without the prefix, and each of them checked */
	const char *prefix;            /* of its keys in the config */
	const char *key;               /* has its class */
	bool class_key;                /* the settings are not the config's: all that is wrong is said of the class */
};
void cw_validation_try(struct cw_validation *validation, const struct cw_trial *trial);

/* connector_transforms.c: the keys of transformations and predicates. */
void cw_validate_transforms(struct cw_validation *validation);
/* Of a key such as transforms.A.regex: whether its list has the alias, and whether the class of that was found. */
struct cw_alias_key {
	const char *list; /* "transforms" or "predicates" */
	bool has_alias, has_class;
	bool is_unclear; /* the list itself is wrong: nobody knows which aliases were meant */
};
/* Whether the key is such a one. */
bool cw_transforms_key(const struct cw_validation *validation, const char *key, struct cw_alias_key *out);
/* connector_converters.c: converters of the connector and of the worker, and their keys. */
void cw_validate_converters(struct cw_validation *validation);
/* Whether the key is a setting of a converter that this config names; *known is whether that class was found. */
bool cw_converter_of(struct cw_validation *validation, const char *key, bool *known);
/* connector_topics.c: the keys of the groups of topic.creation.groups. */
void cw_validate_topic_creation(struct cw_validation *validation);
/* Of a key topic.creation.* that is none of these. */
void cw_topic_creation_no_effect(struct cw_validation *validation, const char *key);
/* connector_rules.c: settings of Kafka clients; then rules that span keys, and keys that have no row in a table. */
void cw_validate_overrides(struct cw_validation *validation);
void cw_validate_rules(struct cw_validation *validation);
/* labels.c: the keys label.NAME that are given. */
void cw_validate_labels(struct cw_validation *validation);

/* ---- of tables ---- */

struct cw_config_table cw_plugin_table(const struct cw_plugin *plugin);
/* The place of row i among the rows of its group, from 1. */
int cw_config_order_in_group(struct cw_config_table table, size_t i);
/* Definitions whose defaults depend on where and for what they are asked. Both may be NULL. */
void cw_config_adapt(const struct cw_plugin *plugin, const struct cw_worker_config *worker, struct cw_config_def *def);

#define CW_CONVERTER_TYPE "converter.type"
/* What every converter is told of its place: key, value or header. */
const struct cw_config_def *cw_converter_type_def(void);

static inline bool cw_is_converter(const struct cw_plugin *plugin)
{
	return plugin->kind == CW_PLUGIN_CONVERTER || plugin->kind == CW_PLUGIN_HEADER_CONVERTER;
}

#endif
