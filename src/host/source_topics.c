/* The topics that a source writes to: their handles, and how many partitions they have. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/source.h"
#include "kafka/client.h"

#define METADATA_TIMEOUT_MS 5000
/* Nothing is sent meanwhile: when the number is known, and only may have changed, a broker that hangs is not waited for. */
#define AGAIN_TIMEOUT_MS 250
#define PARTITIONS_RETRY_MS 1000
#define NEW_TOPIC_TRIES 10
#define NEW_TOPIC_PAUSE_MS 20

rd_kafka_resp_err_t cw_source_count_partitions(struct cw_source *source, struct cw_source_topic *t)
{
	int64_t timeout_ms = t->lanes.n > 0 ? AGAIN_TIMEOUT_MS : METADATA_TIMEOUT_MS;
	const rd_kafka_metadata_t *md = cw_client_metadata(source->producer, t->topic, cw_clock_ms() + timeout_ms,
							   &source->task->stop);
	rd_kafka_resp_err_t error = md && md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR__TIMED_OUT;
	int32_t n = error ? 0 : md->topics[0].partition_cnt;

	if (md)
		rd_kafka_metadata_destroy(md);
	/* The handle is another one's when the offsets of transactions go to the same topic. */
	if (n > 0 && rd_kafka_topic_opaque(t->topic) == t)
		cw_lanes_resize(&t->lanes, n);
	t->seen = t->seen || n > 0;
	t->partitions_due_ms = cw_clock_ms() + (n > 0 ? source->partitions_age_ms : PARTITIONS_RETRY_MS);
	return error;
}

/*
 * How many partitions the topic has. Kafka may not tell (yet): then librdkafka's partitioner chooses, and
 * keeps the records until it knows.
 */
void cw_source_look_at_partitions(struct cw_source *source, struct cw_source_topic *t)
{
	if (cw_clock_ms() >= t->partitions_due_ms)
		cw_source_count_partitions(source, t);
}

enum cw_result cw_source_topic_failed(const struct cw_source *source, const struct cw_source_topic *t, const char *name,
				      const char *what, rd_kafka_resp_err_t error, struct cw_error *err)
{
	static const char advice[] = "; create it, or let the connector (topic.creation.default.partitions and "
				     ".replication.factor) or the brokers (auto.create.topics.enable) do that";
	bool no_topic = error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	static const char once[] = "; with exactly-once delivery a transaction cannot leave it out, whatever errors.tolerance says: "
				   "let the topic take it, make batches smaller than its max.message.bytes "
				   "(producer.override.batch.size), or let a transformation drop it";
	bool in_transaction = source->transactional && cw_source_refused_is_for_good(error);
	bool gone = t && t->seen && (no_topic || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
	/*
	 * The brokers have aborted the transaction meanwhile, too, or librdkafka has given it up; what can be said of a run
	 * without one was said by its time.
	 */
	bool again = gone || (source->transactional &&
			      (error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || error == RD_KAFKA_RESP_ERR__STATE));

	cw_error_set(err, again ? CW_ERR_RETRIABLE : CW_ERR_FATAL, "a record for topic %s %s: %s%s", name, what,
		     rd_kafka_err2str(error), no_topic && !gone ? advice : in_transaction ? once : "");
	return again ? CW_RETRY : CW_FAIL;
}

static void free_topic(struct cw_source_topic *t)
{
	cw_lanes_free(&t->lanes);
	free(t->name);
	free(t);
}

static int open_topic(const struct cw_source *source, struct cw_source_topic *t, struct cw_error *err)
{
	rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(source->producer);

	rd_kafka_topic_conf_set_opaque(conf, t);
	t->topic = rd_kafka_topic_new(source->producer, t->name, conf);
	if (t->topic)
		return 0;
	cw_error_set(err, CW_ERR_FATAL, "topic %s: %s", t->name, rd_kafka_err2str(rd_kafka_last_error()));
	rd_kafka_topic_conf_destroy(conf);
	return -1;
}

void cw_source_close_topics(struct cw_source *source)
{
	for (struct cw_source_topic *t = source->topics; t; t = t->next) {
		if (t->topic)
			rd_kafka_topic_destroy(t->topic);
		t->topic = NULL;
	}
}

int cw_source_reopen_topics(struct cw_source *source, struct cw_error *err)
{
	for (struct cw_source_topic *t = source->topics; t; t = t->next)
		if (open_topic(source, t, err) != 0)
			return -1;
	return 0;
}

static struct cw_source_topic *new_topic(struct cw_source *source, struct cw_slice name, struct cw_error *err)
{
	struct cw_source_topic *t = cw_alloc(sizeof(*t));

	t->name = cw_strndup(name.p, name.n);
	t->n = name.n;
	cw_lanes_init(&t->lanes, &source->lane_limits);
	if (open_topic(source, t, err) == 0)
		return t;
	free_topic(t);
	return NULL;
}

/* A topic that was made just now, perhaps by this very question, is known to the broker a moment later. */
static void await_partitions(struct cw_source *source, struct cw_source_topic *t)
{
	for (int i = 0; i < NEW_TOPIC_TRIES && !t->seen && !cw_task_stopping(source->task); i++) {
		if (i > 0)
			cw_task_sleep(source->task, NEW_TOPIC_PAUSE_MS);
		cw_source_count_partitions(source, t);
	}
}

/* Takes the topic to the front; NULL: it is not among them. */
static struct cw_source_topic *known_topic(struct cw_source *source, struct cw_slice name)
{
	struct cw_source_topic *t, **link = &source->topics;

	for (; (t = *link) != NULL; link = &t->next)
		if (t->n == name.n && memcmp(t->name, name.p, name.n) == 0)
			break;
	if (!t)
		return NULL;
	*link = t->next;
	t->next = source->topics;
	source->topics = t;
	return t;
}

enum cw_result cw_source_find_topic(struct cw_source *source, struct cw_slice name, struct cw_error *err)
{
	struct cw_source_topic *t = known_topic(source, name);
	enum cw_result result = CW_OK;

	if (t)
		return CW_OK;
	if (name.n == 0) {
		cw_error_set(err, CW_ERR_FATAL, "the connector gave a record without a topic");
		return CW_FAIL;
	}
	t = new_topic(source, name, err);
	if (!t)
		return CW_FAIL;
	t->next = source->topics;
	source->topics = t;
	if (source->creation)
		result = cw_source_create_topic(source, t, err);
	if (result == CW_OK)
		await_partitions(source, t);
	return result;
}

void cw_source_free_topics(struct cw_source *source)
{
	struct cw_source_topic *t, *next;

	cw_source_close_topics(source);
	for (t = source->topics; t; t = next) {
		next = t->next;
		free_topic(t);
	}
	source->topics = NULL;
}
