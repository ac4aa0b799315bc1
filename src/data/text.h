/*
 * text - strings of Java as UTF-8. A surrogate without its other half has no UTF-8; where one gets in (JSON's \ud800)
 * it is kept in the three bytes that the pattern gives it (ED A0 80…ED BF BF).
 */
#ifndef CW_DATA_TEXT_H
#define CW_DATA_TEXT_H

#include "connect-worker/connector.h"

/* new String(bytes, UTF_8): the bytes themselves where they are UTF-8, else a copy with U+FFFD for what is broken. */
struct cw_slice cw_text_decode(struct cw_batch *memory, struct cw_slice bytes);
/* getBytes(UTF_8): the text itself, or a copy with '?' for each lone surrogate. */
struct cw_slice cw_text_encode(struct cw_batch *memory, struct cw_slice text);

/* The code point that a text starts with (n > 0; a lone surrogate is one, too), and its length in bytes. */
size_t cw_text_read(struct cw_slice text, uint32_t *c);
/* Writes a code point, at most four bytes; how many. */
size_t cw_text_write(char *to, uint32_t c);
/* String.length(): what is beyond U+FFFF counts twice. */
size_t cw_text_length(struct cw_slice text);

/* A text for a sentence, which a NUL would end: it is U+FFFD. New. */
char *cw_text_shown(struct cw_slice text);

static inline bool cw_is_surrogate(uint32_t c)
{
	return (c & 0xfffff800u) == 0xd800u;
}

#endif
