#include "kafka/list_offsets.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/client.h"

/*
 * How long one request may wait for its answer, during which no stop is heard. A consumer's comes after the answer to a
 * request for records (fetch.wait.max.ms).
 */
#define SLICE_MS 1000
#define LEARN_MS 250
#define PAUSE_MS 100

rd_kafka_resp_err_t cw_list_offsets_once(rd_kafka_t *client, rd_kafka_topic_partition_list_t *list, int64_t when,
					 int timeout_ms)
{
	rd_kafka_resp_err_t code;

	if (list->cnt == 0)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	for (int i = 0; i < list->cnt; i++) {
		list->elems[i].offset = when;
		list->elems[i].err = RD_KAFKA_RESP_ERR_NO_ERROR;
	}
	code = rd_kafka_offsets_for_times(client, list, timeout_ms);
	for (int i = 0; i < list->cnt && !code; i++)
		if (!list->elems[i].err && when < 0 && list->elems[i].offset < 0)
			list->elems[i].err = RD_KAFKA_RESP_ERR__BAD_MSG; /* the answer does not have it */
	return code;
}

/* What brokers say while leaders change, and clients while they do not know of it yet. */
static bool passes(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
	case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
	case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
	case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
	case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
	case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
		return true;
	default:
		return false;
	}
}

/* Whether there is no more to ask: all are known, or one will not be. */
static bool is_final(const rd_kafka_topic_partition_list_t *list, rd_kafka_resp_err_t code)
{
	bool known = !code;

	if (code && !passes(code))
		return true;
	for (int i = 0; i < list->cnt && !code; i++) {
		if (list->elems[i].err && !passes(list->elems[i].err))
			return true;
		known = known && !list->elems[i].err;
	}
	return known;
}

/* librdkafka does not ask again by itself who leads a partition that nobody led, or whose leader hangs. */
static void learn_leaders(rd_kafka_t *client, const rd_kafka_topic_partition_list_t *list, int64_t deadline_ms,
			  const _Atomic bool *stop)
{
	for (int i = 0; i < list->cnt; i++) {
		int64_t until = cw_clock_ms() + LEARN_MS;
		const rd_kafka_metadata_t *md;
		rd_kafka_topic_t *topic;

		if (i > 0 && strcmp(list->elems[i].topic, list->elems[i - 1].topic) == 0)
			continue;
		topic = rd_kafka_topic_new(client, list->elems[i].topic, NULL);
		if (!topic)
			continue;
		md = cw_client_metadata(client, topic, until < deadline_ms ? until : deadline_ms, stop);
		if (md)
			rd_kafka_metadata_destroy(md);
		rd_kafka_topic_destroy(topic);
	}
}

rd_kafka_resp_err_t cw_list_offsets(rd_kafka_t *client, rd_kafka_topic_partition_list_t *list, int64_t when,
				    int64_t deadline_ms, const _Atomic bool *stop)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
	int64_t left;

	while ((left = deadline_ms - cw_clock_ms()) > 0 && !(stop && atomic_load(stop))) {
		code = cw_list_offsets_once(client, list, when, left < SLICE_MS ? (int)left : SLICE_MS);
		if (is_final(list, code))
			break;
		learn_leaders(client, list, deadline_ms, stop);
		if (code != RD_KAFKA_RESP_ERR__TIMED_OUT && cw_clock_ms() + PAUSE_MS < deadline_ms)
			poll(NULL, 0, PAUSE_MS);
	}
	return code;
}
