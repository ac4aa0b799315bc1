#include "transform/topic_memo.h"

#include <stdlib.h>

#include "base/mem.h"

const struct cw_topic_note *cw_topic_memo_find(struct cw_topic_memo *memo, struct cw_slice topic)
{
	for (size_t i = 0; i < memo->n; i++) {
		size_t at = (memo->last + i) % memo->n;

		if (cw_slice_equal(memo->notes[at].topic, topic)) {
			memo->last = at;
			return &memo->notes[at];
		}
	}
	return NULL;
}

static struct cw_slice copy(struct cw_slice text)
{
	return text.p ? cw_slice(cw_strndup(text.p, text.n), text.n) : text;
}

const struct cw_topic_note *cw_topic_memo_add(struct cw_topic_memo *memo, struct cw_slice topic, bool yes,
					      struct cw_slice text)
{
	struct cw_topic_note *note;

	if (memo->n == CW_TOPIC_MEMO_MAX)
		return NULL;
	if (!memo->notes)
		memo->notes = cw_alloc(CW_TOPIC_MEMO_MAX * sizeof(*memo->notes));
	memo->last = memo->n;
	note = &memo->notes[memo->n++];
	note->topic = copy(topic);
	note->yes = yes;
	note->text = copy(text);
	return note;
}

void cw_topic_memo_free(struct cw_topic_memo *memo)
{
	for (size_t i = 0; i < memo->n; i++) {
		free((void *)(uintptr_t)memo->notes[i].topic.p);
		free((void *)(uintptr_t)memo->notes[i].text.p);
	}
	free(memo->notes);
	memset(memo, 0, sizeof(*memo));
}
