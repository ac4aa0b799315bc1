/*
 * reader - a consumer that reads what it is assigned and leaves no trace: it joins no group, commits nothing and makes
 * no topic. One thread.
 */
#ifndef CW_KAFKA_READER_H
#define CW_KAFKA_READER_H

#include "kafka/client.h"

/*
 * With the settings of the connector's consumer but for those that would leave traces. The ends of partitions are
 * reported as events. `isolation`: "read_committed" …; NULL: as configured. NULL with *err set.
 */
rd_kafka_t *cw_reader_new(const struct cw_worker_config *worker, const struct cw_map *connector,
			  const struct cw_log_scope *scope, const char *isolation, struct cw_error *err);

/* The offsets that a partition has: from `next` on, before `end`. */
struct cw_reader_range {
	int64_t next, end;
};

/*
 * The ranges of all partitions of a topic; *ranges is new, freed with free(), also when this fails. The deadline
 * (monotonic) and *stop as those of cw_client_metadata().
 */
rd_kafka_resp_err_t cw_reader_ranges(rd_kafka_t *reader, const char *topic, int64_t deadline_ms,
				     const _Atomic bool *stop, struct cw_reader_range **ranges, int *n);

#endif
