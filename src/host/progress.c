#include "host/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/mem.h"
#include "connect-worker/connector.h"

void cw_progress_init(struct cw_progress *p)
{
	*p = (struct cw_progress){ 0 };
	pthread_mutex_init(&p->lock, NULL);
}

void cw_progress_free(struct cw_progress *p)
{
	pthread_mutex_destroy(&p->lock);
}

void cw_progress_retry(struct cw_progress *p, const char *what, unsigned attempt, int64_t wait_ms, const char *cause)
{
	pthread_mutex_lock(&p->lock);
	p->attempt = attempt;
	p->next_ms = cw_clock_epoch_ms() + wait_ms;
	p->what = what;
	if (snprintf(p->cause, sizeof(p->cause), "%s", cause) >= (int)sizeof(p->cause))
		p->cause[cw_text_cut(p->cause, sizeof(p->cause) - 1)] = '\0';
	pthread_mutex_unlock(&p->lock);
}

void cw_progress_retry_over(struct cw_progress *p)
{
	pthread_mutex_lock(&p->lock);
	p->attempt = 0;
	pthread_mutex_unlock(&p->lock);
}

void cw_progress_wait(struct cw_progress *p, int64_t since_ms, const char *what)
{
	if (atomic_load(&p->since_ms) == 0)
		atomic_store(&p->since_ms, since_ms);
	pthread_mutex_lock(&p->lock);
	p->awaited = what;
	pthread_mutex_unlock(&p->lock);
}

void cw_progress_wait_over(struct cw_progress *p)
{
	pthread_mutex_lock(&p->lock);
	p->awaited = NULL;
	pthread_mutex_unlock(&p->lock);
}

static void put_gauge(json_t *metrics, const char *name, const char *help, int64_t value)
{
	json_object_set_new(metrics, name, json_pack("{sssssI}", "kind", "gauge", "help", help, "value", (json_int_t)value));
}

static int64_t age_ms(int64_t since_ms, int64_t now_ms)
{
	return since_ms && now_ms > since_ms ? now_ms - since_ms : 0;
}

void cw_progress_put_metrics(struct cw_progress *p, int64_t now_ms, json_t *metrics)
{
	unsigned attempt;
	int64_t next_ms;

	pthread_mutex_lock(&p->lock);
	attempt = p->attempt;
	next_ms = attempt ? p->next_ms : 0;
	pthread_mutex_unlock(&p->lock);
	put_gauge(metrics, "progress_age_ms", "Milliseconds without progress, though there is work.",
		  age_ms(atomic_load(&p->since_ms), now_ms));
	put_gauge(metrics, "oldest_unacknowledged_ms", "Age of the oldest record that is not acknowledged, in milliseconds.",
		  age_ms(atomic_load(&p->oldest_ms), now_ms));
	put_gauge(metrics, "retry_attempt", "Attempts that have failed of what is being tried again; 0: nothing is.", attempt);
	put_gauge(metrics, "retry_next_attempt_epoch_ms",
		  "When the next attempt is made, in milliseconds since 1970; 0: nothing is being tried again.", next_ms);
}

json_t *cw_progress_retry_json(struct cw_progress *p, const struct cw_map *told)
{
	json_t *retry = NULL;
	char at[32];

	pthread_mutex_lock(&p->lock);
	if (p->attempt) {
		CW_AUTO_FREE char *cause = cw_hide(p->cause, told);

		cw_clock_iso(p->next_ms, at, sizeof(at));
		retry = json_pack("{sssissss}", "stage", p->what, "attempt", (int)p->attempt, "next_attempt_at", at, "cause",
				  cause);
	}
	pthread_mutex_unlock(&p->lock);
	return retry;
}

json_t *cw_progress_awaited_json(struct cw_progress *p)
{
	json_t *awaited;

	pthread_mutex_lock(&p->lock);
	awaited = p->awaited ? json_string(p->awaited) : NULL;
	pthread_mutex_unlock(&p->lock);
	return awaited;
}
