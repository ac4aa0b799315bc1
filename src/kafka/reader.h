/*
 * reader - a consumer that reads what it is assigned and leaves no trace: it joins no group, commits nothing and makes
 * no topic. It reads ahead by little, however long the topic and whatever its records. One thread.
 */
#ifndef CW_KAFKA_READER_H
#define CW_KAFKA_READER_H

#include "kafka/client.h"

struct cw_reader;

/*
 * With the settings of the connector's consumer but for those that would leave traces. The ends of partitions are
 * reported as events. `isolation`: "read_committed" …; NULL: as configured. NULL with *err set.
 */
struct cw_reader *cw_reader_new(const struct cw_worker_config *worker, const struct cw_map *connector,
				const struct cw_log_scope *scope, const char *isolation, struct cw_error *err);
/* What is read from now on, from the offsets in it, instead of what was before; copied. */
void cw_reader_assign(struct cw_reader *reader, const rd_kafka_topic_partition_list_t *partitions);
/* The next record or event; NULL: none came in this time. Given back with rd_kafka_message_destroy(). */
rd_kafka_message_t *cw_reader_poll(struct cw_reader *reader, int timeout_ms);
void cw_reader_free(struct cw_reader *reader); /* NULL is taken */

/* The offsets that a partition has: from `next` on, before `end`. */
struct cw_reader_range {
	int64_t next, end;
};

/*
 * The ranges of all partitions of a topic; *ranges is new, freed with free(), also when this fails. The deadline
 * (monotonic) and *stop as those of cw_client_metadata().
 */
rd_kafka_resp_err_t cw_reader_ranges(struct cw_reader *reader, const char *topic, int64_t deadline_ms,
				     const _Atomic bool *stop, struct cw_reader_range **ranges, int *n);

#endif
