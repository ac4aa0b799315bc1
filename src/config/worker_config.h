/*
 * worker_config - the worker's .properties file: Kafka Connect's keys and ours, from one table.
 *
 * Loaded once by main() (config/worker_load.h), read-only afterwards.
 */
#ifndef CW_CONFIG_WORKER_CONFIG_H
#define CW_CONFIG_WORKER_CONFIG_H

#include "config/config_def.h"

struct cw_worker_config {
	const char *bootstrap_servers;
	const char *key_converter, *value_converter, *header_converter; /* classes */
	struct cw_list config_providers;   /* aliases */
	struct cw_list plugin_path;        /* folders, searched before the installed one */
	struct cw_list listeners;          /* default http://127.0.0.1:8083 */
	/*
	 * REST's own, for admin endpoints; cw_worker_admin_shared(): they are on the listeners above. Empty and not
	 * shared: nowhere.
	 */
	struct cw_list admin_listeners;
	const char *rest_unix_socket_mode; /* octal */
	const char *rest_authentication_basic_file, *rest_authentication_token_file; /* NULL: none */
	const char *rest_authorization_roles_file; /* NULL: every user may do everything */
	bool rest_allow_unauthenticated;
	const char *access_control_allow_origin, *access_control_allow_methods; /* CORS; NULL or "": off */
	const char *response_http_headers_config; /* see config/http_headers.h */
	int32_t rest_connections_max, rest_connections_per_address_max;
	int64_t rest_request_timeout_ms, rest_connection_idle_timeout_ms;
	bool core_dumps;
	const char *offset_storage_file_filename; /* default: connect.db under the state directory */
	const char *rest_advertised_host_name;
	int32_t rest_advertised_port;      /* 0: the listener's */
	int64_t offset_flush_interval_ms, offset_flush_timeout_ms;
	int64_t task_shutdown_graceful_timeout_ms;
	/* Tasks that have FAILED start again by themselves: see herder/restarts.h. */
	int32_t task_restart_attempts_max;
	int64_t task_restart_delay_ms, task_restart_delay_max_ms, task_restart_reset_ms;
	int64_t watchdog_timeout_ms; /* 0: off */
	const char *exactly_once_source_support; /* "disabled", "enabled" */
	const char *group_id; /* begins the transactional ids of exactly-once sources */
	const char *offset_storage_topic;  /* offsets of exactly-once sources */
	int32_t offset_storage_partitions, offset_storage_replication_factor;
	const char *connector_client_config_override_policy; /* "All", "None", "Principal", "Allowlist" */
	struct cw_list connector_client_config_override_allowlist;
	const char *connector_unknown_keys; /* "warn", "error" */
	bool topic_creation_enable;
	bool topic_tracking_enable, topic_tracking_allow_reset;
	bool rest_hide_passwords; /* ours: answers have "[hidden]" for them */
	const char *log_format, *log_level; /* ours: "text" or "json"; "error" … "debug" */
	bool embedded_broker; /* no key: the worker has started the broker itself, which tells nothing of groups */
	struct cw_map raw;                 /* every key as given: client settings (producer.*, …) are read from it */
	/* In the worker; both are empty when its own settings have no variables: see cw_worker_own(). */
	struct cw_map own;                 /* as raw, with what the variables of its own settings stand for */
	struct cw_map told;                /* by what those variables stand for: the variables, as for cw_hide() */
	struct cw_config_memory *memory;
};

struct cw_config_table cw_worker_table(void);

/* admin.listeners is not set: admin endpoints are where the others are. */
bool cw_worker_admin_shared(const struct cw_worker_config *config);

/* The row that says what the value of the key may be, under the key's name, which is lent: false for none. */
bool cw_worker_row(const char *key, struct cw_config_def *row);

void cw_worker_config_free(struct cw_worker_config *config); /* overwrites what it frees */

/*
 * Takes what the variables in the worker's own settings stand for, by key, and by what they stand for the variables:
 * the struct has that from now on, raw does not. 0, or -1 with *err and no change.
 */
int cw_worker_config_resolve(struct cw_worker_config *config, const struct cw_map *values, const struct cw_map *told,
			     struct cw_error *err);
/* Where the worker reads settings that are in no member, such as those of HTTPS. */
const struct cw_map *cw_worker_own(const struct cw_worker_config *config);

/*
 * What a host is told of the worker (the "worker" object of the supervisor's messages): the raw map without what is
 * REST's alone, with defaults filled in. New. And back, for the host; `out` as after cw_worker_config_load().
 */
json_t *cw_worker_config_to_json(const struct cw_worker_config *config);
int cw_worker_config_from_json(const json_t *object, struct cw_worker_config *out, struct cw_error *err);
/*
 * The same of a flat config; takes over *raw when it succeeds. A value with a variable of one of its config providers
 * is not known yet: the struct has the default, raw the variable.
 */
int cw_worker_config_from_map(struct cw_map *raw, struct cw_worker_config *out, struct cw_error *err);

#endif
