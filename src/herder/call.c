#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/json_text.h"
#include "base/mem.h"

static struct cw_call *call_new(struct cw_herder *herder, const struct cw_request *request)
{
	struct cw_call *call = cw_alloc(sizeof(*call));

	call->herder = herder;
	call->request = *request;
	call->name = cw_strdup(request->name);
	call->body = json_deep_copy(request->body);
	call->if_match = cw_strdup(request->if_match);
	call->version = cw_strdup(request->version);
	call->request.name = call->name;
	call->request.body = call->body;
	call->request.if_match = call->if_match;
	call->request.version = call->version;
	call->owners = 2;
	cw_condition_init(&call->answered);
	return call;
}

static void call_free(struct cw_call *call)
{
	pthread_cond_destroy(&call->answered);
	cw_answer_free(&call->answer);
	json_decref(call->body);
	json_decref(call->config);
	json_decref(call->offsets);
	json_decref(call->infos);
	free(call->name);
	free(call->if_match);
	free(call->version);
	free(call->stage);
	free(call);
}

/* With the mutex held; gives up one share. */
static void release(struct cw_call *call)
{
	if (--call->owners == 0)
		call_free(call);
}

/* With the mutex held: from now on it cannot be given up. */
static void lose_handle(struct cw_call *call)
{
	if (call->handle)
		*call->handle = NULL;
	call->handle = NULL;
}

static void finish(struct cw_call *call)
{
	void (*done_fn)(void *arg, struct cw_answer *answer);
	struct cw_herder *herder = call->herder;

	pthread_mutex_lock(&herder->mutex);
	call->done = true;
	pthread_cond_signal(&call->answered);
	lose_handle(call);
	done_fn = call->done_fn;
	pthread_mutex_unlock(&herder->mutex);
	if (done_fn) {
		done_fn(call->done_arg, &call->answer);
		call->answer.body = call->answer.warnings = NULL;
	}
	pthread_mutex_lock(&herder->mutex);
	release(call);
	pthread_mutex_unlock(&herder->mutex);
}

void cw_call_answer(struct cw_call *call, json_t *body)
{
	if (call->request.wait == CW_WAIT_NONE) {
		cw_call_answer_now(call, body);
		return;
	}
	json_decref(body); /* of before */
	cw_wait_park(call->herder, call);
}

void cw_call_answer_now(struct cw_call *call, json_t *body)
{
	/* A copy: what the herder keeps is never seen by two threads. */
	call->answer.body = json_deep_copy(body);
	json_decref(body);
	finish(call);
}

void cw_call_fail(struct cw_call *call, enum cw_error_code code, const char *fmt, ...)
{
	struct cw_error *err = &call->answer.error;
	struct cw_buf text = { 0 };
	va_list ap;

	err->code = code;
	va_start(ap, fmt);
	cw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	snprintf(err->text, sizeof(err->text), "%s", text.p ? text.p : "");
	if (text.n >= sizeof(err->text))
		call->answer.body = cw_json_from_text(text.p, text.n);
	cw_buf_free(&text);
	finish(call);
}

void cw_call_refuse(struct cw_call *call, enum cw_refusal refusal, const char *fmt, ...)
{
	struct cw_error *err = &call->answer.error;
	va_list ap;

	err->code = refusal == CW_REFUSAL_UNREACHED ? CW_ERR_RETRIABLE : CW_ERR_CONFLICT;
	call->answer.refusal = refusal;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	finish(call);
}

void cw_call_stage(struct cw_call *call, const char *fmt, ...)
{
	struct cw_buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	cw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&call->herder->mutex);
	free(call->stage);
	call->stage = cw_buf_take(&text);
	call->stage_epoch_ms = cw_clock_epoch_ms();
	pthread_mutex_unlock(&call->herder->mutex);
}

bool cw_call_is_given_up(struct cw_call *call)
{
	bool given_up;

	pthread_mutex_lock(&call->herder->mutex);
	given_up = call->given_up;
	pthread_mutex_unlock(&call->herder->mutex);
	return given_up;
}

void cw_call_append(struct cw_call **list, struct cw_call *call)
{
	while (*list)
		list = &(*list)->next;
	call->next = NULL;
	*list = call;
}

void cw_call_remove(struct cw_call **list, struct cw_call *call)
{
	for (; *list; list = &(*list)->next)
		if (*list == call) {
			*list = call->next;
			return;
		}
}

/* Kafka Connect's words, which clients know. */
static void tell_timeout(const struct cw_call *call, struct cw_answer *answer)
{
	char since[32];

	if (!call->stage) {
		cw_error_set(&answer->error, CW_ERR_RETRIABLE,
			     "Request timed out. The worker has not yet looked at it.");
		return;
	}
	cw_clock_iso(call->stage_epoch_ms, since, sizeof(since));
	cw_error_set(&answer->error, CW_ERR_RETRIABLE,
		     "Request timed out. The worker is currently %s, which began at %s", call->stage, since);
}

/* With the mutex held, or not. */
static void wake_up(struct cw_herder *herder)
{
	uint64_t one = 1;
	ssize_t ignored = write(herder->wakeup_fd, &one, sizeof(one)); /* fails only when it is readable anyway */

	(void)ignored;
}

/* With the mutex held. */
static bool submit(struct cw_herder *herder, struct cw_call *call)
{
	if (herder->closed)
		return false;
	*herder->queue_end = call;
	herder->queue_end = &call->next;
	wake_up(herder);
	return true;
}

void cw_herder_call(struct cw_herder *herder, const struct cw_request *request, int64_t timeout_ms,
		    struct cw_answer *answer)
{
	struct cw_call *call = call_new(herder, request);
	int64_t deadline_ms = cw_clock_ms() + timeout_ms;

	*answer = (struct cw_answer){ 0 };
	pthread_mutex_lock(&herder->mutex);
	if (!submit(herder, call)) {
		cw_error_set(&answer->error, CW_ERR_FATAL, "Worker is shutting down");
		call_free(call);
		pthread_mutex_unlock(&herder->mutex);
		return;
	}
	while (!call->done && cw_condition_wait(&call->answered, &herder->mutex, deadline_ms))
		;
	if (call->done) {
		*answer = call->answer;
		call->answer.body = call->answer.warnings = NULL;
	} else {
		tell_timeout(call, answer);
	}
	release(call);
	pthread_mutex_unlock(&herder->mutex);
}

void cw_herder_start(struct cw_herder *herder, const struct cw_request *request,
		     void (*done)(void *arg, struct cw_answer *answer), void *arg, struct cw_call **handle)
{
	struct cw_call *call = call_new(herder, request);
	struct cw_answer closed = { 0 };
	bool submitted;

	call->owners = 1;
	call->done_fn = done;
	call->done_arg = arg;
	pthread_mutex_lock(&herder->mutex);
	submitted = submit(herder, call);
	if (!submitted) {
		call_free(call);
	} else if (handle) {
		call->handle = handle;
		*handle = call;
	}
	pthread_mutex_unlock(&herder->mutex);
	if (submitted)
		return;
	cw_error_set(&closed.error, CW_ERR_FATAL, "Worker is shutting down");
	done(arg, &closed);
}

bool cw_herder_give_up(struct cw_herder *herder, struct cw_call **handle, struct cw_answer *answer)
{
	struct cw_call *call;

	pthread_mutex_lock(&herder->mutex);
	call = *handle;
	if (call) {
		*answer = (struct cw_answer){ 0 };
		tell_timeout(call, answer);
		call->done_fn = NULL;
		call->given_up = true;
		lose_handle(call);
		if (call->request.wait != CW_WAIT_NONE) {
			herder->given_up = true;
			wake_up(herder);
		}
	}
	pthread_mutex_unlock(&herder->mutex);
	return call != NULL;
}
