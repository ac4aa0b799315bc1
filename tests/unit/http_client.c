#include "http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

int http_open(const char *url)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct timeval deadline = { 10, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons((unsigned short)atoi(strrchr(url, ':') + 1));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

bool http_send(int fd, const void *p, size_t n)
{
	const char *next = p;

	while (n > 0) {
		ssize_t sent = send(fd, next, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		next += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* Reads byte by byte to the end of the head, so that nothing of a next answer is taken. */
static bool receive_head(int fd, struct cw_buf *head)
{
	char c;

	while (head->n < 65536 && recv(fd, &c, 1, 0) == 1) {
		cw_buf_append(head, &c, 1);
		if (head->n >= 4 && memcmp(head->p + head->n - 4, "\r\n\r\n", 4) == 0)
			return true;
	}
	return false;
}

static void receive_body(int fd, size_t n, struct http_answer *out)
{
	out->body = cw_alloc(n + 1);
	while (out->body_n < n) {
		ssize_t got = recv(fd, out->body + out->body_n, n - out->body_n, 0);

		if (got <= 0) {
			out->status = 0;
			return;
		}
		out->body_n += (size_t)got;
	}
}

void http_receive(int fd, bool head_only, struct http_answer *out)
{
	struct cw_buf head = { 0 };
	bool whole = receive_head(fd, &head);
	char *length;

	*out = (struct http_answer){ .head = cw_buf_take(&head) };
	if (!whole || sscanf(out->head, "HTTP/1.1 %d", &out->status) != 1)
		return;
	length = http_header(out, "Content-Length");
	receive_body(fd, length && !head_only ? (size_t)strtoul(length, NULL, 10) : 0, out);
	free(length);
}

void http_exchange(const char *url, const char *request, size_t n, bool head_only, struct http_answer *out)
{
	int fd = http_open(url);

	http_send(fd, request, n);
	http_receive(fd, head_only, out);
	if (fd >= 0)
		close(fd);
}

char *http_header(const struct http_answer *answer, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = strstr(answer->head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
			const char *value = line + 3 + n + strspn(line + 3 + n, " ");

			return cw_strndup(value, strcspn(value, "\r"));
		}
	return NULL;
}

void http_answer_free(struct http_answer *answer)
{
	free(answer->head);
	free(answer->body);
	*answer = (struct http_answer){ 0 };
}

bool http_is_closed(int fd, int64_t within_ms)
{
	int64_t until_ms = cw_clock_ms() + within_ms;
	char byte;

	while (cw_clock_ms() < until_ms) {
		ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK))
			return true;
		if (n < 0)
			nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	}
	return false;
}
