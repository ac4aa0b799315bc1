#include "host/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ARENA_BLOCK ((size_t)256 << 10)

struct cw_arena_block {
	struct cw_arena_block *next;
	size_t size;
	_Alignas(16) char data[];
};

static void use_block(struct cw_task_batch *b, struct cw_arena_block *block)
{
	b->current = block;
	b->batch.arena_next = block->data;
	b->batch.arena_end = block->data + block->size;
}

/* Blocks are kept over resets; one too small for what is asked now is passed over until the next reset. */
static void *grow(struct cw_batch *batch, size_t size)
{
	struct cw_task_batch *b = cw_task_batch_of(batch);
	struct cw_arena_block **link = b->current ? &b->current->next : &b->blocks;
	char *p;

	while (*link && (*link)->size < size)
		link = &(*link)->next;
	if (!*link) {
		size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;

		*link = cw_realloc(NULL, sizeof(**link) + room);
		(*link)->next = NULL;
		(*link)->size = room;
	}
	use_block(b, *link);
	p = batch->arena_next;
	batch->arena_next += size;
	return p;
}

struct cw_task_batch *cw_task_batch_new(size_t capacity)
{
	struct cw_task_batch *b = cw_alloc(sizeof(*b));

	b->batch.size = sizeof(b->batch);
	b->batch.record_size = sizeof(struct cw_record);
	b->batch.capacity = capacity;
	b->batch.records = cw_alloc(capacity * sizeof(struct cw_record));
	b->batch.grow = grow;
	return b;
}

bool cw_task_batch_reject(struct cw_task_batch *b, size_t i)
{
	if (!b->is_rejected)
		b->is_rejected = cw_alloc(b->batch.capacity * sizeof(*b->is_rejected));
	if (b->is_rejected[i])
		return false;
	b->is_rejected[i] = true;
	b->rejected++;
	return true;
}

void cw_task_batch_reset(struct cw_task_batch *b)
{
	b->n_spans = 0;
	if (b->rejected)
		memset(b->is_rejected, 0, b->batch.capacity * sizeof(*b->is_rejected));
	b->rejected = 0;
	b->complete = false;
	b->next = NULL;
	b->batch.n = 0;
	b->batch.wait_ns = 0;
	b->current = NULL;
	b->batch.arena_next = b->batch.arena_end = NULL;
	if (b->blocks)
		use_block(b, b->blocks);
}

void cw_task_batch_free(struct cw_task_batch *b)
{
	struct cw_arena_block *block, *next;

	if (!b)
		return;
	cw_task_batch_reset(b);
	for (block = b->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(b->batch.records);
	free(b->spans);
	free(b->is_rejected);
	free(b);
}
