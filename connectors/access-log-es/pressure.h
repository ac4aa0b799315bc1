/*
 * pressure - how much is sent at once: requests in flight and documents in each, halved when the store
 * pushes back, grown again step by step while it does not. Pure; times are handed in.
 */
#ifndef CW_ACCESS_LOG_PRESSURE_H
#define CW_ACCESS_LOG_PRESSURE_H

#include <stddef.h>
#include <stdint.h>

struct cw_pressure {
	unsigned window, window_max; /* requests */
	size_t docs, docs_max;       /* documents a request */
	unsigned calm;               /* good answers since the last change */
	int64_t reduced_ns;          /* when it was last reduced */
};

void cw_pressure_init(struct cw_pressure *pressure, unsigned window_max, size_t docs_max);

/* A request sent at sent_ns was pushed back. Of several that were under way together only the first counts. */
void cw_pressure_pushback(struct cw_pressure *pressure, int64_t sent_ns, int64_t now_ns);

/* A request was answered well. */
void cw_pressure_calm(struct cw_pressure *pressure);

#endif
