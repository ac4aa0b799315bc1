#include "config/connector_name.h"
#include "config/version_range.h"
#include "config_fixture.h"

#define TOPIC_DEFAULTS "topic.creation.default.partitions=1\ntopic.creation.default.replication.factor=1\n"

static const struct cw_context no_context = { .size = sizeof(no_context), .task = -1, .connector = "c1" };

static json_t *validate(const struct cw_plugin *plugin, const char *changes, const struct cw_worker_config *worker)
{
	struct cw_map config = fixture_connector(plugin, changes);
	struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
		.config = &config, .plugin = plugin, .ctx = &no_context, .worker = worker });
	json_t *json = cw_validation_to_json(validation);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "error_count")),
			cw_validation_error_count(validation));
	cw_validation_free(validation);
	cw_map_free(&config);
	return json;
}

static const json_t *find_config(const json_t *infos, const char *key)
{
	size_t i;
	json_t *config;

	json_array_foreach(json_object_get(infos, "configs"), i, config)
		if (strcmp(json_string_value(json_object_get(json_object_get(config, "value"), "name")), key) == 0)
			return config;
	return NULL;
}

static const char *value_of(const json_t *infos, const char *key)
{
	return json_string_value(json_object_get(json_object_get(find_config(infos, key), "value"), "value"));
}

static const json_t *errors_of(const json_t *infos, const char *key)
{
	return json_object_get(json_object_get(find_config(infos, key), "value"), "errors");
}

static const char *definition_of(const json_t *infos, const char *key, const char *field)
{
	return json_string_value(json_object_get(json_object_get(find_config(infos, key), "definition"), field));
}

/* name·type·required·default·importance·group/order·width·display name, as the contract lists them. */
static char *row(const struct cw_config_def *def)
{
	json_t *d = cw_config_def_to_json(def, 0);
	const char *default_value = json_string_value(json_object_get(d, "default_value"));
	char *text = cw_format("%s|%s|%d|%s|%s|%s/%lld|%s|%s", def->name, json_string_value(json_object_get(d, "type")),
			       json_is_true(json_object_get(d, "required")), default_value ? default_value : "null",
			       json_string_value(json_object_get(d, "importance")), def->group,
			       (long long)json_integer_value(json_object_get(d, "order")),
			       json_string_value(json_object_get(d, "width")),
			       json_string_value(json_object_get(d, "display_name")));

	json_decref(d);
	return text;
}

static const char *const common_rows[] = {
	"name|STRING|1|null|HIGH|Common/1|MEDIUM|Connector name",
	"connector.class|STRING|1|null|HIGH|Common/2|LONG|Connector class",
	"connector.plugin.version|STRING|0|null|MEDIUM|Common/3|MEDIUM|Connector version",
	"tasks.max|INT|0|1|HIGH|Common/4|SHORT|Tasks max",
	"tasks.max.enforce|BOOLEAN|0|true|LOW|Common/5|SHORT|Enforce tasks max",
	"key.converter|CLASS|0|null|LOW|Common/6|SHORT|Key converter class",
	"key.converter.plugin.version|STRING|0|null|LOW|Common/7|SHORT|Key converter version",
	"value.converter|CLASS|0|null|LOW|Common/8|SHORT|Value converter class",
	"value.converter.plugin.version|STRING|0|null|LOW|Common/9|SHORT|Value converter version",
	"header.converter|CLASS|0|null|LOW|Common/10|SHORT|Header converter class",
	"header.converter.plugin.version|STRING|0|null|LOW|Common/11|SHORT|Header converter version",
	"transforms|LIST|0||LOW|Transforms/12|LONG|Transforms",
	"predicates|LIST|0||LOW|Predicates/13|LONG|Predicates",
	"config.action.reload|STRING|0|restart|LOW|Common/14|MEDIUM|Reload Action",
	"errors.retry.timeout|LONG|0|0|MEDIUM|Error Handling/1|MEDIUM|Retry Timeout for Errors",
	"errors.retry.delay.max.ms|LONG|0|60000|MEDIUM|Error Handling/2|MEDIUM|Maximum Delay Between Retries for "
	"Errors",
	"errors.tolerance|STRING|0|none|MEDIUM|Error Handling/3|SHORT|Error Tolerance",
	"errors.log.enable|BOOLEAN|0|false|MEDIUM|Error Handling/4|SHORT|Log Errors",
	"errors.log.include.messages|BOOLEAN|0|false|MEDIUM|Error Handling/5|SHORT|Log Error Details",
	"errors.budget.count|LONG|0|-1|LOW|Error Handling/12|SHORT|Error Budget",
	"errors.budget.percent|LONG|0|100|LOW|Error Handling/13|SHORT|Error Budget Share",
	"errors.budget.window.ms|LONG|0|60000|LOW|Error Handling/14|SHORT|Error Budget Window",
	"task.restart.attempts.max|INT|0|null|LOW|Automatic Restarts/1|SHORT|Restarts",
	"task.restart.delay.ms|LONG|0|null|LOW|Automatic Restarts/2|SHORT|Restart delay",
	"task.restart.delay.max.ms|LONG|0|null|LOW|Automatic Restarts/3|SHORT|Maximum restart delay",
	"task.restart.reset.ms|LONG|0|null|LOW|Automatic Restarts/4|SHORT|Restart reset",
	"watchdog.timeout.ms|LONG|0|null|LOW|Automatic Restarts/5|SHORT|Watchdog timeout",
	"rate.limit.records.per.second|LONG|0|0|MEDIUM|Rate Limits/1|SHORT|Records per second",
	"rate.limit.bytes.per.second|LONG|0|0|MEDIUM|Rate Limits/2|SHORT|Bytes per second",
};

static const char *const sink_rows[] = {
	"topics|LIST|0||HIGH|Common/4|LONG|Topics",
	"topics.regex|STRING|0||HIGH|Common/4|LONG|Topics regex",
	"errors.deadletterqueue.topic.name|STRING|0||MEDIUM|Error Handling/6|MEDIUM|Dead Letter Queue Topic Name",
	"errors.deadletterqueue.topic.replication.factor|SHORT|0|3|MEDIUM|Error Handling/7|MEDIUM|"
	"Dead Letter Queue Topic Replication Factor",
	"errors.deadletterqueue.context.headers.enable|BOOLEAN|0|false|MEDIUM|Error Handling/8|MEDIUM|"
	"Enable Error Context Headers",
	"put.retry.timeout.ms|LONG|0|-1|MEDIUM|Error Handling/9|MEDIUM|Put Retry Timeout",
	"put.retry.delay.ms|LONG|0|300|LOW|Error Handling/10|MEDIUM|Put Retry Delay",
	"put.retry.delay.max.ms|LONG|0|null|LOW|Error Handling/11|MEDIUM|Maximum Put Retry Delay",
	"run.until|STRING|0|forever|MEDIUM|Bounded Runs/1|SHORT|Run until",
	"run.until.time|STRING|0||LOW|Bounded Runs/2|MEDIUM|Run until time",
	"run.until.offsets|LIST|0||LOW|Bounded Runs/3|LONG|Run until offsets",
};

static const char *const source_rows[] = {
	"topic.creation.groups|LIST|0||LOW|Topic Creation/1|LONG|Topic Creation Groups",
	"exactly.once.support|STRING|0|requested|MEDIUM|Exactly Once Support/2|SHORT|Exactly once support",
	"transaction.boundary|STRING|0|poll|MEDIUM|Exactly Once Support/3|SHORT|Transaction Boundary",
	"transaction.boundary.interval.ms|LONG|0|null|LOW|Exactly Once Support/4|SHORT|Transaction boundary interval",
	"offsets.storage.topic|STRING|0|null|LOW|offsets.topic/1|LONG|Offsets topic",
	"errors.deadletterqueue.topic.name|STRING|0||MEDIUM|Error Handling/6|MEDIUM|Dead Letter Queue Topic Name",
	"errors.deadletterqueue.topic.replication.factor|SHORT|0|3|MEDIUM|Error Handling/7|MEDIUM|"
	"Dead Letter Queue Topic Replication Factor",
	"errors.deadletterqueue.context.headers.enable|BOOLEAN|0|false|MEDIUM|Error Handling/8|MEDIUM|"
	"Enable Error Context Headers",
};

static void check_rows(struct cw_config_table table, size_t from, const char *const *rows, size_t n)
{
	CU_ASSERT_TRUE_FATAL(table.n >= from + n);
	for (size_t i = 0; i < n; i++) {
		struct cw_config_def def;
		CW_AUTO_FREE char *got = row(cw_config_table_at(table, from + i, &def));

		CU_ASSERT_STRING_EQUAL(got, rows[i]);
		CU_ASSERT_TRUE(def.doc && def.doc[strlen(def.doc) - 1] == '.');
		CU_ASSERT_TRUE(def.flags & CW_CONFIG_REQUIRED || cw_config_check(&def, def.default_value, NULL) == 0);
	}
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_tables__are_those_of_the_contract(void)
{
	check_rows(cw_connector_table(CW_PLUGIN_SINK), 0, common_rows, COUNT(common_rows));
	check_rows(cw_connector_table(CW_PLUGIN_SINK), COUNT(common_rows), sink_rows, COUNT(sink_rows));
	check_rows(cw_connector_table(CW_PLUGIN_SOURCE), 0, common_rows, COUNT(common_rows));
	check_rows(cw_connector_table(CW_PLUGIN_SOURCE), COUNT(common_rows), source_rows, COUNT(source_rows));
	CU_ASSERT_EQUAL(cw_connector_table(CW_PLUGIN_SINK).n, COUNT(common_rows) + COUNT(sink_rows));
	CU_ASSERT_EQUAL(cw_connector_table(CW_PLUGIN_SOURCE).n, COUNT(common_rows) + COUNT(source_rows));
	CU_ASSERT_EQUAL(cw_connector_table((enum cw_plugin_kind)0).n, COUNT(common_rows));
}

static void test_fill__the_frameworks_struct(void)
{
	struct cw_map config = fixture_connector(&fixture_source, "tasks.max= 3 \nerrors.tolerance=all\n"
						 "exactly.once.support=requested\nkey.converter=ByteArray");
	struct cw_connector_config c = { 0 };
	struct cw_config_memory *memory;

	CU_ASSERT_EQUAL_FATAL(cw_config_fill(cw_connector_table(CW_PLUGIN_SOURCE), &config, &c, &memory, NULL), 0);
	CU_ASSERT_STRING_EQUAL(c.name, "c1");
	CU_ASSERT_EQUAL(c.tasks_max, 3);
	CU_ASSERT_STRING_EQUAL(c.errors_tolerance, "all");
	CU_ASSERT_STRING_EQUAL(c.exactly_once_support, "REQUESTED");
	CU_ASSERT_EQUAL(c.errors_retry_delay_max_ms, 60000);
	CU_ASSERT_STRING_EQUAL(c.key_converter, "ByteArray");
	CU_ASSERT_PTR_NULL(c.value_converter);
	cw_config_memory_free(memory);
	cw_map_free(&config);
}

static void test_validate__a_config_without_fault(void)
{
	json_t *infos = validate(&fixture_sink, "connector.class=TestSink\nbatch.size= 10\nconnection.username=u\n"
				 "connection.password=s3cret\nconsumer.override.fetch.min.bytes=5\n"
				 "consumer.override.sasl.jaas.config=x", NULL);
	json_t *configs = json_object_get(infos, "configs");
	CW_AUTO_FREE char *groups = json_dumps(json_object_get(infos, "groups"), JSON_COMPACT);
	size_t n = json_array_size(configs);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(infos, "name")), "TestSink");
	CU_ASSERT_STRING_EQUAL(groups,
			       "[\"Common\",\"Transforms\",\"Predicates\",\"Error Handling\",\"Automatic Restarts\","
			       "\"Rate Limits\",\"Bounded Runs\",\"Connection\"]");
	/* the framework's, the plugin's, the overrides */
	CU_ASSERT_EQUAL(n, COUNT(common_rows) + COUNT(sink_rows) + COUNT(fixture_table) + 2);
	CU_ASSERT_PTR_EQUAL(json_array_get(configs, 0), find_config(infos, "name"));
	CU_ASSERT_PTR_EQUAL(json_array_get(configs, n - 7), find_config(infos, "connection.url"));
	CU_ASSERT_PTR_EQUAL(json_array_get(configs, n - 2), find_config(infos, "consumer.override.fetch.min.bytes"));
	CU_ASSERT_STRING_EQUAL(value_of(infos, "batch.size"), "10");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "tasks.max"), "1");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "connection.password"), "[hidden]");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "consumer.override.sasl.jaas.config"), "[hidden]");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "consumer.override.fetch.min.bytes"), "5");
	CU_ASSERT_STRING_EQUAL(definition_of(infos, "connector.plugin.version", "default_value"), "1.2.0");
	json_decref(infos);
}

/* Field names and their order on the wire. */
static void test_validate__the_shape_of_an_entry(void)
{
	json_t *infos = validate(&fixture_sink, "batch.size=x", NULL);
	CW_AUTO_FREE char *text = json_dumps(find_config(infos, "batch.size"), JSON_COMPACT);

	CU_ASSERT_STRING_EQUAL(text,
		"{\"definition\":{\"name\":\"batch.size\",\"type\":\"INT\",\"required\":false,"
		"\"default_value\":\"2000\","
		"\"importance\":\"HIGH\",\"documentation\":\"Records in a request.\",\"group\":null,\"width\":\"NONE\","
		"\"display_name\":\"batch.size\",\"dependents\":[],\"order\":-1},"
		"\"value\":{\"name\":\"batch.size\",\"value\":null,\"recommended_values\":[],"
		"\"errors\":[\"Invalid value x for configuration batch.size: Not a number of type INT\","
		"\"Invalid value null for configuration batch.size: Value must be non-null\"],\"visible\":true}}");
	json_decref(infos);
}

static void test_validate__every_error_at_once_and_the_message(void)
{
	struct cw_map config = fixture_connector(&fixture_sink, "tasks.max=0\nconnection.url\nbatch.size=x\n"
						 "topics.regex=l.*\nerrors.tolerance=some");
	struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
		.config = &config, .plugin = &fixture_sink, .ctx = &no_context });
	CW_AUTO_FREE char *message = cw_validation_message(validation);

	CU_ASSERT_EQUAL(cw_validation_error_count(validation), 7);
	CU_ASSERT_STRING_EQUAL(message,
		"Connector configuration is invalid and contains the following 7 error(s):\n"
		"Invalid value 0 for configuration tasks.max: Value must be at least 1\n"
		"Invalid value some for configuration errors.tolerance: String must be one of: none, all\n"
		"topics and topics.regex are mutually exclusive options, but both are set.\n"
		"topics and topics.regex are mutually exclusive options, but both are set.\n"
		"Missing required configuration \"connection.url\" which has no default value.\n"
		"Invalid value x for configuration batch.size: Not a number of type INT\n"
		"Invalid value null for configuration batch.size: Value must be non-null\n"
		"You can also find the above list of errors at the endpoint "
		"`/connector-plugins/{connectorType}/config/validate`");
	cw_validation_free(validation);
	cw_map_free(&config);
}

static void test_validate__the_plugins_own_check_cannot_show_a_secret(void)
{
	struct cw_map config = fixture_connector(&fixture_sink, "connection.password=hunter2hunter2");
	struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
		.config = &config, .plugin = &fixture_sink, .ctx = &no_context });
	json_t *infos = cw_validation_to_json(validation);
	CW_AUTO_FREE char *all = json_dumps(infos, 0);
	CW_AUTO_FREE char *message = cw_validation_message(validation);

	CU_ASSERT_EQUAL(cw_validation_error_count(validation), 1);
	CU_ASSERT_PTR_NULL(strstr(all, "hunter2"));
	CU_ASSERT_PTR_NULL(strstr(message, "hunter2"));
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "\nInvalid configuration connection.username: user \"\" and password "
					       "\"[hidden]\" go together\n"));
	json_decref(infos);
	cw_validation_free(validation);
	cw_map_free(&config);
}

static void test_validate__users_of_urls_are_not_shown(void)
{
	struct cw_map config = fixture_connector(&fixture_sink, "connection.url=http://user:hunter2@h:9\nconnection.password=x\n"
						 "comment=see http://user:hunter2@h\nrun.until=http://user:hunter2@h");
	struct cw_validation *validation = cw_validate(&(struct cw_validation_request){
		.config = &config, .plugin = &fixture_sink, .ctx = &no_context });
	json_t *infos = cw_validation_to_json(validation);
	CW_AUTO_FREE char *all = json_dumps(infos, 0);
	CW_AUTO_FREE char *message = cw_validation_message(validation);

	CU_ASSERT_PTR_NULL(strstr(all, "hunter2"));
	CU_ASSERT_PTR_NULL(strstr(message, "hunter2"));
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "Invalid value http://[hidden]@h for configuration run.until: "));
	CU_ASSERT_STRING_EQUAL(value_of(infos, "connection.url"), "http://[hidden]@h:9");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "comment"), "see http://[hidden]@h");
	json_decref(infos);
	cw_validation_free(validation);
	cw_map_free(&config);
}

static void test_validate__keys_without_a_definition_come_first(void)
{
	json_t *infos = validate(&fixture_source, "topic.creation.other.partitions=3", NULL);
	const json_t *first = json_array_get(json_object_get(infos, "configs"), 0);

	CU_ASSERT_TRUE(json_is_null(json_object_get(first, "definition")));
	CU_ASSERT_STRING_EQUAL(value_of(infos, "topic.creation.other.partitions"), "3");
	json_decref(infos);
}

/* Each group has its own, as the groups of transformations have; any other key of a group is a setting of topics. */
static void test_validate__groups_of_topics_have_keys(void)
{
	json_t *infos = validate(&fixture_source, TOPIC_DEFAULTS "topic.creation.groups= a,default\n"
				 "topic.creation.a.include= x.*, y \ntopic.creation.a.retention.ms=5\n"
				 "topic.creation.a.password=${x:y}", NULL);
	CW_AUTO_FREE char *groups = json_dumps(json_object_get(infos, "groups"), JSON_COMPACT);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(groups, "\"Topic Creation: default\",\"Topic Creation: a\""));
	CU_ASSERT_STRING_EQUAL(value_of(infos, "topic.creation.groups"), "a,default");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "topic.creation.a.include"), "x.*,y");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "topic.creation.a.retention.ms"), "5");
	CU_ASSERT_STRING_EQUAL(definition_of(infos, "topic.creation.a.retention.ms", "group"), "Topic Creation: a");
	CU_ASSERT_STRING_EQUAL(definition_of(infos, "topic.creation.a.partitions", "type"), "INT");
	CU_ASSERT_STRING_EQUAL(value_of(infos, "topic.creation.default.partitions"), "1");
	json_decref(infos);
	infos = validate(&fixture_source, "topic.creation.groups=", NULL); /* as if it were not there */
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	CU_ASSERT_PTR_NULL(find_config(infos, "topic.creation.default.partitions"));
	json_decref(infos);
}

static void test_validate__a_worker_may_leave_topics_alone(void)
{
	struct cw_worker_config worker;
	json_t *errors, *warnings, *infos;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("topic.creation.enable=false\n", &worker, &errors, &warnings), 0);
	CU_ASSERT_EQUAL(json_array_size(warnings), 0);
	infos = validate(&fixture_source, "topic.creation.default.partitions=0", &worker);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	CU_ASSERT_STRING_EQUAL(fixture_sentence(json_object_get(infos, "warnings"), 0), "topic.creation.default.partitions has no "
			       "effect: this worker has topic.creation.enable=false");
	json_decref(infos);
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_free(&worker);
}

static void test_validate__an_unknown_class_still_checks_the_rest(void)
{
	json_t *infos = validate(NULL, "tasks.max=0\nwhatever=1", NULL);
	CW_AUTO_FREE char *message = cw_config_infos_message(infos);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 2);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "\nInvalid value NoSuchSink for configuration connector.class: Failed "
				      "to find any class that implements Connector and which name matches it; "));
	json_decref(infos);
}

/* What is said of a key is said at the key, too: the first that was changed. */
static void check_key_warning(const json_t *infos, const char *changes, const char *want)
{
	CW_AUTO_FREE char *key = cw_strndup(changes, strcspn(changes, "="));
	const json_t *value = json_object_get(find_config(infos, key), "value");

	CU_ASSERT_STRING_EQUAL(fixture_sentence(json_object_get(value, "warnings"), 0), want);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(value, "warnings")), 1);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(value, "errors")), 0);
}

static void test_validate__warnings(void)
{
	static const struct {
		const struct cw_plugin *plugin;
		const char *changes, *want;
	} cases[] = {
		{ &fixture_sink, "task.max=1", "unknown key \"task.max\" is ignored; did you mean \"tasks.max\"?" },
		{ &fixture_sink, "batchsize=1", "unknown key \"batchsize\" is ignored; did you mean \"batch.size\"?" },
		{ &fixture_sink, "colour=blue", "unknown key \"colour\" is ignored" },
		{ &fixture_sink, "old.key=x", "old.key has no effect: it is gone since version 1." },
		{ &fixture_sink, "consumer.overide.fetch.min.bytes=1",
		  "unknown key \"consumer.overide.fetch.min.bytes\" is ignored; did you mean "
		  "\"consumer.override.fetch.min.bytes\"?" },
		{ &fixture_source, "topics=x", "topics has no effect: it is a setting of sink connectors" },
		{ &fixture_sink, "transaction.boundary=poll",
		  "transaction.boundary has no effect: it is a setting of source connectors" },
		{ &fixture_source, "offsets.storage.topic=t",
		  "offsets.storage.topic has no effect: this worker has exactly.once.source.support=disabled" },
		{ &fixture_sink, "topic.creation.default.partitions=1",
		  "topic.creation.default.partitions has no effect: it is a setting of source connectors" },
		{ &fixture_source, "topic.creation.g.partitions=1\n" TOPIC_DEFAULTS,
		  "topic.creation.g.partitions has no effect: its group is not in topic.creation.groups" },
		{ &fixture_source, "topic.creation.default.include=x\n" TOPIC_DEFAULTS, "topic.creation.default.include has no effect: the group "
		  "default takes every topic that no other group takes" },
		{ &fixture_source, "topic.creation.default.retention.mss=1\n" TOPIC_DEFAULTS, "topic.creation.default.retention.mss: Kafka has no "
		  "setting retention.mss of topics that is known here; did you mean \"retention.ms\"?" },
		{ &fixture_sink, "producer.override.acks=1", "producer.override.acks has no effect: a sink without "
		  "errors.deadletterqueue.topic.name has no producer" },
		{ &fixture_sink, "errors.deadletterqueue.topic.name=dead",
		  "errors.deadletterqueue.topic.name has no effect with errors.tolerance=none: a record that cannot be processed "
		  "fails its task, and is read again when that is started again" },
		{ &fixture_source, "consumer.override.fetch.min.bytes=1",
		  "consumer.override.fetch.min.bytes has no effect: a source has no consumer" },
		{ &fixture_sink, "value.converter.schemas.enable=false",
		  "value.converter.schemas.enable has no effect: this config has no value.converter of its own" },
		{ &fixture_sink, "transforms.a.type=x", "transforms.a.type has no effect: its alias is not in "
		  "transforms" },
		{ &fixture_sink, "tasks.max.enforce=false",
		  "tasks.max.enforce=false has no effect: this worker never runs more than tasks.max tasks" },
		{ &fixture_sink, "connection.username=${file:/x:y}\nconnection.password=x",
		  "connection.username has a ${...} variable in it, which is taken as it stands: this worker has no "
		  "config provider file" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *infos = validate(cases[i].plugin, cases[i].changes, NULL);

		CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
		CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 1);
		CU_ASSERT_STRING_EQUAL(fixture_sentence(json_object_get(infos, "warnings"), 0), cases[i].want);
		check_key_warning(infos, cases[i].changes, cases[i].want);
		json_decref(infos);
	}
}

static void test_validate__labels_are_described_and_checked(void)
{
	static const struct {
		const char *changes, *want;
	} wrong[] = {
		{ "label.=x", "Invalid value x for configuration label.: The name of a label has only letters" },
		{ "label.a b=x", "Invalid value x for configuration label.a b: The name of a label has only letters" },
		{ "label.team=a,b", "Invalid value a,b for configuration label.team: A label has no commas" },
	};
	json_t *infos = validate(&fixture_sink, "label.team=search\nlabel.x.io/cost-center=", NULL);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
	CU_ASSERT_STRING_EQUAL(value_of(infos, "label.team"), "search");
	CU_ASSERT_STRING_EQUAL(definition_of(infos, "label.team", "group"), "Labels");
	CU_ASSERT_STRING_EQUAL(definition_of(infos, "label.team", "display_name"), "team");
	CU_ASSERT_PTR_NOT_NULL(strstr(definition_of(infos, "label.team", "documentation"), "label"));
	json_decref(infos);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		CW_AUTO_FREE char *message = NULL;

		infos = validate(&fixture_source, wrong[i].changes, NULL);
		message = cw_config_infos_message(infos);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 1);
		CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(message, wrong[i].want));
		json_decref(infos);
	}
}

/* What only sinks have may stand in any config; that of an unknown class too. */
static void test_validate__dead_letters_beside_topics_of_no_sink(void)
{
	static const char changes[] = "topics=dead\nerrors.deadletterqueue.topic.name=dead\nerrors.tolerance=all";
	json_t *infos = validate(&fixture_source, changes, NULL);

	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	json_decref(infos);
	infos = validate(NULL, changes, NULL);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 1);
	json_decref(infos);
}

static void test_validate__accepts_what_kafka_accepts(void)
{
	static const char *const fine[] = {
		"tasks.max= 1 ", "topics=a, b ,c_d-e.f", "topics\ntopics.regex=logs-[0-9]+",
		"topics\ntopics.regex=^(logs|app)[-_.]([a-z+*]+[0-9]*)?\\.{1,3}(x{2}y|[])(]+)*$", "key.converter=String",
		"key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=ByteArrayConverter",
		"header.converter=SimpleHeaderConverter", "connector.plugin.version=1.2", "errors.retry.timeout=-1",
		"connector.plugin.version=[1.0,2.0)", "transforms=", "errors.log.enable=TRUE\nerrors.tolerance=all",
		"errors.deadletterqueue.topic.name=",
		"value.converter=StringConverter\nvalue.converter.converter.encoding=utf8",
		"name=sp ace;?#", "connection.url=http://${topic}", "config.action.reload=none",
	};

	for (size_t i = 0; i < COUNT(fine); i++) {
		json_t *infos = validate(&fixture_sink, fine[i], NULL);
		CW_AUTO_FREE char *message = cw_config_infos_message(infos);

		if (json_integer_value(json_object_get(infos, "error_count")))
			fprintf(stderr, "\n%s\n", message);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
		CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
		json_decref(infos);
	}
}

static void test_validate__the_worker_decides_converters_and_overrides(void)
{
	struct cw_worker_config worker;
	json_t *errors, *warnings, *infos;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("value.converter=ByteArrayConverter\n"
						  "connector.client.config.override.policy=Principal\n",
						  &worker, &errors, &warnings), 0);
	infos = validate(&fixture_source, "producer.override.sasl.mechanism=PLAIN\nproducer.override.acks=1", &worker);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 1);
	CU_ASSERT_STRING_EQUAL(value_of(infos, "value.converter"), "ByteArrayConverter");
	CU_ASSERT_STRING_EQUAL(fixture_sentence(json_object_get(json_object_get(find_config(infos,
			"producer.override.acks"),
										"value"), "errors"), 0),
			       "The 'Principal' policy does not allow 'acks' to be overridden in the connector "
			       "configuration (producer.override.acks).");
	json_decref(infos);
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_free(&worker);
}

static void test_validate__unknown_keys_are_errors_where_the_worker_says_so(void)
{
	static const struct {
		const char *changes, *key, *want;
	} cases[] = {
		{ "task.max=1", "task.max", "Unknown key \"task.max\"; did you mean \"tasks.max\"?" },
		{ "colour=blue", "colour", "Unknown key \"colour\"" },
		{ "consumer.overide.fetch.min.bytes=1", "consumer.overide.fetch.min.bytes",
		  "Unknown key \"consumer.overide.fetch.min.bytes\"; did you mean "
		  "\"consumer.override.fetch.min.bytes\"?" },
		{ "tasks.max.enforce=false", "tasks.max.enforce", "" },
		{ "tasks.max=1", "tasks.max", "" },
		/* The unknown key is an error of its own, and is not said once more with the one that is missing. */
		{ "connection.url\nconection.url=http://localhost:9200", "connection.url",
		  "Missing required configuration \"connection.url\" which has no default value." },
	};
	struct cw_worker_config worker;
	json_t *errors, *warnings;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("connector.unknown.keys=Error\n", &worker, &errors, &warnings), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *infos = validate(&fixture_sink, cases[i].changes, &worker);
		const json_t *value = json_object_get(find_config(infos, cases[i].key), "value");

		CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")),
				!*cases[i].want ? 0 : strchr(cases[i].changes, '\n') ? 2 : 1);
		CU_ASSERT_STRING_EQUAL(fixture_sentence(json_object_get(value, "errors"), 0), cases[i].want);
		json_decref(infos);
	}
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_free(&worker);
}

static void test_validate__an_exactly_once_worker_takes_what_needs_it(void)
{
	struct cw_worker_config worker;
	json_t *errors, *warnings, *infos;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("exactly.once.source.support=Enabled\n", &worker, &errors,
						  &warnings), 0);
	infos = validate(&fixture_source, "exactly.once.support= required \ntransaction.boundary=interval\n"
			 "transaction.boundary.interval.ms=100\noffsets.storage.topic=t", &worker);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
	json_decref(infos);
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_free(&worker);
}

static void expect_sentence(const json_t *array, const char *want)
{
	CU_ASSERT_EQUAL_FATAL(json_array_size(array), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(array, 0)), want);
}

/* Of a source that promises nothing. */
static void test_validate__what_a_source_has_to_say_that_it_can(void)
{
	const struct cw_plugin loose = FIXTURE_PLUGIN(CW_PLUGIN_SOURCE, "com.example.LooseSource", &fixture_ops);
	struct cw_worker_config worker;
	json_t *errors, *warnings, *infos;

	CU_ASSERT_EQUAL_FATAL(fixture_load_worker("exactly.once.source.support=enabled\n", &worker, &errors,
						  &warnings), 0);
	infos = validate(&loose, "exactly.once.support=REQUIRED", &worker);
	expect_sentence(errors_of(infos, "exactly.once.support"),
			"Invalid value REQUIRED for configuration exactly.once.support: com.example.LooseSource does not say that "
			"it supports exactly-once delivery; use requested");
	json_decref(infos);
	infos = validate(&loose, "exactly.once.support=requested", &worker);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	expect_sentence(json_object_get(infos, "warnings"),
			"com.example.LooseSource does not say that it supports exactly-once delivery: after a failure it may give "
			"records again, or leave some out");
	json_decref(infos);
	infos = validate(&loose, "transaction.boundary=CONNECTOR", &worker);
	expect_sentence(errors_of(infos, "transaction.boundary"),
			"Invalid value CONNECTOR for configuration transaction.boundary: com.example.LooseSource cannot say where "
			"transactions end; use poll or interval");
	json_decref(infos);
	infos = validate(&loose, "transaction.boundary=interval", &worker);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(infos, "error_count")), 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(infos, "warnings")), 0);
	json_decref(infos);
	json_decref(errors);
	json_decref(warnings);
	cw_worker_config_free(&worker);
}

static void test_plugin_config__its_own_keys_first(void)
{
	json_t *array = cw_plugin_config_to_json(&fixture_sink);

	CU_ASSERT_EQUAL(json_array_size(array), COUNT(fixture_table) + COUNT(common_rows) + COUNT(sink_rows));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(array, 0), "name")), "connection.url");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(array, 2), "order")), 3);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(array, 5), "name")), "name");
	json_decref(array);
}

static void test_versions__ranges(void)
{
	static const struct {
		const char *version, *range;
		int want;
	} cases[] = {
		{ "1.2.0", "1.2", 1 },       { "1.2.0", "1.2.1", 0 },      { "1.2.0", "latest", 1 },
		{ "1.2.0", "", 1 },          { "1.2.0", "[1.0,2.0)", 1 },  { "2.0", "[1.0,2.0)", 0 },
		{ "2.0", "[1.0,2.0]", 1 },   { "1.0", "(1.0,)", 0 },       { "1.10", "[1.9,)", 1 },
		{ "1.0", "(,1.0]", 1 },      { "3.1", "(,1.0],[3,)", 1 },  { "2", "(,1.0], [3,)", 0 },
		{ "1.2.0", "[1.2.0]", 1 },   { "1.0-rc1", "[1.0,)", 0 },   { "1.0-rc1", "[1.0-alpha,1.0)", 1 },
		{ "1", "[1", -1 },           { "1", "(1)", -1 },           { "1", "1,2", -1 },
		{ "1", "[1,2,3]", -1 },      { "1", "[1]x", -1 },          { "1", "[[1]]", -1 },
		{ "1", "[1],", -1 },         { "1", "[]", -1 },            { "007", "7.0.0", 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		CU_ASSERT_EQUAL(cw_version_in_range(cases[i].version, cases[i].range), cases[i].want);
	CU_ASSERT_TRUE(cw_version_compare("1.0-rc2", "1.0-rc1") > 0);
}

static void test_names__that_a_path_can_hold(void)
{
	static const struct {
		const char *name, *words; /* NULL: fine */
	} names[] = {
		{ "a", NULL }, { "gr\xc3\xbc\xc3\x9f e", NULL }, { "50%", NULL }, { "a;b?c#d", NULL }, { "...", NULL },
		{ "", "Invalid value  for configuration name: String may not be empty" },
		{ "a\x07", "String may not contain control sequences but had the following ASCII chars: 7" },
		{ "\n\x7f", "ASCII chars: 10, 127" }, { "a\xc2\x85", "ASCII chars: 133" }, { " \t", "may not be empty" },
		 { "a/b", "which no request path could name" },
		{ ".", "which no request path could name" }, { "..", "which no request path could name" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CW_AUTO_FREE char *error = cw_connector_name_error(names[i].name);

		CU_ASSERT_EQUAL(error == NULL, names[i].words == NULL);
		CU_ASSERT_TRUE(!error || !names[i].words || strstr(error, names[i].words));
	}
}

static void test_names__of_any_length(void)
{
	char name[CW_CONNECTOR_NAME_MAX + 2] = { 0 };
	char *error;

	memset(name, 'n', CW_CONNECTOR_NAME_MAX);
	CU_ASSERT_PTR_NULL(cw_connector_name_error(name));
	name[CW_CONNECTOR_NAME_MAX] = 'n';
	error = cw_connector_name_error(name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(error);
	CU_ASSERT_EQUAL(strncmp(error, "Invalid value nnnnn", 19), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "nn... for configuration name: String may not be longer than 512 bytes, and has 513"));
	CU_ASSERT_TRUE(strlen(error) < 200);
	free(error);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "names", test_names__that_a_path_can_hold },
		{ "long names", test_names__of_any_length },
		{ "tables", test_tables__are_those_of_the_contract },
		{ "fill", test_fill__the_frameworks_struct },
		{ "a config without fault", test_validate__a_config_without_fault },
		{ "shape", test_validate__the_shape_of_an_entry },
		{ "every error at once", test_validate__every_error_at_once_and_the_message },
		{ "secrets", test_validate__the_plugins_own_check_cannot_show_a_secret },
		{ "users of URLs", test_validate__users_of_urls_are_not_shown },
		{ "keys without a definition", test_validate__keys_without_a_definition_come_first },
		{ "unknown class", test_validate__an_unknown_class_still_checks_the_rest },
		{ "warnings", test_validate__warnings },
		{ "labels", test_validate__labels_are_described_and_checked },
		{ "unknown keys as errors", test_validate__unknown_keys_are_errors_where_the_worker_says_so },
		{ "accepted", test_validate__accepts_what_kafka_accepts },
		{ "groups of topics", test_validate__groups_of_topics_have_keys },
		{ "topics left alone", test_validate__a_worker_may_leave_topics_alone },
		{ "what only sinks have", test_validate__dead_letters_beside_topics_of_no_sink },
		{ "the worker's part", test_validate__the_worker_decides_converters_and_overrides },
		{ "exactly once", test_validate__an_exactly_once_worker_takes_what_needs_it },
		{ "exactly once: what a source can", test_validate__what_a_source_has_to_say_that_it_can },
		{ "plugin config", test_plugin_config__its_own_keys_first },
		{ "version ranges", test_versions__ranges },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "connector_config", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
