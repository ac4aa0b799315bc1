/*
 * newest - the last records of topics, as they are now. By their timestamps; those of one partition by their offsets.
 */
#ifndef CW_KAFKA_NEWEST_H
#define CW_KAFKA_NEWEST_H

#include "kafka/reader.h"

/* Start as { 0 }. Freed with cw_newest_free(), before its reader. */
struct cw_newest {
	size_t max; /* how many are wanted */
	rd_kafka_message_t **messages; /* the oldest first */
	size_t n;
};

/*
 * Reads them with a reader (kafka/reader.h) that was used for nothing else. 0, or -1 with *err: CW_ERR_INVALID when
 * there is no such topic, CW_ERR_RETRIABLE when Kafka gives no answer before the deadline (monotonic).
 */
int cw_newest_read(struct cw_newest *newest, struct cw_reader *reader, const struct cw_list *topics, int64_t deadline_ms,
		   struct cw_error *err);
void cw_newest_free(struct cw_newest *newest);

#endif
