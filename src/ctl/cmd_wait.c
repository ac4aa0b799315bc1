/* wait: until a connector and its tasks have a state. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/ctl.h"

#define LOOK_MS 250 /* between two looks, when nobody says */

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

/* It has FAILED, and nobody says that it is started again by itself. */
static bool is_lost(const json_t *part)
{
	return has_state(part, "FAILED") && !json_object_get(part, "next_restart_at");
}

static bool any_is_lost(const json_t *connector, const json_t *tasks)
{
	bool lost = is_lost(connector);
	size_t i;
	json_t *task;

	json_array_foreach((json_t *)tasks, i, task)
		lost = lost || is_lost(task);
	return lost;
}

/* A bounded source may be COMPLETED before the first look: it has been RUNNING. */
static enum progress judge(const json_t *status, const char *goal)
{
	const json_t *connector = json_object_get(status, "connector"), *tasks = json_object_get(status, "tasks");
	size_t n = json_array_size(tasks);
	bool reached;

	if (strcmp(goal, "FAILED") == 0)
		return has_state(connector, goal) || count(tasks, goal) > 0 ? REACHED : NOT_YET;
	if (strcmp(goal, "STOPPED") != 0 && any_is_lost(connector, tasks))
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

static void print_lost(const struct cw_ctl *ctl, const char *connector, const json_t *status)
{
	const json_t *part = json_object_get(status, "connector");
	const char *trace;
	size_t i;
	json_t *task;

	if (is_lost(part)) {
		trace = json_string_value(json_object_get(part, "trace"));
		cw_ctl_complain(ctl, "%s is FAILED: %s", connector, trace ? trace : "no trace");
		return;
	}
	json_array_foreach(json_object_get(status, "tasks"), i, task)
		if (is_lost(task)) {
			trace = json_string_value(json_object_get(task, "trace"));
			cw_ctl_complain(ctl, "task %" JSON_INTEGER_FORMAT " of %s is FAILED: %s",
					json_integer_value(json_object_get(task, "id")), connector,
					trace ? trace : "no trace");
			return;
		}
}

/* Right after a connector was made its status may not be there yet: then it alone says whether to go on. */
static bool exists(struct cw_ctl *ctl, const char *connector)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, connector, "");
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
	const char *connector, *goal;
	json_t *status; /* of the last answer */
	char *problem;	/* why the last request had no status; NULL: it had */
	enum cw_client_failure failure; /* why it had no answer */
};

/* Right after a change what RUNs may still be what was there before it. */
static bool is_outdated(const json_t *status, const char *goal)
{
	const json_t *generation = json_object_get(status, "generation");

	return generation && (strcmp(goal, "RUNNING") == 0 || strcmp(goal, "COMPLETED") == 0) &&
	       !json_equal(generation, json_object_get(status, "observed_generation"));
}

static int take_status(struct cw_ctl *ctl, struct waiting *w, json_t *status)
{
	enum progress progress = is_outdated(status, w->goal) ? NOT_YET : judge(status, w->goal);

	json_decref(w->status);
	w->status = json_incref(status);
	if (progress == LOST)
		print_lost(ctl, w->connector, status);
	return progress == REACHED ? CW_CTL_OK : progress == LOST ? CW_CTL_FAILED : -1;
}

/* Time does not help: it is the command line or the context that is wrong. */
static bool is_for_good(enum cw_client_failure failure)
{
	return failure == CW_CLIENT_BAD_FILE || failure == CW_CLIENT_UNTRUSTED || failure == CW_CLIENT_NO_TLS ||
	       failure == CW_CLIENT_WANTS_CERTIFICATE;
}

/* -1: look again; else the exit status. */
static int look(struct cw_ctl *ctl, struct waiting *w)
{
	CW_AUTO_FREE char *path = cw_ctl_path(ctl, w->connector, "/status");
	struct cw_reply reply;
	int result = -1;

	cw_free_ptr(&w->problem);
	if (cw_client_call(ctl->client, "GET", path, NULL, &reply) == 0) {
		result = take_status(ctl, w, reply.body);
	} else {
		w->problem = cw_strdup(reply.message);
		w->failure = reply.failure;
		if (is_for_good(reply.failure))
			result = (int)cw_ctl_refused(ctl, &reply, NULL);
		else if (reply.status == 404 && !exists(ctl, w->connector))
			result = (int)cw_ctl_refused(ctl, &reply, w->connector);
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

	if (w->problem && w->failure) {
		cw_ctl_complain(ctl, "%s", w->problem);
		cw_ctl_advise_on_failure(ctl, w->failure, w->problem);
		return CW_CTL_UNREACHABLE;
	}
	cw_ctl_complain(ctl, "%s did not become %s within %g s: %s", w->connector, w->goal,
			(double)ctl->timeout_ms / 1000, w->problem ? w->problem : state);
	cw_ctl_advise_on(ctl, "describe", w->connector, "");
	return CW_CTL_TIMEOUT;
}

static bool has_progress(const struct cw_ctl *ctl)
{
	return ctl->io.tty && !cw_ctl_is_data(ctl) && !(ctl->given & CW_O_QUIET);
}

/* On a terminal, what is waited for; gone again as soon as it is there. */
static void show_progress(const struct cw_ctl *ctl, const struct waiting *w)
{
	CW_AUTO_FREE char *state = describe(w->status), *name = cw_text_harmless(w->connector, false);

	if (!has_progress(ctl))
		return;
	fprintf(ctl->io.out, "%s: %s", name, state);
	fflush(ctl->io.out);
}

static void clear_progress(const struct cw_ctl *ctl)
{
	if (!has_progress(ctl))
		return;
	fputs("\r\033[K", ctl->io.out);
	fflush(ctl->io.out);
}

enum cw_ctl_exit cw_ctl_await(struct cw_ctl *ctl, const char *connector, const char *state, int64_t deadline_ms)
{
	struct waiting w = { .connector = connector, .goal = state };
	int64_t pause_ms = ctl->given & CW_O_INTERVAL ? ctl->interval_ms : LOOK_MS;
	int result;

	for (;;) {
		int64_t left_ms = deadline_ms - cw_clock_ms();

		/* The last look comes at the deadline; its answer gets a second. */
		cw_client_set_timeout(ctl->client, left_ms > 1000 ? left_ms : 1000);
		result = look(ctl, &w);
		left_ms = deadline_ms - cw_clock_ms();
		if (result >= 0 || left_ms <= 0)
			break;
		show_progress(ctl, &w);
		cw_ctl_sleep_until(cw_clock_ms() + (pause_ms < left_ms ? pause_ms : left_ms));
		clear_progress(ctl);
	}
	if (result < 0)
		result = (int)time_out(ctl, &w);
	json_decref(w.status);
	cw_free_ptr(&w.problem);
	return (enum cw_ctl_exit)result;
}

enum cw_ctl_exit cw_ctl_wait(struct cw_ctl *ctl)
{
	int64_t deadline_ms = cw_clock_ms() + ctl->timeout_ms;
	enum cw_ctl_exit result, one;
	json_t *names, *name;
	size_t i;

	result = cw_ctl_names(ctl, ctl->args, ctl->n_args, &names);
	json_array_foreach(names, i, name) {
		one = cw_ctl_await(ctl, json_string_value(name), ctl->for_state, deadline_ms);
		if (one == CW_CTL_OK)
			cw_ctl_print_result(ctl, json_string_value(name), ctl->for_state);
		result = cw_ctl_worse(result, one);
		if (cw_ctl_is_hopeless(one))
			break;
	}
	json_decref(names);
	return result;
}
