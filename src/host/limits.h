/*
 * limits - how fast a connector may be: rate.limit.records.per.second and rate.limit.bytes.per.second, of all its tasks
 * together (host/rate.h).
 *
 * Shared by the tasks' threads and the main thread, which changes them at any time; every function takes the lock.
 */
#ifndef CW_HOST_LIMITS_H
#define CW_HOST_LIMITS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <jansson.h>

#include "base/map.h"
#include "connect-worker/connector.h"
#include "host/rate.h"

struct cw_limits {
	pthread_mutex_t lock;
	struct cw_rate records, bytes; /* lock */
	_Atomic bool on;               /* there is one */
};

/* What a task wants to let pass, or has let pass. A task has one at a time, which begins as { 0 }. */
struct cw_claim {
	bool made;
	int64_t records, bytes; /* so many */
	int64_t records_claim, bytes_claim;
};

void cw_limits_init(struct cw_limits *limits);
void cw_limits_free(struct cw_limits *limits);
/* As the connector's config, whose variables are resolved, says. 0, or -1 with *err. */
int cw_limits_set(struct cw_limits *limits, const struct cw_map *config, struct cw_error *err);

static inline bool cw_limits_are_on(const struct cw_limits *limits)
{
	return atomic_load_explicit(&((struct cw_limits *)(uintptr_t)limits)->on, memory_order_relaxed);
}

/* As many as a task should claim at once, at least one: a tenth of a second's worth, or all that is there. */
void cw_limits_portion(struct cw_limits *limits, int64_t *records, int64_t *bytes);
/* Claims claim->records and claim->bytes, unless that was done. Microseconds to wait; 0: they may pass. */
int64_t cw_limits_wait_us(struct cw_limits *limits, struct cw_claim *claim);
/* So much has passed of it in the end. The claim is none any more. */
void cw_limits_passed(struct cw_limits *limits, struct cw_claim *claim, int64_t records, int64_t bytes);

/* How long so much takes at the rates that hold, in milliseconds. */
int64_t cw_limits_worth_ms(struct cw_limits *limits, int64_t records, int64_t bytes);

/* {"records_per_second","bytes_per_second"}, 0 for none; new. NULL without limits. */
json_t *cw_limits_to_json(struct cw_limits *limits);

#endif
