/*
 * log_rings - the last log lines of each connector, in memory, and who follows them.
 *
 * Thread safe. A ring holds at most CW_LOG_RING_LINES lines and CW_LOG_RING_BYTES bytes; the oldest go first. Who
 * follows one takes lines when it likes: nothing is kept for it but its place, and what went meanwhile is told as a
 * number.
 */
#ifndef CW_BASE_LOG_RINGS_H
#define CW_BASE_LOG_RINGS_H

#include <sys/types.h>

#include <jansson.h>

#include "base/log.h"

#define CW_LOG_RING_LINES 512
#define CW_LOG_RING_BYTES (64u << 10)
#define CW_LOG_LINE_MAX 4096u /* bytes of a line's text; the rest is cut off */
#define CW_LOG_FOLLOWERS_MAX 64

/* How much of a line's text is kept; never a part of a character. */
size_t cw_log_line_cut(const char *text, size_t n);

struct cw_log_rings;

struct cw_log_rings *cw_log_rings_new(void);
void cw_log_rings_free(struct cw_log_rings *rings); /* nobody follows any more; NULL is fine */
/* A ring for the connector, unless it has one. */
void cw_log_rings_open(struct cw_log_rings *rings, const char *connector);
/* Forgets the connector's lines; who follows them reads what there was, then the end. */
void cw_log_rings_drop(struct cw_log_rings *rings, const char *connector);
/* Everybody reads what there is, then the end, now and later. */
void cw_log_rings_close(struct cw_log_rings *rings);

/* A line of a connector that has a ring; others are dropped. The text may be broken UTF-8. task -1: the connector. */
void cw_log_rings_add(struct cw_log_rings *rings, const struct cw_log_scope *scope, enum cw_log_level level,
		      int64_t epoch_ms, const char *text, size_t n);

/* Which lines: the last `lines` of those up to `level` (as for cw_log_set_level()). */
struct cw_log_filter {
	int level;
	size_t lines;
};

/* [{"time","level","task"?,"message"}…], the oldest first; new. */
json_t *cw_log_rings_read(struct cw_log_rings *rings, const char *connector, const struct cw_log_filter *filter);

/* What a follower does while there is nothing: pause() within its reading, wake() from any thread, once after each. */
struct cw_log_waiter {
	void (*pause)(void *arg);
	void (*wake)(void *arg);
	void *arg;
};

struct cw_log_follower;

/* From these lines on. NULL when there are too many followers. */
struct cw_log_follower *cw_log_rings_follow(struct cw_log_rings *rings, const char *connector,
					    const struct cw_log_filter *filter, const struct cw_log_waiter *waiter);
/*
 * Bytes of what follows: objects as above, a line each; {"skipped":N} for N lines that went before they were read; an
 * empty line as a sign of life. 0: nothing now, and pause() was called. -1: the end.
 */
ssize_t cw_log_follower_read(struct cw_log_follower *follower, char *out, size_t max);
void cw_log_follower_free(struct cw_log_follower *follower);

/* A sign of life for every follower, without which one that is gone is not noticed. Their number. */
size_t cw_log_rings_beat(struct cw_log_rings *rings);

#endif
