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

#include "base/arena.h"
#include "connect-worker/connector.h"

/* The last record of one Kafka partition in a batch: what a commit needs to know of it. */
struct cw_span {
	const char *topic; /* in the batch */
	int32_t partition;
	int64_t next_offset;
};

/* A record as it is in Kafka, whatever becomes of it in the batch. */
struct cw_original {
	struct cw_slice topic, key, value; /* p is NULL for a null */
	const struct cw_header *headers;   /* CW_BYTES or CW_NULL */
	size_t n_headers;
	int64_t offset, timestamp_ms;
	int32_t partition;
};

struct cw_task_batch {
	union {
		struct cw_arena arena;
		struct cw_batch batch; /* what the plugin sees: the first member of the arena */
	};
	/* sinks */
	struct cw_span *spans;
	size_t n_spans, spans_cap;
	size_t rejected; /* or dropped by the plugin */
	bool *is_rejected; /* [capacity], made with the first: a batch that comes again is rejected from again */
	struct cw_original *originals; /* [capacity], made with the first; in the order in which they came */
	size_t n_originals;
	size_t letters;     /* dead letters that are not acknowledged: see host/dead_letters.h */
	const int64_t *marks; /* of the dead letter topic when the batch was received; in the batch */
	bool counted; /* as read */
	bool complete;
	bool raw;    /* there are records as Kafka has them, which the pipeline is to take through: */
	size_t done; /* all from here on */
	struct cw_task_batch *next; /* in a queue of the task */
};

/* Batches in the order in which they came. */
struct cw_batch_queue {
	struct cw_task_batch *first, *last;
};

/*
 * Batches that are in no use. Records may trickle in while the plugin's store is away, and every few are a batch of their
 * own that waits: one for few records has no more memory than these need, and is not kept when it is given back. Nor is
 * one beyond CW_SPARE_BATCHES: a store that is slow for a moment would cost the memory of all that it has kept waiting then,
 * for as long as the task lives.
 */
struct cw_spare_batches {
	struct cw_task_batch *first;
	size_t n;
	size_t capacity; /* of those that are kept */
};

#define CW_BATCH_FEW 64u
#define CW_SPARE_BATCHES 8u

/* Room for `capacity` records; memory for their bytes is made as it is needed. */
struct cw_task_batch *cw_task_batch_new(size_t capacity);
void cw_task_batch_reset(struct cw_task_batch *b);
/* Notes that record i will not be written: whether that is new. */
bool cw_task_batch_reject(struct cw_task_batch *b, size_t i);
/*
 * Sinks: the partition belongs to somebody else now, so nothing of it is to be committed any more. With drop_records
 * its records are gone, too. For batches that the plugin has not taken.
 */
void cw_task_batch_forget(struct cw_task_batch *b, const char *topic, int32_t partition, bool drop_records);
/* Keeps the newest record's bytes, which live as long as the batch, and its headers as it has them now. */
void cw_task_batch_keep(struct cw_task_batch *b, struct cw_slice key, struct cw_slice value);
/* What was kept of a record of the batch, wherever that stands there by now. */
const struct cw_original *cw_task_batch_original(const struct cw_task_batch *b, const struct cw_record *record);
void cw_task_batch_free(struct cw_task_batch *b);

/* One with room for n records, at most spare->capacity. */
struct cw_task_batch *cw_spare_batches_take(struct cw_spare_batches *spare, size_t n);
/* The batch is in no queue any more, and nobody refers to it. */
void cw_spare_batches_give(struct cw_spare_batches *spare, struct cw_task_batch *b);
void cw_spare_batches_free(struct cw_spare_batches *spare);

void cw_batch_queue_push(struct cw_batch_queue *queue, struct cw_task_batch *b);
/* The oldest; NULL when there is none. */
struct cw_task_batch *cw_batch_queue_pop(struct cw_batch_queue *queue);
void cw_batch_queue_free(struct cw_batch_queue *queue);

static inline struct cw_task_batch *cw_task_batch_of(struct cw_batch *batch)
{
	return (struct cw_task_batch *)batch;
}

#endif
