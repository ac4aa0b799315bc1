/*
 * connections - the connections of all listeners: how many there may be, in all and of one address, and until when each
 * must have brought its request or taken its answer, and how long a request waits for the worker.
 *
 * libmicrohttpd's own timeout counts silence only: a client that sends a byte a second would never meet it. Here a
 * thread ends what is late, by shutting its socket down; the event thread, which owns the connection, finds it closed.
 * Thread safe; a connection's functions are called by its event thread.
 */
#ifndef CW_REST_CONNECTIONS_H
#define CW_REST_CONNECTIONS_H

#include <sys/socket.h>

#include "connect-worker/connector.h"
#include "rest/tls.h"

struct cw_connection_limits {
	int max, per_address_max;
	int64_t request_ms, idle_ms;
};

struct cw_connections;

/* What a connection waits for while it is the server's turn: an answer, at most so long. */
struct cw_connection_wait {
	int64_t deadline_ms; /* monotonic; 0: none */
	/* Only as long as the client has not closed its side: one that has gone looks like one that is done sending. */
	bool for_client;
	/*
	 * Its time is over, or the client has gone; whether nothing is waited for any more. If not, it is called again
	 * soon. Called on the thread of the connections, with their lock held: it may neither block nor call them.
	 */
	bool (*over)(void *arg, bool gone); /* NULL: it does not wait */
	void *arg;
};

/* What a connection's socket belongs to: libmicrohttpd keeps it for us. */
struct cw_connection {
	struct cw_connection *next, *previous;
	int fd;
	unsigned char address[9]; /* family and what counts as one address; all 0: not counted */
	int64_t deadline_ms; /* monotonic; 0: none */
	bool answerable;     /* in plain HTTP, with a request begun: 408 can be said */
	bool ended;
	struct cw_connection_wait wait;

	/* The event thread's own. */
	gnutls_session_t session;   /* NULL: no TLS */
	struct cw_tls_files *files; /* of the session */
	bool peer_known;	    /* who is at the other end was found out */
	char *peer;		    /* a user, by certificate or Unix socket; NULL: nobody in particular */
	int64_t peer_until_epoch_ms;
};

/* NULL with *err when its thread cannot be started. */
struct cw_connections *cw_connections_new(const struct cw_connection_limits *limits, struct cw_error *err);
void cw_connections_free(struct cw_connections *connections); /* after the last connection; NULL is fine */

/* Whether one more from this address may come in. A refusal is logged, not each one. */
bool cw_connections_admit(struct cw_connections *connections, const struct sockaddr *address);
/* It has come in; takes `session`'s files. The pointer is good until cw_connection_remove(). */
struct cw_connection *cw_connection_add(struct cw_connections *connections, int fd, gnutls_session_t session,
					struct cw_tls_files *files);
/* Before its socket is closed. */
void cw_connection_remove(struct cw_connections *connections, struct cw_connection *connection);

/* What it is doing, which decides until when. */
enum cw_connection_phase {
	CW_CONNECTION_READING,	 /* a request has begun */
	CW_CONNECTION_WORKING,	 /* the request is whole: the server's turn */
	CW_CONNECTION_ANSWERING, /* the client takes the answer */
	CW_CONNECTION_IDLE	 /* the next request may come */
};
void cw_connection_phase(struct cw_connections *connections, struct cw_connection *connection,
			 enum cw_connection_phase phase);

/* It waits from now on. What it waits for may end, and over() be called, before this returns. */
void cw_connection_await(struct cw_connections *connections, struct cw_connection *connection,
			 const struct cw_connection_wait *wait);
/* What it waited for is there: over() is not called any more. Any thread. */
void cw_connection_awaited(struct cw_connections *connections, struct cw_connection *connection);
/* As if the time of all that wait were over. */
void cw_connections_give_up(struct cw_connections *connections);

#endif
