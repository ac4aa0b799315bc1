/*
 * topics - the topics that a task uses: written to, or read from. The worker is told of each once, and again after
 * it has forgotten them.
 */
#ifndef CW_HOST_TOPICS_H
#define CW_HOST_TOPICS_H

#include "host/task.h"

/* Of a sink, which has no other list of them. Start as { 0 }. */
struct cw_used_topics {
	struct cw_used_topic {
		char *name;
		uint64_t told;
	} *items;
	size_t n;
};

/* Sends it. Task's thread. */
void cw_topic_tell(struct cw_task *task, const char *name);

/* The task has used a topic. *told is the caller's note that the worker knows, 0 at first. Task's thread. */
static inline void cw_topic_used(struct cw_task *task, const char *name, uint64_t *told)
{
	uint64_t round = atomic_load_explicit(&task->topics_round, memory_order_relaxed);

	if (*told == round)
		return;
	*told = round;
	cw_topic_tell(task, name);
}

/* The same, with a list for the note. */
void cw_used_topics_add(struct cw_used_topics *used, struct cw_task *task, const char *name);
void cw_used_topics_free(struct cw_used_topics *used);

/* What the task has told is to be told again when it is used again. Main thread. */
static inline void cw_topics_forget(struct cw_task *task)
{
	if (task->worker->topic_tracking_enable)
		atomic_fetch_add(&task->topics_round, 1);
}

#endif
