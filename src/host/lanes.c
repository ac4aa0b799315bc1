#include "host/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void cw_lanes_init(struct cw_lanes *lanes, const struct cw_lane_limits *limits)
{
	*lanes = (struct cw_lanes){ .limits = *limits, .current = -1 };
}

void cw_lanes_free(struct cw_lanes *lanes)
{
	free(lanes->lanes);
	*lanes = (struct cw_lanes){ .current = -1 };
}

void cw_lanes_resize(struct cw_lanes *lanes, int32_t n)
{
	if (n == lanes->n)
		return;
	lanes->lanes = cw_realloc(lanes->lanes, (size_t)(n ? n : 1) * sizeof(*lanes->lanes));
	for (int32_t p = lanes->n; p < n; p++)
		lanes->lanes[p] = (struct cw_lane){ 0 };
	lanes->n = n;
	lanes->busy = 0;
	for (int32_t p = 0; p < n; p++)
		lanes->busy += lanes->lanes[p].records > 0;
	if (lanes->current >= n)
		lanes->current = -1;
}

/* Whether another lane may be opened: a batch in each must fit into the producer's queue. */
static bool has_room(const struct cw_lanes *lanes)
{
	return lanes->busy == 0 || (lanes->busy + 1) * lanes->limits.batch_records <= lanes->limits.queue_records;
}

/* The next lane after the current one with nothing to be answered, or -1. */
static int32_t next_idle(const struct cw_lanes *lanes)
{
	for (int32_t i = 1; i <= lanes->n && has_room(lanes); i++) {
		int32_t p = (lanes->current + i) % lanes->n;

		if (lanes->lanes[p].records == 0)
			return p;
	}
	return -1;
}

static void open_lane(struct cw_lanes *lanes, int32_t partition)
{
	lanes->current = partition;
	lanes->opened_ns = 0;
}

void cw_lanes_tick(struct cw_lanes *lanes, int64_t now_ns)
{
	int32_t next;

	if (lanes->current < 0)
		return;
	if (!lanes->opened_ns) {
		lanes->opened_ns = now_ns;
		return;
	}
	if (now_ns - lanes->opened_ns < lanes->limits.linger_ns)
		return;
	next = next_idle(lanes);
	if (next >= 0)
		open_lane(lanes, next);
}

int32_t cw_lanes_choose(struct cw_lanes *lanes)
{
	const struct cw_lane *lane = lanes->current >= 0 ? &lanes->lanes[lanes->current] : NULL;
	int32_t next;

	if (lane && lane->records < lanes->limits.batch_records && lane->bytes < lanes->limits.batch_bytes)
		return lanes->current;
	next = next_idle(lanes);
	if (next >= 0)
		open_lane(lanes, next);
	return next;
}

void cw_lanes_sent(struct cw_lanes *lanes, int32_t partition, size_t bytes)
{
	struct cw_lane *lane;

	if (partition < 0 || partition >= lanes->n)
		return;
	lane = &lanes->lanes[partition];
	lanes->busy += lane->records == 0;
	lane->records++;
	lane->bytes += bytes;
}

void cw_lanes_answered(struct cw_lanes *lanes, int32_t partition, size_t bytes)
{
	struct cw_lane *lane;

	if (partition < 0 || partition >= lanes->n)
		return;
	lane = &lanes->lanes[partition];
	if (lane->records == 0)
		return; /* librdkafka chose the partition, by its key: it was not counted */
	lane->records--;
	lane->bytes = lane->records && lane->bytes > bytes ? lane->bytes - bytes : 0;
	lanes->busy -= lane->records == 0;
}
