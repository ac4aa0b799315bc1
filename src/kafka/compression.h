/* compression - how much a producer compresses: Kafka's compression.gzip.level, .lz4.level and .zstd.level. */
#ifndef CW_KAFKA_COMPRESSION_H
#define CW_KAFKA_COMPRESSION_H

#include <librdkafka/rdkafka.h>

#include "base/map.h"
#include "connect-worker/connector.h"

/*
 * librdkafka has one level, for whichever compression.type there is: it becomes that of Kafka's key for this type, of the
 * connector (NULL: none) or else of the worker, as near as librdkafka can do it; unless it is given by its own name. 0, or
 * -1 with *err when it is no number.
 */
int cw_compression_set_level(rd_kafka_conf_t *conf, const struct cw_map *worker, const struct cw_map *connector,
			     struct cw_error *err);

#endif
