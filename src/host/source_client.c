/* The Kafka client of a source: how its producer is configured, and how it ends. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/source.h"
#include "kafka/client.h"

#define PARTITIONS_AGE_MS 60000
#define TRANSACTION_MS 60000      /* librdkafka's and Kafka's default */
#define TRANSACTION_MAX_MS 900000 /* more is refused by brokers with the default of transaction.max.timeout.ms */
#define DELIVERY_LEAST_MS 1000 /* in less even a broker that is well may not answer */

/*
 * A producer's memory is its queue: 20,000 records cost no speed against the default's 100,000. The tasks of a host
 * share them, so that more tasks do not need more memory while brokers are slow; each has room for two batches. The same
 * with 16 MiB of large records (buffer.memory), where librdkafka would take a gigabyte; a batch has up to 1,000,000 bytes.
 */
#define QUEUE_RECORDS 20000
#define QUEUE_RECORDS_LEAST 5000
#define QUEUE_KBYTES 16384
#define QUEUE_KBYTES_LEAST 2048

/* Batches of 2,500 lines fill requests well and stay in the processor's cache (see host/lanes.h). */
static const struct cw_client_default defaults[] = {
	{ "batch.num.messages", "2500" },
	{ "socket.timeout.ms", CW_CLIENT_ANSWER_TEXT },
	{ NULL, NULL },
};

/*
 * How long librdkafka tries: as long as the connector's errors.retry.timeout says, and without it for ever, which is
 * what Kafka Connect's producers do. New.
 */
static char *delivery_timeout(const struct cw_task *task)
{
	int64_t timeout_ms = task->framework.errors_retry_timeout_ms;

	if (timeout_ms <= 0 || timeout_ms > INT32_MAX)
		timeout_ms = INT32_MAX;
	return cw_format("%lld", (long long)(timeout_ms < DELIVERY_LEAST_MS ? DELIVERY_LEAST_MS : timeout_ms));
}

/* After which brokers abort a transaction: with room beyond where it is to end. */
static int transaction_timeout_ms(const struct cw_source *source)
{
	int64_t ms = source->by_connector ? TRANSACTION_MS : TRANSACTION_MS + source->boundary_ms;

	return (int)(ms < TRANSACTION_MAX_MS ? ms : TRANSACTION_MAX_MS);
}

static void on_error(rd_kafka_t *producer, int code, const char *reason, void *opaque)
{
	struct cw_source *source = opaque;
	char text[512];

	if (code != RD_KAFKA_RESP_ERR__FATAL) {
		if (cw_repeats_say(&source->repeats, reason, cw_clock_ms()))
			log_warn(&source->scope, "kafka: %s", reason);
		return;
	}
	if (source->refused.main_conf &&
	    rd_kafka_fatal_error(producer, text, sizeof(text)) == RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE)
		return; /* what it means, the reports say */
	rd_kafka_fatal_error(producer, text, sizeof(text));
	cw_error_set(&source->failure, CW_ERR_FATAL, "the Kafka producer cannot go on: %s", text);
}

/* What each task has of what they share; new. */
static char *share(const struct cw_task *task, int all, int least)
{
	int each = all / (task->context.tasks > 1 ? task->context.tasks : 1);

	return cw_format("%d", each > least ? each : least);
}

void cw_source_set_lanes(struct cw_source *source, const rd_kafka_conf_t *conf)
{
	source->lane_limits = (struct cw_lane_limits){
		.batch_records = (size_t)cw_client_number(conf, "batch.num.messages", 2500),
		.batch_bytes = (size_t)cw_client_number(conf, "batch.size", 1000000),
		.queue_records = (size_t)cw_client_number(conf, "queue.buffering.max.messages", QUEUE_RECORDS_LEAST),
		.linger_ns = cw_client_number(conf, "linger.ms", 5) * CW_NS_PER_MS,
	};
	for (struct cw_source_topic *t = source->topics; t; t = t->next)
		t->lanes.limits = source->lane_limits;
}

enum cw_result cw_source_open_producer(struct cw_source *source, struct cw_error *err)
{
	struct cw_task *task = source->task;
	CW_AUTO_FREE char *client = cw_format("connector-producer-%s-%d", task->context.connector, task->context.task);
	CW_AUTO_FREE char *delivery = delivery_timeout(task);
	CW_AUTO_FREE char *transactional_id = NULL, *transaction_timeout = NULL;
	CW_AUTO_FREE char *queue = share(task, QUEUE_RECORDS, QUEUE_RECORDS_LEAST);
	CW_AUTO_FREE char *kbytes = share(task, QUEUE_KBYTES, QUEUE_KBYTES_LEAST);
	struct cw_client_default all[sizeof(defaults) / sizeof(defaults[0]) + 6];
	size_t n = 0;
	rd_kafka_conf_t *conf;

	all[n++] = (struct cw_client_default){ "client.id", client };
	all[n++] = (struct cw_client_default){ "queue.buffering.max.messages", queue };
	all[n++] = (struct cw_client_default){ "queue.buffering.max.kbytes", kbytes };
	if (source->transactional) {
		transactional_id = cw_format("%s-%s-%d", task->worker->group_id, task->context.connector,
					     task->context.task);
		all[n++] = (struct cw_client_default){ "transactional.id", transactional_id };
		transaction_timeout = cw_format("%d", transaction_timeout_ms(source));
		all[n++] = (struct cw_client_default){ "transaction.timeout.ms", transaction_timeout };
	} else { /* a transaction has a timeout of its own, and starts again when that is over */
		all[n++] = (struct cw_client_default){ "delivery.timeout.ms", delivery };
	}
	if (source->creation) /* a topic that is deleted comes back as its group wants it, not as the brokers' default does */
		all[n++] = (struct cw_client_default){ "allow.auto.create.topics", "false" };
	memcpy(&all[n], defaults, sizeof(defaults));
	conf = cw_client_conf(CW_CLIENT_PRODUCER, task->worker, &task->config, all, err);
	if (!conf)
		return CW_FAIL;
	rd_kafka_conf_set_dr_msg_cb(conf, cw_source_on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
	cw_source_set_batches(task, conf);
	cw_source_set_lanes(source, conf);
	source->partitions_age_ms = cw_client_number(conf, "topic.metadata.refresh.interval.ms", PARTITIONS_AGE_MS);
	if (source->partitions_age_ms > PARTITIONS_AGE_MS)
		source->partitions_age_ms = PARTITIONS_AGE_MS;
	cw_source_refused_open(source, conf);
	source->producer = cw_client_new(CW_CLIENT_PRODUCER, conf, &source->scope, err);
	return source->producer ? CW_OK : CW_FAIL;
}

void cw_source_close_producer(struct cw_source *source)
{
	source->closing = true;
	if (source->producer) {
		cw_source_txn_abort(source);
		rd_kafka_purge(source->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(source->producer, 1000); /* serves the reports of what was purged */
		cw_source_count_in_flight(source); /* some were acknowledged in between */
	}
	cw_source_refused_close(source);
	cw_source_free_topics(source); /* the reports looked at them */
	if (source->producer)
		rd_kafka_destroy(source->producer);
	source->producer = NULL;
}
