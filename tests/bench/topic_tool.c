/*
 * topic_tool - what the benchmark driver asks of Kafka itself.
 *
 *   topic_tool BROKERS create TOPIC PARTITIONS [NAME=VALUE]…
 *   topic_tool BROKERS delete TOPIC…
 *   topic_tool BROKERS count TOPIC              records in it
 *   topic_tool BROKERS wait TOPIC COUNT SECONDS until it holds COUNT; exit 1 when it does not
 *   topic_tool BROKERS span TOPIC               records and bytes, first and last timestamp (ms), as JSON
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_util.h"

#define TIMEOUT_MS 30000
#define POLL_NS 20000000L

static rd_kafka_t *new_client(rd_kafka_type_t type, const char *brokers)
{
	const char *const pairs[] = { "bootstrap.servers", brokers, NULL };
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *rk;

	cw_bench_conf(conf, pairs);
	if (type == RD_KAFKA_CONSUMER)
		cw_bench_conf(conf, (const char *const[]){ "group.id", "topic-tool", "enable.auto.commit", "false", NULL });
	rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (!rk)
		cw_bench_die("%s", why);
	return rk;
}

static void check_results(rd_kafka_event_t *event, rd_kafka_resp_err_t ignored)
{
	const rd_kafka_topic_result_t **results = NULL;
	size_t n = 0;

	if (!event || rd_kafka_event_error(event))
		cw_bench_die("admin request: %s", event ? rd_kafka_event_error_string(event) : "no answer");
	if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATETOPICS_RESULT)
		results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
	else
		results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
	for (size_t i = 0; i < n; i++)
		if (rd_kafka_topic_result_error(results[i]) && rd_kafka_topic_result_error(results[i]) != ignored)
			cw_bench_die("topic %s: %s", rd_kafka_topic_result_name(results[i]),
				     rd_kafka_err2str(rd_kafka_topic_result_error(results[i])));
}

static void create(const char *brokers, int argc, char **argv)
{
	rd_kafka_t *rk = new_client(RD_KAFKA_PRODUCER, brokers);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_NewTopic_t *topic;
	rd_kafka_event_t *event;
	char why[256];

	topic = rd_kafka_NewTopic_new(argv[0], (int)cw_bench_number("PARTITIONS", argv[1]), 1, why, sizeof(why));
	if (!topic)
		cw_bench_die("%s", why);
	for (int i = 2; i < argc; i++) {
		char *eq = strchr(argv[i], '=');

		if (!eq)
			cw_bench_die("\"%s\" is not NAME=VALUE", argv[i]);
		*eq = '\0';
		rd_kafka_NewTopic_set_config(topic, argv[i], eq + 1);
	}
	rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
	check_results(event, RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy(topic);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

static void delete_topics(const char *brokers, int argc, char **argv)
{
	rd_kafka_t *rk = new_client(RD_KAFKA_PRODUCER, brokers);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);

	for (int i = 0; i < argc; i++) {
		rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(argv[i]);
		rd_kafka_event_t *event;

		rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
		event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
		check_results(event, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
		rd_kafka_event_destroy(event);
		rd_kafka_DeleteTopic_destroy(topic);
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

static int partitions_of(rd_kafka_t *rk, const char *name)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	const struct rd_kafka_metadata *metadata;
	int n = 0;

	if (rd_kafka_metadata(rk, 0, topic, &metadata, TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		n = metadata->topics[0].partition_cnt;
		rd_kafka_metadata_destroy(metadata);
	}
	rd_kafka_topic_destroy(topic);
	return n;
}

static uint64_t count(rd_kafka_t *rk, const char *topic)
{
	int n = partitions_of(rk, topic);
	uint64_t records = 0;
	int64_t low, high;

	for (int32_t p = 0; p < n; p++)
		if (rd_kafka_query_watermark_offsets(rk, topic, p, &low, &high, TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
			records += (uint64_t)(high - low);
	return records;
}

static int wait_count(rd_kafka_t *rk, const char *topic, uint64_t wanted, uint64_t seconds)
{
	double deadline = cw_bench_now_s() + (double)seconds;
	const struct timespec pause = { .tv_nsec = POLL_NS };
	uint64_t now;

	while ((now = count(rk, topic)) < wanted && cw_bench_now_s() < deadline)
		nanosleep(&pause, NULL);
	printf("%llu\n", (unsigned long long)now);
	return now >= wanted ? 0 : 1;
}

/* The timestamp of the record at an offset of a partition. */
static int64_t timestamp_at(rd_kafka_t *rk, const char *topic, int32_t partition, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_message_t *message;
	int64_t timestamp;

	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	message = rd_kafka_consumer_poll(rk, TIMEOUT_MS);
	if (!message || message->err)
		cw_bench_die("%s [%d] at %lld: %s", topic, partition, (long long)offset,
			     message ? rd_kafka_message_errstr(message) : "no record");
	timestamp = rd_kafka_message_timestamp(message, NULL);
	rd_kafka_message_destroy(message);
	return timestamp;
}

static void span(rd_kafka_t *rk, const char *topic)
{
	int n = partitions_of(rk, topic);
	int64_t first = INT64_MAX, last = 0;
	uint64_t records = 0;

	for (int32_t p = 0; p < n; p++) {
		int64_t low, high, t;

		if (rd_kafka_query_watermark_offsets(rk, topic, p, &low, &high, TIMEOUT_MS) || high == low)
			continue;
		records += (uint64_t)(high - low);
		t = timestamp_at(rk, topic, p, low);
		first = t < first ? t : first;
		t = timestamp_at(rk, topic, p, high - 1);
		last = t > last ? t : last;
	}
	printf("{\"records\":%llu,\"first_ms\":%lld,\"last_ms\":%lld}\n", (unsigned long long)records,
	       records ? (long long)first : 0, (long long)last);
}

int main(int argc, char **argv)
{
	const char *command = argc > 3 ? argv[2] : "";
	rd_kafka_t *rk;
	int rc = 0;

	if (strcmp(command, "create") == 0 && argc > 4) {
		create(argv[1], argc - 3, argv + 3);
		return 0;
	}
	if (strcmp(command, "delete") == 0) {
		delete_topics(argv[1], argc - 3, argv + 3);
		return 0;
	}
	if (argc < 4)
		cw_bench_die("usage: topic_tool BROKERS create|delete|count|wait|span TOPIC …");
	rk = new_client(RD_KAFKA_CONSUMER, argv[1]);
	if (strcmp(command, "count") == 0)
		printf("%llu\n", (unsigned long long)count(rk, argv[3]));
	else if (strcmp(command, "wait") == 0 && argc > 5)
		rc = wait_count(rk, argv[3], cw_bench_number("COUNT", argv[4]), cw_bench_number("SECONDS", argv[5]));
	else if (strcmp(command, "span") == 0)
		span(rk, argv[3]);
	else
		cw_bench_die("no command \"%s\"", command);
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	return rc;
}
