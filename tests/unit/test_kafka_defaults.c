/* The configuration of Kafka's clients: what the framework sets, and who has the last word. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "config/worker_config.h"
#include "kafka/client.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct cw_client_default framework[] = {
	{ "socket.timeout.ms", CW_CLIENT_ANSWER_TEXT },
	{ NULL, NULL },
};

/* A setting as a client of a connector has it whose one key is KEY=VALUE; -1 for one that is refused. */
static int64_t setting_of(enum cw_client_kind kind, const char *key, const char *value, const char *setting)
{
	struct cw_worker_config worker = { .bootstrap_servers = (char *)(uintptr_t)"127.0.0.1:1" };
	struct cw_map connector = { 0 };
	struct cw_error err = { 0 };
	rd_kafka_conf_t *conf;
	int64_t number = -1;

	if (key)
		cw_map_set(&connector, key, value);
	conf = cw_client_conf(kind, &worker, &connector, framework, &err);
	if (conf) {
		number = cw_client_number(conf, setting, -1);
		rd_kafka_conf_destroy(conf);
	}
	cw_map_free(&connector);
	return number;
}

/* Kafka takes names of groups and clients of up to 32767 bytes. */
static void test_client__tells_settings_of_any_length(void)
{
	struct cw_worker_config worker = { .bootstrap_servers = (char *)(uintptr_t)"127.0.0.1:1" };
	struct cw_map connector = { 0 };
	struct cw_error err = { 0 };
	rd_kafka_conf_t *conf;
	char group[5001] = { 0 }, *told;

	memset(group, 'g', sizeof(group) - 1);
	cw_map_set(&connector, "consumer.override.group.id", group);
	conf = cw_client_conf(CW_CLIENT_CONSUMER, &worker, &connector, framework, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	told = cw_client_text(conf, "group.id");
	CU_ASSERT_STRING_EQUAL(told, group);
	free(told);
	told = cw_client_text(conf, "no.such.setting");
	CU_ASSERT_STRING_EQUAL(told, "");
	free(told);
	rd_kafka_conf_destroy(conf);
	cw_map_free(&connector);
}

static void test_client__is_soon_with_brokers_again(void)
{
	static const struct {
		enum cw_client_kind kind;
		const char *key, *value, *setting;
		int64_t want;
	} cases[] = {
		{ CW_CLIENT_PRODUCER, NULL, NULL, "reconnect.backoff.max.ms", 1000 },
		{ CW_CLIENT_CONSUMER, NULL, NULL, "reconnect.backoff.max.ms", 1000 },
		{ CW_CLIENT_ADMIN, NULL, NULL, "reconnect.backoff.max.ms", 1000 },
		{ CW_CLIENT_CONSUMER, NULL, NULL, "topic.metadata.refresh.interval.ms", 10000 },
		/* who configures a client has the last word */
		{ CW_CLIENT_CONSUMER, "consumer.override.reconnect.backoff.max.ms", "9000", "reconnect.backoff.max.ms", 9000 },
		{ CW_CLIENT_PRODUCER, "consumer.override.reconnect.backoff.max.ms", "9000", "reconnect.backoff.max.ms", 1000 },
		{ CW_CLIENT_PRODUCER, "producer.override.request.timeout.ms", "40000", "socket.timeout.ms", 40000 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t got = setting_of(cases[i].kind, cases[i].key, cases[i].value, cases[i].setting);

		if (got != cases[i].want)
			printf("case %zu: %s is %lld\n", i, cases[i].setting, (long long)got);
		CU_ASSERT_EQUAL(got, cases[i].want);
	}
}

static void test_client__answers_come_within_a_transaction(void)
{
	static const struct {
		const char *transaction;
		int64_t want;
	} cases[] = {
		{ "60000", CW_CLIENT_ANSWER_MS },
		{ "15100", CW_CLIENT_ANSWER_MS },
		{ "15099", CW_CLIENT_ANSWER_MS - 1 },
		{ "5000", 4900 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		CU_ASSERT_EQUAL(setting_of(CW_CLIENT_PRODUCER, "producer.override.transaction.timeout.ms", cases[i].transaction,
					   "socket.timeout.ms"),
				cases[i].want);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "settings of any length", test_client__tells_settings_of_any_length },
		{ "is soon with brokers again", test_client__is_soon_with_brokers_again },
		{ "answers come within a transaction", test_client__answers_come_within_a_transaction },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { "kafka client, defaults", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
