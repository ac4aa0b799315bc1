/*
 * plan - what should happen next to one connector: a pure function of what is wanted and what is seen.
 *
 * The herder asks after every event and does as told until nothing is left to do; nothing here waits,
 * remembers or does I/O. The states that REST shows follow from the same view.
 */
#ifndef CW_HERDER_PLAN_H
#define CW_HERDER_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "herder/herder.h"
#include "store/store.h"

enum cw_host_phase {
	CW_HOST_NONE = 0,
	CW_HOST_CONFIGURING, /* started; "configured" or "failed" is awaited */
	CW_HOST_READY,
	CW_HOST_ENDING /* told to stop, or killed: its end is awaited */
};

enum cw_task_phase {
	CW_TASK_IDLE = 0, /* not started, or stopped to be started again */
	CW_TASK_STARTING, /* start_task was sent */
	CW_TASK_RUNNING,
	CW_TASK_PAUSED,
	CW_TASK_FAILED,
	CW_TASK_COMPLETED,
	CW_TASK_STOPPING /* stop_task was sent */
};

/* A restart of the connector object alone. */
enum cw_restart { CW_RESTART_NONE = 0, CW_RESTART_WANTED, CW_RESTART_SENT };

struct cw_task_view {
	enum cw_task_phase phase;
	bool restart; /* asked for, and not yet started again */
	bool recovers; /* it has FAILED, and will be started again by itself */
	bool again;    /* ... after which it has FAILED before */
};

struct cw_connector_view {
	enum cw_target target;
	bool leaving;      /* it is being deleted, or the worker ends */
	bool held;         /* no host may start yet: hosts of an earlier worker still live */
	bool unconfigured; /* no host has answered "configured" for the config as it is now */
	bool outdated;     /* the host that lives was started for what is no longer wanted */
	bool failed;       /* the connector could not be started */
	bool recovers;     /* it failed, and will be tried again by itself; else only when asked */
	bool again;        /* ... after which it has failed before */
	bool host_paused;  /* what the host was last told */
	enum cw_restart restart;
	enum cw_host_phase host;
	const struct cw_task_view *tasks;
	size_t n_tasks;
};

enum cw_step {
	CW_STEP_NONE = 0,
	CW_STEP_START_HOST,
	CW_STEP_STOP_HOST,
	CW_STEP_PAUSE,
	CW_STEP_RESUME,
	CW_STEP_RESTART_CONNECTOR, /* in the living host */
	CW_STEP_DROP_RESTART       /* nothing runs that could be restarted */
};

enum cw_task_step {
	CW_TASK_STEP_NONE = 0,
	CW_TASK_STEP_START,
	CW_TASK_STEP_STOP, /* to be started again */
	CW_TASK_STEP_RESET /* becomes IDLE: it is started with the next resume */
};

enum cw_step cw_plan_step(const struct cw_connector_view *view);
enum cw_task_step cw_plan_task_step(const struct cw_connector_view *view, size_t task);

/* Kafka Connect's name of the state, and COMPLETED for a task. */
const char *cw_plan_connector_state(const struct cw_connector_view *view);
const char *cw_plan_task_state(const struct cw_connector_view *view, size_t task);

/* The worst of the connector's state and its tasks'; COMPLETED when all of them are. */
const char *cw_plan_summary_state(const struct cw_connector_view *view);

enum cw_wait_verdict {
	CW_WAIT_ON = 0,
	CW_WAIT_REACHED,
	CW_WAIT_HOPELESS /* something has FAILED and does not recover, or not at once: without help it will not come to this */
};

/* Whether a request that waits for a state is to be answered. */
enum cw_wait_verdict cw_plan_wait(const struct cw_connector_view *view, enum cw_wait wait);

#endif
