#include "bulk_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define CONNECTIONS_MAX 16u
#define HEAD_ROOM 256u /* before the body, for the head, whose length is known last */
#define ANSWER_MAX 4096u

enum state { FREE, FILLING, SENDING, WAITING };

struct conn {
	int fd;
	enum state state;
	char *body; /* HEAD_ROOM bytes, then the documents */
	size_t n;   /* of the documents */
	char *at, *end; /* what is still to be sent */
	uint64_t docs;
	char answer[ANSWER_MAX];
	size_t answer_n;
};

struct cw_bench_bulk {
	struct conn conns[CONNECTIONS_MAX];
	size_t n, body_bytes, cap;
	struct conn *filling;
	uint64_t acknowledged;
	char head[128];
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bulk: %s: %s\n", what, why);
	exit(1);
}

static int connect_to(const char *host, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		die(host, "not an IPv4 address");
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

struct cw_bench_bulk *cw_bench_bulk_open(const char *host, uint16_t port, const char *index, size_t connections,
					 size_t body_bytes)
{
	struct cw_bench_bulk *bulk = cw_alloc(sizeof(*bulk));

	bulk->n = connections < CONNECTIONS_MAX ? connections : CONNECTIONS_MAX;
	bulk->body_bytes = body_bytes;
	bulk->cap = HEAD_ROOM + body_bytes + 16384;
	snprintf(bulk->head, sizeof(bulk->head), "POST /%s/_bulk?filter_path=errors HTTP/1.1\r\nhost: %s\r\n", index, host);
	for (size_t i = 0; i < bulk->n; i++) {
		bulk->conns[i].fd = connect_to(host, port);
		bulk->conns[i].body = cw_alloc(bulk->cap);
	}
	return bulk;
}

char *cw_bench_bulk_room(struct cw_bench_bulk *bulk, size_t n)
{
	struct conn *conn = bulk->filling;

	for (size_t i = 0; !conn && i < bulk->n; i++)
		if (bulk->conns[i].state == FREE) {
			conn = bulk->filling = &bulk->conns[i];
			conn->state = FILLING;
			conn->n = 0;
			conn->docs = 0;
		}
	if (!conn)
		return NULL;
	if (HEAD_ROOM + conn->n + n > bulk->cap)
		die("document", "larger than a body may be");
	return conn->body + HEAD_ROOM + conn->n;
}

static void send_some(struct conn *conn)
{
	while (conn->at < conn->end) {
		ssize_t n = send(conn->fd, conn->at, (size_t)(conn->end - conn->at), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("send", strerror(errno));
		conn->at += n;
	}
	conn->state = WAITING;
	conn->answer_n = 0;
}

void cw_bench_bulk_flush(struct cw_bench_bulk *bulk)
{
	struct conn *conn = bulk->filling;
	char head[HEAD_ROOM];
	int n;

	if (!conn || !conn->docs)
		return;
	n = snprintf(head, sizeof(head), "%scontent-type: application/x-ndjson\r\ncontent-length: %zu\r\n\r\n", bulk->head,
		     conn->n);
	conn->at = conn->body + HEAD_ROOM - n;
	conn->end = conn->body + HEAD_ROOM + conn->n;
	memcpy(conn->at, head, (size_t)n);
	conn->state = SENDING;
	bulk->filling = NULL;
	send_some(conn);
}

void cw_bench_bulk_wrote(struct cw_bench_bulk *bulk, char *end)
{
	struct conn *conn = bulk->filling;

	conn->n = (size_t)(end - conn->body) - HEAD_ROOM;
	conn->docs++;
	if (conn->n >= bulk->body_bytes)
		cw_bench_bulk_flush(bulk);
}

/* Whether the whole answer is there; a document that was refused ends the program. */
static bool answered(struct conn *conn)
{
	const char *body, *length;

	conn->answer[conn->answer_n] = '\0';
	body = strstr(conn->answer, "\r\n\r\n");
	length = strcasestr(conn->answer, "\r\ncontent-length:");
	if (!body || !length)
		return false;
	body += 4;
	if (conn->answer_n - (size_t)(body - conn->answer) < strtoul(length + 17, NULL, 10))
		return false;
	if (strncmp(conn->answer, "HTTP/1.1 200", 12) != 0 || !strstr(body, "\"errors\":false"))
		die("answer", conn->answer);
	return true;
}

static void receive(struct cw_bench_bulk *bulk, struct conn *conn)
{
	ssize_t n = recv(conn->fd, conn->answer + conn->answer_n, ANSWER_MAX - 1 - conn->answer_n, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("receive", n ? strerror(errno) : "the server closed the connection");
	conn->answer_n += (size_t)n;
	if (!answered(conn))
		return;
	bulk->acknowledged += conn->docs;
	conn->state = FREE;
}

void cw_bench_bulk_serve(struct cw_bench_bulk *bulk, int fd, int timeout_ms)
{
	struct pollfd fds[CONNECTIONS_MAX + 1];
	struct conn *conns[CONNECTIONS_MAX];
	nfds_t n = 0, waiting;

	for (size_t i = 0; i < bulk->n; i++) {
		struct conn *conn = &bulk->conns[i];

		if (conn->state != SENDING && conn->state != WAITING)
			continue;
		conns[n] = conn;
		fds[n++] = (struct pollfd){ .fd = conn->fd, .events = conn->state == SENDING ? POLLOUT : POLLIN };
	}
	waiting = n;
	if (fd >= 0)
		fds[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	if (poll(fds, n, timeout_ms) <= 0)
		return;
	for (nfds_t i = 0; i < waiting; i++) {
		if (fds[i].revents && conns[i]->state == SENDING)
			send_some(conns[i]);
		else if (fds[i].revents)
			receive(bulk, conns[i]);
	}
}

static bool busy(const struct cw_bench_bulk *bulk)
{
	for (size_t i = 0; i < bulk->n; i++)
		if (bulk->conns[i].state == SENDING || bulk->conns[i].state == WAITING)
			return true;
	return false;
}

void cw_bench_bulk_drain(struct cw_bench_bulk *bulk)
{
	cw_bench_bulk_flush(bulk);
	while (busy(bulk))
		cw_bench_bulk_serve(bulk, -1, 1000);
}

uint64_t cw_bench_bulk_acknowledged(const struct cw_bench_bulk *bulk)
{
	return bulk->acknowledged;
}

void cw_bench_bulk_close(struct cw_bench_bulk *bulk)
{
	for (size_t i = 0; i < bulk->n; i++) {
		close(bulk->conns[i].fd);
		free(bulk->conns[i].body);
	}
	free(bulk);
}
