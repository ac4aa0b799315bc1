/*
 * strict_memory - memory for tests, as cw_memory_new() gives it, but every piece is a block of its own, full of
 * rubbish: the sanitizers see what is read or written past its end, and what was never set is not zero by luck.
 */
#ifndef CW_TESTS_STRICT_MEMORY_H
#define CW_TESTS_STRICT_MEMORY_H

#include "connect-worker/connector.h"

struct cw_batch *cw_strict_memory_new(void);
void cw_strict_memory_free(struct cw_batch *memory);

#endif
