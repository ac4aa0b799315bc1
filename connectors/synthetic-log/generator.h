/*
 * generator - the lines themselves: record k of task t is a function of the settings, the seed, t and k.
 *
 * A site has clients (each with one public IPv4 address and one user agent), endpoints (pages, their
 * assets, an API) and traffic between them. A record draws what it needs from numbers that belong to
 * (seed, t, k) alone, so that records can be made in any order, by anybody, again. Its time comes from
 * its place among all tasks' records, k * tasks + t (log_clock.h).
 *
 * struct cw_synthetic is immutable and may be shared by threads; a cursor belongs to one.
 */
#ifndef CW_SYNTHETIC_GENERATOR_H
#define CW_SYNTHETIC_GENERATOR_H

#include "log_clock.h"
#include "options.h"

/* Room that a line needs at `out`. Lines themselves are shorter: whole blocks are copied over their end. */
#define CW_SYNTHETIC_LINE_MAX 640

enum cw_malformed {
	CW_MALFORMED_CUT = 0, /* ends before its request does */
	CW_MALFORMED_QUOTE,   /* one quote is missing */
	CW_MALFORMED_ADDRESS, /* 999.… */
	CW_MALFORMED_DATE,    /* the 39th of the month */
	CW_MALFORMED_STATUS,  /* 2x0 */
	CW_MALFORMED_ALIEN,   /* a line of another program */
	CW_MALFORMED_BYTES,   /* no text at all, and not UTF-8 */
	CW_MALFORMED_KINDS,
	CW_WELL_FORMED = -1
};

struct cw_synthetic;

/* options are read during the call only. NULL with *err set: weights, a start time, or no memory. */
struct cw_synthetic *cw_synthetic_new(const struct cw_synthetic_options *options, uint32_t tasks, struct cw_error *err);
void cw_synthetic_free(struct cw_synthetic *g);

/*
 * Writes record k of a task to out (CW_SYNTHETIC_LINE_MAX bytes; not terminated): its length.
 * With start.time=now the time is not part of the function, and is 1970 here.
 */
size_t cw_synthetic_line(const struct cw_synthetic *g, uint32_t task, uint64_t k, char *out);

/* The same for many records of one task: remembers the current second of the log. */
struct cw_cursor {
	const struct cw_synthetic *g;
	uint64_t series;
	uint32_t task;
	/* of the record that was written last */
	uint32_t client_ip;
	int malformed; /* enum cw_malformed */
	struct cw_log_second second;
	/* set by the caller */
	int64_t probe_us; /* goes into the referrer as ?t=…; 0: no probe */
	/* of the current second */
	bool burst;
	uint32_t when_n;
	char when[64];
};

void cw_cursor_init(struct cw_cursor *cursor, const struct cw_synthetic *g, uint32_t task);
/* For start.time=now: the time of the records from now on. */
void cw_cursor_set_time(struct cw_cursor *cursor, int64_t epoch_s);
size_t cw_cursor_write(struct cw_cursor *cursor, uint64_t k, char *out);

/* "9.180.123.170", at most 15 bytes, but 20 are written to. Returns the length. */
size_t cw_synthetic_ip(const struct cw_synthetic *g, uint32_t ip, char *out);
/* Whether a burst of errors is on at that second of the log. */
bool cw_synthetic_burst(const struct cw_synthetic *g, int64_t epoch_s);

#endif
