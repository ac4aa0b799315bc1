/* Offsets of connectors that live in Kafka, for the worker, which has no client: see supervisor/protocol.h. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/connector_config.h"
#include "config/props.h"
#include "host/commands.h"
#include "host/question.h"
#include "kafka/client.h"
#include "kafka/groups.h"
#include "kafka/offsets_topic.h"
#include "kafka/partitions.h"

#define TIMEOUT_MS 15000
#define MEMBERS_GO_MS 5000
#define MEMBERS_STEP_MS 200

/* ---- sinks --------------------------------------------------------------------------------------- */

/* The group that the connector's tasks are in; new. */
static char *group_of(const struct cw_question *q, struct cw_error *err)
{
	CW_AUTO_FREE char *usual = cw_format("connect-%s", q->name);
	const struct cw_client_default defaults[] = { { "group.id", usual }, { NULL, NULL } };
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_CONSUMER, &q->worker, &q->config, defaults, err);
	char *group;

	if (!conf)
		return NULL;
	group = cw_client_text(conf, "group.id");
	rd_kafka_conf_destroy(conf);
	return group;
}

static rd_kafka_topic_partition_list_t *wanted_offsets(const json_t *change)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)json_array_size(change));
	const json_t *entry;
	size_t i;

	json_array_foreach(change, i, entry) {
		const json_t *offset = json_array_get(entry, 2);

		rd_kafka_topic_partition_list_add(list, json_string_value(json_array_get(entry, 0)),
						  (int32_t)json_integer_value(json_array_get(entry, 1)))
			->offset = json_is_integer(offset) ? json_integer_value(offset) : RD_KAFKA_OFFSET_INVALID;
	}
	return list;
}

static json_t *offsets_json(const rd_kafka_topic_partition_list_t *offsets)
{
	json_t *list = json_array();

	for (int i = 0; i < offsets->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &offsets->elems[i];

		if (p->offset >= 0)
			json_array_append_new(list, json_pack("[sii]", p->topic, (int)p->partition, 0));
		if (p->offset >= 0)
			json_array_set_new(json_array_get(list, json_array_size(list) - 1), 2, json_integer(p->offset));
	}
	return json_pack("{so}", "offsets", list);
}

static int change_group_once(rd_kafka_t *client, const char *group, const json_t *change, struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *list;
	int status;

	if (json_is_string(change))
		return cw_group_delete(client, group, TIMEOUT_MS, err);
	list = wanted_offsets(change);
	status = cw_group_alter_offsets(client, group, list, TIMEOUT_MS, err);
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

/* Tasks that have just been stopped may be members still: the coordinator takes its time with their good-byes. */
static json_t *change_group(rd_kafka_t *client, const char *group, const json_t *change, struct cw_error *err)
{
	int64_t deadline_ms = cw_clock_ms() + MEMBERS_GO_MS;

	while (change_group_once(client, group, change, err) != 0) {
		if (err->code != CW_ERR_CONFLICT || cw_clock_ms() >= deadline_ms)
			return NULL;
		*err = (struct cw_error){ 0 };
		poll(NULL, 0, MEMBERS_STEP_MS);
	}
	return json_object();
}

static json_t *ask_group(const struct cw_question *q, rd_kafka_t *client, const char *group, struct cw_error *err)
{
	const json_t *change = json_object_get(q->request, "change");
	rd_kafka_topic_partition_list_t *list;
	json_t *answer;

	if (json_is_string(change) || json_is_array(change))
		return change_group(client, group, change, err);
	list = cw_group_offsets(client, group, TIMEOUT_MS, err);
	if (!list)
		return NULL;
	answer = offsets_json(list);
	rd_kafka_topic_partition_list_destroy(list);
	return answer;
}

static json_t *group_offsets(const struct cw_question *q, struct cw_error *err)
{
	CW_AUTO_FREE char *group = group_of(q, err);
	rd_kafka_conf_t *conf = group ? cw_client_conf(CW_CLIENT_ADMIN, &q->worker, &q->config, NULL, err) : NULL;
	rd_kafka_t *client = conf ? cw_client_new(CW_CLIENT_ADMIN, conf, &q->scope, err) : NULL;

	if (!client)
		return NULL;
	/* The client goes with the process: its end would wait for an answer that a broker owes it. */
	return ask_group(q, client, group, err);
}

/* ---- the offsets of a time ----------------------------------------------------------------------- */

/* The two keys alone: others may have variables that cannot be resolved, and are not needed here. */
static int read_topics(const struct cw_question *q, struct cw_connector_config *out, struct cw_config_memory **memory,
		       struct cw_error *err)
{
	static const char *const keys[] = { "topics", "topics.regex" };
	struct cw_config_table all = cw_connector_table(CW_PLUGIN_SINK);
	struct cw_config_def defs[2];

	for (size_t i = 0; i < 2; i++)
		cw_config_table_find(all, keys[i], &defs[i]);
	return cw_config_fill((struct cw_config_table){ defs, 2, sizeof(*defs) }, &q->config, out, memory, err);
}

/* Sorted, of every partition of the connector's topics; new. */
static rd_kafka_topic_partition_list_t *ask_time(const struct cw_kafka_asking *asking,
						 const struct cw_connector_config *config, int64_t epoch_ms,
						 struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	int status = cw_partitions_of_topics(asking, &config->topics, config->topics_regex, list, err);

	if (status == 0)
		status = cw_partitions_set_time(asking, epoch_ms, list, err);
	if (status == 0)
		status = cw_partitions_set_ends(asking, list, err);
	if (status != 0) {
		rd_kafka_topic_partition_list_destroy(list);
		return NULL;
	}
	rd_kafka_topic_partition_list_sort(list, NULL, NULL);
	return list;
}

/* A consumer, unlike others, makes no topic by asking for it. It is in no group. */
static json_t *time_offsets(const struct cw_question *q, struct cw_error *err)
{
	const struct cw_client_default defaults[] = { { "group.id", q->name }, { NULL, NULL } };
	struct cw_connector_config config = { 0 };
	struct cw_config_memory *memory = NULL;
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_CONSUMER, &q->worker, &q->config, defaults, err);
	rd_kafka_t *client = conf ? cw_client_new(CW_CLIENT_CONSUMER, conf, &q->scope, err) : NULL;
	struct cw_kafka_asking asking = { client, TIMEOUT_MS, NULL };
	rd_kafka_topic_partition_list_t *list = NULL;
	json_t *answer;

	if (client && read_topics(q, &config, &memory, err) == 0)
		list = ask_time(&asking, &config, json_integer_value(json_object_get(q->request, "at")), err);
	answer = list ? offsets_json(list) : NULL;
	if (list)
		rd_kafka_topic_partition_list_destroy(list);
	cw_config_memory_free(memory);
	if (client)
		rd_kafka_destroy(client);
	return answer;
}

/* ---- exactly-once sources ------------------------------------------------------------------------ */

/* _private is where the first failure is kept. */
static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque)
{
	rd_kafka_resp_err_t *failure = m->_private;

	(void)producer;
	(void)opaque;
	if (m->err && !*failure)
		*failure = m->err;
}

static rd_kafka_t *new_producer(const struct cw_question *q, struct cw_error *err)
{
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_PRODUCER, &q->worker, &q->config, NULL, err);

	if (conf)
		rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	return conf ? cw_client_new(CW_CLIENT_PRODUCER, conf, &q->scope, err) : NULL;
}

/* The partition with its keys in the order that they have in the topic: Kafka compares keys as bytes. */
static const json_t *as_written(const json_t *current, const json_t *partition)
{
	const json_t *pair;
	size_t i;

	json_array_foreach(current, i, pair)
		if (json_equal(json_array_get(pair, 0), partition))
			return json_array_get(pair, 0);
	return partition;
}

/* The value NULL: a tombstone. */
static int write_record(rd_kafka_t *producer, const char *topic, int32_t partition, const char *key, const char *value,
			rd_kafka_resp_err_t *failure, struct cw_error *err)
{
	rd_kafka_resp_err_t code =
		rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
				  RD_KAFKA_V_KEY(key, strlen(key)),
				  RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value ? strlen(value) : 0),
				  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(failure), RD_KAFKA_V_END);

	return code ? cw_error_set(err, CW_ERR_RETRIABLE, "topic %s: %s", topic, rd_kafka_err2str(code)) : 0;
}

/* A tombstone where the key is: compaction looks at each partition by itself. */
static int forget_key(rd_kafka_t *producer, const char *topic, const json_t *key, rd_kafka_resp_err_t *failure,
		      struct cw_error *err)
{
	return write_record(producer, topic, (int32_t)json_integer_value(json_array_get(key, 0)),
			    json_string_value(json_array_get(key, 1)), NULL, failure, err);
}

static int write_offset(const struct cw_question *q, rd_kafka_t *producer, const char *topic, const json_t *current,
			const json_t *pair, rd_kafka_resp_err_t *failure, struct cw_error *err)
{
	CW_AUTO_FREE char *partition = json_dumps(as_written(current, json_array_get(pair, 0)), JSON_COMPACT);
	CW_AUTO_FREE char *key = cw_offsets_topic_key(q->name, partition);
	CW_AUTO_FREE char *value = json_dumps(json_array_get(pair, 1), JSON_COMPACT); /* NULL for null */

	return write_record(producer, topic, RD_KAFKA_PARTITION_UA, key, value, failure, err);
}

/* What the topic has of the connector; see cw_offsets_topic_read(). */
static json_t *read_topic(const struct cw_question *q, const char *topic, bool may_be_missing, json_t **keys,
			  struct cw_error *err)
{
	const struct cw_offsets_reading reading = { .worker = &q->worker, .connector = &q->config, .name = q->name,
						    .topic = topic, .scope = &q->scope, .timeout_ms = TIMEOUT_MS,
						    .may_be_missing = may_be_missing };

	return cw_offsets_topic_read(&reading, keys, err);
}

/* Before the topic is made, for which a task would wait longer than whoever asks here does. */
static int wait_for_brokers(rd_kafka_t *producer, struct cw_error *err)
{
	const rd_kafka_metadata_t *md = cw_client_metadata(producer, NULL, cw_clock_ms() + TIMEOUT_MS, NULL);

	if (!md)
		return cw_error_set(err, CW_ERR_RETRIABLE, "no broker has answered in %d ms", TIMEOUT_MS);
	rd_kafka_metadata_destroy(md);
	return 0;
}

/* To librdkafka: the offsets that are asked for, or with "reset" a tombstone for all there is. */
static void write_records(const struct cw_question *q, rd_kafka_t *producer, const char *topic,
			  rd_kafka_resp_err_t *failure, struct cw_error *err)
{
	const json_t *offsets = json_object_get(q->request, "offsets"), *entry;
	json_t *keys = NULL, *current = read_topic(q, topic, false, &keys, err);
	size_t i;

	if (json_is_string(offsets)) {
		json_array_foreach(keys, i, entry)
			if (forget_key(producer, topic, entry, failure, err) != 0)
				break;
	} else if (current) {
		json_array_foreach(offsets, i, entry)
			if (write_offset(q, producer, topic, current, entry, failure, err) != 0)
				break;
	}
	json_decref(keys);
	json_decref(current);
}

static json_t *write_all(const struct cw_question *q, rd_kafka_t *producer, const char *topic, struct cw_error *err)
{
	const struct cw_topic_maker maker = { .worker = &q->worker, .connector = &q->config, .name = q->name,
					      .scope = &q->scope };
	rd_kafka_resp_err_t failure = RD_KAFKA_RESP_ERR_NO_ERROR, flushed;

	if (wait_for_brokers(producer, err) != 0 || cw_offsets_topic_create(producer, topic, &maker, err) != 0)
		return NULL;
	write_records(q, producer, topic, &failure, err);
	flushed = rd_kafka_flush(producer, TIMEOUT_MS);
	if (!failure)
		failure = flushed;
	if (!err->code && !failure)
		return json_object();
	if (!err->code)
		cw_error_set(err, CW_ERR_RETRIABLE, "topic %s: the brokers did not acknowledge the offsets: %s", topic,
			     rd_kafka_err2str(failure));
	/* What is still to be delivered would say so to a place that is gone. */
	rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(producer, TIMEOUT_MS);
	return NULL;
}

static json_t *write_source_offsets(const struct cw_question *q, const char *topic, struct cw_error *err)
{
	rd_kafka_t *producer = new_producer(q, err);
	json_t *answer;

	if (!producer)
		return NULL;
	answer = write_all(q, producer, topic, err);
	rd_kafka_destroy(producer);
	return answer;
}

static json_t *source_offsets(const struct cw_question *q, const char *topic, struct cw_error *err)
{
	json_t *offsets;

	if (json_object_get(q->request, "offsets"))
		return write_source_offsets(q, topic, err);
	offsets = read_topic(q, topic, true, NULL, err);
	return offsets ? json_pack("{so}", "offsets", offsets) : NULL;
}

/* ---- the command --------------------------------------------------------------------------------- */

static json_t *answer_of(const struct cw_question *q, struct cw_error *err)
{
	const char *topic = json_string_value(json_object_get(q->request, "topic"));

	if (topic)
		return source_offsets(q, topic, err);
	return json_object_get(q->request, "at") ? time_offsets(q, err) : group_offsets(q, err);
}

int cw_host_offsets(void)
{
	struct cw_question q = { .request = NULL };
	struct cw_error err = { 0 };
	json_t *answer = NULL;
	int status;

	if (cw_question_read(&q, &err) == 0)
		answer = answer_of(&q, &err);
	status = cw_question_answer(&q, answer, &err);
	cw_question_free(&q);
	return status;
}
