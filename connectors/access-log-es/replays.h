/*
 * replays - documents that the store had already, by the partition that their records are of, so that people are told
 * while that goes on. After a restart that is a replay and as it should be. But a topic that is made again has its old
 * offsets again, and the documents that it had before are in the way of its new ones.
 */
#ifndef CW_ACCESS_LOG_REPLAYS_H
#define CW_ACCESS_LOG_REPLAYS_H

#include "bulk.h"

struct cw_sink;

/* Of one partition: those that nobody was told of yet. */
struct cw_replay {
	char *topic;
	size_t topic_n;
	int32_t partition;
	char *index; /* of the last one */
	size_t n;
	int64_t first, last; /* offsets, the lowest and the highest */
	int64_t told_ns;     /* when people were told last; 0: never */
};

/* Start zeroed. */
struct cw_replays {
	struct cw_replay *items;
	size_t n, cap, latest; /* latest: the one that was noted last */
	int64_t span_ns;       /* when the minute began whose warnings are counted */
	unsigned told;         /* in that minute */
};

/* The document was there, in this index. */
void cw_replays_note(struct cw_replays *replays, const struct cw_doc *doc, const char *index);
/*
 * One warning for each partition, at most once a minute, and in all no more than a few a minute; at_end: of all that
 * nobody was told of.
 */
void cw_replays_tell(struct cw_sink *sink, bool at_end);
void cw_replays_free(struct cw_replays *replays);

#endif
