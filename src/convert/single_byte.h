/* single_byte - character sets with one byte for each character, both ways. Pure, but for the making. */
#ifndef CW_CONVERT_SINGLE_BYTE_H
#define CW_CONVERT_SINGLE_BYTE_H

#include <stdbool.h>

#include "connect-worker/connector.h"
#include "convert/charset.h"

struct cw_single_byte {
	uint32_t chars[256]; /* U+FFFD: none */
	size_t n;            /* of: */
	struct cw_single_byte_char {
		uint32_t c;
		uint8_t byte;
	} bytes[257]; /* by character */
};

/* Asks iconv(3) for each byte. False: it does not know the character set. */
bool cw_single_byte_init(struct cw_single_byte *table, const struct cw_charset *charset);

struct cw_slice cw_single_byte_decode(const struct cw_single_byte *table, struct cw_batch *memory,
				      struct cw_slice bytes);
/* What it does not have is ASCII's '?', whatever that byte means in it: so does Java. */
struct cw_slice cw_single_byte_encode(const struct cw_single_byte *table, struct cw_batch *memory,
				      struct cw_slice text);

#endif
