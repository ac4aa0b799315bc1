/*
 * The same sink by the name, and with the defaults, that it has in Kafka Connect, so that a configuration that was
 * written for that one keeps its meaning.
 */
#include "config.h"

#define DEFAULT_INDEX CW_ES_INDEX_TOPIC
#define DEFAULT_KEY_IGNORE "false"
#define DEFAULT_OPERATION NULL
#define DEFAULT_READ_TIMEOUT "3000"
#define DEFAULT_STORE_TYPE "JKS"
#define DEFAULT_TEMPLATE "false"

#include "config_table.h"

const struct cw_plugin cw_es_plugin_elsewhere = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	.class_name = "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
	.doc = "Writes records to Elasticsearch or OpenSearch, with the defaults that its sink has in Kafka Connect.",
	TABLE_MEMBERS,
};
