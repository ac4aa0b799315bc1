#include "kafka/create_topic.h"

#include <string.h>

#include <librdkafka/rdkafka.h>

#include "base/clock.h"
#include "kafka/client.h"

#define ADMIN_TIMEOUT_MS 30000
/* How long a call may block that does not hear of a stop. */
#define SLICE_MS 250

static int refuse(const struct cw_new_topic *topic, rd_kafka_resp_err_t code, const char *text, struct cw_error *err)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
	case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
	/* Who may not create topics, or cannot, may find it there all the same: its use will tell. */
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
		return 0;
	case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
	case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
	case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
		return cw_error_set(err, CW_ERR_FATAL, "topic %s, %s, cannot be created: %s (%s)", topic->name, topic->purpose,
				    text, topic->keys);
	default:
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s, %s, cannot be created: %s", topic->name, topic->purpose,
				    text);
	}
}

static int topic_result(const struct cw_new_topic *topic, rd_kafka_event_t *event, struct cw_error *err)
{
	const rd_kafka_topic_result_t **topics;
	size_t n;

	if (!event)
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s: Kafka did not answer in time", topic->name);
	if (rd_kafka_event_error(event))
		return refuse(topic, rd_kafka_event_error(event), rd_kafka_event_error_string(event), err);
	topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
	if (n == 0)
		return 0;
	return refuse(topic, rd_kafka_topic_result_error(topics[0]), rd_kafka_topic_result_error_string(topics[0]), err);
}

/* The answer to a request, or NULL. */
static rd_kafka_event_t *await_event(rd_kafka_queue_t *queue, const _Atomic bool *stop)
{
	int64_t deadline = cw_clock_ms() + ADMIN_TIMEOUT_MS;
	rd_kafka_event_t *event = NULL;

	while (!event && !(stop && atomic_load(stop)) && cw_clock_ms() < deadline)
		event = rd_kafka_queue_poll(queue, SLICE_MS);
	return event;
}

/* Looked for among all topics: asking for one by its name may create it, with the brokers' settings. */
static bool exists(rd_kafka_t *client, const char *topic, const _Atomic bool *stop)
{
	const rd_kafka_metadata_t *md = cw_client_metadata(client, NULL, cw_clock_ms() + ADMIN_TIMEOUT_MS, stop);
	bool found = false;

	for (int i = 0; md && i < md->topic_cnt && !found; i++)
		found = strcmp(md->topics[i].topic, topic) == 0 && !md->topics[i].err;
	if (md)
		rd_kafka_metadata_destroy(md);
	return found;
}

/* librdkafka's mock cluster (--embedded) has no controller to ask: it makes topics when they are used. */
static bool makes_topics_by_itself(rd_kafka_t *client)
{
	static const char mock[] = "mockCluster";
	char *id = rd_kafka_clusterid(client, 0);
	bool is_mock = id && strncmp(id, mock, sizeof(mock) - 1) == 0;

	if (id)
		rd_kafka_mem_free(client, id);
	return is_mock;
}

static int create(rd_kafka_t *client, const struct cw_new_topic *topic, rd_kafka_NewTopic_t *request,
		  const _Atomic bool *stop, struct cw_error *err)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_event_t *event;
	char text[256];
	int failed;

	rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS, text, sizeof(text));
	rd_kafka_CreateTopics(client, &request, 1, options, queue);
	event = await_event(queue, stop);
	failed = topic_result(topic, event, err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_queue_destroy(queue);
	return failed;
}

int cw_topic_create(rd_kafka_t *client, const struct cw_new_topic *topic, const _Atomic bool *stop, struct cw_error *err)
{
	char text[256];
	rd_kafka_NewTopic_t *request =
		rd_kafka_NewTopic_new(topic->name, topic->partitions, topic->replication_factor, text, sizeof(text));
	int failed = 0;

	if (!request)
		return cw_error_set(err, CW_ERR_INVALID, "topic %s, %s: %s (%s)", topic->name, topic->purpose, text,
				    topic->keys);
	for (size_t i = 0; topic->settings && i < topic->settings->n; i++)
		rd_kafka_NewTopic_set_config(request, topic->settings->entries[i].key, topic->settings->entries[i].value);
	if (!exists(client, topic->name, stop) && !makes_topics_by_itself(client))
		failed = create(client, topic, request, stop, err);
	rd_kafka_NewTopic_destroy(request);
	return failed;
}
