/*
 * link - a host's connection to its worker: framed JSON on file descriptor CW_HOST_FD.
 *
 * Any thread sends; the main thread alone receives. A worker that is gone is noticed by the receiver;
 * what is sent to it is dropped.
 */
#ifndef CW_HOST_LINK_H
#define CW_HOST_LINK_H

#include <pthread.h>

#include <jansson.h>

#include "base/buf.h"

struct cw_link {
	int fd;
	pthread_mutex_t lock; /* held while one message is written */
	struct cw_buf in;
};

void cw_link_open(struct cw_link *link, int fd);
void cw_link_close(struct cw_link *link);
/* Takes the message. */
void cw_link_send(struct cw_link *link, json_t *message);
/* Waits at most timeout_ms for a message: 1 and *message (new), 0 none yet, -1 the worker is gone. */
int cw_link_receive(struct cw_link *link, int timeout_ms, json_t **message);

#endif
