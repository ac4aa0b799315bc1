/* big - integers of any size between two's complement (big-endian, as Java's BigInteger) and decimal digits. */
#ifndef CW_DATA_BIG_H
#define CW_DATA_BIG_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* Whether it fits into 64 bits; then *out is it. No bytes at all are 0. */
bool cw_big_small(struct cw_slice bytes, int64_t *out);
/* Appends the digits, after a '-' for a negative number. */
void cw_big_print(struct cw_buf *out, struct cw_slice bytes);
/* The number of n ASCII digits (n > 0), in the memory and minimal. */
struct cw_slice cw_big_parse(struct cw_batch *memory, const char *digits, size_t n, bool negative);
struct cw_slice cw_big_from_int64(struct cw_batch *memory, int64_t n);

#endif
