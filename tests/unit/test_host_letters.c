/* Dead letters, in the real host: what is in the topic, what is counted, and what is committed when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "base/buf.h"
#include "host_driver.h"

#define TIMEOUT_MS 10000
#define PIPELINE_STAGES 4 /* of `stages`; the others are put() */
#define STAMP INT64_C(1700000000000)

/* ---- Kafka ---- */

static rd_kafka_t *client(rd_kafka_type_t type)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	rd_kafka_conf_set(conf, "bootstrap.servers", host_bootstrap(), text, sizeof(text));
	if (type == RD_KAFKA_CONSUMER) {
		rd_kafka_conf_set(conf, "group.id", "letters-reader", text, sizeof(text));
		rd_kafka_conf_set(conf, "enable.partition.eof", "true", text, sizeof(text));
	}
	return rd_kafka_new(type, conf, text, sizeof(text));
}

/* One record with everything that a record has: a key, two headers (one is null) and a timestamp. */
static void send_record(rd_kafka_t *producer, const char *topic, const char *key, const char *value)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(2);

	rd_kafka_header_add(headers, "color", -1, "gr\xfcn", 4);
	rd_kafka_header_add(headers, "none", -1, NULL, 0);
	CU_ASSERT_EQUAL(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
					  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY((void *)(uintptr_t)key, strlen(key)),
					  RD_KAFKA_V_VALUE((void *)(uintptr_t)value, strlen(value)), RD_KAFKA_V_TIMESTAMP(STAMP),
					  RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END), 0);
}

static void fill(const char *topic, const char *key, const char *end, int count)
{
	rd_kafka_t *producer = client(RD_KAFKA_PRODUCER);
	char text[64];

	for (int i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "v%d%s", i, end);
		send_record(producer, topic, key, text);
	}
	CU_ASSERT_EQUAL(rd_kafka_flush(producer, TIMEOUT_MS), 0);
	rd_kafka_destroy(producer);
}

/* "key|value|timestamp|header=value|…" and a line end. */
static void show(struct cw_buf *out, const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers = NULL;
	const char *name;
	const void *value;
	size_t n;

	cw_buf_append(out, m->key, m->key_len);
	cw_buf_puts(out, "|");
	cw_buf_append(out, m->payload, m->len);
	cw_buf_printf(out, "|%lld", (long long)rd_kafka_message_timestamp(m, NULL));
	rd_kafka_message_headers(m, &headers);
	for (size_t i = 0; headers && rd_kafka_header_get_all(headers, i, &name, &value, &n) == 0; i++) {
		cw_buf_printf(out, "|%s=", name);
		cw_buf_append(out, value ? value : "null", value ? n : 4);
	}
	cw_buf_puts(out, "\n");
}

/* All records of a topic; *n: how many. New. */
static char *read_letters(const char *topic, size_t *count)
{
	rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER);
	const struct rd_kafka_metadata *md = NULL;
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(consumer, topic, NULL);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
	struct cw_buf out = { 0 };
	int left;

	CU_ASSERT_EQUAL_FATAL(rd_kafka_metadata(consumer, 0, rkt, &md, TIMEOUT_MS), 0);
	left = md->topics[0].partition_cnt;
	for (int i = 0; i < left; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_metadata_destroy(md);
	rd_kafka_poll_set_consumer(consumer);
	rd_kafka_assign(consumer, list);
	*count = 0;
	while (left > 0) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(consumer, TIMEOUT_MS);

		CU_ASSERT_PTR_NOT_NULL_FATAL(m);
		left -= m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
		*count += !m->err;
		if (!m->err)
			show(&out, m);
		rd_kafka_message_destroy(m);
	}
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
	return cw_buf_take(&out);
}

/* ---- sinks ---- */

struct names {
	char name[64], topic[80], letters[80], path[300];
};

static struct names fresh(const char *prefix)
{
	struct names n;

	host_fresh_name(n.name, sizeof(n.name), prefix);
	snprintf(n.topic, sizeof(n.topic), "%s-in", n.name);
	snprintf(n.letters, sizeof(n.letters), "%s-letters", n.name);
	snprintf(n.path, sizeof(n.path), "%s/%s", host_folder(), n.name);
	return n;
}

static struct host_process run_sink(const struct names *n, const char *class, const char *more)
{
	char config[2048];

	snprintf(config, sizeof(config), "connector.class=%s topics=%s out=%s errors.deadletterqueue.topic.name=%s %s", class,
		 n->topic, n->path, n->letters, more);
	return host_run(n->name, config);
}

static void expect_part(const char *text, const char *part)
{
	bool found = strstr(text, part) != NULL;

	if (!found)
		fprintf(stderr, "\nmissing: %s\nin:\n%.3000s\n", part, text);
	CU_ASSERT_TRUE(found);
}

#define ALL "errors.tolerance=all "
#define CONTEXT "errors.deadletterqueue.context.headers.enable=true "
/* What is sent, as a letter shows it. */
#define SENT(value) "k\xff|" value "|1700000000000|color=gr\xfcn|none=null"

/* The books: everything that was read has come to one end. */
static void check_books(struct host_process *p, int64_t read, int64_t lettered)
{
	host_wait_metric(p, "records_dead_lettered", lettered);
	host_wait_zero(p, "records_in_flight");
	CU_ASSERT_EQUAL(host_metric(p, "records"), read);
	CU_ASSERT_EQUAL(host_metric(p, "records_written"), read - lettered);
	CU_ASSERT_EQUAL(host_metric(p, "records_skipped"), 0);
	CU_ASSERT_EQUAL(host_metric(p, "records_failed"), 0);
	CU_ASSERT_EQUAL(host_metric(p, "deadletterqueue_produce_requests"), lettered);
}

/* Every tenth of fifty fails, or all. */
static const struct {
	const char *class, *config, *stage, *plugin, *exception, *reason;
	int64_t letters;
} stages[] = {
	{ "ScriptedFlushSink", "transforms=a transforms.a.type=ScriptedTransform transforms.a.append=! "
	  "transforms.a.fail.every=10 value.converter=ByteArrayConverter", "TRANSFORMATION", "test.ScriptedTransform",
	  "DataException", "0 is a bad number", 5 },
	{ "ScriptedAsyncSink", "value.converter=ScriptedConverter", "VALUE_CONVERTER", "test.ScriptedConverter",
	  "DataException", "", 50 },
	{ "ScriptedPlainSink", "key.converter=ScriptedConverter", "KEY_CONVERTER", "test.ScriptedConverter",
	  "DataException", "", 50 },
	{ "ScriptedFlushSink", "header.converter=ScriptedConverter transforms=a transforms.a.type=ScriptedTransform",
	  "HEADER_CONVERTER", "test.ScriptedConverter", "DataException", "", 50 },
	{ "ScriptedFlushSink", "reject.every=10", "TASK_PUT", "test.ScriptedFlushSink", "ConnectException",
	  "it does not suit", 5 },
	{ "ScriptedAsyncSink", "reject.every=10 hold.ms=20", "TASK_PUT", "test.ScriptedAsyncSink", "ConnectException",
	  "it does not suit", 5 },
	{ "ScriptedFlushSink", "drop.every=10", "TASK_PUT", "test.ScriptedFlushSink", "ConnectException",
	  "it is not wanted", 5 },
	{ "ScriptedPlainSink", "reject.every=10 retry=2 errors.retry.delay.max.ms=5", "TASK_PUT", "test.ScriptedPlainSink",
	  "ConnectException", "it does not suit", 5 },
};

static void check_stage(size_t i)
{
	struct names n = fresh("stage");
	char more[1024], part[1024], *letters;
	struct host_process p;
	size_t count;

	fill(n.topic, "k\xff", "", 50);
	snprintf(more, sizeof(more), ALL CONTEXT "%s", stages[i].config);
	p = run_sink(&n, stages[i].class, more);
	check_books(&p, 50, stages[i].letters);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed(n.name, n.topic, 0), 50);
	letters = read_letters(n.letters, &count);
	CU_ASSERT_EQUAL(count, (size_t)stages[i].letters);
	snprintf(part, sizeof(part), SENT("v10") "|__connect.errors.topic=%s|__connect.errors.partition=0|"
		 "__connect.errors.offset=10|__connect.errors.connector.name=%s|__connect.errors.task.id=0|"
		 "__connect.errors.stage=%s|__connect.errors.class.name=%s|"
		 "__connect.errors.exception.class.name=org.apache.kafka.connect.errors.%s|"
		 "__connect.errors.exception.message=", n.topic, n.name, stages[i].stage, stages[i].plugin, stages[i].exception);
	expect_part(letters, part);
	snprintf(part, sizeof(part), "|__connect.errors.exception.stacktrace=org.apache.kafka.connect.errors.%s: %s",
		 stages[i].exception, stages[i].reason);
	expect_part(letters, part);
	free(letters);
}

static void test_letters__of_the_pipeline(void)
{
	for (size_t i = 0; i < PIPELINE_STAGES; i++)
		check_stage(i);
}

static void test_letters__of_what_the_plugin_rejects(void)
{
	for (size_t i = PIPELINE_STAGES; i < sizeof(stages) / sizeof(stages[0]); i++)
		check_stage(i);
}

/* Whatever a converter makes of bytes that are no text. */
static void test_letters__have_the_bytes_that_were_read(void)
{
	struct names n = fresh("bytes");
	struct host_process p;
	char *letters;
	size_t count;

	fill(n.topic, "k\xff", "\xff\xfe", 20);
	p = run_sink(&n, "ScriptedFlushSink", ALL "reject.every=10 value.converter=StringConverter");
	check_books(&p, 20, 2);
	host_stop(&p);
	letters = read_letters(n.letters, &count);
	CU_ASSERT_EQUAL(count, 2);
	CU_ASSERT_STRING_EQUAL(letters, SENT("v0\xff\xfe") "\n" SENT("v10\xff\xfe") "\n");
	free(letters);
}

static void test_letters__are_none_without_tolerance(void)
{
	struct names n = fresh("none");
	struct host_process p;
	char *letters;
	size_t count;

	fill(n.topic, "k\xff", "", 20);
	p = run_sink(&n, "ScriptedFlushSink", CONTEXT "reject.every=10");
	host_expect_failed(&p, "it does not suit (errors.tolerance is none)");
	CU_ASSERT_EQUAL(host_metric(&p, "records_failed"), 1);
	host_stop(&p);
	letters = read_letters(n.letters, &count);
	CU_ASSERT_EQUAL(count, 0);
	free(letters);
}

/* The producer keeps them back for a minute, or until it is told to send what it has. */
static void test_letters__are_written_before_offsets_are_committed(void)
{
	const struct host_options often = { .worker = "offset.flush.interval.ms=20" };
	struct names n = fresh("before");
	struct host_process p;
	char config[1024], *letters;
	size_t count;

	fill(n.topic, "k\xff", "", 50);
	snprintf(config, sizeof(config), "connector.class=ScriptedAsyncSink topics=%s out=%s "
		 "errors.deadletterqueue.topic.name=%s " ALL "reject.every=10 hold.ms=20 producer.override.linger.ms=60000", n.topic, n.path,
		 n.letters);
	p = host_run_with(n.name, config, &often);
	host_wait_metric(&p, "records_written", 45);
	host_attend_for(&p, 1500);
	CU_ASSERT_EQUAL(host_metric(&p, "records_dead_lettered"), 0);
	CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 5);
	CU_ASSERT_TRUE(host_committed(n.name, n.topic, 0) <= 0);
	host_stop(&p);
	CU_ASSERT_EQUAL(host_committed(n.name, n.topic, 0), 50);
	letters = read_letters(n.letters, &count);
	CU_ASSERT_EQUAL(count, 5);
	free(letters);
}

/* Five of fifty fail: that is one too many. The one that was too much is not a letter: it is read again. */
static void test_letters__are_as_many_as_the_budget_allows(void)
{
	static const char *const configs[] = { "reject.every=10", "transforms=a transforms.a.type=ScriptedTransform "
					       "transforms.a.fail.every=10" };

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct names n = fresh("budget");
		struct host_process p;
		char more[512], *letters;
		size_t count;

		fill(n.topic, "k\xff", "", 50);
		snprintf(more, sizeof(more), ALL CONTEXT "errors.budget.count=4 %s", configs[i]);
		p = run_sink(&n, "ScriptedFlushSink", more);
		host_expect_failed(&p, "could not be processed in 60 s, which is more than errors.budget.* allows; the last one: ");
		CU_ASSERT_EQUAL(host_metric(&p, "records_failed"), 1);
		host_stop(&p);
		CU_ASSERT_TRUE(host_committed(n.name, n.topic, 0) <= 40);
		letters = read_letters(n.letters, &count);
		CU_ASSERT_TRUE(count <= 4);
		free(letters);
	}
}

static void test_letters__that_cannot_be_written_fail_the_task(void)
{
	static const char *const configs[] = { "reject.every=10", "transforms=a transforms.a.type=ScriptedTransform "
					       "transforms.a.fail.every=1" };

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct names n = fresh("refused");
		struct host_process p;
		char more[512], large[3000];

		memset(large, '0', sizeof(large) - 1);
		large[sizeof(large) - 1] = '\0';
		fill(n.topic, large, "", 1);
		snprintf(more, sizeof(more), ALL "producer.override.message.max.bytes=1000 %s", configs[i]);
		p = run_sink(&n, "ScriptedFlushSink", more);
		host_expect_failed(&p, "cannot be sent to the dead letter topic");
		CU_ASSERT_EQUAL(host_metric(&p, "records_failed"), 1);
		CU_ASSERT_EQUAL(host_metric(&p, "deadletterqueue_produce_failures"), 1);
		host_stop(&p);
		CU_ASSERT_TRUE(host_committed(n.name, n.topic, 0) <= 0);
	}
}

/* ---- sources ---- */

/* Every tenth of fifty; what the connector gave, whatever transformations had made of it by then. */
static void test_letters__of_a_source(void)
{
	static const struct {
		const char *config, *stage, *plugin;
	} cases[] = {
		{ "transforms=a,b transforms.a.type=ScriptedTransform transforms.a.append=! transforms.a.header=h "
		  "transforms.b.type=ScriptedTransform transforms.b.fail.every=10", "TRANSFORMATION",
		  "test.ScriptedTransform" },
		{ "value.converter=ScriptedConverter value.converter.fail.every=10", "VALUE_CONVERTER",
		  "test.ScriptedConverter" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct names n = fresh("source");
		char config[1024], part[1024], *letters;
		struct host_process p;
		json_t *stored;
		size_t count;

		snprintf(config, sizeof(config), "connector.class=ScriptedSource topic=%s count=50 partition=0 "
			 "errors.deadletterqueue.topic.name=%s " ALL CONTEXT "%s", n.topic, n.letters, cases[i].config);
		p = host_run(n.name, config);
		host_expect(&p, "status", "COMPLETED");
		CU_ASSERT_EQUAL(host_metric(&p, "records"), 45);
		CU_ASSERT_EQUAL(host_metric(&p, "records_dead_lettered"), 5);
		CU_ASSERT_EQUAL(host_metric(&p, "records_skipped"), 0);
		CU_ASSERT_EQUAL(host_metric(&p, "records_in_flight"), 0);
		stored = json_object_get(p.offsets, "{\"task\":0}");
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_array_get(stored, 1), "next")), 50);
		host_stop(&p);
		letters = read_letters(n.letters, &count);
		CU_ASSERT_EQUAL(count, 5);
		expect_part(letters, "|v10|");
		snprintf(part, sizeof(part), "|__connect.errors.topic=%s|__connect.errors.source.partition={\"task\":0}|"
			 "__connect.errors.source.offset=11|__connect.errors.connector.name=%s|__connect.errors.task.id=0|"
			 "__connect.errors.stage=%s|__connect.errors.class.name=%s|", n.topic, n.name, cases[i].stage,
			 cases[i].plugin);
		expect_part(letters, part);
		CU_ASSERT_PTR_NULL(strstr(letters, "|h="));
		free(letters);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "of the pipeline", test_letters__of_the_pipeline },
		{ "of what the plugin rejects", test_letters__of_what_the_plugin_rejects },
		{ "have the bytes that were read", test_letters__have_the_bytes_that_were_read },
		{ "are none without tolerance", test_letters__are_none_without_tolerance },
		{ "are written before offsets are committed", test_letters__are_written_before_offsets_are_committed },
		{ "are as many as the budget allows", test_letters__are_as_many_as_the_budget_allows },
		{ "of a source", test_letters__of_a_source },
		{ "that cannot be written fail the task", test_letters__that_cannot_be_written_fail_the_task },
		CU_TEST_INFO_NULL,
	};

	return host_test_main("dead letters", tests);
}
