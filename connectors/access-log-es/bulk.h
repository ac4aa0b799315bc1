/*
 * bulk - one _bulk request: its body, and which record each of its documents came from. Pure memory.
 *
 * A record is answered exactly once: its document is in one bulk at a time, and leaves it only with an
 * answer (cw_bulk_answer) or into another bulk (cw_bulk_move_tail).
 */
#ifndef CW_ACCESS_LOG_BULK_H
#define CW_ACCESS_LOG_BULK_H

#include "key_set.h"
#include "text.h"

/* A batch of the framework that was taken over; complete when left is 0. */
struct cw_taken {
	struct cw_batch *batch;
	size_t left; /* records without an answer */
	struct cw_taken *next; /* in the list of spare ones */
	struct cw_taken *next_made; /* in the list of all */
};

struct cw_doc {
	struct cw_taken *taken;
	size_t record; /* in its batch */
	size_t end;    /* in the body, past the document's newline */
};

struct cw_http_call;

/* Start zeroed; freed with cw_bulk_free(). */
struct cw_bulk {
	struct cw_bulk *next; /* in the list it is in */
	struct cw_text body;
	struct cw_doc *docs;
	size_t n, cap;   /* documents */
	char index[256]; /* of documents without a name of their own; part of the path */
	size_t index_n;
	unsigned pushbacks, failures; /* attempts that ended so */
	uint64_t order; /* of its first document among all of the task's */
	struct cw_key_set keys; /* of its documents, where their order counts */
	bool held; /* it has to wait for earlier ones of its keys */
	int64_t first_ns; /* when its first document came */
	int64_t sent_ns;
	int64_t due_ns;   /* not to be sent before */
	int64_t failed_ns; /* when the first of its failures was seen */
	int64_t refused_ns; /* when it, or what it is a part of, was first refused as a whole; 0: it was not */
	struct cw_text packed; /* the body, compressed */
	struct cw_http_call *call; /* while it is sent */
};

/* Notes the document that was appended to the body last. */
static inline void cw_bulk_add(struct cw_bulk *bulk, struct cw_taken *taken, size_t record);
void cw_bulk_grow(struct cw_bulk *bulk);

static inline size_t cw_bulk_start(const struct cw_bulk *bulk, size_t i)
{
	return i ? bulk->docs[i - 1].end : 0;
}

static inline void cw_bulk_add(struct cw_bulk *bulk, struct cw_taken *taken, size_t record)
{
	if (bulk->n == bulk->cap)
		cw_bulk_grow(bulk);
	bulk->docs[bulk->n++] = (struct cw_doc){ taken, record, bulk->body.n };
}

/* Keeps the documents whose keep[] is true, in order. */
void cw_bulk_retain(struct cw_bulk *bulk, const bool *keep);

/* Moves the documents from number `first` on to the end of `to`, which has the same index in its path. */
void cw_bulk_move_tail(struct cw_bulk *bulk, size_t first, struct cw_bulk *to);

/* Empty again, buffers kept unless they are larger than keep_bytes. */
void cw_bulk_reset(struct cw_bulk *bulk, size_t keep_bytes);
void cw_bulk_free(struct cw_bulk *bulk);

/* Bulks in order; each is in one list at most. */
struct cw_bulk_list {
	struct cw_bulk *first, *last;
	size_t n;
};

void cw_bulk_push(struct cw_bulk_list *list, struct cw_bulk *bulk);
void cw_bulk_push_front(struct cw_bulk_list *list, struct cw_bulk *bulk);
/* It has to be in the list. */
void cw_bulk_remove(struct cw_bulk_list *list, struct cw_bulk *bulk);
struct cw_bulk *cw_bulk_pop(struct cw_bulk_list *list); /* NULL: empty */

/* The body as gzip, into bulk->packed. */
void cw_bulk_pack(struct cw_bulk *bulk);

#endif
