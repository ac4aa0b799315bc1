/*
 * Bad input: each row is one mistake and the whole of what a person is told: one sentence that names the
 * key, and the place where it stands in a file.
 */
#include "config/findings.h"
#include "config/props.h"
#include "config_fixture.h"

#define TOPIC_DEFAULTS "topic.creation.default.partitions=1\ntopic.creation.default.replication.factor=1\n"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void expect(const char *got, const char *want, const char *input)
{
	if (strcmp(got, want) != 0)
		fprintf(stderr, "\n  input: %s\n  got:   %s\n  want:  %s\n", input, got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
}

/* ---- the worker's file ----------------------------------------------------------------------- */

static const struct {
	const char *text, *want;
} worker_cases[] = {
	{ "a=1\n  =x\n", "2:3: there is no key before \"=\"; a line is KEY=VALUE" },
	{ ": x", "1:1: there is no key before \":\"; a line is KEY=VALUE" },
	{ "log.level=\\u12", "1:11: \"\\u\" must be followed by four hexadecimal digits, as in \\u00e4" },
	{ "# x\nlog.level=in\\\n   \\u00g1",
	  "3:4: \"\\u\" must be followed by four hexadecimal digits, as in \\u00e4" },
	{ "x=\\ud83d", "1:3: \\ud83d is one half of a surrogate pair; the other half is missing" },
	{ "x=a\\udc00b", "1:4: \\udc00 is one half of a surrogate pair; the other half is missing" },
	{ "x=\\ud83d\\u0041", "1:3: \\ud83d is one half of a surrogate pair; the other half is missing" },
	{ "x=a\\u0000", "1:4: \\u0000 (a NUL character) is not allowed" },
	{ "\xff\xfe" "a", "1:1: this is a UTF-16 file; save it as UTF-8" },
	{ "bootstrap.servers=", "1: Invalid value  for configuration bootstrap.servers: String may not be empty" },
	{ "bootstrap.servers=localhost",
	  "1: Invalid value localhost for configuration bootstrap.servers: \"localhost\" has no port; write "
	  "HOST:PORT" },
	{ "bootstrap.servers=a:9092,:9093",
	  "1: Invalid value a:9092,:9093 for configuration bootstrap.servers: \":9093\" has no host; write HOST:PORT" },
	{ "bootstrap.servers=a:0", "1: Invalid value a:0 for configuration bootstrap.servers: The port of \"a:0\" "
	  "must be a number from 1 to 65535" },
	{ "\nlisteners=http://127.0.0.1:70000",
	  "2: Invalid value [http://127.0.0.1:70000] for configuration listeners: The port of \"127.0.0.1:70000\" "
	  "must be a number from 0 to 65535" },
	{ "listeners=http://127.0.0.1", "1: Invalid value [http://127.0.0.1] for configuration listeners: "
	  "\"127.0.0.1\" has no port; write HOST:PORT" },
	{ "listeners=https://127.0.0.1:8443",
	  "1: listeners: https://127.0.0.1:8443: HTTPS needs a key and a certificate: set "
	  "listeners.https.ssl.keystore.location to a PEM file with both, or listeners.https.ssl.keystore.key and "
	  "listeners.https.ssl.keystore.certificate.chain to their text" },
	{ "listeners=127.0.0.1:8083", "1: Invalid value [127.0.0.1:8083] for configuration listeners: A listener is "
				      "http://HOST:PORT, https://HOST:PORT or unix:/PATH, not "
				      "\"127.0.0.1:8083\"" },
	{ "listeners=http://::1:8083", "1: Invalid value [http://::1:8083] for configuration listeners: An IPv6 "
	  "address stands in brackets, as in [::1]:8083, not \"::1:8083\"" },
	{ "listeners=http://[::1:8083", "1: Invalid value [http://[::1:8083] for configuration listeners: "
	  "\"[::1:8083\" has a \"[\" without its \"]\"" },
	{ "listeners=http://a b:1", "1: Invalid value [http://a b:1] for configuration listeners: \"a b:1\" is not a "
	  "host name or address with a port" },
	{ "listeners=", "1: Invalid value [] for configuration listeners: List may not be empty" },
	{ "listeners=http://127.0.0.1:1,", "1: Invalid value [http://127.0.0.1:1, ] for configuration listeners: "
	  "List may not contain an empty item" },
	{ "rest.advertised.port=0", "1: Invalid value 0 for configuration rest.advertised.port: Value must be at "
	  "least 1" },
	{ "offset.flush.interval.ms=1m",
	  "1: Invalid value 1m for configuration offset.flush.interval.ms: Not a number of type LONG" },
	{ "offset.flush.timeout.ms=0", "1: Invalid value 0 for configuration offset.flush.timeout.ms: Value must be at "
				       "least 1" },
	{ "task.shutdown.graceful.timeout.ms=86400001",
	  "1: Invalid value 86400001 for configuration task.shutdown.graceful.timeout.ms: Value must be no more than "
	  "86400000" },
	{ "offset.storage.file.filename=", "1: Invalid value  for configuration offset.storage.file.filename: String "
	  "may not be empty" },
	{ "topic.creation.enable=yes", "1: Invalid value yes for configuration topic.creation.enable: Expected value "
	  "to be either true or false" },
	{ "log.level=loud", "1: Invalid value loud for configuration log.level: String must be one of (case "
	  "insensitive): error, warn, info, debug" },
	{ "log.format=xml", "1: Invalid value xml for configuration log.format: String must be one of (case "
	  "insensitive): text, json" },
	{ "connector.client.config.override.policy=Some",
	  "1: Invalid value Some for configuration connector.client.config.override.policy: The policies of this "
	  "version are All, None, Principal and Allowlist" },
	{ "exactly.once.source.support=on",
	  "1: Invalid value on for configuration exactly.once.source.support: String must be one of (case "
	  "insensitive): disabled, preparing, enabled" },
	{ "offset.storage.topic=", "1: Invalid value  for configuration offset.storage.topic: String may not be "
	  "empty" },
	{ "offset.storage.partitions=0",
	  "1: Invalid value 0 for configuration offset.storage.partitions: Value must be at least 1" },
	{ "offset.storage.replication.factor=-2",
	  "1: Invalid value -2 for configuration offset.storage.replication.factor: Value must be at least -1" },
	{ "config.providers=env\nplugin.path=/a,${env:P}", "2: plugin.path is read before a config provider can be asked: "
	  "write the value itself" },
	{ "config.providers=env\ncore.dumps=${env:C}", "2: core.dumps is read before a config provider can be asked: write "
	  "the value itself" },
	{ "config.providers=${env:P}", "1: config.providers is read before a config provider can be asked: write the value "
	  "itself" },
	{ "config.providers=a,b\nconfig.providers.a.param.x=${b:y}", "2: config.providers.a.param.x is read before a config "
	  "provider can be asked: write the value itself" },
	{ "config.providers=a\nconfig.providers.a.class=${a:y}", "2: config.providers.a.class is read before a config "
	  "provider can be asked: write the value itself" },
	{ "config.providers=file\nbootstrap.servers=${env:KAFKA}", "2: Invalid value ${env:KAFKA} for configuration "
	  "bootstrap.servers: The port of \"${env:KAFKA}\" must be a number from 1 to 65535" },
	{ "\n\nrest.port=8084", "3: rest.port was dropped by Kafka Connect 3.0: use listeners" },
	{ "admin.listeners=http://:1",
	  "1: admin.listeners: http://:1 can be reached from other machines, and REST would not ask anybody who he is: set "
	  "rest.authentication.basic.file, rest.authentication.token.file or, for https://, "
	  "listeners.https.ssl.client.auth=required; or listen on 127.0.0.1 or unix:/PATH; or, when everybody who can reach "
	  "it may do everything, set rest.allow.unauthenticated=true" },
	{ "listeners=http://127.0.0.1:1\nlisteners.https.ssl.keystore.location=/k.pem",
	  "2: listeners.https.ssl.keystore.location: listeners has no https:// listener that it could be for: write https:// "
	  "there, or leave listeners.https.* out" },
	{ "listeners.https.ssl.client.auth=required\nlisteners.https.ssl.truststore.location=/t.pem",
	  "1: listeners.https.ssl.client.auth: listeners has no https:// listener that it could be for: write https:// "
	  "there, or leave listeners.https.* out" },
	{ "listeners=https://127.0.0.1:1\nssl.keystore.location=/k\nadmin.listeners.https.ssl.keystore.location=/k.pem",
	  "3: admin.listeners.https.ssl.keystore.location: admin.listeners has no https:// listener that it could be for: "
	  "write https:// there, or leave admin.listeners.https.* out" },
	{ "rest.extension.classes=BasicAuth",
	  "1: rest.extension.classes is a list of Java classes; what such extensions are used for is built in: users with "
	  "passwords (rest.authentication.basic.file), tokens (rest.authentication.token.file), client certificates "
	  "(listeners.https.ssl.client.auth) and roles (rest.authorization.roles.file)" },
};

static void test_bad_worker_files(void)
{
	for (size_t i = 0; i < COUNT(worker_cases); i++) {
		struct cw_worker_config config;
		json_t *errors, *warnings;

		CU_ASSERT_EQUAL(fixture_load_worker(worker_cases[i].text, &config, &errors, &warnings), -1);
		CU_ASSERT_EQUAL(json_array_size(errors), 1);
		expect(fixture_sentence(errors, 0), worker_cases[i].want, worker_cases[i].text);
		CU_ASSERT_PTR_NULL(config.memory);
		json_decref(errors);
		json_decref(warnings);
	}
}

/* ---- connector files ------------------------------------------------------------------------- */

static const struct {
	const char *name, *text, *want;
} file_cases[] = {
	{ "c.properties", "", "c.properties: has no configuration in it" },
	{ "c.properties", "# nothing\n", "c.properties: has no configuration in it" },
	{ "c.properties", "tasks.max=1\n", "c.properties: \"name\" is missing; every connector needs one" },
	{ "c.properties", "name=\ntasks.max=1\n", "c.properties: \"name\" is empty; every connector needs one" },
	{ "c.properties", "name=a\n\\\n =x\n", "c.properties:3:2: there is no key before \"=\"; a line is KEY=VALUE" },
	{ "c.json", "", "c.json:1:1: not valid JSON: '[' or '{' expected" },
	{ "c.json", "{", "c.json:1:1: not valid JSON: string or '}' expected" },
	{ "c.json", "{\"name\":\"a\",\n  \"password\":\"s3cret\" \"x\"}", "c.json:2:25: not valid JSON: '}' expected" },
	{ "c.json", "{\"password\":\"s3cret\\x\"}", "c.json:1:21: not valid JSON: invalid escape" },
	{ "c.json", "{\"name\":\"a\"}}", "c.json:1:13: not valid JSON: end of file expected" },
	{ "c.json", "{\"name\":\"a\",\"name\":\"b\"}", "c.json:1:18: not valid JSON: duplicate object key" },
	{ "c.json", "[{\"name\":\"a\"}]", "c.json is an array; it must be a JSON object of keys and values" },
	{ "c.conf", " [1]", "c.conf is an array; it must be a JSON object of keys and values" },
	{ "c.json", "{}", "c.json: has no configuration in it" },
	{ "c.json", "{\"tasks.max\":1}", "c.json: \"name\" is missing; every connector needs one" },
	{ "c.json", "{\"config\":{\"tasks.max\":1}}", "c.json: \"name\" is missing; every connector needs one" },
	{ "c.json", "{\"name\":\"a\",\"topics\":[\"x\"]}",
	  "c.json: the value of \"topics\" is an array; it must be a string, a number or a boolean" },
	{ "c.json", "{\"name\":\"a\",\"config\":{\"x\":{}}}",
	  "c.json: the value of \"x\" is an object; it must be a string, a number or a boolean" },
	{ "c.json", "{\"name\":\"a\",\"topics\":null}", "c.json: Invalid value null for configuration topics: Null "
	  "value can not be supplied as the configuration value." },
	{ "c.json", "{\"name\":\"a\",\"\":\"x\"}", "c.json: a key is empty" },
	{ "c.json", "{\"name\":\"a\",\"configs\":{\"x\":1}}",
	  "c.json: the value of \"configs\" is an object; it must be a string, a number or a boolean" },
	{ "c.json", "{\"name\":\"a\",\"config\":{},\"tasks\":[]}",
	  "c.json: unknown field \"tasks\"; next to \"config\" there may be \"name\", \"initial_state\" and "
	  "\"initial_offsets\"" },
	{ "c.json", "{\"name\":5,\"config\":{}}", "c.json: \"name\" is a number; it must be a string" },
	{ "c.json", "{\"name\":\"a\",\"config\":{\"name\":\"b\"}}",
	  "c.json: the connector has two names: \"name\" is \"a\", \"name\" in \"config\" is \"b\"" },
	{ "c.json", "{\"name\":\"a\",\"config\":{},\"initial_state\":\"ASLEEP\"}",
	  "c.json: \"initial_state\" must be RUNNING, PAUSED or STOPPED" },
	{ "c.json", "{\"name\":\"a\",\"config\":{\"x\":1},\"initial_offsets\":5}",
	  "c.json: \"initial_offsets\" must be an array of objects with \"partition\" and \"offset\", or an object with "
	  "such an array as \"offsets\"" },
	{ "c.json", "{\"name\":\"a\",\"config\":{\"x\":1},\"initial_offsets\":{\"offsets\":[],\"more\":1}}",
	  "c.json: \"initial_offsets\" must be an array of objects with \"partition\" and \"offset\", or an object with "
	  "such an array as \"offsets\"" },
	{ "c.json", "{\"name\":\"a\",\"config\":{},\"initial_offsets\":[{},7]}",
	  "c.json: \"initial_offsets\": the entry at 1 must be an object with \"partition\" and \"offset\"" },
	{ "c.json", "{\"name\":\"a\",\"config\":{},\"initial_offsets\":[{}],\"tasks\":1}",
	  "c.json: unknown field \"tasks\"; next to \"config\" there may be \"name\", \"initial_state\" and "
	  "\"initial_offsets\"" },
	{ "c.json", "{\"config\":{\"a\":1},\"initial_offsets\":[{}]}",
	  "c.json: \"name\" is missing; every connector needs one" },
};

static void test_bad_connector_files(void)
{
	for (size_t i = 0; i < COUNT(file_cases); i++) {
		struct cw_map config = { 0 };
		struct cw_error err = { 0 };
		struct cw_connector_first first;

		CU_ASSERT_EQUAL(cw_connector_file_parse(file_cases[i].text, strlen(file_cases[i].text),
							file_cases[i].name, &config, &first, &err), -1);
		expect(err.text, file_cases[i].want, file_cases[i].text);
		CU_ASSERT_EQUAL(config.n, 0);
		CU_ASSERT_PTR_NULL(first.offsets);
		CU_ASSERT_PTR_NULL(strstr(err.text, "s3cret"));
	}
}

static void test_bad_files_on_disk(void)
{
	struct cw_worker_config worker;
	struct cw_map config = { 0 };
	struct cw_error absent = { 0 }, folder = { 0 }, paused = { 0 }, begun = { 0 };
	json_t *errors, *warnings;
	FILE *file = fopen("paused-connector.json", "w");

	CU_ASSERT_EQUAL(cw_connector_file_load("no/such/file", &config, &absent), -1);
	expect(absent.text, "no/such/file: cannot be opened: No such file or directory", "no/such/file");
	CU_ASSERT_EQUAL(cw_connector_file_load("/", &config, &folder), -1);
	expect(folder.text, "/: cannot be read: Is a directory", "/");
	CU_ASSERT_EQUAL(cw_worker_config_load("no/such/file", fixture_ask, NULL, &worker, &errors, &warnings), -1);
	expect(fixture_sentence(errors, 0), "no/such/file: cannot be opened: No such file or directory",
	       "no/such/file");
	json_decref(errors);
	json_decref(warnings);

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("{\"name\":\"a\",\"initial_state\":\"PAUSED\",\"config\":{\"x\":1}}", file);
	fclose(file);
	CU_ASSERT_EQUAL(cw_connector_file_load("paused-connector.json", &config, &paused), -1);
	expect(paused.text, "paused-connector.json: \"initial_state\" PAUSED is not possible here; create the "
	       "connector over REST (POST /connectors)", "paused");
	file = fopen("paused-connector.json", "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("{\"name\":\"a\",\"initial_offsets\":[{}],\"config\":{\"x\":1}}", file);
	fclose(file);
	CU_ASSERT_EQUAL(cw_connector_file_load("paused-connector.json", &config, &begun), -1);
	expect(begun.text, "paused-connector.json: \"initial_offsets\" are not possible here; create the connector over REST "
	       "(POST /connectors)", "begun");
	remove("paused-connector.json");
	CU_ASSERT_EQUAL(config.n, 0);
}

static void test_a_nul_byte_in_a_file(void)
{
	static const char text[] = "a=1\nb=x\0y";
	struct cw_map config = { 0 };
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL(cw_props_parse(text, sizeof(text) - 1, "w", &config, &err), -1);
	expect(err.text, "w:2:4: a NUL byte is not allowed: is this a text file?", "NUL");
	CU_ASSERT_EQUAL(config.n, 0);
}

/* ---- connector configs ----------------------------------------------------------------------- */

#define TOO_LARGE \
	"it is too large: with its repetitions (*, +, ?, {}) written out it may have about 5000 characters, and its groups " \
	"may be nested 16 deep"

static const struct {
	const struct cw_plugin *plugin;
	const char *changes, *want;
} config_cases[] = {
	{ &fixture_sink, "name", "Missing required configuration \"name\" which has no default value." },
	{ &fixture_sink, "name= ", "Invalid value  for configuration name: String may not be empty" },
	{ &fixture_sink, "name=a\a\tb", "Invalid value a\a\tb for configuration name: String may not contain control "
					"sequences but had the following ASCII chars: 7, 9" },
	{ &fixture_sink, "name=a/b", "Invalid value a/b for configuration name: String may not contain \"/\", which no "
	  "request path could name" },
	{ &fixture_sink, "name=..", "Invalid value .. for configuration name: String may not be \".\" or \"..\", which no "
	  "request path could name" },
	{ NULL, "", "Invalid value NoSuchSink for configuration connector.class: Failed to find any class that "
	  "implements Connector and which name matches it; GET /connector-plugins lists the connectors of this "
	  "worker" },
	{ NULL, "connector.class", "Missing required configuration \"connector.class\" which has no default value." },
	{ NULL, "connector.class=", "Invalid value  for configuration connector.class: String may not be empty" },
	{ &fixture_sink, "connector.plugin.version=2.0", "Invalid value 2.0 for configuration "
	  "connector.plugin.version: This worker has version 1.2.0 of com.example.TestSinkConnector" },
	{ &fixture_sink, "connector.plugin.version=[1,", "Invalid value [1, for configuration "
	  "connector.plugin.version: Not a version or a range of versions, as 1.2 or [1.0,2.0)" },
	{ &fixture_sink, "tasks.max=0", "Invalid value 0 for configuration tasks.max: Value must be at least 1" },
	{ &fixture_sink, "tasks.max.enforce=no",
	  "Invalid value no for configuration tasks.max.enforce: Expected value to be either true or false" },
	{ &fixture_sink, "transforms=a", "Missing required configuration \"transforms.a.type\" which has no default "
	  "value." },
	{ &fixture_sink, "predicates=p\npredicates.q.type=x", "Missing required configuration \"predicates.p.type\" which "
	  "has no default value. Unknown key \"predicates.q.type\"; did you mean \"predicates.p.type\"?" },
	{ &fixture_sink, "config.action.reload=never",
	  "Invalid value never for configuration config.action.reload: String must be one of: none, restart" },
	{ &fixture_sink, "errors.retry.timeout=-2",
	  "Invalid value -2 for configuration errors.retry.timeout: Value must be at least -1" },
	{ &fixture_sink, "errors.retry.delay.max.ms=0",
	  "Invalid value 0 for configuration errors.retry.delay.max.ms: Value must be at least 1" },
	{ &fixture_sink, "errors.tolerance=ALL",
	  "Invalid value ALL for configuration errors.tolerance: String must be one of: none, all" },
	{ &fixture_sink, "errors.log.enable=1",
	  "Invalid value 1 for configuration errors.log.enable: Expected value to be either true or false" },
	{ &fixture_sink, "topics=a b", "Invalid value [a b] for configuration topics: A topic's name has only letters, "
				       "digits, \".\", \"_\" and \"-\"" },
	{ &fixture_sink, "topics=a,..", "Invalid value [a, ..] for configuration topics: A topic's name may not be "
	  "\".\" or \"..\"" },
	{ &fixture_sink, "topics=a,,b", "Invalid value [a, , b] for configuration topics: List may not contain an "
	  "empty item" },
	{ &fixture_sink, "topics\ntopics.regex=a(b", "Invalid value a(b for configuration topics.regex: Not a valid "
	  "regular expression: Unmatched ( or \\(" },
	{ &fixture_sink, "topics\ntopics.regex=a-\\d+",
	  "Invalid value a-\\d+ for configuration topics.regex: \"\\d\" is not known here: this is a POSIX extended "
	  "regular expression; write [0-9] for a digit" },
	{ &fixture_sink, "topics\ntopics.regex=a++++++++++++++++++++++++++++++++",
	  "Invalid value a++++++++++++++++++++++++++++++++ for configuration topics.regex: " TOO_LARGE },
	{ &fixture_sink, "topics\ntopics.regex=(a.{9,999}x){2,99}",
	  "Invalid value (a.{9,999}x){2,99} for configuration topics.regex: " TOO_LARGE },
	{ &fixture_sink, "topics\ntopics.regex=((((((((((((((((((((a*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*",
	  "Invalid value ((((((((((((((((((((a*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)* for configuration topics.regex: "
	  TOO_LARGE },
	{ &fixture_sink, "topics\ntopics.regex=.****************\nerrors.deadletterqueue.topic.name=x",
	  "Invalid value .**************** for configuration topics.regex: " TOO_LARGE },
	{ &fixture_sink, "topics\ntopics.regex=(?!x).*", "Invalid value (?!x).* for configuration topics.regex: "
	  "\"(?\" is not known here: this is a POSIX extended regular expression" },
	{ &fixture_sink, "errors.deadletterqueue.topic.name=dead letters",
	  "Invalid value dead letters for configuration errors.deadletterqueue.topic.name: A topic's name has only "
	  "letters, digits, \".\", \"_\" and \"-\"" },
	{ &fixture_sink, "errors.deadletterqueue.topic.name=logs",
	  "The DLQ topic 'logs' may not be included in the list of topics ('topics=[logs]') consumed by the connector" },
	{ &fixture_sink, "topics\ntopics.regex=.*-dead\nerrors.deadletterqueue.topic.name=logs-dead",
	  "The DLQ topic 'logs-dead' may not be included in the regex matching the topics ('topics.regex=.*-dead') consumed "
	  "by the connector" },
	{ &fixture_sink, "errors.deadletterqueue.topic.replication.factor=0",
	  "Invalid value 0 for configuration errors.deadletterqueue.topic.replication.factor: Must be at least 1, or -1 for "
	  "the brokers' default" },
	{ &fixture_sink, "errors.deadletterqueue.topic.replication.factor=many",
	  "Invalid value many for configuration errors.deadletterqueue.topic.replication.factor: Not a number of type "
	  "SHORT" },
	{ &fixture_source, TOPIC_DEFAULTS "topic.creation.groups=g, g",
	  "Invalid value [g, g] for configuration topic.creation.groups: Duplicate alias provided." },
	{ &fixture_source, "topic.creation.default.partitions=3", "Missing required configuration "
	  "\"topic.creation.default.replication.factor\" which has no default value." },
	{ &fixture_source, "topic.creation.groups=g\ntopic.creation.default.replication.factor=-1", "Missing required "
	  "configuration \"topic.creation.default.partitions\" which has no default value." },
	{ &fixture_source, "topic.creation.default.replication.factor=1\ntopic.creation.default.partitions=0",
	  "Invalid value 0 for configuration topic.creation.default.partitions: Number of partitions must be positive, or -1 "
	  "to use the broker's default" },
	{ &fixture_source, "topic.creation.default.replication.factor=0\ntopic.creation.default.partitions=-1",
	  "Invalid value 0 for configuration topic.creation.default.replication.factor: Replication factor must be positive "
	  "and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default" },
	{ &fixture_source, TOPIC_DEFAULTS "topic.creation.groups=g\ntopic.creation.g.partitions=-2",
	  "Invalid value -2 for configuration topic.creation.g.partitions: Number of partitions must be positive, or -1 to "
	  "use the broker's default" },
	{ &fixture_source, TOPIC_DEFAULTS "topic.creation.groups=g\ntopic.creation.g.partitions=many",
	  "Invalid value many for configuration topic.creation.g.partitions: Not a number of type INT" },
	{ &fixture_source, TOPIC_DEFAULTS "topic.creation.groups=g\ntopic.creation.g.replication.factor=40000",
	  "Invalid value 40000 for configuration topic.creation.g.replication.factor: Not a number of type SHORT" },
	{ &fixture_source, "exactly.once.support=Required",
	  "Invalid value Required for configuration exactly.once.support: This worker has "
	  "exactly.once.source.support=disabled; set it to enabled, or use requested" },
	{ &fixture_source, "exactly.once.support=maybe",
	  "Invalid value maybe for configuration exactly.once.support: String must be one of (case insensitive): "
	  "REQUIRED, REQUESTED" },
	{ &fixture_source, "transaction.boundary=batch",
	  "Invalid value batch for configuration transaction.boundary: String must be one of (case insensitive): "
	  "POLL, INTERVAL, CONNECTOR" },
	{ &fixture_source, "transaction.boundary=Connector",
	  "Invalid value Connector for configuration transaction.boundary: com.example.TestSourceConnector cannot say where "
	  "transactions end; use poll or interval" },
	{ &fixture_source, "transaction.boundary.interval.ms=-1",
	  "Invalid value -1 for configuration transaction.boundary.interval.ms: Value must be at least 0" },
	{ &fixture_sink, "connection.url", "Missing required configuration \"connection.url\" which has no default "
	  "value." },
	{ &fixture_sink, "connection.url\nconection.url=http://x", "Missing required configuration \"connection.url\" "
	  "which has no default value. Unknown key \"conection.url\"; did you mean \"connection.url\"?" },
	{ &fixture_sink, "connection.url\nconnection.uri=http://x\nconnection.url_=http://x", "Missing required "
	  "configuration \"connection.url\" which has no default value. Unknown key \"connection.uri\"; did you mean "
	  "\"connection.url\"?" },
	{ &fixture_sink, "connection.url\nbatch.sizes=1", "Missing required configuration \"connection.url\" which has no "
	  "default value." },
	{ NULL, "connector.class\nconector.class=NoSuchSink", "Missing required configuration \"connector.class\" which "
	  "has no default value. Unknown key \"conector.class\"; did you mean \"connector.class\"?" },
	{ &fixture_sink, "connection.url=ftp://x", "Invalid value ftp://x for configuration connection.url: A URL "
	  "begins with http" },
	{ &fixture_sink, "connection.password=s3cret", "Invalid configuration connection.username: user \"\" and "
	  "password \"[hidden]\" go together" },
	{ &fixture_sink, "batch.size=1000001",
	  "Invalid value 1000001 for configuration batch.size: Value must be no more than 1000000" },
};

/* Each sentence of the answer, once: those that Kafka says on two keys, or twice of one key, are tested beside. */
static void test_bad_connector_configs(void)
{
	for (size_t i = 0; i < COUNT(config_cases); i++) {
		struct cw_map config = fixture_connector(config_cases[i].plugin, config_cases[i].changes);
		struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
			.config = &config, .plugin = config_cases[i].plugin });
		CW_AUTO_FREE char *message = cw_validation_message(validation);
		char *first = strchr(message, '\n') + 1;

		CU_ASSERT_EQUAL(cw_validation_error_count(validation), 1);
		*strchr(first, '\n') = '\0';
		expect(first, config_cases[i].want, config_cases[i].changes);
		CU_ASSERT_PTR_NULL(strstr(message, "s3cret"));
		cw_validation_free(validation);
		cw_map_free(&config);
	}
}

static void test_sentences_that_kafka_says_twice(void)
{
	static const struct {
		const char *changes, *first, *second;
	} cases[] = {
		{ "tasks.max=two", "Invalid value two for configuration tasks.max: Not a number of type INT",
		  "Invalid value null for configuration tasks.max: Value must be non-null" },
		{ "topics", "Must configure one of topics or topics.regex", "Must configure one of topics or "
		  "topics.regex" },
		{ "topics.regex=x", "topics and topics.regex are mutually exclusive options, but both are set.",
		  "topics and topics.regex are mutually exclusive options, but both are set." },
		{ "transforms=a, a\ntransforms.a.type=x\npredicates=b,b\npredicates.b.type=y",
		  "Invalid value [a, a] for configuration transforms: Duplicate alias provided.",
		  "Invalid value [b, b] for configuration predicates: Duplicate alias provided." },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cw_map config = fixture_connector(&fixture_sink, cases[i].changes);
		struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
			.config = &config, .plugin = &fixture_sink });
		CW_AUTO_FREE char *message = cw_validation_message(validation);
		char *first = strchr(message, '\n') + 1, *second = strchr(first, '\n') + 1;

		CU_ASSERT_EQUAL(cw_validation_error_count(validation), 2);
		second[-1] = '\0';
		*strchr(second, '\n') = '\0';
		expect(first, cases[i].first, cases[i].changes);
		expect(second, cases[i].second, cases[i].changes);
		cw_validation_free(validation);
		cw_map_free(&config);
	}
}

/* A person is told once. */
static void test_findings__are_said_once(void)
{
	static const struct {
		const char *sentence;
		bool is_new;
	} cases[] = {
		{ "Invalid value two for configuration tasks.max: Not a number of type INT", true },
		{ "Invalid value null for configuration tasks.max: Value must be non-null", false },
		{ "Invalid value null for configuration tasks: Value must be non-null", true },
		{ "Invalid value null", true },
		{ "Must configure one of topics or topics.regex", true },
		{ "Must configure one of topics or topics.regex", false },
		{ "Missing required configuration \"topic\" which has no default value. Unknown key \"topci\"; did you mean "
		  "\"topic\"?", true },
		{ "unknown key \"topci\" is ignored; did you mean \"topic\"?", false },
		{ "unknown key \"topc\" is ignored; did you mean \"topic\"?", true },
		{ "Unknown key \"topc\"; did you mean \"topic\"?", false },
		{ "unknown key \"", true },
	};
	json_t *said = json_array();

	for (size_t i = 0; i < COUNT(cases); i++)
		CU_ASSERT_EQUAL(cw_findings_add(said, cases[i].sentence), cases[i].is_new);
	json_decref(said);
}

static void test_findings__of_a_refused_config(void)
{
	struct cw_map config = fixture_connector(&fixture_sink, "tasks.max=two\ntopics");
	struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
		.config = &config, .plugin = &fixture_sink });
	CW_AUTO_FREE char *message = cw_validation_message(validation), *once = cw_findings_message(message);

	expect(once, "Connector configuration is invalid and contains the following 2 error(s):\n"
		     "Invalid value two for configuration tasks.max: Not a number of type INT\n"
		     "Must configure one of topics or topics.regex", message);
	CU_ASSERT_PTR_NULL(cw_findings_message("Connector x not found"));
	CU_ASSERT_PTR_NULL(cw_findings_message("Connector configuration is invalid and contains the following "));
	cw_validation_free(validation);
	cw_map_free(&config);
}

/* ---- configs in a request's JSON ------------------------------------------------------------- */

static void test_bad_json_configs(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "null", "config is null; it must be a JSON object of keys and values" },
		{ "\"x\"", "config is a string; it must be a JSON object of keys and values" },
		{ "[]", "config is an array; it must be a JSON object of keys and values" },
		{ "{\"a\":{\"b\":1}}",
		  "config: the value of \"a\" is an object; it must be a string, a number or a boolean" },
		{ "{\"a\":null}", "config: Invalid value null for configuration a: Null value can not be supplied as "
		  "the configuration value." },
		{ "{\"a\":\"x\\u0000y\"}", "config: the value of \"a\" contains a NUL character" },
	};
	struct cw_map config = { 0 };
	struct cw_error none = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *json = json_loads(cases[i].text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL(cw_config_from_json(json, "config", &config, &err), -1);
		expect(err.text, cases[i].want, cases[i].text);
		CU_ASSERT_EQUAL(config.n, 0);
		json_decref(json);
	}
	CU_ASSERT_EQUAL(cw_config_from_json(NULL, "config", &config, &none), -1);
	expect(none.text, "config is missing; it must be a JSON object of keys and values", "no body");
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "worker files", test_bad_worker_files },
		{ "connector files", test_bad_connector_files },
		{ "files on disk", test_bad_files_on_disk },
		{ "a NUL byte", test_a_nul_byte_in_a_file },
		{ "connector configs", test_bad_connector_configs },
		{ "sentences said twice", test_sentences_that_kafka_says_twice },
		{ "sentences said once", test_findings__are_said_once },
		{ "a refusal said once", test_findings__of_a_refused_config },
		{ "configs in JSON", test_bad_json_configs },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "bad input", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
