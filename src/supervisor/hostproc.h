/*
 * hostproc - a connect-host process that stays: its messages, its end, its last words.
 *
 * Lives on a loop; all calls from the loop's thread. After `gone` was called nothing more is, and the
 * owner frees it (from within gone is fine). It may not be freed from within `message`.
 */
#ifndef CW_SUPERVISOR_HOSTPROC_H
#define CW_SUPERVISOR_HOSTPROC_H

#include <sys/types.h>

#include <jansson.h>

#include "supervisor/loop.h"

struct cw_hostproc;

/* How it ended. Borrowed for the call. */
struct cw_hostproc_end {
	bool clean;  /* exit status 0, not killed by us, no broken message */
	bool killed; /* by us, for `reason` of cw_hostproc_kill() */
	const char *trace; /* "connect-host of connector X (pid 7) was ended by signal …", then its last words */
};

struct cw_hostproc_options {
	const char *program;
	const char *mode;      /* "--run" or "--embedded-broker" */
	const char *connector; /* NULL: none */
	int lock_fd;           /* inherited as CW_HOST_LOCK_FD; -1: none */
	void (*message)(void *arg, const json_t *message); /* an object with a string "type" */
	void (*gone)(void *arg, const struct cw_hostproc_end *end);
	void *arg;
};

/* Strings of options are copied. NULL with *err set. */
struct cw_hostproc *cw_hostproc_start(struct cw_loop *loop, const struct cw_hostproc_options *options,
				      struct cw_error *err);
void cw_hostproc_send(struct cw_hostproc *host, json_t *message); /* takes message; never waits */
/* SIGKILL now, or at a time (again: moves it) unless it has ended by then. reason: "it did not stop in time". */
void cw_hostproc_kill(struct cw_hostproc *host, const char *reason);
void cw_hostproc_kill_at(struct cw_hostproc *host, int64_t at_ms, const char *reason);
void cw_hostproc_unset_kill(struct cw_hostproc *host);
pid_t cw_hostproc_pid(const struct cw_hostproc *host);
void cw_hostproc_free(struct cw_hostproc *host); /* kills what still runs; NULL is fine */

#endif
