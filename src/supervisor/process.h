/*
 * process - a child process: started without leaking a descriptor into it, watched through a pidfd,
 * and its end told in words.
 */
#ifndef CW_SUPERVISOR_PROCESS_H
#define CW_SUPERVISOR_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "connect-worker/connector.h"

struct cw_process {
	pid_t pid;
	int pidfd; /* readable once it has ended; closed by cw_process_reap() */
};

/* Descriptor `fd` of ours becomes descriptor `as` of the child. fd -1: /dev/null. */
struct cw_process_fd {
	int fd, as;
};

struct cw_exit {
	bool signaled;
	int code; /* the signal, or the exit status */
};

/*
 * Starts argv (NULL-terminated; argv[0] is the path) as the leader of its own process group, with
 * nothing open but `fds` and standard error. Signals are at their defaults. 0, or -1 with *err set.
 */
int cw_process_start(const char *const argv[], const struct cw_process_fd *fds, size_t n, struct cw_process *out,
		     struct cw_error *err);
void cw_process_kill(const struct cw_process *process); /* SIGKILL to its group */
/* Waits for the end (at once when pidfd is readable) and forgets the process. */
struct cw_exit cw_process_reap(struct cw_process *process);

/* "was ended by signal 11 (SIGSEGV, Segmentation fault)", "exited with status 3", "exited by itself". New. */
char *cw_exit_text(struct cw_exit exit);

/*
 * Where connect-host is: $CONNECT_WORKER_HOST; beside this program (a build tree); the folder it was
 * configured for; or that folder relative to this program, for a tree that was moved. New, or NULL with *err.
 */
char *cw_host_program(struct cw_error *err);

#endif
