/*
 * lanes - which partition of a topic the next record without a key goes to.
 *
 * An idempotent producer of librdkafka has one request in flight for each partition. While it waits for the
 * answer and the partition's next batch is ready, its thread spins (2.0.2), which costs more than all the rest
 * of producing. So a partition is filled with one batch, of exactly the size at which librdkafka sends
 * without lingering, and then left alone until it is answered; meanwhile other partitions are filled, as many
 * as the producer's queue holds. A slow stream changes the partition when a batch was open as long as
 * librdkafka lingers, so that records spread over the partitions as they do with its own sticky partitioner.
 *
 * Pure: no I/O, times are passed in. Belongs to one thread.
 */
#ifndef CW_HOST_LANES_H
#define CW_HOST_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The producer's settings of the same meaning. */
struct cw_lane_limits {
	size_t batch_records, batch_bytes; /* a batch is sent when it has as many */
	size_t queue_records;
	int64_t linger_ns;
};

struct cw_lane {
	size_t records, bytes; /* sent and not answered */
};

struct cw_lanes {
	struct cw_lane_limits limits;
	struct cw_lane *lanes; /* one for each partition */
	int32_t n;
	int32_t current;    /* is being filled; -1: none */
	int64_t opened_ns;  /* since then; 0: not known yet */
	size_t busy;        /* lanes that are not answered */
};

/* Start as { 0 }: no lanes. */
void cw_lanes_init(struct cw_lanes *lanes, const struct cw_lane_limits *limits);
void cw_lanes_free(struct cw_lanes *lanes);
/* The topic has so many partitions now; what is known of those that stay is kept. */
void cw_lanes_resize(struct cw_lanes *lanes, int32_t n);
/* Now and then, at least once for each group of records. */
void cw_lanes_tick(struct cw_lanes *lanes, int64_t now_ns);
/* The partition for the next record, or -1 when one has to be answered first. With n > 0 only. */
int32_t cw_lanes_choose(struct cw_lanes *lanes);
/* A record of that size goes to the partition, whoever chose it; and it was answered, well or not. */
void cw_lanes_sent(struct cw_lanes *lanes, int32_t partition, size_t bytes);
void cw_lanes_answered(struct cw_lanes *lanes, int32_t partition, size_t bytes);

#endif
