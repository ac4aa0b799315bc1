/*
 * connector_config - the framework's own keys of every connector, and the validation of a whole
 * connector config (framework keys, the plugin's table, the plugin's validate()).
 *
 * Pure but for the plugin's validate(): runs in a connect-host, never in connect-worker.
 */
#ifndef CW_CONFIG_CONNECTOR_CONFIG_H
#define CW_CONFIG_CONNECTOR_CONFIG_H

#include "config/config_def.h"
#include "config/worker_config.h"

/* The framework's keys, parsed. Strings belong to the cw_config_memory of cw_config_fill(). */
struct cw_connector_config {
	const char *name, *connector_class;
	int32_t tasks_max;
	const char *key_converter, *value_converter, *header_converter; /* NULL: the worker's */
	int64_t errors_retry_timeout_ms;   /* errors.retry.timeout: 0 none, -1 for ever */
	int64_t errors_retry_delay_max_ms;
	const char *errors_tolerance;      /* "none", "all" */
	bool errors_log_enable, errors_log_include_messages;
	/* sinks */
	struct cw_list topics;
	const char *topics_regex;
	/* sources */
	const char *exactly_once_support;      /* "REQUESTED", "REQUIRED" */
	const char *transaction_boundary;      /* "POLL", "INTERVAL", "CONNECTOR" */
	int64_t transaction_boundary_interval_ms; /* 0: offset.flush.interval.ms */
	const char *offsets_storage_topic;
};

/* Kafka Connect's keys for this kind, in Kafka's order; of another kind (0), those that both have. */
struct cw_config_table cw_connector_table(enum cw_plugin_kind kind);

/* What a validation found. Made by cw_validate_connector(); filled by plugins through host->invalid(). */
struct cw_validation;

/*
 * Validates everything and reports every error at once. plugin may be NULL (unknown class): then only
 * the framework's keys are looked at, and connector.class has the error that says so.
 * ctx is handed to the plugin's validate(). config and plugin are borrowed until cw_validation_free().
 * worker (NULL: all defaults; borrowed too) decides the defaults of converters and what may be overridden.
 */
struct cw_validation *cw_validate_connector_for(const struct cw_map *config, const struct cw_plugin *plugin,
						const struct cw_context *ctx, const struct cw_worker_config *worker);
struct cw_validation *cw_validate_connector(const struct cw_map *config, const struct cw_plugin *plugin,
					    const struct cw_context *ctx);
/* One more error; the key is named before a message that does not name it, and secrets are hidden in it. */
void cw_validation_invalid(struct cw_validation *validation, const char *key, const char *message);
int cw_validation_error_count(const struct cw_validation *validation);
/* New: ConfigInfos of the REST contract, plus "warnings": [text] (unknown keys with the nearest known one). */
json_t *cw_validation_to_json(const struct cw_validation *validation);
void cw_validation_free(struct cw_validation *validation);

/* Kafka's text of the 400 that refuses such a config: a line for each error. New. From a validation, or its JSON. */
char *cw_validation_message(const struct cw_validation *validation);
char *cw_config_infos_message(const json_t *infos);

/* Bare array of definitions of GET /connector-plugins/P/config: the plugin's keys, then the framework's. New. */
json_t *cw_plugin_config_to_json(const struct cw_plugin *plugin);

#endif
