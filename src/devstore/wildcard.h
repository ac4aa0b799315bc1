/* wildcard - names with "*" (any characters), as index patterns and filter paths use them. */
#ifndef CW_DEVSTORE_WILDCARD_H
#define CW_DEVSTORE_WILDCARD_H

#include <stdbool.h>
#include <stddef.h>

/* Neither needs to be NUL-terminated. */
bool cw_wildcard_match(const char *pattern, size_t pattern_n, const char *text, size_t text_n);
/* "a*,b,-a1": does one of the comma-separated patterns match the name, and none after it take it back? */
bool cw_wildcard_list(const char *patterns, const char *name);

#endif
