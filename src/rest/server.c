#include "rest/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "rest/exchange.h"
#include "rest/listener.h"

#define DEFAULT_LISTENER "http://127.0.0.1:8083"
#define CONNECTIONS_MAX 512u
#define CONNECTION_IDLE_S 30u /* as Kafka Connect's server has it */
/* The head of a request, with libmicrohttpd's list of it; cleared for each request, so not larger than needed. */
#define CONNECTION_BYTES ((size_t)32768)
#define STACK_BYTES ((size_t)(512u << 10))
#define LAST_ANSWERS_S 2

struct endpoint {
	struct cw_listener listener;
	struct MHD_Daemon *daemon;
};

struct cw_rest {
	struct cw_exchanges exchanges;
	struct endpoint *endpoints;
	size_t n_endpoints;
};

/* Percent-decoding is ours (rest/uri.h): libmicrohttpd's would lose %2F and %00. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

static void log_library(void *cls, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void log_library(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	if (cw_log_get_level() >= CW_LOG_DEBUG)
		cw_log_vwrite(NULL, CW_LOG_DEBUG, fmt, ap);
}

static struct MHD_Daemon *start_daemon(struct cw_exchanges *exchanges, int fd)
{
	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
		NULL, cw_exchange_handle, exchanges, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, cw_exchange_begin, exchanges,
		MHD_OPTION_NOTIFY_COMPLETED, cw_exchange_end, exchanges,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES,
		MHD_OPTION_END);
}

static int start_endpoint(struct cw_rest *rest, const char *listener, struct cw_error *err)
{
	struct endpoint *endpoint = &rest->endpoints[rest->n_endpoints];
	sigset_t all, before;

	if (cw_listener_open(listener, &endpoint->listener, err) < 0)
		return -1;
	if (rest->n_endpoints == 0)
		rest->exchanges.address = endpoint->listener.url;
	/* Signals are main()'s: the thread inherits that they are blocked. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	endpoint->daemon = start_daemon(&rest->exchanges, endpoint->listener.fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!endpoint->daemon) {
		close(endpoint->listener.fd);
		return cw_error_set(err, CW_ERR_FATAL, "REST cannot start its server on %s: %s", endpoint->listener.url,
				    strerror(errno));
	}
	rest->n_endpoints++;
	log_info(NULL, "REST listens on %s", endpoint->listener.url);
	return 0;
}

static void init_exchanges(struct cw_exchanges *exchanges, struct cw_herder *herder)
{
	pthread_condattr_t attr;

	exchanges->herder = herder;
	exchanges->start_epoch_ms = cw_clock_epoch_ms();
	pthread_mutex_init(&exchanges->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&exchanges->none, &attr);
	pthread_condattr_destroy(&attr);
}

struct cw_rest *cw_rest_start(const struct cw_worker_config *config, struct cw_herder *herder, struct cw_error *err)
{
	size_t n = config->listeners.n ? config->listeners.n : 1;
	struct cw_rest *rest = cw_alloc(sizeof(*rest));

	rest->endpoints = cw_alloc(n * sizeof(*rest->endpoints));
	init_exchanges(&rest->exchanges, herder);
	rest->exchanges.pool = cw_pool_new(err);
	if (!rest->exchanges.pool)
		goto fail;
	for (size_t i = 0; i < n; i++)
		if (start_endpoint(rest, config->listeners.n ? config->listeners.items[i] : DEFAULT_LISTENER, err) < 0)
			goto fail;
	return rest;
fail:
	cw_rest_stop(rest);
	return NULL;
}

/* The event threads are sending the answers of the pool's last jobs; a client that reads none is not waited for. */
static void wait_for_answers(struct cw_exchanges *exchanges)
{
	struct timespec until;
	int timed_out = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LAST_ANSWERS_S;
	pthread_mutex_lock(&exchanges->lock);
	while (exchanges->in_flight > 0 && !timed_out)
		timed_out = pthread_cond_timedwait(&exchanges->none, &exchanges->lock, &until);
	pthread_mutex_unlock(&exchanges->lock);
}

void cw_rest_stop(struct cw_rest *rest)
{
	if (!rest)
		return;
	pthread_mutex_lock(&rest->exchanges.lock);
	rest->exchanges.stopping = true;
	pthread_mutex_unlock(&rest->exchanges.lock);
	for (size_t i = 0; i < rest->n_endpoints; i++) {
		int fd = MHD_quiesce_daemon(rest->endpoints[i].daemon);

		if (fd >= 0)
			close(fd);
	}
	cw_pool_free(rest->exchanges.pool);
	wait_for_answers(&rest->exchanges);
	for (size_t i = 0; i < rest->n_endpoints; i++)
		MHD_stop_daemon(rest->endpoints[i].daemon);
	pthread_cond_destroy(&rest->exchanges.none);
	pthread_mutex_destroy(&rest->exchanges.lock);
	free(rest->endpoints);
	free(rest);
}

const char *cw_rest_address(const struct cw_rest *rest)
{
	return rest->exchanges.address;
}
