/*
 * entries - the entries of a map while it is read: a key that comes again replaces the value of its entry, as in Java's
 * LinkedHashMap.
 *
 * Start as { .memory = … }. Memory is only taken from there. Keys are compared without their schemas, and dates by
 * their time, as Java does.
 */
#ifndef CW_DATA_ENTRIES_H
#define CW_DATA_ENTRIES_H

#include "connect-worker/connector.h"

struct cw_entries {
	struct cw_batch *memory;
	struct cw_entry *entries;
	size_t n, cap;
	size_t *index; /* by the key's hash, 1 + the entry's number; NULL while they are few */
	size_t index_size; /* a power of two */
};

/* Takes over both, with what they point to. */
void cw_entries_put(struct cw_entries *entries, const struct cw_value *key, const struct cw_value *value);

#endif
