/* utf16 - Java's UTF-16 character sets, in both byte orders and with a byte order mark. Pure. */
#ifndef CW_CONVERT_UTF16_H
#define CW_CONVERT_UTF16_H

#include "connect-worker/connector.h"

enum cw_utf16 {
	CW_UTF16_BE,
	CW_UTF16_LE,
	CW_UTF16_MARKED,   /* read by its mark, without one as big-endian; written big-endian with one */
	CW_UTF16_MARKED_LE /* the same with little-endian */
};

/* Broken surrogates and an odd byte at the end are U+FFFD. */
struct cw_slice cw_utf16_decode(struct cw_batch *memory, struct cw_slice bytes, enum cw_utf16 form);
struct cw_slice cw_utf16_encode(struct cw_batch *memory, struct cw_slice text, enum cw_utf16 form);

#endif
