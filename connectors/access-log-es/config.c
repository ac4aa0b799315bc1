/* The table of settings, and the plugin, which needs its size. */
#include "config.h"

#define DEFAULT_INDEX CW_ES_INDEX_DEFAULT
#define DEFAULT_KEY_IGNORE "true"
#define DEFAULT_OPERATION "CREATE"
#define DEFAULT_READ_TIMEOUT "30000"
#define DEFAULT_STORE_TYPE "PEM"
#define DEFAULT_TEMPLATE "true"

#include "config_table.h"

static const struct cw_plugin plugin = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	.class_name = "io.connectworker.AccessLogElasticsearchSink",
	.doc = "Parses access-log lines and writes them to Elasticsearch or OpenSearch.",
	TABLE_MEMBERS,
	.next = &cw_es_plugin_elsewhere,
};

const struct cw_plugin *const cw_plugin = &plugin;
