/*
 * oauth_keeper - sees to it that a client of librdkafka which logs in by token always has one.
 *
 * A thread of its own fetches the first token as soon as the client is there and the next one before it expires,
 * whether somebody polls the client or not. What fails is tried again for as long as the client lives, and said once a
 * minute; a token that has not expired yet is used meanwhile. librdkafka could fetch tokens by itself, but not every
 * build of it, and after a failure not before 10 seconds are over.
 */
#ifndef CW_KAFKA_OAUTH_KEEPER_H
#define CW_KAFKA_OAUTH_KEEPER_H

#include <librdkafka/rdkafka.h>

#include "base/log.h"

struct cw_oauth_keeper;

/*
 * For a conf on its way to rd_kafka_new(), NULL when it has no login by token. It is the conf's, and the client's after
 * that: it ends with it. `scope` outlives them.
 */
struct cw_oauth_keeper *cw_oauth_keeper_new(rd_kafka_conf_t *conf, const struct cw_log_scope *scope);
/* The client that rd_kafka_new() has made of the conf. 0, or -1 with *err; the client has no token then. */
int cw_oauth_keeper_start(struct cw_oauth_keeper *keeper, rd_kafka_t *client, struct cw_error *err);

#endif
