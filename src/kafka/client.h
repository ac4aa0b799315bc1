/*
 * client - the configuration of librdkafka clients from Kafka Connect's keys.
 *
 * Later ones win: what every client has (how soon it is with brokers again), and every producer (acks=all, idempotent, the
 * Java client's partitioner); the framework's defaults; the worker's own client keys (bootstrap.servers, security.*, sasl.*,
 * ssl.* …); the worker's producer.*, consumer.* or admin.*; the connector's producer.override.*, consumer.override.* or
 * admin.override.*. Keys have the names of the Java
 */
#ifndef CW_KAFKA_CLIENT_H
#define CW_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/log.h"
#include "base/map.h"
#include "config/overrides.h"

enum cw_client_kind {
	CW_CLIENT_PRODUCER = CW_OVERRIDE_PRODUCER,
	CW_CLIENT_CONSUMER = CW_OVERRIDE_CONSUMER,
	CW_CLIENT_ADMIN = CW_OVERRIDE_ADMIN
};

/*
 * How long a broker may take for the answer to a producer: longer than Kafka takes to hand on what a broker leads
 * that hangs (9 s). librdkafka would wait for 60 s, while the records could be elsewhere. A consumer reads
 * elsewhere as soon as it knows of it, and its requests may rightly wait for long behind one to join its group.
 */
#define CW_CLIENT_ANSWER_MS 15000
#define CW_CLIENT_ANSWER_TEXT "15000"

/* One default of the framework; a list ends with a NULL key. */
struct cw_client_default {
	const char *key, *value;
};

/*
 * A new configuration, destroyed by the caller unless rd_kafka_new() takes it. `connector` is the
 * connector's config, NULL for none. NULL with *err set to a sentence that names the key.
 */
rd_kafka_conf_t *cw_client_conf(enum cw_client_kind kind, const struct cw_worker_config *worker,
				const struct cw_map *connector, const struct cw_client_default *defaults,
				struct cw_error *err);

/*
 * Creates the client; takes conf in any case. librdkafka's log lines go to `scope`, which outlives the client. One that
 * logs in by token has a thread beside it that sees to its tokens, until rd_kafka_destroy().
 */
rd_kafka_t *cw_client_new(enum cw_client_kind kind, rd_kafka_conf_t *conf, const struct cw_log_scope *scope,
			  struct cw_error *err);

/*
 * What Kafka knows of the topic (NULL: of all that there are), destroyed with rd_kafka_metadata_destroy(); NULL when it
 * does not say before the deadline (monotonic), or *stop (NULL: none) becomes true, which is seen within a quarter of a
 * second.
 */
const rd_kafka_metadata_t *cw_client_metadata(rd_kafka_t *client, rd_kafka_topic_t *topic, int64_t deadline_ms,
					      const _Atomic bool *stop);

/* A setting as librdkafka has it, of any length, new; "" when it is absent. */
char *cw_client_text(const rd_kafka_conf_t *conf, const char *key);
/* A setting as librdkafka has it, as a number; `otherwise` when it is absent or no number. */
int64_t cw_client_number(const rd_kafka_conf_t *conf, const char *key, int64_t otherwise);

#endif
