#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- reads --------------------------------------------------------------------------------- */

/* A broker that is away is no reason to restart the worker: it is told beside. */
static void health(struct cw_herder *herder, struct cw_call *call)
{
	const char *kafka = cw_cluster_reachable(herder);

	if (herder->shutdown)
		cw_call_answer(call, json_pack("{ssssss}", "status", "unhealthy", "message", "Worker is shutting down.",
					       "kafka", kafka));
	else
		cw_call_answer(call, json_pack("{ssssss}", "status", "healthy", "message",
					       "Worker has completed startup and is ready to handle requests.", "kafka",
					       kafka));
}

static void list(struct cw_herder *herder, struct cw_call *call)
{
	uint32_t flags = call->request.flags;
	bool expand = flags & (CW_OP_EXPAND | CW_OP_EXPAND_STATUS | CW_OP_EXPAND_INFO);
	json_t *answer = expand ? json_object() : json_array();

	for (const struct cw_connector *c = herder->connectors; c; c = c->next) {
		json_t *entry = expand ? json_object() : NULL;

		if (flags & CW_OP_EXPAND_STATUS)
			json_object_set_new(entry, "status", cw_view_status(c));
		if (flags & CW_OP_EXPAND_INFO)
			json_object_set_new(entry, "info", cw_view_info(c));
		if (expand)
			json_object_set_new(answer, c->name, entry);
		else
			json_array_append_new(answer, json_string(c->name));
	}
	cw_call_answer(call, answer);
}

/* FNV-1a of the config's text, its keys in order. */
void cw_config_etag(const json_t *config, char out[CW_ETAG_MAX])
{
	char *text = json_dumps(config, JSON_COMPACT | JSON_SORT_KEYS);
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const unsigned char *p = (const unsigned char *)(text ? text : ""); *p; p++)
		hash = (hash ^ *p) * UINT64_C(1099511628211);
	free(text);
	snprintf(out, CW_ETAG_MAX, "\"%016llx\"", (unsigned long long)hash);
}

static void read_connector(struct cw_herder *herder, struct cw_call *call)
{
	const struct cw_connector *c = cw_connector_find(herder, call->name);
	int task = call->request.task;

	if (c && (call->request.op == CW_OP_GET || call->request.op == CW_OP_GET_CONFIG))
		cw_config_etag(c->config, call->answer.etag);
	if (call->request.op == CW_OP_TASK_STATUS) {
		if (c && task >= 0 && (size_t)task < c->n_tasks)
			cw_call_answer(call, cw_view_task_status(c, (size_t)task));
		else
			cw_call_fail(call, CW_ERR_NOT_FOUND, "No status found for task %s-%d", call->name, task);
	} else if (!c && call->request.op == CW_OP_STATUS) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "No status found for connector %s", call->name);
	} else if (!c) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Connector %s not found", call->name);
	} else if (call->request.op == CW_OP_GET) {
		cw_call_answer(call, cw_view_info(c));
	} else if (call->request.op == CW_OP_GET_CONFIG) {
		cw_call_answer(call, cw_secrets_hide(herder, c->class_name, c->config, c->config));
	} else if (call->request.op == CW_OP_STATUS) {
		cw_call_answer(call, cw_view_status(c));
	} else if (call->request.op == CW_OP_TASKS) {
		cw_call_answer(call, cw_view_tasks(c));
	} else if (call->request.op == CW_OP_LETTERS) {
		cw_letters_read(herder, call, c);
	} else {
		cw_offsets_read(herder, call, c);
	}
}

/* ---- what changes a connector's target ----------------------------------------------------- */

static void leave_stopped_behind(struct cw_connector *c)
{
	c->unconfigured = true;
	c->outdated = c->drop_tasks = c->phase != CW_HOST_NONE;
	c->new_tasks = true;
	c->failed = false;
	c->restart = CW_RESTART_NONE;
	free(c->trace);
	c->trace = NULL;
	for (size_t i = 0; i < c->n_tasks; i++)
		c->tasks[i].restart = false;
	if (!c->drop_tasks)
		cw_connector_drop_tasks(c);
}

/* The next run of its tasks begins where the last one has COMPLETED, when it is driven. */
static void want_next_run(struct cw_connector *c)
{
	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].phase == CW_TASK_COMPLETED)
			c->tasks[i].restart = true;
}

static bool run_is_over(const struct cw_connector *c)
{
	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].phase != CW_TASK_COMPLETED)
			return false;
	return true;
}

/* What a resume does beyond that it lets it run: in the midst of a run that was paused nothing. */
static void resume(struct cw_connector *c, enum cw_target before)
{
	if (before == CW_TARGET_STARTED || (before == CW_TARGET_PAUSED && run_is_over(c)))
		want_next_run(c);
}

static bool set_target(struct cw_herder *herder, struct cw_call *call, enum cw_target target)
{
	struct cw_connector *c = cw_connector_find(herder, call->name);
	struct cw_error err = { 0 };
	enum cw_target before;

	if (!c) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Unknown connector %s", call->name);
		return true;
	}
	before = c->target;
	if (before != target && cw_store_put_target(herder->store, c->name, target, &err) != 0) {
		cw_call_fail(call, err.code, "%s", err.text);
		return true;
	}
	c->target = target;
	if (target == CW_TARGET_STARTED)
		resume(c, before);
	else if (target == CW_TARGET_STOPPED && before != target)
		leave_stopped_behind(c);
	cw_connector_drive(c);
	cw_call_answer(call, NULL);
	return true;
}

static bool delete(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_connector *c = cw_connector_find(herder, call->name);

	if (!c && call->request.flags & CW_OP_IGNORE_MISSING) {
		cw_call_answer(call, NULL);
		return true;
	}
	if (!c) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Connector %s not found", call->name);
		return true;
	}
	if (cw_change_refused_by_etag(call, c))
		return true;
	cw_call_stage(call, "stopping the tasks of connector %s", c->name);
	c->deleting = true;
	c->delete_call = call;
	cw_connector_drive(c);
	return false;
}

/* ---- restarts ------------------------------------------------------------------------------ */

/* Marks what is to be restarted. true: everything, so that a new host does it. */
static bool mark(struct cw_connector *c, uint32_t flags)
{
	bool only_failed = flags & CW_OP_ONLY_FAILED, tasks = flags & CW_OP_INCLUDE_TASKS;

	if (!only_failed || c->failed) {
		c->failed = false;
		c->restart = CW_RESTART_WANTED;
	}
	for (size_t i = 0; tasks && i < c->n_tasks; i++)
		if (!only_failed || c->tasks[i].phase == CW_TASK_FAILED)
			c->tasks[i].restart = true;
	return tasks && !only_failed;
}

/* Of a connector that is STOPPED: nothing happens, and the answer says what clients expect. */
static json_t *stopped_answer(const struct cw_connector *c, uint32_t flags)
{
	json_t *status = cw_view_status(c);

	if (!(flags & CW_OP_ONLY_FAILED))
		json_object_set_new(json_object_get(status, "connector"), "state", json_string("RESTARTING"));
	return status;
}

static bool restart(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_connector *c = cw_connector_find(herder, call->name);
	uint32_t flags = call->request.flags & (CW_OP_INCLUDE_TASKS | CW_OP_ONLY_FAILED);
	json_t *status = NULL;
	bool everything;

	if (!c) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Unknown connector: %s", call->name);
		return true;
	}
	if (c->target == CW_TARGET_STOPPED) {
		cw_call_answer(call, flags ? stopped_answer(c, flags) : NULL);
		return true;
	}
	cw_recovery_forget(c);
	everything = mark(c, flags);
	/* Kafka Connect's restart is the connector's alone; but nobody waits for the end of a run that is over. */
	if (call->request.wait == CW_WAIT_COMPLETED && !(flags & CW_OP_ONLY_FAILED))
		want_next_run(c);
	if (flags)
		status = cw_view_status(c); /* with the old traces, which go now */
	if (everything) {
		cw_connector_remake(c);
	} else if (c->restart == CW_RESTART_WANTED) {
		free(c->trace);
		c->trace = NULL;
	}
	cw_connector_drive(c);
	cw_call_answer(call, status);
	return true;
}

static bool restart_task(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_connector *c = cw_connector_find(herder, call->name);
	int task = call->request.task;

	if (!c) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Unknown connector: %s", call->name);
	} else if (c->target == CW_TARGET_STOPPED) {
		cw_call_fail(call, CW_ERR_CONFLICT,
			     "Task %s-%d cannot be restarted: the connector is STOPPED; resume it instead",
			     c->name, task);
	} else if (task < 0 || (size_t)task >= c->n_tasks) {
		cw_call_fail(call, CW_ERR_NOT_FOUND, "Unknown task: %s-%d", c->name, task);
	} else if (c->failed && c->phase == CW_HOST_NONE) {
		cw_call_fail(call, CW_ERR_CONFLICT,
			     "Task %s-%d cannot be restarted: the connector is FAILED; restart that first",
			     c->name, task);
	} else {
		cw_restarts_forget(&c->tasks[task].automatic);
		c->tasks[task].restart = true;
		cw_connector_drive(c);
		cw_call_answer(call, NULL);
	}
	return true;
}

/* ---- turns --------------------------------------------------------------------------------- */

bool cw_call_has_turn(const struct cw_call *call)
{
	switch (call->request.op) {
	case CW_OP_VALIDATE:
	case CW_OP_PREVIEW:
	case CW_OP_PREVIEW_CONFIG:
	case CW_OP_OFFSETS:
	case CW_OP_LETTERS: return false;
	default: return true;
	}
}

/* true: the call was answered. */
static bool change(struct cw_herder *herder, struct cw_call *call)
{
	switch (call->request.op) {
	case CW_OP_CREATE:
		return cw_change_create(herder, call);
	case CW_OP_PUT_CONFIG:
		return cw_change_put(herder, call);
	case CW_OP_PATCH_CONFIG:
		return cw_change_patch(herder, call);
	case CW_OP_DELETE:
		return delete(herder, call);
	case CW_OP_PAUSE:
		return set_target(herder, call, CW_TARGET_PAUSED);
	case CW_OP_RESUME:
		return set_target(herder, call, CW_TARGET_STARTED);
	case CW_OP_STOP:
		return set_target(herder, call, CW_TARGET_STOPPED);
	case CW_OP_RESTART:
		return restart(herder, call);
	case CW_OP_ALTER_OFFSETS:
	case CW_OP_RESET_OFFSETS:
		return cw_offsets_change(herder, call);
	case CW_OP_REPLAY_LETTERS:
		return cw_letters_replay(herder, call);
	default:
		return restart_task(herder, call);
	}
}

static void free_turn(struct cw_herder *herder, struct cw_turn *turn)
{
	for (struct cw_turn **p = &herder->turns; *p; p = &(*p)->next)
		if (*p == turn) {
			*p = turn->next;
			break;
		}
	free(turn->name);
	free(turn);
}

/* Runs requests on one connector until one of them has to wait. */
static void run_turn(struct cw_herder *herder, struct cw_turn *turn)
{
	while (turn->current) {
		if (!change(herder, turn->current))
			return; /* cw_turn_end() goes on; it may have done so already */
		turn->current = turn->waiting;
		if (turn->waiting)
			turn->waiting = turn->waiting->next;
	}
	free_turn(herder, turn);
}

void cw_turn_end(struct cw_herder *herder, const char *name)
{
	struct cw_turn *turn = herder->turns;

	while (turn && strcmp(turn->name, name) != 0)
		turn = turn->next;
	if (!turn)
		return;
	turn->current = turn->waiting;
	if (turn->waiting)
		turn->waiting = turn->waiting->next;
	run_turn(herder, turn);
}

static void take_turn(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_turn *turn = herder->turns;

	while (turn && strcmp(turn->name, call->name) != 0)
		turn = turn->next;
	if (turn) {
		cw_call_stage(call, "working on an earlier request for connector %s", call->name);
		cw_call_append(&turn->waiting, call);
		return;
	}
	turn = cw_alloc(sizeof(*turn));
	turn->name = cw_strdup(call->name);
	turn->current = call;
	turn->next = herder->turns;
	herder->turns = turn;
	run_turn(herder, turn);
}

void cw_request_cancel_waiting(struct cw_herder *herder)
{
	for (struct cw_turn *turn = herder->turns; turn; turn = turn->next) {
		struct cw_call *call;

		while ((call = turn->waiting)) {
			turn->waiting = call->next;
			cw_call_fail(call, CW_ERR_FATAL, "Worker is shutting down");
		}
	}
}

/* Its answer has configurations: what is a password in them, the plugins say. */
static bool shows_configs(const struct cw_request *request)
{
	switch (request->op) {
	case CW_OP_GET:
	case CW_OP_GET_CONFIG:
	case CW_OP_TASKS:
	case CW_OP_CREATE:
	case CW_OP_PUT_CONFIG:
	case CW_OP_PATCH_CONFIG: return true;
	case CW_OP_LIST: return request->flags & CW_OP_EXPAND_INFO;
	default: return false;
	}
}

void cw_request_run(struct cw_herder *herder, struct cw_call *call)
{
	if (shows_configs(&call->request) && cw_plugins_await_first(herder, call))
		return;
	switch (call->request.op) {
	case CW_OP_SERVER_INFO:
		cw_cluster_info(herder, call);
		return;
	case CW_OP_HEALTH:
		health(herder, call);
		return;
	case CW_OP_LIST:
		list(herder, call);
		return;
	case CW_OP_GET:
	case CW_OP_GET_CONFIG:
	case CW_OP_STATUS:
	case CW_OP_TASKS:
	case CW_OP_TASK_STATUS:
	case CW_OP_OFFSETS:
	case CW_OP_LETTERS:
		read_connector(herder, call);
		return;
	case CW_OP_TOPICS:
		cw_topics_read(herder, call);
		return;
	case CW_OP_LOGS:
		cw_logs_request(herder, call);
		return;
	case CW_OP_LOGGERS:
	case CW_OP_LOGGER:
	case CW_OP_SET_LOGGER:
		cw_loggers_request(herder, call);
		return;
	case CW_OP_METRICS:
		cw_call_answer(call, cw_view_metrics(herder));
		return;
	default:
		break;
	}
	if (herder->shutdown) {
		cw_call_fail(call, CW_ERR_FATAL, "Worker is shutting down");
		return;
	}
	if (call->request.op == CW_OP_PLUGINS || call->request.op == CW_OP_PLUGIN_CONFIG)
		cw_plugins_request(herder, call);
	else if (call->request.op == CW_OP_RESET_TOPICS)
		cw_topics_reset(herder, call);
	else if (call->request.op == CW_OP_VALIDATE)
		cw_change_validate(herder, call);
	else if (call->request.op == CW_OP_PREVIEW || call->request.op == CW_OP_PREVIEW_CONFIG)
		cw_preview_request(herder, call);
	else if (call->request.op != CW_OP_CREATE || cw_change_prepare_create(call) == 0)
		take_turn(herder, call);
}
