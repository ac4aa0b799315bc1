#include "rest/exchange_impl.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* What the client called this server, so that Location works for it. New. */
static char *base_url(const struct cw_exchange *exchange)
{
	const char *host = cw_exchange_header(exchange, "Host");
	bool good = host && *host;

	for (const char *p = host; good && *p; p++)
		good = isalnum((unsigned char)*p) || strchr("-._~:[]", *p);
	return good ? cw_format("%s://%s", exchange->endpoint->tls ? "https" : "http", host) :
		      cw_strdup(exchange->endpoint->listener.url);
}

/* The herder has nothing against it: the lines themselves are not its work. */
static void begin_follow(struct cw_exchange *exchange)
{
	const struct cw_request *request = &exchange->request.herder;
	struct cw_error err = { 0 };

	exchange->follow = cw_follow_new(cw_herder_logs(exchange->endpoint->all->herder), request->name,
					 &request->log_filter, exchange->connection);
	if (exchange->follow)
		return;
	cw_error_set(&err, CW_ERR_RETRIABLE, "Logs are followed by %d clients already", CW_LOG_FOLLOWERS_MAX);
	cw_reply_error_of(&exchange->reply, &err);
}

/* From the herder's answer to the reply, on a thread of the pool. */
static void conclude(struct cw_pool_job *job)
{
	struct cw_exchange *exchange = (struct cw_exchange *)job;
	CW_AUTO_FREE char *url = base_url(exchange);
	struct cw_reply_context context = {
		.base_url = url,
		.timed_out = exchange->timed_out,
		.if_none_match = cw_exchange_header(exchange, "If-None-Match"),
		.process = { PACKAGE_VERSION, exchange->endpoint->all->start_epoch_ms, cw_clock_epoch_ms() },
	};

	cw_exchange_filter_answer(exchange);
	cw_reply_answer(&exchange->reply, exchange->match.route, &exchange->request, &exchange->answer, &context);
	if (exchange->reply.status == 200 && exchange->request.herder.flags & CW_OP_FOLLOW &&
	    strcmp(exchange->method, "HEAD") != 0)
		begin_follow(exchange);
	cw_answer_free(&exchange->answer);
	cw_exchange_hand_back(exchange);
}

/* Neither the herder's thread nor the connections' stops for the reply. */
static void leave_to_pool(struct cw_exchange *exchange)
{
	exchange->job.run = conclude;
	cw_pool_submit(exchange->endpoint->all->pool, &exchange->job, cw_exchange_is_urgent(exchange));
}

/* On the herder's thread. */
static void on_answer(void *arg, struct cw_answer *answer)
{
	struct cw_exchange *exchange = arg;

	cw_connection_awaited(exchange->endpoint->all->connections, exchange->socket);
	exchange->answer = *answer;
	leave_to_pool(exchange);
}

/* For the log, and for a client that has closed its side only. */
static void tell_gone(struct cw_answer *answer)
{
	*answer = (struct cw_answer){ .refusal = CW_REFUSAL_UNREACHED };
	cw_error_set(&answer->error, CW_ERR_RETRIABLE,
		     "The client has closed its side of the connection, so that nothing waits for a state any longer. The "
		     "request itself is carried out.");
}

/* On the connections' thread: the time is over, or the client has gone. Whether the herder has not been quicker. */
static bool give_up(void *arg, bool gone)
{
	struct cw_exchange *exchange = arg;

	if (!cw_herder_give_up(exchange->endpoint->all->herder, &exchange->call, &exchange->answer))
		return false;
	if (gone)
		tell_gone(&exchange->answer);
	exchange->timed_out = !gone;
	leave_to_pool(exchange);
	return true;
}

/* What waits for a state has its own time, which the herder keeps: up to a day, so not for a client that has gone. */
static struct cw_connection_wait wait_of(struct cw_exchange *exchange)
{
	struct cw_connection_wait wait = { .over = give_up, .arg = exchange };

	if (exchange->request.herder.wait == CW_WAIT_NONE)
		wait.deadline_ms = exchange->start_ms + exchange->match.route->deadline_ms;
	else
		wait.for_client = true;
	return wait;
}

/* The exchange is not ours any more when this returns. */
static void call_herder(struct cw_exchange *exchange)
{
	struct cw_exchanges *all = exchange->endpoint->all;
	const struct cw_connection_wait wait = wait_of(exchange);

	if (wait.deadline_ms && cw_clock_ms() >= wait.deadline_ms) {
		cw_error_set(&exchange->answer.error, CW_ERR_RETRIABLE,
			     "The worker is currently busy with other requests; this one was not started.");
		exchange->timed_out = true;
		conclude(&exchange->job);
		return;
	}
	exchange->request.herder.if_match = cw_exchange_header(exchange, "If-Match");
	exchange->request.herder.if_none_match = cw_exchange_header(exchange, "If-None-Match");
	cw_connection_await(all->connections, exchange->socket, &wait);
	cw_herder_start(all->herder, &exchange->request.herder, on_answer, exchange, &exchange->call);
}

void cw_exchange_run(struct cw_pool_job *job)
{
	struct cw_exchange *exchange = (struct cw_exchange *)job;
	struct cw_error err = { 0 };

	if (cw_rest_request_make(&exchange->match, &exchange->uri, exchange->body.p, exchange->body.n,
				 &exchange->request, &err) < 0)
		cw_reply_error_of(&exchange->reply, &err);
	else
		cw_exchange_check_name(exchange);
	if (exchange->reply.status)
		cw_exchange_hand_back(exchange);
	else
		call_herder(exchange);
}
