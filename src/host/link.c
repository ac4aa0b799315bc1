#include "host/link.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor/protocol.h"

void cw_link_open(struct cw_link *link, int fd)
{
	link->fd = fd;
	link->in = (struct cw_buf){ 0 };
	pthread_mutex_init(&link->lock, NULL);
}

void cw_link_close(struct cw_link *link)
{
	close(link->fd);
	cw_buf_free(&link->in);
	pthread_mutex_destroy(&link->lock);
}

void cw_link_send(struct cw_link *link, json_t *message)
{
	struct cw_buf out = { 0 };
	size_t sent = 0;

	cw_frame_append(&out, message);
	json_decref(message);
	pthread_mutex_lock(&link->lock);
	while (sent < out.n) {
		ssize_t n = send(link->fd, out.p + sent, out.n - sent, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			break;
		if (n > 0)
			sent += (size_t)n;
	}
	pthread_mutex_unlock(&link->lock);
	cw_buf_free(&out);
}

int cw_link_receive(struct cw_link *link, int timeout_ms, json_t **message)
{
	struct pollfd pfd = { .fd = link->fd, .events = POLLIN };
	int taken = cw_frame_take(&link->in, message);
	ssize_t n;

	if (taken != 0)
		return taken;
	if (poll(&pfd, 1, timeout_ms) <= 0)
		return 0;
	cw_buf_reserve(&link->in, 65536);
	n = recv(link->fd, link->in.p + link->in.n, 65536, MSG_DONTWAIT);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	if (n == 0)
		return -1;
	link->in.n += (size_t)n;
	return cw_frame_take(&link->in, message);
}
