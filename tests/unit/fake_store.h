/*
 * fake_store - a bulk endpoint inside the test's process, on a free port of 127.0.0.1: keeps documents by
 * index and id, and misbehaves as the test says. A thread for the listener and one for each connection;
 * the callbacks run on those, under the store's lock.
 */
#ifndef CW_TESTS_FAKE_STORE_H
#define CW_TESTS_FAKE_STORE_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CW_STORE_CONNECTIONS 64

enum cw_store_fault {
	CW_STORE_ANSWER = 0,
	CW_STORE_RESET,     /* the request is read, then the connection is reset: nothing was stored */
	CW_STORE_RESET_LATE, /* the same after everything was stored */
	CW_STORE_HALF,      /* half of the answer, then the end of the connection */
	CW_STORE_BYTES,     /* the answer byte by byte */
	CW_STORE_SILENT     /* no answer until the connection is closed */
};

struct cw_store_request {
	const char *method, *path; /* path with its query */
	const char *head;          /* all of the head, terminated */
	const char *body;          /* unpacked */
	size_t n;
	unsigned number; /* of its kind (bulk or other), from 1 */
	bool bulk, gzip;
};

struct cw_store_reply {
	unsigned status;      /* 200 */
	const char *body;     /* instead of the store's own; NULL: that one */
	const char *headers;  /* further lines, each with \r\n */
	enum cw_store_fault fault;
	bool stores;          /* false: nothing of the request is stored */
};

/* What becomes of one document; status 0: it is stored. */
struct cw_store_item {
	unsigned status;
	const char *type, *reason;
};

struct cw_fake_store {
	uint16_t port;
	char url[64];
	void *test; /* the callbacks' */
	/* Both may be NULL. seen: how often this document was sent before. */
	void (*on_request)(struct cw_fake_store *store, const struct cw_store_request *request,
			   struct cw_store_reply *reply);
	void (*on_document)(struct cw_fake_store *store, const char *id, unsigned seen, struct cw_store_item *item);
	const char *hidden; /* an index that is there already when it is made, and not when it is looked at */
	bool discard; /* bodies are not looked at: for benchmarks */

	/* under the lock */
	pthread_mutex_t lock;
	json_t *documents; /* {index: {id: document}} */
	json_t *templates; /* {name: template} */
	json_t *mappings;  /* {index: mapping}, of indices that were made or given one */
	json_t *versions;  /* {index: {id: external version}}, of deleted documents too */
	json_t *seen;      /* {id: times} */
	json_t *routings;  /* {id: routing}, of documents that had one */
	json_t *things;    /* {path: body}, of what else was put */
	json_t *puts;      /* [path], of everything that was put, in order */
	unsigned bulks, others, connections;
	size_t stored, doubled, largest; /* doubled: written over; largest: most documents in a request */
	char last_path[1024], last_head[4096];

	int listener;
	bool stopping;
	pthread_t thread;
	pthread_t threads[CW_STORE_CONNECTIONS];
	int fds[CW_STORE_CONNECTIONS];
};

/* Zeroed before; on_request and the like are set by the caller before this. Aborts when it cannot. */
void cw_fake_store_start(struct cw_fake_store *store);
/* Closes every connection and the port, which another start may take again: it is kept in store->port. */
void cw_fake_store_stop(struct cw_fake_store *store);
/* Listens on store->port again, documents kept. */
void cw_fake_store_resume(struct cw_fake_store *store);
/* Documents of an index. */
size_t cw_fake_store_count(struct cw_fake_store *store, const char *index);
/* The same of the bulk requests that there were so far, while more may come. */
unsigned cw_fake_store_bulks(struct cw_fake_store *store);
/* From now on it is as good a store as any: on_request is not called any more. */
void cw_fake_store_recover(struct cw_fake_store *store);
void cw_fake_store_free(struct cw_fake_store *store);

#endif
