/* Bounded runs of a sink: where they end is asked of Kafka, once for all tasks, before the first record is read. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/run_until.h"
#include "host/sink.h"
#include "kafka/partitions.h"

#define ASK_TIMEOUT_MS 10000
/* How long a topic may be missing before it is believed that there is none. */
#define MISSING_MS 3000
#define MISSING_AGAIN_MS 200

bool cw_sink_is_bounded(const struct cw_sink *sink)
{
	return cw_run_until_parse(sink->task->framework.run_until) != CW_RUN_FOREVER;
}

/* ---- where it ends -------------------------------------------------------------------------------- */

static int end_at_time(const struct cw_sink *sink, const struct cw_kafka_asking *asking,
		       rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	int64_t time_ms;

	return cw_run_until_time(sink->task->framework.run_until_time, &time_ms, err) != 0 ?
		       -1 :
		       cw_partitions_set_time(asking, time_ms, list, err);
}

/* Partitions that are not named end where they end now. */
static int end_at_offsets(const struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
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

bool cw_sink_end_is_named(const struct cw_sink *sink, const rd_kafka_topic_partition_t *partition)
{
	const struct cw_list *given = &sink->task->framework.run_until_offsets;

	for (size_t i = 0; i < given->n; i++) {
		int32_t number;
		int64_t offset;
		size_t n;

		if (cw_run_until_offset(given->items[i], &n, &number, &offset, NULL) == 0 &&
		    number == partition->partition && strlen(partition->topic) == n &&
		    memcmp(given->items[i], partition->topic, n) == 0)
			return true;
	}
	return false;
}

/* Kafka's own words say nothing of what was asked. */
static int explain(struct cw_error *err)
{
	CW_AUTO_FREE char *why = cw_strdup(err->text);
	enum cw_error_code code = err->code;

	if (code == CW_ERR_INVALID)
		return -1;
	*err = (struct cw_error){ 0 };
	return cw_error_set(err, code, "Kafka does not say where the run has to end (run.until): %s", why);
}

/*
 * What the connector is to read and the list has no partition of: a sentence that says so, new. NULL: there is nothing.
 * What a pattern stands for is known only by what there is.
 */
static char *missing_topic(const struct cw_connector_config *config, const rd_kafka_topic_partition_list_t *list)
{
	for (size_t i = 0; i < config->topics.n; i++)
		if (!rd_kafka_topic_partition_list_find(list, config->topics.items[i], 0))
			return cw_format("topic %s is not there", config->topics.items[i]);
	if (list->cnt == 0 && config->topics_regex && *config->topics_regex)
		return cw_format("no topic is there that matches topics.regex=%s", config->topics_regex);
	return NULL;
}

/* Fills the list, and *missing with what missing_topic() says. */
static int list_partitions(const struct cw_sink *sink, const struct cw_kafka_asking *asking,
			   rd_kafka_topic_partition_list_t *list, char **missing, struct cw_error *err)
{
	const struct cw_connector_config *config = &sink->task->framework;

	while (list->cnt > 0)
		rd_kafka_topic_partition_list_del_by_idx(list, list->cnt - 1);
	if (cw_partitions_of_topics(asking, &config->topics, config->topics_regex, list, err) != 0)
		return -1;
	free(*missing);
	*missing = missing_topic(config, list);
	return 0;
}

/*
 * A topic that there is not has nothing to read. But a broker that has just started does not know all of them yet, and
 * what it does not know would never be read, by a run that would say that it has.
 */
static int find_partitions(const struct cw_sink *sink, const struct cw_kafka_asking *asking,
			   rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	int64_t until = cw_clock_ms() + MISSING_MS;
	CW_AUTO_FREE char *missing = NULL;

	while (list_partitions(sink, asking, list, &missing, err) == 0) {
		if (!missing)
			return 0;
		if (cw_clock_ms() >= until) {
			log_warn(&sink->scope, "%s: the run has nothing to read of it", missing);
			return 0;
		}
		if (cw_task_stopping(sink->task))
			return cw_error_set(err, CW_ERR_RETRIABLE, "%s yet", missing);
		cw_task_sleep(sink->task, MISSING_AGAIN_MS);
	}
	return -1;
}

static int find_ends(const struct cw_sink *sink, rd_kafka_topic_partition_list_t *list, struct cw_error *err)
{
	struct cw_kafka_asking asking = { sink->consumer, ASK_TIMEOUT_MS, &sink->task->stop };
	const struct cw_connector_config *config = &sink->task->framework;
	int status = find_partitions(sink, &asking, list, err);

	if (status == 0)
		switch (cw_run_until_parse(config->run_until)) {
		case CW_RUN_UNTIL_TIME: status = end_at_time(sink, &asking, list, err); break;
		case CW_RUN_UNTIL_OFFSETS: status = end_at_offsets(sink, list, err); break;
		default: break;
		}
	if (status == 0)
		status = cw_partitions_set_ends(&asking, list, err);
	return status == 0 ? 0 : explain(err);
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

static rd_kafka_topic_partition_t *find_mark(rd_kafka_topic_partition_list_t *marks, const char *topic,
					     const rd_kafka_message_t *m)
{
	return marks ? rd_kafka_topic_partition_list_find(marks, topic, m->partition) : NULL;
}

/* The newest one counts. */
static void set_mark(rd_kafka_topic_partition_list_t **marks, const char *topic, const rd_kafka_message_t *m)
{
	rd_kafka_topic_partition_t *mark = find_mark(*marks, topic, m);

	if (!*marks)
		*marks = rd_kafka_topic_partition_list_new(4);
	if (!mark)
		mark = rd_kafka_topic_partition_list_add(*marks, topic, m->partition);
	mark->offset = m->offset;
}

/* A mark that a record from before it follows is one of a topic that was made again since. */
static void drop_old_mark(rd_kafka_topic_partition_list_t *marks, const char *topic, const rd_kafka_message_t *m)
{
	const rd_kafka_topic_partition_t *mark = find_mark(marks, topic, m);

	if (mark && m->offset < mark->offset)
		rd_kafka_topic_partition_list_del(marks, topic, m->partition);
}

/*
 * Whether a message is a record of the run. What is not marks how far its partition goes: it has nothing more before the
 * offset of its end's mark, and the run nothing more before a record behind the run's end.
 */
static bool is_of_run(struct cw_sink *sink, const rd_kafka_message_t *m, rd_kafka_topic_partition_list_t **marks)
{
	const char *topic;

	if (m->err && m->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
		return true; /* an error, which is for all */
	topic = rd_kafka_topic_name(m->rkt);
	if (!m->err) {
		if (m->offset < cw_bounds_end(sink->task->bounds, topic, m->partition)) {
			drop_old_mark(*marks, topic, m);
			return true;
		}
		stop_fetching(sink, m);
	}
	set_mark(marks, topic, m);
	return false;
}

rd_kafka_topic_partition_list_t *cw_sink_keep_within_bounds(struct cw_sink *sink)
{
	rd_kafka_topic_partition_list_t *marks = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < sink->n_messages; i++) {
		rd_kafka_message_t *m = sink->messages[i];

		if (is_of_run(sink, m, &marks))
			sink->messages[kept++] = m;
		else
			rd_kafka_message_destroy(m);
	}
	sink->n_messages = kept;
	return marks;
}

void cw_sink_take_marks(struct cw_sink *sink, rd_kafka_topic_partition_list_t *marks)
{
	if (!marks)
		return;
	for (int i = 0; i < marks->cnt; i++)
		cw_positions_advance(&sink->seen, marks->elems[i].topic, marks->elems[i].partition,
				     marks->elems[i].offset);
	rd_kafka_topic_partition_list_destroy(marks);
}

/* ---- whether it is over --------------------------------------------------------------------------- */

/* Whether everything of an assigned partition that is part of the run was received, as it is if nothing is. */
static bool is_received(const struct cw_sink *sink, const rd_kafka_topic_partition_t *p)
{
	int64_t end = cw_bounds_end(sink->task->bounds, p->topic, p->partition);

	return end < 0 || cw_positions_of(&sink->seen, p->topic, p->partition) >= end;
}

/* Whether what was received of it is safe, and the group has said that it has the offset. */
static bool is_committed(const struct cw_sink *sink, const rd_kafka_topic_partition_t *safe)
{
	return safe->offset >= cw_positions_of(&sink->received, safe->topic, safe->partition) &&
	       cw_positions_of(&sink->committed, safe->topic, safe->partition) >= safe->offset;
}

bool cw_sink_has_all(const struct cw_sink *sink)
{
	const rd_kafka_topic_partition_list_t *assigned = sink->safe.list;

	if (!sink->bounded || sink->waiting.first)
		return false;
	if (cw_bounds_are_reached(sink->task->bounds))
		return true; /* of partitions that are gone, it has what there will ever be */
	for (int i = 0; i < assigned->cnt; i++)
		if (!is_received(sink, &assigned->elems[i]))
			return false;
	return true;
}

bool cw_sink_run_is_over(const struct cw_sink *sink)
{
	struct cw_bounds *bounds = sink->task->bounds;
	const rd_kafka_topic_partition_list_t *assigned = sink->safe.list;

	if (!sink->bounded)
		return false;
	for (int i = 0; i < assigned->cnt; i++)
		if (is_received(sink, &assigned->elems[i]) && is_committed(sink, &assigned->elems[i]))
			cw_bounds_done(bounds, assigned->elems[i].topic, assigned->elems[i].partition);
	return !sink->waiting.first && !sink->given.first && !sink->flush_due && cw_bounds_are_reached(bounds);
}
