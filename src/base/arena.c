#include "base/arena.h"

#include <stdlib.h>

#include "base/mem.h"

struct cw_arena_block {
	struct cw_arena_block *next;
	size_t size;
	_Alignas(16) char data[];
};

/* Empty, but not NULL: nor is what is handed out when nothing is asked for. */
static void use_nothing(struct cw_arena *arena)
{
	arena->current = NULL;
	arena->batch.arena_next = arena->batch.arena_end = (char *)arena;
}

static void use_block(struct cw_arena *arena, struct cw_arena_block *block)
{
	arena->current = block;
	arena->batch.arena_next = block->data;
	arena->batch.arena_end = block->data + block->size;
}

static struct cw_arena_block *new_block(struct cw_arena *arena, size_t size)
{
	size_t room = size > arena->block_size ? size : arena->block_size;
	struct cw_arena_block *block = cw_realloc(NULL, sizeof(*block) + room);

	block->next = NULL;
	block->size = room;
	if (arena->block_size < CW_ARENA_BLOCK)
		arena->block_size *= 2;
	return block;
}

/* Blocks are kept over resets; one too small for what is asked now is passed over until the next reset. */
static void *grow(struct cw_batch *batch, size_t size)
{
	struct cw_arena *arena = (struct cw_arena *)batch;
	struct cw_arena_block **link = arena->current ? &arena->current->next : &arena->blocks;
	char *p;

	while (*link && (*link)->size < size)
		link = &(*link)->next;
	if (!*link)
		*link = new_block(arena, size);
	use_block(arena, *link);
	p = batch->arena_next;
	batch->arena_next += size;
	return p;
}

void cw_arena_init(struct cw_arena *arena, size_t first_block)
{
	*arena = (struct cw_arena){
		.batch = { .size = sizeof(arena->batch), .record_size = sizeof(struct cw_record), .grow = grow },
		.block_size = first_block,
	};
	use_nothing(arena);
}

void cw_arena_reset(struct cw_arena *arena)
{
	cw_batch_disown(&arena->batch);
	use_nothing(arena);
	if (arena->blocks)
		use_block(arena, arena->blocks);
}

void cw_arena_free(struct cw_arena *arena)
{
	struct cw_arena_block *block, *next;

	for (block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	arena->blocks = NULL;
	use_nothing(arena);
}
