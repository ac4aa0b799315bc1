/*
 * budget - how many records a tolerant connector may fail to process before it is not tolerated any more: so many, or
 * such a share of those that it had, within a time that slides along.
 *
 * Pure: times (monotonic milliseconds) are passed in. The time is kept in steps, so what is older than it counts for at
 * most a tenth of it longer. Belongs to one thread.
 */
#ifndef CW_HOST_BUDGET_H
#define CW_HOST_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define CW_BUDGET_STEPS 10
/* A share is looked at once there were so many records. */
#define CW_BUDGET_LEAST 100

struct cw_budget {
	int64_t count;     /* of errors; -1: any */
	int64_t percent;   /* of records; 100: any */
	int64_t window_ms; /* at least CW_BUDGET_STEPS */
	struct cw_budget_step {
		int64_t number; /* since the clock's zero */
		int64_t records, errors;
	} steps[CW_BUDGET_STEPS];
};

/* n more records are to be processed. */
void cw_budget_records(struct cw_budget *budget, int64_t n, int64_t now_ms);
/* One of them cannot be: whether that is too much. */
bool cw_budget_spend(struct cw_budget *budget, int64_t now_ms);
/* What there was in the time. */
void cw_budget_sum(const struct cw_budget *budget, int64_t now_ms, int64_t *records, int64_t *errors);

#endif
