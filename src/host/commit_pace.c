#include "host/commit_pace.h"

void cw_commit_pace_init(struct cw_commit_pace *pace, int64_t interval_ms, bool early, int64_t now_ms)
{
	*pace = (struct cw_commit_pace){ .interval_ms = interval_ms, .early = early, .last_ms = now_ms };
}

void cw_commit_pace_add(struct cw_commit_pace *pace, int64_t n)
{
	pace->records += n;
}

int64_t cw_commit_pace_due_ms(const struct cw_commit_pace *pace)
{
	int64_t apart_ms = pace->took_ms * CW_COMMIT_SHARE;

	if (apart_ms < CW_COMMIT_APART_MS)
		apart_ms = CW_COMMIT_APART_MS;
	if (!pace->early || pace->failed || pace->records < CW_COMMIT_FEW || apart_ms > pace->interval_ms)
		apart_ms = pace->interval_ms;
	return pace->last_ms + apart_ms;
}

int64_t cw_commit_pace_last_due_ms(const struct cw_commit_pace *pace)
{
	int64_t again_ms = pace->interval_ms < CW_COMMIT_AGAIN_MS ? pace->interval_ms : CW_COMMIT_AGAIN_MS;

	return pace->last_ms + (pace->failed ? again_ms : 0);
}

void cw_commit_pace_begin(struct cw_commit_pace *pace, int64_t now_ms)
{
	pace->last_ms = now_ms;
	pace->records = 0;
}

void cw_commit_pace_sent(struct cw_commit_pace *pace, int64_t now_ms)
{
	pace->took_ms = now_ms - pace->last_ms;
}

void cw_commit_pace_end(struct cw_commit_pace *pace, bool committed)
{
	pace->failed = !committed;
}
