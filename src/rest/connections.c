#include "rest/connections.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/mem.h"
#include "rest/exchange.h"

#define STACK_BYTES ((size_t)(128u << 10))
#define LOG_AGAIN_MS 10000
#define OVER_AGAIN_MS 100 /* an answer was on its way */
#define GONE_LOOK_MS 1000 /* how often it is looked whether a client is still there for which something waits */

struct cw_connections {
	struct cw_connection_limits limits;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	struct cw_connection *first;
	int n;
	int64_t wake_ms; /* when the thread looks again; INT64_MAX: when it is told to */
	int64_t log_ms;	 /* when a refusal is logged again */
	bool stopping;
};

/* ---- ending what is late ---- */

/* Ends one that is past its time; when it has to be looked at again. The lock is held. */
static int64_t end_late(struct cw_connection *c, int64_t now_ms)
{
	if (!c->deadline_ms || c->ended)
		return INT64_MAX;
	if (c->deadline_ms > now_ms)
		return c->deadline_ms;
	if (c->answerable)
		cw_http_error_send(c->fd, NULL, 408);
	shutdown(c->fd, SHUT_RDWR);
	c->ended = true;
	return INT64_MAX;
}

/* Whether the client will not send anything any more. What it has sent is left to the event thread. */
static bool is_gone(int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLRDHUP };

	return poll(&end, 1, 0) > 0 && end.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

/* When one that waits has to be looked at again, if nothing happens. */
static int64_t next_look(const struct cw_connection_wait *wait, int64_t now_ms)
{
	int64_t next_ms = wait->deadline_ms ? wait->deadline_ms : INT64_MAX;

	return wait->for_client && now_ms + GONE_LOOK_MS < next_ms ? now_ms + GONE_LOOK_MS : next_ms;
}

/* The same of a connection that waits for the worker. The lock is held: so it stays there, whoever gets it back. */
static int64_t end_wait(struct cw_connection *c, int64_t now_ms)
{
	bool late = c->wait.deadline_ms && c->wait.deadline_ms <= now_ms, gone = c->wait.for_client && is_gone(c->fd);

	if (!late && !gone)
		return next_look(&c->wait, now_ms);
	if (!c->wait.over(c->wait.arg, gone))
		return now_ms + OVER_AGAIN_MS;
	c->wait.over = NULL;
	return INT64_MAX;
}

/* When the next one will be late. The lock is held. */
static int64_t end_all_late(struct cw_connections *connections, int64_t now_ms)
{
	int64_t first_ms = INT64_MAX;

	for (struct cw_connection *c = connections->first; c; c = c->next) {
		int64_t next_ms = c->wait.over ? end_wait(c, now_ms) : end_late(c, now_ms);

		first_ms = next_ms < first_ms ? next_ms : first_ms;
	}
	return first_ms;
}

static void wait_until(struct cw_connections *connections, int64_t wake_ms)
{
	connections->wake_ms = wake_ms;
	cw_condition_wait(&connections->changed, &connections->lock, wake_ms);
}

static void *thread_main(void *arg)
{
	struct cw_connections *connections = arg;

	pthread_mutex_lock(&connections->lock);
	while (!connections->stopping)
		wait_until(connections, end_all_late(connections, cw_clock_ms()));
	pthread_mutex_unlock(&connections->lock);
	return NULL;
}

static int start_thread(struct cw_connections *connections)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	rc = pthread_create(&connections->thread, &attr, thread_main, connections);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void destroy(struct cw_connections *connections)
{
	pthread_cond_destroy(&connections->changed);
	pthread_mutex_destroy(&connections->lock);
	free(connections);
}

struct cw_connections *cw_connections_new(const struct cw_connection_limits *limits, struct cw_error *err)
{
	struct cw_connections *connections = cw_alloc(sizeof(*connections));
	int rc;

	connections->limits = *limits;
	connections->wake_ms = INT64_MAX;
	pthread_mutex_init(&connections->lock, NULL);
	cw_condition_init(&connections->changed);
	rc = start_thread(connections);
	if (!rc)
		return connections;
	cw_error_set(err, CW_ERR_FATAL, "REST: cannot start a thread: %s", strerror(rc));
	destroy(connections);
	return NULL;
}

void cw_connections_free(struct cw_connections *connections)
{
	if (!connections)
		return;
	pthread_mutex_lock(&connections->lock);
	connections->stopping = true;
	pthread_cond_signal(&connections->changed);
	pthread_mutex_unlock(&connections->lock);
	pthread_join(connections->thread, NULL);
	destroy(connections);
}

/* ---- who comes in ---- */

/* What counts as one address: an IPv4 address, also in IPv6's clothes; the network part of an IPv6 address. */
static void address_of(const struct sockaddr *address, unsigned char out[9])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	memset(out, 0, 9);
	if (address->sa_family == AF_INET) {
		out[0] = 4;
		memcpy(out + 1, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
		bool four = memcmp(six->s6_addr, mapped, sizeof(mapped)) == 0;

		out[0] = four ? 4 : 6;
		memcpy(out + 1, six->s6_addr + (four ? 12 : 0), four ? 4 : 8);
	}
}

/* The lock is held. */
static int count_of(const struct cw_connections *connections, const unsigned char address[9])
{
	int n = 0;

	for (const struct cw_connection *c = connections->first; c && address[0]; c = c->next)
		n += memcmp(c->address, address, sizeof(c->address)) == 0;
	return n;
}

bool cw_connections_admit(struct cw_connections *connections, const struct sockaddr *address)
{
	const struct cw_connection_limits *limits = &connections->limits;
	int64_t now_ms = cw_clock_ms();
	unsigned char of[9];
	bool full, crowded, say;

	address_of(address, of);
	pthread_mutex_lock(&connections->lock);
	full = connections->n >= limits->max;
	crowded = count_of(connections, of) >= limits->per_address_max;
	say = (full || crowded) && now_ms >= connections->log_ms;
	if (say)
		connections->log_ms = now_ms + LOG_AGAIN_MS;
	pthread_mutex_unlock(&connections->lock);
	if (say && full)
		log_warn(NULL, "REST refuses connections: it has %d, which is rest.connections.max", limits->max);
	else if (say)
		log_warn(NULL,
			 "REST refuses connections of an address that has %d, which is "
			 "rest.connections.per.address.max",
			 limits->per_address_max);
	return !full && !crowded;
}

/* ---- connections ---- */

/* The thread has to look then. The lock is held. */
static void look_at(struct cw_connections *connections, int64_t deadline_ms)
{
	if (deadline_ms && deadline_ms < connections->wake_ms)
		pthread_cond_signal(&connections->changed);
}

/* The lock is held. */
static void set_deadline(struct cw_connections *connections, struct cw_connection *connection, int64_t deadline_ms)
{
	connection->deadline_ms = deadline_ms;
	look_at(connections, deadline_ms);
}

struct cw_connection *cw_connection_add(struct cw_connections *connections, int fd, gnutls_session_t session,
					struct cw_tls_files *files)
{
	struct cw_connection *connection = cw_alloc(sizeof(*connection));
	struct sockaddr_storage address = { 0 };
	socklen_t n = sizeof(address);

	connection->fd = fd;
	connection->session = session;
	connection->files = files;
	if (getpeername(fd, (struct sockaddr *)&address, &n) == 0)
		address_of((struct sockaddr *)&address, connection->address);
	pthread_mutex_lock(&connections->lock);
	connection->next = connections->first;
	if (connection->next)
		connection->next->previous = connection;
	connections->first = connection;
	connections->n++;
	set_deadline(connections, connection, cw_clock_ms() + connections->limits.request_ms);
	pthread_mutex_unlock(&connections->lock);
	return connection;
}

void cw_connection_remove(struct cw_connections *connections, struct cw_connection *connection)
{
	pthread_mutex_lock(&connections->lock);
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		connections->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	connections->n--;
	pthread_mutex_unlock(&connections->lock);
	cw_tls_release(connection->files);
	free(connection->peer);
	free(connection);
}

void cw_connection_phase(struct cw_connections *connections, struct cw_connection *connection,
			 enum cw_connection_phase phase)
{
	int64_t now_ms = cw_clock_ms(), limit_ms = connections->limits.request_ms;

	if (phase == CW_CONNECTION_IDLE)
		limit_ms += connections->limits.idle_ms;
	pthread_mutex_lock(&connections->lock);
	connection->answerable = phase == CW_CONNECTION_READING && !connection->session;
	set_deadline(connections, connection, phase == CW_CONNECTION_WORKING ? 0 : now_ms + limit_ms);
	pthread_mutex_unlock(&connections->lock);
}

/* ---- waiting for the worker ---- */

void cw_connection_await(struct cw_connections *connections, struct cw_connection *connection,
			 const struct cw_connection_wait *wait)
{
	pthread_mutex_lock(&connections->lock);
	connection->wait = *wait;
	look_at(connections, next_look(wait, cw_clock_ms()));
	pthread_mutex_unlock(&connections->lock);
}

void cw_connection_awaited(struct cw_connections *connections, struct cw_connection *connection)
{
	pthread_mutex_lock(&connections->lock);
	connection->wait.over = NULL;
	pthread_mutex_unlock(&connections->lock);
}

void cw_connections_give_up(struct cw_connections *connections)
{
	pthread_mutex_lock(&connections->lock);
	for (struct cw_connection *c = connections->first; c; c = c->next)
		if (c->wait.over && c->wait.over(c->wait.arg, false))
			c->wait.over = NULL;
	pthread_mutex_unlock(&connections->lock);
}
