#include "host/orphan.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "supervisor/protocol.h"

#define STACK_SIZE ((size_t)256 << 10)
#define EXIT_STATUS 3 /* as of a host whose tasks do not end */

static bool is_closed(struct cw_orphan *orphan, int timeout_ms)
{
	struct pollfd pfd = { .fd = orphan->stop_fd, .events = POLLIN };

	return poll(&pfd, 1, timeout_ms) > 0;
}

/* Whether the worker is gone; false: the host has come to its end. */
static bool wait_for_worker(struct cw_orphan *orphan)
{
	struct pollfd fds[] = { { .fd = orphan->stop_fd, .events = POLLIN }, { .fd = orphan->fd, .events = POLLRDHUP } };

	while (poll(fds, 2, -1) < 0)
		;
	return !fds[0].revents;
}

static bool wait_for_end(struct cw_orphan *orphan)
{
	int64_t gone_ms = cw_clock_ms(), left;

	while ((left = gone_ms + atomic_load(&orphan->drain_ms) + CW_ORPHAN_EXTRA_MS - cw_clock_ms()) > 0)
		if (is_closed(orphan, left < INT32_MAX ? (int)left : INT32_MAX))
			return true;
	return false;
}

static void *watch(void *arg)
{
	struct cw_orphan *orphan = arg;

	if (!wait_for_worker(orphan) || wait_for_end(orphan))
		return NULL;
	/* What hangs may hold a lock that logging needs. */
	signal(SIGALRM, SIG_DFL);
	alarm(1);
	log_error(orphan->scope, "the worker is gone, and the plugin hangs: the host ends without it");
	_exit(EXIT_STATUS);
}

void cw_orphan_open(struct cw_orphan *orphan, int fd, int64_t drain_ms, const struct cw_log_scope *scope)
{
	pthread_attr_t attr;

	*orphan = (struct cw_orphan){ .scope = scope, .fd = fd, .drain_ms = drain_ms };
	orphan->stop_fd = eventfd(0, EFD_CLOEXEC);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	orphan->running = orphan->stop_fd >= 0 && pthread_create(&orphan->thread, &attr, watch, orphan) == 0;
	pthread_attr_destroy(&attr);
	if (!orphan->running)
		log_warn(scope, "no thread can be started that looks whether the worker still lives");
}

void cw_orphan_set_drain(struct cw_orphan *orphan, int64_t drain_ms)
{
	atomic_store(&orphan->drain_ms, drain_ms);
}

void cw_orphan_close(struct cw_orphan *orphan)
{
	uint64_t one = 1;

	if (orphan->running && write(orphan->stop_fd, &one, sizeof(one)) == sizeof(one))
		pthread_join(orphan->thread, NULL);
	if (orphan->stop_fd >= 0)
		close(orphan->stop_fd);
}
