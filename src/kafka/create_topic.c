#include "kafka/create_topic.h"

#include <string.h>

#include <librdkafka/rdkafka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/client.h"

#define ADMIN_TIMEOUT_MS 30000
/* How long a call may block that does not hear of a stop. */
#define SLICE_MS 250

static int refuse(const struct cw_new_topic *topic, rd_kafka_resp_err_t code, const char *text, struct cw_error *err)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
	case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
		return 0;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
		return topic->may_be_there ? 0 : cw_error_set(err, CW_ERR_FATAL, "topic %s, %s, cannot be created: %s; let this "
							      "user create topics, or create it beforehand", topic->name,
							      topic->purpose, text);
	case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
	case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
	case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
	case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
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

/* How long the answer to a request may take: request.timeout.ms, where that is less. */
static int64_t timeout_of(rd_kafka_t *admin)
{
	int64_t ms = cw_client_number(rd_kafka_conf(admin), "socket.timeout.ms", ADMIN_TIMEOUT_MS);

	return ms < ADMIN_TIMEOUT_MS ? ms : ADMIN_TIMEOUT_MS;
}

/* The answer to a request, or NULL. */
static rd_kafka_event_t *await_event(rd_kafka_queue_t *queue, int64_t timeout_ms, const _Atomic bool *stop)
{
	int64_t deadline = cw_clock_ms() + timeout_ms;
	rd_kafka_event_t *event = NULL;

	while (!event && !(stop && atomic_load(stop)) && cw_clock_ms() < deadline)
		event = rd_kafka_queue_poll(queue, SLICE_MS);
	return event;
}

/* Looked for among all topics: asking for one by its name may create it, with the brokers' settings. */
bool cw_topic_exists(rd_kafka_t *client, const char *topic, int64_t deadline_ms, const _Atomic bool *stop)
{
	const rd_kafka_metadata_t *md = cw_client_metadata(client, NULL, deadline_ms, stop);
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

/* Asking for a topic by its name makes it there. */
static int make_by_asking(rd_kafka_t *client, const struct cw_new_topic *topic, const _Atomic bool *stop,
			  struct cw_error *err)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic->name, NULL);
	const rd_kafka_metadata_t *md =
		handle ? cw_client_metadata(client, handle, cw_clock_ms() + ADMIN_TIMEOUT_MS, stop) : NULL;

	if (handle)
		rd_kafka_topic_destroy(handle);
	if (!md)
		return topic_result(topic, NULL, err);
	rd_kafka_metadata_destroy(md);
	return 0;
}

static int ask_to_create(rd_kafka_t *admin, const struct cw_new_topic *topic, rd_kafka_NewTopic_t *request,
			 const _Atomic bool *stop, struct cw_error *err)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(admin);
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_event_t *event;
	char text[256];
	int failed;

	rd_kafka_AdminOptions_set_request_timeout(options, (int)timeout_of(admin), text, sizeof(text));
	rd_kafka_CreateTopics(admin, &request, 1, options, queue);
	event = await_event(queue, timeout_of(admin), stop);
	failed = topic_result(topic, event, err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_queue_destroy(queue);
	return failed;
}

static int make(rd_kafka_t *admin, const struct cw_new_topic *topic, const _Atomic bool *stop, struct cw_error *err)
{
	char text[256];
	rd_kafka_NewTopic_t *request =
		rd_kafka_NewTopic_new(topic->name, topic->partitions, topic->replication_factor, text, sizeof(text));
	int failed;

	if (!request)
		return cw_error_set(err, CW_ERR_INVALID, "topic %s, %s: %s (%s)", topic->name, topic->purpose, text,
				    topic->keys);
	for (size_t i = 0; topic->settings && i < topic->settings->n; i++)
		rd_kafka_NewTopic_set_config(request, topic->settings->entries[i].key, topic->settings->entries[i].value);
	failed = ask_to_create(admin, topic, request, stop, err);
	rd_kafka_NewTopic_destroy(request);
	return failed;
}

static rd_kafka_t *open_admin(const struct cw_topic_maker *maker, struct cw_error *err)
{
	CW_AUTO_FREE char *id = cw_format("connector-adminclient-%s-%d", maker->name, maker->task);
	const struct cw_client_default defaults[] = { { "client.id", id }, { NULL, NULL } };
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_ADMIN, maker->worker, maker->connector, defaults, err);

	return conf ? cw_client_new(CW_CLIENT_ADMIN, conf, maker->scope, err) : NULL;
}

int cw_topic_make(rd_kafka_t *client, const struct cw_new_topic *topic, const struct cw_topic_maker *maker,
		  struct cw_error *err)
{
	rd_kafka_t *admin = open_admin(maker, err);
	int failed;

	if (!admin)
		return -1;
	failed = makes_topics_by_itself(client) ? make_by_asking(admin, topic, maker->stop, err) :
						 make(admin, topic, maker->stop, err);
	rd_kafka_destroy(admin);
	return failed;
}

int cw_topic_create(rd_kafka_t *client, const struct cw_new_topic *topic, const struct cw_topic_maker *maker,
		    struct cw_error *err)
{
	if (cw_topic_exists(client, topic->name, cw_clock_ms() + ADMIN_TIMEOUT_MS, maker->stop) || makes_topics_by_itself(client))
		return 0;
	return cw_topic_make(client, topic, maker, err);
}
