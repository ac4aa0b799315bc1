/*
 * https - the TLS settings of the REST listeners, under the names that Kafka Connect has for them, with PEM files.
 *
 * Pure. As in Kafka Connect the keys of a prefix count all or not at all: listeners.https.ssl.* where one of them is
 * set, else plain ssl.*. For admin.listeners those of admin.listeners.https.* come first.
 */
#ifndef CW_CONFIG_HTTPS_H
#define CW_CONFIG_HTTPS_H

#include "base/map.h"
#include "connect-worker/connector.h"

#define CW_HTTPS_PREFIX "listeners.https."
#define CW_HTTPS_ADMIN_PREFIX "admin.listeners.https."

enum cw_client_auth { CW_CLIENT_AUTH_NONE = 0, CW_CLIENT_AUTH_REQUESTED, CW_CLIENT_AUTH_REQUIRED };

/* Borrowed from the configuration; NULL: not given. */
struct cw_https_config {
	const char *prefix; /* cw_https_prefix() */
	const char *keystore_location; /* a PEM file with key and certificates, or … */
	const char *key, *certificate_chain; /* … both as PEM text */
	const char *key_password;
	const char *truststore_location, *truststore_certificates; /* the same of who may sign client certificates */
	enum cw_client_auth client_auth;
	bool tls12, tls13;
};

/* Of the keys that count: "listeners.https.", "admin.listeners.https." or "". */
const char *cw_https_prefix(const struct cw_map *raw, bool admin);

/* Which settings an https:// listener has, and whether they fit together. 0, or -1 with *err naming the key. */
int cw_https_config_read(const struct cw_map *raw, bool admin, struct cw_https_config *out, struct cw_error *err);

/* Checks of single keys. */
int cw_store_type_check(const char *value, struct cw_error *err);
int cw_store_password_check(const char *value, struct cw_error *err);
int cw_tls_protocols_check(const char *value, struct cw_error *err);

#endif
