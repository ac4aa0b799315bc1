/*
 * metrics - the numbers of one task. Its thread writes them, the main thread reads them each second.
 * A fixed table: nothing is allocated after the task started, and a name is never taken away.
 */
#ifndef CW_HOST_METRICS_H
#define CW_HOST_METRICS_H

#include <stdatomic.h>

#include <jansson.h>

#include "connect-worker/connector.h"

#define CW_METRICS_MAX 64

/* A gauge that nobody knows now: it is not told. */
#define CW_METRIC_UNKNOWN INT64_MIN

struct cw_metric {
	_Atomic int64_t value;
	const char *name, *help; /* constants, or strings that live as long as the plugin is loaded */
	enum cw_metric_kind kind;
};

struct cw_metrics {
	struct cw_metric metric[CW_METRICS_MAX];
	_Atomic size_t n;
};

/* The metric of that name, made when there is none; NULL when the table is full. Task's thread only. */
struct cw_metric *cw_metrics_get(struct cw_metrics *metrics, enum cw_metric_kind kind, const char *name,
				 const char *help);
/* The counters are 0 again, as those of a task that has just started. Task's thread only. */
void cw_metrics_restart(struct cw_metrics *metrics);
/* {name:{"kind","help","value"}…}; new. Any thread. */
json_t *cw_metrics_to_json(struct cw_metrics *metrics);

/* One writer a metric, so no read-modify-write instruction is needed. */
static inline void cw_metric_add(struct cw_metric *m, int64_t n)
{
	atomic_store_explicit(&m->value, atomic_load_explicit(&m->value, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static inline void cw_metric_set(struct cw_metric *m, int64_t n)
{
	atomic_store_explicit(&m->value, n, memory_order_relaxed);
}

static inline int64_t cw_metric_value(struct cw_metric *m)
{
	return atomic_load_explicit(&m->value, memory_order_relaxed);
}

#endif
