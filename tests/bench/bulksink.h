/*
 * bulksink - a server with Elasticsearch's _bulk protocol that stores nothing: it counts, measures
 * and, on request, misbehaves. It is the far end of the benchmarks and costs next to nothing.
 *
 * Parts: bulksink.c (threads, connections, requests), bulksink_bulk.c (the body of a bulk request and
 * its answer), bulksink_stats.c (numbers).
 *
 * Threads: each loop belongs to one thread; struct cw_bulksink is shared, and its fields are atomic,
 * constant after main() started the threads, or behind the lock that is named.
 */
#ifndef CW_BENCH_BULKSINK_H
#define CW_BENCH_BULKSINK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define CW_BULKSINK_BUCKETS 2048 /* of the latency histogram: from 1 us to hours, within 3 % */

/* Counters, in the order of their names in bulksink_stats.c. */
enum cw_bulksink_counter {
	CW_BS_REQUESTS,
	CW_BS_BULKS,
	CW_BS_DOCS,
	CW_BS_OK,
	CW_BS_ITEM429,
	CW_BS_ITEM400,
	CW_BS_REQ503,
	CW_BS_REQ429,
	CW_BS_RESETS,
	CW_BS_MALFORMED,
	CW_BS_BYTES, /* of bulk bodies, after inflating */
	CW_BS_WIRE_BYTES,
	CW_BS_GZIP,
	CW_BS_CONNECTIONS,
	CW_BS_DISTINCT,   /* with ids=1: document ids seen for the first time */
	CW_BS_DUPLICATES, /* and seen again */
	CW_BS_N
};

/* What is set by POST /_fault?name=value&… : shares in percent, a time, and two switches. */
enum cw_bulksink_setting {
	CW_BS_SET_ITEM429,
	CW_BS_SET_ITEM400,
	CW_BS_SET_REQ503,
	CW_BS_SET_REQ429,
	CW_BS_SET_RESET,
	CW_BS_SET_DELAY_MS,
	CW_BS_SET_IDS,     /* 1: remember the ids of documents */
	CW_BS_SET_LATENCY, /* 1: read "?t=MICROSECONDS" in documents */
	CW_BS_SET_N
};

struct cw_bulksink {
	const char *version; /* of Elasticsearch, as "/" tells it */
	_Atomic double settings[CW_BS_SET_N];
	_Atomic uint64_t counters[CW_BS_N];
	_Atomic int64_t first_us, last_us; /* since the epoch: the first and the last accepted bulk request */
	_Atomic uint64_t latency[CW_BULKSINK_BUCKETS];
	pthread_mutex_t ids_lock;
	uint64_t *ids; /* ids_lock: hashes, open addressing */
	size_t ids_cap, ids_n;
	pthread_mutex_t sample_lock;
	struct cw_buf sample; /* sample_lock: the start of a recent body */
};

/* The state of one thread that a bulk request needs. */
struct cw_bulksink_loop {
	struct cw_bulksink *sink;
	int epoll_fd, listen_fd;
	uint64_t rng, auto_id;
	struct cw_bulksink_conn *delayed;
	struct cw_buf items, answer;
	uint64_t *hashes; /* of the ids of one request */
	size_t hashes_n, hashes_cap;
};

static inline void cw_bulksink_count(struct cw_bulksink *sink, enum cw_bulksink_counter which, uint64_t n)
{
	atomic_fetch_add_explicit(&sink->counters[which], n, memory_order_relaxed);
}

int64_t cw_bulksink_now_us(void); /* since the epoch */

/* True in `percent` of the calls. */
bool cw_bulksink_chance(struct cw_bulksink_loop *loop, double percent);

/*
 * Counts the documents of a bulk body and leaves the answer's JSON in loop->answer.
 * path is the request's target with its query. Returns the HTTP status: 200, or 400 for no documents.
 */
int cw_bulksink_bulk(struct cw_bulksink_loop *loop, const char *path, size_t path_n, const char *body, size_t n);

/* name=value&name=value; returns -1 at a name that is not known. */
int cw_bulksink_set(struct cw_bulksink *sink, const char *query, size_t n);
void cw_bulksink_latency(struct cw_bulksink *sink, int64_t us);
/* Adds hashes of ids and counts which are new. */
void cw_bulksink_ids(struct cw_bulksink *sink, const uint64_t *hashes, size_t n);
void cw_bulksink_sample(struct cw_bulksink *sink, const char *body, size_t n);
void cw_bulksink_reset(struct cw_bulksink *sink);
void cw_bulksink_stats(struct cw_bulksink *sink, struct cw_buf *json);

#endif
