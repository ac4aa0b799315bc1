/*
 * loop - one thread's event loop: descriptors and timers.
 *
 * The structs belong to their users, who embed them; the loop keeps pointers while they are active.
 * Everything may be done from inside a callback, stopping and freeing what the callback belongs to
 * included. Threads: all calls from the thread that runs the loop (before it runs: any one).
 */
#ifndef CW_SUPERVISOR_LOOP_H
#define CW_SUPERVISOR_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "connect-worker/connector.h"

struct cw_loop;

struct cw_watch {
	int fd; /* -1: not active */
	void (*fn)(void *arg, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLHUP … */
	void *arg;
};

struct cw_timer {
	void (*fn)(void *arg);
	void *arg;
	int64_t at_ms; /* cw_clock_ms(); valid while active */
	bool active;
	struct cw_timer *next;
};

struct cw_loop *cw_loop_new(struct cw_error *err);
void cw_loop_free(struct cw_loop *loop);
/* Readable while a descriptor of the loop has something: another loop can watch it, and step this one. */
int cw_loop_fd(const struct cw_loop *loop);

/* fn and arg are set by the user before. The descriptor stays the user's to close, after cw_loop_unwatch(). */
int cw_loop_watch(struct cw_loop *loop, struct cw_watch *watch, int fd, uint32_t events, struct cw_error *err);
void cw_loop_rewatch(struct cw_loop *loop, struct cw_watch *watch, uint32_t events);
void cw_loop_unwatch(struct cw_loop *loop, struct cw_watch *watch); /* fine when not active */

void cw_loop_set_timer(struct cw_loop *loop, struct cw_timer *timer, int64_t at_ms); /* again: moves it */
void cw_loop_unset_timer(struct cw_loop *loop, struct cw_timer *timer);             /* fine when not active */

/* Runs what is due, waiting for it at most max_wait_ms (-1: for ever). */
void cw_loop_step(struct cw_loop *loop, int max_wait_ms);

#endif
