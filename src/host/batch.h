/*
 * batch - the framework's side of struct cw_batch: the arena, the record array, and for sinks what a
 * commit needs to know.
 *
 * A batch is made once and used again; cw_task_batch_reset() forgets its records in O(blocks).
 * Belongs to one task's thread.
 */
#ifndef CW_HOST_BATCH_H
#define CW_HOST_BATCH_H

#include <stdbool.h>

#include "connect-worker/connector.h"

/* The last record of one Kafka partition in a batch: what a commit needs to know of it. */
struct cw_span {
	const char *topic; /* in the batch */
	int32_t partition;
	int64_t next_offset;
};

struct cw_arena_block;

struct cw_task_batch {
	struct cw_batch batch; /* first: what the plugin sees */
	struct cw_arena_block *blocks, *current;
	/* sinks */
	struct cw_span *spans;
	size_t n_spans, spans_cap;
	size_t rejected;
	bool *is_rejected; /* [capacity], made with the first: a batch that comes again is rejected from again */
	bool complete;
	struct cw_task_batch *next; /* in a queue of the task */
};

struct cw_task_batch *cw_task_batch_new(size_t capacity);
void cw_task_batch_reset(struct cw_task_batch *b);
/* Notes that record i can never be written: whether that is new. */
bool cw_task_batch_reject(struct cw_task_batch *b, size_t i);
void cw_task_batch_free(struct cw_task_batch *b);

static inline struct cw_task_batch *cw_task_batch_of(struct cw_batch *batch)
{
	return (struct cw_task_batch *)batch;
}

#endif
