/* negotiate - what a request says of media types: its own, and those it takes in return. Pure. */
#ifndef CW_REST_NEGOTIATE_H
#define CW_REST_NEGOTIATE_H

#include <stdbool.h>

/* Whether a Content-Type value is exactly this type: no case, parameters ignored. NULL is not. */
bool cw_media_is(const char *content_type, const char *type);

/*
 * Whether an Accept value (several joined by ",") takes this type ("application/json"). The most specific
 * range that fits decides; q=0 excludes. NULL, empty, or nothing that can be read as a range: anything goes.
 */
bool cw_media_accepted(const char *accept, const char *type);

#endif
