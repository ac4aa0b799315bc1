#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct cw_connector *cw_connector_find(const struct cw_herder *herder, const char *name)
{
	struct cw_connector *c = herder->connectors;

	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	return c;
}

void cw_connector_view(const struct cw_connector *c, struct cw_connector_view *out, struct cw_task_view **tasks)
{
	*tasks = cw_alloc((c->n_tasks + 1) * sizeof(**tasks));
	for (size_t i = 0; i < c->n_tasks; i++)
		(*tasks)[i] = (struct cw_task_view){ c->tasks[i].phase, c->tasks[i].restart,
						     cw_recovery_next(c, (int)i) != 0,
						     c->tasks[i].automatic.attempts > 1 };
	*out = (struct cw_connector_view){
		.target = c->target,
		.leaving = c->deleting || c->herder->shutdown,
		.held = c->herder->held,
		.unconfigured = c->unconfigured,
		.outdated = c->outdated,
		.failed = c->failed,
		.recovers = cw_recovery_next(c, -1) != 0,
		.again = c->restarts.attempts > 1,
		.host_paused = c->host_paused,
		.restart = c->restart,
		.host = c->phase,
		.tasks = *tasks,
		.n_tasks = c->n_tasks,
	};
}

/* ---- making and freeing -------------------------------------------------------------------- */

static void free_tasks(struct cw_connector *c)
{
	for (size_t i = 0; i < c->n_tasks; i++) {
		json_decref(c->tasks[i].config);
		json_decref(c->tasks[i].metrics);
		cw_watchdog_forget(&c->tasks[i]);
		free(c->tasks[i].trace);
	}
	free(c->tasks);
	c->tasks = NULL;
	c->n_tasks = 0;
}

void cw_connector_set_config(struct cw_connector *c, const struct cw_stored_connector *stored)
{
	free(c->kind);
	free(c->class_name);
	free(c->file);
	free(c->version);
	json_decref(c->config);
	c->kind = cw_strdup(stored->kind);
	c->class_name = cw_strdup(stored->class_name);
	c->file = cw_strdup(stored->file);
	c->version = NULL;
	c->config = json_deep_copy(stored->config);
	c->revision++;
}

struct cw_connector *cw_connector_add(struct cw_herder *herder, const struct cw_stored_connector *stored)
{
	struct cw_connector *c = cw_alloc(sizeof(*c)), **place = &herder->connectors;

	c->herder = herder;
	c->name = cw_strdup(stored->name);
	c->scope = (struct cw_log_scope){ .connector = c->name, .task = -1 };
	cw_log_rings_open(herder->logs, c->name);
	c->target = stored->target;
	c->unconfigured = true;
	c->unstored = json_array();
	c->store_timer = (struct cw_timer){ .fn = cw_unstored_retry, .arg = c };
	c->restart_timer = (struct cw_timer){ .fn = cw_recovery_run, .arg = c };
	c->silence_timer = (struct cw_timer){ .fn = cw_watchdog_listen, .arg = c };
	cw_connector_set_config(c, stored);
	cw_connector_set_tasks(c, stored->tasks);
	while (*place && strcmp((*place)->name, c->name) < 0)
		place = &(*place)->next;
	c->next = *place;
	*place = c;
	return c;
}

void cw_connector_remove(struct cw_connector *c)
{
	for (struct cw_connector **p = &c->herder->connectors; *p; p = &(*p)->next)
		if (*p == c) {
			*p = c->next;
			break;
		}
	cw_loop_unset_timer(c->herder->loop, &c->store_timer);
	cw_loop_unset_timer(c->herder->loop, &c->restart_timer);
	cw_watchdog_end(c);
	cw_loggers_drop(c);
	cw_log_rings_drop(c->herder->logs, c->name);
	cw_hostproc_free(c->host);
	free_tasks(c);
	json_decref(c->config);
	json_decref(c->unstored);
	free(c->name);
	free(c->kind);
	free(c->class_name);
	free(c->file);
	free(c->version);
	free(c->trace);
	free(c->host_deadline_reason);
	free(c);
}

/* What the old task of this number brings along into the new list. */
static void take_over(struct cw_connector *c, struct cw_task *task, struct cw_task *old)
{
	bool same = !c->new_tasks && json_equal(task->config, old->config);

	task->restart = old->restart;
	task->restarts = old->restarts;
	task->shown = old->shown;
	if (!same)
		return;
	task->metrics = old->metrics;
	old->metrics = NULL;
	if (old->phase == CW_TASK_FAILED || old->phase == CW_TASK_COMPLETED) {
		task->phase = old->phase;
		task->automatic = old->automatic;
		task->trace = old->trace;
		old->trace = NULL;
	}
}

/*
 * The tasks as the connector has divided its work. One that has FAILED or is COMPLETED stays so when
 * it is the same task as before; every other one is to be started.
 */
void cw_connector_set_tasks(struct cw_connector *c, const json_t *configs)
{
	size_t n = json_array_size(configs);
	struct cw_task *tasks = cw_alloc((n + 1) * sizeof(*tasks));

	for (size_t i = 0; i < n; i++) {
		tasks[i].config = json_deep_copy(json_array_get(configs, i));
		if (i < c->n_tasks)
			take_over(c, &tasks[i], &c->tasks[i]);
	}
	if (n < c->n_tasks)
		cw_store_delete_statuses(c->herder->store, c->name, (int)n, NULL);
	free_tasks(c);
	c->tasks = tasks;
	c->n_tasks = n;
	c->new_tasks = false;
}

void cw_connector_drop_tasks(struct cw_connector *c)
{
	c->drop_tasks = false;
	if (c->n_tasks == 0)
		return;
	free_tasks(c);
	cw_store_delete_statuses(c->herder->store, c->name, 0, NULL);
}

/* ---- changes of what is seen --------------------------------------------------------------- */

void cw_task_set_phase(struct cw_connector *c, size_t task, enum cw_task_phase phase, const char *trace)
{
	struct cw_task *t = &c->tasks[task];

	t->phase = phase;
	free(t->trace);
	t->trace = cw_strdup(trace);
	t->shown.trace = false;
	t->stop_deadline_ms = 0;
	if (phase != CW_TASK_STARTING && phase != CW_TASK_RUNNING)
		cw_watchdog_forget(t);
	if (phase == CW_TASK_FAILED)
		cw_recovery_failed(c, &t->automatic, (int)task);
	else if (phase == CW_TASK_RUNNING)
		cw_restarts_running(&t->automatic, cw_clock_ms());
}

void cw_connector_fail(struct cw_connector *c, const char *trace)
{
	c->failed = true;
	c->restart = CW_RESTART_NONE;
	free(c->trace);
	c->trace = cw_strdup(trace);
	log_error(&c->scope, "the connector cannot run: %s", trace);
	cw_recovery_failed(c, &c->restarts, -1);
}

void cw_connector_restart(struct cw_connector *c)
{
	c->failed = false;
	c->restart = CW_RESTART_WANTED;
	free(c->trace);
	c->trace = NULL;
}

void cw_connector_remake(struct cw_connector *c)
{
	cw_recovery_forget(c);
	c->failed = false;
	free(c->trace);
	c->trace = NULL;
	c->unconfigured = true;
	c->new_tasks = true;
	c->outdated = c->phase != CW_HOST_NONE;
	if (c->phase != CW_HOST_NONE)
		return;
	for (size_t i = 0; i < c->n_tasks; i++)
		cw_task_set_phase(c, i, CW_TASK_IDLE, NULL);
}

/* ---- deadlines ----------------------------------------------------------------------------- */

static void set_host_deadline(struct cw_connector *c, int64_t at_ms, const char *reason)
{
	c->host_deadline_ms = at_ms;
	free(c->host_deadline_reason);
	c->host_deadline_reason = cw_strdup(reason);
}

void cw_connector_arm(struct cw_connector *c)
{
	int64_t at_ms = c->host_deadline_ms, task_ms;
	CW_AUTO_FREE char *reason = cw_strdup(c->host_deadline_reason);

	if (!c->host)
		return;
	for (size_t i = 0; i < c->n_tasks; i++) {
		task_ms = c->tasks[i].stop_deadline_ms;
		if (task_ms == 0 || (at_ms != 0 && at_ms <= task_ms))
			continue;
		at_ms = task_ms;
		free(reason);
		reason = cw_format("task %zu did not stop within %lld ms", i,
				   (long long)c->herder->config->task_shutdown_graceful_timeout_ms);
	}
	if (at_ms != 0)
		cw_hostproc_kill_at(c->host, at_ms, reason);
	else
		cw_hostproc_unset_kill(c->host);
}

/* ---- steps --------------------------------------------------------------------------------- */

/* Where its tasks begin: what is stored, and what could not be stored yet. New; NULL with *err. */
static json_t *offsets_of(const struct cw_connector *c, struct cw_error *err)
{
	json_t *offsets;

	if (strcmp(c->kind, "sink") == 0)
		return json_array();
	offsets = cw_store_get_offsets(c->herder->store, c->name, err);
	if (offsets)
		cw_unstored_lay_over(c, offsets);
	return offsets;
}

static void start_host(struct cw_connector *c)
{
	struct cw_herder *herder = c->herder;
	struct cw_hostproc_options options = {
		.program = herder->program, .mode = "--run", .connector = c->name, .lock_fd = herder->hosts_lock_fd,
		.message = cw_host_message, .gone = cw_host_gone, .arg = c,
	};
	struct cw_error err = { 0 };
	json_t *offsets = offsets_of(c, &err);
	CW_AUTO_FREE char *reason = cw_format("it did not start the connector within %lld ms",
					      (long long)herder->configure_timeout_ms);

	if (offsets)
		c->host = cw_hostproc_start(herder->loop, &options, &err);
	if (!c->host) {
		json_decref(offsets);
		cw_connector_fail(c, err.text);
		return;
	}
	herder->host_starts++;
	log_debug(&c->scope, "connect-host is pid %ld", (long)cw_hostproc_pid(c->host));
	c->phase = CW_HOST_CONFIGURING;
	c->host_paused = false;
	c->outdated = false;
	/* A restart of the connector object is part of this start; it ends with "configured". */
	if (c->restart == CW_RESTART_WANTED)
		c->restart = CW_RESTART_SENT;
	cw_watchdog_begin(c);
	cw_loggers_tell(c);
	cw_hostproc_send(c->host, json_pack("{sssssOsOsossss*}", "type", "configure", "connector", c->name,
					    "config", c->config, "worker", herder->worker, "offsets", offsets,
					    "identity", herder->identity, "file", *c->file ? c->file : NULL));
	set_host_deadline(c, cw_clock_ms() + herder->configure_timeout_ms, reason);
	cw_connector_arm(c);
}

static void stop_host(struct cw_connector *c)
{
	const struct cw_herder *herder = c->herder;
	int64_t now = cw_clock_ms(), timeout = herder->config->task_shutdown_graceful_timeout_ms, drain;
	CW_AUTO_FREE char *reason = NULL;

	if (herder->shutdown)
		timeout = herder->shutdown_deadline_ms > now ? herder->shutdown_deadline_ms - now : 0;
	/* The host is told a little less, so that it can end by itself. */
	drain = timeout - (timeout / 10 > 500 ? 500 : timeout / 10);
	reason = cw_format("its tasks did not stop within %lld ms", (long long)timeout);
	c->phase = CW_HOST_ENDING;
	for (size_t i = 0; i < c->n_tasks; i++)
		c->tasks[i].stop_deadline_ms = 0;
	cw_hostproc_send(c->host, json_pack("{sssI}", "type", "stop", "timeout_ms", (json_int_t)drain));
	set_host_deadline(c, now + timeout, reason);
	cw_connector_arm(c);
}

static void send_simple(struct cw_connector *c, const char *type)
{
	cw_hostproc_send(c->host, json_pack("{ss}", "type", type));
}

static void restart_connector(struct cw_connector *c)
{
	CW_AUTO_FREE char *reason = cw_format("it did not restart the connector within %lld ms",
					      (long long)c->herder->configure_timeout_ms);

	c->restart = CW_RESTART_SENT;
	send_simple(c, "restart");
	set_host_deadline(c, cw_clock_ms() + c->herder->configure_timeout_ms, reason);
	cw_connector_arm(c);
}

static void start_task(struct cw_connector *c, size_t i)
{
	struct cw_task *t = &c->tasks[i];
	struct cw_error err = { 0 };
	json_t *offsets = offsets_of(c, &err);

	if (t->restart)
		t->restarts++;
	t->restart = false;
	if (!offsets) {
		cw_task_set_phase(c, i, CW_TASK_FAILED, err.text);
		return;
	}
	cw_hostproc_send(c->host, json_pack("{sssisisOsbso}", "type", "start_task", "task", (int)i,
					    "tasks", (int)c->n_tasks, "config", t->config,
					    "paused", (int)c->host_paused, "offsets", offsets));
	cw_unstored_disown(c, (int)i);
	cw_task_set_phase(c, i, CW_TASK_STARTING, NULL);
}

static void stop_task(struct cw_connector *c, size_t i)
{
	int64_t timeout = c->herder->config->task_shutdown_graceful_timeout_ms;

	cw_hostproc_send(c->host, json_pack("{sssisI}", "type", "stop_task", "task", (int)i, "timeout_ms",
					    (json_int_t)(timeout - timeout / 10)));
	cw_task_set_phase(c, i, CW_TASK_STOPPING, NULL);
	c->tasks[i].stop_deadline_ms = cw_clock_ms() + timeout;
	cw_connector_arm(c);
}

static void do_step(struct cw_connector *c, enum cw_step step)
{
	switch (step) {
	case CW_STEP_START_HOST:
		start_host(c);
		break;
	case CW_STEP_STOP_HOST:
		stop_host(c);
		break;
	case CW_STEP_PAUSE:
	case CW_STEP_RESUME:
		c->host_paused = step == CW_STEP_PAUSE;
		send_simple(c, c->host_paused ? "pause" : "resume");
		break;
	case CW_STEP_RESTART_CONNECTOR:
		restart_connector(c);
		break;
	case CW_STEP_DROP_RESTART:
		c->restart = CW_RESTART_NONE;
		break;
	case CW_STEP_NONE:
		break;
	}
}

static bool do_task_steps(struct cw_connector *c, const struct cw_connector_view *view)
{
	bool acted = false;

	for (size_t i = 0; i < c->n_tasks; i++) {
		enum cw_task_step step = cw_plan_task_step(view, i);

		acted = acted || step != CW_TASK_STEP_NONE;
		if (step == CW_TASK_STEP_START) {
			start_task(c, i);
		} else if (step == CW_TASK_STEP_STOP) {
			stop_task(c, i);
		} else if (step == CW_TASK_STEP_RESET) {
			cw_task_set_phase(c, i, CW_TASK_IDLE, NULL);
			c->tasks[i].restart = false;
		}
	}
	return acted;
}

/* ---- the end of one ------------------------------------------------------------------------ */

static void finish_delete(struct cw_connector *c)
{
	struct cw_herder *herder = c->herder;
	struct cw_call *call = c->delete_call;
	CW_AUTO_FREE char *name = cw_strdup(c->name);
	struct cw_error err = { 0 };

	if (cw_store_delete_connector(herder->store, name, &err) != 0) {
		/* It stands as it stood, but for its host, which starts again. */
		c->deleting = false;
		c->delete_call = NULL;
		cw_connector_remake(c);
		cw_call_fail(call, err.code, "%s", err.text);
		cw_connector_drive(c);
	} else {
		log_info(&c->scope, "deleted");
		cw_connector_remove(c);
		cw_wait_gone(herder, name);
		cw_call_answer(call, NULL);
	}
	cw_turn_end(herder, name);
}

void cw_connector_drive(struct cw_connector *c)
{
	bool again = true;

	while (again) {
		struct cw_connector_view view;
		struct cw_task_view *tasks;
		enum cw_step step;

		cw_connector_view(c, &view, &tasks);
		step = cw_plan_step(&view);
		if (step != CW_STEP_NONE) {
			do_step(c, step);
			again = true;
		} else {
			again = do_task_steps(c, &view);
		}
		free(tasks);
	}
	if (c->phase == CW_HOST_NONE && (c->deleting || c->herder->shutdown || c->target == CW_TARGET_STOPPED))
		cw_unstored_give_up(c);
	if (c->phase == CW_HOST_NONE && c->deleting) {
		finish_delete(c);
		return;
	}
	/* No tasks are to be made before it is resumed. */
	if (c->phase == CW_HOST_NONE && c->target != CW_TARGET_STARTED)
		c->observed = c->revision;
	cw_recovery_arm(c);
	cw_states_show(c);
}
