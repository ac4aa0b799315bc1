/* etag - entity tags, as they are in the header fields If-Match and If-None-Match. Pure. */
#ifndef CW_BASE_ETAG_H
#define CW_BASE_ETAG_H

#include <stdbool.h>

/*
 * Whether a field, "*" or a list of tags, means the tag, which has its quotes. weak: W/"x" is "x" as well (RFC 9110,
 * 8.8.3.2). From a tag on that is none nothing counts.
 */
bool cw_etag_listed(const char *field, const char *etag, bool weak);

#endif
