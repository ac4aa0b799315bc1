/*
 * create_topic - makes a topic that is not there, with the settings that somebody configured for it.
 *
 * Topics are created through an admin client of the connector's (admin.override.*), which lives as long as that takes.
 */
#ifndef CW_KAFKA_CREATE_TOPIC_H
#define CW_KAFKA_CREATE_TOPIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/map.h"
#include "config/worker_config.h"
#include "connect-worker/connector.h"

struct rd_kafka_s;

struct cw_new_topic {
	const char *name;
	int32_t partitions, replication_factor; /* -1: the brokers' default */
	const struct cw_map *settings; /* of the topic; NULL: none */
	/* For errors: "for the offsets of sources"; and the keys that decide on what the brokers refuse. */
	const char *purpose, *keys;
	/* Who may not create topics may find it there all the same: that is no error, since its use will tell. */
	bool may_be_there;
};

/* On whose behalf. */
struct cw_topic_maker {
	const struct cw_worker_config *worker;
	const struct cw_map *connector; /* its config */
	const char *name;
	int task;
	const struct cw_log_scope *scope; /* of the admin client's log lines */
	const _Atomic bool *stop;         /* ends the waiting early; NULL: nothing does */
};

/*
 * Whether a client sees the topic; false also when nobody answers until the deadline (monotonic), or the stop. It is not
 * made by that, whatever the brokers' settings.
 */
bool cw_topic_exists(struct rd_kafka_s *client, const char *topic, int64_t deadline_ms, const _Atomic bool *stop);
/*
 * Creates the topic when there is none; `client` is any client, which looks for it. 0, also when somebody else has
 * created it meanwhile; or -1 with *err set (CW_ERR_RETRIABLE when it may succeed later).
 */
int cw_topic_create(struct rd_kafka_s *client, const struct cw_new_topic *topic, const struct cw_topic_maker *maker,
		    struct cw_error *err);
/* The same for one that the client has looked for, and that is not there. */
int cw_topic_make(struct rd_kafka_s *client, const struct cw_new_topic *topic, const struct cw_topic_maker *maker,
		  struct cw_error *err);

#endif
