#include "host/sent_order.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define CAP_FIRST 1024 /* a power of two */

static struct cw_sent_slot *slot_of(const struct cw_sent_order *order, uintptr_t mark)
{
	return &order->slots[mark & (order->cap - 1)];
}

/* Two marks that had slots of their own have them in twice as many, too. */
static void grow(struct cw_sent_order *order)
{
	struct cw_sent_order larger = { .cap = order->cap ? 2 * order->cap : CAP_FIRST, .n = order->n, .last = order->last };

	larger.slots = cw_alloc(larger.cap * sizeof(*larger.slots));
	for (size_t i = 0; i < order->cap; i++)
		if (order->slots[i].entry)
			*slot_of(&larger, order->slots[i].mark) = order->slots[i];
	free(order->slots);
	*order = larger;
}

uintptr_t cw_sent_order_add(struct cw_sent_order *order, struct cw_ack_entry *entry)
{
	if (order->n >= order->cap - order->cap / 4)
		grow(order);
	do /* a record may be out for much longer than those around it */
		order->last++;
	while (order->last == 0 || slot_of(order, order->last)->entry);
	*slot_of(order, order->last) = (struct cw_sent_slot){ order->last, entry };
	order->n++;
	return order->last;
}

struct cw_ack_entry *cw_sent_order_entry(const struct cw_sent_order *order, uintptr_t mark)
{
	const struct cw_sent_slot *slot = slot_of(order, mark);

	assert(slot->entry && slot->mark == mark);
	return slot->entry;
}

struct cw_ack_entry *cw_sent_order_take(struct cw_sent_order *order, uintptr_t mark)
{
	struct cw_ack_entry *entry = cw_sent_order_entry(order, mark);

	slot_of(order, mark)->entry = NULL;
	order->n--;
	return entry;
}

void cw_sent_order_free(struct cw_sent_order *order)
{
	free(order->slots);
	*order = (struct cw_sent_order){ 0 };
}
