/*
 * exchange - one request and its answer, between libmicrohttpd and the pure modules. Inside rest/ only.
 *
 * The event thread reads the request and sends the answer; in between, with the connection suspended, a
 * thread of the pool owns the exchange.
 */
#ifndef CW_REST_EXCHANGE_H
#define CW_REST_EXCHANGE_H

#include <pthread.h>

#include <microhttpd.h>

#include "herder/herder.h"
#include "rest/pool.h"

#define CW_REST_URI_MAX 8192      /* bytes of a request target */
#define CW_REST_HEADERS_MAX 8192  /* bytes of all header fields */
#define CW_REST_BODY_MAX (1u << 20)

/* What all exchanges of a server share. */
struct cw_exchanges {
	struct cw_herder *herder;
	struct cw_pool *pool;
	const char *address; /* for Location, when a client names no host */
	int64_t start_epoch_ms;

	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t none;  /* in_flight has become 0 */
	size_t in_flight;     /* handed to the pool, and not yet sent */
	bool stopping;
};

/* Callbacks of libmicrohttpd; their closure is a struct cw_exchanges. */
void *cw_exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result cw_exchange_handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				   const char *version, const char *upload_data, size_t *upload_data_size,
				   void **context);
void cw_exchange_end(void *cls, struct MHD_Connection *connection, void **context,
		     enum MHD_RequestTerminationCode how);

/* A new request id, as text. */
#define CW_REQUEST_ID_MAX 128
void cw_request_id_make(char out[CW_REQUEST_ID_MAX + 1]);

#endif
