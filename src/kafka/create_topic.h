/* create_topic - makes a topic that is not there, with the settings that somebody configured for it. */
#ifndef CW_KAFKA_CREATE_TOPIC_H
#define CW_KAFKA_CREATE_TOPIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "connect-worker/connector.h"

struct rd_kafka_s;

struct cw_new_topic {
	const char *name;
	int32_t partitions, replication_factor; /* -1: the brokers' default */
	const struct cw_map *settings; /* of the topic; NULL: none */
	/* For errors: "for the offsets of sources"; and the keys that decide on what the brokers refuse. */
	const char *purpose, *keys;
};

/*
 * Creates the topic when there is none, through any client. 0, also when the client may not create topics: whoever
 * uses the topic hears whether it is there; or -1 with *err set (CW_ERR_RETRIABLE when it may succeed later).
 * *stop (NULL: none) ends the waiting early.
 */
int cw_topic_create(struct rd_kafka_s *client, const struct cw_new_topic *topic, const _Atomic bool *stop,
		    struct cw_error *err);

#endif
