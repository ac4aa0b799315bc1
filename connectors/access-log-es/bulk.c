#include "bulk.h"

#include <stdlib.h>
#include <zlib.h>

void cw_bulk_grow(struct cw_bulk *bulk)
{
	bulk->cap = bulk->cap ? bulk->cap * 2 : 64;
	bulk->docs = cw_text_realloc(bulk->docs, bulk->cap * sizeof(*bulk->docs));
}

void cw_bulk_retain(struct cw_bulk *bulk, const bool *keep)
{
	size_t n = 0, at = 0, start = 0;

	for (size_t i = 0; i < bulk->n; i++) {
		size_t end = bulk->docs[i].end, size = end - start;

		if (keep[i]) {
			memmove(bulk->body.p + at, bulk->body.p + start, size);
			at += size;
			bulk->docs[n] = bulk->docs[i];
			bulk->docs[n++].end = at;
		}
		start = end;
	}
	bulk->n = n;
	bulk->body.n = at;
}

void cw_bulk_move_tail(struct cw_bulk *bulk, size_t first, struct cw_bulk *to)
{
	size_t start = cw_bulk_start(bulk, first), base = to->body.n;

	cw_text_append(&to->body, bulk->body.p + start, bulk->body.n - start);
	while (to->cap < to->n + bulk->n - first)
		cw_bulk_grow(to);
	for (size_t i = first; i < bulk->n; i++) {
		to->docs[to->n] = bulk->docs[i];
		to->docs[to->n++].end = bulk->docs[i].end - start + base;
	}
	bulk->n = first;
	bulk->body.n = start;
}

void cw_bulk_reset(struct cw_bulk *bulk, size_t keep_bytes)
{
	if (bulk->body.cap > keep_bytes)
		cw_text_free(&bulk->body);
	if (bulk->packed.cap > keep_bytes)
		cw_text_free(&bulk->packed);
	if (bulk->keys.cap * sizeof(*bulk->keys.slots) > keep_bytes)
		cw_key_set_free(&bulk->keys);
	bulk->held = false;
	bulk->body.n = bulk->packed.n = bulk->n = bulk->index_n = 0;
	bulk->pushbacks = bulk->failures = 0;
	bulk->first_ns = bulk->sent_ns = bulk->due_ns = bulk->failed_ns = bulk->refused_ns = 0;
	bulk->next = NULL;
}

void cw_bulk_free(struct cw_bulk *bulk)
{
	if (!bulk)
		return;
	cw_text_free(&bulk->body);
	cw_text_free(&bulk->packed);
	cw_key_set_free(&bulk->keys);
	free(bulk->docs);
	free(bulk);
}

void cw_bulk_pack(struct cw_bulk *bulk)
{
	z_stream z = { 0 };
	size_t done = 0;

	/* 15 bits of window, and 16 for gzip's frame; the lowest level already divides logs by six */
	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort(); /* no memory: the only reason there is */
	bulk->packed.n = 0;
	do {
		size_t step = bulk->body.n - done < (1u << 30) ? bulk->body.n - done : 1u << 30;

		z.next_in = (Bytef *)bulk->body.p + done;
		z.avail_in = (uInt)step;
		done += step;
		do {
			cw_text_reserve(&bulk->packed, 65536);
			z.next_out = (Bytef *)bulk->packed.p + bulk->packed.n;
			z.avail_out = 65536;
			deflate(&z, done == bulk->body.n ? Z_FINISH : Z_NO_FLUSH);
			bulk->packed.n += 65536 - z.avail_out;
		} while (z.avail_out == 0);
	} while (done < bulk->body.n);
	deflateEnd(&z);
}

void cw_bulk_push(struct cw_bulk_list *list, struct cw_bulk *bulk)
{
	bulk->next = NULL;
	if (list->last)
		list->last->next = bulk;
	else
		list->first = bulk;
	list->last = bulk;
	list->n++;
}

void cw_bulk_push_front(struct cw_bulk_list *list, struct cw_bulk *bulk)
{
	bulk->next = list->first;
	list->first = bulk;
	if (!list->last)
		list->last = bulk;
	list->n++;
}

void cw_bulk_remove(struct cw_bulk_list *list, struct cw_bulk *bulk)
{
	struct cw_bulk **at = &list->first, *before = NULL;

	while (*at != bulk) {
		before = *at;
		at = &before->next;
	}
	*at = bulk->next;
	if (list->last == bulk)
		list->last = before;
	list->n--;
}

struct cw_bulk *cw_bulk_pop(struct cw_bulk_list *list)
{
	struct cw_bulk *bulk = list->first;

	if (bulk)
		cw_bulk_remove(list, bulk);
	return bulk;
}
