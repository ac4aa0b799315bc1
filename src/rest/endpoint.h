/* endpoint - a listener that is served: the daemon of libmicrohttpd with our callbacks. Inside rest/ only. */
#ifndef CW_REST_ENDPOINT_H
#define CW_REST_ENDPOINT_H

#include "rest/exchange.h"

/*
 * Opens a listener of the configuration; nothing is served yet. 0, or -1 with *err, and then nothing is to be
 * closed.
 */
int cw_endpoint_open(struct cw_endpoint *endpoint, const struct cw_worker_config *config, const char *listener,
		     enum cw_area area, struct cw_error *err);
/* Serves it. 0, or -1 with *err; either way cw_endpoint_close() ends it. */
int cw_endpoint_start(struct cw_endpoint *endpoint, const struct cw_worker_config *config, struct cw_exchanges *all,
		      struct cw_error *err);
/* Takes no more connections. */
void cw_endpoint_quiesce(struct cw_endpoint *endpoint);
/* Ends its connections, of which none may be suspended, and frees all. */
void cw_endpoint_close(struct cw_endpoint *endpoint);

#endif
