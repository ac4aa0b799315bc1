#include "herder/restarts.h"

#include "base/retry.h"

bool cw_restarts_failed(struct cw_restarts *r, const struct cw_restart_policy *policy, int64_t now_ms, uint64_t random)
{
	if (r->running_since_ms && now_ms - r->running_since_ms >= policy->healthy_ms)
		r->attempts = 0;
	r->running_since_ms = 0;
	r->next_ms = 0;
	if (policy->attempts_max >= 0 && r->attempts >= policy->attempts_max)
		return false;
	r->attempts++;
	r->next_ms = now_ms + cw_backoff_ms(r->attempts, policy->delay_ms, policy->delay_max_ms, random);
	return true;
}

void cw_restarts_running(struct cw_restarts *r, int64_t now_ms)
{
	r->next_ms = 0;
	if (!r->running_since_ms)
		r->running_since_ms = now_ms;
}

void cw_restarts_forget(struct cw_restarts *r)
{
	*r = (struct cw_restarts){ 0 };
}
