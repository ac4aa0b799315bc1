/*
 * topic_memo - what was found out about a topic by its name, so that it is found out once: records come in long runs
 * of the same few topics.
 *
 * What is remembered lives as long as the memo, and records may point to it; so there is a bound, past which nothing
 * more is remembered. One thread.
 */
#ifndef CW_TRANSFORM_TOPIC_MEMO_H
#define CW_TRANSFORM_TOPIC_MEMO_H

#include "connect-worker/connector.h"

#define CW_TOPIC_MEMO_MAX 256

struct cw_topic_note {
	struct cw_slice topic;
	struct cw_slice text; /* p is NULL: none */
	bool yes;
};

struct cw_topic_memo {
	struct cw_topic_note *notes;
	size_t n, last; /* last: where the note that was asked for last is */
};

/* NULL when nothing is known. */
const struct cw_topic_note *cw_topic_memo_find(struct cw_topic_memo *memo, struct cw_slice topic);
/* Remembers copies of what is given. The note, or NULL when there is no room for it. */
const struct cw_topic_note *cw_topic_memo_add(struct cw_topic_memo *memo, struct cw_slice topic, bool yes,
					      struct cw_slice text);
void cw_topic_memo_free(struct cw_topic_memo *memo);

#endif
