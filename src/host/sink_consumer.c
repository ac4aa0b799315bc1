#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/topic_pattern.h"
#include "host/sink.h"
#include "host/sink_member.h"
#include "kafka/client.h"

/* How long the other tasks let the first one go ahead into the group. */
#define HEAD_START_MS 200
#define HEAD_START_STEP_MS 2
/* What all tasks of the process may have in their queues, and what one needs for its speed. */
#define QUEUED_KB 2048
#define QUEUED_MIN_KB 512

/*
 * Small fetches and a small queue cost no speed and a tenth of the memory; a dead host's partitions
 * are given to others after the session timeout. That is longer than Kafka takes to give the group of a coordinator that
 * hangs to another broker (9 s), and the consumer to hear of it: it asks who coordinates, since it would otherwise wait for
 * an answer until its session is over, and read again what it had not committed.
 */
static const struct cw_client_default defaults[] = {
	{ "auto.offset.reset", "earliest" },
	{ "enable.auto.commit", "false" },
	{ "enable.auto.offset.store", "false" },
	{ "partition.assignment.strategy", "cooperative-sticky" },
	{ "session.timeout.ms", "20000" },
	{ "coordinator.query.interval.ms", "2000" },
	{ "heartbeat.interval.ms", "1000" },
	{ "fetch.message.max.bytes", "262144" },
	{ "queued.min.messages", "3000" },
	{ NULL, NULL },
};

static void note_committed(struct cw_sink *sink, const rd_kafka_topic_partition_list_t *offsets)
{
	for (int i = 0; offsets && i < offsets->cnt; i++)
		if (!offsets->elems[i].err)
			cw_positions_advance(&sink->committed, offsets->elems[i].topic, offsets->elems[i].partition,
					     offsets->elems[i].offset);
}

static void on_commit(rd_kafka_t *consumer, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t *offsets,
		      void *opaque)
{
	struct cw_sink *sink = opaque;

	(void)consumer;
	cw_commit_pace_end(&sink->pace, !error || error == RD_KAFKA_RESP_ERR__NO_OFFSET);
	if (!error) {
		cw_metric_add(sink->commits, 1);
		note_committed(sink, offsets);
		return;
	}
	if (error == RD_KAFKA_RESP_ERR__NO_OFFSET)
		return;
	cw_metric_add(sink->commit_failures, 1);
	log_warn(&sink->scope, "offsets were not committed, the next commit has them too: %s", rd_kafka_err2str(error));
	if (offsets)
		cw_positions_put_back(&sink->safe, offsets);
}

static void on_error(rd_kafka_t *consumer, int code, const char *reason, void *opaque)
{
	struct cw_sink *sink = opaque;
	char text[512];

	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		sink->ask_again_ms = 0;
	if (code != RD_KAFKA_RESP_ERR__FATAL) {
		if (cw_repeats_say(&sink->repeats, reason, cw_clock_ms()))
			log_warn(&sink->scope, "kafka: %s", reason);
		return;
	}
	rd_kafka_fatal_error(consumer, text, sizeof(text));
	cw_error_set(&sink->failure, CW_ERR_FATAL, "the Kafka consumer cannot go on: %s", text);
}

static rd_kafka_topic_partition_list_t *subscription(const struct cw_connector_config *config)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)config->topics.n + 1);

	for (size_t i = 0; i < config->topics.n; i++)
		rd_kafka_topic_partition_list_add(list, config->topics.items[i], RD_KAFKA_PARTITION_UA);
	if (config->topics_regex && *config->topics_regex) {
		CW_AUTO_FREE char *pattern = cw_topic_pattern_whole(config->topics_regex);

		rd_kafka_topic_partition_list_add(list, pattern, RD_KAFKA_PARTITION_UA);
	}
	return list;
}

/*
 * When several members come at once to a broker that does not wait for more of them, the first ones' answers
 * cross, and librdkafka tries again only after two seconds, in which the whole group waits. So the first task
 * goes ahead and has everything; the others come at once after it, or soon, where the broker waits for members.
 */
static void let_first_go_ahead(struct cw_sink *sink)
{
	struct cw_task *task = sink->task;
	int64_t until = cw_clock_ms() + HEAD_START_MS;

	while (task->context.task > 0 && !atomic_load(&task->owned->formed) && !cw_task_stopping(task) && cw_clock_ms() < until)
		cw_task_sleep(task, HEAD_START_STEP_MS);
}

/* New; NULL: it has none. */
static char *member_name(const struct cw_task *task)
{
	return task->identity ? cw_sink_member_name(task->context.connector, task->context.task, task->identity) : NULL;
}

static rd_kafka_conf_t *consumer_conf(struct cw_sink *sink, struct cw_error *err)
{
	struct cw_task *task = sink->task;
	CW_AUTO_FREE char *group = cw_format("connect-%s", task->context.connector);
	CW_AUTO_FREE char *client = cw_format("connector-consumer-%s-%d", task->context.connector, task->context.task);
	rd_kafka_conf_t *conf;
	CW_AUTO_FREE char *member = member_name(task);
	int share_kb = QUEUED_KB / task->context.tasks;
	CW_AUTO_FREE char *queued_kb = cw_format("%d", share_kb > QUEUED_MIN_KB ? share_kb : QUEUED_MIN_KB);
	struct cw_client_default all[sizeof(defaults) / sizeof(defaults[0]) + 6] = { { NULL, NULL } };
	bool matches = task->framework.topics_regex && *task->framework.topics_regex;
	size_t n = 0;

	all[n++] = (struct cw_client_default){ "group.id", group };
	all[n++] = (struct cw_client_default){ "client.id", client };
	all[n++] = (struct cw_client_default){ "enable.partition.eof", sink->bounded ? "true" : "false" };
	/* As in Java, whose consumers ask for the topics that there are when they match names: a deleted one stays so. */
	all[n++] = (struct cw_client_default){ "allow.auto.create.topics", matches ? "false" : "true" };
	all[n++] = (struct cw_client_default){ "queued.max.messages.kbytes", queued_kb };
	if (member)
		all[n++] = (struct cw_client_default){ "group.instance.id", member };
	memcpy(&all[n], defaults, sizeof(defaults));
	conf = cw_client_conf(CW_CLIENT_CONSUMER, task->worker, &task->config, all, err);
	if (!conf)
		return NULL;
	cw_fetch_waker_configure(conf);
	rd_kafka_conf_set_rebalance_cb(conf, cw_sink_on_rebalance);
	rd_kafka_conf_set_error_cb(conf, on_error);
	return conf;
}

enum cw_result cw_sink_subscribe(struct cw_sink *sink, struct cw_error *err)
{
	rd_kafka_topic_partition_list_t *topics;
	rd_kafka_conf_t *conf = consumer_conf(sink, err);
	rd_kafka_resp_err_t error;
	enum cw_result result;
	static const uint64_t one = 1;

	if (!conf)
		return CW_FAIL;
	sink->consumer = cw_client_new(CW_CLIENT_CONSUMER, conf, &sink->scope, err);
	if (!sink->consumer)
		return CW_FAIL;
	rd_kafka_poll_set_consumer(sink->consumer);
	sink->queue = rd_kafka_queue_get_consumer(sink->consumer);
	sink->messages = cw_alloc(CW_SINK_BATCH_RECORDS * sizeof(*sink->messages));
	sink->queue_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	rd_kafka_queue_io_event_enable(sink->queue, sink->queue_fd, &one, sizeof(one));
	sink->waker = cw_fetch_waker_new(sink->consumer);
	sink->coordinator = cw_coordinator_new(sink->consumer, sink->task->wake_fd);
	cw_sink_learn_partitions(sink); /* metadata that is there before the assignment spares the first fetch half a second */
	result = cw_sink_set_bounds(sink, err);
	if (result != CW_OK)
		return result;
	let_first_go_ahead(sink);
	topics = subscription(&sink->task->framework);
	error = rd_kafka_subscribe(sink->consumer, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	if (error) {
		cw_error_set(err, CW_ERR_INVALID, "the topics cannot be subscribed to: %s", rd_kafka_err2str(error));
		return CW_FAIL;
	}
	sink->joining = true;
	return CW_OK;
}

/*
 * What is there, without waiting. One by one: rd_kafka_consume_batch_queue() of librdkafka before 2.1 loses the
 * messages that it has taken when it meets the mark of a pause or a rebalance behind them, and reads on after them.
 */
static void take_messages(struct cw_sink *sink)
{
	bool values = !sink->pipeline.value_direct || sink->pipeline.transforms;
	size_t most = values ? CW_SINK_BATCH_VALUES : CW_SINK_BATCH_RECORDS;
	rd_kafka_message_t *m;

	/* A rebalance may be served within the call, and drop messages that were taken before. */
	while (sink->n_messages < most && (m = rd_kafka_consume_queue(sink->queue, 0)) != NULL)
		sink->messages[sink->n_messages++] = m;
}

/* The messages that were taken become a batch; NULL: there is no record among them. */
static struct cw_task_batch *make_batch(struct cw_sink *sink)
{
	struct cw_task_batch *b;
	int64_t bytes;

	if (sink->n_messages == 0)
		return NULL;
	b = cw_spare_batches_take(&sink->spare, sink->n_messages);
	cw_dead_letters_note(sink->letters, b);
	bytes = cw_sink_fill_batch(sink, b);
	if (b->batch.n == 0) {
		cw_sink_recycle(sink, b);
		return NULL;
	}
	b->batch.received_ns = cw_clock_ns();
	cw_metric_add(sink->bytes, bytes);
	cw_metric_add(sink->batches, 1);
	cw_budget_records(&sink->task->budget, (int64_t)b->batch.n, b->batch.received_ns / CW_NS_PER_MS);
	cw_fetch_waker_poke(sink->waker, b->batch.n, (size_t)bytes, rd_kafka_queue_length(sink->queue));
	return b;
}

struct cw_task_batch *cw_sink_receive(struct cw_sink *sink)
{
	rd_kafka_topic_partition_list_t *marks = NULL;
	struct cw_task_batch *b;

	if (cw_sink_is_limited(sink))
		cw_sink_take_limited(sink);
	else
		take_messages(sink);
	if (sink->bounded)
		marks = cw_sink_keep_within_bounds(sink);
	b = make_batch(sink);
	cw_sink_take_marks(sink, marks); /* only now: what goes back has forgotten the earlier ones */
	return b;
}

void cw_sink_pause_partitions(struct cw_sink *sink, bool paused)
{
	if (sink->partitions_paused == paused)
		return;
	sink->partitions_paused = paused;
	/*
	 * To resume they are paused once more: librdkafka 2.0 goes on where the last pause has met the partition, and one
	 * that comes right after the assignment meets it before its first fetch, whose records may come all the same.
	 */
	rd_kafka_pause_partitions(sink->consumer, sink->safe.list);
	if (!paused)
		rd_kafka_resume_partitions(sink->consumer, sink->safe.list);
}

/* Waits for the answer, which on_commit() takes. */
static rd_kafka_resp_err_t commit_and_wait(struct cw_sink *sink, rd_kafka_topic_partition_list_t *offsets,
					   int64_t timeout_ms)
{
	rd_kafka_queue_t *answer = rd_kafka_queue_new(sink->consumer);
	rd_kafka_resp_err_t error = rd_kafka_commit_queue(sink->consumer, offsets, answer, on_commit, sink);

	/* Less than no time would be for ever. */
	if (!error && rd_kafka_queue_poll_callback(answer, timeout_ms > 0 ? (int)timeout_ms : 0) == 0)
		error = RD_KAFKA_RESP_ERR__TIMED_OUT;
	rd_kafka_queue_destroy(answer);
	return error;
}

/* The first batch whose records a commit of what is safe does not cover. */
static const struct cw_task_batch *oldest_uncommitted(const struct cw_sink *sink)
{
	return sink->unsafe ? sink->unsafe : sink->given.first ? sink->given.first : sink->waiting.first;
}

/* One that is slow is asked again, as long as there is time; by a task that is to end once. */
static void ask_until(struct cw_sink *sink, int64_t deadline)
{
	enum cw_coordinator_state state;
	int64_t left_ms = deadline - cw_clock_ms();

	do {
		state = cw_coordinator_await(sink->coordinator, sink->safe.list, left_ms);
		left_ms = deadline - cw_clock_ms();
	} while (state != CW_COORDINATOR_ANSWERS && left_ms > 0 && !cw_task_stopping(sink->task));
}

/*
 * The group is asked before it commits: a commit that its coordinator does not answer keeps librdkafka from closing the
 * consumer for as long as the session timeout; and the offsets of a topic that was made again are not to be committed.
 * With timeout_ms 0 it was asked already.
 */
static rd_kafka_resp_err_t commit(struct cw_sink *sink, rd_kafka_topic_partition_list_t *offsets, int64_t timeout_ms)
{
	int64_t deadline = cw_clock_ms() + timeout_ms;
	rd_kafka_topic_partition_list_t *in_group;

	if (timeout_ms > 0)
		ask_until(sink, deadline);
	if (cw_coordinator_state(sink->coordinator) != CW_COORDINATOR_ANSWERS)
		return RD_KAFKA_RESP_ERR__WAIT_COORD;
	in_group = cw_coordinator_take_answer(sink->coordinator);
	if (in_group) {
		cw_sink_check_offsets(sink, offsets, in_group);
		rd_kafka_topic_partition_list_destroy(in_group);
	}
	if (offsets->cnt == 0)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	return timeout_ms == 0 ? rd_kafka_commit_queue(sink->consumer, offsets, sink->queue, on_commit, sink) :
				 commit_and_wait(sink, offsets, deadline - cw_clock_ms());
}

void cw_sink_commit(struct cw_sink *sink, int64_t timeout_ms)
{
	rd_kafka_topic_partition_list_t *offsets = cw_positions_take(&sink->safe);
	rd_kafka_resp_err_t error;

	if (!offsets)
		return;
	cw_dead_letters_mark(sink->letters, oldest_uncommitted(sink), offsets);
	error = commit(sink, offsets, cw_task_closing_ms(sink->task, timeout_ms));
	if (error)
		on_commit(sink->consumer, error, offsets, sink);
	rd_kafka_topic_partition_list_destroy(offsets);
}

void cw_sink_unsubscribe(struct cw_sink *sink)
{
	cw_fetch_waker_free(sink->waker);
	sink->waker = NULL;
	if (sink->partitions_there)
		rd_kafka_topic_partition_list_destroy(sink->partitions_there);
	cw_sink_free_kept(sink);
	if (sink->consumer)
		cw_sink_part_from_consumer(sink);
	cw_owned_remove(sink->task->owned, sink->safe.list); /* what was not given up in form */
	free(sink->messages);
}
