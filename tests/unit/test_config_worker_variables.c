/* Settings of the worker itself that stand for what a config provider answers. */
#include "config/https.h"
#include "config_fixture.h"

#define SECRET "hunter2-and-more"

static void test_variables__whose_they_are(void)
{
	static const struct {
		const char *text, *want; /* what is asked for; "": nobody is asked */
	} cases[] = {
		{ "log.level=debug", "" },
		{ "log.level=${x:debug}", "log.level|${x:debug}\n" },
		{ "offset.flush.interval.ms=${x:a}\nlisteners=https://127.0.0.1:${x:p:q}\ngroup.id=a-${x:a}\nssl.keystore.location=/k",
		  "offset.flush.interval.ms|${x:a}\nlisteners|https://127.0.0.1:${x:p:q}\ngroup.id|a-${x:a}\n" },
		/* the hosts' */
		{ "bootstrap.servers=${x:a}\nsecurity.protocol=${x:a}\nsasl.password=${x:a}\nproducer.acks=${x:a}\n"
		  "key.converter=${x:a}\nkey.converter.secret=${x:a}\nconnector.client.config.override.policy=${x:a}", "" },
		/* plain keys of TLS: REST reads them where it has TLS and none of its own */
		{ "ssl.key.password=${x:a}", "" },
		{ "listeners=http://127.0.0.1:1\nssl.key.password=${x:a}", "" },
		{ "listeners=https://127.0.0.1:1\nssl.key.password=${x:a}\nssl.ca.location=${x:a}\nssl.keystore.location=/k",
		  "ssl.key.password|${x:a}\n" },
		{ "listeners=https://127.0.0.1:1\nssl.key.password=${x:a}\nlisteners.https.ssl.keystore.location=/k", "" },
		{ "listeners=${x:l}\nssl.keystore.location=${x:k}",
		  "listeners|${x:l}\nssl.keystore.location|${x:k}\n" },
		{ "admin.listeners=https://127.0.0.1:1\nssl.key.password=${x:a}\nssl.keystore.location=/k",
		  "ssl.key.password|${x:a}\n" },
		{ "admin.listeners=https://127.0.0.1:1\nssl.key.password=${x:a}\nadmin.listeners.https.ssl.keystore.location=/k",
		  "" },
		{ "admin.listeners=https://127.0.0.1:1\nadmin.listeners.https.ssl.key.password=${x:a}\n"
		  "admin.listeners.https.ssl.client.auth=${x:n}\nadmin.listeners.https.ssl.keystore.location=/k",
		  "admin.listeners.https.ssl.key.password|${x:a}\nadmin.listeners.https.ssl.client.auth|${x:n}\n" },
		/* text like any other: nobody has that name */
		{ "group.id=${vault:a}\nresponse.http.headers.config=set A: ${x}", "" },
	};
	static const char values[] = "log.level|debug\noffset.flush.interval.ms|5\nlisteners|https://127.0.0.1:9\n"
		"group.id|g\nssl.keystore.location|/k\nssl.key.password|p\nadmin.listeners.https.ssl.key.password|p\n"
		"admin.listeners.https.ssl.client.auth|none";

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *text = cw_format("config.providers=y, x\n%s\n", cases[i].text);
		struct fixture_provider provider = { .values = values };
		struct cw_worker_config config;
		json_t *errors, *warnings;
		int ret = fixture_load_asking(text, &provider, &config, &errors, &warnings);

		if (ret != 0)
			fprintf(stderr, "\n%s: %s\n", cases[i].text, fixture_sentence(errors, 0));
		CU_ASSERT_EQUAL(ret, 0);
		CU_ASSERT_STRING_EQUAL(provider.asked, cases[i].want);
		CU_ASSERT_EQUAL(provider.times, *cases[i].want ? 1 : 0);
		if (ret == 0)
			cw_worker_config_free(&config);
		json_decref(errors);
		json_decref(warnings);
	}
}

static void test_variables__the_settings_have_what_they_stand_for(void)
{
	static const char text[] =
		"config.providers=x\nlisteners=https://127.0.0.1:${x:port}\nlog.level=${x:level}\n"
		"listeners.https.ssl.keystore.location=/k\nlisteners.https.ssl.key.password=${x:password}\n"
		"response.http.headers.config=set A: ${x:header}\nsasl.password=${x:kafka}\n"
		"offset.flush.interval.ms=${x:flush}\n";
	struct fixture_provider provider = {
		.values = "listeners|https://127.0.0.1:8443\nlog.level| DEBUG \nlisteners.https.ssl.key.password| " SECRET " \n"
			  "response.http.headers.config|set A: " SECRET "\noffset.flush.interval.ms|250",
		.told = SECRET "|${x:password}",
	};
	struct cw_worker_config config, host;
	struct cw_https_config https;
	struct cw_error err = { 0 };
	json_t *errors, *warnings, *json;

	CU_ASSERT_EQUAL_FATAL(fixture_load_asking(text, &provider, &config, &errors, &warnings), 0);
	CU_ASSERT_STRING_EQUAL(config.log_level, "debug");
	CU_ASSERT_EQUAL(config.offset_flush_interval_ms, 250);
	CU_ASSERT_STRING_EQUAL(config.listeners.items[0], "https://127.0.0.1:8443");
	CU_ASSERT_STRING_EQUAL(config.response_http_headers_config, "set A: " SECRET);
	CU_ASSERT_EQUAL(cw_https_config_read(cw_worker_own(&config), false, &https, &err), 0);
	CU_ASSERT_STRING_EQUAL(https.key_password, SECRET);
	CU_ASSERT_STRING_EQUAL(https.keystore_location, "/k");
	CU_ASSERT_STRING_EQUAL(cw_map_get(&config.told, SECRET), "${x:password}");
	/* Everybody else has the text. */
	CU_ASSERT_STRING_EQUAL(cw_map_get(&config.raw, "listeners.https.ssl.key.password"), "${x:password}");
	json = cw_worker_config_to_json(&config);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json, "log.level")), "${x:level}");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json, "sasl.password")), "${x:kafka}");
	CU_ASSERT_PTR_NULL(json_object_get(json, "response.http.headers.config"));
	CU_ASSERT_PTR_NULL(json_object_get(json, "listeners"));
	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_json(json, &host, &err), 0);
	CU_ASSERT_STRING_EQUAL(host.log_level, "info");
	cw_worker_config_free(&host);
	cw_worker_config_free(&config);
	json_decref(json);
	json_decref(errors);
	json_decref(warnings);
}

static void test_variables__without_any_there_is_one_map(void)
{
	struct cw_worker_config config;
	json_t *errors, *warnings;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("config.providers=x\nsasl.password=${x:a}\n", &config, &errors, &warnings), 0);
	CU_ASSERT_PTR_EQUAL(cw_worker_own(&config), &config.raw);
	CU_ASSERT_EQUAL(config.own.n, 0);
	cw_worker_config_free(&config);
	json_decref(errors);
	json_decref(warnings);
}

/* A sentence has the key and the variable, and nothing of what it stands for. */
static void test_variables__what_is_wrong_is_said_without_the_secret(void)
{
	static const struct {
		const char *text;
		struct fixture_provider provider;
		const char *want[3];
	} cases[] = {
		{ "log.level=${x:a}", { .error = "nobody is there" }, { "nobody is there" } },
		{ "log.level=${x:a}\ngroup.id=<${x:b}>", { .failed = "log.level|it is away\ngroup.id|it is gone" },
		  { "2: log.level: ${x:a} cannot be resolved: it is away", "3: group.id: <${x:b}> cannot be resolved: it is gone" } },
		{ "config.providers.x.class=V\nlog.level=${x:a}", { .failed = "config.providers.x.class|there is none" },
		  { "2: config.providers.x.class: there is none" } },
		{ "log.level=${x:a}\ngroup.id=${x:b}", { .failed = "group.id|it is gone" },
		  { "3: group.id: ${x:b} cannot be resolved: it is gone" } },
		{ "log.level=${x:a}", { .values = "group.id|g" },
		  { "2: log.level: ${x:a} cannot be resolved: there is no answer" } },
		{ "rest.advertised.port=${x:a}\nrest.connections.max=1${x:b}",
		  { .values = "rest.advertised.port|" SECRET "\nrest.connections.max|1000000" },
		  { "2: Invalid value ${x:a} for configuration rest.advertised.port: Not a number of type INT",
		    "3: Invalid value 1${x:b} for configuration rest.connections.max: Value must be no more than 65535" } },
		{ "log.level=${x:a}", { .values = "log.level|x for configuration log.level: " SECRET },
		  { "2: Invalid value ${x:a} for configuration log.level: String must be one of (case insensitive): error, warn, "
		    "info, debug" } },
		{ "topic.tracking.enable=${x:a}", { .values = "topic.tracking.enable|" SECRET },
		  { "2: Invalid value ${x:a} for configuration topic.tracking.enable: Expected value to be either true or "
		    "false" } },
		{ "listeners=${x:a}", { .values = "listeners|http://" SECRET ":" SECRET },
		  { "2: Invalid value ${x:a} for configuration listeners: What it stands for does not fit: Where REST answers: "
		    "http://HOST:PORT, https://HOST:PORT and unix:/PATH, separated by commas." } },
		{ "listeners.https.ssl.keystore.password=${x:a}", { .values = "listeners.https.ssl.keystore.password|" SECRET },
		  { "2: Invalid value ${x:a} for configuration listeners.https.ssl.keystore.password: What it stands for does not "
		    "fit: Not with PEM: must be empty." } },
		{ "admin.listeners.https.ssl.client.auth=${x:a}", { .values = "admin.listeners.https.ssl.client.auth|" SECRET },
		  { "2: Invalid value ${x:a} for configuration admin.listeners.https.ssl.client.auth: String must be one of (case "
		    "insensitive): none, requested, required" } },
		{ "listeners=${x:l}\nssl.keystore.location=/k\nssl.client.auth=${x:a}",
		  { .values = "listeners|https://127.0.0.1:1\nssl.client.auth|" SECRET },
		  { "4: Invalid value ${x:a} for configuration ssl.client.auth: String must be one of (case insensitive): none, "
		    "requested, required" } },
		/* What fits by itself, and not together. */
		{ "listeners=http://127.0.0.1:1,http://${x:a}:1", { .values = "listeners|http://127.0.0.1:1,http://" SECRET ":1",
								    .told = SECRET "|${x:a}" },
		  { "2: listeners: http://${x:a}:1 can be reached from other machines, and REST would not ask anybody" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CW_AUTO_FREE char *text = cw_format("config.providers=x\n%s\n", cases[i].text);
		struct fixture_provider provider = cases[i].provider;
		struct cw_worker_config config;
		json_t *errors, *warnings;
		CW_AUTO_FREE char *all = NULL;
		size_t n = 0;

		CU_ASSERT_EQUAL(fixture_load_asking(text, &provider, &config, &errors, &warnings), -1);
		all = json_dumps(errors, 0);
		CU_ASSERT_PTR_NULL(strstr(all, SECRET));
		CU_ASSERT_PTR_NULL(config.memory);
		for (; cases[i].want[n]; n++)
			if (strncmp(fixture_sentence(errors, n), cases[i].want[n], strlen(cases[i].want[n])) != 0) {
				fprintf(stderr, "\n%s: %s\n", cases[i].text, fixture_sentence(errors, n));
				CU_FAIL("another sentence");
			}
		CU_ASSERT_EQUAL(json_array_size(errors), n);
		json_decref(errors);
		json_decref(warnings);
	}
}

/* Nobody is bothered for a file that is wrong anyway. */
static void test_variables__are_asked_for_when_the_rest_is_right(void)
{
	struct fixture_provider provider = { .values = "log.level|debug" };
	struct cw_worker_config config;
	json_t *errors, *warnings;

	CU_ASSERT_EQUAL(fixture_load_asking("config.providers=x\nlog.level=${x:a}\nlog.format=xml\n", &provider, &config, &errors,
					    &warnings), -1);
	CU_ASSERT_EQUAL(json_array_size(errors), 1);
	CU_ASSERT_EQUAL(provider.times, 0);
	json_decref(errors);
	json_decref(warnings);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "whose they are", test_variables__whose_they_are },
		{ "values", test_variables__the_settings_have_what_they_stand_for },
		{ "none", test_variables__without_any_there_is_one_map },
		{ "errors", test_variables__what_is_wrong_is_said_without_the_secret },
		{ "order", test_variables__are_asked_for_when_the_rest_is_right },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "variables of the worker", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
