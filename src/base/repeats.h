/*
 * repeats - lines that come again and again, such as a client's about a topic that is gone: said once a minute.
 *
 * Pure: times are given. Belongs to one thread.
 */
#ifndef CW_BASE_REPEATS_H
#define CW_BASE_REPEATS_H

#include <stdbool.h>
#include <stdint.h>

/* A line is said again after this time. */
#define CW_REPEATS_MS 60000
/* So many are remembered; of more, those are forgotten that were said first. */
#define CW_REPEATS_LINES 64

/* Start as { 0 }. */
struct cw_repeats {
	struct cw_repeats_line {
		uint64_t hash; /* 0: none */
		int64_t said_ms;
	} lines[CW_REPEATS_LINES];
	unsigned next; /* the place of the next new one */
};

/* Whether the line is to be said now, which it is then taken for. */
bool cw_repeats_say(struct cw_repeats *repeats, const char *text, int64_t now_ms);

#endif
