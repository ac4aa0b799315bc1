/* The table of settings, and the plugin, which needs its size. */
#include "config.h"

#include "config_values.h"
#include "log_time.h"
#include "policy.h"

#define HOURS(n) (INT64_C(3600000) * (n))

#define AT(member) .offset = offsetof(struct cw_es_config, member)
#define RANGE(low, high) .flags = CW_CONFIG_RANGE, .min = (low), .max = (high)
#define STRING .type = CW_CONFIG_STRING
#define INT .type = CW_CONFIG_INT
#define LONG .type = CW_CONFIG_LONG
#define BOOLEAN .type = CW_CONFIG_BOOLEAN
#define PASSWORD .type = CW_CONFIG_PASSWORD

static const struct cw_config_def table[] = {
#include "config_rows_store.h"
#include "config_rows_records.h"
#include "config_rows_policy.h"
#include "config_rows_target.h"
#include "config_rows_lines.h"
#include "config_rows_security.h"
};

static const struct cw_plugin plugin = {
	CW_PLUGIN_HEAD(CW_PLUGIN_SINK),
	.class_name = "io.connectworker.AccessLogElasticsearchSink",
	.version = PACKAGE_VERSION,
	.doc = "Parses access-log lines and writes them to Elasticsearch or OpenSearch.",
	.config = table,
	.n_config = sizeof(table) / sizeof(*table),
	.config_def_size = sizeof(table[0]),
	.config_size = sizeof(struct cw_es_config),
	.connector = &cw_es_ops,
};

const struct cw_plugin *const cw_plugin = &plugin;
