/*
 * exchange - one request and its answer, between libmicrohttpd and the pure modules. Inside rest/ only.
 *
 * The event thread reads the request and sends the answer; in between, with the connection suspended, others own the
 * exchange: a thread of a pool that verifies a password, before the body is read; after it was, one that asks the
 * herder, then whoever comes first, the herder with its answer or the connections' thread when the time for it is over,
 * and a thread of the pool again that makes the reply. No thread waits for the herder.
 */
#ifndef CW_REST_EXCHANGE_H
#define CW_REST_EXCHANGE_H

#include <pthread.h>

#include <microhttpd.h>

#include "config/http_headers.h"
#include "herder/herder.h"
#include "rest/access.h"
#include "rest/connections.h"
#include "rest/cors.h"
#include "rest/listener.h"
#include "rest/pool.h"

#define CW_REST_URI_MAX 8192	  /* bytes of a request target */
#define CW_REST_HEADERS_MAX 8192  /* bytes of all header fields */
#define CW_REST_BODY_MAX (1u << 20)
/* A body that is too long is read and dropped up to here, so that the client gets to read why. */
#define CW_REST_DRAIN_MAX (8u * CW_REST_BODY_MAX)
#define CW_REST_VERIFY_MAX 64	  /* passwords that wait to be verified; more are sent away */

/* What all exchanges of a server share. */
struct cw_exchanges {
	struct cw_herder *herder;
	struct cw_pool *pool;
	struct cw_pool *verifiers; /* threads for slow hashes, so that they hold up nothing else; NULL: no passwords */
	struct cw_access *access;
	struct cw_connections *connections;
	struct cw_header_rules headers;
	struct cw_cors cors;
	int64_t start_epoch_ms;

	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t none;  /* in_flight or asking has become 0 */
	size_t in_flight;     /* handed to a pool, and not yet sent */
	size_t asking;        /* of them, handed over to ask the herder and not yet handed back */
	size_t verifying;
	bool stopping;
};

/* A listener, with the daemon of libmicrohttpd that serves it. */
struct cw_endpoint {
	struct cw_exchanges *all;
	struct cw_listener listener;
	enum cw_area area;
	struct cw_https_config https;
	struct cw_tls *tls; /* NULL: no TLS */
	struct MHD_Daemon *daemon;
};

/* Callbacks of libmicrohttpd; their closure is a struct cw_endpoint. */
void *cw_exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result cw_exchange_handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				   const char *version, const char *upload_data, size_t *upload_data_size,
				   void **context);
void cw_exchange_end(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode how);

/* A new request id, as text. */
#define CW_REQUEST_ID_MAX 128
void cw_request_id_make(char out[CW_REQUEST_ID_MAX + 1]);

/*
 * Sends a whole error answer on a connection on which nothing else is on its way; session NULL: no TLS. Does not
 * wait.
 */
void cw_http_error_send(int fd, gnutls_session_t session, unsigned status);

#endif
