#include "worker/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static void tell(const struct cw_notify *notify, const char *text, size_t n)
{
	if (notify->fd >= 0)
		(void)!send(notify->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* "/path", or "@name" for one in the abstract namespace. 0 when it is neither. */
static socklen_t address_of(const char *name, struct sockaddr_un *address)
{
	size_t n = strlen(name);

	if ((*name != '/' && *name != '@') || n < 2 || n >= sizeof(address->sun_path))
		return 0;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, n);
	if (*name == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

static int connect_to(const char *name)
{
	struct sockaddr_un address;
	socklen_t n = name ? address_of(name, &address) : 0;
	int fd = n ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, n) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Twice within the time that the service manager allows; nothing when it watches another process. */
static int64_t watchdog_interval_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t interval_ms = usec ? strtoll(usec, NULL, 10) / 2000 : 0;

	if (pid && strtoll(pid, NULL, 10) != (long long)getpid())
		return 0;
	return interval_ms > 0 ? interval_ms : 0;
}

void cw_notify_init(struct cw_notify *notify)
{
	*notify = (struct cw_notify){ .fd = connect_to(getenv("NOTIFY_SOCKET")) };
	if (notify->fd >= 0)
		notify->interval_ms = watchdog_interval_ms();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void on_watchdog(void *arg)
{
	struct cw_notify *notify = arg;

	tell(notify, "WATCHDOG=1", strlen("WATCHDOG=1"));
	cw_loop_set_timer(notify->loop, &notify->watchdog, cw_clock_ms() + notify->interval_ms);
}

void cw_notify_ready(struct cw_notify *notify, struct cw_loop *loop, const char *status)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", status);

	notify->loop = loop;
	notify->watchdog.fn = on_watchdog;
	notify->watchdog.arg = notify;
	tell(notify, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
	if (notify->interval_ms > 0)
		on_watchdog(notify);
}

void cw_notify_stopping(const struct cw_notify *notify)
{
	int reason = errno;

	tell(notify, "STOPPING=1", strlen("STOPPING=1"));
	errno = reason;
}

void cw_notify_close(struct cw_notify *notify)
{
	if (notify->loop)
		cw_loop_unset_timer(notify->loop, &notify->watchdog);
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}
