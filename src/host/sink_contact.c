/*
 * Whether a task has what it needs to get anything: a place in its group, and a Kafka that answers. Without it there is
 * no error, but no record either, for as long as a member that has died or hangs, or a broker that is away, holds it
 * up; so the task says what it waits for, and is not taken for one that has read all there is.
 *
 * In its group it asks the coordinator now and then, also when there is nothing to commit: nobody else would notice
 * that it is away. Not while it joins: the question would wait behind that.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "host/sink.h"

#define SAY_AFTER_MS 5000
#define ASK_MS 10000

/* Without any topic librdkafka does not join: there is nothing to get. */
static bool has_topics(const struct cw_sink *sink)
{
	return !sink->partitions_there || sink->partitions_there->cnt > 0;
}

static bool is_joining(const struct cw_sink *sink)
{
	return (sink->joining && has_topics(sink)) || sink->joining_again;
}

static bool is_silent(struct cw_sink *sink, int64_t now_ms)
{
	enum cw_coordinator_state state = cw_coordinator_state(sink->coordinator);

	if (state != CW_COORDINATOR_ASKED)
		sink->silent = state == CW_COORDINATOR_SILENT;
	if (!sink->committing && (sink->silent || now_ms >= sink->ask_again_ms))
		cw_coordinator_ask(sink->coordinator, sink->safe.list);
	if (sink->committing || now_ms >= sink->ask_again_ms)
		sink->ask_again_ms = now_ms + ASK_MS;
	return sink->silent;
}

/* What the task waits for, a constant; NULL: nothing. */
static const char *what_is_awaited(struct cw_sink *sink, int64_t now_ms)
{
	if (is_joining(sink)) {
		sink->ask_again_ms = now_ms + ASK_MS;
		return "its consumer group has not let it in yet, as when a member that has died or hangs is waited for, or "
		       "no broker answers";
	}
	return !sink->joining && is_silent(sink, now_ms) ? "the coordinator of its consumer group does not answer" : NULL;
}

static void is_in_contact(struct cw_sink *sink, int64_t now_ms)
{
	if (sink->apart_said)
		log_info(&sink->scope, "its consumer group answers again, after %lld s",
			 (long long)((now_ms - sink->apart_ms) / 1000));
	if (sink->apart_ms)
		cw_progress_wait_over(&sink->task->progress);
	sink->apart_ms = 0;
	sink->apart_said = false;
}

void cw_sink_look_at_contact(struct cw_sink *sink, int64_t now_ms)
{
	const char *what = what_is_awaited(sink, now_ms);

	if (!what) {
		is_in_contact(sink, now_ms);
		return;
	}
	if (sink->apart_ms == 0)
		sink->apart_ms = now_ms;
	cw_progress_wait(&sink->task->progress, sink->apart_ms, what);
	if (!sink->apart_said && now_ms - sink->apart_ms >= SAY_AFTER_MS) {
		sink->apart_said = true;
		log_warn(&sink->scope, "gets nothing from Kafka: %s", what);
	}
}

bool cw_sink_lag_is_known(const struct cw_sink *sink)
{
	return !is_joining(sink) && !sink->apart_said;
}
