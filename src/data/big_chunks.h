/*
 * big_chunks - large numbers to decimal in less than quadratic time, so that a record with a number as long as a message
 * does not hold up those behind it for minutes.
 *
 * Numbers are little-endian: limbs of 32 bits, or chunks of nine decimal digits.
 */
#ifndef CW_DATA_BIG_CHUNKS_H
#define CW_DATA_BIG_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#define CW_CHUNK 1000000000u
#define CW_CHUNK_DIGITS 9u

/* Chunks that n limbs can need. */
size_t cw_chunks_for(size_t n_limbs);
/* Fills all of cw_chunks_for(n) chunks, with zeros at the end. The limbs are used up. */
void cw_chunks_of(uint32_t *chunks, uint32_t *limbs, size_t n);

#endif
