#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "supervisor/usage.h"

static void put_text(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, value ? json_string(value) : json_null());
}

json_t *cw_view_info(const struct cw_connector *c)
{
	json_t *info = json_object(), *tasks = json_array();

	for (size_t i = 0; i < c->n_tasks && c->target != CW_TARGET_STOPPED; i++)
		json_array_append_new(tasks, json_pack("{sssi}", "connector", c->name, "task", (int)i));
	put_text(info, "name", c->name);
	json_object_set_new(info, "config", cw_secrets_hide(c->herder, c->class_name, c->config, c->config));
	json_object_set_new(info, "tasks", tasks);
	put_text(info, "type", c->kind);
	return info;
}

static const char *version_of(const struct cw_connector *c)
{
	const json_t *plugin;

	if (c->version)
		return c->version;
	plugin = cw_plugins_find(c->herder, c->class_name);
	return json_string_value(json_object_get(plugin, "version"));
}

static void put_next_restart(json_t *state, const struct cw_connector *c, int task)
{
	int64_t next = cw_recovery_next(c, task);
	char at[32];

	if (!next)
		return;
	cw_clock_iso(cw_clock_epoch_ms() + next - cw_clock_ms(), at, sizeof(at));
	put_text(state, "next_restart_at", at);
}

static json_t *state_object(const struct cw_connector *c, const char *state, const char *trace)
{
	json_t *object = json_object();

	put_text(object, "state", state);
	put_text(object, "worker_id", c->herder->worker_id);
	put_text(object, "version", version_of(c));
	if (trace && *trace)
		put_text(object, "trace", trace);
	return object;
}

/* The limits of the connector, and for how long they have held this task back. */
static void put_rate_limit(json_t *state, const struct cw_task *t)
{
	const json_t *held = json_object_get(json_object_get(t->metrics, "rate_limit_held_ms"), "value");
	json_t *limit;

	if (!t->rate_limit)
		return;
	limit = json_copy(t->rate_limit);
	json_object_set_new(limit, "held_ms", json_integer(json_integer_value(held)));
	json_object_set_new(state, "rate_limit", limit);
}

static json_t *task_state(const struct cw_connector *c, const struct cw_connector_view *view, size_t i)
{
	json_t *state = state_object(c, cw_plan_task_state(view, i), c->tasks[i].trace), *object = json_object();

	json_object_set_new(object, "id", json_integer((json_int_t)i));
	json_object_set_new(state, "restarts", json_integer((json_int_t)c->tasks[i].restarts));
	if (c->tasks[i].retry)
		json_object_set(state, "retry", c->tasks[i].retry);
	put_rate_limit(state, &c->tasks[i]);
	put_next_restart(state, c, (int)i);
	json_object_update(object, state);
	json_decref(state);
	return object;
}

json_t *cw_view_task_status(const struct cw_connector *c, size_t task)
{
	struct cw_connector_view view;
	struct cw_task_view *tasks;
	json_t *state;

	cw_connector_view(c, &view, &tasks);
	state = task_state(c, &view, task);
	free(tasks);
	return state;
}

/* RUNNING that is only a word is DEGRADED. */
static void put_summary(json_t *status, const struct cw_connector *c, const char *state)
{
	CW_AUTO_FREE char *reason = strcmp(state, "RUNNING") == 0 ? cw_watchdog_reason(c) : NULL;

	put_text(status, "summary_state", reason ? "DEGRADED" : state);
	if (reason)
		put_text(status, "degraded", reason);
}

json_t *cw_view_status(const struct cw_connector *c)
{
	json_t *status = json_object(), *list = json_array();
	struct cw_connector_view view;
	struct cw_task_view *tasks;

	cw_connector_view(c, &view, &tasks);
	for (size_t i = 0; i < c->n_tasks; i++)
		json_array_append_new(list, task_state(c, &view, i));
	put_text(status, "name", c->name);
	json_object_set_new(status, "connector", state_object(c, cw_plan_connector_state(&view), c->trace));
	put_next_restart(json_object_get(status, "connector"), c, -1);
	json_object_set_new(status, "tasks", list);
	put_text(status, "type", c->kind);
	put_summary(status, c, cw_plan_summary_state(&view));
	json_object_set_new(status, "generation", json_integer(c->revision));
	json_object_set_new(status, "observed_generation", json_integer(c->observed));
	free(tasks);
	return status;
}

json_t *cw_view_tasks(const struct cw_connector *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_tasks && c->target != CW_TARGET_STOPPED; i++) {
		json_t *config = cw_secrets_hide(c->herder, c->class_name, c->tasks[i].config, c->config);

		put_text(config, "task.class", c->class_name);
		json_array_append_new(list, json_pack("{s{sssi}so}", "id", "connector", c->name, "task", (int)i,
						      "config", config));
	}
	return list;
}

static void put_metric(json_t *metrics, const char *name, const char *kind, int64_t value, const char *help)
{
	json_object_set_new(metrics, name, json_pack("{sssssI}", "kind", kind, "help", help, "value",
						     (json_int_t)value));
}

/* What a process has used; nothing when it is gone. New. */
static json_t *usage_metrics(pid_t pid)
{
	json_t *metrics = json_object();
	struct cw_usage usage;

	if (!cw_usage_read(pid, &usage))
		return metrics;
	json_object_set_new(metrics, "cpu_seconds",
			    json_pack("{sssssf}", "kind", "counter", "help",
				      "Processor time of the process, user and system, in seconds.", "value", usage.cpu_s));
	put_metric(metrics, "resident_memory_bytes", "gauge", usage.resident_bytes,
		   "Memory of the process, with what it shares with others.");
	return metrics;
}

/* Those that its tasks, or one of them, know to hold: they share them. */
static void put_limits(json_t *metrics, const struct cw_connector *c)
{
	const json_t *limit = NULL;

	for (size_t i = 0; i < c->n_tasks && !limit; i++)
		limit = c->tasks[i].rate_limit;
	if (!limit)
		return;
	put_metric(metrics, "rate_limit_records_per_second", "gauge",
		   json_integer_value(json_object_get(limit, "records_per_second")),
		   "The most records in a second, of all tasks together; 0: any number.");
	put_metric(metrics, "rate_limit_bytes_per_second", "gauge",
		   json_integer_value(json_object_get(limit, "bytes_per_second")),
		   "The most bytes of record values in a second, of all tasks together; 0: any number.");
}

static json_t *worker_metrics(const struct cw_herder *herder)
{
	json_t *metrics = json_object();
	int64_t hosts = 0;

	for (const struct cw_connector *c = herder->connectors; c; c = c->next)
		hosts += c->host != NULL;
	put_metric(metrics, "hosts", "gauge", hosts, "Processes that run connectors.");
	put_metric(metrics, "host_starts", "counter", herder->host_starts, "Processes started to run a connector.");
	put_metric(metrics, "host_crashes", "counter", herder->host_crashes,
		   "Processes of connectors that ended without being asked to.");
	put_metric(metrics, "host_kills", "counter", herder->host_kills,
		   "Processes of connectors that were killed because they missed a deadline.");
	return metrics;
}

static json_t *connector_metrics(const struct cw_connector *c)
{
	json_t *object = json_object(), *list = json_array();
	struct cw_connector_view view;
	struct cw_task_view *tasks;

	cw_connector_view(c, &view, &tasks);
	for (size_t i = 0; i < c->n_tasks; i++) {
		json_t *task = json_pack("{sisssI}", "id", (int)i, "state", cw_plan_task_state(&view, i), "restarts",
					 (json_int_t)c->tasks[i].restarts);

		if (c->tasks[i].metrics)
			json_object_set(task, "metrics", c->tasks[i].metrics);
		else
			json_object_set_new(task, "metrics", json_object());
		json_array_append_new(list, task);
	}
	put_text(object, "state", cw_plan_connector_state(&view));
	put_text(object, "type", c->kind);
	put_text(object, "class", c->class_name);
	if (c->host) {
		json_t *metrics = usage_metrics(cw_hostproc_pid(c->host));

		put_limits(metrics, c);
		json_object_set_new(object, "metrics", metrics);
	}
	json_object_set_new(object, "tasks", list);
	free(tasks);
	return object;
}

json_t *cw_view_metrics(const struct cw_herder *herder)
{
	json_t *connectors = json_object();

	for (const struct cw_connector *c = herder->connectors; c; c = c->next)
		json_object_set_new(connectors, c->name, connector_metrics(c));
	return json_pack("{sososo}", "process", usage_metrics(getpid()), "worker", worker_metrics(herder), "connectors",
			 connectors);
}
