#include "rest/endpoint.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "config/worker_rest.h"

/* The head of a request, with libmicrohttpd's list of it; cleared for each request, so not larger than needed. */
#define CONNECTION_BYTES ((size_t)32768)
#define STACK_BYTES ((size_t)(512u << 10))

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

/* ---- connections come and go ---- */

static enum MHD_Result admit(void *cls, const struct sockaddr *address, socklen_t n)
{
	const struct cw_endpoint *endpoint = cls;

	(void)n;
	return cw_connections_admit(endpoint->all->connections, address) ? MHD_YES : MHD_NO;
}

static struct cw_connection *begin_connection(struct cw_endpoint *endpoint, struct MHD_Connection *connection)
{
	int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	struct cw_tls_files *files = NULL;
	gnutls_session_t session = NULL;

	if (endpoint->tls) {
		session = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;
		files = cw_tls_attach(endpoint->tls, session);
	}
	return cw_connection_add(endpoint->all->connections, fd, session, files);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct cw_endpoint *endpoint = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*context = begin_connection(endpoint, connection);
	else if (*context)
		cw_connection_remove(endpoint->all->connections, *context);
}

/* ---- life ---- */

int cw_endpoint_open(struct cw_endpoint *endpoint, const struct cw_worker_config *config, const char *listener,
		     enum cw_area area, struct cw_error *err)
{
	unsigned mode = 0600;

	*endpoint = (struct cw_endpoint){ .area = area };
	if (cw_file_mode_parse(config->rest_unix_socket_mode, &mode, err) < 0 ||
	    cw_listener_open(listener, mode, &endpoint->listener, err) < 0)
		return -1;
	if (endpoint->listener.address.scheme != CW_SCHEME_HTTPS)
		return 0;
	if (cw_https_config_read(cw_worker_own(config), area == CW_AREA_ADMIN, &endpoint->https, err) == 0)
		endpoint->tls = cw_tls_new(&endpoint->https, err);
	if (endpoint->tls)
		return 0;
	cw_listener_close(&endpoint->listener);
	return -1;
}

/*
 * The limit of connections is ours (rest/connections.h): at its own the library would let clients wait without a
 * word.
 */
static struct MHD_Daemon *start_daemon(struct cw_endpoint *endpoint, const struct cw_worker_config *config)
{
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)cw_tls_no_certificate },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		  (void *)(uintptr_t)(endpoint->tls ? cw_tls_priorities(endpoint->tls) : "") },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME |
			 MHD_USE_ERROR_LOG | (endpoint->tls ? MHD_USE_TLS : 0);

	return MHD_start_daemon(flags, 0, admit, endpoint, cw_exchange_handle, endpoint, MHD_OPTION_EXTERNAL_LOGGER,
				log_library, NULL, MHD_OPTION_LISTEN_SOCKET, endpoint->listener.fd,
				MHD_OPTION_URI_LOG_CALLBACK, cw_exchange_begin, endpoint, MHD_OPTION_NOTIFY_COMPLETED,
				cw_exchange_end, endpoint, MHD_OPTION_NOTIFY_CONNECTION, on_connection, endpoint,
				MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT,
				(unsigned)config->rest_connections_max + 1, MHD_OPTION_CONNECTION_TIMEOUT,
				(unsigned)((config->rest_connection_idle_timeout_ms + 999) / 1000),
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, MHD_OPTION_THREAD_STACK_SIZE,
				STACK_BYTES, MHD_OPTION_ARRAY, endpoint->tls ? tls : none, MHD_OPTION_END);
}

int cw_endpoint_start(struct cw_endpoint *endpoint, const struct cw_worker_config *config, struct cw_exchanges *all,
		      struct cw_error *err)
{
	sigset_t every, before;

	endpoint->all = all;
	/* Signals are main()'s: the thread inherits that they are blocked. */
	sigfillset(&every);
	pthread_sigmask(SIG_SETMASK, &every, &before);
	endpoint->daemon = start_daemon(endpoint, config);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!endpoint->daemon)
		return cw_error_set(err, CW_ERR_FATAL, "REST cannot start its server on %s: %s", endpoint->listener.url,
				    strerror(errno));
	log_info(NULL, "REST listens on %s%s", endpoint->listener.url,
		 endpoint->area == CW_AREA_ADMIN ? " (admin endpoints)" : "");
	return 0;
}

void cw_endpoint_quiesce(struct cw_endpoint *endpoint)
{
	MHD_quiesce_daemon(endpoint->daemon);
	cw_listener_close(&endpoint->listener);
}

void cw_endpoint_close(struct cw_endpoint *endpoint)
{
	if (endpoint->daemon) {
		cw_endpoint_quiesce(endpoint);
		MHD_stop_daemon(endpoint->daemon);
		endpoint->daemon = NULL;
	}
	cw_listener_close(&endpoint->listener);
	cw_tls_free(endpoint->tls);
	endpoint->tls = NULL;
}
