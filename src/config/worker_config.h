/*
 * worker_config - the worker's .properties file: Kafka Connect's keys and ours, from one table.
 *
 * Loaded once by main(), read-only afterwards.
 */
#ifndef CW_CONFIG_WORKER_CONFIG_H
#define CW_CONFIG_WORKER_CONFIG_H

#include "config/config_def.h"

struct cw_worker_config {
	const char *bootstrap_servers;
	const char *key_converter, *value_converter, *header_converter; /* see config/converter.h */
	struct cw_list plugin_path;        /* folders; empty: the installed one */
	struct cw_list listeners;          /* default http://127.0.0.1:8083 */
	const char *offset_storage_file_filename; /* default: connect.db under the state directory */
	const char *rest_advertised_host_name;
	int32_t rest_advertised_port;      /* 0: the listener's */
	int64_t offset_flush_interval_ms, offset_flush_timeout_ms;
	int64_t task_shutdown_graceful_timeout_ms;
	const char *exactly_once_source_support; /* "disabled", "enabled" */
	const char *offset_storage_topic;  /* offsets of exactly-once sources */
	int32_t offset_storage_partitions, offset_storage_replication_factor;
	const char *connector_client_config_override_policy;
	bool topic_creation_enable;
	const char *log_format, *log_level; /* ours: "text" or "json"; "error" … "debug" */
	struct cw_map raw;                 /* every key as given: client settings (producer.*, …) are read from it */
	struct cw_config_memory *memory;
};

struct cw_config_table cw_worker_table(void);

/*
 * Loads and checks a file. Every error is reported, one sentence a line in *errors (new array of
 * strings); unknown keys and keys without effect here are sentences in *warnings (new).
 * 0, or -1 when there are errors (then *out is not to be used). `path` NULL: all defaults.
 */
int cw_worker_config_load(const char *path, struct cw_worker_config *out, json_t **errors, json_t **warnings);
void cw_worker_config_free(struct cw_worker_config *config);

/*
 * What a host is told of the worker (the "worker" object of the supervisor's messages): the raw map,
 * with defaults filled in. New. And back, for the host; `out` as after cw_worker_config_load().
 */
json_t *cw_worker_config_to_json(const struct cw_worker_config *config);
int cw_worker_config_from_json(const json_t *object, struct cw_worker_config *out, struct cw_error *err);

#endif
