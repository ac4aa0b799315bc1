#include "host/acks.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

struct cw_ack_offset *cw_ack_offset_of(struct cw_ack_offset **list, size_t *n, size_t *cap,
				       const struct cw_source_partition *partition)
{
	struct cw_ack_offset *offset;

	for (size_t i = 0; i < *n; i++)
		if ((*list)[i].partition == partition)
			return &(*list)[i];
	if (*n == *cap) {
		size_t old = *cap;

		*cap = old ? old * 2 : 4;
		*list = cw_realloc(*list, *cap * sizeof(**list));
		memset(*list + old, 0, (*cap - old) * sizeof(**list)); /* the JSON buffers are kept for reuse */
	}
	offset = &(*list)[(*n)++];
	offset->partition = partition;
	return offset;
}

void cw_ack_offset_copy(struct cw_ack_offset *to, const struct cw_ack_offset *from)
{
	to->is_json = from->is_json;
	to->number = from->number;
	to->json.n = 0;
	if (from->is_json)
		cw_buf_append(&to->json, from->json.p, from->json.n);
}

void cw_ack_offsets_free(struct cw_ack_offset *list, size_t cap)
{
	for (size_t i = 0; i < cap; i++)
		cw_buf_free(&list[i].json);
	free(list);
}

struct cw_ack_entry *cw_acks_open(struct cw_acks *acks)
{
	struct cw_ack_entry *entry = acks->spare;

	if (entry)
		acks->spare = entry->next;
	else
		entry = cw_alloc(sizeof(*entry));
	entry->open = 1;
	entry->at_ms = 0;
	entry->n_offsets = 0;
	entry->next = NULL;
	entry->previous = acks->last;
	if (acks->last)
		acks->last->next = entry;
	else
		acks->first = entry;
	acks->last = entry;
	return entry;
}

void cw_acks_note(struct cw_ack_entry *entry, const struct cw_source_partition *partition,
		  const struct cw_value *value)
{
	struct cw_ack_offset *offset;

	if (!partition || value->type == CW_NULL)
		return;
	offset = cw_ack_offset_of(&entry->offsets, &entry->n_offsets, &entry->offsets_cap, partition);
	offset->is_json = value->type == CW_STRING;
	if (offset->is_json) {
		offset->json.n = 0;
		cw_buf_append(&offset->json, value->u.bytes.p, value->u.bytes.n);
	} else {
		offset->number = value->u.integer;
	}
}

/* Into a list, where they replace older ones. */
static void move_offsets(struct cw_ack_entry *entry, struct cw_ack_offset **list, size_t *n, size_t *cap)
{
	for (size_t i = 0; i < entry->n_offsets; i++) {
		struct cw_ack_offset *from = &entry->offsets[i], *to = cw_ack_offset_of(list, n, cap, from->partition);
		struct cw_buf kept = to->json;

		to->is_json = from->is_json;
		to->number = from->number;
		to->json = from->json;
		from->json = kept;
	}
}

static void remove_entry(struct cw_acks *acks, struct cw_ack_entry *entry)
{
	if (entry->previous)
		entry->previous->next = entry->next;
	else
		acks->first = entry->next;
	if (entry->next)
		entry->next->previous = entry->previous;
	else
		acks->last = entry->previous;
	entry->next = acks->spare;
	acks->spare = entry;
}

/* A done entry that waits becomes part of the one before it, if that is done, too. */
static void join_previous(struct cw_acks *acks, struct cw_ack_entry *entry)
{
	struct cw_ack_entry *previous = entry ? entry->previous : NULL;

	if (!previous || previous->open > 0 || entry->open > 0)
		return;
	move_offsets(entry, &previous->offsets, &previous->n_offsets, &previous->offsets_cap);
	remove_entry(acks, entry);
}

/* Moves the offsets of the done entries at the front to the committable ones. */
static void advance(struct cw_acks *acks)
{
	while (acks->first && acks->first->open == 0) {
		move_offsets(acks->first, &acks->ready, &acks->n_ready, &acks->ready_cap);
		remove_entry(acks, acks->first);
	}
}

static void close_one(struct cw_acks *acks, struct cw_ack_entry *entry)
{
	assert(entry->open > 0);
	if (--entry->open > 0)
		return;
	if (!entry->previous) {
		advance(acks);
		return;
	}
	join_previous(acks, entry->next);
	join_previous(acks, entry);
}

void cw_acks_seal(struct cw_acks *acks, struct cw_ack_entry *entry)
{
	close_one(acks, entry);
}

void cw_acks_left(struct cw_acks *acks)
{
	assert(acks->in_flight > 0);
	acks->in_flight--;
}

void cw_acks_replaced(struct cw_acks *acks, struct cw_ack_entry *entry)
{
	close_one(acks, entry);
}

void cw_acks_done(struct cw_acks *acks, struct cw_ack_entry *entry)
{
	cw_acks_left(acks);
	close_one(acks, entry);
}

void cw_acks_clear_ready(struct cw_acks *acks)
{
	acks->n_ready = 0;
}

static void free_entries(struct cw_ack_entry *entry)
{
	while (entry) {
		struct cw_ack_entry *next = entry->next;

		cw_ack_offsets_free(entry->offsets, entry->offsets_cap);
		free(entry);
		entry = next;
	}
}

void cw_acks_free(struct cw_acks *acks)
{
	free_entries(acks->first);
	free_entries(acks->spare);
	cw_ack_offsets_free(acks->ready, acks->ready_cap);
	*acks = (struct cw_acks){ 0 };
}
