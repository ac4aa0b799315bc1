/* Records through converters, transformations and predicates, in the real host: chains, drops, failures, retries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_driver.h"

/* Names of one test: of its connector, its topics and what its sink wrote. */
struct names {
	char name[64], topic[64], other[80], path[300];
};

static struct names fresh(const char *prefix)
{
	struct names n;

	host_fresh_name(n.name, sizeof(n.name), prefix);
	snprintf(n.topic, sizeof(n.topic), "%s", n.name);
	snprintf(n.other, sizeof(n.other), "%s-other", n.name);
	snprintf(n.path, sizeof(n.path), "%s/%s", host_folder(), n.name);
	return n;
}

static struct host_process run_source(const struct names *n, int count, const char *more)
{
	char config[2048];

	snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=%d partition=0 "
		 "errors.retry.delay.max.ms=20 %s", n->topic, count, more);
	return host_run(n->name, config);
}

/* A sink of that name, which reads `topic`. */
static struct host_process run_sink(const char *name, const char *topic, const char *path, const char *more)
{
	char config[2048];

	snprintf(config, sizeof(config), "connector.class=ScriptedFlushSink topics=%s out=%s tell=true "
		 "errors.retry.delay.max.ms=20 %s", topic, path, more);
	return host_run(name, config);
}

static int64_t stored_offset(const struct host_process *p)
{
	json_t *pair = json_object_get(p->offsets, "{\"task\":0}");

	return json_integer_value(json_object_get(json_array_get(pair, 1), "next"));
}

static void expect_line(const char *text, const char *line)
{
	bool found = strstr(text, line) != NULL;

	if (!found)
		fprintf(stderr, "\nmissing: %s\nin:\n%.2000s\n", line, text);
	CU_ASSERT_TRUE(found);
}

/* It is trying again. */
static void wait_for_retries(struct host_process *p)
{
	while (host_metric(p, "retries") == 0)
		host_expect(p, "metrics", NULL);
}

/* ---- sources ---- */

#define CHAIN "transforms=a,b predicates=p predicates.p.type=NumberIsAtLeast predicates.p.least=5 " \
	      "transforms.a.type=ScriptedTransform transforms.a.append=! transforms.a.predicate=p " \
	      "transforms.b.type=test.ScriptedTransform transforms.b.header=h "

static void test_source__a_chain_changes_values_topics_and_headers(void)
{
	struct names n = fresh("chain");
	char more[1024], reader[80], *text;
	struct host_process p;

	snprintf(more, sizeof(more), CHAIN "transforms.b.topic=%s value.converter=ScriptedConverter "
		 "key.converter=org.apache.kafka.connect.storage.StringConverter", n.other);
	p = run_source(&n, 10, more);
	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 10);
	CU_ASSERT_EQUAL(stored_offset(&p), 10);
	host_stop(&p);

	snprintf(reader, sizeof(reader), "%s-reader", n.name);
	p = run_sink(reader, n.other, n.path, "");
	host_wait_metric(&p, "records_written", 10);
	host_stop(&p);
	text = host_read_file(n.path);
	expect_line(text, "@4 key=null value=<v4> h=7 from ");
	expect_line(text, "@5 key=null value=<v5!> h=7 from ");
	free(text);
}

static void test_source__a_predicate_is_negated(void)
{
	struct names n = fresh("negate");
	struct host_process p = run_source(&n, 100, "transforms=a predicates=p predicates.p.type=NumberIsAtLeast "
					   "predicates.p.least=30 transforms.a.type=ScriptedTransform transforms.a.drop.every=1 "
					   "transforms.a.predicate=p transforms.a.negate=TRUE");

	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 70);
	CU_ASSERT_EQUAL(host_metric(&p, "records_filtered"), 30);
	host_stop(&p);
}

static void test_source__dropped_records_count_as_acknowledged(void)
{
	static const struct {
		const char *config;
		int64_t records;
	} cases[] = {
		{ "transforms=a transforms.a.type=ScriptedTransform transforms.a.drop.every=2", 50 },
		{ "transforms=a transforms.a.type=ScriptedTransform transforms.a.drop.every=1", 0 },
	};

	for (int i = 0; i < 2; i++) {
		struct names n = fresh("drop");
		struct host_process p = run_source(&n, 100, cases[i].config);

		host_expect(&p, "status", "COMPLETED");
		CU_ASSERT_EQUAL(host_metric(&p, "records"), cases[i].records);
		CU_ASSERT_EQUAL(host_metric(&p, "records_filtered"), 100 - cases[i].records);
		CU_ASSERT_EQUAL(stored_offset(&p), 100);
		host_stop(&p);
	}
}

/* What fails, at which stage, as a source and as a sink see it; every tenth record does, from 0 on. */
static const struct {
	const char *config, *stage, *reason;
	int64_t failures; /* of 50 */
	int64_t first;
} failures[] = {
	{ "transforms=a transforms.a.type=ScriptedTransform transforms.a.fail.every=10",
	  "Executing stage 'TRANSFORMATION' with class 'test.ScriptedTransform'", "Caused by: 0 is a bad number", 5, 0 },
	{ "transforms=a transforms.a.type=ScriptedTransform predicates=p predicates.p.type=NumberIsAtLeast "
	  "transforms.a.predicate=p predicates.p.fail.at=20",
	  "Executing stage 'TRANSFORMATION' with class 'test.ScriptedTransform'", "Caused by: cannot tell of 20", 1, 20 },
	{ "transforms=a transforms.a.type=ScriptedTransform transforms.a.retry.every=10 transforms.a.retry=1",
	  "Executing stage 'TRANSFORMATION' with class 'test.ScriptedTransform'", "Caused by: not now", 5, 0 },
};

static void test_source__a_record_that_fails(void)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct names n = fresh("fails");
		char more[1024];
		struct host_process p = run_source(&n, 50, failures[i].config);
		json_t *status = host_wait_for(&p, "status", "FAILED");
		const char *trace = json_string_value(json_object_get(status, "trace"));

		expect_line(trace, "Tolerance exceeded in error handler. Error encountered in task ");
		expect_line(trace, failures[i].stage);
		expect_line(trace, ", where source record is = {topic='");
		expect_line(trace, ", sourcePartition={\"task\":0}, sourceOffset=");
		expect_line(trace, failures[i].reason);
		CU_ASSERT_EQUAL(host_metric(&p, "records_failed"), 1);
		json_decref(status);
		host_stop(&p);

		n = fresh("tolerated");
		snprintf(more, sizeof(more), "errors.tolerance=all errors.log.enable=true %s", failures[i].config);
		p = run_source(&n, 50, more);
		host_expect(&p, "status", "COMPLETED");
		CU_ASSERT_EQUAL(host_metric(&p, "records"), 50 - failures[i].failures);
		CU_ASSERT_EQUAL(host_metric(&p, "records_skipped"), failures[i].failures);
		CU_ASSERT_EQUAL(stored_offset(&p), 50);
		host_stop(&p);
	}
}

static void test_source__a_converter_that_fails(void)
{
	struct names n = fresh("convert");
	struct host_process p = run_source(&n, 50, "value.converter=ScriptedConverter value.converter.fail.every=10");

	host_expect_failed(&p, "Executing stage 'VALUE_CONVERTER' with class 'test.ScriptedConverter', where source record");
	host_stop(&p);
}

static void test_source__retries_end_well_or_in_time(void)
{
	struct names n = fresh("retry");
	struct host_process p = run_source(&n, 50, "errors.retry.timeout=-1 value.converter=ScriptedConverter "
					   "value.converter.retry.every=10 value.converter.retry=2");

	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 50);
	CU_ASSERT_EQUAL(host_metric(&p, "retries"), 10);
	host_stop(&p);

	n = fresh("retry-timeout");
	p = run_source(&n, 50, "errors.retry.timeout=100 value.converter=ScriptedConverter value.converter.retry.every=10 "
		       "value.converter.retry=1000000");
	host_expect_failed(&p, "Caused by: not now");
	CU_ASSERT_TRUE(host_metric(&p, "retries") > 0);
	host_stop(&p);
}

#define ENDLESS "errors.retry.timeout=-1 errors.retry.delay.max.ms=60000 transforms=a " \
		"transforms.a.type=ScriptedTransform transforms.a.retry.every=1 transforms.a.retry=1000000"

static void test_source__a_retry_does_not_hold_up_a_stop(void)
{
	struct names n = fresh("endless");
	struct host_process p = run_source(&n, 50, ENDLESS);

	wait_for_retries(&p);
	host_stop_within(&p, 2000);
	CU_ASSERT_EQUAL(stored_offset(&p), 0);
}

/* ---- sinks ---- */

static void test_sink__converters_and_a_chain(void)
{
	struct names n = fresh("sink-chain");
	char sink[80], *text;
	struct host_process p = run_source(&n, 10, "value.converter=ScriptedConverter transforms=h "
					   "transforms.h.type=ScriptedTransform transforms.h.header=made");

	host_expect(&p, "status", "COMPLETED");
	host_stop(&p);
	snprintf(sink, sizeof(sink), "%s-sink", n.name);
	p = run_sink(sink, n.topic, n.path, CHAIN "transforms.b.topic=elsewhere value.converter=ScriptedConverter");
	host_wait_metric(&p, "records_written", 10);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed(sink, n.topic, 0), 10);
	text = host_read_file(n.path);
	expect_line(text, "elsewhere-0@4 key=null value=v4 made=7 h=7 from sink-chain");
	expect_line(text, "elsewhere-0@5 key=null value=v5! made=7 h=7 from sink-chain");
	free(text);
}

static void test_sink__without_transformations_text_is_as_it_was(void)
{
	struct names n = fresh("sink-plain");
	struct host_process p;
	char *text;

	host_fill(host_bootstrap(), n.topic, 0, 0, 3);
	p = run_sink(n.name, n.topic, n.path, "value.converter=ByteArray");
	host_wait_metric(&p, "records_written", 3);
	host_stop(&p);
	text = host_read_file(n.path);
	expect_line(text, "@2 key=null value=v2 from ");
	free(text);
}

static void test_sink__dropped_records_are_committed(void)
{
	static const int every[] = { 1, 2, 7 };

	for (int i = 0; i < 3; i++) {
		struct names n = fresh("sink-drop");
		int left = 3000 - (3000 + every[i] - 1) / every[i];
		struct host_process p;
		char more[256];

		host_fill(host_bootstrap(), n.topic, 0, 0, 3000);
		snprintf(more, sizeof(more), "transforms=a transforms.a.type=ScriptedTransform transforms.a.drop.every=%d",
			 every[i]);
		p = run_sink(n.name, n.topic, n.path, more);
		host_wait_metric(&p, "records_filtered", 3000 - left);
		host_wait_metric(&p, "records_written", left);
		host_wait_zero(&p, "records_in_flight");
		host_stop(&p);
		CU_ASSERT_EQUAL(host_committed(n.name, n.topic, 0), 3000);
	}
}

static void test_sink__a_record_that_fails(void)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct names n = fresh("sink-fails");
		char more[1024], where[256];
		struct host_process p;
		const char *trace;
		json_t *status;

		host_fill(host_bootstrap(), n.topic, 0, 0, 50);
		p = run_sink(n.name, n.topic, n.path, failures[i].config);
		status = host_wait_for(&p, "status", "FAILED");
		trace = json_string_value(json_object_get(status, "trace"));
		snprintf(where, sizeof(where), "Tolerance exceeded in error handler. Error encountered in task %s-0. %s, where "
			 "consumed record is {topic='%s', partition=0, offset=", n.name, failures[i].stage, n.topic);
		expect_line(trace, where);
		expect_line(trace, ", timestampType=CreateTime}. Caused by: ");
		expect_line(trace, failures[i].reason);
		json_decref(status);
		host_stop(&p);
		CU_ASSERT_TRUE(host_committed(n.name, n.topic, 0) <= failures[i].first); /* those before it may have been a batch */

		/* Another group reads the same records. */
		snprintf(more, sizeof(more), "errors.tolerance=all %s", failures[i].config);
		strcat(n.name, "-all");
		p = run_sink(n.name, n.topic, n.path, more);
		host_wait_metric(&p, "records_written", 50 - failures[i].failures);
		CU_ASSERT_EQUAL(host_metric(&p, "records_skipped"), failures[i].failures);
		host_stop(&p);
		CU_ASSERT_EQUAL(host_committed(n.name, n.topic, 0), 50);
	}
}

static void test_sink__bytes_that_a_converter_refuses(void)
{
	struct names n = fresh("sink-refused");
	struct host_process p;

	host_fill(host_bootstrap(), n.topic, 0, 0, 20);
	p = run_sink(n.name, n.topic, n.path, "value.converter=ScriptedConverter errors.tolerance=all errors.log.enable=true "
		     "errors.log.include.messages=true");
	host_wait_metric(&p, "records_skipped", 20);
	host_wait_zero(&p, "records_in_flight");
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed(n.name, n.topic, 0), 20);
}

static void test_sink__retries_get_the_same_record_again(void)
{
	struct names n = fresh("sink-retry");
	struct host_process p;
	char *text;

	host_fill(host_bootstrap(), n.topic, 0, 0, 100);
	p = run_sink(n.name, n.topic, n.path, "errors.retry.timeout=60000 transforms=a,b transforms.a.type=ScriptedTransform "
		     "transforms.a.append=! transforms.b.type=ScriptedTransform transforms.b.retry.every=10 "
		     "transforms.b.retry=3 transforms.b.drop.every=4");
	host_wait_metric(&p, "records_written", 75);
	CU_ASSERT_EQUAL(host_metric(&p, "retries"), 30);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed(n.name, n.topic, 0), 100);
	text = host_read_file(n.path);
	expect_line(text, "@10 key=null value=v10! from "); /* once through the first, for all the tries of the second */
	free(text);
}

static void test_sink__a_retry_does_not_hold_up_a_stop(void)
{
	struct names n = fresh("sink-endless");
	struct host_process p;

	host_fill(host_bootstrap(), n.topic, 0, 0, 100);
	p = run_sink(n.name, n.topic, n.path, ENDLESS);
	wait_for_retries(&p);
	host_stop_within(&p, 2000);
	CU_ASSERT_TRUE(host_committed(n.name, n.topic, 0) <= 0);
}

/* Tolerance is for records that are wrong; these were only not ready when the task had to end. */
static void test_stop__does_not_skip_what_was_to_be_tried_again(void)
{
	static const char *const more = "errors.tolerance=all errors.retry.timeout=-1 transforms=a "
					"transforms.a.type=ScriptedTransform transforms.a.retry.every=1 "
					"transforms.a.retry=1000000";
	struct names n = fresh("unready");
	struct host_process p = run_source(&n, 50, more);

	wait_for_retries(&p);
	host_stop(&p);
	CU_ASSERT_EQUAL(stored_offset(&p), 0);

	n = fresh("sink-unready");
	host_fill(host_bootstrap(), n.topic, 0, 0, 100);
	p = run_sink(n.name, n.topic, n.path, more);
	wait_for_retries(&p);
	host_stop_within(&p, 2000);
	CU_ASSERT_TRUE(host_committed(n.name, n.topic, 0) <= 0);
}

/* ---- start ---- */

static void test_start__what_does_not_start_fails_the_task(void)
{
	struct names n = fresh("start");
	struct host_process p = run_source(&n, 1, "transforms=a transforms.a.type=ScriptedTransform "
					   "transforms.a.start.fails=true");

	host_expect_failed(&p, "test.ScriptedTransform did not start: ");
	host_stop(&p);
	p = run_source(&n, 1, "value.converter=ScriptedConverter value.converter.start.fails=true");
	host_expect_failed(&p, "test.ScriptedConverter did not start: ");
	host_stop(&p);
}

static void test_start__classes_that_are_not_there_fail_the_connector(void)
{
	static const struct {
		const char *key, *value, *trace;
	} cases[] = {
		{ "value.converter", "Nope", "Class Nope could not be found." },
		{ "header.converter", "NumberIsAtLeast", "Class NumberIsAtLeast could not be found." },
		{ "transforms", "a", "Missing required configuration \"transforms.a.type\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_process p = host_spawn("--run", "missing");
		json_t *failed;

		host_say(&p, json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s},s:{s:s},s:[]}", "type", "configure", "connector",
				       "missing", "config", "name", "missing", "connector.class", "ScriptedSource", "topic",
				       "t", cases[i].key, cases[i].value, "worker", "plugin.path", PLUGINS, "offsets"));
		failed = host_wait_for(&p, "failed", NULL);
		expect_line(json_string_value(json_object_get(failed, "trace")), cases[i].trace);
		json_decref(failed);
		host_stop(&p);
	}
}

/* The topic comes from the environment; the worker is told of the variable only. */
static void test_start__variables_are_resolved_here_and_nowhere_else(void)
{
	static const struct host_options options = {
		.worker = "config.providers=env config.providers.env.class=EnvVarConfigProvider "
			  "value.converter=${env:TEST_CONVERTER} bootstrap.servers=${env:TEST_BOOTSTRAP}",
	};
	struct names n = fresh("variable");
	struct host_process p = host_spawn("--run", n.name);
	json_t *worker = json_pack("{s:s,s:s,s:s,s:s}", "bootstrap.servers", host_bootstrap(), "plugin.path", PLUGINS,
				   "config.providers", "env", "config.providers.env.class", "EnvVarConfigProvider");
	json_t *message, *task;
	char config[256];

	host_say(&p, json_pack("{s:s,s:s,s:{s:s,s:s,s:s},s:o,s:[]}", "type", "configure", "connector", n.name, "config",
			       "name", n.name, "connector.class", "ScriptedSource", "topic", "${env:TEST_TOPIC}", "worker",
			       worker, "offsets"));
	message = host_wait_for(&p, "configured", NULL);
	task = json_array_get(json_object_get(message, "tasks"), 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(task, "topic")), "${env:TEST_TOPIC}");
	json_decref(message);
	host_stop(&p);

	setenv("TEST_BOOTSTRAP", host_bootstrap(), 1);
	snprintf(config, sizeof(config), "connector.class=ScriptedSource count=20 topic=${env:TEST_TOPIC}");
	p = host_run_with(n.name, config, &options);
	host_expect(&p, "status", "COMPLETED");
	CU_ASSERT_EQUAL(host_metric(&p, "records"), 20);
	host_stop(&p);

	p = host_spawn("--run", n.name);
	host_say(&p, json_pack("{s:s,s:s,s:{s:s,s:s,s:s},s:{s:s,s:s},s:[]}", "type", "configure", "connector", n.name,
			       "config", "name", n.name, "connector.class", "ScriptedSource", "topic", "${env:a:b}", "worker",
			       "config.providers", "env", "config.providers.env.class", "EnvVarConfigProvider", "offsets"));
	message = host_wait_for(&p, "failed", NULL);
	expect_line(json_string_value(json_object_get(message, "trace")),
		    "topic: Path is not supported for EnvVarConfigProvider, invalid value 'a'");
	json_decref(message);
	host_stop(&p);
}

/* Whatever a plugin says of its settings. */
static void test_start__a_secret_is_in_no_trace(void)
{
	static const struct host_options options = {
		.worker = "config.providers=env config.providers.env.class=EnvVarConfigProvider",
	};
	struct names n = fresh("secret");
	struct host_process p;

	setenv("TEST_SECRET", "s3cret", 1);
	p = host_run_with(n.name, "connector.class=ScriptedSource count=1 topic=t value.converter=StringConverter "
			  "value.converter.converter.encoding=${env:TEST_SECRET}", &options);
	host_expect_failed(&p, "Unsupported encoding ${env:TEST_SECRET}");
	host_stop(&p);
}

int main(void)
{
	static CU_TestInfo tests[] = {
		{ "source: a chain", test_source__a_chain_changes_values_topics_and_headers },
		{ "source: a negated predicate", test_source__a_predicate_is_negated },
		{ "source: dropped records", test_source__dropped_records_count_as_acknowledged },
		{ "source: a record that fails", test_source__a_record_that_fails },
		{ "source: a converter that fails", test_source__a_converter_that_fails },
		{ "source: retries", test_source__retries_end_well_or_in_time },
		{ "source: a retry and a stop", test_source__a_retry_does_not_hold_up_a_stop },
		{ "sink: converters and a chain", test_sink__converters_and_a_chain },
		{ "sink: plain text", test_sink__without_transformations_text_is_as_it_was },
		{ "sink: dropped records", test_sink__dropped_records_are_committed },
		{ "sink: a record that fails", test_sink__a_record_that_fails },
		{ "sink: bytes that are refused", test_sink__bytes_that_a_converter_refuses },
		{ "sink: retries", test_sink__retries_get_the_same_record_again },
		{ "sink: a retry and a stop", test_sink__a_retry_does_not_hold_up_a_stop },
		{ "stop: what was to be tried again", test_stop__does_not_skip_what_was_to_be_tried_again },
		{ "start: refused", test_start__what_does_not_start_fails_the_task },
		{ "start: missing", test_start__classes_that_are_not_there_fail_the_connector },
		{ "start: variables", test_start__variables_are_resolved_here_and_nowhere_else },
		{ "start: secrets", test_start__a_secret_is_in_no_trace },
		CU_TEST_INFO_NULL,
	};

	setenv("TEST_TOPIC", "from-the-environment", 1);
	setenv("TEST_CONVERTER", "ScriptedConverter", 1);
	return host_test_main("pipelines of records", tests);
}
