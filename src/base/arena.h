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

/* No block is made before something is asked for. first_block: the size of the first, at most CW_ARENA_BLOCK. */
void cw_arena_init(struct cw_arena *arena, size_t first_block);
/* Forgets what was handed out and keeps the blocks. */
void cw_arena_reset(struct cw_arena *arena);
void cw_arena_free(struct cw_arena *arena);

#endif
