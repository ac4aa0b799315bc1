/*
 * stored - which source offsets the connector is told of: those that were sent to be stored, once they are.
 *
 * Keeps the newest offset of each partition at most twice, however long the answer takes. Pure. Belongs to one thread.
 */
#ifndef CW_HOST_STORED_H
#define CW_HOST_STORED_H

#include "host/acks.h"

/* Offsets that are stored when message `seq` is. */
struct cw_stored_set {
	uint64_t seq;
	struct cw_ack_offset *offsets;
	size_t n, cap;
};

struct cw_stored {
	struct cw_stored_set first, rest; /* the rest is newer */
};

/* These offsets went out with message seq, which is not less than earlier ones. */
void cw_stored_sent(struct cw_stored *stored, uint64_t seq, const struct cw_ack_offset *offsets, size_t n);
/* The oldest set when it is stored, else NULL. It is to be dropped before the next call. */
const struct cw_stored_set *cw_stored_next(const struct cw_stored *stored, uint64_t stored_seq);
void cw_stored_drop(struct cw_stored *stored);
void cw_stored_free(struct cw_stored *stored);

#endif
