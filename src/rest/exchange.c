#include "rest/exchange_impl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "rest/peer.h"
#include "rest/strays.h"

void cw_request_id_make(char out[CW_REQUEST_ID_MAX + 1])
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (uint64_t)cw_clock_ns();
	snprintf(out, CW_REQUEST_ID_MAX + 1, "%016" PRIx64, random);
}

const char *cw_exchange_header(const struct cw_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* The client's own id, when it is one that can be repeated in a header and a log line. */
static void take_request_id(struct cw_exchange *exchange)
{
	const char *id = cw_exchange_header(exchange, "X-Request-Id");
	size_t n = id ? strlen(id) : 0;
	bool good = n > 0 && n <= CW_REQUEST_ID_MAX;

	for (size_t i = 0; good && i < n; i++)
		good = id[i] > ' ' && id[i] < 0x7f;
	if (good)
		memcpy(exchange->id, id, n + 1);
	else
		cw_request_id_make(exchange->id);
}

static void enter(const struct cw_exchange *exchange, enum cw_connection_phase phase)
{
	cw_connection_phase(exchange->endpoint->all->connections, exchange->socket, phase);
}

void *cw_exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct cw_exchange *exchange = cw_alloc(sizeof(*exchange));

	exchange->endpoint = cls;
	exchange->connection = connection;
	exchange->socket = info->socket_context;
	exchange->target = cw_strdup(uri ? uri : "");
	exchange->start_ms = cw_clock_ms();
	enter(exchange, CW_CONNECTION_READING);
	return exchange;
}

/* ---- handing over ---- */

bool cw_exchange_hand_over(struct cw_exchange *exchange, struct cw_pool *pool, void (*run)(struct cw_pool_job *job),
			   bool urgent)
{
	struct cw_exchanges *all = exchange->endpoint->all;
	bool stopping;

	pthread_mutex_lock(&all->lock);
	stopping = all->stopping;
	if (!stopping) {
		all->in_flight++;
		all->asking += pool == all->pool;
		exchange->counted = true;
		exchange->job.run = run;
		enter(exchange, CW_CONNECTION_WORKING);
		MHD_suspend_connection(exchange->connection);
		cw_pool_submit(pool, &exchange->job, urgent);
	}
	pthread_mutex_unlock(&all->lock);
	if (stopping)
		cw_reply_error(&exchange->reply, 500, "Worker is shutting down");
	return !stopping;
}

void cw_exchange_hand_back(struct cw_exchange *exchange)
{
	struct cw_exchanges *all = exchange->endpoint->all;

	MHD_resume_connection(exchange->connection);
	pthread_mutex_lock(&all->lock);
	if (--all->asking == 0)
		pthread_cond_broadcast(&all->none);
	pthread_mutex_unlock(&all->lock);
}

bool cw_exchange_is_urgent(const struct cw_exchange *exchange)
{
	return exchange->match.route->answer == CW_ANSWER_HEALTH;
}

/* It is the event thread's again, or done with. */
static void count_off(struct cw_exchange *exchange)
{
	struct cw_exchanges *all = exchange->endpoint->all;

	if (!exchange->counted)
		return;
	exchange->counted = false;
	pthread_mutex_lock(&all->lock);
	if (--all->in_flight == 0)
		pthread_cond_broadcast(&all->none);
	pthread_mutex_unlock(&all->lock);
}

/* ---- reading ---- */

/* Keeps a piece of the body, when it is needed; false when enough was dropped. */
static bool read_body(struct cw_exchange *exchange, const char *data, size_t n)
{
	exchange->received += n;
	if (exchange->received > CW_REST_DRAIN_MAX)
		return false;
	if (exchange->reply.status || exchange->received > CW_REST_BODY_MAX)
		cw_buf_free(&exchange->body);
	else
		cw_buf_append(&exchange->body, data, n);
	return true;
}

/* ---- answering ---- */

/* "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale is. */
static void http_date(int64_t epoch_ms, char out[40])
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t seconds = (time_t)(epoch_ms / 1000);
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		tm = (struct tm){ .tm_mday = 1, .tm_year = 70, .tm_wday = 4 };
	snprintf(out, 40, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* response.http.headers.config. */
static void add_configured_headers(struct MHD_Response *response, const struct cw_header_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct cw_header_rule *rule = &rules->items[i];
		const char *value, *old;
		char date[40];

		while (!rule->add && (old = MHD_get_response_header(response, rule->name)) != NULL)
			if (MHD_del_response_header(response, rule->name, old) != MHD_YES)
				break;
		http_date(cw_clock_epoch_ms() + rule->offset_ms, date);
		value = rule->value ? rule->value : date;
		MHD_add_response_header(response, rule->name, value);
	}
}

/* What is odd in the query, before what is odd in the body. */
static void warn_of_strays(struct cw_exchange *exchange)
{
	json_t *sentences;

	if (!exchange->match.route || exchange->uri.n_params == 0)
		return;
	sentences = cw_strays_of(exchange->match.route, &exchange->uri);
	json_array_extend(sentences, exchange->reply.warnings);
	json_decref(exchange->reply.warnings);
	exchange->reply.warnings = sentences;
}

static void add_warnings(struct MHD_Response *response, const struct cw_reply *reply)
{
	char *warning;

	for (size_t i = 0; (warning = cw_reply_warning(reply, i)) != NULL; i++) {
		MHD_add_response_header(response, "Warning", warning);
		free(warning);
	}
}

static void add_headers(struct MHD_Response *response, const struct cw_exchange *exchange)
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
	if (*reply->etag)
		MHD_add_response_header(response, "ETag", reply->etag);
	snprintf(seconds, sizeof(seconds), "%d", CW_REST_RETRY_AFTER_S);
	if (reply->retry_after)
		MHD_add_response_header(response, "Retry-After", seconds);
	add_warnings(response, reply);
	cw_exchange_add_access_headers(exchange, response);
	add_configured_headers(response, &exchange->endpoint->all->headers);
}

static enum MHD_Result send_reply(struct cw_exchange *exchange)
{
	struct cw_reply *reply = &exchange->reply;
	bool follows = exchange->follow != NULL;
	struct MHD_Response *response =
		follows ? cw_follow_response(exchange->follow) :
			  MHD_create_response_from_buffer(reply->body_n, reply->body, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	exchange->follow = NULL;
	if (!response)
		return MHD_NO;
	reply->body = NULL;
	warn_of_strays(exchange);
	add_headers(response, exchange);
	/* Lines that come when they come are nobody's delay. */
	enter(exchange, follows ? CW_CONNECTION_WORKING : CW_CONNECTION_ANSWERING);
	result = MHD_queue_response(exchange->connection, reply->status, response);
	MHD_destroy_response(response);
	exchange->sent = true;
	return result;
}

/* ---- the way of a request ---- */

/*
 * An answer that is known at the head waits for the end of the body, which nobody keeps: so the client gets to read it.
 * One that asked whether to send the body is told at once.
 */
static enum MHD_Result end_head(struct cw_exchange *exchange)
{
	return exchange->reply.status && cw_exchange_header(exchange, "Expect") ? send_reply(exchange) : MHD_YES;
}

/* The head: who asks for what. */
static enum MHD_Result take_head(struct cw_exchange *exchange, const char *method, const char *version)
{
	exchange->begun = true;
	snprintf(exchange->method, sizeof(exchange->method), "%s", method);
	take_request_id(exchange);
	cw_exchange_refuse_early(exchange);
	if (exchange->reply.status)
		return send_reply(exchange);
	cw_exchange_check_head(exchange, version);
	exchange->verified = exchange->reply.status || !cw_exchange_admit(exchange);
	return exchange->verified ? end_head(exchange) : MHD_YES;
}

/* The connection was resumed: the head is done with, the body may come. */
static enum MHD_Result take_verdict(struct cw_exchange *exchange)
{
	exchange->verified = true;
	count_off(exchange);
	enter(exchange, CW_CONNECTION_READING);
	cw_exchange_admit_verified(exchange);
	return end_head(exchange);
}

/* The body is there. True: the herder is asked. */
static bool take_end(struct cw_exchange *exchange)
{
	cw_exchange_check_body(exchange);
	if (exchange->reply.status)
		return false;
	exchange->submitted = true;
	return cw_exchange_hand_over(exchange, exchange->endpoint->all->pool, cw_exchange_run,
				     cw_exchange_is_urgent(exchange));
}

/* Called with the head, with each piece of the body, at the end, and again whenever the connection was resumed. */
enum MHD_Result cw_exchange_handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				   const char *version, const char *upload_data, size_t *upload_data_size,
				   void **context)
{
	struct cw_exchange *exchange = *context;

	(void)cls;
	(void)connection;
	(void)url;
	if (!exchange->begun)
		return take_head(exchange, method, version);
	if (!exchange->verified)
		return take_verdict(exchange);
	if (*upload_data_size > 0) {
		bool more = read_body(exchange, upload_data, *upload_data_size);

		*upload_data_size = 0;
		return more ? MHD_YES : MHD_NO;
	}
	if (!exchange->submitted && take_end(exchange))
		return MHD_YES;
	return send_reply(exchange);
}

/* What may stand in a line of the log: up to `stop`, without blanks and control characters. */
static void printable(const char *text, char stop, char *out, size_t size)
{
	size_t n = 0;

	for (; *text && *text != stop && n < size - 1; text++)
		out[n++] = *text > ' ' && *text < 0x7f ? *text : '?';
	out[n] = '\0';
}

/* One line for each request: changes are news, reads are not; nor is it one that credentials are needed. */
static void log_exchange(const struct cw_exchange *exchange)
{
	bool reads = strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0 ||
		     strcmp(exchange->method, "OPTIONS") == 0;
	bool refused = exchange->reply.status == 403 ||
		       (exchange->reply.status == 401 && exchange->verdict != CW_VERDICT_MISSING);
	const char *user = exchange->caller.user		 ? exchange->caller.user :
			   refused && exchange->credentials.user ? exchange->credentials.user :
								   "";
	enum cw_log_level level = reads && !refused ? CW_LOG_DEBUG : CW_LOG_INFO;
	char path[200], name[100], from[64];

	if ((int)level > cw_log_get_level())
		return;
	printable(exchange->target, '?', path, sizeof(path));
	printable(user, '\0', name, sizeof(name));
	cw_peer_address(exchange->socket->fd, from, sizeof(from));
	cw_log_write(NULL, level, "REST %s %s: %u in %" PRId64 " ms%s%s, from %s, request %s", exchange->method, path,
		     exchange->reply.status, cw_clock_ms() - exchange->start_ms, *name ? ", user " : "", name, from,
		     exchange->id);
}

void cw_exchange_end(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode how)
{
	struct cw_exchange *exchange = *context;

	(void)cls;
	(void)connection;
	(void)how;
	if (!exchange)
		return;
	*context = NULL;
	if (exchange->sent)
		log_exchange(exchange);
	enter(exchange, CW_CONNECTION_IDLE);
	count_off(exchange);
	cw_buf_free(&exchange->body);
	cw_rest_request_free(&exchange->request);
	cw_uri_free(&exchange->uri);
	cw_credentials_free(&exchange->credentials);
	cw_caller_free(&exchange->caller);
	cw_reply_free(&exchange->reply);
	cw_follow_free(exchange->follow);
	free(exchange->target);
	free(exchange);
}
