/* wait: until a connector and its tasks have a state. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"

/* Where a connector stands on its way to a state. */
enum progress { NOT_YET, REACHED, LOST };

static bool has_state(const json_t *part, const char *state)
{
	const char *own = json_string_value(json_object_get(part, "state"));

	return own && strcmp(own, state) == 0;
}

static size_t count(const json_t *tasks, const char *state)
{
	size_t n = 0, i;
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task)
		n += has_state(task, state);
	return n;
}

/*
 * A bounded source may be COMPLETED before the first look: it has been RUNNING. Nothing that FAILED gets
 * anywhere by itself.
 */
static enum progress judge(const json_t *status, const char *goal)
{
	const json_t *connector = json_object_get(status, "connector"), *tasks = json_object_get(status, "tasks");
	size_t n = json_array_size(tasks);
	bool failed = has_state(connector, "FAILED") || count(tasks, "FAILED") > 0, reached;

	if (strcmp(goal, "FAILED") == 0)
		return failed ? REACHED : NOT_YET;
	if (failed && strcmp(goal, "STOPPED") != 0)
		return LOST;
	if (strcmp(goal, "RUNNING") == 0)
		reached = has_state(connector, goal) && n > 0 && count(tasks, goal) + count(tasks, "COMPLETED") == n;
	else if (strcmp(goal, "COMPLETED") == 0)
		reached = n > 0 && count(tasks, goal) == n;
	else if (strcmp(goal, "PAUSED") == 0)
		reached = has_state(connector, goal) && count(tasks, goal) + count(tasks, "COMPLETED") == n;
	else
		reached = has_state(connector, goal) && n == 0;
	return reached ? REACHED : NOT_YET;
}

static void print_failed(const struct cw_ctl *ctl, const json_t *status)
{
	const json_t *part = json_object_get(status, "connector");
	const char *trace;
	size_t i;
	json_t *task;

	if (has_state(part, "FAILED")) {
		trace = json_string_value(json_object_get(part, "trace"));
		cw_ctl_complain(ctl, "%s is FAILED: %s", ctl->args[0], trace ? trace : "no trace");
		return;
	}
	json_array_foreach(json_object_get(status, "tasks"), i, task)
		if (has_state(task, "FAILED")) {
			trace = json_string_value(json_object_get(task, "trace"));
			cw_ctl_complain(ctl, "task %" JSON_INTEGER_FORMAT " of %s is FAILED: %s",
					json_integer_value(json_object_get(task, "id")), ctl->args[0],
					trace ? trace : "no trace");
			return;
		}
}

/* Right after a connector was made its status may not be there yet: then it alone says whether to go on. */
static bool exists(struct cw_ctl *ctl)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], "");
	struct cw_reply reply;
	bool missing = cw_client_call(ctl->client, "GET", path, NULL, &reply) && reply.status == 404;

	cw_reply_free(&reply);
	return !missing;
}

/* "RUNNING, tasks: 1 RUNNING of 2" for the message of a time-out: new. */
static char *describe(const json_t *status)
{
	const char *state = json_string_value(json_object_get(json_object_get(status, "connector"), "state"));
	const json_t *tasks = json_object_get(status, "tasks");
	struct cw_buf out = { 0 };
	size_t i;
	json_t *task;

	cw_buf_puts(&out, state ? state : "not known");
	json_array_foreach((json_t *)tasks, i, task) {
		const char *own = json_string_value(json_object_get(task, "state"));

		cw_buf_printf(&out, ", task %zu %s", i, own ? own : "?");
	}
	return cw_buf_take(&out);
}

struct waiting {
	json_t *status; /* of the last answer */
	char *problem;	/* why the last request had no status; NULL: it had */
	bool unreachable;
};

/* -1: look again; else the exit status. */
static int look(struct cw_ctl *ctl, struct waiting *w)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, ctl->args[0], "/status");
	struct cw_reply reply;
	int result = -1;

	cw_free_ptr(&w->problem);
	if (cw_client_call(ctl->client, "GET", path, NULL, &reply) == 0) {
		enum progress progress = judge(reply.body, ctl->for_state);

		json_decref(w->status);
		w->status = json_incref(reply.body);
		if (progress == LOST)
			print_failed(ctl, reply.body);
		result = progress == REACHED ? CW_CTL_OK : progress == LOST ? CW_CTL_FAILED : -1;
	} else {
		w->problem = cw_strdup(reply.message);
		w->unreachable = reply.status == 0;
		if (reply.status == 404 && !exists(ctl))
			result = (int)cw_ctl_refused(ctl, &reply, ctl->args[0]);
		else if (reply.status >= 400 && reply.status < 500 && reply.status != 404 && reply.status != 409 &&
			 reply.status != 429)
			result = (int)cw_ctl_refused(ctl, &reply, NULL);
	}
	cw_reply_free(&reply);
	return result;
}

static enum cw_ctl_exit time_out(const struct cw_ctl *ctl, const struct waiting *w)
{
	CW_AUTO_FREE char *state = describe(w->status);

	if (w->problem && w->unreachable) {
		cw_ctl_complain(ctl, "%s", w->problem);
		return CW_CTL_UNREACHABLE;
	}
	cw_ctl_complain(ctl, "%s did not become %s within %g s: %s", ctl->args[0], ctl->for_state,
			(double)ctl->timeout_ms / 1000, w->problem ? w->problem : state);
	return CW_CTL_TIMEOUT;
}

enum cw_ctl_exit cw_ctl_wait(struct cw_ctl *ctl)
{
	int64_t deadline_ms = cw_clock_ms() + ctl->timeout_ms;
	struct waiting w = { 0 };
	int result;

	for (;;) {
		int64_t left_ms = deadline_ms - cw_clock_ms(), pause_ms;
		struct timespec pause;

		/* The last look comes at the deadline; its answer gets a second. */
		cw_client_set_timeout(ctl->client, left_ms > 1000 ? left_ms : 1000);
		result = look(ctl, &w);
		left_ms = deadline_ms - cw_clock_ms();
		if (result < 0 && left_ms <= 0)
			result = (int)time_out(ctl, &w);
		if (result >= 0)
			break;
		pause_ms = ctl->interval_ms < left_ms ? ctl->interval_ms : left_ms;
		pause = (struct timespec){ .tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000 };
		while (clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, &pause) == EINTR)
			;
	}
	if (result == CW_CTL_OK)
		cw_ctl_print_result(ctl, ctl->args[0], ctl->for_state);
	json_decref(w.status);
	cw_free_ptr(&w.problem);
	return (enum cw_ctl_exit)result;
}
