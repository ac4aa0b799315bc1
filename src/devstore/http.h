/*
 * http - the server: takes a request apart, inflates its body, and sends what a handler answers.
 *
 * One thread a connection, so that a slow answer delays nobody else; the handler runs on it.
 */
#ifndef CW_DEVSTORE_HTTP_H
#define CW_DEVSTORE_HTTP_H

#include <stdbool.h>

#include "base/buf.h"
#include "connect-worker/connector.h"

#define CW_HTTP_BODY_MAX ((size_t)100 << 20) /* bytes, inflated; Elasticsearch's own limit */
#define CW_HTTP_SEGMENTS 8
#define CW_HTTP_ALLOW 64

struct cw_http;

struct cw_http_request {
	const char *method;		  /* HEAD too: what the handler answers to it is not sent */
	const char *path;		  /* as sent, for messages */
	char *segments[CW_HTTP_SEGMENTS]; /* of the path, decoded */
	size_t n_segments;
	bool too_deep; /* more segments than fit */
	struct cw_buf body;
	bool body_too_large, body_broken; /* not inflatable */
	const char *content_type;	  /* NULL: none */
	struct cw_http *server;
	void *connection;
};

struct cw_http_response {
	int status;
	struct cw_buf body;
	const char *content_type;  /* default application/json */
	char allow[CW_HTTP_ALLOW]; /* methods, of a 405; else empty */
	int retry_after;	   /* seconds; 0: none */
	bool reset;		   /* cut the connection in the middle of the body */
};

typedef void (*cw_http_handler)(void *arg, const struct cw_http_request *request, struct cw_http_response *response);

/* "127.0.0.1:9200", "[::1]:9200", ":0", "9200". NULL with *err set. */
struct cw_http *cw_http_start(const char *listen, cw_http_handler handler, void *arg, struct cw_error *err);
/* "127.0.0.1:41234": where it listens. */
const char *cw_http_address(const struct cw_http *http);
/* Lets running requests finish; waits in cw_http_wait() end early. */
void cw_http_stop(struct cw_http *http);

/* The decoded value of a query parameter; "" when it has none, NULL when it is not given. */
const char *cw_http_query(const struct cw_http_request *request, const char *name);
/* Calls fn for each query parameter's name until it returns false. */
void cw_http_each_query(const struct cw_http_request *request, bool (*fn)(const char *name, void *arg), void *arg);

/* Waits, unless the server stops. */
void cw_http_wait(struct cw_http *http, int ms);

#endif
