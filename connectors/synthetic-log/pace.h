/*
 * pace - when records are due.
 *
 * All tasks together write `rate` records a second, evenly: after a start the tasks take turns, and
 * record k of task t is due at start + ((k - first) * tasks + t) / rate. Each moment is computed from
 * the start, so nothing adds up over time. What is late is caught up on at once; but after a time in which
 * nobody asked, as in a pause of the connector, the pace begins anew. Pure: the clock is passed in.
 */
#ifndef CW_SYNTHETIC_PACE_H
#define CW_SYNTHETIC_PACE_H

#include <stddef.h>
#include <stdint.h>

/* Records that are due sooner than this one after the other are taken together. */
#define CW_PACE_GRAIN_NS INT64_C(500000)
/* Not asked for so long after it was time, there was a pause. */
#define CW_PACE_PAUSE_NS INT64_C(10000000000)

struct cw_pace {
	double step_ns; /* between records of all tasks; 0: no pace */
	uint32_t tasks, task;
	uint64_t first;        /* of this task's records after the start, or after a pause */
	int64_t start_ns;
	int64_t not_before_ns; /* nothing is handed out sooner */
};

void cw_pace_init(struct cw_pace *pace, double rate, uint32_t tasks, uint32_t task, uint64_t first, int64_t now_ns);
int64_t cw_pace_due_ns(const struct cw_pace *pace, uint64_t k);

struct cw_pace_share {
	size_t n;        /* records to write now, at most `most` */
	int64_t wait_ns; /* after them; 0: there is more, or nothing more at all */
	uint64_t behind; /* due as well, but more than `most` */
};
/* What is due of records next, next + 1 … of which there are `left`. */
struct cw_pace_share cw_pace_take(struct cw_pace *pace, uint64_t next, uint64_t left, size_t most, int64_t now_ns);

#endif
