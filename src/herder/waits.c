/* Requests that wait for a state of their connector: who is answered when, and with what. */
#include "herder/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* The first line of a trace. */
static int first_line(const char *trace)
{
	size_t n = strcspn(trace, "\n");

	return n > 300 ? 300 : (int)n;
}

/* "the connector is RUNNING, task 0 is FAILED: reason". */
static void describe(const struct cw_connector *c, const struct cw_connector_view *view, struct cw_buf *out)
{
	cw_buf_printf(out, "the connector is %s", cw_plan_connector_state(view));
	if (c->failed && c->trace)
		cw_buf_printf(out, ": %.*s", first_line(c->trace), c->trace);
	for (size_t i = 0; i < c->n_tasks; i++) {
		const char *state = cw_plan_task_state(view, i), *trace = c->tasks[i].trace;

		cw_buf_printf(out, ", task %zu is %s", i, state);
		if (strcmp(state, "FAILED") == 0 && trace && *trace)
			cw_buf_printf(out, ": %.*s", first_line(trace), trace);
	}
}

static void refuse(struct cw_call *call, const struct cw_connector *c, const struct cw_connector_view *view, bool late)
{
	struct cw_buf text = { 0 };

	describe(c, view, &text);
	cw_call_refuse(call, CW_REFUSAL_UNREACHED, "Connector %s is not %s%s: %s", c->name,
		       cw_wait_name(call->request.wait), late ? " in the time that was given" : "", text.p);
	cw_buf_free(&text);
}

static json_t *body_of(const struct cw_call *call, const struct cw_connector *c)
{
	enum cw_op op = call->request.op;

	return op == CW_OP_CREATE || op == CW_OP_PUT_CONFIG || op == CW_OP_PATCH_CONFIG ? cw_view_info(c) :
											  cw_view_status(c);
}

/* Whether it was answered: it is so, it never will be, or its time is over. */
static bool judge(struct cw_call *call, const struct cw_connector *c)
{
	struct cw_connector_view view;
	struct cw_task_view *tasks;
	enum cw_wait_verdict verdict;
	bool late = cw_clock_ms() >= call->wait_until_ms;

	cw_connector_view(c, &view, &tasks);
	verdict = cw_plan_wait(&view, call->request.wait);
	if (verdict == CW_WAIT_REACHED)
		cw_call_answer_now(call, body_of(call, c));
	else if (verdict == CW_WAIT_HOPELESS || late)
		refuse(call, c, &view, verdict == CW_WAIT_ON);
	free(tasks);
	return verdict != CW_WAIT_ON || late;
}

static void arm(struct cw_herder *herder)
{
	int64_t first = INT64_MAX;

	for (const struct cw_call *call = herder->waiting; call; call = call->next)
		if (call->wait_until_ms < first)
			first = call->wait_until_ms;
	if (first == INT64_MAX)
		cw_loop_unset_timer(herder->loop, &herder->wait_timer);
	else
		cw_loop_set_timer(herder->loop, &herder->wait_timer, first);
}

static void expire(void *arg)
{
	struct cw_herder *herder = arg;
	struct cw_call **link = &herder->waiting, *call;
	int64_t now = cw_clock_ms();

	while ((call = *link) != NULL) {
		const struct cw_connector *c = cw_connector_find(herder, call->name);

		if (call->wait_until_ms > now) {
			link = &call->next;
			continue;
		}
		*link = call->next;
		judge(call, c);
	}
	arm(herder);
}

void cw_wait_park(struct cw_herder *herder, struct cw_call *call)
{
	const struct cw_connector *c = cw_connector_find(herder, call->name);

	if (herder->shutdown) {
		cw_call_fail(call, CW_ERR_FATAL, "Worker is shutting down");
		return;
	}
	if (cw_call_is_given_up(call)) {
		cw_call_answer_now(call, NULL);
		return;
	}
	call->wait_until_ms = cw_clock_ms() + call->request.wait_ms;
	cw_call_stage(call, "waiting until connector %s is %s", call->name, cw_wait_name(call->request.wait));
	herder->wait_timer.fn = expire;
	herder->wait_timer.arg = herder;
	if (judge(call, c))
		return;
	cw_call_append(&herder->waiting, call);
	arm(herder);
}

void cw_wait_check(const struct cw_connector *c)
{
	struct cw_call **link = &c->herder->waiting, *call;

	if (!*link)
		return;
	while ((call = *link) != NULL) {
		struct cw_call *next = call->next;

		if (strcmp(call->name, c->name) == 0 && judge(call, c))
			*link = next;
		else
			link = &call->next;
	}
	arm(c->herder);
}

static void fail_all(struct cw_herder *herder, const char *name, enum cw_error_code code, const char *text)
{
	struct cw_call **link = &herder->waiting, *call;

	while ((call = *link) != NULL) {
		if (name && strcmp(call->name, name) != 0) {
			link = &call->next;
			continue;
		}
		*link = call->next;
		cw_call_fail(call, code, "%s", text);
	}
	arm(herder);
}

void cw_wait_gone(struct cw_herder *herder, const char *name)
{
	if (herder->waiting)
		fail_all(herder, name, CW_ERR_NOT_FOUND, "The connector was deleted meanwhile");
}

/* Whether some were given up since this was asked last. */
static bool take_given_up(struct cw_herder *herder)
{
	bool given_up;

	pthread_mutex_lock(&herder->mutex);
	given_up = herder->given_up;
	herder->given_up = false;
	pthread_mutex_unlock(&herder->mutex);
	return given_up;
}

void cw_wait_drop_given_up(struct cw_herder *herder)
{
	struct cw_call **link = &herder->waiting, *call;

	if (!take_given_up(herder))
		return;
	while ((call = *link) != NULL) {
		if (!cw_call_is_given_up(call)) {
			link = &call->next;
			continue;
		}
		*link = call->next;
		cw_call_answer_now(call, NULL);
	}
	arm(herder);
}

void cw_wait_cancel_all(struct cw_herder *herder)
{
	if (herder->waiting)
		fail_all(herder, NULL, CW_ERR_FATAL, "Worker is shutting down");
}
