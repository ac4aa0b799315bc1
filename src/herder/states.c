/* The states of a connector and its tasks: each change is logged, stored, and told to who waits for one. */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

static void log_state(const struct cw_connector *c, int task, const char *state, const char *trace)
{
	const struct cw_log_scope scope = { .connector = c->name, .task = task };

	if (strcmp(state, "FAILED") == 0 && task >= 0)
		log_error(&scope, "FAILED: %s", trace ? trace : "");
	else if (strcmp(state, "UNASSIGNED") == 0)
		log_debug(&scope, "%s", state);
	else
		log_info(&scope, "%s", state);
}

/* Now or, while the store is in trouble, with one of the next calls. */
static void store_state(struct cw_connector *c, int task, struct cw_shown *shown, const char *trace)
{
	const struct cw_log_scope scope = { .connector = c->name, .task = task };
	struct cw_stored_status status = { c->name, task, shown->state, c->herder->worker_id, c->revision,
					   trace ? trace : "" };
	struct cw_error err = { 0 };
	bool failed = cw_store_put_status(c->herder->store, &status, &err) != 0;

	if (failed && !shown->unstored)
		log_warn(&scope, "its state is not stored yet: %s", err.text);
	else if (!failed && shown->unstored)
		log_info(&scope, "its state is stored: %s", shown->state);
	shown->unstored = failed;
	if (failed)
		cw_unstored_try_later(c);
}

static void show(struct cw_connector *c, int task, struct cw_shown *shown, const char *state, const char *trace)
{
	bool changed = !shown->state || strcmp(shown->state, state) != 0 || (trace && !shown->trace);

	shown->state = state;
	shown->trace = true;
	if (changed)
		log_state(c, task, state, trace);
	if (changed || shown->unstored)
		store_state(c, task, shown, trace);
}

/* How it stood when the worker was asked to end says more than what follows from that. */
static void show_last(struct cw_connector *c)
{
	if (c->shown.unstored)
		store_state(c, -1, &c->shown, c->trace);
	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].shown.unstored)
			store_state(c, (int)i, &c->tasks[i].shown, c->tasks[i].trace);
}

void cw_states_show(struct cw_connector *c)
{
	struct cw_connector_view view;
	struct cw_task_view *tasks;

	if (c->herder->shutdown && c->phase == CW_HOST_NONE) {
		show_last(c);
		return;
	}
	cw_connector_view(c, &view, &tasks);
	show(c, -1, &c->shown, cw_plan_connector_state(&view), c->trace);
	for (size_t i = 0; i < c->n_tasks; i++)
		show(c, (int)i, &c->tasks[i].shown, cw_plan_task_state(&view, i), c->tasks[i].trace);
	free(tasks);
	cw_wait_check(c);
}
