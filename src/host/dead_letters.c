#include "host/dead_letters.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/repeats.h"
#include "host/letter_headers.h"
#include "host/letters_found.h"
#include "host/letters_given.h"
#include "kafka/client.h"
#include "kafka/create_topic.h"
#include "kafka/partitions.h"

/* librdkafka copies what it sends: this much memory may wait for an answer. */
#define OPEN_MAX 5000u
#define OPEN_BYTES_MAX (4u << 20)
#define SERVE_MS 100
#define PURGE_MS 1000
#define ASK_TIMEOUT_MS 5000
/* How much of max.poll.interval.ms a look at the topic may take: the rest is for what is done beside. */
#define LOOK_SHARE 4
#define LOOK_AGAIN_MAX_MS 5000
#define POLL_INTERVAL_MS 300000 /* librdkafka's default */

struct cw_dead_letters {
	struct cw_log_scope scope; /* first: librdkafka's opaque is taken for a log scope */
	struct cw_task *task;
	const char *name; /* of the topic */
	rd_kafka_t *producer;
	rd_kafka_topic_t *topic;
	size_t open, open_bytes; /* not acknowledged */
	bool gave_up; /* the task had to end before a letter could be sent */
	struct cw_error failure;
	struct cw_repeats repeats; /* of what Kafka's client says */

	/* Only with context headers. */
	int64_t *marks; /* [n_marks], by partition: the topic goes up to here, as far as this task knows */
	int n_marks;
	rd_kafka_t *consumer;
	rd_kafka_topic_partition_list_t *assigned; /* looked at when there is a letter; NULL: done */
	struct cw_letters_found found;

	struct cw_metric *written, *failed, *in_flight, *requests, *failures;
};

static bool is_sink(const struct cw_task *task)
{
	return task->plugin->plugin.kind == CW_PLUGIN_SINK;
}

/* ---- what Kafka says ------------------------------------------------------------------------- */

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *opaque)
{
	struct cw_dead_letters *letters = opaque;
	struct cw_task_batch *b = m->_private;

	(void)producer;
	letters->open--;
	letters->open_bytes -= m->len + m->key_len;
	if (m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
		return; /* the task ends: the record, which was in flight until then, comes again */
	cw_metric_add(letters->in_flight, -1);
	if (!m->err) {
		b->letters--;
		cw_metric_add(letters->written, 1);
		if (m->partition < letters->n_marks && m->offset >= letters->marks[m->partition])
			letters->marks[m->partition] = m->offset + 1;
		return;
	}
	/* The batch keeps its letter, so that it is never settled: all of it is read again when the task starts again. */
	cw_metric_add(letters->failures, 1);
	cw_metric_add(letters->failed, 1);
	cw_error_set(&letters->failure, CW_ERR_FATAL, "a record that cannot be processed was not written to the dead letter "
		     "topic %s either: %s", letters->name, rd_kafka_err2str(m->err));
}

static void on_error(rd_kafka_t *producer, int code, const char *reason, void *opaque)
{
	struct cw_dead_letters *letters = opaque;
	char text[512];

	if (code != RD_KAFKA_RESP_ERR__FATAL) {
		if (cw_repeats_say(&letters->repeats, reason, cw_clock_ms()))
			log_warn(&letters->scope, "kafka, dead letters: %s", reason);
		return;
	}
	rd_kafka_fatal_error(producer, text, sizeof(text));
	cw_error_set(&letters->failure, CW_ERR_FATAL, "the Kafka producer of dead letters cannot go on: %s", text);
}

/* ---- start and end --------------------------------------------------------------------------- */

static rd_kafka_conf_t *producer_conf(const struct cw_task *task, struct cw_error *err)
{
	CW_AUTO_FREE char *client = cw_format("connector-dlq-producer-%s-%d", task->context.connector, task->context.task);
	const struct cw_client_default defaults[] = {
		{ "client.id", client },
		/* Kafka that is away is waited for: nothing is committed meanwhile. */
		{ "delivery.timeout.ms", "2147483647" },
		/* A record may be a letter since it is large: whether it is too large for the topic is for the brokers to say. */
		{ "message.max.bytes", "1000000000" },
		{ NULL, NULL },
	};
	rd_kafka_conf_t *conf = cw_client_conf(CW_CLIENT_PRODUCER, task->worker, &task->config, defaults, err);

	if (conf) {
		rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
		rd_kafka_conf_set_error_cb(conf, on_error);
	}
	return conf;
}

static int make_topic(struct cw_dead_letters *letters, struct cw_error *err)
{
	const struct cw_new_topic topic = {
		.name = letters->name, .partitions = 1,
		.replication_factor = letters->task->framework.errors_dlq_replication_factor,
		.purpose = "for dead letters", .may_be_there = true,
		.keys = "errors.deadletterqueue.topic.replication.factor is the connector's",
	};

	const struct cw_topic_maker maker = cw_task_topic_maker(letters->task);

	return cw_topic_create(letters->producer, &topic, &maker, err);
}

/* Where the topic ends: what this task writes is behind it. */
static enum cw_result find_ends(struct cw_dead_letters *letters, struct cw_error *err)
{
	const struct cw_kafka_asking asking = { letters->producer, ASK_TIMEOUT_MS, &letters->task->stop };
	const rd_kafka_metadata_t *md = cw_client_metadata(letters->producer, letters->topic, cw_clock_ms() + ASK_TIMEOUT_MS,
							   &letters->task->stop);
	rd_kafka_resp_err_t code = md && md->topic_cnt ? md->topics[0].err : RD_KAFKA_RESP_ERR__TIMED_OUT;
	rd_kafka_topic_partition_list_t *ends = rd_kafka_topic_partition_list_new(1);
	struct cw_error why = { 0 };
	int status;

	letters->n_marks = md && md->topic_cnt ? md->topics[0].partition_cnt : 0;
	if (md)
		rd_kafka_metadata_destroy(md);
	letters->marks = cw_alloc(((size_t)letters->n_marks + 1) * sizeof(*letters->marks));
	for (int i = 0; i < letters->n_marks; i++)
		rd_kafka_topic_partition_list_add(ends, letters->name, i)->offset = RD_KAFKA_OFFSET_END;
	status = code ? cw_error_set(&why, CW_ERR_RETRIABLE, "%s", rd_kafka_err2str(code)) :
			cw_partitions_set_ends(&asking, ends, &why);
	for (int i = 0; i < letters->n_marks && status == 0; i++)
		letters->marks[i] = ends->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(ends);
	if (status == 0)
		return CW_OK;
	cw_error_set(err, CW_ERR_RETRIABLE, "topic %s, for dead letters, cannot be looked at: %s", letters->name, why.text);
	return CW_RETRY;
}

static enum cw_result open_producer(struct cw_dead_letters *letters, struct cw_error *err)
{
	static const uint64_t one = 1;
	rd_kafka_conf_t *conf = producer_conf(letters->task, err);
	rd_kafka_queue_t *reports;

	if (!conf)
		return CW_FAIL;
	letters->producer = cw_client_new(CW_CLIENT_PRODUCER, conf, &letters->scope, err);
	if (!letters->producer)
		return CW_FAIL;
	reports = rd_kafka_queue_get_main(letters->producer);
	rd_kafka_queue_io_event_enable(reports, letters->task->wake_fd, &one, sizeof(one));
	rd_kafka_queue_destroy(reports);
	if (make_topic(letters, err) != 0)
		return err->code == CW_ERR_RETRIABLE ? CW_RETRY : CW_FAIL;
	letters->topic = rd_kafka_topic_new(letters->producer, letters->name, NULL);
	return is_sink(letters->task) && letters->task->framework.errors_dlq_context_headers ? find_ends(letters, err) : CW_OK;
}

enum cw_result cw_dead_letters_open(struct cw_dead_letters **out, struct cw_task *task, struct cw_error *err)
{
	const struct cw_connector_config *config = &task->framework;
	struct cw_metrics *m = &task->metrics;
	struct cw_dead_letters *letters;
	enum cw_result result;

	*out = NULL;
	if (!config->errors_dlq_topic || !*config->errors_dlq_topic || strcasecmp(config->errors_tolerance, "all") != 0)
		return CW_OK;
	letters = cw_alloc(sizeof(*letters));
	*letters = (struct cw_dead_letters){ .scope = task->scope, .task = task, .name = config->errors_dlq_topic };
	letters->written = cw_metrics_get(m, CW_METRIC_COUNTER, "records_dead_lettered",
					  "Records that were written to the dead letter topic.");
	letters->failed = cw_metrics_get(m, CW_METRIC_COUNTER, "records_failed", "Records that failed the task.");
	letters->in_flight = cw_metrics_get(m, CW_METRIC_GAUGE, "records_in_flight", "Records that are not settled yet.");
	letters->requests = cw_metrics_get(m, CW_METRIC_COUNTER, "deadletterqueue_produce_requests",
					   "Writes to the dead letter topic.");
	letters->failures = cw_metrics_get(m, CW_METRIC_COUNTER, "deadletterqueue_produce_failures",
					   "Writes to the dead letter topic that failed.");
	result = open_producer(letters, err);
	if (result == CW_OK)
		*out = letters;
	else
		cw_dead_letters_close(letters);
	return result;
}

void cw_dead_letters_close(struct cw_dead_letters *letters)
{
	if (!letters)
		return;
	if (letters->producer) {
		rd_kafka_purge(letters->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(letters->producer, PURGE_MS); /* serves the reports of what was purged */
	}
	if (letters->topic)
		rd_kafka_topic_destroy(letters->topic);
	if (letters->producer)
		rd_kafka_destroy(letters->producer);
	if (letters->assigned)
		rd_kafka_topic_partition_list_destroy(letters->assigned);
	cw_letters_found_free(&letters->found);
	free(letters->marks);
	free(letters);
}

/* ---- letters --------------------------------------------------------------------------------- */

static rd_kafka_resp_err_t produce(struct cw_dead_letters *letters, struct cw_task_batch *b, const struct cw_original *o,
				   const struct cw_record_error *what)
{
	rd_kafka_headers_t *headers = cw_letter_headers(o, what);
	rd_kafka_vu_t vus[7];
	rd_kafka_resp_err_t code;
	rd_kafka_error_t *error;
	size_t n = 0;

	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = letters->topic };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = { (void *)(uintptr_t)o->key.p, o->key.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = { (void *)(uintptr_t)o->value.p, o->value.n } };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = b };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers };
	if (o->timestamp_ms >= 0)
		vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = o->timestamp_ms };
	error = rd_kafka_produceva(letters->producer, vus, n);
	if (!error)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	rd_kafka_headers_destroy(headers); /* taken on success only */
	return code;
}

/* librdkafka takes no more, or Kafka does not answer. CW_OK: to be tried again; CW_END: the task has to end. */
static enum cw_result wait_for_room(struct cw_dead_letters *letters, struct cw_error *err)
{
	rd_kafka_poll(letters->producer, SERVE_MS);
	if (cw_dead_letters_serve(letters, err) != CW_OK)
		return CW_FAIL;
	return cw_task_left_ms(letters->task, INT64_MAX) > 0 ? CW_OK : CW_END;
}

/* ---- letters that are there already ---------------------------------------------------------- */

void cw_dead_letters_assigned(struct cw_dead_letters *letters, rd_kafka_t *consumer,
			      const rd_kafka_topic_partition_list_t *partitions)
{
	if (!letters || !letters->marks)
		return;
	if (letters->assigned)
		rd_kafka_topic_partition_list_destroy(letters->assigned);
	letters->assigned = rd_kafka_topic_partition_list_copy(partitions);
	letters->consumer = consumer;
}

void cw_dead_letters_note(const struct cw_dead_letters *letters, struct cw_task_batch *b)
{
	size_t size = letters ? (size_t)letters->n_marks * sizeof(*letters->marks) : 0;

	if (size)
		b->marks = memcpy(cw_batch_alloc(&b->batch, size), letters->marks, size);
}

void cw_dead_letters_mark(const struct cw_dead_letters *letters, const struct cw_task_batch *oldest,
			  rd_kafka_topic_partition_list_t *offsets)
{
	CW_AUTO_FREE char *mark = NULL;

	if (!letters || !letters->marks)
		return;
	mark = cw_letters_mark(oldest && oldest->marks ? oldest->marks : letters->marks, letters->n_marks);
	for (int i = 0; mark && i < offsets->cnt; i++) {
		free(offsets->elems[i].metadata);
		offsets->elems[i].metadata = cw_strdup(mark);
		offsets->elems[i].metadata_size = strlen(mark);
	}
}

/* What is not committed of the partitions may have become letters before this task came. */
static int look(struct cw_dead_letters *letters, int64_t deadline_ms, struct cw_error *err)
{
	const struct cw_letters_looking looking = {
		.task = letters->task, .topic = letters->name, .consumer = letters->consumer, .assigned = letters->assigned,
		.deadline_ms = deadline_ms,
	};

	if (!cw_dead_letters_drain(letters, deadline_ms)) /* those of this task are found, too */
		return cw_error_set(err, CW_ERR_RETRIABLE, "earlier letters are not acknowledged");
	return cw_letters_look(&letters->found, &looking, err);
}

/*
 * Somebody may have deleted it. The marks of batches that came before say nothing of the new one: commits have none from
 * then on, so that it is read from its beginning if need be.
 */
static int make_again_if_gone(struct cw_dead_letters *letters, int64_t deadline_ms, struct cw_error *err)
{
	const struct cw_task *task = letters->task;

	if (cw_topic_exists(letters->producer, letters->name, deadline_ms, &task->stop) || cw_clock_ms() >= deadline_ms ||
	    cw_task_stopping(task))
		return 0;
	log_warn(&letters->scope, "topic %s, for dead letters, is gone: it is made again", letters->name);
	letters->n_marks = 0;
	return make_topic(letters, err);
}

/* What is looked for is not known. CW_OK: to be tried again; CW_END: the task has to end; CW_FAIL. */
static enum cw_result wait_to_look_again(struct cw_dead_letters *letters, unsigned attempt, int64_t deadline_ms,
					 struct cw_error *err)
{
	struct cw_task *task = letters->task;
	int64_t wait_ms = cw_task_backoff_ms(task, attempt, CW_RETRY_BASE_MS, LOOK_AGAIN_MAX_MS);
	int64_t until = cw_clock_ms() + wait_ms;
	struct cw_error why = *err;
	enum cw_result result = CW_OK;

	log_warn(&letters->scope, "whether a record is in the dead letter topic %s already is not known yet: %s", letters->name,
		 why.text);
	*err = (struct cw_error){ 0 };
	if (make_again_if_gone(letters, deadline_ms, err) != 0 && err->code != CW_ERR_RETRIABLE)
		return CW_FAIL;
	*err = (struct cw_error){ 0 };
	cw_progress_retry(&task->progress, "KAFKA_PRODUCE", attempt, wait_ms, why.text);
	while (result == CW_OK && cw_clock_ms() < until && cw_clock_ms() < deadline_ms)
		result = cw_task_stopping(task) ? CW_END : wait_for_room(letters, err);
	cw_progress_retry_over(&task->progress);
	return result;
}

/*
 * The consumer is not polled meanwhile, and must not leave its group for that: after a part of the time that it has, a
 * letter that is written twice is the lesser evil. CW_OK: no more is to be known; CW_FAIL; CW_END: the task has to end.
 */
static enum cw_result look_once(struct cw_dead_letters *letters, struct cw_error *err)
{
	enum cw_result result = CW_OK;
	int64_t time_ms, deadline_ms;

	if (!letters->assigned)
		return CW_OK;
	time_ms = cw_client_number(rd_kafka_conf(letters->consumer), "max.poll.interval.ms", POLL_INTERVAL_MS) / LOOK_SHARE;
	deadline_ms = cw_clock_ms() + time_ms;
	for (unsigned attempt = 1; look(letters, deadline_ms, err) != 0; attempt++) {
		if (err->code != CW_ERR_RETRIABLE)
			return CW_FAIL;
		if (cw_clock_ms() >= deadline_ms) {
			log_warn(&letters->scope, "whether records are in the dead letter topic %s already could not be found out "
				 "in %lld ms, so some may be written to it twice: %s", letters->name, (long long)time_ms, err->text);
			*err = (struct cw_error){ 0 };
			break;
		}
		result = wait_to_look_again(letters, attempt, deadline_ms, err);
		if (result != CW_OK)
			return result;
	}
	rd_kafka_topic_partition_list_destroy(letters->assigned);
	letters->assigned = NULL;
	return CW_OK;
}

/* ---- sending --------------------------------------------------------------------------------- */

static void count_open(struct cw_dead_letters *letters, struct cw_task_batch *b, size_t bytes)
{
	b->letters++;
	letters->open++;
	letters->open_bytes += bytes;
	cw_metric_add(letters->in_flight, 1);
}

/* A batch that is not settled is read again when the task starts again. */
static enum cw_result give_up(struct cw_dead_letters *letters, struct cw_task_batch *b)
{
	letters->gave_up = true;
	count_open(letters, b, 0);
	return CW_OK;
}

enum cw_result cw_dead_letters_send(struct cw_dead_letters *letters, struct cw_task_batch *b,
				    const struct cw_record_error *what, struct cw_error *err)
{
	struct cw_original given;
	const struct cw_original *o = &given;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	enum cw_result result = look_once(letters, err);

	if (what->given)
		given = cw_letter_of_given(&b->batch, what->given);
	else
		o = cw_task_batch_original(b, what->record);
	if (result == CW_OK && cw_letters_have(&letters->found, o)) {
		cw_metric_add(letters->written, 1);
		return CW_OK;
	}
	while (result == CW_OK && (code = produce(letters, b, o, what)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		result = wait_for_room(letters, err);
	if (result != CW_OK)
		return result == CW_END ? give_up(letters, b) : result;
	if (code) {
		cw_metric_add(letters->failures, 1);
		cw_error_set(err, CW_ERR_FATAL, "a record that cannot be processed cannot be sent to the dead letter topic %s "
			     "either: %s", letters->name, rd_kafka_err2str(code));
		return CW_FAIL;
	}
	count_open(letters, b, o->value.n + o->key.n);
	cw_metric_add(letters->requests, 1);
	return CW_OK;
}

enum cw_result cw_dead_letters_serve(struct cw_dead_letters *letters, struct cw_error *err)
{
	if (!letters)
		return CW_OK;
	rd_kafka_poll(letters->producer, 0);
	if (!letters->failure.code)
		return CW_OK;
	cw_error_set(err, letters->failure.code, "%s", letters->failure.text);
	return CW_FAIL;
}

bool cw_dead_letters_are_many(const struct cw_dead_letters *letters)
{
	return letters && (letters->open >= OPEN_MAX || letters->open_bytes >= OPEN_BYTES_MAX);
}

size_t cw_dead_letters_open_count(const struct cw_dead_letters *letters)
{
	return letters ? letters->open : 0;
}

bool cw_dead_letters_drain(struct cw_dead_letters *letters, int64_t deadline_ms)
{
	int64_t left;

	while (letters && letters->open > 0 && !letters->failure.code && !letters->gave_up) {
		left = cw_task_left_ms(letters->task, deadline_ms);
		if (left == 0)
			return false;
		rd_kafka_flush(letters->producer, left < SERVE_MS ? (int)left : SERVE_MS); /* does not linger */
	}
	return !letters || (letters->open == 0 && !letters->gave_up);
}
