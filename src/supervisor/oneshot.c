#include "supervisor/oneshot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "supervisor/process.h"
#include "supervisor/protocol.h"

#define SAID_MAX (64u << 10)   /* of standard error */
#define ANSWER_MAX CW_FRAME_MAX

/* One of our ends of its pipes. */
struct channel {
	struct cw_oneshot *oneshot;
	int fd;
	struct cw_watch watch;
	struct cw_buf buf;
	size_t max;
};

struct cw_oneshot {
	struct cw_loop *loop;
	char *mode;
	struct cw_process process;
	struct channel in, out, err; /* its standard input, output and error */
	size_t sent;
	struct cw_watch exit;
	struct cw_timer deadline;
	int64_t timeout_ms;
	bool late;
	cw_oneshot_done *done;
	void *arg;
};

static void close_channel(struct channel *c)
{
	cw_loop_unwatch(c->oneshot->loop, &c->watch);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void free_oneshot(struct cw_oneshot *o)
{
	cw_loop_unwatch(o->loop, &o->exit);
	cw_loop_unset_timer(o->loop, &o->deadline);
	if (o->process.pid > 0) {
		cw_process_kill(&o->process);
		cw_process_reap(&o->process);
	}
	struct channel *channels[] = { &o->in, &o->out, &o->err };

	for (size_t i = 0; i < 3; i++) {
		close_channel(channels[i]);
		cw_buf_free_secret(&channels[i]->buf);
	}
	free(o->mode);
	free(o);
}

static void on_writable(void *arg, uint32_t events)
{
	struct channel *c = arg;
	struct cw_oneshot *o = c->oneshot;
	ssize_t n = write(c->fd, c->buf.p + o->sent, c->buf.n - o->sent);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		o->sent += (size_t)n;
	if (n < 0 || o->sent == c->buf.n)
		close_channel(c);
}

/* 1: something came. */
static int read_channel(struct channel *c)
{
	ssize_t n;

	if (c->fd < 0)
		return 0;
	cw_buf_reserve(&c->buf, 65536);
	n = read(c->fd, c->buf.p + c->buf.n, 65536);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		close_channel(c);
		return 0;
	}
	c->buf.n += (size_t)n;
	c->buf.p[c->buf.n] = '\0';
	if (c->buf.n > c->max)
		c->buf.n = c->max;
	return 1;
}

static void on_readable(void *arg, uint32_t events)
{
	(void)events;
	read_channel(arg);
}

/* The last line it said, which is the sentence that --validate and --plugins promise with status 1. */
static const char *last_line(struct cw_buf *said)
{
	char *line;

	while (said->n > 0 && (said->p[said->n - 1] == '\n' || said->p[said->n - 1] == ' '))
		said->n--;
	if (said->n == 0)
		return NULL;
	said->p[said->n] = '\0';
	line = strrchr(said->p, '\n');
	return line ? line + 1 : said->p;
}

static json_t *judge(struct cw_oneshot *o, struct cw_exit exit, struct cw_error *err)
{
	CW_AUTO_FREE char *how = cw_exit_text(exit);
	const char *said = exit.code != 0 ? last_line(&o->err.buf) : NULL;
	json_t *answer = NULL;

	if (o->late)
		cw_error_set(err, CW_ERR_FATAL, "connect-host %s did not answer within %lld ms and was killed", o->mode,
			     (long long)o->timeout_ms);
	else if (exit.signaled)
		cw_error_set(err, CW_ERR_FATAL, "connect-host %s %s", o->mode, how);
	else if (exit.code != 0 && said)
		cw_error_set(err, CW_ERR_FATAL, "%s", said);
	else if (exit.code != 0)
		cw_error_set(err, CW_ERR_FATAL, "connect-host %s %s", o->mode, how);
	else if (!(answer = json_loadb(o->out.buf.p ? o->out.buf.p : "", o->out.buf.n, 0, NULL)))
		cw_error_set(err, CW_ERR_FATAL, "connect-host %s answered with something that is not JSON", o->mode);
	return answer;
}

static void on_exit_of_process(void *arg, uint32_t events)
{
	struct cw_oneshot *o = arg;
	struct cw_error err = { 0 };
	json_t *answer;

	(void)events;
	while (read_channel(&o->out))
		;
	while (read_channel(&o->err))
		;
	cw_loop_unwatch(o->loop, &o->exit);
	answer = judge(o, cw_process_reap(&o->process), &err);
	if (answer && o->err.buf.n > 0) { /* log lines of a success are the user's to see */
		ssize_t ignored = write(STDERR_FILENO, o->err.buf.p, o->err.buf.n);

		(void)ignored;
	}
	o->done(o->arg, answer, &err);
	json_decref(answer);
	free_oneshot(o);
}

static void on_deadline(void *arg)
{
	struct cw_oneshot *o = arg;

	o->late = true;
	cw_process_kill(&o->process);
}

static void init_channel(struct cw_oneshot *o, struct channel *c, void (*fn)(void *, uint32_t), size_t max)
{
	*c = (struct channel){ .oneshot = o, .fd = -1, .max = max };
	c->watch = (struct cw_watch){ .fd = -1, .fn = fn, .arg = c };
}

/* A pipe; `ours` does not block. */
static int open_pipe(int *ours, int *theirs, bool we_write, struct cw_error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "cannot start a connect-host: pipe: %s", strerror(errno));
	*ours = fds[we_write];
	*theirs = fds[!we_write];
	fcntl(*ours, F_SETFL, O_NONBLOCK);
	return 0;
}

static int launch(struct cw_oneshot *o, const char *program, struct cw_error *err)
{
	const char *argv[] = { program, o->mode, NULL };
	struct cw_process_fd fds[] = { { -1, STDIN_FILENO }, { -1, STDOUT_FILENO }, { -1, STDERR_FILENO } };
	int rc = -1;

	if (open_pipe(&o->in.fd, &fds[0].fd, true, err) == 0 && open_pipe(&o->out.fd, &fds[1].fd, false, err) == 0 &&
	    open_pipe(&o->err.fd, &fds[2].fd, false, err) == 0)
		rc = cw_process_start(argv, fds, 3, &o->process, err);
	for (size_t i = 0; i < 3; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	if (rc == 0 && (cw_loop_watch(o->loop, &o->in.watch, o->in.fd, EPOLLOUT, err) != 0 ||
			cw_loop_watch(o->loop, &o->out.watch, o->out.fd, EPOLLIN, err) != 0 ||
			cw_loop_watch(o->loop, &o->err.watch, o->err.fd, EPOLLIN, err) != 0 ||
			cw_loop_watch(o->loop, &o->exit, o->process.pidfd, EPOLLIN, err) != 0))
		rc = -1;
	return rc;
}

struct cw_oneshot *cw_oneshot_start(struct cw_loop *loop, const char *program, const char *mode, const json_t *question,
				    int64_t timeout_ms, cw_oneshot_done *done, void *arg, struct cw_error *err)
{
	struct cw_oneshot *o = cw_alloc(sizeof(*o));
	CW_AUTO_FREE char *text = json_dumps(question, JSON_COMPACT);

	o->loop = loop;
	o->mode = cw_strdup(mode);
	o->done = done;
	o->arg = arg;
	o->timeout_ms = timeout_ms;
	o->process.pidfd = -1;
	init_channel(o, &o->in, on_writable, 0);
	init_channel(o, &o->out, on_readable, ANSWER_MAX);
	init_channel(o, &o->err, on_readable, SAID_MAX);
	o->exit = (struct cw_watch){ .fd = -1, .fn = on_exit_of_process, .arg = o };
	o->deadline = (struct cw_timer){ .fn = on_deadline, .arg = o };
	cw_buf_puts(&o->in.buf, text);
	if (launch(o, program, err) != 0) {
		free_oneshot(o);
		return NULL;
	}
	cw_loop_set_timer(loop, &o->deadline, cw_clock_ms() + timeout_ms);
	return o;
}

void cw_oneshot_cancel(struct cw_oneshot *oneshot)
{
	if (oneshot)
		free_oneshot(oneshot);
}
