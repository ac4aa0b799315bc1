/*
 * dead_letters - records that cannot be processed, written to the topic that errors.deadletterqueue.topic.name names:
 * those of a sink as they were in Kafka, those of a source as the connector gave them.
 *
 * A letter belongs to the batch of its record, whose `letters` says how many are not acknowledged yet: until there are
 * none, the batch may neither be settled nor be used again. Letters that cannot be written fail the task.
 *
 * With context headers each letter of a sink is written once, also when its record is read again after a crash: see
 * host/letters_found.h.
 *
 * Belongs to the task's thread; delivery reports are served there.
 */
#ifndef CW_HOST_DEAD_LETTERS_H
#define CW_HOST_DEAD_LETTERS_H

#include <librdkafka/rdkafka.h>

#include "host/batch.h"
#include "host/record_error.h"

struct cw_dead_letters;

/*
 * CW_OK with *letters, which is NULL when the connector has no such topic or no tolerance; else the topic is there,
 * and the task is woken by reports. CW_RETRY or CW_FAIL with *err.
 */
enum cw_result cw_dead_letters_open(struct cw_dead_letters **letters, struct cw_task *task, struct cw_error *err);
/*
 * Sends what is kept of the record: see cw_task_batch_keep(). CW_OK; or CW_FAIL with *err: it can never be written. When
 * the task has to end before it can be sent, its batch just never comes to an end.
 */
enum cw_result cw_dead_letters_send(struct cw_dead_letters *letters, struct cw_task_batch *b,
				    const struct cw_record_error *what, struct cw_error *err);

/* The rest takes NULL, too: then there are no letters. */

/* The partitions that the consumer has now, before their first record is received. */
void cw_dead_letters_assigned(struct cw_dead_letters *letters, rd_kafka_t *consumer,
			      const rd_kafka_topic_partition_list_t *partitions);
/* Notes in a batch that has just been received how far the topic goes. */
void cw_dead_letters_note(const struct cw_dead_letters *letters, struct cw_task_batch *b);
/* Adds the mark for a commit; `oldest` is the first batch that it does not cover, NULL: there is none. */
void cw_dead_letters_mark(const struct cw_dead_letters *letters, const struct cw_task_batch *oldest,
			  rd_kafka_topic_partition_list_t *offsets);
/* Serves the reports that are there: what was acknowledged. CW_OK, or CW_FAIL with *err once one was not written. */
enum cw_result cw_dead_letters_serve(struct cw_dead_letters *letters, struct cw_error *err);
/* So many are not acknowledged that no more records are to be processed before some are. */
bool cw_dead_letters_are_many(const struct cw_dead_letters *letters);
/* So many are not answered. */
size_t cw_dead_letters_open_count(const struct cw_dead_letters *letters);
/*
 * Waits until all are answered, one failed, or the deadline (monotonic) or a stop's passed: whether all are answered.
 * That none failed is for cw_dead_letters_serve() to say.
 */
bool cw_dead_letters_drain(struct cw_dead_letters *letters, int64_t deadline_ms);
/* No batch has letters any more. */
void cw_dead_letters_close(struct cw_dead_letters *letters);

#endif
