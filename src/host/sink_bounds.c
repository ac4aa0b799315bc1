/* Bounded runs of a sink: where they end is asked of Kafka, once for all tasks, before the first record is read. */
#include <regex.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/run_until.h"
#include "host/sink.h"
#include "kafka/client.h"

#define ASK_TIMEOUT_MS 10000

bool cw_sink_is_bounded(const struct cw_sink *sink)
{
	return cw_run_until_parse(sink->task->framework.run_until) != CW_RUN_FOREVER;
}

/* ---- the partitions of the run ------------------------------------------------------------------- */

static void add_partitions(rd_kafka_topic_partition_list_t *list, const rd_kafka_metadata_topic_t *topic)
{
	for (int i = 0; i < topic->partition_cnt; i++)
		rd_kafka_topic_partition_list_add(list, topic->topic, topic->partitions[i].id)->offset = RD_KAFKA_OFFSET_END;
}

static int no_answer(struct cw_error *err)
{
	return cw_error_set(err, CW_ERR_RETRIABLE, "Kafka does not say where the run has to end (run.until): no answer within "
			    "%d ms", ASK_TIMEOUT_MS);
}

static int add_topic(struct cw_sink *sink, const char *name, rd_kafka_topic_partition_list_t *list,
		     struct cw_error *err)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(sink->consumer, name, NULL);
	const rd_kafka_metadata_t *md =
		topic ? cw_client_metadata(sink->consumer, topic, cw_clock_ms() + ASK_TIMEOUT_MS, &sink->task->stop) : NULL;
	int status = md && md->topic_cnt == 1 ? 0 : no_answer(err);

	if (status == 0)
		add_partitions(list, &md->topics[0]);
	if (md)
		rd_kafka_metadata_destroy(md);
	if (topic)
		rd_kafka_topic_destroy(topic);
	return status;
}

/* As librdkafka understands topics.regex: a POSIX extended expression. */
static int add_matching(struct cw_sink *sink, const char *pattern, rd_kafka_topic_partition_list_t *list,
			struct cw_error *err)
{
	const rd_kafka_metadata_t *md =
		cw_client_metadata(sink->consumer, NULL, cw_clock_ms() + ASK_TIMEOUT_MS, &sink->task->stop);
	CW_AUTO_FREE char *whole = cw_format("^(%s)$", pattern);
	regex_t regex;

	if (!md)
		return no_answer(err);
	if (regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) == 0) {
		for (int i = 0; i < md->topic_cnt; i++)
			if (regexec(&regex, md->topics[i].topic, 0, NULL, 0) == 0)
				add_partitions(list, &md->topics[i]);
		regfree(&regex);
	}
	rd_kafka_metadata_destroy(md);
	return 0;
}

static int list_partitions(struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	const struct cw_connector_config *config = &sink->task->framework;
	int status = 0;

	for (size_t i = 0; i < config->topics.n && status == 0; i++)
		status = add_topic(sink, config->topics.items[i], list, err);
	if (status == 0 && config->topics_regex && *config->topics_regex)
		status = add_matching(sink, config->topics_regex, list, err);
	return status;
}

/* ---- where they end ------------------------------------------------------------------------------- */

/* Each offset is a time, or RD_KAFKA_OFFSET_END; then the offset that it stands for, or RD_KAFKA_OFFSET_END. */
static int ask_offsets(struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(sink->consumer, list, ASK_TIMEOUT_MS);

	if (code)
		return cw_error_set(err, CW_ERR_RETRIABLE, "Kafka does not say where the run has to end (run.until): %s",
				    rd_kafka_err2str(code));
	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].err)
			return cw_error_set(err, CW_ERR_RETRIABLE, "Kafka does not say where the run has to end (run.until) in partition "
					    "%d of topic %s: %s", (int)list->elems[i].partition, list->elems[i].topic,
					    rd_kafka_err2str(list->elems[i].err));
	return 0;
}

/* The end of those that have no record of that time yet. */
static int ask_ends(struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	for (int i = 0; i < list->cnt; i++) {
		rd_kafka_topic_partition_t *p = &list->elems[i];
		int64_t low = 0, high = 0;
		rd_kafka_resp_err_t code;

		if (p->offset >= 0)
			continue;
		code = rd_kafka_query_watermark_offsets(sink->consumer, p->topic, p->partition, &low, &high, ASK_TIMEOUT_MS);
		if (code)
			return cw_error_set(err, CW_ERR_RETRIABLE, "Kafka does not say where partition %d of topic %s ends (run.until): %s",
					    (int)p->partition, p->topic, rd_kafka_err2str(code));
		p->offset = high;
	}
	return 0;
}

static int end_at_time(struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	int64_t time_ms;

	if (cw_run_until_time(sink->task->framework.run_until_time, &time_ms, err) != 0)
		return -1;
	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = time_ms;
	return list->cnt ? ask_offsets(sink, list, err) : 0;
}

/* Partitions that are not named end where they end now. */
static int end_at_offsets(struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	const struct cw_list *given = &sink->task->framework.run_until_offsets;

	for (size_t i = 0; i < given->n; i++) {
		rd_kafka_topic_partition_t *p;
		int32_t partition;
		int64_t offset;
		size_t n;

		if (cw_run_until_offset(given->items[i], &n, &partition, &offset, err) != 0)
			return -1;
		CW_AUTO_FREE char *topic = cw_strndup(given->items[i], n);

		p = rd_kafka_topic_partition_list_find(list, topic, partition);
		if (!p)
			return cw_error_set(err, CW_ERR_INVALID, "run.until.offsets names partition %d of topic %s, which the connector does "
					    "not read or Kafka does not have", (int)partition, topic);
		p->offset = offset;
	}
	return 0;
}

static int find_ends(struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	int status = list_partitions(sink, list, err);

	if (status != 0)
		return status;
	switch (cw_run_until_parse(sink->task->framework.run_until)) {
	case CW_RUN_UNTIL_TIME: status = end_at_time(sink, list, err); break;
	case CW_RUN_UNTIL_OFFSETS: status = end_at_offsets(sink, list, err); break;
	default: break;
	}
	return status == 0 ? ask_ends(sink, list, err) : status;
}

enum cw_result cw_sink_set_bounds(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_bounds *bounds = sink->task->bounds;
	rd_kafka_topic_partition_list_t *list;
	int status;

	if (!cw_sink_is_bounded(sink) || cw_bounds_are_set(bounds))
		return CW_OK;
	list = rd_kafka_topic_partition_list_new(8);
	status = find_ends(sink, list, err);
	if (status == 0) {
		log_info(&sink->scope, "the run ends in %d partition(s) of Kafka (run.until=%s)", list->cnt,
			 sink->task->framework.run_until);
		cw_bounds_set(bounds, list);
	}
	rd_kafka_topic_partition_list_destroy(list);
	return status == 0 ? CW_OK : err->code == CW_ERR_RETRIABLE ? CW_RETRY : CW_FAIL;
}

/* ---- while it runs -------------------------------------------------------------------------------- */

/* What is behind the end is not part of the run, and need not be fetched. */
static void stop_fetching(struct cw_sink *sink, const rd_kafka_message_t *m)
{
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, rd_kafka_topic_name(m->rkt), m->partition);
	rd_kafka_pause_partitions(sink->consumer, one);
	rd_kafka_topic_partition_list_destroy(one);
}

void cw_sink_keep_within_bounds(struct cw_sink *sink)
{
	struct cw_bounds *bounds = sink->task->bounds;
	size_t kept = 0;

	for (size_t i = 0; i < sink->n_messages; i++) {
		rd_kafka_message_t *m = sink->messages[i];
		bool take = true;

		if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			cw_bounds_at_end(bounds, rd_kafka_topic_name(m->rkt), m->partition, m->offset);
			take = false;
		} else if (!m->err) {
			take = cw_bounds_take(bounds, rd_kafka_topic_name(m->rkt), m->partition, m->offset);
			if (!take)
				stop_fetching(sink, m);
		}
		if (take)
			sink->messages[kept++] = m;
		else
			rd_kafka_message_destroy(m);
	}
	sink->n_messages = kept;
}

bool cw_sink_run_is_over(const struct cw_sink *sink)
{
	return sink->bounded && cw_bounds_are_reached(sink->task->bounds);
}
