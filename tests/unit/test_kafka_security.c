/* Kafka's own keys of logins and TLS: what librdkafka is told, and what is said of those that it cannot do. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/props.h"
#include "kafka/client.h"
#include "kafka/jaas.h"
#include "kafka/security.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define PLAIN "org.apache.kafka.common.security.plain.PlainLoginModule required "
#define SCRAM "org.apache.kafka.common.security.scram.ScramLoginModule required "
#define OAUTH "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "

#define NO_JKS_TRUST \
	": Java key stores are not understood; make a PEM file of it (keytool -exportcert -rfc -keystore STORE -alias NAME " \
	"-file ca.pem) and give ssl.truststore.type=PEM and that"

static char folder[] = "/tmp/test-security-XXXXXX";

/* ---- JAAS -------------------------------------------------------------------------------------- */

static void test_jaas__is_read_as_kafka_reads_it(void)
{
	static const struct {
		const char *text, *want; /* "module name=value|…", or "! why" */
	} cases[] = {
		{ "a.B required;", "B" },
		{ "a.B required u=\"x\" p='y' n=z;", "B u=x|p=y|n=z" },
		{ "B\n\tREQUIRED // one\n u = \"a \\\"b\\\" \\\\ ;\" /* two */ ;  ", "B u=a \"b\" \\ ;" },
		{ "B optional p=\"\";", "B p=" },
		{ "", "! it names no login module" },
		{ "B u=\"pl4nted\";", "! its login module is not followed by required" },
		{ "B required u=\"pl4nted\"", "! it does not end with a semicolon" },
		{ "B required \"pl4nted\";", "! an option of its login module has no value: NAME=\"VALUE\" is an option" },
		{ "B required u=;", "! the option u of its login module has no value" },
		{ "B required; C required;", "! it has more than one login module" },
		{ "B required u=\"never closed;", "! it does not end with a semicolon" },
		{ "B required /* never closed ;", "! it does not end with a semicolon" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_jaas jaas;
		struct cw_error err = { 0 };
		struct cw_buf got = { 0 };

		if (cw_jaas_parse(cases[i].text, &jaas, &err) != 0)
			cw_buf_printf(&got, "! %s", err.text);
		else
			cw_buf_puts(&got, cw_jaas_module(&jaas));
		for (size_t k = 0; !err.code && k < jaas.options.n; k++)
			cw_buf_printf(&got, "%s%s=%s", k ? "|" : " ", jaas.options.entries[k].key, jaas.options.entries[k].value);
		CU_ASSERT_STRING_EQUAL(got.p, cases[i].want);
		cw_buf_free(&got);
		cw_jaas_free(&jaas);
	}
}

/* ---- keys -------------------------------------------------------------------------------------- */

/* What a consumer is told under a worker with these lines, "name=value" for each of `names`; or "! why". New. */
static char *told(const char *lines, const char *connector_lines, const char *names)
{
	struct cw_map raw = { 0 }, connector = { 0 };
	struct cw_worker_config worker = { 0 };
	struct cw_error err = { 0 };
	struct cw_buf got = { 0 };
	rd_kafka_conf_t *conf;

	CU_ASSERT_EQUAL_FATAL(cw_props_parse(lines, strlen(lines), "worker", &raw, &err), 0);
	CU_ASSERT_EQUAL_FATAL(cw_props_parse(connector_lines, strlen(connector_lines), "connector", &connector, &err), 0);
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&raw, &worker, &err), 0);
	conf = cw_client_conf(CW_CLIENT_CONSUMER, &worker, &connector, NULL, &err);
	if (!conf)
		cw_buf_printf(&got, "! %s", err.text);
	while (conf && *names) {
		CW_AUTO_FREE char *name = cw_strndup(names, strcspn(names, " "));
		char value[256] = "";
		size_t size = sizeof(value);

		rd_kafka_conf_get(conf, name, value, &size);
		cw_buf_printf(&got, "%s%s=%s", got.n ? " " : "", name, value);
		names += strlen(name) + (names[strlen(name)] == ' ');
	}
	if (conf)
		rd_kafka_conf_destroy(conf);
	cw_worker_config_free(&worker);
	cw_map_free(&connector);
	return cw_buf_take(&got);
}

struct key_case {
	const char *worker, *connector, *names, *want; /* FOLDER stands for the folder, in the first and the last */
};

static char *in_folder(const char *text)
{
	struct cw_buf out = { 0 };
	const char *at;

	cw_buf_puts(&out, "");
	for (; (at = strstr(text, "FOLDER")) != NULL; text = at + 6) {
		cw_buf_append(&out, text, (size_t)(at - text));
		cw_buf_puts(&out, folder);
	}
	cw_buf_puts(&out, text);
	return cw_buf_take(&out);
}

static void expect_told(const struct key_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CW_AUTO_FREE char *worker = in_folder(cases[i].worker);
		CW_AUTO_FREE char *want = in_folder(cases[i].want);
		CW_AUTO_FREE char *got = told(worker, cases[i].connector, cases[i].names ? cases[i].names : "");

		if (strcmp(got, want) != 0)
			fprintf(stderr, "\n%zu: %s\n", i, got);
		CU_ASSERT_STRING_EQUAL(got, want);
		CU_ASSERT_PTR_NULL(strstr(got[0] == '!' ? got : "", "pl4nted"));
	}
}

static void test_logins__jaas_in_librdkafkas_keys(void)
{
	static const struct key_case cases[] = {
		{ "sasl.mechanism=PLAIN\nsasl.jaas.config=" PLAIN "username=\"u\" password=\"p\\\\\"q\";", "",
		  "sasl.mechanism sasl.username sasl.password", "sasl.mechanism=PLAIN sasl.username=u sasl.password=p\"q" },
		{ "", "consumer.override.sasl.mechanism=SCRAM-SHA-512\nconsumer.override.sasl.jaas.config=" SCRAM
		      "username=u password=p;", "sasl.mechanism sasl.username", "sasl.mechanism=SCRAM-SHA-512 sasl.username=u" },
		{ "sasl.jaas.config=" OAUTH "unsecuredLoginStringClaim_sub='me';", "",
		  "enable.sasl.oauthbearer.unsecure.jwt sasl.oauthbearer.config",
		  "enable.sasl.oauthbearer.unsecure.jwt=true sasl.oauthbearer.config=principal=me" },
		{ "sasl.jaas.config=com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true keyTab=\"/k\" "
		  "principal=\"c@X\" serviceName=kafka;", "", "sasl.kerberos.keytab sasl.kerberos.principal sasl.kerberos.service.name",
		  "sasl.kerberos.keytab=/k sasl.kerberos.principal=c@X sasl.kerberos.service.name=kafka" },
	};

	expect_told(cases, COUNT(cases));
}

#define HANDLER "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler\n"
#define ENDPOINT "sasl.oauthbearer.token.endpoint.url=https://idp/token\n"
#define ENTRY "sasl.oauthbearer.config=OAuthBearerLoginModule required "

/* Whatever librdkafka is built with: it is told nothing of them but what it keeps for whoever fetches them. */
static void test_logins__tokens_of_an_identity_provider(void)
{
	static const char unsecured[] = "enable.sasl.oauthbearer.unsecure.jwt";
	static const struct key_case cases[] = {
		/* As Confluent Cloud has it. */
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT "sasl.login.callback.handler.class=" HANDLER
		  "sasl.login.connect.timeout.ms=1000\nsasl.jaas.config=" OAUTH "clientId='i' clientSecret='s\\\\\"' scope='a b' "
		  "extension_logicalCluster='lkc-1' extension_identityPoolId='pool-2' other=1;", "", "sasl.oauthbearer.config",
		  ENTRY "sasl.oauthbearer.token.endpoint.url=\"https://idp/token\" sasl.login.connect.timeout.ms=\"1000\" "
		  "clientId=\"i\" clientSecret=\"s\\\"\" scope=\"a b\" extension_logicalCluster=\"lkc-1\" "
		  "extension_identityPoolId=\"pool-2\";" },
		/* As newer Kafka and as librdkafka have it. */
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT "sasl.oauthbearer.client.credentials.client.id=i\n"
		  "sasl.oauthbearer.method=OIDC\nsasl.oauthbearer.client.secret=s", "", "sasl.oauthbearer.config",
		  ENTRY "sasl.oauthbearer.token.endpoint.url=\"https://idp/token\" "
		  "sasl.oauthbearer.client.credentials.client.id=\"i\" sasl.oauthbearer.method=\"OIDC\" "
		  "sasl.oauthbearer.client.credentials.client.secret=\"s\";" },
		/* Another login of the connector's leaves nothing of the worker's. */
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT "sasl.jaas.config=" OAUTH "clientId=i clientSecret=s scope=a;",
		  "consumer.override.sasl.jaas.config=" OAUTH "clientId=j clientSecret=t;", "sasl.oauthbearer.config",
		  ENTRY "sasl.oauthbearer.token.endpoint.url=\"https://idp/token\" clientId=\"j\" clientSecret=\"t\";" },
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT "sasl.oauthbearer.client.credentials.client.id=i\n"
		  "sasl.oauthbearer.client.credentials.client.secret=s\nsasl.oauthbearer.scope=a",
		  "consumer.override.sasl.jaas.config=" OAUTH "clientId=j clientSecret=t;", "sasl.oauthbearer.config",
		  ENTRY "sasl.oauthbearer.token.endpoint.url=\"https://idp/token\" clientId=\"j\" clientSecret=\"t\";" },
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT "sasl.jaas.config=" OAUTH "clientId=i clientSecret=s;",
		  "consumer.override.sasl.mechanism=PLAIN\nconsumer.override.sasl.jaas.config=" PLAIN "username=u password=p;",
		  "sasl.username sasl.oauthbearer.config", "sasl.username=u sasl.oauthbearer.config=" },
		{ "sasl.mechanism=OAUTHBEARER\nsasl.jaas.config=" OAUTH "unsecuredLoginStringClaim_sub='me';",
		  "consumer.override." ENDPOINT "consumer.override.sasl.jaas.config=" OAUTH "clientId=j clientSecret=t;", unsecured,
		  "enable.sasl.oauthbearer.unsecure.jwt=false" },
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT "sasl.jaas.config=" OAUTH "clientId=i clientSecret=s;",
		  "consumer.override.sasl.jaas.config=" OAUTH "unsecuredLoginStringClaim_sub='me';",
		  "enable.sasl.oauthbearer.unsecure.jwt sasl.oauthbearer.config",
		  "enable.sasl.oauthbearer.unsecure.jwt=true sasl.oauthbearer.config=principal=me" },
	};

	expect_told(cases, COUNT(cases));
}

static void test_logins__tokens_that_cannot_be(void)
{
	static const struct key_case cases[] = {
		{ "sasl.mechanism=OAUTHBEARER\nsasl.jaas.config=" OAUTH "clientId=i clientSecret=pl4nted;", "", NULL,
		  "! sasl.mechanism=OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url, where tokens are to be had" },
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT "sasl.jaas.config=" OAUTH "clientId='i';", "", NULL,
		  "! sasl.mechanism=OAUTHBEARER needs clientSecret=\"…\" in sasl.jaas.config, of OAuthBearerLoginModule" },
		{ "sasl.mechanism=OAUTHBEARER\n" ENDPOINT, "", NULL,
		  "! sasl.mechanism=OAUTHBEARER needs clientId=\"…\" in sasl.jaas.config, of OAuthBearerLoginModule" },
		{ "sasl.oauthbearer.token.endpoint.url=file:///token", "", NULL,
		  "! sasl.oauthbearer.token.endpoint.url: it is the https:// or http:// address where tokens are to be had" },
		{ "", "consumer.override.sasl.oauthbearer.method=azure", NULL,
		  "! consumer.override.sasl.oauthbearer.method: tokens are had by client credentials alone, which is oidc,default" },
		{ "sasl.oauthbearer.grant.type=urn:ietf:params:oauth:grant-type:jwt-bearer", "", NULL,
		  "! sasl.oauthbearer.grant.type: tokens are had by client credentials alone, which is client_credentials" },
		{ "sasl.oauthbearer.extensions=a=1,b", "", NULL,
		  "! sasl.oauthbearer.extensions: it is a list of NAME=VALUE with commas between" },
		{ "sasl.oauthbearer.header.urlencode=1", "", NULL, "! sasl.oauthbearer.header.urlencode: it is true or false" },
		{ "", "consumer.override.sasl.login.read.timeout.ms=soon", NULL,
		  "! consumer.override.sasl.login.read.timeout.ms: it is a number from 0 to 2147483647" },
		{ "sasl.login.refresh.window.factor=2", "", NULL,
		  "! sasl.login.refresh.window.factor: it is a number from 0.5 to 1" },
		{ "sasl.jaas.config=" OAUTH "clientId=i extension_auth=pl4nted;", "", NULL,
		  "! sasl.jaas.config: the extension auth needs another name: of letters, and not auth" },
		{ "sasl.jaas.config=" OAUTH "clientId=i extension_a-b=pl4nted;", "", NULL,
		  "! sasl.jaas.config: the extension a-b needs another name: of letters, and not auth" },
		{ "sasl.jaas.config=" OAUTH "clientId=i extension_pool='é';", "", NULL,
		  "! sasl.jaas.config: the extension pool has characters that are not of ASCII" },
		{ "sasl.jaas.config=" OAUTH "clientId=i ssl.keystore.location=/k.pem;", "", NULL,
		  "! sasl.jaas.config: token endpoints are asked without a client certificate (ssl.keystore.location)" },
		{ "sasl.jaas.config=" OAUTH "clientId=i ssl.truststore.location='FOLDER/store.jks';", "", NULL,
		  "! sasl.jaas.config" NO_JKS_TRUST },
	};

	expect_told(cases, COUNT(cases));
}

static void test_logins__what_cannot_be(void)
{
	static const struct key_case cases[] = {
		{ "sasl.jaas.config=" PLAIN "username=\"u\";", "", NULL,
		  "! sasl.jaas.config: PlainLoginModule has no password=\"…\"" },
		{ "sasl.jaas.config=" PLAIN "password=\"pl4nted\"", "", NULL,
		  "! sasl.jaas.config: it is no JAAS configuration: it does not end with a semicolon" },
		{ "sasl.mechanism=PLAIN\nsasl.jaas.config=" SCRAM "username=u password=pl4nted;", "", NULL,
		  "! sasl.jaas.config: ScramLoginModule does not go with sasl.mechanism=PLAIN, but with SCRAM-SHA-256 and "
		  "SCRAM-SHA-512" },
		{ "", "consumer.override.sasl.jaas.config=" SCRAM "username=u password=pl4nted tokenauth=\"true\";", NULL,
		  "! consumer.override.sasl.jaas.config: librdkafka cannot log in with delegation tokens (tokenauth)" },
		{ "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required awsProfileName=pl4nted;", "", NULL,
		  "! sasl.jaas.config: the login module software.amazon.msk.auth.iam.IAMLoginModule is Java's alone; librdkafka logs "
		  "in as PlainLoginModule, ScramLoginModule, OAuthBearerLoginModule and Krb5LoginModule do" },
		{ "sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler", "", NULL,
		  "! sasl.client.callback.handler.class: software.amazon.msk.auth.iam.IAMClientCallbackHandler is Java's alone; "
		  "connect-worker does what OAuthBearerLoginCallbackHandler does" },
	};

	expect_told(cases, COUNT(cases));
}

/* ---- stores ------------------------------------------------------------------------------------ */

#define NO_JKS \
	": Java key stores are not understood; make a PKCS#12 store of it (keytool -importkeystore -srckeystore STORE "  \
	"-destkeystore STORE.p12 -deststoretype PKCS12) and give ssl.keystore.type=PKCS12 and that"

static void test_stores__by_type_and_content(void)
{
	static const struct key_case cases[] = {
		{ "ssl.truststore.type=PEM\nssl.truststore.location=/ca.pem\nssl.truststore.password=p", "", "ssl.ca.location",
		  "ssl.ca.location=/ca.pem" },
		{ "ssl.truststore.location=FOLDER/store.pem", "", "ssl.ca.location", "ssl.ca.location=FOLDER/store.pem" },
		{ "ssl.truststore.location=FOLDER/store.jks\nssl.truststore.password=pl4nted", "", NULL,
		  "! ssl.truststore.location" NO_JKS_TRUST },
		{ "ssl.truststore.location=/nonexistent", "", NULL, "! ssl.truststore.location" NO_JKS_TRUST },
		{ "ssl.truststore.type=JKS\nssl.truststore.location=FOLDER/store.p12", "", NULL,
		  "! ssl.truststore.location: librdkafka takes no PKCS#12 store of what is trusted; make a PEM file of it (openssl "
		  "pkcs12 -in STORE -nokeys -out ca.pem) and give ssl.truststore.type=PEM and that" },
		{ "ssl.truststore.type=PEM\nssl.truststore.certificates=text", "", "ssl.ca.pem ssl.ca.location",
		  "ssl.ca.pem=text ssl.ca.location=" },
		{ "ssl.keystore.type=PEM\nssl.keystore.location=/k.pem\nssl.keystore.password=p\nssl.key.password=q", "",
		  "ssl.certificate.location ssl.key.location ssl.key.password ssl.keystore.password",
		  "ssl.certificate.location=/k.pem ssl.key.location=/k.pem ssl.key.password=q ssl.keystore.password=" },
		{ "ssl.keystore.location=FOLDER/store.p12\nssl.keystore.password=p", "",
		  "ssl.keystore.location ssl.keystore.password", "ssl.keystore.location=FOLDER/store.p12 ssl.keystore.password=p" },
		{ "ssl.keystore.type=pkcs12\nssl.keystore.location=/later.p12\nssl.keystore.password=p", "",
		  "ssl.keystore.location ssl.keystore.password", "ssl.keystore.location=/later.p12 ssl.keystore.password=p" },
		{ "", "consumer.override.ssl.keystore.location=/x.jks\nconsumer.override.ssl.keystore.password=pl4nted", NULL,
		  "! consumer.override.ssl.keystore.location" NO_JKS },
		{ "ssl.keystore.type=PKCS12\nssl.keystore.location=FOLDER/store.jks", "", NULL, "! ssl.keystore.location" NO_JKS },
		{ "ssl.keystore.key=k\nssl.keystore.certificate.chain=c", "", "ssl.key.pem ssl.certificate.pem",
		  "ssl.key.pem=k ssl.certificate.pem=c" },
		{ "ssl.protocol=TLSv1.3\nssl.enabled.protocols=TLSv1.2,TLSv1.3\nssl.provider=SunJSSE\n"
		  "ssl.endpoint.identification.algorithm=", "", "ssl.endpoint.identification.algorithm",
		  "ssl.endpoint.identification.algorithm=none" },
	};

	expect_told(cases, COUNT(cases));
}

/* ---- what there is to warn of ------------------------------------------------------------------ */

static void test_warning__scram_with_an_old_librdkafka(void)
{
	static const struct {
		const char *mechanism;
		int version;
		const char *want; /* NULL: nothing */
	} cases[] = {
		{ "SCRAM-SHA-256", 0x020002ff, "SCRAM-SHA-256 with librdkafka 2.0.2: " },
		{ "SCRAM-SHA-512", 0x020600ff, "SCRAM-SHA-512 with librdkafka 2.6.0: " },
		{ "SCRAM-SHA-256", 0x020601ff, NULL },
		{ "PLAIN", 0x020002ff, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		rd_kafka_conf_t *conf = rd_kafka_conf_new();
		CW_AUTO_FREE char *got = NULL;

		rd_kafka_conf_set(conf, "sasl.mechanism", cases[i].mechanism, NULL, 0);
		got = cw_security_warning(conf, cases[i].version);
		CU_ASSERT_EQUAL(got == NULL, cases[i].want == NULL);
		if (got && cases[i].want)
			CU_ASSERT_EQUAL(strncmp(got, cases[i].want, strlen(cases[i].want)), 0);
		rd_kafka_conf_destroy(conf);
	}
}

/* What a store of that kind does not do with an older one; and that two things are said of a client that is to do both. */
static void test_warnings__of_stores(void)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char *nothing = cw_security_warning(conf, 0x020000ff), *chain, *both;

	CU_ASSERT_PTR_NULL(nothing);
	rd_kafka_conf_set(conf, "ssl.keystore.location", "own.p12", NULL, 0);
	CU_ASSERT_PTR_NULL(cw_security_warning(conf, 0x020800ff));
	chain = cw_security_warning(conf, 0x020701ff);
	CU_ASSERT_TRUE(chain && strncmp(chain, "own.p12 with librdkafka 2.7.1: of a PKCS#12 store only", 54) == 0);
	rd_kafka_conf_set(conf, "sasl.mechanism", "SCRAM-SHA-256", NULL, 0);
	both = cw_security_warning(conf, 0x020000ff);
	CU_ASSERT_TRUE(both && strncmp(both, "SCRAM-SHA-256 with librdkafka 2.0.0: ", 37) == 0 && strstr(both, "; own.p12 with"));
	free(chain);
	free(both);
	rd_kafka_conf_destroy(conf);
}

static void put_file(const char *name, const char *bytes)
{
	CW_AUTO_FREE char *path = cw_format("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	fputs(bytes, f);
	fclose(f);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "jaas", test_jaas__is_read_as_kafka_reads_it },
		{ "logins", test_logins__jaas_in_librdkafkas_keys },
		{ "logins by tokens", test_logins__tokens_of_an_identity_provider },
		{ "logins by tokens that cannot be", test_logins__tokens_that_cannot_be },
		{ "warnings of stores", test_warnings__of_stores },
		{ "logins that cannot be", test_logins__what_cannot_be },
		{ "stores", test_stores__by_type_and_content },
		{ "warning", test_warning__scram_with_an_old_librdkafka },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { "kafka security", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };
	int status;

	CW_AUTO_FREE char *remove = NULL;

	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	put_file("store.jks", "\xfe\xed\xfe\xed\x02");
	put_file("store.p12", "\x30\x82\x0a");
	put_file("store.pem", "-----BEGIN CERTIFICATE-----\n");
	status = cw_test_main(suites);
	remove = cw_format("rm -rf %s", folder);
	return system(remove) == 0 ? status : EXIT_FAILURE;
}
