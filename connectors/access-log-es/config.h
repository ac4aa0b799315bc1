/* config - the settings of the access-log sink: one table, and the checks that span keys. */
#ifndef CW_ACCESS_LOG_CONFIG_H
#define CW_ACCESS_LOG_CONFIG_H

#include "connect-worker/connector.h"

#define CW_ES_INDEX_DEFAULT "access-logs-%{+yyyy.MM.dd}"
#define CW_ES_INDEX_TOPIC "%{topic}"

/* Filled by the framework from the table. Strings are NULL when unset. */
struct cw_es_config {
	struct cw_list urls;
	const char *username, *password, *api_key, *bearer_token;
	struct cw_list headers;
	const char *aws_service, *aws_region, *aws_key_id, *aws_secret, *aws_token, *aws_profile;
	bool compression, sniff;
	int64_t sniff_interval_ms;
	int32_t connection_timeout_ms, read_timeout_ms, max_idle_ms;
	const char *proxy_host, *proxy_username, *proxy_password;
	int32_t proxy_port;
	const char *security_protocol, *ca, *truststore, *truststore_type, *certificate, *key, *key_password;
	const char *truststore_text, *keystore, *keystore_type, *keystore_password, *keystore_key, *keystore_chain;
	const char *identification;
	bool verify;

	int32_t batch_size, max_in_flight, max_buffered, max_retries;
	int64_t max_buffered_bytes;
	int64_t bulk_bytes, linger_ms, flush_timeout_ms, retry_backoff_ms, retry_backoff_max_ms;
	const char *on_null, *on_malformed, *on_busy, *on_blocked, *on_error, *on_conflict, *on_missing_index, *on_forbidden;
	struct cw_list error_types;
	bool drop_invalid;

	bool key_ignore, own_ids, schema_ignore, compact_maps;
	struct cw_list key_ignore_topics, schema_ignore_topics, timestamp_fields;

	const char *index, *operation, *write_method, *version_header, *pipeline, *routing;
	const char *stream_type, *stream_dataset, *stream_namespace;
	const char *resource_usage;
	struct cw_list resources;
	int32_t resources_max;
	bool template_enable, template_overwrite;
	const char *template_name;
	const char *lifecycle_type, *lifecycle_name, *lifecycle_file;
	bool alias_bootstrap;

	const char *pattern, *pattern_time, *timezone;
	bool include_raw, include_kafka;
};

/* sink.c; the descriptors stand by the tables, whose sizes they need. */
extern const struct cw_connector_ops cw_es_ops;
/* config_elsewhere.c: the second descriptor. */
extern const struct cw_plugin cw_es_plugin_elsewhere;

void cw_es_config_validate(const struct cw_context *ctx, const void *config, struct cw_validation *validation);

/* Whether documents go to data streams, by data.stream.type or external.resource.usage. */
bool cw_es_config_streams(const struct cw_es_config *config);

/* Whether documents that are there are left as they are: op.type, or where that is not given, data streams only. */
bool cw_es_config_creates(const struct cw_es_config *config);

/* Whether requests are signed for AWS. */
bool cw_es_config_signs(const struct cw_es_config *config);

/* The `index` setting, or the data stream's name in its form. New; freed with free(). */
char *cw_es_config_index(const struct cw_es_config *config);

/*
 * One URL as it is used: with its scheme, without a slash at its end. https: for one that names no
 * scheme, and for all when any of them is https. New; freed with free().
 */
char *cw_es_config_url(const char *url, bool https);
/* Whether connections are encrypted: any URL is https, or elastic.security.protocol is SSL. */
bool cw_es_config_https(const struct cw_es_config *config);

#endif
