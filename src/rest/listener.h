/* listener - one entry of the `listeners` key, as a listening socket. */
#ifndef CW_REST_LISTENER_H
#define CW_REST_LISTENER_H

#include "connect-worker/connector.h"

struct cw_listener {
	int fd;       /* listening, non-blocking, close-on-exec; the caller closes it */
	char url[80]; /* "http://127.0.0.1:8083", with the port it really has */
};

/*
 * Opens "http://HOST:PORT" (IPv6 hosts in brackets; an empty host: all interfaces, as in Kafka Connect;
 * port 0: any free one). 0, or -1 with *err: CW_ERR_INVALID for what cannot be understood, CW_ERR_FATAL
 * when the system refuses.
 */
int cw_listener_open(const char *listener, struct cw_listener *out, struct cw_error *err);

#endif
