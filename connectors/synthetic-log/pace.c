#include "pace.h"

void cw_pace_init(struct cw_pace *pace, double rate, uint32_t tasks, uint32_t task, uint64_t first, int64_t now_ns)
{
	*pace = (struct cw_pace){ .step_ns = rate > 0 ? 1e9 / rate : 0,
				  .tasks = tasks,
				  .task = task,
				  .first = first,
				  .start_ns = now_ns,
				  .not_before_ns = now_ns };
}

int64_t cw_pace_due_ns(const struct cw_pace *pace, uint64_t k)
{
	return pace->start_ns + (int64_t)((double)((k - pace->first) * pace->tasks + pace->task) * pace->step_ns);
}

/* How many records of this task, from pace->first on, are due. */
static uint64_t due_until(const struct cw_pace *pace, int64_t now_ns)
{
	double places = (double)(now_ns - pace->start_ns) / pace->step_ns; /* of all tasks */
	uint64_t n = 0;

	if (places >= pace->task)
		n = ((uint64_t)places - pace->task) / pace->tasks + 1;
	/* The division and cw_pace_due_ns() may round differently. */
	while (n > 0 && cw_pace_due_ns(pace, pace->first + n - 1) > now_ns)
		n--;
	while (cw_pace_due_ns(pace, pace->first + n) <= now_ns)
		n++;
	return n;
}

struct cw_pace_share cw_pace_take(struct cw_pace *pace, uint64_t next, uint64_t left, size_t most, int64_t now_ns)
{
	struct cw_pace_share share = { 0 };
	uint64_t due, done;

	if (pace->step_ns == 0) {
		share.n = left < most ? (size_t)left : most;
		return share;
	}
	if (now_ns < pace->not_before_ns) {
		share.wait_ns = pace->not_before_ns - now_ns;
		return share;
	}
	if (now_ns - pace->not_before_ns > CW_PACE_PAUSE_NS) {
		pace->first = next;
		pace->start_ns = now_ns;
	}
	done = next - pace->first;
	due = due_until(pace, now_ns);
	due = due > done ? due - done : 0;
	due = due < left ? due : left;
	share.n = due < most ? (size_t)due : most;
	share.behind = due - share.n;
	pace->not_before_ns = now_ns;
	if (share.behind == 0 && due < left) {
		int64_t wait_ns = cw_pace_due_ns(pace, next + due) - now_ns;

		share.wait_ns = wait_ns > CW_PACE_GRAIN_NS ? wait_ns : CW_PACE_GRAIN_NS;
		pace->not_before_ns = now_ns + share.wait_ns;
	}
	return share;
}
