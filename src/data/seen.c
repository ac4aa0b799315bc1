#include "data/seen.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

static size_t start(const void *a, const void *b)
{
	uint64_t h = ((uint64_t)(uintptr_t)a * 31u + (uint64_t)(uintptr_t)b) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h >> 32);
}

/* The pair's place, or the free one where it belongs. */
static struct cw_seen_pair *place(struct cw_seen_pair *pairs, size_t cap, const void *a, const void *b)
{
	size_t i = start(a, b) & (cap - 1);

	while (pairs[i].a && (pairs[i].a != a || pairs[i].b != b))
		i = (i + 1) & (cap - 1);
	return &pairs[i];
}

static void grow(struct cw_seen *seen)
{
	const struct cw_seen_pair *pairs = seen->cap ? seen->many : seen->few;
	size_t cap = seen->cap ? seen->cap : CW_SEEN_FEW;
	struct cw_seen_pair *more = cw_alloc(2 * cap * sizeof(*more));

	for (size_t i = 0; i < cap; i++)
		if (pairs[i].a)
			*place(more, 2 * cap, pairs[i].a, pairs[i].b) = pairs[i];
	free(seen->many);
	seen->many = more;
	seen->cap = 2 * cap;
}

static struct cw_seen_pair *find(struct cw_seen *seen, const void *a, const void *b)
{
	return seen->cap ? place(seen->many, seen->cap, a, b) : place(seen->few, CW_SEEN_FEW, a, b);
}

bool cw_seen_add(struct cw_seen *seen, const void *a, const void *b, void *to)
{
	struct cw_seen_pair *p = find(seen, a, b);

	if (p->a)
		return false;
	*p = (struct cw_seen_pair){ a, b, to };
	if (++seen->n > (seen->cap ? seen->cap : CW_SEEN_FEW) / 2)
		grow(seen);
	return true;
}

void *cw_seen_find(struct cw_seen *seen, const void *a, const void *b)
{
	return find(seen, a, b)->to;
}

void cw_seen_free(struct cw_seen *seen)
{
	free(seen->many);
	*seen = (struct cw_seen){ 0 };
}
