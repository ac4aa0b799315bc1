#include "config/https.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

static const char *const client_auths[] = { "none", "requested", "required" };

int cw_store_type_check(const char *value, struct cw_error *err)
{
	if (strcasecmp(value, "PEM") == 0)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID,
			    "The only type of keystores and truststores here is PEM, not %s; this makes a PEM file of "
			    "a JKS one: keytool -importkeystore -srckeystore FILE.jks -destkeystore FILE.p12 "
			    "-deststoretype PKCS12, then: openssl pkcs12 -in FILE.p12 -out FILE.pem",
			    value);
}

int cw_store_password_check(const char *value, struct cw_error *err)
{
	if (!*value)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID,
			    "SSL store password cannot be specified with PEM format, only key password may be "
			    "specified");
}

/* The version a name stands for: 2, 3, 0 for the newest ("TLS"); -1 for none. */
static int tls_version(const char *name, size_t n)
{
	static const struct {
		const char *name;
		int version;
	} names[] = { { "TLSv1.2", 2 }, { "TLSv1.3", 3 }, { "TLS", 0 } };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].name) == n && strncasecmp(name, names[i].name, n) == 0)
			return names[i].version;
	return -1;
}

/* Calls for each item of a comma-separated list; *tls12 and *tls13 where they are in it. -1 with *err. */
static int read_protocols(const char *value, bool *tls12, bool *tls13, struct cw_error *err)
{
	*tls12 = *tls13 = false;
	while (*value) {
		size_t n;
		int version;

		value += strspn(value, " \t,");
		n = strcspn(value, " \t,");
		version = tls_version(value, n);
		if (n && version < 0)
			return cw_error_set(err, CW_ERR_INVALID, "The protocols are TLSv1.2 and TLSv1.3, not \"%.*s\"",
					    (int)n, value);
		*tls12 |= n && version != 3;
		*tls13 |= n && version != 2;
		value += n;
	}
	return 0;
}

int cw_tls_protocols_check(const char *value, struct cw_error *err)
{
	bool tls12, tls13;

	return read_protocols(value, &tls12, &tls13, err);
}

static bool has_prefix(const struct cw_map *raw, const char *prefix)
{
	for (size_t i = 0; i < raw->n; i++)
		if (strncmp(raw->entries[i].key, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

/* A setting's value; NULL when it is not given, or empty. */
static const char *get(const struct cw_map *raw, const char *prefix, const char *name)
{
	CW_AUTO_FREE char *key = cw_format("%s%s", prefix, name);
	const char *value = cw_map_get(raw, key);

	return value && value[strspn(value, " \t")] ? value : NULL;
}

/* What the table checks for the prefixed keys is to hold for plain ssl.* as well. */
static int check_values(const struct cw_map *raw, const char *prefix, struct cw_error *err)
{
	static const struct {
		const char *name;
		int (*check)(const char *value, struct cw_error *err);
	} checks[] = {
		{ "ssl.keystore.type", cw_store_type_check },
		{ "ssl.truststore.type", cw_store_type_check },
		{ "ssl.keystore.password", cw_store_password_check },
		{ "ssl.truststore.password", cw_store_password_check },
		{ "ssl.protocol", cw_tls_protocols_check },
		{ "ssl.enabled.protocols", cw_tls_protocols_check },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		const char *value = get(raw, prefix, checks[i].name);
		struct cw_error reason = { 0 };

		if (value && checks[i].check(value, &reason) < 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s%s: %s", prefix, checks[i].name, reason.text);
	}
	return 0;
}

/* ssl.protocol is the newest one that is spoken, ssl.enabled.protocols are those that are. */
static int read_versions(const struct cw_map *raw, const char *prefix, struct cw_https_config *out,
			 struct cw_error *err)
{
	const char *newest = get(raw, prefix, "ssl.protocol"), *enabled = get(raw, prefix, "ssl.enabled.protocols");

	out->tls12 = out->tls13 = true;
	if (enabled && read_protocols(enabled, &out->tls12, &out->tls13, err) < 0)
		return -1;
	if (newest && tls_version(newest, strlen(newest)) == 2)
		out->tls13 = false;
	if (!out->tls12 && !out->tls13)
		return cw_error_set(err, CW_ERR_INVALID,
				    "%sssl.enabled.protocols and %sssl.protocol leave no protocol to speak", prefix,
				    prefix);
	return 0;
}

static int read_client_auth(const struct cw_map *raw, const char *prefix, struct cw_https_config *out,
			    struct cw_error *err)
{
	const char *value = get(raw, prefix, "ssl.client.auth");

	if (!value)
		return 0;
	for (int i = CW_CLIENT_AUTH_NONE; i <= CW_CLIENT_AUTH_REQUIRED; i++)
		if (strcasecmp(value, client_auths[i]) == 0) {
			out->client_auth = (enum cw_client_auth)i;
			return 0;
		}
	return cw_error_set(err, CW_ERR_INVALID, "%sssl.client.auth must be none, requested or required, not \"%s\"",
			    prefix, value);
}

static int check_stores(const struct cw_https_config *config, struct cw_error *err)
{
	const char *prefix = config->prefix;

	if (!config->keystore_location && !(config->key && config->certificate_chain))
		return cw_error_set(err, CW_ERR_INVALID,
				    "HTTPS needs a key and a certificate: set " CW_HTTPS_PREFIX
				    "ssl.keystore.location to a "
				    "PEM file with both, or " CW_HTTPS_PREFIX "ssl.keystore.key and " CW_HTTPS_PREFIX
				    "ssl.keystore.certificate.chain to their text");
	if (config->keystore_location && (config->key || config->certificate_chain))
		return cw_error_set(err, CW_ERR_INVALID,
				    "Both %sssl.keystore.location and %sssl.keystore.key or certificate.chain are "
				    "set; choose one",
				    prefix, prefix);
	if (config->truststore_location && config->truststore_certificates)
		return cw_error_set(err, CW_ERR_INVALID,
				    "Both %sssl.truststore.location and %sssl.truststore.certificates are set; choose "
				    "one",
				    prefix, prefix);
	if (config->client_auth != CW_CLIENT_AUTH_NONE && !config->truststore_location &&
	    !config->truststore_certificates)
		return cw_error_set(err, CW_ERR_INVALID,
				    "%sssl.client.auth=%s needs %sssl.truststore.location: a PEM file with the "
				    "certificates of those who may sign a client's",
				    prefix, client_auths[config->client_auth], prefix);
	return 0;
}

const char *cw_https_prefix(const struct cw_map *raw, bool admin)
{
	if (admin && has_prefix(raw, CW_HTTPS_ADMIN_PREFIX))
		return CW_HTTPS_ADMIN_PREFIX;
	return has_prefix(raw, CW_HTTPS_PREFIX) ? CW_HTTPS_PREFIX : "";
}

int cw_https_config_read(const struct cw_map *raw, bool admin, struct cw_https_config *out, struct cw_error *err)
{
	const char *prefix = cw_https_prefix(raw, admin);

	*out = (struct cw_https_config){
		.prefix = prefix,
		.keystore_location = get(raw, prefix, "ssl.keystore.location"),
		.key = get(raw, prefix, "ssl.keystore.key"),
		.certificate_chain = get(raw, prefix, "ssl.keystore.certificate.chain"),
		.key_password = get(raw, prefix, "ssl.key.password"),
		.truststore_location = get(raw, prefix, "ssl.truststore.location"),
		.truststore_certificates = get(raw, prefix, "ssl.truststore.certificates"),
	};
	if (check_values(raw, prefix, err) < 0 || read_versions(raw, prefix, out, err) < 0 ||
	    read_client_auth(raw, prefix, out, err) < 0)
		return -1;
	return check_stores(out, err);
}
