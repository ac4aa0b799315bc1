/*
 * progress - what a task tells of itself while it does not get on: since when nothing has come to an end although there
 * is work, how old the oldest record is, what is being tried again, and what is waited for. The task's thread writes, the
 * main thread reads.
 */
#ifndef CW_HOST_PROGRESS_H
#define CW_HOST_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/map.h"

struct cw_progress {
	_Atomic int64_t since_ms;  /* monotonic: no progress since then, though there is work; 0: there is none */
	_Atomic int64_t oldest_ms; /* monotonic: when the oldest record that is not acknowledged came; 0: there is none */
	unsigned ends;		   /* of records, so far; the task's thread's own */
	pthread_mutex_t lock;
	/* Guarded by lock. */
	unsigned attempt; /* 0: nothing is being tried again */
	int64_t next_ms;  /* since the epoch */
	const char *what; /* a constant */
	char cause[512];
	const char *awaited; /* a constant; NULL: nothing */
};

void cw_progress_init(struct cw_progress *progress);
void cw_progress_free(struct cw_progress *progress);

/* ---- the task's thread ---- */

/* There is work now, which came at now_ms when there was none before. */
static inline void cw_progress_busy(struct cw_progress *p, int64_t now_ms)
{
	if (atomic_load_explicit(&p->since_ms, memory_order_relaxed) == 0)
		atomic_store_explicit(&p->since_ms, now_ms, memory_order_relaxed);
	if (atomic_load_explicit(&p->oldest_ms, memory_order_relaxed) == 0)
		atomic_store_explicit(&p->oldest_ms, now_ms, memory_order_relaxed);
}

static inline bool cw_progress_is_busy(const struct cw_progress *p)
{
	return atomic_load_explicit(&((struct cw_progress *)(uintptr_t)p)->since_ms, memory_order_relaxed) != 0;
}

/* Something has come to an end; and the oldest of what is left came at oldest_ms, 0: nothing is left. */
static inline void cw_progress_made(struct cw_progress *p, int64_t now_ms, int64_t oldest_ms)
{
	atomic_store_explicit(&p->since_ms, oldest_ms ? now_ms : 0, memory_order_relaxed);
	atomic_store_explicit(&p->oldest_ms, oldest_ms, memory_order_relaxed);
}

/* Records have come to an end, which cw_progress_made() is told of also where there are none left. */
static inline void cw_progress_ended(struct cw_progress *p)
{
	p->ends++;
}

/* `what` (PUT, START or a stage; a constant) is tried again after wait_ms. */
void cw_progress_retry(struct cw_progress *p, const char *what, unsigned attempt, int64_t wait_ms, const char *cause);
void cw_progress_retry_over(struct cw_progress *p);

/* Since then there is none, whatever work there may be, for `what` (a constant) is waited for. */
void cw_progress_wait(struct cw_progress *p, int64_t since_ms, const char *what);
void cw_progress_wait_over(struct cw_progress *p);

/* ---- the main thread ---- */

/* Adds the gauges progress_age_ms, oldest_unacknowledged_ms, retry_attempt and retry_next_attempt_epoch_ms. */
void cw_progress_put_metrics(struct cw_progress *p, int64_t now_ms, json_t *metrics);
/* {"stage","attempt","next_attempt_at","cause"}, new; NULL when nothing is tried again. `told` is hidden in the cause. */
json_t *cw_progress_retry_json(struct cw_progress *p, const struct cw_map *told);
/* What is waited for, new; NULL: nothing. */
json_t *cw_progress_awaited_json(struct cw_progress *p);

#endif
