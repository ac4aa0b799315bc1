/* listener - one entry of the `listeners` or `admin.listeners` key, as a listening socket. */
#ifndef CW_REST_LISTENER_H
#define CW_REST_LISTENER_H

#include <sys/types.h>

#include "config/address.h"

struct cw_listener {
	int fd; /* listening, non-blocking, close-on-exec */
	struct cw_address address;
	char url[320]; /* "http://127.0.0.1:8083", with the port it really has; "unix:/run/connect.sock" */
	dev_t device; /* of a Unix socket's file: what closing removes */
	ino_t inode;
};

/*
 * Opens "http://HOST:PORT", "https://HOST:PORT" (IPv6 hosts in brackets; an empty host: all interfaces, as in Kafka
 * Connect; port 0: any free one) or "unix:/PATH". A socket file that nobody listens on any more is replaced; the new
 * one has mode `socket_mode` from the first moment. 0, or -1 with *err: CW_ERR_INVALID for what cannot be understood,
 * CW_ERR_FATAL when the system refuses, or another process has it.
 */
int cw_listener_open(const char *listener, unsigned socket_mode, struct cw_listener *out, struct cw_error *err);

/* Closes it, and removes its socket file. What was accepted stays. */
void cw_listener_close(struct cw_listener *listener);

#endif
