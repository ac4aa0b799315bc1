/* peer - what is known of the other end of a connection without being told. */
#ifndef CW_REST_PEER_H
#define CW_REST_PEER_H

#include <stddef.h>

/*
 * Of a Unix socket: "unix:LOGIN", or "unix:UID" where the system has no name for it. New. NULL: another kind of
 * socket.
 */
char *cw_peer_of_unix_socket(int fd);

/* The address of the other end as text: "127.0.0.1", "::1", "unix". */
void cw_peer_address(int fd, char *out, size_t size);

#endif
