/* map_unique - entries as they were read become a map: a key that comes again replaces the value that it had. */
#ifndef CW_CONVERT_MAP_UNIQUE_H
#define CW_CONVERT_MAP_UNIQUE_H

#include "connect-worker/connector.h"

/* How many entries are left, in their order. Memory of the batch, in time proportional to n. */
size_t cw_map_unique(struct cw_batch *batch, struct cw_entry *entries, size_t n);

#endif
