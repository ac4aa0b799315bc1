#include "rest/exchange_impl.h"

#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "rest/peer.h"

#define REALM "realm=\"connect-worker\""

/* ---- who asks ---- */

/* Who is at the other end, where that is known without being told: found out once for each connection. */
static const char *peer_of(struct cw_exchange *exchange)
{
	struct cw_connection *socket = exchange->socket;

	if (!socket->peer_known) {
		socket->peer_known = true;
		socket->peer_until_epoch_ms = INT64_MAX;
		socket->peer = socket->session ? cw_tls_peer(socket->session, &socket->peer_until_epoch_ms) :
						 cw_peer_of_unix_socket(socket->fd);
	}
	return socket->peer;
}

static void refuse_unknown(struct cw_exchange *exchange, const char *text)
{
	const struct cw_access *access = exchange->endpoint->all->access;

	/* Without a scheme to name there is nothing that could be sent instead. */
	cw_reply_error(&exchange->reply, cw_access_has_users(access) ? 401 : 403, text);
}

static void apply_verdict(struct cw_exchange *exchange)
{
	switch (exchange->verdict) {
	case CW_VERDICT_GOOD:
	case CW_VERDICT_UNKNOWN:
		break;
	case CW_VERDICT_MISSING:
		refuse_unknown(exchange, "Who asks is not known: a user's credentials or certificate are needed");
		break;
	case CW_VERDICT_BAD:
		refuse_unknown(exchange, "The credentials are wrong, or of a kind that is not taken here");
		break;
	case CW_VERDICT_EXPIRED:
		refuse_unknown(exchange, "The credentials have expired");
		break;
	}
}

/* Finds out who asks: sets the verdict, and the caller when it is good. */
static void identify(struct cw_exchange *exchange)
{
	struct cw_access *access = exchange->endpoint->all->access;
	const char *peer;

	cw_credentials_parse(cw_exchange_header(exchange, "Authorization"), &exchange->credentials);
	if (cw_access_has_users(access) && exchange->credentials.kind != CW_CREDENTIALS_NONE) {
		exchange->verdict = cw_access_check(access, &exchange->credentials, &exchange->caller);
		return;
	}
	peer = peer_of(exchange);
	if (peer && cw_clock_epoch_ms() >= exchange->socket->peer_until_epoch_ms) {
		exchange->verdict = CW_VERDICT_EXPIRED;
	} else if (peer || !cw_access_is_on(access)) {
		cw_access_take(access, peer, &exchange->caller);
		exchange->verdict = CW_VERDICT_GOOD;
	} else {
		exchange->verdict = CW_VERDICT_MISSING;
	}
}

/* ---- what he may ---- */

static void require_role(struct cw_exchange *exchange, const char *connector)
{
	const struct cw_route *route = exchange->match.route;
	const char *user = exchange->caller.user;
	enum cw_role has = cw_roles_of(cw_caller_roles(&exchange->caller), user, connector);
	CW_AUTO_FREE char *text = NULL;

	if (has >= route->role)
		return;
	text = cw_format("User %s may not do this%s%s: it needs the role %s%s, and %s%s", user,
			 connector ? " to connector " : "", connector ? connector : "", cw_role_name(route->role),
			 connector ? "" : " for some connector",
			 has == CW_ROLE_ANYBODY ? "none was given" : "the one that was given is ",
			 has == CW_ROLE_ANYBODY ? "" : cw_role_name(has));
	cw_reply_error(&exchange->reply, 403, text);
}

/*
 * A page of another origin that sends a request which needs no leave of CORS: browsers say so of every request. Where
 * nobody is asked who he is, any page could restart a connector of whoever looks at it.
 */
static bool is_forged(const struct cw_exchange *exchange)
{
	const char *site = cw_exchange_header(exchange, "Sec-Fetch-Site");
	bool credentials, changes = strcmp(exchange->match.route->method, "GET") != 0;

	return changes && site && strcasecmp(site, "cross-site") == 0 &&
	       !cw_cors_origin(&exchange->endpoint->all->cors, cw_exchange_header(exchange, "Origin"), &credentials);
}

static void authorise(struct cw_exchange *exchange)
{
	apply_verdict(exchange);
	/* That of a new connector is in the body: cw_exchange_check_name(). */
	if (!exchange->reply.status)
		require_role(exchange, cw_route_connector(&exchange->match));
}

/* On a thread of the verifiers. */
static void run_verify(struct cw_pool_job *job)
{
	struct cw_exchange *exchange = (struct cw_exchange *)job;
	struct cw_exchanges *all = exchange->endpoint->all;

	exchange->verdict = cw_access_verify(all->access, &exchange->credentials, &exchange->caller);
	pthread_mutex_lock(&all->lock);
	all->verifying--;
	pthread_mutex_unlock(&all->lock);
	MHD_resume_connection(exchange->connection);
}

static bool verify(struct cw_exchange *exchange)
{
	struct cw_exchanges *all = exchange->endpoint->all;
	bool room;

	pthread_mutex_lock(&all->lock);
	room = all->verifying < CW_REST_VERIFY_MAX;
	all->verifying += room;
	pthread_mutex_unlock(&all->lock);
	if (!room) {
		cw_reply_error(&exchange->reply, 503, "Too many passwords wait to be verified");
		exchange->reply.retry_after = true;
		return false;
	}
	return cw_exchange_hand_over(exchange, all->verifiers, run_verify, false);
}

bool cw_exchange_admit(struct cw_exchange *exchange)
{
	if (is_forged(exchange)) {
		cw_reply_error(&exchange->reply, 403,
			       "A web page of another origin may not do this: see access.control.allow.origin");
		return false;
	}
	if (exchange->match.route->role == CW_ROLE_ANYBODY)
		return false;
	identify(exchange);
	if (exchange->verdict == CW_VERDICT_UNKNOWN)
		return verify(exchange);
	authorise(exchange);
	return false;
}

void cw_exchange_admit_verified(struct cw_exchange *exchange)
{
	authorise(exchange);
}

void cw_exchange_check_name(struct cw_exchange *exchange)
{
	if (exchange->match.route->role != CW_ROLE_ANYBODY && cw_route_is_of_connector(exchange->match.route))
		require_role(exchange, exchange->request.herder.name);
}

void cw_exchange_filter_answer(struct cw_exchange *exchange)
{
	const struct cw_roles *roles;
	json_t *body = exchange->answer.body, *connectors;

	if (!exchange->caller.rules || !body || exchange->answer.error.code)
		return;
	roles = cw_caller_roles(&exchange->caller);
	if (!roles->any)
		return;
	if (exchange->match.route->op == CW_OP_LIST) {
		exchange->answer.body = cw_roles_filter(roles, exchange->caller.user, body);
		json_decref(body);
	} else if (exchange->match.route->op == CW_OP_LOGGERS || exchange->match.route->op == CW_OP_SET_LOGGER) {
		exchange->answer.body = cw_roles_filter_loggers(roles, exchange->caller.user, body);
		json_decref(body);
	} else if (exchange->match.route->op == CW_OP_METRICS) {
		connectors = cw_roles_filter(roles, exchange->caller.user, json_object_get(body, "connectors"));
		exchange->answer.body = json_copy(body);
		json_object_set_new(exchange->answer.body, "connectors", connectors);
		json_decref(body);
	}
}

/* ---- what the answer says of it ---- */

static void add_challenges(const struct cw_exchange *exchange, struct MHD_Response *response)
{
	const struct cw_access *access = exchange->endpoint->all->access;
	bool bad_token = exchange->credentials.kind == CW_CREDENTIALS_BEARER;

	if (cw_access_takes(access, CW_CREDENTIALS_BASIC))
		MHD_add_response_header(response, "WWW-Authenticate", "Basic " REALM ", charset=\"UTF-8\"");
	if (cw_access_takes(access, CW_CREDENTIALS_BEARER))
		MHD_add_response_header(response, "WWW-Authenticate",
					!bad_token ? "Bearer " REALM :
					exchange->verdict == CW_VERDICT_EXPIRED ?
						     "Bearer " REALM ", error=\"invalid_token\", "
						     "error_description=\"the token has expired\"" :
						     "Bearer " REALM ", error=\"invalid_token\"");
}

static void add_preflight(const struct cw_exchange *exchange, struct MHD_Response *response)
{
	if (strcmp(exchange->method, "OPTIONS") != 0 || !cw_exchange_header(exchange, "Access-Control-Request-Method"))
		return;
	MHD_add_response_header(response, "Access-Control-Allow-Methods",
				cw_cors_methods(&exchange->endpoint->all->cors));
	MHD_add_response_header(response, "Access-Control-Allow-Headers",
				"X-Requested-With,Content-Type,Accept,Origin,Authorization,If-Match,If-None-Match,X-"
				"Request-Id");
	MHD_add_response_header(response, "Access-Control-Max-Age", "1800");
}

void cw_exchange_add_access_headers(const struct cw_exchange *exchange, struct MHD_Response *response)
{
	const struct cw_cors *cors = &exchange->endpoint->all->cors;
	bool credentials;
	const char *origin = cw_cors_origin(cors, cw_exchange_header(exchange, "Origin"), &credentials);

	if (exchange->reply.status == 401)
		add_challenges(exchange, response);
	if (cors->origins && *cors->origins && strcmp(cors->origins, "*") != 0)
		MHD_add_response_header(response, "Vary", "Origin");
	if (!origin)
		return;
	MHD_add_response_header(response, "Access-Control-Allow-Origin", origin);
	if (credentials)
		MHD_add_response_header(response, "Access-Control-Allow-Credentials", "true");
	MHD_add_response_header(response, "Access-Control-Expose-Headers", "ETag,Location,Retry-After,Warning,X-Request-Id");
	add_preflight(exchange, response);
}
