#include "host_broker.h"

#include <stdio.h>

struct host_broker host_broker_open(void)
{
	struct host_broker b;
	char text[256];

	b.client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
	b.cluster = rd_kafka_mock_cluster_new(b.client, 1);
	b.bootstrap = rd_kafka_mock_cluster_bootstraps(b.cluster);
	return b;
}

void host_broker_close(struct host_broker *b)
{
	rd_kafka_mock_cluster_destroy(b->cluster);
	rd_kafka_destroy(b->client);
}

struct host_process host_broker_run(const struct host_broker *b, const char *name, const char *config, const char *worker)
{
	char words[256];

	snprintf(words, sizeof(words), "bootstrap.servers=%s %s", b->bootstrap, worker);
	return host_run_with(name, config, &(struct host_options){ .worker = words });
}

rd_kafka_t *host_broker_client(const struct host_broker *b, rd_kafka_type_t type, const char *connector)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char group[128], text[256];

	snprintf(group, sizeof(group), "connect-%s", connector);
	rd_kafka_conf_set(conf, "bootstrap.servers", b->bootstrap, text, sizeof(text));
	if (type == RD_KAFKA_CONSUMER)
		rd_kafka_conf_set(conf, "group.id", group, text, sizeof(text));
	return rd_kafka_new(type, conf, text, sizeof(text));
}
