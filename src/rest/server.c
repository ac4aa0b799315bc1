#include "rest/server.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/mem.h"
#include "rest/endpoint.h"

#define THREADS_URGENT 2
#define VERIFIER_THREADS 2 /* guesses of passwords may keep so many cores busy, and no more */
#define LAST_ANSWERS_MS 2000

struct cw_rest {
	struct cw_exchanges exchanges;
	struct cw_endpoint *endpoints;
	size_t n_endpoints;
};

/* ---- endpoints ---- */

static int open_list(struct cw_rest *rest, const struct cw_worker_config *config, const struct cw_list *listeners,
		     enum cw_area area, struct cw_error *err)
{
	for (size_t i = 0; i < listeners->n; i++) {
		if (cw_endpoint_open(&rest->endpoints[rest->n_endpoints], config, listeners->items[i], area, err) < 0)
			return -1;
		rest->n_endpoints++;
	}
	return 0;
}

static int open_endpoints(struct cw_rest *rest, const struct cw_worker_config *config, struct cw_error *err)
{
	enum cw_area area = cw_worker_admin_shared(config) ? CW_AREA_ALL : CW_AREA_MAIN;

	rest->endpoints = cw_alloc((config->listeners.n + config->admin_listeners.n + 1) * sizeof(*rest->endpoints));
	if (open_list(rest, config, &config->listeners, area, err) < 0)
		return -1;
	return open_list(rest, config, &config->admin_listeners, CW_AREA_ADMIN, err);
}

static void close_endpoints(struct cw_rest *rest)
{
	for (size_t i = 0; i < rest->n_endpoints; i++)
		cw_endpoint_close(&rest->endpoints[i]);
	free(rest->endpoints);
}

int cw_rest_check(const struct cw_worker_config *config, struct cw_error *err)
{
	struct cw_rest rest = { 0 };
	struct cw_access *access = cw_access_new(config, err);
	int rc = access ? open_endpoints(&rest, config, err) : -1;

	close_endpoints(&rest);
	cw_access_free(access);
	return rc;
}

/* ---- what they share ---- */

static int init_exchanges(struct cw_exchanges *exchanges, const struct cw_worker_config *config,
			  struct cw_herder *herder, struct cw_error *err)
{
	struct cw_connection_limits limits = {
		config->rest_connections_max, config->rest_connections_per_address_max, config->rest_request_timeout_ms,
		config->rest_connection_idle_timeout_ms,
	};

	exchanges->herder = herder;
	exchanges->start_epoch_ms = cw_clock_epoch_ms();
	exchanges->cors = (struct cw_cors){ config->access_control_allow_origin, config->access_control_allow_methods };
	pthread_mutex_init(&exchanges->lock, NULL);
	cw_condition_init(&exchanges->none);
	if (config->response_http_headers_config &&
	    cw_header_rules_parse(config->response_http_headers_config, &exchanges->headers, err) < 0)
		return -1;
	exchanges->access = cw_access_new(config, err);
	if (!exchanges->access)
		return -1;
	exchanges->connections = cw_connections_new(&limits, err);
	exchanges->pool = exchanges->connections ? cw_pool_new(CW_POOL_THREADS_MAX, THREADS_URGENT, err) : NULL;
	if (!exchanges->pool || !cw_access_takes(exchanges->access, CW_CREDENTIALS_BASIC))
		return exchanges->pool ? 0 : -1;
	exchanges->verifiers = cw_pool_new(VERIFIER_THREADS, 0, err);
	return exchanges->verifiers ? 0 : -1;
}

static void free_exchanges(struct cw_exchanges *exchanges)
{
	cw_connections_free(exchanges->connections);
	cw_access_free(exchanges->access);
	cw_header_rules_free(&exchanges->headers);
	pthread_cond_destroy(&exchanges->none);
	pthread_mutex_destroy(&exchanges->lock);
}

/* ---- life ---- */

struct cw_rest *cw_rest_start(const struct cw_worker_config *config, struct cw_herder *herder, struct cw_error *err)
{
	struct cw_rest *rest = cw_alloc(sizeof(*rest));

	if (init_exchanges(&rest->exchanges, config, herder, err) < 0 || open_endpoints(rest, config, err) < 0)
		goto fail;
	for (size_t i = 0; i < rest->n_endpoints; i++)
		if (cw_endpoint_start(&rest->endpoints[i], config, &rest->exchanges, err) < 0)
			goto fail;
	return rest;
fail:
	cw_rest_stop(rest);
	return NULL;
}

/* Whether a number has become 0 in time. */
static bool await_none(struct cw_exchanges *exchanges, const size_t *n)
{
	int64_t until_ms = cw_clock_ms() + LAST_ANSWERS_MS;
	bool none;

	pthread_mutex_lock(&exchanges->lock);
	while (*n > 0 && cw_condition_wait(&exchanges->none, &exchanges->lock, until_ms))
		;
	none = *n == 0;
	pthread_mutex_unlock(&exchanges->lock);
	return none;
}

/* Until the herder owes no answer: the pool has to be there for each. One that never ran will not give any. */
static void settle(struct cw_exchanges *exchanges)
{
	while (!await_none(exchanges, &exchanges->asking))
		cw_connections_give_up(exchanges->connections);
}

void cw_rest_stop(struct cw_rest *rest)
{
	if (!rest)
		return;
	pthread_mutex_lock(&rest->exchanges.lock);
	rest->exchanges.stopping = true;
	pthread_mutex_unlock(&rest->exchanges.lock);
	for (size_t i = 0; i < rest->n_endpoints; i++)
		if (rest->endpoints[i].daemon)
			cw_endpoint_quiesce(&rest->endpoints[i]);
	settle(&rest->exchanges);
	cw_pool_free(rest->exchanges.verifiers);
	cw_pool_free(rest->exchanges.pool);
	/* The event threads are sending the last answers; a client that reads none is not waited for. */
	await_none(&rest->exchanges, &rest->exchanges.in_flight);
	close_endpoints(rest);
	free_exchanges(&rest->exchanges);
	free(rest);
}

const char *cw_rest_address_at(const struct cw_rest *rest, size_t i)
{
	return i < rest->n_endpoints ? rest->endpoints[i].listener.url : NULL;
}

const char *cw_rest_address(const struct cw_rest *rest)
{
	return rest->endpoints[0].listener.url;
}
