/*
 * notify - tells the service manager (systemd, Type=notify) how the worker is: ready, alive, stopping.
 *
 * It speaks the protocol of sd_notify(3) itself: datagrams to the socket that NOTIFY_SOCKET names. Without that
 * variable nothing happens. What cannot be sent is dropped: a service manager that is gone is not the worker's concern.
 */
#ifndef CW_WORKER_NOTIFY_H
#define CW_WORKER_NOTIFY_H

#include "supervisor/loop.h"

struct cw_notify {
	int fd; /* -1: nobody is to be told */
	struct cw_loop *loop;
	struct cw_timer watchdog;
	int64_t interval_ms; /* between two signs of life; 0: none is asked for */
};

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the environment, so that no host speaks
 * for the worker. Before other threads run.
 */
void cw_notify_init(struct cw_notify *notify);
/* "READY=1" with a status line; from now on the loop, as long as it runs, gives the signs of life that are asked for. */
void cw_notify_ready(struct cw_notify *notify, struct cw_loop *loop, const char *status);
/* "STOPPING=1": the drain has begun. Async-signal-safe. */
void cw_notify_stopping(const struct cw_notify *notify);
void cw_notify_close(struct cw_notify *notify);

#endif
