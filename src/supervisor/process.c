#include "supervisor/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#define CHILD_FDS_MAX 8
#define ABOVE_CHILD_FDS 16

/* Copies above every number the child uses, so that no dup2 in the child overwrites one still needed. */
static int lift(const struct cw_process_fd *fds, size_t n, int *lifted, struct cw_error *err)
{
	for (size_t i = 0; i < n; i++)
		lifted[i] = -1;
	for (size_t i = 0; i < n; i++) {
		int fd = fds[i].fd >= 0 ? fds[i].fd : open("/dev/null", O_RDWR | O_CLOEXEC);

		lifted[i] = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_CHILD_FDS) : -1;
		if (fds[i].fd < 0 && fd >= 0)
			close(fd);
		if (lifted[i] < 0)
			return cw_error_set(err, CW_ERR_RETRIABLE, "cannot prepare a process: %s", strerror(errno));
	}
	return 0;
}

static int set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setpgroup(attr, 0);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static int spawn(const char *const argv[], const struct cw_process_fd *fds, const int *lifted, size_t n, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int highest = STDERR_FILENO, rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	rc = set_attributes(&attr);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = posix_spawn_file_actions_adddup2(&actions, lifted[i], fds[i].as);
		highest = fds[i].as > highest ? fds[i].as : highest;
	}
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&actions, highest + 1);
	if (rc == 0)
		rc = posix_spawn(pid, argv[0], &actions, &attr, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return rc;
}

int cw_process_start(const char *const argv[], const struct cw_process_fd *fds, size_t n, struct cw_process *out,
		     struct cw_error *err)
{
	int lifted[CHILD_FDS_MAX], rc = -1, reason;

	if (lift(fds, n, lifted, err) != 0)
		goto out;
	reason = spawn(argv, fds, lifted, n, &out->pid);
	if (reason != 0) {
		cw_error_set(err, reason == EAGAIN || reason == ENOMEM ? CW_ERR_RETRIABLE : CW_ERR_FATAL,
			     "cannot start %s: %s", argv[0], strerror(reason));
		goto out;
	}
	out->pidfd = pidfd_open(out->pid, 0);
	if (out->pidfd < 0) {
		cw_error_set(err, CW_ERR_FATAL, "cannot watch a process (pidfd_open): %s", strerror(errno));
		kill(out->pid, SIGKILL);
		waitpid(out->pid, NULL, 0);
		goto out;
	}
	rc = 0;
out:
	for (size_t i = 0; i < n; i++)
		if (lifted[i] >= 0)
			close(lifted[i]);
	return rc;
}

void cw_process_kill(const struct cw_process *process)
{
	/* Not yet reaped, so neither number can belong to somebody else. */
	kill(-process->pid, SIGKILL);
	kill(process->pid, SIGKILL);
}

struct cw_exit cw_process_reap(struct cw_process *process)
{
	struct cw_exit result = { 0 };
	int status = 0;

	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	result.signaled = WIFSIGNALED(status);
	result.code = result.signaled ? WTERMSIG(status) : WEXITSTATUS(status);
	close(process->pidfd);
	process->pidfd = -1;
	process->pid = 0;
	return result;
}

/* "SIGSEGV"; "real-time" for those that have only a number. */
static const char *signal_name(int number)
{
	static const char *const names[] = {
		[SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",   [SIGQUIT] = "SIGQUIT", [SIGILL] = "SIGILL",
		[SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT", [SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",
		[SIGKILL] = "SIGKILL", [SIGSEGV] = "SIGSEGV", [SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM",
		[SIGTERM] = "SIGTERM", [SIGUSR1] = "SIGUSR1", [SIGUSR2] = "SIGUSR2", [SIGXCPU] = "SIGXCPU",
		[SIGXFSZ] = "SIGXFSZ", [SIGSYS] = "SIGSYS",
	};
	bool known = number > 0 && (size_t)number < sizeof(names) / sizeof(names[0]) && names[number];

	return known ? names[number] : "without a name";
}

char *cw_exit_text(struct cw_exit exit)
{
	if (exit.signaled)
		return cw_format("was ended by signal %d (%s, %s)", exit.code, signal_name(exit.code),
				 strsignal(exit.code));
	if (exit.code == 0)
		return cw_strdup("exited by itself");
	return cw_format("exited with status %d", exit.code);
}

char *cw_host_program(struct cw_error *err)
{
	const char *named = getenv("CONNECT_WORKER_HOST");
	char self[PATH_MAX] = "";
	char *slash, *path;

	if (named && *named)
		return cw_strdup(named);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		self[0] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	const char *const folders[] = { "", NULL, "/../libexec/connect-worker" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		path = folders[i] ? cw_format("%s%s/connect-host", self, folders[i]) :
				    cw_format("%s/connect-host", CW_LIBEXECDIR);
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	cw_error_set(err, CW_ERR_FATAL,
		     "connect-host is neither in %s nor beside connect-worker; "
		     "install it, or let the environment variable CONNECT_WORKER_HOST name it",
		     CW_LIBEXECDIR);
	return NULL;
}
