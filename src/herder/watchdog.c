/* Tasks that are RUNNING and do not get on: what their hosts tell of that, and when it makes a connector DEGRADED. */
#include "herder/internal.h"

#include <stdlib.h>

#include "base/mem.h"

static int64_t number_of(const json_t *metrics, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(metrics, name), "value"));
}

/* New; NULL: it gets on. */
static char *reason_of(const struct cw_connector *c, const struct cw_task *t)
{
	int64_t age_ms = number_of(t->metrics, "progress_age_ms");
	int64_t most_ms = cw_recovery_setting(c, "watchdog.timeout.ms", c->herder->config->watchdog_timeout_ms);
	const char *cause = json_string_value(json_object_get(t->retry, "cause"));
	const char *stage = json_string_value(json_object_get(t->retry, "stage"));

	if (most_ms <= 0 || age_ms < most_ms || (t->phase != CW_TASK_RUNNING && t->phase != CW_TASK_STARTING))
		return NULL;
	if (!stage)
		return cw_format("no progress for %lld s, though there is work", (long long)(age_ms / 1000));
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
	else if (!reason && t->degraded)
		log_info(&scope, "gets on again");
	free(t->degraded);
	t->degraded = reason;
}

void cw_watchdog_forget(struct cw_task *t)
{
	free(t->degraded);
	t->degraded = NULL;
	json_decref(t->retry);
	json_decref(t->rate_limit);
	t->retry = t->rate_limit = NULL;
}

char *cw_watchdog_reason(const struct cw_connector *c)
{
	struct cw_buf text = { 0 };

	for (size_t i = 0; i < c->n_tasks; i++)
		if (c->tasks[i].degraded)
			cw_buf_printf(&text, "%stask %zu: %s", text.n ? "; " : "", i, c->tasks[i].degraded);
	return text.n ? cw_buf_take(&text) : NULL;
}
