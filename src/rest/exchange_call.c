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

/* From the herder's answer to the reply. After the connection was resumed the exchange is the event thread's again. */
static void conclude(struct cw_exchange *exchange, bool timed_out)
{
	CW_AUTO_FREE char *url = base_url(exchange);
	struct cw_reply_context context = {
		.base_url = url,
		.timed_out = timed_out,
		.if_none_match = cw_exchange_header(exchange, "If-None-Match"),
		.process = { PACKAGE_VERSION, exchange->endpoint->all->start_epoch_ms, cw_clock_epoch_ms() },
	};

	cw_exchange_filter_answer(exchange);
	cw_reply_answer(&exchange->reply, exchange->match.route, &exchange->request, &exchange->answer, &context);
	if (exchange->reply.status == 200 && exchange->request.herder.flags & CW_OP_FOLLOW &&
	    strcmp(exchange->method, "HEAD") != 0)
		begin_follow(exchange);
	cw_answer_free(&exchange->answer);
	MHD_resume_connection(exchange->connection);
}

/* On a thread of the pool again: the state that was waited for is there, or will not be. */
static void run_waited(struct cw_pool_job *job)
{
	conclude((struct cw_exchange *)job, false);
}

/* On the herder's thread, which does not stop for the reply. */
static void on_waited(void *arg, struct cw_answer *answer)
{
	struct cw_exchange *exchange = arg;

	exchange->answer = *answer;
	exchange->job.run = run_waited;
	cw_pool_submit(exchange->endpoint->all->pool, &exchange->job, false);
}

static void call_herder(struct cw_exchange *exchange)
{
	int64_t until_ms = exchange->start_ms + exchange->match.route->deadline_ms, left_ms = until_ms - cw_clock_ms();

	exchange->request.herder.if_match = cw_exchange_header(exchange, "If-Match");
	if (exchange->request.herder.wait != CW_WAIT_NONE) {
		cw_herder_start(exchange->endpoint->all->herder, &exchange->request.herder, on_waited, exchange);
		return;
	}
	if (left_ms > 0)
		cw_herder_call(exchange->endpoint->all->herder, &exchange->request.herder, left_ms, &exchange->answer);
	else
		cw_error_set(&exchange->answer.error, CW_ERR_RETRIABLE,
			     "The worker is currently busy with other requests; this one was not started.");
	conclude(exchange, cw_clock_ms() >= until_ms);
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
		MHD_resume_connection(exchange->connection);
	else
		call_herder(exchange);
}
