#include "rest/exchange.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "rest/negotiate.h"
#include "rest/openapi.h"
#include "rest/reply.h"

/* A body that is too long is read and dropped up to here, so that the client gets to read why. */
#define DRAIN_MAX (8u * CW_REST_BODY_MAX)

struct exchange {
	struct cw_pool_job job; /* first: a job is its exchange */
	struct cw_exchanges *all;
	struct MHD_Connection *connection;
	char *target; /* as it came over the wire */
	char method[16];
	char id[CW_REQUEST_ID_MAX + 1];
	int64_t start_ms;
	bool begun, submitted, sent;
	struct cw_buf body;
	uint64_t received; /* bytes of the body, kept or dropped */
	struct cw_uri uri;
	struct cw_route_match match;
	struct cw_reply reply; /* status 0: not yet known */
};

void cw_request_id_make(char out[CW_REQUEST_ID_MAX + 1])
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (uint64_t)cw_clock_ns();
	snprintf(out, CW_REQUEST_ID_MAX + 1, "%016" PRIx64, random);
}

static const char *header(const struct exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* The client's own id, when it is one that can be repeated in a header and a log line. */
static void take_request_id(struct exchange *exchange)
{
	const char *id = header(exchange, "X-Request-Id");
	size_t n = id ? strlen(id) : 0;
	bool good = n > 0 && n <= CW_REQUEST_ID_MAX;

	for (size_t i = 0; good && i < n; i++)
		good = id[i] > ' ' && id[i] < 0x7f;
	if (good)
		memcpy(exchange->id, id, n + 1);
	else
		cw_request_id_make(exchange->id);
}

void *cw_exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *exchange = cw_alloc(sizeof(*exchange));

	exchange->all = cls;
	exchange->connection = connection;
	exchange->target = cw_strdup(uri ? uri : "");
	exchange->start_ms = cw_clock_ms();
	return exchange;
}

/* ---- reading ---- */

static void refuse_body(struct exchange *exchange)
{
	CW_AUTO_FREE char *text = cw_format("The request body is larger than the %u bytes that are accepted",
					    CW_REST_BODY_MAX);

	cw_reply_error(&exchange->reply, 413, text);
}

/*
 * What is answered before the body: bodies whose end is not to be seen, and such as are far too long, or
 * whose sender waits to hear. The connection is closed after such an answer.
 */
static void refuse_early(struct exchange *exchange)
{
	const char *coding = header(exchange, "Transfer-Encoding"), *length = header(exchange, "Content-Length");
	unsigned long long announced = length && !coding ? strtoull(length, NULL, 10) : 0;

	if (coding && strcasecmp(coding, "chunked") != 0)
		cw_reply_error(&exchange->reply, 501, "The only Transfer-Encoding that is understood is chunked");
	else if (announced > DRAIN_MAX || (announced > CW_REST_BODY_MAX && header(exchange, "Expect")))
		refuse_body(exchange);
}

/* Keeps a piece of the body; false when enough was dropped. */
static bool read_body(struct exchange *exchange, const char *data, size_t n)
{
	exchange->received += n;
	if (exchange->received > DRAIN_MAX)
		return false;
	if (exchange->received > CW_REST_BODY_MAX)
		cw_buf_free(&exchange->body);
	else
		cw_buf_append(&exchange->body, data, n);
	return true;
}

/* ---- deciding what can be decided without the herder ---- */

static enum MHD_Result add_size(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	size_t *size = cls;

	(void)kind;
	*size += strlen(key) + (value ? strlen(value) : 0) + 4;
	return MHD_YES;
}

static enum MHD_Result add_accept(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	(void)kind;
	if (value && strcasecmp(key, "Accept") == 0)
		cw_buf_printf(cls, ",%s", value);
	return MHD_YES;
}

/* Several Accept fields count as one list. */
static bool accepts(const struct exchange *exchange, const char *type)
{
	struct cw_buf accept = { 0 };
	bool accepted;

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_accept, &accept);
	accepted = cw_media_accepted(accept.p, type);
	cw_buf_free(&accept);
	return accepted;
}

static void check_limits(struct exchange *exchange, const char *version)
{
	size_t size = 0;

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_size, &size);
	if (strlen(exchange->target) > CW_REST_URI_MAX)
		cw_reply_http_error(&exchange->reply, 414);
	else if (size > CW_REST_HEADERS_MAX)
		cw_reply_http_error(&exchange->reply, 431);
	else if (!header(exchange, "Host") && strcmp(version, "HTTP/1.0") != 0)
		cw_reply_error(&exchange->reply, 400, "An HTTP/1.1 request needs a Host header field");
}

static void reply_options(struct exchange *exchange)
{
	cw_reply_text(&exchange->reply, 200, "text/plain", cw_strdup(exchange->match.allow));
	exchange->reply.allow = exchange->match.allow;
}

static void find_route(struct exchange *exchange)
{
	struct cw_error err = { 0 };

	if (cw_uri_parse(exchange->target, &exchange->uri, &err) < 0) {
		cw_reply_error_of(&exchange->reply, &err);
		return;
	}
	cw_route_find(exchange->method, &exchange->uri, &exchange->match);
	if (exchange->match.route)
		return;
	if (exchange->match.status == 200) {
		reply_options(exchange);
		return;
	}
	cw_reply_http_error(&exchange->reply, exchange->match.status);
	if (exchange->match.status == 405)
		exchange->reply.allow = exchange->match.allow;
}

static void check_media(struct exchange *exchange)
{
	const char *coding = header(exchange, "Content-Encoding");
	bool writes = strcmp(exchange->method, "POST") == 0 || strcmp(exchange->method, "PUT") == 0 ||
		      strcmp(exchange->method, "PATCH") == 0;

	if (exchange->received > CW_REST_BODY_MAX)
		refuse_body(exchange);
	else if (writes && exchange->received > 0 &&
		 (!cw_media_is(header(exchange, "Content-Type"), "application/json") ||
		  (coding && strcasecmp(coding, "identity") != 0)))
		cw_reply_http_error(&exchange->reply, 415);
	else if (!accepts(exchange, exchange->match.route->produces))
		cw_reply_http_error(&exchange->reply, 406);
}

static void reply_openapi(struct exchange *exchange)
{
	json_t *document = cw_openapi_json(PACKAGE_VERSION);

	cw_reply_json(&exchange->reply, 200, document);
	json_decref(document);
}

/* Sets the reply, unless the herder must be asked. */
static void decide(struct exchange *exchange, const char *version)
{
	check_limits(exchange, version);
	if (!exchange->reply.status)
		find_route(exchange);
	if (!exchange->reply.status)
		check_media(exchange);
	if (!exchange->reply.status && exchange->match.route->handler == CW_HANDLER_OPENAPI)
		reply_openapi(exchange);
}

/* ---- asking the herder ---- */

/* What the client called this server, so that Location works for it. New. */
static char *base_url(const struct exchange *exchange)
{
	const char *host = header(exchange, "Host");
	bool good = host && *host;

	for (const char *p = host; good && *p; p++)
		good = isalnum((unsigned char)*p) || strchr("-._~:[]", *p);
	return good ? cw_format("http://%s", host) : cw_strdup(exchange->all->address);
}

static void call_herder(struct exchange *exchange, const struct cw_rest_request *request)
{
	const struct cw_route *route = exchange->match.route;
	int64_t until_ms = exchange->start_ms + route->deadline_ms, left_ms = until_ms - cw_clock_ms();
	CW_AUTO_FREE char *url = base_url(exchange);
	struct cw_reply_context context = {
		.base_url = url,
		.process = { PACKAGE_VERSION, exchange->all->start_epoch_ms, cw_clock_epoch_ms() },
	};
	struct cw_answer answer = { 0 };

	if (left_ms > 0)
		cw_herder_call(exchange->all->herder, &request->herder, left_ms, &answer);
	else
		cw_error_set(&answer.error, CW_ERR_RETRIABLE,
			     "The worker is currently busy with other requests; this one was not started.");
	context.timed_out = cw_clock_ms() >= until_ms;
	cw_reply_answer(&exchange->reply, route, request, &answer, &context);
	json_decref(answer.body);
}

/* On a thread of the pool. After the connection was resumed the exchange belongs to the event thread again. */
static void run(struct cw_pool_job *job)
{
	struct exchange *exchange = (struct exchange *)job;
	struct cw_rest_request request = { 0 };
	struct cw_error err = { 0 };

	if (cw_rest_request_make(&exchange->match, &exchange->uri, exchange->body.p, exchange->body.n, &request,
				 &err) < 0)
		cw_reply_error_of(&exchange->reply, &err);
	else
		call_herder(exchange, &request);
	cw_rest_request_free(&request);
	MHD_resume_connection(exchange->connection);
}

/* Hands the exchange to the pool, which owns it from then on; false when the reply is known instead. */
static bool submit(struct exchange *exchange)
{
	struct cw_exchanges *all = exchange->all;
	bool stopping;

	pthread_mutex_lock(&all->lock);
	stopping = all->stopping;
	if (!stopping) {
		all->in_flight++;
		exchange->submitted = true;
		exchange->job.run = run;
		MHD_suspend_connection(exchange->connection);
		cw_pool_submit(all->pool, &exchange->job, exchange->match.route->answer == CW_ANSWER_HEALTH);
	}
	pthread_mutex_unlock(&all->lock);
	if (stopping)
		cw_reply_error(&exchange->reply, 500, "Worker is shutting down");
	return !stopping;
}

/* ---- answering ---- */

static void add_headers(struct MHD_Response *response, const struct exchange *exchange)
{
	const struct cw_reply *reply = &exchange->reply;
	char seconds[16];

	MHD_add_response_header(response, "Server", "connect-worker/" PACKAGE_VERSION);
	MHD_add_response_header(response, "X-Request-Id", exchange->id);
	if (reply->content_type)
		MHD_add_response_header(response, "Content-Type", reply->content_type);
	if (reply->location)
		MHD_add_response_header(response, "Location", reply->location);
	if (reply->allow)
		MHD_add_response_header(response, "Allow", reply->allow);
	snprintf(seconds, sizeof(seconds), "%d", CW_REST_RETRY_AFTER_S);
	if (reply->retry_after)
		MHD_add_response_header(response, "Retry-After", seconds);
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
	struct cw_reply *reply = &exchange->reply;
	struct MHD_Response *response =
		MHD_create_response_from_buffer(reply->body_n, reply->body, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	reply->body = NULL;
	add_headers(response, exchange);
	result = MHD_queue_response(exchange->connection, reply->status, response);
	MHD_destroy_response(response);
	exchange->sent = true;
	return result;
}

static enum MHD_Result begin_reading(struct exchange *exchange, const char *method)
{
	exchange->begun = true;
	snprintf(exchange->method, sizeof(exchange->method), "%s", method);
	take_request_id(exchange);
	refuse_early(exchange);
	return exchange->reply.status ? send_reply(exchange) : MHD_YES;
}

/* Called with the head, with each piece of the body, at the end, and again after the connection was resumed. */
enum MHD_Result cw_exchange_handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				   const char *version, const char *upload_data, size_t *upload_data_size,
				   void **context)
{
	struct exchange *exchange = *context;

	(void)cls;
	(void)connection;
	(void)url;
	if (!exchange->begun)
		return begin_reading(exchange, method);
	if (*upload_data_size > 0) {
		bool more = read_body(exchange, upload_data, *upload_data_size);

		*upload_data_size = 0;
		return more ? MHD_YES : MHD_NO;
	}
	if (!exchange->submitted) {
		decide(exchange, version);
		if (!exchange->reply.status && submit(exchange))
			return MHD_YES;
	}
	return send_reply(exchange);
}

/* One line for each request: changes are news, reads are not. */
static void log_exchange(const struct exchange *exchange)
{
	bool reads = strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0 ||
		     strcmp(exchange->method, "OPTIONS") == 0;
	char path[200];
	size_t n = 0;

	for (const char *p = exchange->target; *p && *p != '?' && n < sizeof(path) - 1; p++)
		path[n++] = *p > ' ' && *p < 0x7f ? *p : '?';
	path[n] = '\0';
	cw_log_write(NULL, reads ? CW_LOG_DEBUG : CW_LOG_INFO, "REST %s %s: %u in %" PRId64 " ms, request %s",
		     exchange->method, path, exchange->reply.status, cw_clock_ms() - exchange->start_ms, exchange->id);
}

void cw_exchange_end(void *cls, struct MHD_Connection *connection, void **context,
		     enum MHD_RequestTerminationCode how)
{
	struct exchange *exchange = *context;
	struct cw_exchanges *all = cls;

	(void)connection;
	(void)how;
	if (!exchange)
		return;
	*context = NULL;
	if (exchange->sent)
		log_exchange(exchange);
	if (exchange->submitted) {
		pthread_mutex_lock(&all->lock);
		if (--all->in_flight == 0)
			pthread_cond_broadcast(&all->none);
		pthread_mutex_unlock(&all->lock);
	}
	cw_buf_free(&exchange->body);
	cw_uri_free(&exchange->uri);
	cw_reply_free(&exchange->reply);
	free(exchange->target);
	free(exchange);
}
