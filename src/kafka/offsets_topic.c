#include "kafka/offsets_topic.h"

#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/client.h"
#include "kafka/reader.h"
#include "kafka/create_topic.h"

/* How long a call may block that does not hear of a stop. */
#define SLICE_MS 250

char *cw_offsets_topic_key(const char *connector, const char *partition_json)
{
	struct cw_buf key = { 0 };

	cw_buf_puts(&key, "[\"");
	cw_buf_json_escape(&key, connector, strlen(connector));
	cw_buf_printf(&key, "\",%s]", partition_json);
	return cw_buf_take(&key);
}

static bool stopped(const _Atomic bool *stop)
{
	return stop && atomic_load(stop);
}

/* ---- creating it ---- */

int cw_offsets_topic_create(rd_kafka_t *client, const char *topic, const struct cw_worker_config *worker,
			    const _Atomic bool *stop, struct cw_error *err)
{
	struct cw_map settings = { 0 };
	const struct cw_new_topic new_topic = {
		.name = topic, .partitions = worker->offset_storage_partitions,
		.replication_factor = worker->offset_storage_replication_factor, .settings = &settings,
		.purpose = "for the offsets of sources",
		.keys = "offset.storage.partitions and offset.storage.replication.factor are the worker's",
	};
	int failed;

	cw_map_set(&settings, "cleanup.policy", "compact");
	failed = cw_topic_create(client, &new_topic, stop, err);
	cw_map_free(&settings);
	return failed;
}

/* ---- reading it ---- */

/* What a reading works on. */
struct reading {
	const char *topic, *connector;
	const struct cw_log_scope *scope;
	const _Atomic bool *stop;
	int64_t timeout_ms, deadline_ms;
	struct cw_reader_range *partitions; /* next: read up to here; end: is to be read up to there */
	int n;
	json_t *offsets; /* by partition as text: [partition,offset] */
};

static int out_of_time(const struct reading *r, const char *why, struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_RETRIABLE, "the offsets in topic %s could not be read in %lld ms: %s", r->topic,
			    (long long)r->timeout_ms, why);
}

/* The key of the map of offsets: objects with the same members are the same partition. */
static char *partition_text(const json_t *partition)
{
	char *text = json_dumps(partition, JSON_COMPACT | JSON_SORT_KEYS);

	return text ? text : cw_strdup("");
}

/* One record of the topic; those of other connectors, and of other shapes, are passed over. */
static void take_record(struct reading *r, const rd_kafka_message_t *m)
{
	json_t *key = m->key ? json_loadb(m->key, m->key_len, 0, NULL) : NULL;
	json_t *partition = json_array_get(key, 1);
	const char *connector = json_string_value(json_array_get(key, 0));

	if (json_array_size(key) == 2 && connector && strcmp(connector, r->connector) == 0 && json_is_object(partition)) {
		char *text = partition_text(partition);
		json_t *offset = m->payload ? json_loadb(m->payload, m->len, 0, NULL) : NULL;

		if (json_is_object(offset)) {
			json_object_set_new(r->offsets, text, json_pack("[O,O]", partition, offset));
		} else {
			if (m->payload)
				log_warn(r->scope, "topic %s: the offset of %s is no JSON object; it counts as none", r->topic,
					 text);
			json_object_del(r->offsets, text);
		}
		json_decref(offset);
		free(text);
	}
	json_decref(key);
}

static bool has_all(const struct reading *r)
{
	for (int i = 0; i < r->n; i++)
		if (r->partitions[i].next < r->partitions[i].end)
			return false;
	return true;
}

static int take_message(struct reading *r, const rd_kafka_message_t *m, struct cw_error *err)
{
	switch (m->err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		take_record(r, m);
		if (m->partition < r->n)
			r->partitions[m->partition].next = m->offset + 1;
		return 0;
	case RD_KAFKA_RESP_ERR__PARTITION_EOF: /* what is left behind was no record: the ends of transactions */
		if (m->partition >= 0 && m->partition < r->n)
			r->partitions[m->partition].next = m->offset;
		return 0;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__FATAL:
		return cw_error_set(err, CW_ERR_FATAL, "the offsets in topic %s cannot be read: %s", r->topic,
				    rd_kafka_message_errstr(m));
	default:
		log_warn(r->scope, "reading topic %s: %s", r->topic, rd_kafka_message_errstr(m));
		return 0;
	}
}

static int read_all(struct reading *r, rd_kafka_t *consumer, struct cw_error *err)
{
	while (!has_all(r)) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(consumer, SLICE_MS);
		int failed = m ? take_message(r, m, err) : 0;

		if (m)
			rd_kafka_message_destroy(m);
		if (failed)
			return failed;
		if (stopped(r->stop))
			return out_of_time(r, "the task was stopped", err);
		if (cw_clock_ms() > r->deadline_ms)
			return out_of_time(r, "a transaction that wrote to it may still be open", err);
	}
	return 0;
}

/* How far the topic goes now, with what is in open transactions: only a client that reads uncommitted is told. */
static int look_for_ends(struct reading *r, const struct cw_worker_config *worker, const struct cw_map *connector,
			 struct cw_error *err)
{
	rd_kafka_t *client = cw_reader_new(worker, connector, r->scope, "read_uncommitted", err);
	rd_kafka_resp_err_t code;

	if (!client)
		return -1;
	code = cw_reader_ranges(client, r->topic, r->deadline_ms, r->stop, &r->partitions, &r->n);
	rd_kafka_destroy(client);
	if (code && r->n == 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "topic %s cannot be read: %s", r->topic, rd_kafka_err2str(code));
	return code ? out_of_time(r, rd_kafka_err2str(code), err) : 0;
}

static int read_committed(struct reading *r, const struct cw_worker_config *worker, const struct cw_map *connector,
			  struct cw_error *err)
{
	rd_kafka_t *consumer = cw_reader_new(worker, connector, r->scope, "read_committed", err);
	rd_kafka_topic_partition_list_t *all;
	int failed;

	if (!consumer)
		return -1;
	rd_kafka_poll_set_consumer(consumer);
	all = rd_kafka_topic_partition_list_new(r->n);
	for (int i = 0; i < r->n; i++)
		if (r->partitions[i].next < r->partitions[i].end)
			rd_kafka_topic_partition_list_add(all, r->topic, i)->offset = r->partitions[i].next;
	rd_kafka_assign(consumer, all);
	rd_kafka_topic_partition_list_destroy(all);
	failed = read_all(r, consumer, err);
	rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
	return failed;
}

json_t *cw_offsets_topic_read(const struct cw_worker_config *worker, const struct cw_map *connector,
			      const char *name, const char *topic, const struct cw_log_scope *scope, int64_t timeout_ms,
			      const _Atomic bool *stop, struct cw_error *err)
{
	struct reading r = {
		.topic = topic, .connector = name, .scope = scope, .stop = stop, .timeout_ms = timeout_ms,
		.deadline_ms = cw_clock_ms() + timeout_ms, .offsets = json_object(),
	};
	json_t *list = NULL, *pair;
	const char *key;

	if (look_for_ends(&r, worker, connector, err) == 0 && read_committed(&r, worker, connector, err) == 0) {
		list = json_array();
		json_object_foreach(r.offsets, key, pair)
			json_array_append(list, pair);
	}
	json_decref(r.offsets);
	free(r.partitions);
	return list;
}
