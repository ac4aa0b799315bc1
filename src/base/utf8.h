/* utf8 - the little that is needed to tell valid UTF-8 from broken bytes. */
#ifndef CW_BASE_UTF8_H
#define CW_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the valid character that starts at p (1 to 4), or 0 when none does. n is what is left. */
size_t cw_utf8_length(const char *p, size_t n);
bool cw_utf8_valid(const char *p, size_t n);
/* How much of a text of n bytes is shown where there is place for max: whole characters. */
size_t cw_utf8_cut(const char *p, size_t n, size_t max);
/* A text for a sentence: what is longer than max bytes is cut, and ends with "...". New. */
char *cw_utf8_shortened(const char *text, size_t max);

#endif
