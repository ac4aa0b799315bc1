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
	struct cw_list transforms, predicates; /* aliases */
	int64_t errors_retry_timeout_ms;   /* errors.retry.timeout: 0 none, -1 for ever */
	int64_t errors_retry_delay_max_ms;
	const char *errors_tolerance;      /* "none", "all" */
	bool errors_log_enable, errors_log_include_messages;
	int64_t errors_budget_count, errors_budget_percent, errors_budget_window_ms; /* host/budget.h */
	int64_t rate_limit_records, rate_limit_bytes; /* per second, of all tasks together; 0: none */
	/* sinks */
	struct cw_list topics;
	const char *topics_regex;
	int64_t put_retry_timeout_ms; /* -1: for ever */
	int64_t put_retry_delay_ms, put_retry_delay_max_ms; /* of the latter 0: errors_retry_delay_max_ms */
	const char *errors_dlq_topic; /* "": none */
	int16_t errors_dlq_replication_factor;
	bool errors_dlq_context_headers;
	const char *run_until, *run_until_time; /* config/run_until.h */
	struct cw_list run_until_offsets;
	/* sources */
	const char *exactly_once_support;      /* "REQUESTED", "REQUIRED" */
	const char *transaction_boundary;      /* "POLL", "INTERVAL", "CONNECTOR" */
	int64_t transaction_boundary_interval_ms; /* 0: offset.flush.interval.ms */
	const char *offsets_storage_topic;
};

/* Kafka Connect's keys for this kind, in Kafka's order; of another kind (0), those that both have. */
struct cw_config_table cw_connector_table(enum cw_plugin_kind kind);

/* Where a validation finds the plugins that a config names. Main thread of a connect-host. */
struct cw_plugin_finder {
	/*
	 * The plugin of that kind (CW_PLUGIN_HEADER_CONVERTER: or a converter) that has this name; NULL when there is none.
	 * It lives as long as what the validation found.
	 */
	const struct cw_plugin *(*find)(void *arg, enum cw_plugin_kind kind, const char *asked);
	/* The i-th plugin of that kind that is recommended, NULL after the last. */
	const struct cw_plugin *(*at)(void *arg, enum cw_plugin_kind kind, size_t i);
	void *arg;
};

/* What a validation found. Made by cw_validate(); filled by plugins through host->invalid(). */
struct cw_validation;

/* What is to be validated, and where. All of it is borrowed until cw_validation_free(). */
struct cw_validation_request {
	const struct cw_map *config;   /* with what its variables stand for */
	const struct cw_map *raw;      /* as it was given, which is what an answer shows; NULL: the same */
	const struct cw_map *failed;   /* keys whose variables cannot be resolved, and why; NULL: none */
	const struct cw_plugin *plugin; /* NULL: unknown class; then only the framework's keys are looked at */
	const struct cw_context *ctx;  /* for the plugins that are asked: the connector's validate(), start() of others */
	const struct cw_worker_config *worker; /* defaults of converters, what may be overridden; NULL: all defaults */
	const struct cw_plugin_finder *finder; /* converters, transformations, predicates; NULL: they are not looked at */
};

/*
 * Validates everything and reports every error at once. Transformations, predicates and converters whose keys are right
 * are started and stopped: what would keep a task from starting is an error.
 */
struct cw_validation *cw_validate(const struct cw_validation_request *request);
/* One more error; the key is named before a message that does not name it, and secrets are hidden in it. */
void cw_validation_invalid(struct cw_validation *validation, const char *key, const char *message);
int cw_validation_error_count(const struct cw_validation *validation);
/*
 * New: ConfigInfos of the REST contract, plus "warnings": [text], which are no errors: keys without effect, and unknown
 * ones with the nearest known one. A key that has some is in "configs", where its value has them as "warnings", too.
 */
json_t *cw_validation_to_json(const struct cw_validation *validation);
void cw_validation_free(struct cw_validation *validation);

/* Kafka's text of the 400 that refuses such a config: a line for each error. New. From a validation, or its JSON. */
char *cw_validation_message(const struct cw_validation *validation);
char *cw_config_infos_message(const json_t *infos);

/* What GET /connector-plugins/P/config answers: its own definitions, then the framework's of a connector. New. */
json_t *cw_plugin_config_to_json(const struct cw_plugin *plugin);

#endif
