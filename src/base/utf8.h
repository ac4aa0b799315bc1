/* utf8 - the little that is needed to tell valid UTF-8 from broken bytes. */
#ifndef CW_BASE_UTF8_H
#define CW_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the valid character that starts at p (1 to 4), or 0 when none does. n is what is left. */
size_t cw_utf8_length(const char *p, size_t n);
bool cw_utf8_valid(const char *p, size_t n);

#endif
