/*
 * How large the batches of a source are. Brokers refuse one that has more bytes than its topic takes (max.message.bytes),
 * though each of its records would fit. Kafka's own producer splits it then; librdkafka cannot. So the task goes on with
 * batches as small as Kafka's own producer makes them, and with single records if these are refused, too.
 */
#include "host/source.h"

#define SMALL 16384 /* batch.size of Kafka's own producer, unless it is set */
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

void cw_source_set_batches(const struct cw_task *task, rd_kafka_conf_t *conf)
{
	if (task->batches == CW_BATCHES_SMALL)
		rd_kafka_conf_set(conf, "batch.size", TEXT(SMALL), NULL, 0);
	else if (task->batches == CW_BATCHES_OF_ONE)
		rd_kafka_conf_set(conf, "batch.num.messages", "1", NULL, 0);
}

bool cw_source_batch_is_too_large(const struct cw_source *source, const rd_kafka_message_t *m)
{
	return m->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && source->lane_limits.batch_records > 1 &&
	       m->len + m->key_len < source->lane_limits.batch_bytes;
}

void cw_source_shrink_batches(struct cw_source *source, const char *topic)
{
	bool small = source->lane_limits.batch_bytes > SMALL;

	source->task->batches = small ? CW_BATCHES_SMALL : CW_BATCHES_OF_ONE;
	log_warn(&source->scope, "topic %s does not take batches as large as this task's (max.message.bytes): from now on they "
		 "have %s; producer.override.batch.size sets their size", topic,
		 small ? "at most " TEXT(SMALL) " bytes" : "one record each");
}
