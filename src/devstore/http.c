#include "devstore/http.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <microhttpd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/mem.h"

struct cw_http {
	struct MHD_Daemon *daemon;
	cw_http_handler handler;
	void *arg;
	char address[80];
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stopping;
};

/* One request on its way in. */
struct exchange {
	struct cw_http_request request;
	char *path; /* still encoded, so that %2F stays inside its segment */
	bool begun;
	z_stream inflater;
	bool gzip;
	bool inflater_done;
};

/* ---- reading a request --------------------------------------------------------------------- */

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static char *decode(const char *text, size_t n)
{
	char *out = cw_alloc(n + 1), *to = out;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '%' && i + 2 < n && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
			*to++ = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
			i += 2;
		} else {
			*to++ = text[i];
		}
	}
	return out;
}

static void split_path(struct cw_http_request *request)
{
	for (const char *p = request->path; *p;) {
		size_t n = strcspn(p, "/");

		if (n > 0 && request->n_segments == CW_HTTP_SEGMENTS)
			request->too_deep = true;
		else if (n > 0)
			request->segments[request->n_segments++] = decode(p, n);
		p += n + (p[n] == '/');
	}
}

static void exchange_begin(struct exchange *x, struct MHD_Connection *connection, const char *method)
{
	const char *encoding = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Encoding");

	x->begun = true;
	x->request.connection = connection;
	x->request.method = method;
	x->request.path = x->path;
	x->request.content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
	split_path(&x->request);
	if (encoding && strcasecmp(encoding, "gzip") == 0)
		x->gzip = inflateInit2(&x->inflater, 16 + MAX_WBITS) == Z_OK;
	else if (encoding && strcasecmp(encoding, "identity") != 0)
		x->request.body_broken = true;
}

static void exchange_free(struct exchange *x)
{
	for (size_t i = 0; i < x->request.n_segments; i++)
		free(x->request.segments[i]);
	cw_buf_free(&x->request.body);
	if (x->gzip)
		inflateEnd(&x->inflater);
	free(x->path);
	free(x);
}

static void take_inflated(struct exchange *x, const char *p, size_t n)
{
	struct cw_buf *body = &x->request.body;
	int result = Z_OK;

	x->inflater.next_in = (Bytef *)p;
	x->inflater.avail_in = (uInt)n;
	while (x->inflater.avail_in > 0 && result == Z_OK && body->n <= CW_HTTP_BODY_MAX) {
		cw_buf_reserve(body, n * 4 + 4096);
		x->inflater.next_out = (Bytef *)body->p + body->n;
		x->inflater.avail_out = (uInt)(body->cap - body->n - 1);
		result = inflate(&x->inflater, Z_NO_FLUSH);
		body->n = body->cap - 1 - x->inflater.avail_out;
		body->p[body->n] = '\0';
	}
	x->inflater_done = result == Z_STREAM_END;
	if ((result != Z_OK && result != Z_STREAM_END) || (x->inflater_done && x->inflater.avail_in > 0))
		x->request.body_broken = true;
}

static void take(struct exchange *x, const char *p, size_t n)
{
	struct cw_http_request *request = &x->request;

	if (request->body_too_large || request->body_broken)
		return;
	if (x->gzip)
		take_inflated(x, p, n);
	else
		cw_buf_append(&request->body, p, n);
	if (request->body.n > CW_HTTP_BODY_MAX) {
		request->body_too_large = true;
		cw_buf_free(&request->body);
	}
}

/* ---- answering ----------------------------------------------------------------------------- */

struct cut {
	char *body;
	size_t n;
};

static ssize_t send_half(void *arg, uint64_t at, char *out, size_t max)
{
	const struct cut *cut = arg;
	size_t n = cut->n / 2 > at ? cut->n / 2 - (size_t)at : 0;

	if (n == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = n < max ? n : max;
	memcpy(out, cut->body + at, n);
	return (ssize_t)n;
}

static void cut_free(void *arg)
{
	struct cut *cut = arg;

	free(cut->body);
	free(cut);
}

/* A response whose body ends too early; the socket is set up so that its close is a reset. */
static struct MHD_Response *cut_response(struct MHD_Connection *connection, struct cw_buf *body)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	struct cut *cut = cw_alloc(sizeof(*cut));

	if (info)
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	cut->n = body->n;
	cut->body = cw_buf_take(body);
	return MHD_create_response_from_callback(cut->n, 4096, send_half, cut, cut_free);
}

static enum MHD_Result answer(struct cw_http *http, struct MHD_Connection *connection, struct exchange *x)
{
	struct cw_http_response r = { .status = 200 };
	struct MHD_Response *response;
	enum MHD_Result result;
	char seconds[16];
	size_t n;

	if (x->gzip && !x->inflater_done && x->request.body.n > 0)
		x->request.body_broken = true;
	x->request.server = http;
	http->handler(http->arg, &x->request, &r);
	n = r.body.n;
	if (r.reset && n > 1)
		response = cut_response(connection, &r.body);
	else
		response = MHD_create_response_from_buffer(n, cw_buf_take(&r.body), MHD_RESPMEM_MUST_FREE);
	cw_buf_free(&r.body);
	MHD_add_response_header(response, "X-elastic-product", "Elasticsearch");
	MHD_add_response_header(response, "Content-Type", r.content_type ? r.content_type : "application/json");
	if (r.allow[0])
		MHD_add_response_header(response, "Allow", r.allow);
	if (r.retry_after > 0) {
		snprintf(seconds, sizeof(seconds), "%d", r.retry_after);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
	result = MHD_queue_response(connection, (unsigned)r.status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct exchange *x = *state;

	(void)version;
	(void)url;
	if (!x->begun) {
		exchange_begin(x, connection, method);
		return MHD_YES;
	}
	if (*upload_size > 0) {
		take(x, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	return answer(arg, connection, x);
}

static void on_end(void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)connection;
	(void)why;
	if (*state)
		exchange_free(*state);
	*state = NULL;
}

/* The first sign of a request, with its path as it was sent. */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *x = cw_alloc(sizeof(*x));

	(void)arg;
	(void)connection;
	x->path = cw_strndup(uri, strcspn(uri, "?"));
	return x;
}

__attribute__((format(printf, 2, 0))) static void on_message(void *arg, const char *fmt, va_list ap)
{
	(void)arg;
	if (cw_log_get_level() >= CW_LOG_DEBUG)
		cw_log_vwrite(NULL, CW_LOG_DEBUG, fmt, ap);
}

/* ---- query parameters ---------------------------------------------------------------------- */

const char *cw_http_query(const struct cw_http_request *request, const char *name)
{
	const char *value;
	size_t n;

	if (MHD_lookup_connection_value_n(request->connection, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value, &n) ==
	    MHD_NO)
		return NULL;
	return value ? value : "";
}

struct each {
	bool (*fn)(const char *name, void *arg);
	void *arg;
};

static enum MHD_Result on_query(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
	const struct each *each = arg;

	(void)kind;
	(void)value;
	return each->fn(key, each->arg) ? MHD_YES : MHD_NO;
}

void cw_http_each_query(const struct cw_http_request *request, bool (*fn)(const char *name, void *arg), void *arg)
{
	struct each each = { .fn = fn, .arg = arg };

	MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, on_query, &each);
}

/* ---- starting and stopping ----------------------------------------------------------------- */

static int resolve(const char *listen, struct sockaddr_storage *out, struct cw_error *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE };
	const char *colon = strrchr(listen, ':'), *port = colon ? colon + 1 : listen;
	CW_AUTO_FREE char *host = colon ? cw_strndup(listen, (size_t)(colon - listen)) : cw_strdup("");
	char *name = host, *end;
	struct addrinfo *found;
	size_t n = strlen(host);
	long number = strtol(port, &end, 10);
	int result;

	if (!*port || *end || number < 0 || number > 65535)
		return cw_error_set(err, CW_ERR_INVALID,
				    "\"%s\" is no address to listen on: use HOST:PORT, such as "
				    "127.0.0.1:9200 (port 0: any free one)",
				    listen);
	if (n > 1 && host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		name = host + 1;
	}
	result = getaddrinfo(*name ? name : "127.0.0.1", port, &hints, &found);
	if (result)
		return cw_error_set(err, CW_ERR_INVALID, "cannot listen on \"%s\": %s", listen, gai_strerror(result));
	memcpy(out, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

static void name_address(struct cw_http *http, const struct sockaddr_storage *address)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
	char host[48] = "";

	getnameinfo((const struct sockaddr *)address, sizeof(*address), host, sizeof(host), NULL, 0, NI_NUMERICHOST);
	snprintf(http->address, sizeof(http->address), strchr(host, ':') ? "[%s]:%u" : "%s:%u", host,
		 info ? (unsigned)info->port : 0);
}

struct cw_http *cw_http_start(const char *listen, cw_http_handler handler, void *arg, struct cw_error *err)
{
	struct sockaddr_storage address = { 0 };
	struct cw_http *http;
	unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ERROR_LOG | MHD_USE_ITC;

	if (resolve(listen, &address, err))
		return NULL;
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	http = cw_alloc(sizeof(*http));
	http->handler = handler;
	http->arg = arg;
	pthread_mutex_init(&http->lock, NULL);
	cw_condition_init(&http->stopped);
	errno = 0;
	http->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_message,
					NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
					MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
					NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)256 * 1024, MHD_OPTION_END);
	if (!http->daemon) {
		cw_error_set(err, CW_ERR_FATAL, "cannot listen on %s: %s", listen, errno ? strerror(errno) : "refused");
		cw_http_stop(http);
		return NULL;
	}
	name_address(http, &address);
	return http;
}

const char *cw_http_address(const struct cw_http *http)
{
	return http->address;
}

void cw_http_stop(struct cw_http *http)
{
	if (!http)
		return;
	pthread_mutex_lock(&http->lock);
	http->stopping = true;
	pthread_cond_broadcast(&http->stopped);
	pthread_mutex_unlock(&http->lock);
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	pthread_cond_destroy(&http->stopped);
	pthread_mutex_destroy(&http->lock);
	free(http);
}

void cw_http_wait(struct cw_http *http, int ms)
{
	int64_t until_ms = cw_clock_ms() + ms;

	pthread_mutex_lock(&http->lock);
	while (!http->stopping && cw_condition_wait(&http->stopped, &http->lock, until_ms))
		;
	pthread_mutex_unlock(&http->lock);
}
