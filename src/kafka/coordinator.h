/*
 * coordinator - whether the coordinator of a consumer's group answers, and what the group has committed.
 *
 * librdkafka asks it a question only while somebody waits for the answer, and of a coordinator that hangs it hears
 * as late as the session's end. So a thread of its own asks and waits, and records flow meanwhile.
 */
#ifndef CW_KAFKA_COORDINATOR_H
#define CW_KAFKA_COORDINATOR_H

#include <librdkafka/rdkafka.h>
#include <stdint.h>

struct cw_coordinator;

enum cw_coordinator_state {
	CW_COORDINATOR_ASKED, /* and has not answered yet; also one that nobody has asked */
	CW_COORDINATOR_ANSWERS,
	CW_COORDINATOR_SILENT,
};

/*
 * The consumer has a group and outlives it. The eventfd wake_fd is written to whenever a question is over. NULL
 * when there is no thread to be had: then the coordinator answers always.
 */
struct cw_coordinator *cw_coordinator_new(rd_kafka_t *consumer, int wake_fd);
/* Waits for a question that is under way: as long as CW_COORDINATOR_TIMEOUT_MS. NULL is no coordinator. */
void cw_coordinator_free(struct cw_coordinator *c);
/*
 * Asks it what the group has committed of these partitions, which are copied, unless an answer is awaited. After silence
 * it is left alone for a while: the questions may be held back behind a request to join the group. Any thread, as the
 * others.
 */
void cw_coordinator_ask(struct cw_coordinator *c, const rd_kafka_topic_partition_list_t *partitions);
enum cw_coordinator_state cw_coordinator_state(struct cw_coordinator *c);
/*
 * Waits for the answer to a question that is under way, or put now with this time to think; ASKED when it does not come
 * within the time.
 */
enum cw_coordinator_state cw_coordinator_await(struct cw_coordinator *c, const rd_kafka_topic_partition_list_t *partitions,
					       int64_t timeout_ms);
/* What was committed of the partitions of the last question; once for each. New; NULL: there is no answer, or an error. */
rd_kafka_topic_partition_list_t *cw_coordinator_take_answer(struct cw_coordinator *c);

/* How long it may think. */
#define CW_COORDINATOR_TIMEOUT_MS 1000

#endif
