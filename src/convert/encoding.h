/*
 * encoding - between strings (UTF-8) and bytes of a character set that has a Java name.
 *
 * Nothing fails while converting: as in Java, what is broken is read as U+FFFD, and what the character set does not
 * have is written as '?'. An encoding belongs to one thread.
 */
#ifndef CW_CONVERT_ENCODING_H
#define CW_CONVERT_ENCODING_H

#include "connect-worker/connector.h"

struct cw_encoding;

/* NULL: not supported. Names are Java's, with all its aliases (charset.h), and no others. */
struct cw_encoding *cw_encoding_new(const char *name);
void cw_encoding_free(struct cw_encoding *encoding);

/* The result is in the memory, or the argument itself. */
struct cw_slice cw_encoding_decode(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice bytes);
struct cw_slice cw_encoding_encode(struct cw_encoding *encoding, struct cw_batch *memory, struct cw_slice text);

#endif
