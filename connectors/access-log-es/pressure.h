/*
 * pressure - how much is sent at once, and when. Requests in flight and documents in each are halved when the store
 * pushes back, and grow again step by step while it does not. While it takes nothing at all nothing is sent for a
 * while, longer each time, and then one request after the other until one is answered well; so it is at the start.
 * Pure; times are handed in.
 */
#ifndef CW_ACCESS_LOG_PRESSURE_H
#define CW_ACCESS_LOG_PRESSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cw_pressure {
	unsigned window, window_max; /* requests */
	size_t docs, docs_max;       /* documents a request */
	unsigned calm;               /* good answers since the last change */
	int64_t reduced_ns;          /* when it was last reduced */
	bool proven;                 /* the store answered once */
	unsigned outages;            /* in a row; 0: the store takes documents */
	int64_t outage_ns;           /* when the last one was seen */
	int64_t resume_ns;           /* nothing is sent before */
};

void cw_pressure_init(struct cw_pressure *pressure, unsigned window_max, size_t docs_max);

/* A request sent at sent_ns was pushed back. Of several that were under way together only the first counts. */
void cw_pressure_pushback(struct cw_pressure *pressure, int64_t sent_ns, int64_t now_ns);

/* A request was answered well: nothing of it has to be sent again. */
void cw_pressure_calm(struct cw_pressure *pressure);

/*
 * The store took nothing of a request sent at sent_ns. Returns how many such outages there were in a row, this one
 * included; 0: it was under way together with the one before, and is no other.
 */
unsigned cw_pressure_outage(struct cw_pressure *pressure, int64_t sent_ns, int64_t now_ns);
/* It took something: the outage is over, but what it asked to wait for is kept to. */
void cw_pressure_worked(struct cw_pressure *pressure);
/* Nothing is sent before until_ns. */
void cw_pressure_pause(struct cw_pressure *pressure, int64_t until_ns);

/* How many requests may be under way at once, at now_ns. */
unsigned cw_pressure_room(const struct cw_pressure *pressure, int64_t now_ns);

/* The longest pause after `attempt` (from 1) vain ones: base_ms, doubled each time, max_ms at most. */
int64_t cw_pressure_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms);

#endif
