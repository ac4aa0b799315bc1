#include "strict_memory.h"

#include <stdlib.h>

#include "base/mem.h"

struct piece {
	struct piece *next;
	_Alignas(16) char data[];
};

struct strict_memory {
	struct cw_batch batch; /* first: what cw_batch_alloc() is called with */
	struct piece *pieces;
};

/* There is never room, so all come here. */
static void *piece(struct cw_batch *batch, size_t size)
{
	struct strict_memory *memory = (struct strict_memory *)batch;
	struct piece *p = cw_realloc(NULL, sizeof(*p) + size);

	p->next = memory->pieces;
	memory->pieces = p;
	memset(p->data, 0xa5, size);
	return p->data;
}

struct cw_batch *cw_strict_memory_new(void)
{
	struct strict_memory *memory = cw_alloc(sizeof(*memory));

	memory->batch = (struct cw_batch){ .size = sizeof(memory->batch), .grow = piece };
	memory->batch.arena_next = memory->batch.arena_end = (char *)memory;
	return &memory->batch;
}

void cw_strict_memory_free(struct cw_batch *batch)
{
	struct strict_memory *memory = (struct strict_memory *)batch;
	struct piece *p, *next;

	for (p = memory->pieces; p; p = next) {
		next = p->next;
		free(p);
	}
	free(memory);
}
