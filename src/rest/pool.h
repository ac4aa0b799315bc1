/*
 * pool - a few threads for what would keep the HTTP threads from others: parsing a body, making an answer, verifying a
 * password. No job waits for anybody.
 *
 * Threads are started when jobs wait and end after idle seconds; one always stays. Urgent jobs (health
 * checks) go first and have threads that other jobs cannot take.
 */
#ifndef CW_REST_POOL_H
#define CW_REST_POOL_H

#include <stdbool.h>

#include "connect-worker/connector.h"

/* Embedded in what the job is about; belongs to the pool from submit until run() is called. */
struct cw_pool_job {
	struct cw_pool_job *next;
	void (*run)(struct cw_pool_job *job);
};

struct cw_pool;

#define CW_POOL_THREADS_MAX 16

/*
 * At most n_threads (of CW_POOL_THREADS_MAX), of which n_urgent are never taken by jobs that are not urgent. NULL with
 * *err when not even one can be started.
 */
struct cw_pool *cw_pool_new(int n_threads, int n_urgent, struct cw_error *err);
/* Any thread. The job runs even when the pool is being stopped. */
void cw_pool_submit(struct cw_pool *pool, struct cw_pool_job *job, bool urgent);
/* Runs what was submitted to its end and ends the threads. Nothing may be submitted any more. NULL is fine. */
void cw_pool_free(struct cw_pool *pool);

#endif
