/*
 * http_load - how many requests a server answers, and how soon: connections that are kept open, each with one
 * request at a time. One thread, a few system calls for each request, nothing parsed that need not be: the server is
 * what is measured.
 *
 *   http_load PORT PATH CONNECTIONS SECONDS
 *
 * Prints JSON: requests, rate, p50_ms, p99_ms, max_ms, bytes (of an answer's body), cpu_s (of this program). Ends
 * with 1 when an answer is not 200 or a connection ends.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bench_util.h"

#define READ_BYTES ((size_t)1 << 16)
#define ANSWER_MS 30000

struct connection {
	int fd;
	struct cw_buf got; /* of the answer so far */
	size_t whole;      /* bytes of the answer; 0: its head is not here yet */
	double sent_s;
};

struct load {
	char *request;
	size_t request_n, body_n;
	double *latencies_s;
	size_t n, cap;
};

static void send_request(struct load *load, struct connection *c)
{
	c->got.n = c->whole = 0;
	c->sent_s = cw_bench_now_s();
	if (send(c->fd, load->request, load->request_n, MSG_NOSIGNAL) != (ssize_t)load->request_n)
		cw_bench_die("a request cannot be sent");
}

static int open_connection(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) },
				       .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		cw_bench_die("nothing listens on port %u", port);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* Looks for the end of the head and the length of the body. */
static void read_head(struct load *load, struct connection *c)
{
	const char *end = strstr(c->got.p, "\r\n\r\n"), *length;

	if (!end)
		return;
	length = strcasestr(c->got.p, "\r\nContent-Length:");
	if (strncmp(c->got.p, "HTTP/1.1 200 ", 13) != 0 || !length || length > end)
		cw_bench_die("an answer that is not expected: %.300s", c->got.p);
	load->body_n = strtoul(length + 17, NULL, 10);
	c->whole = (size_t)(end - c->got.p) + 4 + load->body_n;
}

static void note_latency(struct load *load, double seconds)
{
	if (load->n == load->cap) {
		load->cap = load->cap ? 2 * load->cap : 65536;
		load->latencies_s = cw_realloc(load->latencies_s, load->cap * sizeof(*load->latencies_s));
	}
	load->latencies_s[load->n++] = seconds;
}

/* True when the answer is whole. */
static bool receive(struct load *load, struct connection *c)
{
	ssize_t n;

	cw_buf_reserve(&c->got, READ_BYTES);
	n = recv(c->fd, c->got.p + c->got.n, READ_BYTES, 0);
	if (n <= 0)
		cw_bench_die("the server ended a connection");
	c->got.n += (size_t)n;
	c->got.p[c->got.n] = '\0';
	if (!c->whole)
		read_head(load, c);
	if (!c->whole || c->got.n < c->whole)
		return false;
	note_latency(load, cw_bench_now_s() - c->sent_s);
	return true;
}

static void run(struct load *load, struct connection *connections, size_t n, double seconds)
{
	int poll = epoll_create1(EPOLL_CLOEXEC);
	double end = cw_bench_now_s() + seconds;
	size_t waiting = n;

	for (size_t i = 0; i < n; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = &connections[i] } };

		epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &event);
		send_request(load, &connections[i]);
	}
	while (waiting > 0) {
		struct epoll_event events[64];
		int found = epoll_wait(poll, events, 64, ANSWER_MS);

		if (found == 0)
			cw_bench_die("no answer for %d s", ANSWER_MS / 1000);
		for (int i = 0; i < found; i++) {
			struct connection *c = events[i].data.ptr;

			if (!receive(load, c))
				continue;
			if (cw_bench_now_s() < end)
				send_request(load, c);
			else
				waiting--;
		}
	}
	close(poll);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double percentile_ms(const struct load *load, double share)
{
	return load->latencies_s[(size_t)((double)(load->n - 1) * share)] * 1000;
}

int main(int argc, char **argv)
{
	struct load load = { 0 };
	struct connection *connections;
	double began, seconds;
	uint16_t port;
	size_t n;

	if (argc != 5)
		cw_bench_die("use: http_load PORT PATH CONNECTIONS SECONDS");
	port = (uint16_t)cw_bench_number("PORT", argv[1]);
	n = (size_t)cw_bench_number("CONNECTIONS", argv[3]);
	load.request = cw_format("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: application/json\r\n\r\n", argv[2],
				 port);
	load.request_n = strlen(load.request);
	connections = cw_alloc(n * sizeof(*connections));
	for (size_t i = 0; i < n; i++)
		connections[i].fd = open_connection(port);
	began = cw_bench_now_s();
	run(&load, connections, n, (double)cw_bench_number("SECONDS", argv[4]));
	seconds = cw_bench_now_s() - began;
	qsort(load.latencies_s, load.n, sizeof(*load.latencies_s), compare);
	printf("{\"requests\":%zu,\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
	       "\"bytes\":%zu,\"cpu_s\":%.3f}\n",
	       load.n, (double)load.n / seconds, percentile_ms(&load, 0.5), percentile_ms(&load, 0.99),
	       percentile_ms(&load, 1), load.body_n, cw_bench_cpu_s());
	for (size_t i = 0; i < n; i++) {
		close(connections[i].fd);
		cw_buf_free(&connections[i].got);
	}
	free(connections);
	free(load.latencies_s);
	free(load.request);
	return 0;
}
