#include "herder/plan.h"

#include <string.h>

static bool task_wants_to_run(const struct cw_task_view *task)
{
	return task->phase == CW_TASK_IDLE || task->restart;
}

static bool work_is_left(const struct cw_connector_view *v)
{
	if (v->unconfigured || v->restart != CW_RESTART_NONE)
		return true;
	for (size_t i = 0; i < v->n_tasks; i++)
		if (task_wants_to_run(&v->tasks[i]))
			return true;
	return false;
}

static bool all_completed(const struct cw_connector_view *v)
{
	for (size_t i = 0; i < v->n_tasks; i++)
		if (v->tasks[i].phase != CW_TASK_COMPLETED || v->tasks[i].restart)
			return false;
	return v->n_tasks > 0 && v->restart == CW_RESTART_NONE;
}

static enum cw_step step_without_host(const struct cw_connector_view *v)
{
	if (v->target != CW_TARGET_STARTED)
		return v->restart != CW_RESTART_NONE ? CW_STEP_DROP_RESTART : CW_STEP_NONE;
	if (v->held || v->failed || !work_is_left(v))
		return CW_STEP_NONE;
	return CW_STEP_START_HOST;
}

static enum cw_step step_of_ready_host(const struct cw_connector_view *v)
{
	bool pause = v->target == CW_TARGET_PAUSED;

	if (v->host_paused != pause)
		return pause ? CW_STEP_PAUSE : CW_STEP_RESUME;
	if (v->restart == CW_RESTART_WANTED)
		return CW_STEP_RESTART_CONNECTOR;
	/* A process that has nothing left to do only costs memory. */
	return all_completed(v) ? CW_STEP_STOP_HOST : CW_STEP_NONE;
}

enum cw_step cw_plan_step(const struct cw_connector_view *v)
{
	if (v->host == CW_HOST_ENDING)
		return CW_STEP_NONE;
	if (v->host == CW_HOST_NONE)
		return v->leaving ? CW_STEP_NONE : step_without_host(v);
	if (v->leaving || v->outdated || v->target == CW_TARGET_STOPPED)
		return CW_STEP_STOP_HOST;
	return v->host == CW_HOST_READY ? step_of_ready_host(v) : CW_STEP_NONE;
}

enum cw_task_step cw_plan_task_step(const struct cw_connector_view *v, size_t i)
{
	const struct cw_task_view *task = &v->tasks[i];

	if (v->leaving || v->target == CW_TARGET_STOPPED)
		return CW_TASK_STEP_NONE;
	if (v->host == CW_HOST_NONE)
		return task->restart && v->target == CW_TARGET_PAUSED ? CW_TASK_STEP_RESET : CW_TASK_STEP_NONE;
	if (v->host != CW_HOST_READY || v->outdated || !task_wants_to_run(task))
		return CW_TASK_STEP_NONE;
	switch (task->phase) {
	case CW_TASK_IDLE:
	case CW_TASK_FAILED:
	case CW_TASK_COMPLETED:
		return CW_TASK_STEP_START;
	case CW_TASK_STARTING:
	case CW_TASK_RUNNING:
	case CW_TASK_PAUSED:
		return CW_TASK_STEP_STOP;
	default:
		return CW_TASK_STEP_NONE;
	}
}

const char *cw_plan_connector_state(const struct cw_connector_view *v)
{
	if (v->target == CW_TARGET_STOPPED && v->host == CW_HOST_NONE)
		return "STOPPED";
	if (v->failed)
		return "FAILED";
	if (v->target == CW_TARGET_STOPPED) /* not before it is true */
		return v->host_paused ? "PAUSED" : "RUNNING";
	if (v->restart != CW_RESTART_NONE)
		return "RESTARTING";
	if (v->target == CW_TARGET_PAUSED)
		return "PAUSED";
	return v->unconfigured || v->outdated ? "UNASSIGNED" : "RUNNING";
}

const char *cw_plan_task_state(const struct cw_connector_view *v, size_t i)
{
	const struct cw_task_view *task = &v->tasks[i];

	if (task->restart && task->phase != CW_TASK_STARTING)
		return "RESTARTING";
	if (v->outdated && v->target == CW_TARGET_STARTED)
		return "UNASSIGNED";
	switch (task->phase) {
	case CW_TASK_RUNNING:
	case CW_TASK_STOPPING:
		return "RUNNING";
	case CW_TASK_PAUSED:
		return "PAUSED";
	case CW_TASK_FAILED:
		return "FAILED";
	case CW_TASK_COMPLETED:
		return "COMPLETED";
	default:
		return v->target == CW_TARGET_PAUSED ? "PAUSED" : "UNASSIGNED";
	}
}

const char *cw_plan_summary_state(const struct cw_connector_view *v)
{
	/* from bad to good */
	static const char *const order[] = { "FAILED", "RESTARTING", "UNASSIGNED" };
	const char *state = cw_plan_connector_state(v);

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		if (strcmp(state, order[k]) == 0)
			return order[k];
		for (size_t i = 0; i < v->n_tasks; i++)
			if (strcmp(cw_plan_task_state(v, i), order[k]) == 0)
				return order[k];
	}
	return strcmp(state, "RUNNING") == 0 && all_completed(v) ? "COMPLETED" : state;
}

static bool every_task(const struct cw_connector_view *v, const char *one, const char *other, const char *third)
{
	for (size_t i = 0; i < v->n_tasks; i++) {
		const char *state = cw_plan_task_state(v, i);

		if (strcmp(state, one) != 0 && strcmp(state, other) != 0 && strcmp(state, third) != 0)
			return false;
	}
	return true;
}

/*
 * What has FAILED starts again by itself. Who waits for COMPLETED has time for that; who waits for RUNNING has just changed
 * something, and wants to know what is wrong with it: once may be a chance, twice is not.
 */
static bool will_do(bool recovers, bool again, enum cw_wait wait)
{
	return recovers && !(again && wait == CW_WAIT_RUNNING);
}

/* Something has FAILED, and nothing is to be hoped for but a person. */
static bool needs_help(const struct cw_connector_view *v, enum cw_wait wait)
{
	if (strcmp(cw_plan_connector_state(v), "FAILED") == 0 && !will_do(v->recovers, v->again, wait))
		return true;
	for (size_t i = 0; i < v->n_tasks; i++)
		if (strcmp(cw_plan_task_state(v, i), "FAILED") == 0 &&
		    !will_do(v->tasks[i].recovers, v->tasks[i].again, wait))
			return true;
	return false;
}

enum cw_wait_verdict cw_plan_wait(const struct cw_connector_view *v, enum cw_wait wait)
{
	const char *state = cw_plan_connector_state(v);
	bool reached = false;

	switch (wait) {
	case CW_WAIT_NONE:
		return CW_WAIT_REACHED;
	case CW_WAIT_RUNNING:
		reached = strcmp(state, "RUNNING") == 0 && v->target == CW_TARGET_STARTED && v->n_tasks > 0 &&
			  every_task(v, "RUNNING", "COMPLETED", "COMPLETED");
		break;
	case CW_WAIT_PAUSED:
		reached = strcmp(state, "PAUSED") == 0 && v->target == CW_TARGET_PAUSED &&
			  every_task(v, "PAUSED", "COMPLETED", "FAILED");
		break;
	case CW_WAIT_STOPPED:
		reached = strcmp(state, "STOPPED") == 0;
		break;
	case CW_WAIT_COMPLETED:
		reached = strcmp(state, "RUNNING") == 0 && all_completed(v);
		break;
	}
	if (reached)
		return CW_WAIT_REACHED;
	if (wait != CW_WAIT_RUNNING && wait != CW_WAIT_COMPLETED)
		return CW_WAIT_ON;
	return needs_help(v, wait) ? CW_WAIT_HOPELESS : CW_WAIT_ON;
}
