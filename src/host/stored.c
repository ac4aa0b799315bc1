#include "host/stored.h"

static void note(struct cw_stored_set *set, uint64_t seq, const struct cw_ack_offset *offsets, size_t n)
{
	set->seq = seq;
	for (size_t i = 0; i < n; i++)
		cw_ack_offset_copy(cw_ack_offset_of(&set->offsets, &set->n, &set->cap, offsets[i].partition), &offsets[i]);
}

void cw_stored_sent(struct cw_stored *stored, uint64_t seq, const struct cw_ack_offset *offsets, size_t n)
{
	note(stored->first.n == 0 ? &stored->first : &stored->rest, seq, offsets, n);
}

const struct cw_stored_set *cw_stored_next(const struct cw_stored *stored, uint64_t stored_seq)
{
	return stored->first.n > 0 && stored->first.seq <= stored_seq ? &stored->first : NULL;
}

void cw_stored_drop(struct cw_stored *stored)
{
	struct cw_stored_set done = stored->first;

	done.n = 0;
	stored->first = stored->rest;
	stored->rest = done; /* its memory is used again */
}

void cw_stored_free(struct cw_stored *stored)
{
	cw_ack_offsets_free(stored->first.offsets, stored->first.cap);
	cw_ack_offsets_free(stored->rest.offsets, stored->rest.cap);
	*stored = (struct cw_stored){ 0 };
}
