#include "mini_http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/mem.h"

struct answer {
	char *method, *path, *body;
	int status;
};

struct mini_http {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	struct answer *answers;
	size_t n;
	struct cw_buf requests;
	struct cw_buf headers; /* of the last one */
	char authorization[256], etag[64], warning[256], retry_after[16];
};

struct exchange {
	char *uri;
	struct cw_buf body;
	int begun;
};

static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *x = cw_alloc(sizeof(*x));

	(void)arg;
	(void)connection;
	x->uri = cw_strdup(uri);
	return x;
}

static const struct answer *find(const struct mini_http *http, const char *method, const char *path, size_t n)
{
	for (size_t i = 0; i < http->n; i++)
		if (strcmp(http->answers[i].method, method) == 0 && strlen(http->answers[i].path) == n &&
		    strncmp(http->answers[i].path, path, n) == 0)
			return &http->answers[i];
	return NULL;
}

static enum MHD_Result add_header(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	cw_buf_printf(arg, "%s: %s\n", name, value ? value : "");
	return MHD_YES;
}

static enum MHD_Result reply(struct mini_http *http, struct MHD_Connection *connection, const char *method,
			     const struct exchange *x)
{
	const char *authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
	const char *if_match = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-Match");
	const struct answer *answer;
	struct MHD_Response *response;
	enum MHD_Result result;
	const char *body;

	pthread_mutex_lock(&http->lock);
	cw_buf_printf(&http->requests, "%s %s%s%s%s%s\n", method, x->uri, if_match ? " if " : "",
		      if_match ? if_match : "", x->body.n ? " " : "", x->body.n ? x->body.p : "");
	http->headers.n = 0;
	MHD_get_connection_values(connection, MHD_HEADER_KIND, add_header, &http->headers);
	snprintf(http->authorization, sizeof(http->authorization), "%s", authorization ? authorization : "");
	answer = find(http, method, x->uri, strcspn(x->uri, "?"));
	body = answer ? answer->body : "";
	response = MHD_create_response_from_buffer(strlen(body), (void *)body, MHD_RESPMEM_MUST_COPY);
	if (*http->etag)
		MHD_add_response_header(response, "ETag", http->etag);
	if (*http->warning)
		MHD_add_response_header(response, "Warning", http->warning);
	if (*http->retry_after)
		MHD_add_response_header(response, "Retry-After", http->retry_after);
	result = MHD_queue_response(connection, answer ? (unsigned)answer->status : 404, response);
	MHD_destroy_response(response);
	pthread_mutex_unlock(&http->lock);
	return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct exchange *x = *state;

	(void)url;
	(void)version;
	if (!x->begun) {
		x->begun = 1;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		cw_buf_append(&x->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	return reply(arg, connection, method, x);
}

static void on_end(void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;

	(void)arg;
	(void)connection;
	(void)why;
	if (!x)
		return;
	free(x->uri);
	cw_buf_free(&x->body);
	free(x);
	*state = NULL;
}

static struct mini_http *start(unsigned flags, const char *identity)
{
	struct mini_http *http = cw_alloc(sizeof(*http));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	pthread_mutex_init(&http->lock, NULL);
	http->daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | flags, 0, NULL, NULL, on_request, http,
					MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED,
					on_end, NULL, MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL,
					identity ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, identity,
					MHD_OPTION_HTTPS_MEM_CERT, identity, MHD_OPTION_END);
	if (http->daemon)
		return http;
	mini_http_stop(http);
	return NULL;
}

struct mini_http *mini_http_start(void)
{
	return start(0, NULL);
}

struct mini_http *mini_http_start_tls(const char *identity)
{
	return start(MHD_USE_TLS, identity);
}

void mini_http_stop(struct mini_http *http)
{
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	for (size_t i = 0; i < http->n; i++) {
		free(http->answers[i].method);
		free(http->answers[i].path);
		free(http->answers[i].body);
	}
	free(http->answers);
	cw_buf_free(&http->requests);
	cw_buf_free(&http->headers);
	pthread_mutex_destroy(&http->lock);
	free(http);
}

int mini_http_port(const struct mini_http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

int mini_http_free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0), port = 1;

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, n) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &n) == 0)
		port = ntohs(address.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

void mini_http_answer(struct mini_http *http, const char *method, const char *path, int status, const char *body)
{
	struct answer *answer;

	pthread_mutex_lock(&http->lock);
	answer = (struct answer *)find(http, method, path, strlen(path));
	if (!answer) {
		http->answers = cw_realloc(http->answers, (http->n + 1) * sizeof(*http->answers));
		answer = &http->answers[http->n++];
		*answer = (struct answer){ .method = cw_strdup(method), .path = cw_strdup(path) };
	}
	free(answer->body);
	answer->body = cw_strdup(body);
	answer->status = status;
	pthread_mutex_unlock(&http->lock);
}

void mini_http_etag(struct mini_http *http, const char *etag)
{
	pthread_mutex_lock(&http->lock);
	snprintf(http->etag, sizeof(http->etag), "%s", etag);
	pthread_mutex_unlock(&http->lock);
}

void mini_http_retry_after(struct mini_http *http, int seconds)
{
	pthread_mutex_lock(&http->lock);
	snprintf(http->retry_after, sizeof(http->retry_after), "%.0d", seconds); /* nothing for 0 */
	pthread_mutex_unlock(&http->lock);
}

char *mini_http_requests(struct mini_http *http)
{
	char *copy;

	pthread_mutex_lock(&http->lock);
	copy = cw_strdup(http->requests.n ? http->requests.p : "");
	pthread_mutex_unlock(&http->lock);
	return copy;
}

void mini_http_warning(struct mini_http *http, const char *warning)
{
	pthread_mutex_lock(&http->lock);
	snprintf(http->warning, sizeof(http->warning), "%s", warning);
	pthread_mutex_unlock(&http->lock);
}

char *mini_http_headers(struct mini_http *http)
{
	char *copy;

	pthread_mutex_lock(&http->lock);
	copy = cw_strdup(http->headers.n ? http->headers.p : "");
	pthread_mutex_unlock(&http->lock);
	return copy;
}

void mini_http_forget(struct mini_http *http)
{
	pthread_mutex_lock(&http->lock);
	cw_buf_free(&http->requests);
	pthread_mutex_unlock(&http->lock);
}

const char *mini_http_authorization(const struct mini_http *http)
{
	return http->authorization;
}
