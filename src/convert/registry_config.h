/*
 * registry_config - what is configured for every converter that works with a Schema Registry: the registry and
 * how it is reached, how schemas are registered and found, and how they are mapped to Connect's.
 *
 * The keys are those of Confluent's serializers and converters, with their defaults. A converter's own config struct
 * has this struct first, and its table begins with `#include "convert/registry_rows.h"`.
 */
#ifndef CW_CONVERT_REGISTRY_CONFIG_H
#define CW_CONVERT_REGISTRY_CONFIG_H

#include "connect-worker/connector.h"

struct cw_registry_config {
	struct cw_list urls;
	bool url_randomize;
	int32_t connect_timeout_ms, read_timeout_ms;
	int32_t max_retries, retry_wait_ms, retry_max_wait_ms;
	const char *proxy_host;
	int32_t proxy_port;
	/* who we are */
	const char *auth_source; /* URL, USER_INFO */
	const char *user_info, *user_info_old;
	const char *token_source, *token;
	const char *truststore, *truststore_type, *truststore_pem;
	const char *keystore, *keystore_type, *keystore_password, *keystore_pem, *key_pem, *key_password;
	const char *identification; /* empty: the server's name is not checked */
	/* schemas in the registry */
	const char *key_strategy, *value_strategy;
	int32_t max_schemas;
	bool normalize, auto_register, use_latest, latest_strict, id_strict;
	int32_t use_id;                                /* -1: not */
	int32_t latest_cache_size, latest_cache_ttl_s; /* -1: for ever */
	/* schemas of Connect */
	int32_t schemas_cache;
	bool generalized_sum_types, ignore_default_for_nullables, flatten_singleton_unions;
};

/* Checks of single keys. */
int cw_registry_check_urls(const char *value, struct cw_error *err); /* the whole list */
int cw_registry_check_strategy(const char *value, struct cw_error *err);
/* Checks that span keys: 0, or -1 with *err set. */
int cw_registry_config_check(const struct cw_registry_config *config, struct cw_error *err);

/* The user info that counts, "user:password"; NULL when it comes from the URLs. */
const char *cw_registry_config_user_info(const struct cw_registry_config *config);

#endif
