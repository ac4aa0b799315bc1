/*
 * Tasks that are RUNNING and do not get on: what their hosts tell of that, or that these tell nothing any more, and
 * when it makes a connector DEGRADED.
 */
#include "herder/internal.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

#define NEVER_MS (INT64_MAX / 2) /* longer than any process lives, and still to be added to a time */
#define HELD_UP_MS 1000 /* so late, the timer says that the worker itself was held up */

/* 0: never. */
static int64_t timeout_of(const struct cw_connector *c)
{
	return cw_recovery_setting(c, "watchdog.timeout.ms", c->herder->config->watchdog_timeout_ms);
}

/* RUNNING, or about to. */
static bool is_at_work(const struct cw_task *t)
{
	return t->phase == CW_TASK_RUNNING || t->phase == CW_TASK_STARTING;
}

/* ---- what a task's metrics say ------------------------------------------------------------- */

static int64_t number_of(const json_t *metrics, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(metrics, name), "value"));
}

/* New; NULL: it gets on. */
static char *reason_of(const struct cw_connector *c, const struct cw_task *t)
{
	int64_t age_ms = number_of(t->metrics, "progress_age_ms");
	int64_t most_ms = timeout_of(c);
	const char *cause = json_string_value(json_object_get(t->retry, "cause"));
	const char *stage = json_string_value(json_object_get(t->retry, "stage"));
	const char *awaited = json_string_value(t->awaited);

	if (most_ms <= 0 || age_ms < most_ms || !is_at_work(t))
		return NULL;
	if (!stage)
		return cw_format("no progress for %lld s%s%s", (long long)(age_ms / 1000), awaited ? ": " : ", though there is work",
				 awaited ? awaited : "");
	return cw_format("no progress for %lld s: %s is being tried again (attempt %lld): %s", (long long)(age_ms / 1000), stage,
			 (long long)json_integer_value(json_object_get(t->retry, "attempt")), cause ? cause : "");
}

void cw_watchdog_look(struct cw_connector *c, size_t task)
{
	struct cw_task *t = &c->tasks[task];
	const struct cw_log_scope scope = { .connector = c->name, .task = (int)task };
	char *reason = reason_of(c, t);

	if (reason && !t->degraded)
		log_warn(&scope, "DEGRADED: %s", reason);
	else if (!reason && t->degraded && c->phase == CW_HOST_READY)
		log_info(&scope, "gets on again");
	free(t->degraded);
	t->degraded = reason;
}

void cw_watchdog_forget(struct cw_task *t)
{
	free(t->degraded);
	t->degraded = NULL;
	json_decref(t->retry);
	json_decref(t->awaited);
	json_decref(t->rate_limit);
	t->retry = t->awaited = t->rate_limit = NULL;
}

/* ---- silence ------------------------------------------------------------------------------- */

/* 0: any. */
static int64_t most_silence(const struct cw_connector *c)
{
	int64_t most_ms = timeout_of(c), least_ms = c->herder->silence_least_ms;

	if (most_ms <= 0 || most_ms > NEVER_MS)
		return 0;
	return most_ms < least_ms ? least_ms : most_ms;
}

static void listen_at(struct cw_connector *c, int64_t at_ms)
{
	if (most_silence(c) > 0)
		cw_loop_set_timer(c->herder->loop, &c->silence_timer, at_ms);
}

void cw_watchdog_begin(struct cw_connector *c)
{
	c->silent = false;
	c->heard_ms = cw_clock_ms();
	listen_at(c, c->heard_ms + most_silence(c));
}

void cw_watchdog_end(struct cw_connector *c)
{
	c->silent = false;
	cw_loop_unset_timer(c->herder->loop, &c->silence_timer);
}

void cw_watchdog_heard(struct cw_connector *c)
{
	if (c->silent) {
		log_info(&c->scope, "is heard again");
		cw_watchdog_begin(c);
	}
	c->heard_ms = cw_clock_ms();
}

/* Its host tells of tasks, once it has some, as long as it lives. */
static bool has_to_say(const struct cw_connector *c)
{
	for (size_t i = 0; i < c->n_tasks; i++)
		if (is_at_work(&c->tasks[i]))
			return c->phase == CW_HOST_READY;
	return false;
}

/* New. */
static char *silence_of(const struct cw_connector *c)
{
	return cw_format("its process (pid %ld) has said nothing for %lld s", (long)cw_hostproc_pid(c->host),
			 (long long)((cw_clock_ms() - c->heard_ms) / 1000));
}

void cw_watchdog_listen(void *connector)
{
	struct cw_connector *c = connector;
	int64_t now = cw_clock_ms(), due = c->heard_ms + most_silence(c);
	CW_AUTO_FREE char *reason = NULL;

	if (due > now) {
		listen_at(c, due);
		return;
	}
	if (now - due > HELD_UP_MS || !has_to_say(c)) { /* what it has said meanwhile comes now, or there is nothing */
		c->heard_ms = now;
		listen_at(c, now + most_silence(c));
		return;
	}
	c->silent = true;
	reason = silence_of(c);
	log_warn(&c->scope, "DEGRADED: %s", reason);
}

char *cw_watchdog_reason(const struct cw_connector *c)
{
	CW_AUTO_FREE char *silence = c->silent ? silence_of(c) : NULL;
	struct cw_buf text = { 0 };

	if (silence)
		cw_buf_puts(&text, silence);
	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].degraded)
			cw_buf_printf(&text, "%stask %zu: %s", text.n ? "; " : "", i, c->tasks[i].degraded);
	return text.n ? cw_buf_take(&text) : NULL;
}
