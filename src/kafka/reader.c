#include "kafka/reader.h"

#include <stdlib.h>

#include "base/mem.h"
#include "kafka/fetch_waker.h"
#include "kafka/list_offsets.h"

/*
 * So much is read ahead, and what one request to each broker brings: a topic of offsets may be long, and each of its
 * records, which came in a transaction of its own, takes several times its bytes.
 */
static const struct cw_client_default small[] = {
	{ "fetch.message.max.bytes", "65536" },
	{ "queued.min.messages", "2000" },
	{ "queued.max.messages.kbytes", "2048" },
	{ NULL, NULL },
};

/* Few are left of many, or half of the bytes are taken: the fetchers may be asleep. */
#define MANY 1000
#define FEW 500
#define MUCH (1 << 20)

struct cw_reader {
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	struct cw_fetch_waker *waker;
	bool were_many; /* since the fetchers were woken */
	size_t taken;   /* bytes, since then */
};

struct cw_reader *cw_reader_new(const struct cw_worker_config *worker, const struct cw_map *connector,
				const struct cw_log_scope *scope, const char *isolation, struct cw_error *err)
{
	/* What the worker's or the connector's consumer settings may not change. */
	const struct cw_client_default forced[] = {
		{ "group.id", "connect-offsets-reader" }, /* a consumer needs one; it never joins nor commits */
		{ "enable.auto.commit", "false" },
		{ "enable.partition.eof", "true" },
		{ "auto.offset.reset", "error" },
		{ "allow.auto.create.topics", "false" },
		{ "fetch.wait.max.ms", "10" },
		{ "isolation.level", isolation },
	};
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_CONSUMER, worker, connector, small, err);
	struct cw_reader *reader;
	rd_kafka_t *client;
	char text[256];

	if (!conf)
		return NULL;
	for (size_t i = 0; i < sizeof(forced) / sizeof(forced[0]); i++)
		if (forced[i].value)
			rd_kafka_conf_set(conf, forced[i].key, forced[i].value, text, sizeof(text));
	cw_fetch_waker_configure(conf);
	client = cw_client_new(CW_CLIENT_CONSUMER, conf, scope, err);
	if (!client)
		return NULL;
	rd_kafka_poll_set_consumer(client);
	reader = cw_alloc(sizeof(*reader));
	reader->client = client;
	reader->queue = rd_kafka_queue_get_consumer(client);
	return reader;
}

void cw_reader_assign(struct cw_reader *reader, const rd_kafka_topic_partition_list_t *partitions)
{
	rd_kafka_assign(reader->client, partitions);
	if (!reader->waker)
		reader->waker = cw_fetch_waker_new(reader->client);
	cw_fetch_waker_assign(reader->waker, partitions);
}

/* They go on before the last record is taken. What is in the queue may be none: the ends of transactions. */
static void keep_awake(struct cw_reader *reader, const rd_kafka_message_t *m)
{
	size_t length = rd_kafka_queue_length(reader->queue);

	reader->were_many = reader->were_many || length > MANY;
	reader->taken += m ? m->len : 0;
	if (reader->taken < MUCH && (!reader->were_many || length > FEW))
		return;
	reader->were_many = false;
	reader->taken = 0;
	cw_fetch_waker_wake(reader->waker);
}

rd_kafka_message_t *cw_reader_poll(struct cw_reader *reader, int timeout_ms)
{
	rd_kafka_message_t *m = rd_kafka_consumer_poll(reader->client, timeout_ms);

	keep_awake(reader, m);
	return m;
}

void cw_reader_free(struct cw_reader *reader)
{
	if (!reader)
		return;
	cw_fetch_waker_free(reader->waker);
	rd_kafka_queue_destroy(reader->queue);
	rd_kafka_consumer_close(reader->client);
	rd_kafka_destroy(reader->client);
	free(reader);
}

static rd_kafka_resp_err_t count_partitions(struct cw_reader *reader, const char *topic, int64_t deadline_ms,
					    const _Atomic bool *stop, int *n)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(reader->client, topic, NULL);
	const rd_kafka_metadata_t *md = handle ? cw_client_metadata(reader->client, handle, deadline_ms, stop) : NULL;
	rd_kafka_resp_err_t code = md && md->topic_cnt ? md->topics[0].err : RD_KAFKA_RESP_ERR__TIMED_OUT;

	*n = md && md->topic_cnt ? md->topics[0].partition_cnt : 0;
	if (md)
		rd_kafka_metadata_destroy(md);
	if (handle)
		rd_kafka_topic_destroy(handle);
	else
		code = rd_kafka_last_error();
	return *n ? RD_KAFKA_RESP_ERR_NO_ERROR : code ? code : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

static rd_kafka_resp_err_t first_error(const rd_kafka_topic_partition_list_t *list)
{
	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].err)
			return list->elems[i].err;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t cw_reader_ranges(struct cw_reader *reader, const char *topic, int64_t deadline_ms,
				     const _Atomic bool *stop, struct cw_reader_range **ranges, int *n)
{
	static const int64_t whens[] = { RD_KAFKA_OFFSET_BEGINNING, RD_KAFKA_OFFSET_END };
	rd_kafka_resp_err_t code = count_partitions(reader, topic, deadline_ms, stop, n);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(*n);

	*ranges = cw_alloc((size_t)*n * sizeof(**ranges));
	rd_kafka_topic_partition_list_add_range(list, topic, 0, *n - 1);
	for (size_t w = 0; w < 2 && !code; w++) {
		code = cw_list_offsets(reader->client, list, whens[w], deadline_ms, stop);
		code = code ? code : first_error(list);
		for (int i = 0; i < *n && !code; i++)
			*(w == 0 ? &(*ranges)[i].next : &(*ranges)[i].end) = list->elems[i].offset;
	}
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}
