/*
 * source_refused - records that Kafka refuses for good (too large, invalid), under errors.tolerance=all: each is skipped
 * or becomes a dead letter, and then counts as acknowledged, so that offsets go on.
 *
 * Brokers refuse a batch as a whole for one record in it, and librdkafka does not say which: records that were refused
 * together are sent again one by one, by a producer of its own, before the next poll's are sent. Those that librdkafka had
 * behind them already may be in the partition before them: it goes on by itself.
 *
 * Not for transactions, which cannot leave a record out. Belongs to the task's thread; reports are served there.
 */
#ifndef CW_HOST_SOURCE_REFUSED_H
#define CW_HOST_SOURCE_REFUSED_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connect-worker/connector.h"

struct cw_refused_record;
struct cw_source;
struct cw_source_topic;

struct cw_source_refused {
	rd_kafka_conf_t *conf; /* of the producer, which is made for the first record; NULL: nothing is tolerated */
	rd_kafka_t *producer;
	struct cw_refused_record *first, *last; /* to be seen to */
	size_t n; /* those, and the ones that were sent again and are not answered */
};

/* With errors.tolerance=all: from now on records are tolerated. conf is that of the source's producer. */
void cw_source_refused_open(struct cw_source *source, const rd_kafka_conf_t *conf);
/* Whether a record with this error would be refused whenever it is sent. */
bool cw_source_refused_is_for_good(rd_kafka_resp_err_t error);
/* Whether a record with this error is seen to here. */
bool cw_source_refused_takes(const struct cw_source *source, rd_kafka_resp_err_t error);
/*
 * A message, whose _private is its entry, that librdkafka itself did not take; `record` has its headers and timestamp,
 * NULL: it has none. All is copied.
 */
void cw_source_refused_at_once(struct cw_source *source, struct cw_source_topic *topic, const rd_kafka_message_t *m,
			       const struct cw_record *record);
/* The report of a record that was sent, and refused by a broker with those around it. */
void cw_source_refused_by_broker(struct cw_source *source, struct cw_source_topic *topic, const rd_kafka_message_t *m);
/* Sees to what there is: failures go to source->failure. */
void cw_source_refused_serve(struct cw_source *source);
void cw_source_refused_close(struct cw_source *source);

#endif
