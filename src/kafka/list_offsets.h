/*
 * list_offsets - where partitions begin, end or are at a time: asked of all their leaders at once.
 *
 * Instead of rd_kafka_query_watermark_offsets(), which before librdkafka 2.3 keeps to its time only until it knows the
 * leader: a broker that hangs would hold it for socket.timeout.ms, and again. What the end of a partition is depends on
 * the client's isolation.level.
 */
#ifndef CW_KAFKA_LIST_OFFSETS_H
#define CW_KAFKA_LIST_OFFSETS_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>

/*
 * Sets the offset and the error of each partition. `when`: RD_KAFKA_OFFSET_BEGINNING or _END, or milliseconds since
 * 1970, for the first record of that time or later, RD_KAFKA_OFFSET_END where there is none. What passes, such as a
 * leader that has moved, is waited for until the deadline (monotonic), or until *stop (NULL: none) becomes true, which
 * is seen within about a second. An error that is returned is of all of them; none of their offsets counts then.
 */
rd_kafka_resp_err_t cw_list_offsets(rd_kafka_t *client, rd_kafka_topic_partition_list_t *list, int64_t when,
				    int64_t deadline_ms, const _Atomic bool *stop);

/* The same, asked once: what passes is an error, too. */
rd_kafka_resp_err_t cw_list_offsets_once(rd_kafka_t *client, rd_kafka_topic_partition_list_t *list, int64_t when,
					 int timeout_ms);

#endif
