/*
 * acks - which source offsets may be committed: those before which everything is acknowledged.
 *
 * Records go out in entries (one for each poll). An entry is done when each of its records was
 * acknowledged; an offset is committable once its entry and every earlier one are done. Done entries that
 * wait for an earlier one become one, so that there are never more than twice as many as are open, and one:
 * a partition may be away for long while records of others are acknowledged. Pure: no I/O, no clock. Belongs to one thread: librdkafka's delivery reports are served on the task's.
 */
#ifndef CW_HOST_ACKS_H
#define CW_HOST_ACKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "connect-worker/connector.h"

/* The newest offset of one source partition in an entry. */
struct cw_ack_offset {
	const struct cw_source_partition *partition;
	bool is_json; /* the offset is the JSON object in json, else number */
	int64_t number;
	struct cw_buf json;
};

/* The offset of a partition in a list that grows; made at its end when there is none. The partition is set. */
struct cw_ack_offset *cw_ack_offset_of(struct cw_ack_offset **list, size_t *n, size_t *cap,
				       const struct cw_source_partition *partition);
void cw_ack_offset_copy(struct cw_ack_offset *to, const struct cw_ack_offset *from);
/* All `cap` places, also those that are not in use. */
void cw_ack_offsets_free(struct cw_ack_offset *list, size_t cap);

struct cw_ack_entry {
	int64_t at_ms; /* when it was opened; whoever opens it may note that */
	size_t open; /* records that are not acknowledged yet, plus one until it is sealed */
	struct cw_ack_offset *offsets;
	size_t n_offsets, offsets_cap;
	struct cw_ack_entry *next, *previous;
};

struct cw_acks {
	struct cw_ack_entry *first, *last; /* in the order of poll */
	struct cw_ack_entry *spare;
	size_t in_flight; /* records that are not acknowledged */
	/* The committable offsets that were not taken yet. */
	struct cw_ack_offset *ready;
	size_t n_ready, ready_cap;
};

/* A new entry at the end; it stays open until cw_acks_seal(). */
struct cw_ack_entry *cw_acks_open(struct cw_acks *acks);
/* The offset (CW_NULL: none) replaces an earlier one of its partition in the entry. */
void cw_acks_note(struct cw_ack_entry *entry, const struct cw_source_partition *partition,
		  const struct cw_value *offset);
/* One record goes out under the entry. */
static inline void cw_acks_sent(struct cw_acks *acks, struct cw_ack_entry *entry)
{
	entry->open++;
	acks->in_flight++;
}
void cw_acks_seal(struct cw_acks *acks, struct cw_ack_entry *entry);
/* One record of the entry is acknowledged. */
void cw_acks_done(struct cw_acks *acks, struct cw_ack_entry *entry);
/*
 * The same in two steps, for a record that will not be acknowledged: it is in flight no more, and some other time what
 * takes its place is in safety. Without the second no offset from its entry's on is ever committable.
 */
void cw_acks_left(struct cw_acks *acks);
void cw_acks_replaced(struct cw_acks *acks, struct cw_ack_entry *entry);
/* After a commit of acks->ready: forgets them. */
void cw_acks_clear_ready(struct cw_acks *acks);
void cw_acks_free(struct cw_acks *acks);

#endif
