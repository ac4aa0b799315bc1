#include "config/address.h"
#include "config/props.h"
#include "config/worker_keys.h"
#include "config_fixture.h"

static void test_worker__defaults(void)
{
	struct cw_worker_config config;
	json_t *errors, *warnings;

	CU_ASSERT_EQUAL_FATAL(cw_worker_config_load(NULL, fixture_ask, NULL, &config, &errors, &warnings), 0);
	CU_ASSERT_EQUAL(json_array_size(errors), 0);
	CU_ASSERT_EQUAL(json_array_size(warnings), 0);
	CU_ASSERT_STRING_EQUAL(config.bootstrap_servers, "localhost:9092");
	CU_ASSERT_EQUAL_FATAL(config.listeners.n, 1);
	CU_ASSERT_STRING_EQUAL(config.listeners.items[0], "http://127.0.0.1:8083");
	CU_ASSERT_STRING_EQUAL(config.offset_storage_file_filename, CW_STATEDIR "/connect.db");
	CU_ASSERT_EQUAL(config.offset_flush_interval_ms, 5000);
	CU_ASSERT_EQUAL(config.offset_flush_timeout_ms, 5000);
	CU_ASSERT_EQUAL(config.task_shutdown_graceful_timeout_ms, 5000);
	CU_ASSERT_STRING_EQUAL(config.connector_client_config_override_policy, "All");
	CU_ASSERT_STRING_EQUAL(config.value_converter, "org.apache.kafka.connect.storage.StringConverter");
	CU_ASSERT_STRING_EQUAL(config.log_format, "text");
	CU_ASSERT_EQUAL(config.plugin_path.n, 0);
	CU_ASSERT_EQUAL(config.rest_advertised_port, 0);
	cw_worker_config_free(&config);
	json_decref(errors);
	json_decref(warnings);
}

static void test_worker__a_whole_file_and_the_way_to_the_host(void)
{
	static const char text[] =
		"bootstrap.servers = a:9092, [::1]:9093\n"
		"value.converter=ByteArrayConverter\n"
		"plugin.path=/usr/lib/x, /opt/y\n"
		"listeners=http://127.0.0.1:0,http://localhost:8084\n"
		"connector.client.config.override.policy="
		"org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy\n"
		"log.format=JSON\n"
		"producer.linger.ms=5\nsasl.mechanism=PLAIN\n";
	struct cw_worker_config config, host;
	json_t *errors, *warnings, *json;
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker(text, &config, &errors, &warnings), 0);
	CU_ASSERT_EQUAL(json_array_size(warnings), 0);
	CU_ASSERT_STRING_EQUAL(config.log_format, "json");
	CU_ASSERT_STRING_EQUAL(config.connector_client_config_override_policy, "Principal");
	CU_ASSERT_STRING_EQUAL(cw_map_get(&config.raw, "producer.linger.ms"), "5");

	json = cw_worker_config_to_json(&config);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json, "offset.flush.timeout.ms")), "5000");
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_json(json, &host, &err), 0);
	CU_ASSERT_STRING_EQUAL(host.value_converter, "ByteArrayConverter");
	CU_ASSERT_EQUAL_FATAL(host.plugin_path.n, 2);
	CU_ASSERT_STRING_EQUAL(host.plugin_path.items[1], "/opt/y");
	CU_ASSERT_STRING_EQUAL(cw_map_get(&host.raw, "sasl.mechanism"), "PLAIN");
	CU_ASSERT_STRING_EQUAL(host.connector_client_config_override_policy, "Principal");
	cw_worker_config_free(&config);
	cw_worker_config_free(&host);
	json_decref(json);
	json_decref(errors);
	json_decref(warnings);
}

static void test_worker__warns_with_the_place_and_the_nearest_name(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "listener=http://127.0.0.1:1", "1: unknown key \"listener\" is ignored; did you mean "
		  "\"listeners\"?" },
		{ "\n# x\ncolour=blue", "3: unknown key \"colour\" is ignored" },
		{ "prodcer.linger.ms=5",
		  "1: unknown key \"prodcer.linger.ms\" is ignored; did you mean \"producer.linger.ms\"?" },
		{ "bootstrap.server=a:1",
		  "1: unknown key \"bootstrap.server\" is ignored; did you mean \"bootstrap.servers\"?" },
		{ "group.id=g", "" },
		{ "connect.protocol=eager", "1: connect.protocol has no effect in standalone mode" },
		{ "offset.storage.topic=t", "" },
		{ "offset.storage.partitions=5", "" },
		{ "offset.storage.file.filename=x.db", "" },
		{ "plugin.discovery=only_scan", "1: plugin.discovery has no effect: it is about the Java virtual "
		  "machine" },
		{ "ssl.truststore.location=x", "" },
		{ "config.providers=file\nconfig.providers.file.class=FileConfigProvider\n"
		  "config.providers.file.param.allowed.paths=/etc", "" },
		{ "value.converter=Json\nvalue.converter.schemas.enable=false", "" },
		{ "config.providers=env\nbootstrap.servers=${env:KAFKA}\nsecurity.protocol=${env:P}\n"
		  "producer.linger.ms=${env:L}\nkey.converter=${env:C}", "" },
		{ "listeners=http://127.8.8.8:1,http://[::1]:2", "" },
		{ "listeners=http://:8083\nrest.allow.unauthenticated=true",
		  "1: listeners: http://:8083 can be reached from other machines, and REST asks nobody who he is "
		  "(rest.allow.unauthenticated=true)" },
		{ "listeners=http://127.0.0.1:1,http://[2001:db8::1]:2\nrest.authentication.token.file=/t",
		  "1: listeners: http://[2001:db8::1]:2 can be reached from other machines, and without TLS "
		  "passwords and "
		  "tokens cross the network readable: use https://" },
		{ "listeners=unix:/run/x.sock, https://:8083\nlisteners.https.ssl.keystore.location=/k.pem\n"
		  "rest.authentication.basic.file=/p", "" },
		{ "listeners=https://:8083\nssl.keystore.location=/k.pem\nssl.truststore.location=/t.pem\n"
		  "ssl.client.auth=required\nrest.authorization.roles.file=/r", "" },
		{ "listeners=https://127.0.0.1:1\nssl.keystore.key=k\nssl.keystore.certificate.chain=c", "" },
		{ "admin.listeners=", "" },
		{ "listeners=unix:/run/x.sock\nrest.authorization.roles.file=/r", "" },
		{ "admin.listeners=https://127.0.0.1:1\nadmin.listeners.https.ssl.keystore.location=/k", "" },
		{ "admin.listeners=https://127.0.0.1:1\nlisteners.https.ssl.keystore.location=/k", "" },
		{ "admin.listeners=http://127.0.0.1:1\nadmin.listeners.https.ssl.client.auth=none", "" },
		{ "listeners.https.ssl.provider=x",
		  "1: listeners.https.ssl.provider has no effect: it is about the Java virtual "
		  "machine" },
		{ "listeners.https.ssl.keystore.locatoin=x",
		  "1: unknown key \"listeners.https.ssl.keystore.locatoin\" is ignored; "
		  "did you mean \"listeners.https.ssl.keystore.location\"?" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_worker_config config;
		json_t *errors, *warnings;

		CU_ASSERT_EQUAL(fixture_load_worker(cases[i].text, &config, &errors, &warnings), 0);
		CU_ASSERT_EQUAL(json_array_size(warnings), *cases[i].want ? 1 : 0);
		CU_ASSERT_STRING_EQUAL(fixture_sentence(warnings, 0), cases[i].want);
		cw_worker_config_free(&config);
		json_decref(errors);
		json_decref(warnings);
	}
}

static void test_worker__reports_every_error_at_once(void)
{
	struct cw_worker_config config;
	json_t *errors, *warnings;

	CU_ASSERT_EQUAL(fixture_load_worker("listeners=http://x:y\nlog.level=loud\noffset.flush.interval.ms=0\n"
				  "rest.port=1\n", &config, &errors, &warnings), -1);
	CU_ASSERT_EQUAL(json_array_size(errors), 4);
	CU_ASSERT_PTR_NULL(config.memory);
	CU_ASSERT_PTR_NULL(config.raw.entries);
	json_decref(errors);
	json_decref(warnings);
}

/* What would leave REST open, or half configured, keeps the worker from starting. */
static void test_worker__refuses_an_open_or_half_configured_rest(void)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
		{ "listeners=http://:8083",
		  "REST would not ask anybody who he is: set rest.authentication.basic.file" },
		{ "listeners=http://127.0.0.1:1,http://192.0.2.1:1", "http://192.0.2.1:1 can be reached" },
		{ "listeners=http://127.evil.example:1", "can be reached" },
		{ "admin.listeners=http://0.0.0.0:1", "1: admin.listeners: http://0.0.0.0:1 can be reached" },
		{ "listeners=https://:1\nlisteners.https.ssl.keystore.location=/k", "rest.allow.unauthenticated=true" },
		{ "listeners=https://:1\nssl.keystore.location=/k\nssl.truststore.location=/t\n"
		  "ssl.client.auth=requested",
		  "ssl.client.auth=required" },
		{ "listeners=https://127.0.0.1:1", "HTTPS needs a key and a certificate" },
		{ "listeners=https://127.0.0.1:1\nssl.keystore.location=/k\nlisteners.https.ssl.protocol=TLSv1.3",
		  "HTTPS needs a key and a certificate" },
		{ "listeners=https://127.0.0.1:1\nssl.keystore.location=/k\nssl.client.auth=required",
		  "ssl.client.auth=required needs ssl.truststore.location" },
		{ "listeners=https://127.0.0.1:1\nssl.keystore.location=/k\nssl.keystore.key=k", "choose one" },
		{ "listeners=https://127.0.0.1:1\nssl.keystore.location=/k\nssl.keystore.type=JKS",
		  "keytool -importkeystore" },
		{ "listeners.https.ssl.keystore.type=PKCS12", "keytool -importkeystore" },
		{ "listeners.https.ssl.keystore.password=hunter2", "cannot be specified with PEM format" },
		{ "listeners.https.ssl.enabled.protocols=TLSv1.1,TLSv1.2", "TLSv1.2 and TLSv1.3, not \"TLSv1.1\"" },
		{ "listeners=https://127.0.0.1:1\nssl.keystore.location=/k\nssl.protocol=TLSv1.2\n"
		  "ssl.enabled.protocols=TLSv1.3",
		  "leave no protocol" },
		{ "listeners.https.ssl.client.auth=maybe", "none, requested, required" },
		{ "listeners.https.ssl.cipher.suites=TLS_AES_128_GCM_SHA256", "leave it empty" },
		{ "admin.listeners.https.ssl.keystore.typ=PEM", "the keys of HTTPS are those of listeners.https.*" },
		{ "admin.listeners.https.ssl.keystore.type=JKS",
		  "admin.listeners.https.ssl.keystore.type: The only type" },
		{ "admin.listeners=https://127.0.0.1:1\nlisteners.https.ssl.keystore.location=/k\n"
		  "admin.listeners.https.ssl.client.auth=none", "1: admin.listeners: https://127.0.0.1:1: "
		  "HTTPS needs a key" },
		{ "rest.authorization.roles.file=/r", "there are no users to have roles" },
		{ "rest.unix.socket.mode=0777", "octal" },
		{ "rest.unix.socket.mode=9", "octal" },
		{ "response.http.headers.config=put X-A: b", "Invalid header config action: 'put'" },
		{ "response.http.headers.config=set X A: b", "cannot contain whitespace" },
		{ "response.http.headers.config=setDate Expires: soon", "milliseconds" },
		{ "response.http.headers.config=set Content-Length: 5", "the server's own" },
		{ "rest.extension.classes=BasicAuthSecurityRestExtension", "rest.authentication.basic.file" },
		{ "listeners=unix:x", "absolute path" },
		{ "rest.connections.max=0", "at least 1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cw_worker_config config;
		json_t *errors, *warnings;
		const char *got;

		CU_ASSERT_EQUAL(fixture_load_worker(cases[i].text, &config, &errors, &warnings), -1);
		got = fixture_sentence(errors, 0);
		if (!strstr(got, cases[i].part))
			fprintf(stderr, "\n%s: expected %s, got %s\n", cases[i].text, cases[i].part, got);
		CU_ASSERT_PTR_NOT_NULL(strstr(got, cases[i].part));
		CU_ASSERT_PTR_NULL(strstr(got, "hunter2"));
		json_decref(errors);
		json_decref(warnings);
	}
}

static void test_worker__hosts_are_told_nothing_of_rests_keys(void)
{
	struct cw_worker_config config;
	json_t *errors, *warnings, *json;
	char *text;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("listeners=https://127.0.0.1:1\n"
						  "listeners.https.ssl.keystore.location=/k\n"
						  "listeners.https.ssl.key.password=hunter2\n"
						  "admin.listeners=https://127.0.0.1:2\n"
						  "admin.listeners.https.ssl.keystore.certificate.chain=c\n"
						  "admin.listeners.https.ssl.keystore.key=hunter2\n"
						  "rest.authentication.basic.file=/hunter2\nproducer.acks=all\n",
						  &config, &errors, &warnings), 0);
	json = cw_worker_config_to_json(&config);
	text = json_dumps(json, 0);
	CU_ASSERT_PTR_NULL(strstr(text, "hunter2"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "producer.acks"));
	free(text);
	json_decref(json);
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_free(&config);
}

/* Each row of the second list is reachable: no row of the table or an earlier row hides it. */
static void test_worker__other_keys_are_unique_and_documented(void)
{
	size_t n;
	const struct cw_worker_key *keys = cw_worker_keys(&n);

	for (size_t i = 0; i < n; i++) {
		CW_AUTO_FREE char *name = cw_format("%s%s", keys[i].name,
						    keys[i].name[strlen(keys[i].name) - 1] == '.' ? "x" : "");

		CU_ASSERT_PTR_EQUAL(cw_worker_key_find(name), &keys[i]);
		CU_ASSERT_TRUE(strlen(keys[i].doc) > 10);
	}
	for (size_t i = 0; i < cw_worker_table().n; i++) {
		struct cw_config_def def;

		cw_config_table_at(cw_worker_table(), i, &def);
		CU_ASSERT_TRUE(def.doc && def.doc[strlen(def.doc) - 1] == '.' && def.group);
		CU_ASSERT_EQUAL(cw_config_check(&def, def.default_value, NULL), 0);
	}
}

static void test_listener__splits_host_and_port(void)
{
	struct cw_address listener;

	CU_ASSERT_EQUAL(cw_address_parse("http://[::1]:8083", &listener, NULL), 0);
	CU_ASSERT_STRING_EQUAL(listener.host, "::1");
	CU_ASSERT_EQUAL(listener.port, 8083);
	CU_ASSERT_EQUAL(cw_address_parse("HTTP://:0", &listener, NULL), 0);
	CU_ASSERT_STRING_EQUAL(listener.host, "");
	CU_ASSERT_FALSE(cw_address_is_loopback(&listener));
	CU_ASSERT_EQUAL(cw_address_parse("https://h:1/", &listener, NULL), 0);
	CU_ASSERT_EQUAL(listener.scheme, CW_SCHEME_HTTPS);
	CU_ASSERT_EQUAL(listener.port, 1);
	CU_ASSERT_EQUAL(cw_address_parse("unix:/run/x.sock", &listener, NULL), 0);
	CU_ASSERT_EQUAL(listener.scheme, CW_SCHEME_UNIX);
	CU_ASSERT_STRING_EQUAL(listener.host, "/run/x.sock");
	CU_ASSERT_TRUE(cw_address_is_loopback(&listener));
}

/* make builds the example next to the tests. Its commented keys are the defaults, so giving them changes nothing. */
static void test_worker__the_example_is_the_defaults(void)
{
	struct cw_worker_config example, defaults;
	json_t *errors, *warnings, *a, *b;
	size_t n;
	CW_AUTO_FREE char *text = cw_file_read("connect-worker.properties.example", &n, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_load("connect-worker.properties.example", fixture_ask, NULL, &example, &errors,
						    &warnings), 0);
	CU_ASSERT_EQUAL(example.raw.n, 0);
	CU_ASSERT_EQUAL(json_array_size(warnings), 0);
	cw_worker_config_free(&example);
	json_decref(errors);
	json_decref(warnings);

	for (char *line = text; line; line = strchr(line + 1, '\n')) {
		char *hash = line + (*line == '\n');
		size_t key = strcspn(hash, " =\n");

		if (*hash == '#' && hash[key] == '=' && hash[key + 1] != '\n')
			*hash = ' ';
	}
	CU_ASSERT_EQUAL_FATAL(fixture_load_worker(text, &example, &errors, &warnings), 0);
	CU_ASSERT_EQUAL(json_array_size(warnings), 0);
	CU_ASSERT_TRUE(example.raw.n > 10);
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_load(NULL, fixture_ask, NULL, &defaults, &errors, &warnings);
	a = cw_worker_config_to_json(&example);
	b = cw_worker_config_to_json(&defaults);
	CU_ASSERT_TRUE(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_free(&example);
	cw_worker_config_free(&defaults);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "defaults", test_worker__defaults },
		{ "a whole file", test_worker__a_whole_file_and_the_way_to_the_host },
		{ "warnings", test_worker__warns_with_the_place_and_the_nearest_name },
		{ "REST is not left open", test_worker__refuses_an_open_or_half_configured_rest },
		{ "REST's keys stay with the worker", test_worker__hosts_are_told_nothing_of_rests_keys },
		{ "all errors at once", test_worker__reports_every_error_at_once },
		{ "other keys", test_worker__other_keys_are_unique_and_documented },
		{ "the example", test_worker__the_example_is_the_defaults },
		{ "listeners", test_listener__splits_host_and_port },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "worker_config", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
