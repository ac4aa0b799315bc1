/* Tasks and connectors that have FAILED are started again: herder/restarts.h with the keys task.restart.*. */
#include "herder/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/retry.h"
#include "config/number.h"

int64_t cw_recovery_setting(const struct cw_connector *c, const char *key, int64_t workers)
{
	const char *text = json_string_value(json_object_get(c->config, key));
	int64_t own;

	return text && cw_parse_integer(text, strlen(text), -1, INT64_MAX, &own) ? own : workers;
}

static struct cw_restart_policy policy_of(const struct cw_connector *c)
{
	const struct cw_worker_config *worker = c->herder->config;

	return (struct cw_restart_policy){
		.attempts_max = cw_recovery_setting(c, "task.restart.attempts.max", worker->task_restart_attempts_max),
		.delay_ms = cw_recovery_setting(c, "task.restart.delay.ms", worker->task_restart_delay_ms),
		.delay_max_ms = cw_recovery_setting(c, "task.restart.delay.max.ms", worker->task_restart_delay_max_ms),
		.healthy_ms = cw_recovery_setting(c, "task.restart.reset.ms", worker->task_restart_reset_ms),
	};
}

void cw_recovery_failed(struct cw_connector *c, struct cw_restarts *restarts, int task)
{
	const struct cw_restart_policy policy = policy_of(c);
	const struct cw_log_scope scope = { .connector = c->name, .task = task };
	int64_t now = cw_clock_ms();

	if (cw_restarts_failed(restarts, &policy, now, cw_jitter(&c->herder->random)))
		log_info(&scope, "is started again in %lld ms (attempt %u)", (long long)(restarts->next_ms - now),
			 restarts->attempts);
	else if (policy.attempts_max > 0)
		log_error(&scope, "is not started again: %u attempts in a row have failed (task.restart.attempts.max)",
			  restarts->attempts);
}

static void restart_due(struct cw_connector *c, int64_t now)
{
	if (c->restarts.next_ms && c->restarts.next_ms <= now) {
		c->restarts.next_ms = 0;
		cw_connector_restart(c);
	}
	for (size_t i = 0; i < c->n_tasks; i++) {
		struct cw_task *t = &c->tasks[i];

		if (!t->automatic.next_ms || t->automatic.next_ms > now)
			continue;
		t->automatic.next_ms = 0;
		t->restart = true;
	}
}

int64_t cw_recovery_next(const struct cw_connector *c, int task)
{
	const struct cw_task *t = task < 0 ? NULL : &c->tasks[task];

	if (c->target != CW_TARGET_STARTED || c->deleting || c->herder->shutdown)
		return 0;
	if (t)
		return t->phase == CW_TASK_FAILED ? t->automatic.next_ms : 0;
	return c->failed ? c->restarts.next_ms : 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return b && (!a || b < a) ? b : a;
}

void cw_recovery_arm(struct cw_connector *c)
{
	int64_t next = cw_recovery_next(c, -1);

	for (size_t i = 0; i < c->n_tasks; i++)
		next = earlier(next, cw_recovery_next(c, (int)i));
	if (next)
		cw_loop_set_timer(c->herder->loop, &c->restart_timer, next);
	else
		cw_loop_unset_timer(c->herder->loop, &c->restart_timer);
}

void cw_recovery_run(void *connector)
{
	struct cw_connector *c = connector;

	restart_due(c, cw_clock_ms());
	cw_connector_drive(c);
}

void cw_recovery_forget(struct cw_connector *c)
{
	cw_restarts_forget(&c->restarts);
	for (size_t i = 0; i < c->n_tasks; i++)
		cw_restarts_forget(&c->tasks[i].automatic);
}
