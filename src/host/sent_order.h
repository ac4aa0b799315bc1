/*
 * sent_order - in which order records went out. Each gets a mark, which goes with it through librdkafka and back; marks
 * that were given later are greater. Where the order does not matter, the entry itself can go with the record.
 *
 * Pure, for one thread. Takes memory for as many records as were ever out at a time.
 */
#ifndef CW_HOST_SENT_ORDER_H
#define CW_HOST_SENT_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct cw_ack_entry;

struct cw_sent_slot {
	uintptr_t mark;
	struct cw_ack_entry *entry; /* NULL: the slot is free */
};

struct cw_sent_order {
	struct cw_sent_slot *slots; /* [cap], that of a mark is mark % cap */
	size_t cap, n;
	uintptr_t last; /* mark that was given */
};

/* A new mark for a record of the entry; never 0. */
uintptr_t cw_sent_order_add(struct cw_sent_order *order, struct cw_ack_entry *entry);
/* The entry of a mark; and the same, when its record is not out any more. */
struct cw_ack_entry *cw_sent_order_entry(const struct cw_sent_order *order, uintptr_t mark);
struct cw_ack_entry *cw_sent_order_take(struct cw_sent_order *order, uintptr_t mark);
void cw_sent_order_free(struct cw_sent_order *order);

#endif
