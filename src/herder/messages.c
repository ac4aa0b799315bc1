/* What the hosts say, and what follows from it. */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static const char *text_of(const json_t *message, const char *key)
{
	return json_string_value(json_object_get(message, key));
}

/* The task a message is about, or -1. */
static int task_of(const struct cw_connector *c, const json_t *message)
{
	const json_t *task = json_object_get(message, "task");

	if (!json_is_integer(task) || json_integer_value(task) < 0 || (size_t)json_integer_value(task) >= c->n_tasks)
		return -1;
	return (int)json_integer_value(task);
}

static void clear_host_deadline(struct cw_connector *c)
{
	c->host_deadline_ms = 0;
	cw_connector_arm(c);
}

static bool tasks_changed(const struct cw_connector *c, const json_t *configs)
{
	if (json_array_size(configs) != c->n_tasks)
		return true;
	for (size_t i = 0; i < c->n_tasks; i++)
		if (!json_equal(json_array_get(configs, i), c->tasks[i].config))
			return true;
	return false;
}

static void on_configured(struct cw_connector *c, const json_t *message)
{
	const json_t *configs = json_object_get(message, "tasks");
	bool changed = tasks_changed(c, configs);
	struct cw_error err = { 0 };

	if (!json_is_array(configs)) {
		cw_hostproc_kill(c->host, "its \"configured\" has no tasks");
		return;
	}
	if (c->phase != CW_HOST_CONFIGURING && !(c->phase == CW_HOST_READY && c->restart == CW_RESTART_SENT))
		return;
	clear_host_deadline(c);
	if (changed && cw_store_put_tasks(c->herder->store, c->name, configs, &err) != 0) {
		cw_connector_fail(c, err.text);
		c->outdated = true;
		return;
	}
	c->restart = CW_RESTART_NONE;
	if (c->phase == CW_HOST_READY) { /* the connector object alone was restarted */
		if (changed)
			cw_connector_remake(c);
		return;
	}
	free(c->version);
	c->version = cw_strdup(text_of(message, "version"));
	c->phase = CW_HOST_READY;
	c->unconfigured = false;
	c->observed = c->revision;
	cw_restarts_running(&c->restarts, cw_clock_ms());
	cw_connector_set_tasks(c, configs);
}

static void on_failed(struct cw_connector *c, const json_t *message)
{
	const char *trace = text_of(message, "trace");

	if (c->phase != CW_HOST_CONFIGURING && !(c->phase == CW_HOST_READY && c->restart == CW_RESTART_SENT))
		return;
	clear_host_deadline(c);
	cw_connector_fail(c, trace ? trace : "connect-host gave no reason");
	if (c->phase == CW_HOST_CONFIGURING)
		c->outdated = true; /* the plan ends it */
}

static void on_status(struct cw_connector *c, const json_t *message)
{
	static const struct {
		const char *name;
		enum cw_task_phase phase;
	} states[] = {
		{ "RUNNING", CW_TASK_RUNNING }, { "PAUSED", CW_TASK_PAUSED },
		{ "FAILED", CW_TASK_FAILED },	{ "COMPLETED", CW_TASK_COMPLETED },
	};
	const char *name = text_of(message, "state"), *trace = text_of(message, "trace");
	int task = task_of(c, message);

	if (task < 0 || !name)
		return;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		enum cw_task_phase phase = states[i].phase;

		if (strcmp(name, states[i].name) != 0)
			continue;
		/* What is over does not begin again by itself; one that is being stopped ends with "stopped". */
		if (c->tasks[task].phase == CW_TASK_IDLE || c->tasks[task].phase >= CW_TASK_FAILED)
			return;
		if (phase != CW_TASK_FAILED)
			trace = NULL;
		else if (!trace)
			trace = "no reason given";
		cw_task_set_phase(c, (size_t)task, phase, trace);
		return;
	}
}

static void on_stopped(struct cw_connector *c, const json_t *message)
{
	int task = task_of(c, message);

	if (task < 0 || c->tasks[task].phase != CW_TASK_STOPPING)
		return;
	cw_task_set_phase(c, (size_t)task, CW_TASK_IDLE, NULL);
	cw_connector_arm(c);
}

static void on_metrics(struct cw_connector *c, const json_t *message)
{
	json_t *metrics = json_object_get(message, "metrics");
	int task = task_of(c, message);

	if (task < 0 || !json_is_object(metrics))
		return;
	json_decref(c->tasks[task].metrics);
	c->tasks[task].metrics = json_incref(metrics);
	json_decref(c->tasks[task].retry);
	c->tasks[task].retry = json_incref(json_object_get(message, "retry"));
	json_decref(c->tasks[task].awaited);
	c->tasks[task].awaited = json_incref(json_object_get(message, "awaited"));
	json_decref(c->tasks[task].rate_limit);
	c->tasks[task].rate_limit = json_incref(json_object_get(message, "rate_limit"));
	cw_watchdog_look(c, (size_t)task);
}

/*
 * The next host asks the config providers anew. What is COMPLETED stays so; what has FAILED may have failed by what has
 * changed, and begins again.
 */
static void on_reload(struct cw_connector *c, const json_t *message)
{
	(void)message;
	if (c->phase != CW_HOST_READY || c->outdated)
		return;
	c->unconfigured = c->outdated = true;
	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].phase == CW_TASK_FAILED)
			cw_task_set_phase(c, i, CW_TASK_IDLE, NULL);
}

/* ---- offsets and topics ------------------------------------------------------------------- */

static void on_offsets(struct cw_connector *c, const json_t *message)
{
	if (json_is_integer(json_object_get(message, "task")) && json_is_integer(json_object_get(message, "seq")) &&
	    json_is_array(json_object_get(message, "offsets")))
		cw_unstored_take(c, message);
	else
		cw_hostproc_kill(c->host, "it sent offsets without task, seq or offsets");
}

static void on_topics(struct cw_connector *c, const json_t *message)
{
	const json_t *topics = json_object_get(message, "topics"), *topic;
	bool good = task_of(c, message) >= 0 && json_is_array(topics);
	size_t i;

	json_array_foreach(topics, i, topic)
		good = good && json_is_string(topic);
	if (!good)
		cw_hostproc_kill(c->host, "it sent topics without a task or names");
	else if (c->herder->config->topic_tracking_enable)
		cw_unstored_take(c, message);
}

/* ---- entry points -------------------------------------------------------------------------- */

void cw_host_message(void *arg, const json_t *message)
{
	static const struct {
		const char *type;
		void (*handle)(struct cw_connector *c, const json_t *message);
		bool drive;
	} handlers[] = {
		{ "metrics", on_metrics, false },
		{ "log", cw_logs_message, false },
		{ "offsets", on_offsets, false },
		{ "topics", on_topics, false },
		{ "status", on_status, true },
		{ "stopped", on_stopped, true },
		{ "failed", on_failed, true },
		{ "configured", on_configured, true },
		{ "reload", on_reload, true },
	};
	struct cw_connector *c = arg;
	const char *type = text_of(message, "type");

	cw_watchdog_heard(c);
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (strcmp(type, handlers[i].type) == 0) {
			handlers[i].handle(c, message);
			if (handlers[i].drive)
				cw_connector_drive(c);
			return;
		}
	log_debug(&c->scope, "connect-host sent a message of unknown type %s", type);
}

static bool task_is_active(const struct cw_task *task)
{
	return task->phase == CW_TASK_STARTING || task->phase == CW_TASK_RUNNING || task->phase == CW_TASK_PAUSED ||
	       task->phase == CW_TASK_STOPPING;
}

/* Nobody asked it to end: every task that was at work has failed. The connector itself stays RUNNING. */
static void fail_tasks(struct cw_connector *c, const char *trace)
{
	c->herder->host_crashes++;
	if (c->restart == CW_RESTART_SENT)
		cw_connector_fail(c, trace);
	for (size_t i = 0; i < c->n_tasks; i++)
		if (task_is_active(&c->tasks[i]))
			cw_task_set_phase(c, i, CW_TASK_FAILED, trace);
	if (c->n_tasks == 0)
		log_error(&c->scope, "%s", trace);
}

/* Asked to end, or killed while a task was to be restarted: what was at work may start again. */
static void reset_tasks(struct cw_connector *c, bool all)
{
	for (size_t i = 0; i < c->n_tasks; i++)
		if (all || task_is_active(&c->tasks[i]))
			cw_task_set_phase(c, i, CW_TASK_IDLE, NULL);
}

static bool a_task_is_stopping(const struct cw_connector *c)
{
	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].phase == CW_TASK_STOPPING)
			return true;
	return false;
}

void cw_host_gone(void *arg, const struct cw_hostproc_end *end)
{
	struct cw_connector *c = arg;
	enum cw_host_phase phase = c->phase;

	c->phase = CW_HOST_NONE;
	c->host_deadline_ms = 0;
	c->herder->host_kills += end->killed;
	cw_watchdog_end(c);
	cw_unstored_disown(c, -1);
	if (phase == CW_HOST_CONFIGURING) {
		c->herder->host_crashes += !end->killed;
		cw_connector_fail(c, end->trace);
	} else if (phase == CW_HOST_READY && !(end->killed && a_task_is_stopping(c))) {
		fail_tasks(c, end->trace);
	} else {
		if (!end->clean && !c->failed)
			log_warn(&c->scope, "%s", end->trace);
		reset_tasks(c, c->new_tasks);
	}
	if (c->drop_tasks)
		cw_connector_drop_tasks(c);
	c->outdated = false;
	cw_hostproc_free(c->host);
	c->host = NULL;
	cw_connector_drive(c);
}
