/*
 * dead_letters - records of a sink that cannot be processed, written as they were in Kafka to the topic that
 * errors.deadletterqueue.topic.name names.
 *
 * A letter belongs to the batch of its record, whose `letters` says how many are not acknowledged yet: until there are
 * none, the batch may neither be settled nor be used again. Letters that cannot be written fail the task.
 *
 * Belongs to the task's thread; delivery reports are served there.
 */
#ifndef CW_HOST_DEAD_LETTERS_H
#define CW_HOST_DEAD_LETTERS_H

#include "host/batch.h"
#include "host/record_error.h"

struct cw_dead_letters;

/*
 * CW_OK with *letters, which is NULL when the connector has no such topic or no tolerance; else the topic is there,
 * and the task is woken by reports. CW_RETRY or CW_FAIL with *err.
 */
enum cw_result cw_dead_letters_open(struct cw_dead_letters **letters, struct cw_task *task, struct cw_error *err);
/*
 * Sends what is kept of the record: see cw_task_batch_keep(). CW_OK; or CW_FAIL with *err: it can never be written, or
 * the task has to end before there is room for it.
 */
enum cw_result cw_dead_letters_send(struct cw_dead_letters *letters, struct cw_task_batch *b,
				    const struct cw_record_error *what, struct cw_error *err);

/* The rest takes NULL, too: then there are no letters. */

/* Serves the reports that are there: what was acknowledged. CW_OK, or CW_FAIL with *err once one was not written. */
enum cw_result cw_dead_letters_serve(struct cw_dead_letters *letters, struct cw_error *err);
/* So many are not acknowledged that no more records are to be processed before some are. */
bool cw_dead_letters_are_many(const struct cw_dead_letters *letters);
/* Waits until all are acknowledged, one failed, or the deadline (monotonic) or a stop's passed: whether all are. */
bool cw_dead_letters_drain(struct cw_dead_letters *letters, int64_t deadline_ms);
/* No batch has letters any more. */
void cw_dead_letters_close(struct cw_dead_letters *letters);

#endif
