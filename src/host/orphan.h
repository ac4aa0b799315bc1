/*
 * orphan - ends a host whose worker is gone and that does not end by itself, since a plugin hangs in a call of the main
 * thread, which would have noticed: the next worker starts the connector again, and must not do so beside this one.
 */
#ifndef CW_HOST_ORPHAN_H
#define CW_HOST_ORPHAN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

struct cw_orphan {
	const struct cw_log_scope *scope;
	int fd;      /* the connection to the worker, borrowed */
	int stop_fd; /* an eventfd; -1: none */
	_Atomic int64_t drain_ms;
	pthread_t thread;
	bool running;
};

/*
 * Starts the thread. A host whose worker is gone has drain_ms for its tasks, and CW_ORPHAN_EXTRA_MS
 * (supervisor/protocol.h) more; then the process exits with status 3. cw_orphan_close() follows in any case.
 */
void cw_orphan_open(struct cw_orphan *orphan, int fd, int64_t drain_ms, const struct cw_log_scope *scope);
void cw_orphan_set_drain(struct cw_orphan *orphan, int64_t drain_ms); /* any thread */
void cw_orphan_close(struct cw_orphan *orphan);

#endif
