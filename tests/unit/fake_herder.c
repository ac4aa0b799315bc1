#include "fake_herder.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"

/* One for "slow", until the gate is opened. What it has of the request is borrowed: who asks waits, too. */
struct cw_call {
	struct cw_call *next;
	struct cw_request request;
	void (*done)(void *arg, struct cw_answer *answer);
	void *arg;
	struct cw_call **handle;
};

struct cw_herder {
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t changed;
	const char *health;
	char *last;
	struct cw_call *slow;
	int n_slow;
	bool open;
	struct cw_log_rings *logs;
};

struct cw_herder *fake_herder_new(void)
{
	struct cw_herder *herder = cw_alloc(sizeof(*herder));

	pthread_mutex_init(&herder->lock, NULL);
	pthread_cond_init(&herder->changed, NULL);
	herder->health = "healthy";
	herder->logs = cw_log_rings_new();
	cw_log_rings_open(herder->logs, "c");
	return herder;
}

void fake_herder_free(struct cw_herder *herder)
{
	pthread_cond_destroy(&herder->changed);
	pthread_mutex_destroy(&herder->lock);
	free(herder->last);
	cw_log_rings_free(herder->logs);
	free(herder);
}

struct cw_log_rings *cw_herder_logs(struct cw_herder *herder)
{
	return herder->logs;
}

void fake_herder_health(struct cw_herder *herder, const char *status)
{
	pthread_mutex_lock(&herder->lock);
	herder->health = status;
	pthread_mutex_unlock(&herder->lock);
}

char *fake_herder_last(struct cw_herder *herder)
{
	char *last;

	pthread_mutex_lock(&herder->lock);
	last = herder->last ? herder->last : cw_strdup("");
	herder->last = NULL;
	pthread_mutex_unlock(&herder->lock);
	return last;
}

/* Waits until so many wait at the gate, or no more than that. */
static bool await(struct cw_herder *herder, int at_least, int at_most)
{
	struct timespec until;
	int timed_out = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
	pthread_mutex_lock(&herder->lock);
	while ((herder->n_slow < at_least || herder->n_slow > at_most) && !timed_out)
		timed_out = pthread_cond_timedwait(&herder->changed, &herder->lock, &until);
	pthread_mutex_unlock(&herder->lock);
	return !timed_out;
}

bool fake_herder_await_slow(struct cw_herder *herder, int n)
{
	return await(herder, n, INT_MAX);
}

bool fake_herder_await_given_up(struct cw_herder *herder)
{
	return await(herder, 0, 0);
}

static void remember(struct cw_herder *herder, const struct cw_request *request)
{
	static const char *const ops[] = {
		"SERVER_INFO", "HEALTH", "LIST", "CREATE", "GET", "GET_CONFIG", "PUT_CONFIG", "PATCH_CONFIG",
		"DELETE", "STATUS", "TASKS", "TASK_STATUS", "PAUSE", "RESUME", "STOP", "RESTART",
		"RESTART_TASK", "OFFSETS", "ALTER_OFFSETS", "RESET_OFFSETS", "PLUGINS", "PLUGIN_CONFIG", "VALIDATE", "METRICS",
		"TOPICS", "RESET_TOPICS", "LOGGERS", "LOGGER", "SET_LOGGER", "LOGS", "PREVIEW", "PREVIEW_CONFIG", "LETTERS",
		"REPLAY_LETTERS",
	};
	char *body = request->body ? json_dumps(request->body, JSON_COMPACT) : NULL;
	struct cw_buf text = { 0 };

	cw_buf_puts(&text, ops[request->op]);
	if (request->name)
		cw_buf_printf(&text, " %s", request->name);
	if (request->op == CW_OP_TASK_STATUS || request->op == CW_OP_RESTART_TASK)
		cw_buf_printf(&text, " %d", request->task);
	if (request->flags)
		cw_buf_printf(&text, " %u", request->flags);
	if (request->op == CW_OP_LETTERS)
		cw_buf_printf(&text, " %zu", request->log_filter.lines);
	if (request->op == CW_OP_LOGS)
		cw_buf_printf(&text, " level %d lines %zu", request->log_filter.level, request->log_filter.lines);
	if (request->wait != CW_WAIT_NONE)
		cw_buf_printf(&text, " wait %s %lld", cw_wait_name(request->wait), (long long)request->wait_ms);
	if (request->if_match)
		cw_buf_printf(&text, " if %s", request->if_match);
	if (request->if_none_match)
		cw_buf_printf(&text, " unless %s", request->if_none_match);
	if (body)
		cw_buf_printf(&text, " %s", body);
	free(body);
	free(herder->last);
	herder->last = cw_buf_take(&text);
}

static int refuse(const char *name, struct cw_error *err)
{
	if (strcmp(name, "missing") == 0)
		return cw_error_set(err, CW_ERR_NOT_FOUND, "Connector missing not found");
	if (strcmp(name, "exists") == 0)
		return cw_error_set(err, CW_ERR_CONFLICT, "Connector exists already exists");
	if (strcmp(name, "busy") == 0)
		return cw_error_set(err, CW_ERR_RETRIABLE, "The worker is stopping");
	if (strcmp(name, "broken") == 0)
		return cw_error_set(err, CW_ERR_FATAL, "The store is full: \xff");
	if (strcmp(name, "invalid") == 0)
		return cw_error_set(err, CW_ERR_INVALID, "first line\n\"second\" line");
	return 0;
}

static json_t *connector_info(const char *name)
{
	return json_pack("{s:s,s:{s:s},s:[],s:s}", "name", name, "config", "name", name, "tasks", "type", "source");
}

static json_t *metrics(void)
{
	return json_loads("{\"worker\":{\"requests\":3},\"connectors\":{\"c\\\"1\":{"
			  "\"state\":\"RUNNING\",\"type\":\"sink\",\"class\":\"S\",\"tasks\":[{"
			  "\"id\":0,\"state\":\"FAILED\",\"restarts\":2,\"metrics\":{"
			  "\"records\":{\"kind\":\"counter\",\"help\":\"Records.\",\"value\":7}}}]}}}",
			  0, NULL);
}

static json_t *plugins(void)
{
	return json_pack("[{s:s,s:s},{s:s,s:s}]", "class", "S", "type", "sink", "class", "T", "type", "transformation");
}

static json_t *answer_body(struct cw_herder *herder, const struct cw_request *request)
{
	switch (request->op) {
	case CW_OP_HEALTH:
		return json_pack("{s:s,s:s}", "status", herder->health, "message", "m");
	case CW_OP_LIST:
		return request->flags ? json_pack("{s:{}}", "a") : json_pack("[s,s]", "a", "gr\xc3\xbc\xc3\x9f/e");
	case CW_OP_LOGGERS:
		return json_pack("{s:{},s:{},s:{}}", "connectors.a", "connectors.b", "worker");
	case CW_OP_SET_LOGGER:
		return json_pack("[s,s,s]", "connectors", "connectors.a", "connectors.b");
	case CW_OP_METRICS:
		return metrics();
	case CW_OP_PLUGINS:
		return plugins();
	case CW_OP_RESTART:
		return request->flags ? connector_info(request->name) : NULL;
	case CW_OP_STATUS:
		return json_pack("{s:s,s:s}", "name", request->name, "summary_state",
				 strcmp(request->name, "failed") == 0 ? "FAILED" : "RUNNING");
	case CW_OP_DELETE:
	case CW_OP_PAUSE:
	case CW_OP_RESUME:
	case CW_OP_STOP:
	case CW_OP_RESTART_TASK:
	case CW_OP_RESET_TOPICS:
		return request->wait != CW_WAIT_NONE ? connector_info(request->name) : NULL;
	default:
		return connector_info(request->name ? request->name : "");
	}
}

static void refuse_with(struct cw_answer *answer, enum cw_refusal refusal, const char *text)
{
	json_decref(answer->body);
	answer->body = NULL;
	answer->refusal = refusal;
	cw_error_set(&answer->error, CW_ERR_RETRIABLE, "%s", text);
}

/* The lock is held. */
static void answer(struct cw_herder *herder, const struct cw_request *request, struct cw_answer *answer)
{
	*answer = (struct cw_answer){ 0 };
	if (request->op == CW_OP_HEALTH && !herder->health)
		cw_error_set(&answer->error, CW_ERR_FATAL, "no answer");
	else if (!request->name || refuse(request->name, &answer->error) == 0)
		answer->body = answer_body(herder, request);
	answer->created = request->op == CW_OP_PUT_CONFIG && strncmp(request->name, "new", 3) == 0;
	if (request->op == CW_OP_GET_CONFIG || request->op == CW_OP_PUT_CONFIG)
		snprintf(answer->etag, sizeof(answer->etag), "\"e1\"");
	if (request->name && strcmp(request->name, "unreached") == 0)
		refuse_with(answer, CW_REFUSAL_UNREACHED, "Connector unreached is not RUNNING");
	if (request->name && strcmp(request->name, "forbidden") == 0)
		refuse_with(answer, CW_REFUSAL_FORBIDDEN, "Topic tracking is disabled.");
	if (request->if_match && strcmp(request->if_match, "\"e1\"") != 0)
		refuse_with(answer, CW_REFUSAL_PRECONDITION, "another one");
}

static void hold(struct cw_herder *herder, const struct cw_call *call)
{
	struct cw_call *held = cw_alloc(sizeof(*held));

	*held = *call;
	held->next = herder->slow;
	herder->slow = held;
	*held->handle = held;
	herder->n_slow++;
	pthread_cond_broadcast(&herder->changed);
}

/* At once, but for "slow". */
void cw_herder_start(struct cw_herder *herder, const struct cw_request *request,
		     void (*done)(void *arg, struct cw_answer *answer), void *arg, struct cw_call **call)
{
	struct cw_answer found;
	bool held;

	pthread_mutex_lock(&herder->lock);
	remember(herder, request);
	held = request->name && strcmp(request->name, "slow") == 0 && !herder->open;
	if (held)
		hold(herder, &(struct cw_call){ .request = *request, .done = done, .arg = arg, .handle = call });
	else
		answer(herder, request, &found);
	pthread_mutex_unlock(&herder->lock);
	if (!held)
		done(arg, &found);
}

static void drop(struct cw_herder *herder, struct cw_call *call)
{
	struct cw_call **link = &herder->slow;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	*call->handle = NULL;
	herder->n_slow--;
	pthread_cond_broadcast(&herder->changed);
}

bool cw_herder_give_up(struct cw_herder *herder, struct cw_call **call, struct cw_answer *answer)
{
	struct cw_call *found;

	pthread_mutex_lock(&herder->lock);
	found = *call;
	if (found)
		drop(herder, found);
	pthread_mutex_unlock(&herder->lock);
	if (!found)
		return false;
	free(found);
	*answer = (struct cw_answer){ 0 };
	cw_error_set(&answer->error, CW_ERR_RETRIABLE, "Request timed out.");
	return true;
}

void fake_herder_open(struct cw_herder *herder)
{
	struct cw_answer found;
	struct cw_call *call;

	pthread_mutex_lock(&herder->lock);
	herder->open = true;
	while ((call = herder->slow)) {
		drop(herder, call);
		answer(herder, &call->request, &found);
		pthread_mutex_unlock(&herder->lock);
		call->done(call->arg, &found);
		free(call);
		pthread_mutex_lock(&herder->lock);
	}
	pthread_mutex_unlock(&herder->lock);
}
