/*
 * commit_pace - when a task commits: each offset.flush.interval.ms, and earlier once there is much to lose. What was
 * done since the last commit is done again when the process is killed; so that this stays little however fast records
 * flow, a busy task commits ten times a second, or as often as it can without waiting for commits for more than a
 * twentieth of its time. After a commit that failed the next one has the whole interval's time.
 *
 * Pure: times (monotonic milliseconds) are passed in. Belongs to one thread.
 */
#ifndef CW_HOST_COMMIT_PACE_H
#define CW_HOST_COMMIT_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many records are not worth a commit of their own. */
#define CW_COMMIT_FEW 200
#define CW_COMMIT_APART_MS 100
#define CW_COMMIT_SHARE 20 /* at most one part of so many is waiting */
/* Where the next commit is the last one and has failed. */
#define CW_COMMIT_AGAIN_MS 1000

struct cw_commit_pace {
	int64_t interval_ms;
	bool early;       /* a commit costs little, so that it may come before the interval is over */
	int64_t last_ms;  /* when the last one began */
	int64_t took_ms;  /* how long the task waited for it */
	int64_t records;  /* that may be committed since */
	bool failed;      /* the last one */
};

/* The first commit is due after the interval. */
void cw_commit_pace_init(struct cw_commit_pace *pace, int64_t interval_ms, bool early, int64_t now_ms);
/* n more records may be committed. */
void cw_commit_pace_add(struct cw_commit_pace *pace, int64_t n);
/* When to commit, as it looks now. */
int64_t cw_commit_pace_due_ms(const struct cw_commit_pace *pace);
/* The same when no more records come that the commit could wait for. */
int64_t cw_commit_pace_last_due_ms(const struct cw_commit_pace *pace);
/* All that may be committed is, or will be when the answer comes. */
void cw_commit_pace_begin(struct cw_commit_pace *pace, int64_t now_ms);
/* The task goes on. */
void cw_commit_pace_sent(struct cw_commit_pace *pace, int64_t now_ms);
/* The answer. */
void cw_commit_pace_end(struct cw_commit_pace *pace, bool committed);

#endif
