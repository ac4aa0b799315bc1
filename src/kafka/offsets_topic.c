#include "kafka/offsets_topic.h"

#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "kafka/read_topic.h"

char *cw_offsets_topic_key(const char *connector, const char *partition_json)
{
	struct cw_buf key = { 0 };

	cw_buf_puts(&key, "[\"");
	cw_buf_json_escape(&key, connector, strlen(connector));
	cw_buf_printf(&key, "\",%s]", partition_json);
	return cw_buf_take(&key);
}

/* ---- creating it ---- */

int cw_offsets_topic_create(rd_kafka_t *client, const char *topic, const struct cw_topic_maker *maker,
			    struct cw_error *err)
{
	struct cw_map settings = { 0 };
	const struct cw_new_topic new_topic = {
		.name = topic, .partitions = maker->worker->offset_storage_partitions,
		.replication_factor = maker->worker->offset_storage_replication_factor, .settings = &settings,
		.purpose = "for the offsets of sources", .may_be_there = true,
		.keys = "offset.storage.partitions and offset.storage.replication.factor are the worker's",
	};
	int failed;

	cw_map_set(&settings, "cleanup.policy", "compact");
	failed = cw_topic_create(client, &new_topic, maker, err);
	cw_map_free(&settings);
	return failed;
}

/* ---- reading it ---- */

struct reading {
	const char *topic, *connector;
	const struct cw_log_scope *scope;
	json_t *offsets; /* by partition as text: [partition,offset] */
	json_t *keys;    /* by partition of the topic and key: [partition,key], of those that have a value */
};

/* The key of the map of offsets: objects with the same members are the same partition. */
static char *partition_text(const json_t *partition)
{
	char *text = json_dumps(partition, JSON_COMPACT | JSON_SORT_KEYS);

	return text ? text : cw_strdup("");
}

static void note_key(struct reading *r, const rd_kafka_message_t *m)
{
	CW_AUTO_FREE char *place = cw_format("%d %.*s", (int)m->partition, (int)m->key_len, (const char *)m->key);

	if (m->payload)
		json_object_set_new(r->keys, place, json_pack("[is%]", (int)m->partition, m->key, m->key_len));
	else
		json_object_del(r->keys, place);
}

/* One record of the topic; those of other connectors, and of other shapes, are passed over. */
static bool take_record(void *arg, const rd_kafka_message_t *m)
{
	struct reading *r = arg;
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
		note_key(r, m);
		json_decref(offset);
		free(text);
	}
	json_decref(key);
	return true;
}

json_t *cw_offsets_topic_read(const struct cw_offsets_reading *reading, json_t **keys, struct cw_error *err)
{
	struct reading r = { .topic = reading->topic, .connector = reading->name, .scope = reading->scope,
			     .offsets = json_object(), .keys = json_object() };
	const struct cw_topic_reading topic = {
		.worker = reading->worker, .connector = reading->connector, .scope = reading->scope,
		.topic = reading->topic, .what = "the offsets", .may_be_missing = reading->may_be_missing,
		.timeout_ms = reading->timeout_ms, .stop = reading->stop, .take = take_record, .arg = &r,
	};
	json_t *list = NULL, *pair;
	const char *key;

	if (cw_topic_read(&topic, err) == 0) {
		list = json_array();
		json_object_foreach(r.offsets, key, pair)
			json_array_append(list, pair);
	}
	if (list && keys) {
		*keys = json_array();
		json_object_foreach(r.keys, key, pair)
			json_array_append(*keys, pair);
	}
	json_decref(r.offsets);
	json_decref(r.keys);
	return list;
}
