/*
 * arena - the memory behind a batch: blocks that are handed out front to back, used again after a reset,
 * and freed together.
 *
 * An arena is a batch without records, so that cw_batch_alloc() takes from either. Belongs to one thread.
 */
#ifndef CW_BASE_ARENA_H
#define CW_BASE_ARENA_H

#include "connect-worker/connector.h"

struct cw_arena_block;

struct cw_arena {
	struct cw_batch batch; /* first: what cw_batch_alloc() is called with */
	struct cw_arena_block *blocks, *current;
	size_t block_size; /* of the next block; each is twice the one before, up to CW_ARENA_BLOCK */
};

#define CW_ARENA_BLOCK ((size_t)256 << 10)
#define CW_BATCH_SPARE_MAX ((size_t)1 << 10)

/* No block is made before something is asked for. first_block: the size of the first, at most CW_ARENA_BLOCK. */
void cw_arena_init(struct cw_arena *arena, size_t first_block);
/* Forgets what was handed out and keeps the blocks. */
void cw_arena_reset(struct cw_arena *arena);
void cw_arena_free(struct cw_arena *arena);

/*
 * What is handed out is shared and never written to, so that a change means a copy. But for one array: who makes one
 * that a single value refers to may say so, and who changes that value may then write to it, as far as its size goes.
 * It is owned until another is, or until somebody comes who may refer to it from elsewhere.
 */
static inline void cw_batch_own(struct cw_batch *batch, const void *p, size_t size)
{
	batch->owned = p;
	batch->owned_size = size;
}

static inline void cw_batch_disown(struct cw_batch *batch)
{
	cw_batch_own(batch, NULL, 0);
}

/* How many bytes from p on may be written to; 0: none. */
static inline size_t cw_batch_owned(const struct cw_batch *batch, const void *p)
{
	return p && p == batch->owned ? batch->owned_size : 0;
}

/*
 * An array that will be owned had better have batch->spare bytes more than it needs, as many as those who changed others
 * have missed so far. Here somebody misses some.
 */
static inline void cw_batch_miss(struct cw_batch *batch, size_t bytes)
{
	if (batch->spare + bytes <= CW_BATCH_SPARE_MAX)
		batch->spare += bytes;
}

#endif
