/*
 * follow - an answer that goes on: a connector's log lines as they come. Inside rest/ only.
 *
 * While there is nothing to send the connection is suspended, so that neither a thread nor the herder waits for it; a
 * client that reads slowly misses lines instead of having them kept.
 */
#ifndef CW_REST_FOLLOW_H
#define CW_REST_FOLLOW_H

#include <microhttpd.h>

#include "base/log_rings.h"

struct cw_follow;

/* NULL when there are too many. */
struct cw_follow *cw_follow_new(struct cw_log_rings *rings, const char *connector, const struct cw_log_filter *filter,
				struct MHD_Connection *connection);
void cw_follow_free(struct cw_follow *follow); /* NULL is fine */
/* The response, which owns the follow from then on. NULL: it is not made, and the follow is freed. */
struct MHD_Response *cw_follow_response(struct cw_follow *follow);

#endif
