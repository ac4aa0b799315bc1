/* exchange_impl - an exchange from the inside, for the files that make it up. */
#ifndef CW_REST_EXCHANGE_IMPL_H
#define CW_REST_EXCHANGE_IMPL_H

#include "rest/exchange.h"
#include "rest/follow.h"
#include "rest/reply.h"

struct cw_exchange {
	struct cw_pool_job job; /* first: a job is its exchange */
	struct cw_endpoint *endpoint;
	struct MHD_Connection *connection;
	struct cw_connection *socket;
	char *target; /* as it came over the wire */
	char method[16];
	char id[CW_REQUEST_ID_MAX + 1];
	int64_t start_ms;
	bool begun, verified, submitted, counted, sent;
	struct cw_buf body;
	uint64_t received; /* bytes of the body, kept or dropped */
	struct cw_uri uri;
	struct cw_route_match match;
	struct cw_credentials credentials;
	enum cw_verdict verdict; /* on the credentials */
	struct cw_caller caller;
	struct cw_rest_request request;
	struct cw_call *call;	 /* the herder's, while it is asked: see cw_herder_start() */
	struct cw_answer answer; /* the herder's */
	bool timed_out;		 /* it came too late, and the answer says so */
	struct cw_reply reply;	 /* status 0: not yet known */
	struct cw_follow *follow; /* instead of the reply's body */
};

/* A header field of the request; NULL: not there. */
const char *cw_exchange_header(const struct cw_exchange *exchange, const char *name);

/*
 * Hands the exchange to a pool, which owns it until the connection is resumed. False when the server is stopping: the
 * reply says so then.
 */
bool cw_exchange_hand_over(struct cw_exchange *exchange, struct cw_pool *pool, void (*run)(struct cw_pool_job *job),
			   bool urgent);
/* The reply is there: the exchange is the event thread's again. On a thread of the pool that asks the herder. */
void cw_exchange_hand_back(struct cw_exchange *exchange);
/* Whether it goes before others: a health check. */
bool cw_exchange_is_urgent(const struct cw_exchange *exchange);

/* ---- exchange_check.c: what can be decided without the herder; each sets the reply when nothing is left to do ---- */

/* Once the head is there: whether an answer comes before the body, after which the connection is closed. */
void cw_exchange_refuse_early(struct cw_exchange *exchange);
/* Once the head is there: its size, and which route it means. */
void cw_exchange_check_head(struct cw_exchange *exchange, const char *version);
/* Once the body is there. */
void cw_exchange_check_body(struct cw_exchange *exchange);
void cw_exchange_refuse_body(struct cw_exchange *exchange);

/* ---- exchange_access.c: who asks, and what he may ---- */

/* Once the route is known. True: a thread verifies a password; after the connection was resumed, …_admit_verified(). */
bool cw_exchange_admit(struct cw_exchange *exchange);
void cw_exchange_admit_verified(struct cw_exchange *exchange);
/* Once the request is read: a connector that is named in the body. Any thread that owns the exchange. */
void cw_exchange_check_name(struct cw_exchange *exchange);
/* Takes out of the herder's answer what the caller may not read. */
void cw_exchange_filter_answer(struct cw_exchange *exchange);
/* The header fields of a 401, and what pages of other origins get to see. */
void cw_exchange_add_access_headers(const struct cw_exchange *exchange, struct MHD_Response *response);

/* ---- exchange_call.c: asking the herder ---- */

/* On a thread of the pool. */
void cw_exchange_run(struct cw_pool_job *job);

#endif
