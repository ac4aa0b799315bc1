#include "kafka/security.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/secret.h"
#include "kafka/chain.h"
#include "kafka/client.h"
#include "kafka/jaas.h"
#include "kafka/oauth.h"

#define UNSECURED "enable.sasl.oauthbearer.unsecure.jwt"
/* Of rd_kafka_version(): from here on SCRAM works with brokers of Kafka 4. */
#define SCRAM_VERSION 0x020601ff

int cw_native_set(rd_kafka_conf_t *conf, const char *name, const char *value, const char *as_given,
		  struct cw_error *err)
{
	char text[512];

	if (rd_kafka_conf_set(conf, name, value, text, sizeof(text)) == RD_KAFKA_CONF_OK)
		return 0;
	/* librdkafka's text may quote the value: not for secrets, but where it says that it does not even know the key. */
	if (!strstr(text, "not supported in this build") && (cw_secret_by_name(name) || cw_secret_by_name(as_given)))
		return cw_error_set(err, CW_ERR_INVALID, "%s: the Kafka client refuses the value", as_given);
	for (size_t n = strlen(text); n && isspace((unsigned char)text[n - 1]); n--)
		text[n - 1] = '\0';
	return cw_error_set(err, CW_ERR_INVALID, "%s: %s", as_given, text);
}

static const char *other(const struct cw_client_key *key, const char *name)
{
	CW_AUTO_FREE char *whole = cw_format("%s%s", key->prefix, name);

	return cw_map_get(key->all, whole);
}

/* ---- stores ------------------------------------------------------------------------------------ */

enum store { STORE_PEM, STORE_PKCS12, STORE_JKS };

/* What a file is by its first bytes; Java, too, reads a PKCS#12 store whatever its type is said to be. */
static enum store kind_of_file(const char *path, enum store otherwise)
{
	unsigned char head[4] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, head, sizeof(head)) : 0;

	if (fd >= 0)
		close(fd);
	if (n == (ssize_t)sizeof(head) && memcmp(head, "\xfe\xed\xfe\xed", 4) == 0)
		return STORE_JKS;
	if (n > 0 && head[0] == 0x30)
		return STORE_PKCS12;
	return n > 0 && head[0] == '-' ? STORE_PEM : otherwise;
}

/* Of "ssl.truststore" or "ssl.keystore". */
static enum store kind_of_store(const struct cw_client_key *key, const char *store)
{
	CW_AUTO_FREE char *type_key = cw_format("%s.type", store);
	CW_AUTO_FREE char *location_key = cw_format("%s.location", store);
	const char *type = other(key, type_key), *location = other(key, location_key);

	if (type && strcasecmp(type, "PEM") == 0)
		return STORE_PEM;
	return kind_of_file(location ? location : "", type && strcasecmp(type, "PKCS12") == 0 ? STORE_PKCS12 : STORE_JKS);
}

static int check_pem_trust(const struct cw_client_key *key, struct cw_error *err)
{
	switch (kind_of_store(key, "ssl.truststore")) {
	case STORE_PEM: return 0;
	case STORE_PKCS12:
		return cw_error_set(err, CW_ERR_INVALID, "%s: librdkafka takes no PKCS#12 store of what is trusted; make a PEM "
				    "file of it (openssl pkcs12 -in STORE -nokeys -out ca.pem) and give ssl.truststore.type=PEM and "
				    "that", key->as_given);
	default:
		return cw_error_set(err, CW_ERR_INVALID, "%s: Java key stores are not understood; make a PEM file of it (keytool "
				    "-exportcert -rfc -keystore STORE -alias NAME -file ca.pem) and give ssl.truststore.type=PEM "
				    "and that", key->as_given);
	}
}

static int set_truststore(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err)
{
	return check_pem_trust(key, err) || cw_native_set(conf, "ssl.ca.location", key->value, key->as_given, err);
}

static int set_keystore(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err)
{
	switch (kind_of_store(key, "ssl.keystore")) {
	case STORE_PEM:
		return cw_native_set(conf, "ssl.certificate.location", key->value, key->as_given, err) ||
		       cw_native_set(conf, "ssl.key.location", key->value, key->as_given, err);
	case STORE_PKCS12:
		return cw_native_set(conf, "ssl.keystore.location", key->value, key->as_given, err);
	default:
		return cw_error_set(err, CW_ERR_INVALID, "%s: Java key stores are not understood; make a PKCS#12 store of it "
				    "(keytool -importkeystore -srckeystore STORE -destkeystore STORE.p12 -deststoretype PKCS12) and give "
				    "ssl.keystore.type=PKCS12 and that", key->as_given);
	}
}

/* A PEM file has none, and that of what is trusted protects no secret. */
static int set_store_password(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err)
{
	if (strcmp(key->key, "ssl.keystore.password") != 0 || kind_of_store(key, "ssl.keystore") != STORE_PKCS12)
		return 0;
	return cw_native_set(conf, key->key, key->value, key->as_given, err);
}

/* ---- logins ------------------------------------------------------------------------------------ */

struct option {
	const char *java, *native;
};

/* Those that are given; the first n must be. */
static int set_options(rd_kafka_conf_t *conf, const struct cw_client_key *key, const struct cw_jaas *jaas,
		       const struct option *options, size_t needed, struct cw_error *err)
{
	for (size_t i = 0; options[i].java; i++) {
		const char *value = cw_map_get(&jaas->options, options[i].java);

		if (!value && i < needed)
			return cw_error_set(err, CW_ERR_INVALID, "%s: %s has no %s=\"…\"", key->as_given, cw_jaas_module(jaas),
					    options[i].java);
		if (value && cw_native_set(conf, options[i].native, value, key->as_given, err) != 0)
			return -1;
	}
	return 0;
}

static int set_password(rd_kafka_conf_t *conf, const struct cw_client_key *key, const struct cw_jaas *jaas,
			struct cw_error *err)
{
	static const struct option options[] = { { "username", "sasl.username" }, { "password", "sasl.password" },
						 { NULL, NULL } };
	const char *delegated = cw_map_get(&jaas->options, "tokenauth");

	if (delegated && strcasecmp(delegated, "true") == 0)
		return cw_error_set(err, CW_ERR_INVALID, "%s: librdkafka cannot log in with delegation tokens (tokenauth)",
				    key->as_given);
	return set_options(conf, key, jaas, options, 2, err);
}

/* What signs the endpoint's certificate is the module's own matter, as in Kafka, not the brokers' ssl.truststore.*. */
static int check_truststore(const struct cw_client_key *key, const struct cw_jaas *jaas, struct cw_error *err)
{
	struct cw_client_key store = { &jaas->options, "", "ssl.truststore.location", NULL, key->as_given, NULL };

	store.value = cw_map_get(&jaas->options, store.key);
	return store.value ? check_pem_trust(&store, err) : 0;
}

static int set_oauth(rd_kafka_conf_t *conf, const struct cw_client_key *key, const struct cw_jaas *jaas,
		     struct cw_error *err)
{
	const char *subject = cw_map_get(&jaas->options, "unsecuredLoginStringClaim_sub");

	if (subject) {
		CW_AUTO_FREE char *principal = cw_format("principal=%s", subject);

		return cw_native_set(conf, UNSECURED, "true", key->as_given, err) ||
		       cw_native_set(conf, "sasl.oauthbearer.config", principal, key->as_given, err);
	}
	return check_truststore(key, jaas, err) || cw_native_set(conf, UNSECURED, "false", key->as_given, err) ||
	       cw_oauth_set_options(key->oauth, &jaas->options, key->as_given, err);
}

static int set_kerberos(rd_kafka_conf_t *conf, const struct cw_client_key *key, const struct cw_jaas *jaas,
			struct cw_error *err)
{
	static const struct option options[] = { { "serviceName", "sasl.kerberos.service.name" },
						 { "principal", "sasl.kerberos.principal" },
						 { "keyTab", "sasl.kerberos.keytab" }, { NULL, NULL } };

	return set_options(conf, key, jaas, options, 0, err);
}

static const struct module {
	const char *name, *mechanism, *mechanisms; /* what sasl.mechanism begins with; and all there are */
	int (*set)(rd_kafka_conf_t *conf, const struct cw_client_key *key, const struct cw_jaas *jaas, struct cw_error *err);
} modules[] = {
	{ "PlainLoginModule", "PLAIN", "PLAIN", set_password },
	{ "ScramLoginModule", "SCRAM-SHA-", "SCRAM-SHA-256 and SCRAM-SHA-512", set_password },
	{ "OAuthBearerLoginModule", "OAUTHBEARER", "OAUTHBEARER", set_oauth },
	{ "Krb5LoginModule", "GSSAPI", "GSSAPI", set_kerberos },
};

static int set_module(rd_kafka_conf_t *conf, const struct cw_client_key *key, const struct cw_jaas *jaas,
		      struct cw_error *err)
{
	const char *name = cw_jaas_module(jaas), *mechanism = other(key, "sasl.mechanism");

	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		const struct module *m = &modules[i];

		if (strcmp(m->name, name) != 0)
			continue;
		if (mechanism && strncmp(mechanism, m->mechanism, strlen(m->mechanism)) != 0)
			return cw_error_set(err, CW_ERR_INVALID, "%s: %s does not go with sasl.mechanism=%s, but with %s",
					    key->as_given, name, mechanism, m->mechanisms);
		return m->set(conf, key, jaas, err);
	}
	return cw_error_set(err, CW_ERR_INVALID, "%s: the login module %.200s is Java's alone; librdkafka logs in as "
			    "PlainLoginModule, ScramLoginModule, OAuthBearerLoginModule and Krb5LoginModule do", key->as_given,
			    jaas->module);
}

static int set_jaas(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err)
{
	struct cw_error why = { 0 };
	struct cw_jaas jaas;
	int ret;

	cw_oauth_drop_options(key->oauth);
	if (cw_jaas_parse(key->value, &jaas, &why) != 0)
		ret = cw_error_set(err, CW_ERR_INVALID, "%s: it is no JAAS configuration: %s", key->as_given, why.text);
	else
		ret = set_module(conf, key, &jaas, err);
	cw_jaas_free(&jaas);
	return ret;
}

/* Java needs one for OAUTHBEARER with a token endpoint; here there is no need, and no code of Java is called. */
static int check_handler(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err)
{
	const char *dot = strrchr(key->value, '.'), *name = dot ? dot + 1 : key->value;

	(void)conf;
	if (strcmp(name, "OAuthBearerLoginCallbackHandler") == 0 ||
	    strcmp(name, "OAuthBearerUnsecuredLoginCallbackHandler") == 0)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "%s: %.200s is Java's alone; connect-worker does "
			    "what OAuthBearerLoginCallbackHandler does", key->as_given, key->value);
}

/* ---- all of them ------------------------------------------------------------------------------- */

/* set NULL: it is `native`, with the same value; both NULL: others look at it, or it has no meaning outside of Java. */
static const struct row {
	const char *java, *native;
	int (*set)(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err);
} rows[] = {
	{ "sasl.jaas.config", NULL, set_jaas },
	{ "sasl.client.callback.handler.class", NULL, check_handler },
	{ "sasl.login.callback.handler.class", NULL, check_handler },
	{ "ssl.enabled.protocols", NULL, NULL }, /* OpenSSL's: TLS 1.2 and newer */
	{ "ssl.keymanager.algorithm", NULL, NULL },
	{ "ssl.keystore.certificate.chain", "ssl.certificate.pem", NULL },
	{ "ssl.keystore.key", "ssl.key.pem", NULL },
	{ "ssl.keystore.location", NULL, set_keystore },
	{ "ssl.keystore.password", NULL, set_store_password },
	{ "ssl.keystore.type", NULL, NULL },
	{ "ssl.protocol", NULL, NULL },
	{ "ssl.provider", NULL, NULL },
	{ "ssl.secure.random.implementation", NULL, NULL },
	{ "ssl.trustmanager.algorithm", NULL, NULL },
	{ "ssl.truststore.certificates", "ssl.ca.pem", NULL },
	{ "ssl.truststore.location", NULL, set_truststore },
	{ "ssl.truststore.password", NULL, set_store_password },
	{ "ssl.truststore.type", NULL, NULL },
};

static const struct row *row_of(const char *key)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].java, key) == 0)
			return &rows[i];
	return NULL;
}

bool cw_security_is(const char *key)
{
	return row_of(key) != NULL || cw_oauth_is(key);
}

int cw_security_set(rd_kafka_conf_t *conf, const struct cw_client_key *key, struct cw_error *err)
{
	const struct row *row = row_of(key->key);

	if (!row)
		return cw_oauth_set(key->oauth, key->key, key->value, key->as_given, err);
	if (row->set)
		return row->set(conf, key, err);
	return row->native ? cw_native_set(conf, row->native, key->value, key->as_given, err) : 0;
}

static char *scram_warning(const rd_kafka_conf_t *conf, int version)
{
	CW_AUTO_FREE char *mechanism = cw_client_text(conf, "sasl.mechanism");

	if (version >= SCRAM_VERSION || strncmp(mechanism, "SCRAM-", 6) != 0)
		return NULL;
	return cw_format("%s with librdkafka %d.%d.%d: brokers of Kafka 4 and newer refuse its logins as if the password were "
			 "wrong; librdkafka 2.6.1 and newer can log in there", mechanism, version >> 24, version >> 16 & 0xff,
			 version >> 8 & 0xff);
}

static char *chain_warning(const rd_kafka_conf_t *conf, int version)
{
	CW_AUTO_FREE char *store = cw_client_text(conf, "ssl.keystore.location");

	if (cw_chain_is_sent(version) || !*store)
		return NULL;
	return cw_format("%s with librdkafka %d.%d.%d: of a PKCS#12 store only the client's own certificate is sent, so brokers that "
			 "do not know the authority that has signed it refuse the login; librdkafka 2.8 and newer send the whole "
			 "chain, and every one does that is in PEM (ssl.keystore.type=PEM)", store, version >> 24,
			 version >> 16 & 0xff, version >> 8 & 0xff);
}

char *cw_security_warning(const rd_kafka_conf_t *conf, int version)
{
	CW_AUTO_FREE char *scram = scram_warning(conf, version);
	CW_AUTO_FREE char *chain = chain_warning(conf, version);

	if (scram && chain)
		return cw_format("%s; %s", scram, chain);
	return cw_strdup(scram ? scram : chain);
}
