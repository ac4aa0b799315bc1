/* See bulksink.h. One epoll loop a thread; the threads share the port (SO_REUSEPORT). */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "bulksink.h"

#define HEAD_MAX 65536u
#define READ_BYTES 262144u
#define EVENTS 64

struct cw_bulksink_conn {
	int fd;
	bool close_after, continued;
	int64_t due_us; /* > 0: the answer waits for that time */
	struct cw_buf in, out, body, inflated;
	size_t out_at;
	struct cw_bulksink_conn *next_delayed;
};

/* One complete request; slices of the connection's buffers. */
struct request {
	const char *method, *path, *body;
	size_t method_n, path_n, body_n;
	bool gzip;
};

static void reply(struct cw_bulksink_conn *conn, const char *status, const char *body, size_t n, bool head)
{
	cw_buf_printf(&conn->out,
		      "HTTP/1.1 %s\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json; "
		      "charset=UTF-8\r\ncontent-length: %zu\r\n%s\r\n",
		      status, n, conn->close_after ? "connection: close\r\n" : "");
	if (!head)
		cw_buf_append(&conn->out, body, n);
}

static void reply_text(struct cw_bulksink_conn *conn, const char *status, const char *text)
{
	reply(conn, status, text, strlen(text), false);
}

static bool is(const char *p, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(p, text, n) == 0;
}

static bool ends_with(const char *p, size_t n, const char *tail)
{
	size_t k = strlen(tail);

	return n >= k && memcmp(p + n - k, tail, k) == 0;
}

static bool inflate_body(struct cw_bulksink_conn *conn, struct request *request)
{
	struct cw_buf *out = &conn->inflated;
	z_stream z = { 0 };
	int rc;

	if (inflateInit2(&z, 15 + 32) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)request->body;
	z.avail_in = (uInt)request->body_n;
	out->n = 0;
	do {
		cw_buf_reserve(out, READ_BYTES);
		z.next_out = (Bytef *)out->p + out->n;
		z.avail_out = READ_BYTES;
		rc = inflate(&z, Z_NO_FLUSH);
		out->n += READ_BYTES - z.avail_out;
	} while (rc == Z_OK);
	inflateEnd(&z);
	request->body = out->p;
	request->body_n = out->n;
	return rc == Z_STREAM_END;
}

/* False: the connection is to be reset at once. */
static bool handle_bulk(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn, struct request *request)
{
	struct cw_bulksink *sink = loop->sink;
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	double delay_ms = sink->settings[CW_BS_SET_DELAY_MS];

	cw_bulksink_count(sink, CW_BS_WIRE_BYTES, request->body_n);
	if (cw_bulksink_chance(loop, sink->settings[CW_BS_SET_RESET])) {
		cw_bulksink_count(sink, CW_BS_RESETS, 1);
		setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		return false;
	}
	if (cw_bulksink_chance(loop, sink->settings[CW_BS_SET_REQ503])) {
		cw_bulksink_count(sink, CW_BS_REQ503, 1);
		reply_text(conn, "503 Service Unavailable",
			   "{\"error\":{\"type\":\"unavailable\",\"reason\":\"injected\"},\"status\":503}");
		return true;
	}
	if (cw_bulksink_chance(loop, sink->settings[CW_BS_SET_REQ429])) {
		cw_bulksink_count(sink, CW_BS_REQ429, 1);
		reply_text(conn, "429 Too Many Requests",
			   "{\"error\":{\"type\":\"circuit_breaking_exception\",\"reason\":\"injected\"},\"status\":429}");
		return true;
	}
	if (request->gzip) {
		cw_bulksink_count(sink, CW_BS_GZIP, 1);
		if (!inflate_body(conn, request)) {
			cw_bulksink_count(sink, CW_BS_MALFORMED, 1);
			reply_text(conn, "400 Bad Request", "{\"error\":\"the body is not gzip\",\"status\":400}");
			return true;
		}
	}
	if (cw_bulksink_bulk(loop, request->path, request->path_n, request->body, request->body_n) == 200)
		reply(conn, "200 OK", loop->answer.p, loop->answer.n, false);
	else
		reply(conn, "400 Bad Request", loop->answer.p, loop->answer.n, false);
	if (delay_ms > 0) {
		conn->due_us = cw_bulksink_now_us() + (int64_t)(delay_ms * 1000);
		conn->next_delayed = loop->delayed;
		loop->delayed = conn;
	}
	return true;
}

static void describe(const struct cw_bulksink *sink, struct cw_buf *out)
{
	cw_buf_printf(out,
		      "{\"name\":\"bulksink\",\"cluster_name\":\"bulksink\",\"cluster_uuid\":\"bulksinkbulksinkbulksi\","
		      "\"version\":{\"number\":\"%s\",\"build_flavor\":\"default\",\"build_type\":\"tar\",\"build_hash\":"
		      "\"0\",\"build_date\":\"2026-01-01T00:00:00Z\",\"build_snapshot\":false,\"lucene_version\":\"9.8.0\","
		      "\"minimum_wire_compatibility_version\":\"7.17.0\",\"minimum_index_compatibility_version\":\"7.0.0\"},"
		      "\"tagline\":\"You Know, for Search\"}\n",
		      sink->version);
}

/* Everything but _bulk: its own control paths, and yes to whatever a client sets up. */
static void handle_other(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn, const struct request *request,
			 size_t path_n)
{
	struct cw_bulksink *sink = loop->sink;
	struct cw_buf *out = &loop->answer;
	const char *path = request->path, *status = "200 OK";
	bool head = is(request->method, request->method_n, "HEAD");

	out->n = 0;
	cw_buf_puts(out, "");
	if (is(path, path_n, "/_stats.json")) {
		cw_bulksink_stats(sink, out);
	} else if (is(path, path_n, "/_sample")) {
		pthread_mutex_lock(&sink->sample_lock);
		cw_buf_append(out, sink->sample.p, sink->sample.n);
		pthread_mutex_unlock(&sink->sample_lock);
	} else if (is(path, path_n, "/_reset")) {
		cw_bulksink_reset(sink);
		cw_buf_puts(out, "{\"acknowledged\":true}");
	} else if (is(path, path_n, "/_fault")) {
		const char *query = path_n < request->path_n ? path + path_n + 1 : path + path_n;

		if (cw_bulksink_set(sink, query, (size_t)(path + request->path_n - query)) == 0) {
			cw_buf_puts(out, "{\"acknowledged\":true}");
		} else {
			status = "400 Bad Request";
			cw_buf_puts(out, "{\"error\":\"unknown setting\",\"status\":400}");
		}
	} else if (is(path, path_n, "/")) {
		describe(sink, out);
	} else if (ends_with(path, path_n, "/_count")) {
		cw_buf_printf(out, "{\"count\":%llu}", (unsigned long long)sink->counters[CW_BS_OK]);
	} else if (head || is(request->method, request->method_n, "GET")) {
		cw_buf_puts(out, "{}");
	} else {
		cw_buf_puts(out, "{\"acknowledged\":true,\"shards_acknowledged\":true}");
	}
	reply(conn, status, out->p, out->n, head);
}

static bool handle(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn, struct request *request)
{
	const char *query = memchr(request->path, '?', request->path_n);
	size_t path_n = query ? (size_t)(query - request->path) : request->path_n;

	cw_bulksink_count(loop->sink, CW_BS_REQUESTS, 1);
	if (ends_with(request->path, path_n, "/_bulk") && request->method[0] == 'P')
		return handle_bulk(loop, conn, request);
	handle_other(loop, conn, request, path_n);
	return true;
}

/* The value of a header between p and end, or NULL. */
static const char *header(const char *p, const char *end, const char *name, size_t *value_n)
{
	size_t k = strlen(name);

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end, *value;

		if ((size_t)(stop - p) > k && p[k] == ':' && strncasecmp(p, name, k) == 0) {
			for (value = p + k + 1; value < stop && *value == ' '; value++)
				;
			while (stop > value && (stop[-1] == '\r' || stop[-1] == ' '))
				stop--;
			*value_n = (size_t)(stop - value);
			return value;
		}
		p = stop + 1;
	}
	return NULL;
}

static bool header_is(const char *p, const char *end, const char *name, const char *value)
{
	size_t n;
	const char *found = header(p, end, name, &n);

	return found && n == strlen(value) && strncasecmp(found, value, n) == 0;
}

/* A chunked body into conn->body: the bytes it took, or 0 when it is not complete yet. */
static size_t read_chunks(struct cw_bulksink_conn *conn, const char *start, const char *end)
{
	const char *p = start;

	conn->body.n = 0;
	for (;;) {
		const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		size_t n;

		if (!nl)
			return 0;
		n = strtoull(p, NULL, 16);
		p = nl + 1;
		if ((size_t)(end - p) < n + 2)
			return 0;
		if (!n)
			return (size_t)(p + 2 - start);
		cw_buf_append(&conn->body, p, n);
		p += n + 2;
	}
}

/* The bytes of the request that starts at p; 0: not complete; -1: no HTTP. */
static ssize_t parse(struct cw_bulksink_conn *conn, const char *p, size_t n, struct request *request)
{
	const char *head_end = memmem(p, n, "\r\n\r\n", 4), *space, *fields, *value;
	size_t head_n, value_n, used;

	if (!head_end)
		return n > HEAD_MAX ? -1 : 0;
	head_n = (size_t)(head_end - p) + 4;
	space = memchr(p, ' ', head_n);
	fields = memchr(p, '\n', head_n);
	if (!space || space > fields || !(value = memchr(space + 1, ' ', (size_t)(fields - space - 1))))
		return -1;
	*request = (struct request){ .method = p, .method_n = (size_t)(space - p), .path = space + 1 };
	request->path_n = (size_t)(value - request->path);
	request->gzip = header_is(fields + 1, head_end, "content-encoding", "gzip");
	if (header_is(fields + 1, head_end, "connection", "close"))
		conn->close_after = true;
	if (header_is(fields + 1, head_end, "transfer-encoding", "chunked")) {
		used = read_chunks(conn, p + head_n, p + n);
		request->body = conn->body.p;
		request->body_n = conn->body.n;
		if (used)
			return (ssize_t)(head_n + used);
	} else {
		value = header(fields + 1, head_end, "content-length", &value_n);
		request->body = p + head_n;
		request->body_n = value ? strtoull(value, NULL, 10) : 0;
		if (n >= head_n + request->body_n)
			return (ssize_t)(head_n + request->body_n);
	}
	if (!conn->continued && header(fields + 1, head_end, "expect", &value_n)) {
		cw_buf_puts(&conn->out, "HTTP/1.1 100 Continue\r\n\r\n");
		conn->continued = true;
	}
	return 0;
}

/* Handles the complete requests of the input; false: drop the connection. */
static bool consume(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn)
{
	size_t at = 0;
	bool keep = true;

	while (keep && conn->in.n > at && !conn->due_us) {
		struct request request;
		ssize_t used = parse(conn, conn->in.p + at, conn->in.n - at, &request);

		if (used == 0)
			break;
		keep = used > 0 && handle(loop, conn, &request);
		at += used > 0 ? (size_t)used : 0;
		conn->continued = false;
	}
	if (at) {
		memmove(conn->in.p, conn->in.p + at, conn->in.n - at);
		conn->in.n -= at;
	}
	return keep;
}

static void watch(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn, int op, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = conn };

	epoll_ctl(loop->epoll_fd, op, conn->fd, &event);
}

/* Writes what there is; false: drop the connection. */
static bool flush(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn)
{
	while (conn->out_at < conn->out.n) {
		ssize_t n = send(conn->fd, conn->out.p + conn->out_at, conn->out.n - conn->out_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			watch(loop, conn, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
			return true;
		}
		if (n < 0)
			return false;
		conn->out_at += (size_t)n;
	}
	if (conn->out.n && conn->close_after)
		return false;
	conn->out.n = conn->out_at = 0;
	return true;
}

static void accept_conn(struct cw_bulksink_loop *loop)
{
	int fd = accept4(loop->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
	struct cw_bulksink_conn *conn;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	conn = cw_alloc(sizeof(*conn));
	conn->fd = fd;
	cw_bulksink_count(loop->sink, CW_BS_CONNECTIONS, 1);
	watch(loop, conn, EPOLL_CTL_ADD, EPOLLIN);
}

static void drop(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn)
{
	for (struct cw_bulksink_conn **p = &loop->delayed; *p; p = &(*p)->next_delayed)
		if (*p == conn) {
			*p = conn->next_delayed;
			break;
		}
	close(conn->fd);
	cw_buf_free(&conn->in);
	cw_buf_free(&conn->out);
	cw_buf_free(&conn->body);
	cw_buf_free(&conn->inflated);
	free(conn);
}

/* False at the end of the stream or an error. */
static bool receive(struct cw_bulksink_conn *conn)
{
	for (;;) {
		size_t room;
		ssize_t n;

		cw_buf_reserve(&conn->in, READ_BYTES);
		room = conn->in.cap - conn->in.n - 1;
		n = recv(conn->fd, conn->in.p + conn->in.n, room, 0);
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		conn->in.n += (size_t)n;
		if ((size_t)n < room)
			return true;
	}
}

static void serve_conn(struct cw_bulksink_loop *loop, struct cw_bulksink_conn *conn, uint32_t events)
{
	bool keep = true;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		keep = receive(conn) && consume(loop, conn);
	if (keep && !conn->due_us) {
		keep = flush(loop, conn);
		if (keep && (events & EPOLLOUT) && !conn->out.n)
			watch(loop, conn, EPOLL_CTL_MOD, EPOLLIN);
	}
	if (!keep)
		drop(loop, conn);
}

/* Answers what is due; returns the milliseconds to the next one, or -1. */
static int serve_delayed(struct cw_bulksink_loop *loop)
{
	int64_t now_us = cw_bulksink_now_us(), next_us = INT64_MAX;
	struct cw_bulksink_conn **p = &loop->delayed;

	while (*p) {
		struct cw_bulksink_conn *conn = *p;

		if (conn->due_us > now_us) {
			next_us = conn->due_us < next_us ? conn->due_us : next_us;
			p = &conn->next_delayed;
			continue;
		}
		*p = conn->next_delayed;
		conn->due_us = 0;
		if (!flush(loop, conn) || !consume(loop, conn) || (!conn->due_us && !flush(loop, conn)))
			drop(loop, conn);
		next_us = INT64_MAX;
		p = &loop->delayed;
	}
	return next_us == INT64_MAX ? -1 : (int)((next_us - now_us + 999) / 1000);
}

static void *run(void *arg)
{
	struct cw_bulksink_loop *loop = arg;
	struct epoll_event events[EVENTS], listening = { .events = EPOLLIN, .data.ptr = NULL };

	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->listen_fd, &listening);
	for (;;) {
		int timeout_ms = serve_delayed(loop);
		int n = epoll_wait(loop->epoll_fd, events, EVENTS, timeout_ms);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				serve_conn(loop, events[i].data.ptr, events[i].events);
			else
				accept_conn(loop);
		}
	}
	return NULL;
}

/* *port 0 becomes the port that the system chose. */
static int listen_on(const char *host, uint16_t *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(*port) };
	socklen_t size = sizeof(address);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
		fprintf(stderr, "bulksink: --host %s is not an IPv4 address\n", host);
		exit(2);
	}
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 128) ||
	    getsockname(fd, (struct sockaddr *)&address, &size)) {
		fprintf(stderr, "bulksink: cannot listen on %s:%u: %s\n", host, *port, strerror(errno));
		exit(1);
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: bulksink [--host ADDRESS] [--port N] [--threads N] [--es-version V] [--set NAME=VALUE&…]\n"
		"Prints its address on stdout. --port 0 (the default) takes a free one.\n"
		"Settings, also by POST /_fault?NAME=VALUE&…: item429, item400, req503, req429, reset (percent),\n"
		"delay_ms, ids=1 (count distinct ids), latency=1 (read ?t=MICROSECONDS in documents).\n"
		"GET /_stats.json, GET /_sample, POST /_reset.\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "host", 1, 0, 'h' },	      { "port", 1, 0, 'p' }, { "threads", 1, 0, 't' },
						 { "es-version", 1, 0, 'v' }, { "set", 1, 0, 's' },  { 0 } };
	struct cw_bulksink sink = { .version = "8.11.0",
				    .ids_lock = PTHREAD_MUTEX_INITIALIZER,
				    .sample_lock = PTHREAD_MUTEX_INITIALIZER };
	struct cw_bulksink_loop *loops;
	const char *host = "127.0.0.1";
	uint16_t port = 0;
	size_t threads = 1;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			host = optarg;
		else if (c == 'p')
			port = (uint16_t)strtoul(optarg, NULL, 10);
		else if (c == 't')
			threads = strtoul(optarg, NULL, 10);
		else if (c == 'v')
			sink.version = optarg;
		else if (c != 's' || cw_bulksink_set(&sink, optarg, strlen(optarg)))
			return usage();
	}
	if (optind < argc || threads < 1 || threads > 64)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	loops = cw_alloc(threads * sizeof(*loops));
	for (size_t i = 0; i < threads; i++) {
		loops[i].sink = &sink;
		loops[i].rng = UINT64_C(88172645463325252) + i * 7919;
		loops[i].listen_fd = listen_on(host, &port);
	}
	printf("http://%s:%u\n", host, port);
	fflush(stdout);
	for (size_t i = 1; i < threads; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, run, &loops[i]) != 0)
			return 1;
	}
	run(&loops[0]);
}
