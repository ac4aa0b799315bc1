/* render - documents and action lines of a _bulk body, written as they stand; no tree, no allocation. */
#ifndef CW_ACCESS_LOG_RENDER_H
#define CW_ACCESS_LOG_RENDER_H

#include "line.h"
#include "log_time.h"
#include "text.h"

/* What else a document holds. Start as { 0 }. One thread. */
struct cw_render {
	bool raw;   /* the line itself, as "raw" */
	bool kafka; /* {"topic","partition","offset"} as "kafka" */
	struct cw_text scratch; /* for undoing escapes; freed by cw_render_free() */
};

/* Bytes that cw_render_document() may write for a line of n bytes. */
size_t cw_render_room(const struct cw_render *render, const struct cw_line *line, const struct cw_record *record);

/*
 * The document and its newline, at out. time NULL: without "@timestamp". The record says where it was read
 * from. Returns the end.
 */
char *cw_render_document(struct cw_render *render, char *out, const struct cw_line *line,
			 const struct cw_log_time *time, const struct cw_record *record);
void cw_render_free(struct cw_render *render);

/* Where a record was read from, whatever transformations have made of its topic: that names it once and for all. */
static inline struct cw_slice cw_origin_topic(const struct cw_record *record)
{
	return record->original_topic.p ? record->original_topic : record->topic;
}

static inline int32_t cw_origin_partition(const struct cw_record *record)
{
	return record->original_topic.p ? record->original_partition : record->partition;
}

#define CW_ACTION_MAX 4096 /* most bytes of an action line: escaped topic and index name included */
#define CW_ACTION_DIGITS 20

/*
 * The action line of the last record, kept because the next one mostly differs in the last digit of its
 * offset: {"create":{"_id":"TOPIC+PARTITION+OFFSET"}}. Start as { 0 } and set op.
 */
struct cw_action {
	const char *op;       /* "create" or "index" */
	char topic[256];
	size_t topic_n, n, offset_at; /* offset_at: where its digits start in text */
	int32_t partition;
	int64_t offset;
	char text[CW_ACTION_MAX];
};

/*
 * The action line for a record. index "" leaves the index to the request's path. Writes at most
 * CW_ACTION_MAX bytes. Returns the end.
 */
char *cw_action_put(struct cw_action *action, char *out, const struct cw_record *record, struct cw_slice index);

#endif
