/*
 * restarts - when something that has FAILED is started again by itself: so many times in a row, with growing pauses, and
 * from the first again after it has run well for a while.
 *
 * Pure: times (monotonic milliseconds) and randomness are passed in.
 */
#ifndef CW_HERDER_RESTARTS_H
#define CW_HERDER_RESTARTS_H

#include <stdbool.h>
#include <stdint.h>

struct cw_restart_policy {
	int64_t attempts_max; /* in a row; 0: none, -1: any number */
	int64_t delay_ms, delay_max_ms;
	int64_t healthy_ms; /* having run for so long, it starts with the first attempt again */
};

/* Of one task, or of a connector. Start as { 0 }. */
struct cw_restarts {
	unsigned attempts;       /* in a row */
	int64_t next_ms;         /* when it is to be started again; 0: not at all */
	int64_t running_since_ms; /* 0: it does not run */
};

/* It has FAILED. Whether it is to be started again, at next_ms. */
bool cw_restarts_failed(struct cw_restarts *restarts, const struct cw_restart_policy *policy, int64_t now_ms,
			uint64_t random);
/* It runs now; telling it again changes nothing. */
void cw_restarts_running(struct cw_restarts *restarts, int64_t now_ms);
/* It was stopped, or somebody started it again: nothing is pending. */
void cw_restarts_forget(struct cw_restarts *restarts);

#endif
