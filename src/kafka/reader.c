#include "kafka/reader.h"

#include "base/clock.h"
#include "base/mem.h"

/* How long a call may block that does not hear of a stop. */
#define SLICE_MS 1000

/*
 * A topic of offsets may be long, and have many partitions: a piece of each comes at a time. The queue's own limits stay
 * as they are: librdkafka before 2.1 waits for a second when it has reached them.
 */
static const struct cw_client_default small[] = {
	{ "fetch.message.max.bytes", "65536" },
	{ NULL, NULL },
};

rd_kafka_t *cw_reader_new(const struct cw_worker_config *worker, const struct cw_map *connector,
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
	char text[256];

	if (!conf)
		return NULL;
	for (size_t i = 0; i < sizeof(forced) / sizeof(forced[0]); i++)
		if (forced[i].value)
			rd_kafka_conf_set(conf, forced[i].key, forced[i].value, text, sizeof(text));
	return cw_client_new(CW_CLIENT_CONSUMER, conf, scope, err);
}

static rd_kafka_resp_err_t count_partitions(rd_kafka_t *reader, const char *topic, int64_t deadline_ms,
					    const _Atomic bool *stop, int *n)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(reader, topic, NULL);
	const rd_kafka_metadata_t *md = handle ? cw_client_metadata(reader, handle, deadline_ms, stop) : NULL;
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

rd_kafka_resp_err_t cw_reader_ranges(rd_kafka_t *reader, const char *topic, int64_t deadline_ms,
				     const _Atomic bool *stop, struct cw_reader_range **ranges, int *n)
{
	rd_kafka_resp_err_t code = count_partitions(reader, topic, deadline_ms, stop, n);

	*ranges = cw_alloc((size_t)*n * sizeof(**ranges));
	for (int i = 0; i < *n && !code; i++) {
		struct cw_reader_range *r = &(*ranges)[i];

		while ((code = rd_kafka_query_watermark_offsets(reader, topic, i, &r->next, &r->end, SLICE_MS)) != 0)
			if ((stop && atomic_load(stop)) || cw_clock_ms() > deadline_ms)
				break;
	}
	return code;
}
