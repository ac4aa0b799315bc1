#include "supervisor/hostproc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "supervisor/process.h"
#include "supervisor/protocol.h"

#define READ_SIZE 65536u
#define KEEP_BUFFER (256u << 10) /* a buffer that grew beyond this is given back once it is empty */
#define EOF_GRACE_MS 5000        /* between the end of a host's connection and its exit */

struct cw_hostproc {
	struct cw_loop *loop;
	struct cw_hostproc_options options;
	char *program, *connector, *kill_reason;
	struct cw_process process; /* pid 0: ended */
	int socket_fd, crash_fd;
	struct cw_watch socket, exit;
	struct cw_timer kill_timer;
	struct cw_buf in, out;
	size_t out_sent;
	bool killed;
};

static void trim(struct cw_buf *buf)
{
	if (buf->n == 0 && buf->cap > KEEP_BUFFER)
		cw_buf_free(buf);
}

static void flush(struct cw_hostproc *host)
{
	while (host->out_sent < host->out.n) {
		ssize_t n = send(host->socket_fd, host->out.p + host->out_sent, host->out.n - host->out_sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			cw_loop_rewatch(host->loop, &host->socket, EPOLLIN | EPOLLOUT);
			return;
		}
		if (n < 0)
			break; /* it is gone, or going: its exit tells the rest */
		host->out_sent += (size_t)n;
	}
	host->out.n = host->out_sent = 0;
	trim(&host->out);
	cw_loop_rewatch(host->loop, &host->socket, EPOLLIN);
}

/* Hands on every whole message received. -1: a broken one. */
static int take_messages(struct cw_hostproc *host)
{
	json_t *message;
	int taken;

	while ((taken = cw_frame_take(&host->in, &message)) > 0) {
		host->options.message(host->options.arg, message);
		json_decref(message);
	}
	trim(&host->in);
	return taken;
}

/* Reads once: 1 something came, 0 nothing there now, -1 the end (or a broken message, after which none is trusted). */
static int receive(struct cw_hostproc *host)
{
	ssize_t n;

	cw_buf_reserve(&host->in, READ_SIZE);
	n = recv(host->socket_fd, host->in.p + host->in.n, READ_SIZE, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	host->in.n += (size_t)n;
	if (take_messages(host) == 0)
		return 1;
	cw_hostproc_kill(host, "it sent a broken message");
	return -1;
}

static void on_socket(void *arg, uint32_t events)
{
	struct cw_hostproc *host = arg;

	if (events & EPOLLOUT)
		flush(host);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	if (receive(host) >= 0)
		return;
	cw_loop_unwatch(host->loop, &host->socket);
	if (!host->kill_timer.active)
		cw_hostproc_kill_at(host, cw_clock_ms() + EOF_GRACE_MS, "it closed its connection without ending");
}

static void read_last_words(struct cw_hostproc *host, struct cw_buf *words)
{
	ssize_t n;

	do {
		cw_buf_reserve(words, 4096);
		n = read(host->crash_fd, words->p + words->n, 4096);
		if (n > 0)
			words->n += (size_t)n;
	} while ((n > 0 || (n < 0 && errno == EINTR)) && words->n < CW_CRASH_REPORT_MAX);
	while (words->n > 0 && words->p[words->n - 1] == '\n')
		words->n--;
}

/* The trace: what happened, who did it, and the host's own report with broken bytes replaced. */
static char *tell_end(struct cw_hostproc *host, struct cw_exit exit)
{
	struct cw_buf trace = { 0 }, words = { 0 };
	CW_AUTO_FREE char *how = cw_exit_text(exit);

	cw_buf_puts(&trace, host->connector ? "connect-host of connector " : "connect-host");
	if (host->connector)
		cw_buf_puts(&trace, host->connector);
	cw_buf_printf(&trace, " (pid %ld) ", (long)host->process.pid);
	if (host->killed && exit.signaled && exit.code == SIGKILL)
		cw_buf_printf(&trace, "was killed by the worker because %s", host->kill_reason);
	else if (exit.signaled && exit.code == SIGKILL)
		cw_buf_printf(&trace, "%s, and not by this worker: often the kernel does that when memory runs out",
			      how);
	else
		cw_buf_puts(&trace, how);
	read_last_words(host, &words);
	if (words.n > 0) {
		cw_buf_puts(&trace, "\n");
		cw_buf_utf8(&trace, words.p, words.n);
	}
	cw_buf_free(&words);
	return cw_buf_take(&trace);
}

static void on_exit_of_process(void *arg, uint32_t events)
{
	struct cw_hostproc *host = arg;
	struct cw_hostproc_end end = { .killed = host->killed };
	struct cw_process process = host->process;
	struct cw_exit exit;

	(void)events;
	/* What it said before it ended counts. */
	while (host->socket.fd >= 0 && receive(host) > 0)
		;
	cw_loop_unwatch(host->loop, &host->socket);
	cw_loop_unwatch(host->loop, &host->exit);
	cw_loop_unset_timer(host->loop, &host->kill_timer);
	exit = cw_process_reap(&process);
	CW_AUTO_FREE char *trace = tell_end(host, exit);

	host->process = process;
	end.trace = trace;
	end.clean = !exit.signaled && exit.code == 0 && !host->killed;
	host->options.gone(host->options.arg, &end);
}

static void on_kill_time(void *arg)
{
	struct cw_hostproc *host = arg;

	host->killed = true;
	cw_process_kill(&host->process);
}

static int open_channels(struct cw_hostproc *host, int *socket_end, int *crash_end, struct cw_error *err)
{
	int pair[2], crash[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "cannot start a connect-host: socketpair: %s",
				    strerror(errno));
	host->socket_fd = pair[0];
	*socket_end = pair[1];
	/* Not blocking on either end: a host that crashes must not wait for a reader. */
	if (pipe2(crash, O_CLOEXEC | O_NONBLOCK) != 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "cannot start a connect-host: pipe: %s", strerror(errno));
	host->crash_fd = crash[0];
	*crash_end = crash[1];
	return 0;
}

static int launch(struct cw_hostproc *host, int socket_end, int crash_end, struct cw_error *err)
{
	const char *argv[] = { host->program, host->options.mode, NULL, NULL, NULL };
	struct cw_process_fd fds[] = {
		{ -1, STDIN_FILENO },
		{ STDERR_FILENO, STDOUT_FILENO },
		{ socket_end, CW_HOST_FD },
		{ crash_end, CW_HOST_CRASH_FD },
		{ host->options.lock_fd, CW_HOST_LOCK_FD },
	};

	if (host->connector) {
		argv[2] = "--connector";
		argv[3] = host->connector;
	}
	if (cw_process_start(argv, fds, sizeof(fds) / sizeof(fds[0]), &host->process, err) != 0)
		return -1;
	if (cw_loop_watch(host->loop, &host->socket, host->socket_fd, EPOLLIN, err) != 0)
		return -1;
	return cw_loop_watch(host->loop, &host->exit, host->process.pidfd, EPOLLIN, err);
}

struct cw_hostproc *cw_hostproc_start(struct cw_loop *loop, const struct cw_hostproc_options *options,
				      struct cw_error *err)
{
	struct cw_hostproc *host = cw_alloc(sizeof(*host));
	int socket_end = -1, crash_end = -1, rc;

	host->loop = loop;
	host->options = *options;
	host->program = cw_strdup(options->program);
	host->connector = cw_strdup(options->connector);
	host->socket_fd = host->crash_fd = -1;
	host->process.pidfd = -1;
	host->socket = (struct cw_watch){ .fd = -1, .fn = on_socket, .arg = host };
	host->exit = (struct cw_watch){ .fd = -1, .fn = on_exit_of_process, .arg = host };
	host->kill_timer = (struct cw_timer){ .fn = on_kill_time, .arg = host };
	rc = open_channels(host, &socket_end, &crash_end, err);
	if (rc == 0)
		rc = launch(host, socket_end, crash_end, err);
	if (socket_end >= 0)
		close(socket_end);
	if (crash_end >= 0)
		close(crash_end);
	if (rc == 0)
		return host;
	cw_hostproc_free(host);
	return NULL;
}

void cw_hostproc_send(struct cw_hostproc *host, json_t *message)
{
	bool idle = host->out.n == 0;

	if (host->socket.fd < 0) {
		json_decref(message);
		return;
	}
	cw_frame_append(&host->out, message);
	json_decref(message);
	if (idle)
		flush(host);
	if (host->out.n - host->out_sent > CW_FRAME_MAX)
		cw_hostproc_kill(host, "it no longer reads its messages");
}

void cw_hostproc_kill_at(struct cw_hostproc *host, int64_t at_ms, const char *reason)
{
	if (host->killed || host->process.pid == 0)
		return;
	free(host->kill_reason);
	host->kill_reason = cw_strdup(reason);
	cw_loop_set_timer(host->loop, &host->kill_timer, at_ms);
}

void cw_hostproc_kill(struct cw_hostproc *host, const char *reason)
{
	if (host->killed || host->process.pid == 0)
		return;
	cw_hostproc_kill_at(host, 0, reason);
	cw_loop_unset_timer(host->loop, &host->kill_timer);
	on_kill_time(host);
}

void cw_hostproc_unset_kill(struct cw_hostproc *host)
{
	cw_loop_unset_timer(host->loop, &host->kill_timer);
}

pid_t cw_hostproc_pid(const struct cw_hostproc *host)
{
	return host->process.pid;
}

void cw_hostproc_free(struct cw_hostproc *host)
{
	if (!host)
		return;
	cw_loop_unwatch(host->loop, &host->socket);
	cw_loop_unwatch(host->loop, &host->exit);
	cw_loop_unset_timer(host->loop, &host->kill_timer);
	if (host->process.pid > 0) {
		cw_process_kill(&host->process);
		cw_process_reap(&host->process);
	}
	if (host->socket_fd >= 0)
		close(host->socket_fd);
	if (host->crash_fd >= 0)
		close(host->crash_fd);
	cw_buf_free(&host->in);
	cw_buf_free(&host->out);
	free(host->program);
	free(host->connector);
	free(host->kill_reason);
	free(host);
}
