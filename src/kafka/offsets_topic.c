#include "kafka/offsets_topic.h"

#include <stdlib.h>

#include <librdkafka/rdkafka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/client.h"

#define ADMIN_TIMEOUT_MS 30000

char *cw_offsets_topic_key(const char *connector, const char *partition_json)
{
	struct cw_buf key = { 0 };

	cw_buf_puts(&key, "[\"");
	cw_buf_json_escape(&key, connector, strlen(connector));
	cw_buf_printf(&key, "\",%s]", partition_json);
	return cw_buf_take(&key);
}

static int topic_result(rd_kafka_event_t *event, const char *topic, struct cw_error *err)
{
	const rd_kafka_CreateTopics_result_t *result = event ? rd_kafka_event_CreateTopics_result(event) : NULL;
	const rd_kafka_topic_result_t **topics;
	size_t n;
	rd_kafka_resp_err_t code;

	if (!event)
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s: Kafka did not answer in time", topic);
	if (rd_kafka_event_error(event))
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s cannot be created: %s", topic,
				    rd_kafka_event_error_string(event));
	topics = rd_kafka_CreateTopics_result_topics(result, &n);
	code = n ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR_NO_ERROR;
	if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s cannot be created: %s", topic,
				    rd_kafka_topic_result_error_string(topics[0]));
	return 0;
}

int cw_offsets_topic_create(rd_kafka_t *client, const char *topic, const struct cw_worker_config *worker,
			    struct cw_error *err)
{
	char text[256];
	rd_kafka_NewTopic_t *request =
		rd_kafka_NewTopic_new(topic, worker->offset_storage_partitions, worker->offset_storage_replication_factor,
				      text, sizeof(text));
	rd_kafka_queue_t *queue;
	rd_kafka_AdminOptions_t *options;
	rd_kafka_event_t *event;
	int failed;

	if (!request)
		return cw_error_set(err, CW_ERR_INVALID, "topic %s: %s", topic, text);
	rd_kafka_NewTopic_set_config(request, "cleanup.policy", "compact");
	queue = rd_kafka_queue_new(client);
	options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_TIMEOUT_MS, text, sizeof(text));
	rd_kafka_CreateTopics(client, &request, 1, options, queue);
	event = rd_kafka_queue_poll(queue, ADMIN_TIMEOUT_MS);
	failed = topic_result(event, topic, err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_queue_destroy(queue);
	rd_kafka_NewTopic_destroy(request);
	return failed;
}

/* One record of the topic; those of other connectors, and of other shapes, are passed over. */
static void take_record(json_t *byname, const char *name, const rd_kafka_message_t *m)
{
	json_t *key = m->key ? json_loadb(m->key, m->key_len, 0, NULL) : NULL;
	json_t *partition = json_array_get(key, 1);
	const char *connector = json_string_value(json_array_get(key, 0));

	if (json_array_size(key) == 2 && connector && strcmp(connector, name) == 0 && json_is_object(partition)) {
		char *text = json_dumps(partition, JSON_COMPACT);
		json_t *offset = m->payload ? json_loadb(m->payload, m->len, 0, NULL) : NULL;

		if (json_is_object(offset))
			json_object_set_new(byname, text, json_pack("[O,o]", partition, offset));
		else
			json_object_del(byname, text);
		free(text);
	}
	json_decref(key);
}

static int read_all(rd_kafka_t *consumer, const char *topic, const char *name, int partitions, int64_t timeout_ms,
		    json_t *byname, struct cw_error *err)
{
	int64_t deadline = cw_clock_ms() + timeout_ms;
	int ended = 0;

	while (ended < partitions) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(consumer, 100);

		if (m && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			ended++;
		else if (m && m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			take_record(byname, name, m);
		if (m)
			rd_kafka_message_destroy(m);
		if (ended < partitions && cw_clock_ms() > deadline)
			return cw_error_set(err, CW_ERR_RETRIABLE, "the offsets in topic %s could not be read in %lld ms",
					    topic, (long long)timeout_ms);
	}
	return 0;
}

static int partition_count(rd_kafka_t *consumer, const char *topic, struct cw_error *err)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, topic, NULL);
	const rd_kafka_metadata_t *md;
	rd_kafka_resp_err_t code = rd_kafka_metadata(consumer, 0, handle, &md, ADMIN_TIMEOUT_MS);
	int n = 0;

	if (!code) {
		n = md->topic_cnt ? md->topics[0].partition_cnt : 0;
		code = md->topic_cnt ? md->topics[0].err : code;
		rd_kafka_metadata_destroy(md);
	}
	rd_kafka_topic_destroy(handle);
	if (n == 0)
		cw_error_set(err, CW_ERR_RETRIABLE, "topic %s cannot be read: %s", topic, rd_kafka_err2str(code));
	return n;
}

static json_t *read_topic(rd_kafka_t *consumer, const char *name, const char *topic, int64_t timeout_ms,
			  struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *all;
	json_t *byname, *list = NULL, *pair;
	const char *key;
	int n = partition_count(consumer, topic, err);

	if (n == 0)
		return NULL;
	all = rd_kafka_topic_partition_list_new(n);
	for (int i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(consumer, all);
	rd_kafka_topic_partition_list_destroy(all);
	byname = json_object();
	if (read_all(consumer, topic, name, n, timeout_ms, byname, err) == 0) {
		list = json_array();
		json_object_foreach(byname, key, pair)
			json_array_append(list, pair);
	}
	json_decref(byname);
	rd_kafka_consumer_close(consumer);
	return list;
}

json_t *cw_offsets_topic_read(const struct cw_worker_config *worker, const struct cw_map *connector,
			      const char *name, const char *topic, const struct cw_log_scope *scope, int64_t timeout_ms,
			      struct cw_error *err)
{
	static const struct cw_client_default defaults[] = {
		{ "group.id", "connect-offsets-reader" }, /* a consumer needs one; it never joins nor commits */
		{ "enable.auto.commit", "false" },
		{ "enable.partition.eof", "true" },
		{ "isolation.level", "read_committed" },
		{ NULL, NULL },
	};
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_CONSUMER, worker, connector, defaults, err);
	rd_kafka_t *consumer = conf ? cw_client_new(CW_CLIENT_CONSUMER, conf, scope, err) : NULL;
	json_t *list;

	if (!consumer)
		return NULL;
	rd_kafka_poll_set_consumer(consumer);
	list = read_topic(consumer, name, topic, timeout_ms, err);
	rd_kafka_destroy(consumer);
	return list;
}
