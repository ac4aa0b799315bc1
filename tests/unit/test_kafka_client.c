/* What the Kafka clients of connectors are told: whose keys win, and what becomes of Java's names. */
#include <string.h>

#include "base/mem.h"
#include "config/props.h"
#include "kafka/client.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define LEVEL "compression.level"
#define P CW_CLIENT_PRODUCER
#define C CW_CLIENT_CONSUMER
#define A CW_CLIENT_ADMIN

static struct cw_map map_of(const char *text)
{
	struct cw_map map = { 0 };
	struct cw_error err = { 0 };

	CU_ASSERT_EQUAL_FATAL(cw_props_parse(text, strlen(text), "test", &map, &err), 0);
	return map;
}

/* The value of librdkafka's key, "! why" when the client cannot be configured. New. */
static char *configured(enum cw_client_kind kind, const char *worker_text, const char *connector_text, const char *key)
{
	static const struct cw_client_default defaults[] = { { "client.id", "ours" }, { "linger.ms", "7" }, { NULL, NULL } };
	struct cw_map raw = map_of(worker_text), connector = map_of(connector_text);
	struct cw_worker_config worker;
	struct cw_error err = { 0 };
	rd_kafka_conf_t *conf;
	char value[128] = "";
	size_t size = sizeof(value);
	char *got;

	CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&raw, &worker, &err), 0);
	conf = cw_client_conf(kind, &worker, &connector, defaults, &err);
	if (conf)
		rd_kafka_conf_get(conf, key, value, &size);
	got = conf ? cw_strdup(value) : cw_format("! %s", err.text);
	if (conf)
		rd_kafka_conf_destroy(conf);
	cw_map_free(&connector);
	cw_worker_config_free(&worker);
	return got;
}

static void test_client__whose_keys_win(void)
{
	static const struct {
		enum cw_client_kind kind;
		const char *worker, *connector, *key, *want;
	} cases[] = {
		{ P, "", "", "client.id", "ours" },
		{ P, "producer.client.id=workers", "", "client.id", "workers" },
		{ P, "producer.client.id=workers", "producer.override.client.id=connectors", "client.id", "connectors" },
		{ P, "producer.buffer.memory=4194304", "", "queue.buffering.max.kbytes", "4096" },
		{ P, "producer.buffer.memory=4194304", "producer.override.buffer.memory=8388608", "queue.buffering.max.kbytes", "8192" },
		{ P, "", "producer.override.linger.ms=12", "queue.buffering.max.ms", "12" },
		{ P, "", "producer.override.acks=1\nproducer.override.enable.idempotence=false", "request.required.acks", "1" },
		{ P, "", "consumer.override.client.id=x\nadmin.override.client.id=y", "client.id", "ours" },
		{ C, "", "producer.override.client.id=x\nconsumer.override.client.id=y", "client.id", "y" },
		{ A, "producer.client.id=x\nadmin.client.id=y", "", "client.id", "y" },
		{ A, "admin.client.id=y", "admin.override.client.id=z\nproducer.override.client.id=x", "client.id", "z" },
		{ A, "", "admin.override.bootstrap.servers=other:1", "bootstrap.servers", "other:1" },
		{ C, "bootstrap.servers=a:1\nsecurity.protocol=SSL", "", "security.protocol", "ssl" },
		{ C, "security.protocol=SSL\nconsumer.security.protocol=PLAINTEXT", "", "security.protocol", "plaintext" },
		{ C, "security.protocol=SSL", "consumer.override.security.protocol=PLAINTEXT", "security.protocol", "plaintext" },
		{ P, "", "producer.override.compression.zstd.level=7\nproducer.override.compression.type=zstd", LEVEL, "7" },
		{ P, "", "producer.override.compression.type=gzip\nproducer.override.compression.gzip.level= 1 ", LEVEL, "1" },
		{ P, "", "producer.override.compression.type=gzip\nproducer.override.compression.gzip.level=-1", LEVEL, "-1" },
		{ P, "", "producer.override.compression.type=lz4\nproducer.override.compression.zstd.level=3", LEVEL, "-1" },
		{ P, "", "producer.override.compression.lz4.level=3", LEVEL, "-1" },
		{ P, "producer.compression.type=lz4\nproducer.compression.lz4.level=17", "", LEVEL, "12" },
		{ P, "producer.compression.type=lz4\nproducer.compression.lz4.level=17",
		  "producer.override.compression.lz4.level=2", LEVEL, "2" },
		{ P, "producer.compression.type=zstd", "producer.override.compression.zstd.level=-5", LEVEL, "1" },
		{ P, "", "producer.override.compression.type=zstd\nproducer.override.compression.zstd.level=3\n"
			 "producer.override.compression.level=4", LEVEL, "4" },
		{ P, "", "producer.override.compression.type=gzip\nproducer.override.compression.gzip.level=best", LEVEL,
		  "! producer.override.compression.gzip.level: it is a whole number" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *got = configured(cases[i].kind, cases[i].worker, cases[i].connector, cases[i].key);

		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
	}
}

static void test_client__names_of_java(void)
{
	static const struct {
		enum cw_client_kind kind;
		const char *connector, *key, *want;
	} cases[] = {
		{ C, "consumer.override.fetch.max.wait.ms=77", "fetch.wait.max.ms", "77" },
		{ C, "consumer.override.request.timeout.ms=12345", "socket.timeout.ms", "12345" },
		{ C, "consumer.override.max.poll.records=500\nconsumer.override.key.deserializer=x", "client.id", "ours" },
		{ P, "producer.override.max.block.ms=1\nproducer.override.metadata.max.idle.ms=1", "client.id", "ours" },
		{ P, "producer.override.max.request.size=2097152", "message.max.bytes", "2097152" },
		{ P, "producer.override.max.request.size=1", "client.id",
		  "! producer.override.max.request.size: Configuration property \"message.max.bytes\" value 1 is outside allowed "
		  "range 1000..1000000000" },
		{ P, "producer.override.partitioner.adaptive.partitioning.enable=false\nproducer.override.compression.zstd.level=3\n"
		     "producer.override.retry.backoff.max.ms=1000\nproducer.override.metadata.recovery.strategy=none\n"
		     "producer.override.enable.metrics.push=false\nproducer.override.socket.connection.setup.timeout.max.ms=30000",
		  "client.id", "ours" },
		{ P, "producer.override.buffer.memory=33554432", "queue.buffering.max.kbytes", "32768" },
		{ P, "producer.override.buffer.memory= 2097153", "queue.buffering.max.kbytes", "2049" },
		{ P, "producer.override.buffer.memory=9223372036854775807", "queue.buffering.max.kbytes", "2147483647" },
		{ P, "producer.override.buffer.memory=0", "queue.buffering.max.kbytes", "977" }, /* a record of message.max.bytes */
		{ P, "producer.override.message.max.bytes=5000000\nproducer.override.queue.buffering.max.kbytes=1024",
		  "queue.buffering.max.kbytes", "4883" },
		{ P, "producer.override.buffer.memory=much", "client.id",
		  "! producer.override.buffer.memory: it is a number of bytes, not less than 0" },
		{ P, "producer.override.buffer.memory=-1", "client.id",
		  "! producer.override.buffer.memory: it is a number of bytes, not less than 0" },
		{ C, "consumer.override.metadata.max.age.ms= 5000", "topic.metadata.refresh.interval.ms", "5000" },
		{ C, "consumer.override.metadata.max.age.ms=0", "topic.metadata.refresh.interval.ms", "10" },
		{ C, "consumer.override.metadata.max.age.ms=9223372036854775807", "topic.metadata.refresh.interval.ms", "3600000" },
		{ C, "consumer.override.metadata.max.age.ms=soon", "client.id",
		  "! consumer.override.metadata.max.age.ms: it is a time in milliseconds, not less than 0" },
		{ C, "consumer.override.metadata.max.age.ms=-1", "client.id",
		  "! consumer.override.metadata.max.age.ms: it is a time in milliseconds, not less than 0" },
		{ A, "admin.override.nonsense=1", "client.id",
		  "! admin.override.nonsense: No such configuration property: \"nonsense\"" },
		{ C, "", "topic.metadata.refresh.interval.ms", "10000" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *got = configured(cases[i].kind, "", cases[i].connector, cases[i].key);

		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
	}
}

static void test_overrides__who_may_have_what(void)
{
	static const struct {
		const char *policy, *setting;
		bool allowed;
	} cases[] = {
		{ "All", "acks", true },	      { "None", "acks", false },
		{ "None", "sasl.mechanism", false },  { "Principal", "acks", false },
		{ "Principal", "sasl.mechanism", true }, { "Principal", "sasl.jaas.config", true },
		{ "Principal", "security.protocol", true }, { "Allowlist", "acks", true },
		{ "Allowlist", "linger.ms", true },   { "Allowlist", "sasl.mechanism", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CW_AUTO_FREE char *text = cw_format("connector.client.config.override.policy=%s\n"
						    "connector.client.config.override.allowlist=linger.ms, acks\n", cases[i].policy);
		struct cw_map raw = map_of(text);
		struct cw_worker_config worker;
		struct cw_error err = { 0 };

		CU_ASSERT_EQUAL_FATAL(cw_worker_config_from_map(&raw, &worker, &err), 0);
		CU_ASSERT_EQUAL(cw_override_allowed(&worker, cases[i].setting), cases[i].allowed);
		cw_worker_config_free(&worker);
	}
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "whose keys win", test_client__whose_keys_win },
		{ "names of Java", test_client__names_of_java },
		{ "overrides", test_overrides__who_may_have_what },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { .pName = "kafka_client", .pTests = tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
