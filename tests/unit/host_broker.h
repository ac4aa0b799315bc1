/* host_broker - a broker of a test's own, in its process, which does what it is told; else as host_driver has it. */
#ifndef CW_TESTS_HOST_BROKER_H
#define CW_TESTS_HOST_BROKER_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "host_driver.h"

struct host_broker {
	rd_kafka_t *client;
	rd_kafka_mock_cluster_t *cluster;
	const char *bootstrap;
};

struct host_broker host_broker_open(void);
void host_broker_close(struct host_broker *b);
/* As host_run_with(); `worker` is more of the worker's config. */
struct host_process host_broker_run(const struct host_broker *b, const char *name, const char *config, const char *worker);
/* Any client of it; a consumer is of the connector's group. New. */
rd_kafka_t *host_broker_client(const struct host_broker *b, rd_kafka_type_t type, const char *connector);

#endif
