/*
 * source_refused - records that Kafka refuses for good (too large, invalid), under errors.tolerance=all: each is skipped
 * or becomes a dead letter, and then counts as acknowledged, so that offsets go on.
 *
 * Brokers refuse a batch as a whole for one record in it, and librdkafka does not say which: records that were refused
 * together are sent again one by one, by a producer of its own, before anything that comes after them. For that the source's
 * producer ends itself with such a batch (enable.gapless.guarantee), before it sends another one: a new one takes its place
 * (source_anew.c), and sends what was left behind. One that is not idempotent cannot: it goes on by itself, and records
 * behind those that were refused may be in the partition before them.
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

struct cw_ack_entry;
struct cw_source;
struct cw_source_topic;

/* A record, copied, that was refused or left behind. */
struct cw_refused_record {
	struct cw_refused_record *next;
	struct cw_source_topic *topic;
	struct cw_ack_entry *entry;
	uintptr_t mark; /* from the order of records; 0: none */
	rd_kafka_headers_t *headers; /* NULL: none */
	rd_kafka_resp_err_t error;
	bool alone; /* nobody else can be the reason */
	bool first; /* of its partition among those that were left behind */
	int32_t partition;
	int64_t timestamp_ms;
	struct cw_slice key, value; /* behind this struct; p is NULL for a null */
};

struct cw_refused_list {
	struct cw_refused_record *first, *last;
	size_t n;
};

struct cw_source_refused {
	rd_kafka_conf_t *conf; /* of the producer, which is made for the first record; NULL: nothing is tolerated */
	rd_kafka_t *producer;
	struct cw_refused_list due; /* to be seen to */
	size_t n; /* those, and the ones that were sent again and are not answered */
	const struct cw_source_topic *only_together; /* took a record alone that was too large with others; NULL: there is none */
	bool some_alone; /* refused one that was alone, which may have been the reason for the others */
	rd_kafka_conf_t *main_conf; /* of the source's producer, which ends itself; NULL: it does not */
	struct cw_refused_list left; /* when it has: what it was not done with, as reported; then sorted, what is last */
	bool sorted;
};

void cw_refused_push(struct cw_refused_list *list, struct cw_refused_record *r);
struct cw_refused_record *cw_refused_pop(struct cw_refused_list *list);
void cw_refused_free(struct cw_refused_record *r);
/* Hands a copy of the record to the producer, with that opaque. Its error. */
rd_kafka_resp_err_t cw_refused_produce(rd_kafka_t *producer, const struct cw_refused_record *r, void *opaque);

/*
 * With errors.tolerance=all: from now on records are tolerated. conf is that of the source's producer, which is still to
 * be made, and changed.
 */
void cw_source_refused_open(struct cw_source *source, rd_kafka_conf_t *conf);
/* Whether a record with this error would be refused whenever it is sent. */
bool cw_source_refused_is_for_good(rd_kafka_resp_err_t error);
/* Whether a record with this error is seen to here. */
bool cw_source_refused_takes(const struct cw_source *source, rd_kafka_resp_err_t error);
/*
 * A message of that entry that librdkafka itself did not take; `record` has its headers and timestamp, NULL: it has none.
 * All is copied.
 */
void cw_source_refused_at_once(struct cw_source *source, struct cw_source_topic *topic, const rd_kafka_message_t *m,
			       struct cw_ack_entry *entry, const struct cw_record *record);
/* The report of a record that was sent, and refused by a broker with those around it, or left behind. */
void cw_source_refused_by_broker(struct cw_source *source, struct cw_source_topic *topic, const rd_kafka_message_t *m);
/* Sees to what there is: failures go to source->failure. */
void cw_source_refused_serve(struct cw_source *source);
/* The source's producer is about to be replaced: when only the size of its batches was too much, the next one's are smaller. */
void cw_source_refused_shrink(struct cw_source *source);
void cw_source_refused_close(struct cw_source *source);

#endif
