#include "supervisor/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

struct cw_loop {
	int epoll_fd;
	struct cw_timer *timers; /* by time; there are a few for each connector at most */
};

struct cw_loop *cw_loop_new(struct cw_error *err)
{
	struct cw_loop *loop = cw_alloc(sizeof(*loop));

	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		cw_error_set(err, CW_ERR_FATAL, "epoll_create1: %s", strerror(errno));
		free(loop);
		return NULL;
	}
	return loop;
}

void cw_loop_free(struct cw_loop *loop)
{
	if (!loop)
		return;
	close(loop->epoll_fd);
	free(loop);
}

int cw_loop_fd(const struct cw_loop *loop)
{
	return loop->epoll_fd;
}

int cw_loop_watch(struct cw_loop *loop, struct cw_watch *watch, int fd, uint32_t events, struct cw_error *err)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
		watch->fd = -1;
		return cw_error_set(err, CW_ERR_FATAL, "epoll_ctl: %s", strerror(errno));
	}
	watch->fd = fd;
	return 0;
}

void cw_loop_rewatch(struct cw_loop *loop, struct cw_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (watch->fd >= 0)
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void cw_loop_unwatch(struct cw_loop *loop, struct cw_watch *watch)
{
	if (watch->fd >= 0)
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->fd = -1;
}

void cw_loop_set_timer(struct cw_loop *loop, struct cw_timer *timer, int64_t at_ms)
{
	struct cw_timer **p = &loop->timers;

	cw_loop_unset_timer(loop, timer);
	while (*p && (*p)->at_ms <= at_ms)
		p = &(*p)->next;
	timer->at_ms = at_ms;
	timer->active = true;
	timer->next = *p;
	*p = timer;
}

void cw_loop_unset_timer(struct cw_loop *loop, struct cw_timer *timer)
{
	if (!timer->active)
		return;
	for (struct cw_timer **p = &loop->timers; *p; p = &(*p)->next)
		if (*p == timer) {
			*p = timer->next;
			break;
		}
	timer->active = false;
}

static int wait_ms(const struct cw_loop *loop, int max_wait_ms)
{
	int64_t left;

	if (!loop->timers)
		return max_wait_ms;
	left = loop->timers->at_ms - cw_clock_ms();
	if (left < 0)
		left = 0;
	return max_wait_ms >= 0 && left > max_wait_ms ? max_wait_ms : (int)(left > 3600000 ? 3600000 : left);
}

void cw_loop_step(struct cw_loop *loop, int max_wait_ms)
{
	/* One event at a time: no callback can free what a later event of the same batch points at. */
	struct epoll_event event;
	int64_t now;

	if (epoll_wait(loop->epoll_fd, &event, 1, wait_ms(loop, max_wait_ms)) == 1) {
		struct cw_watch *watch = event.data.ptr;

		watch->fn(watch->arg, event.events);
	}
	now = cw_clock_ms();
	while (loop->timers && loop->timers->at_ms <= now) {
		struct cw_timer *timer = loop->timers;

		loop->timers = timer->next;
		timer->active = false;
		timer->fn(timer->arg);
	}
}
