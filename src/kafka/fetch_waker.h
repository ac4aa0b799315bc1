/*
 * fetch_waker - keeps librdkafka's fetchers awake.
 *
 * Before 2.2, librdkafka stops fetching for up to a second once it found its local queue full; a
 * request to the partition's leader wakes it. Later versions have fetch.queue.backoff.ms and need
 * none of this: there cw_fetch_waker_new() returns NULL, which every function takes.
 *
 * The request waits for its answer, so it is made on a thread of its own. cw_fetch_waker_poke() is
 * called by one thread, which also calls the others.
 */
#ifndef CW_KAFKA_FETCH_WAKER_H
#define CW_KAFKA_FETCH_WAKER_H

#include <librdkafka/rdkafka.h>

struct cw_fetch_waker;

/* Before the client is made: the setting that later versions have, where it exists. */
void cw_fetch_waker_configure(rd_kafka_conf_t *conf);
struct cw_fetch_waker *cw_fetch_waker_new(rd_kafka_t *consumer);
/* The partitions that are fetched from now on; copied. */
void cw_fetch_waker_assign(struct cw_fetch_waker *waker, const rd_kafka_topic_partition_list_t *partitions);
/* More records, of so many bytes, were taken off the queue, which is `length` long now: wakes the fetchers when it runs low. */
void cw_fetch_waker_poke(struct cw_fetch_waker *waker, size_t taken, size_t bytes, size_t length);
/* Wakes them, for who knows himself that they may be asleep. */
void cw_fetch_waker_wake(struct cw_fetch_waker *waker);
void cw_fetch_waker_free(struct cw_fetch_waker *waker); /* before the consumer is destroyed */

#endif
