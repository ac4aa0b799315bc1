/*
 * The embedded broker: librdkafka's mock cluster in a process of its own. It keeps records in memory only,
 * and of each partition just the newest 5 MiB or 100,000 records.
 */
#include <stdlib.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "host/commands.h"
#include "host/link.h"
#include "supervisor/protocol.h"

int cw_host_embedded_broker(void)
{
	struct cw_link link;
	char text[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	rd_kafka_mock_cluster_t *cluster;
	json_t *message;
	int received;

	cw_link_open(&link, CW_HOST_FD);
	rd_kafka_conf_set(conf, "log_level", "4", NULL, 0); /* not the notice that this client has no broker */
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text)); /* the cluster's threads hang on it */
	cluster = rk ? rd_kafka_mock_cluster_new(rk, 1) : NULL;
	if (!cluster) {
		cw_link_send(&link, json_pack("{s:s,s:s}", "type", "failed", "trace", "the mock cluster cannot be started"));
		return EXIT_FAILURE;
	}
	cw_link_send(&link, json_pack("{s:s,s:s}", "type", "broker", "bootstrap",
				      rd_kafka_mock_cluster_bootstraps(cluster)));
	do {
		message = NULL;
		received = cw_link_receive(&link, 60000, &message);
		json_decref(message);
	} while (received >= 0);
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(rk);
	cw_link_close(&link);
	return EXIT_SUCCESS;
}
