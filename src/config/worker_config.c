#include "config/worker_config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hide.h"
#include "base/mem.h"
#include "config/address.h"
#include "config/http_headers.h"
#include "config/https.h"
#include "config/props.h"
#include "config/worker_rest.h"
#include "config/worker_variables.h"

#define STORED(member) .offset = offsetof(struct cw_worker_config, member)
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const char *policy_name(const char *value)
{
	static const char *const names[] = { "All", "None", "Principal", "Allowlist" };
	static const char package[] = "org.apache.kafka.connect.connector.policy.";
	static const char suffix[] = "ConnectorClientConfigOverridePolicy";

	if (strncmp(value, package, strlen(package)) == 0)
		value += strlen(package);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(value, names[i], n) == 0 && (!value[n] || strcmp(value + n, suffix) == 0))
			return names[i];
	}
	return NULL;
}

static int policy_check(const char *value, struct cw_error *err)
{
	if (policy_name(value))
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "The policies of this version are All, None, Principal and Allowlist");
}

static const struct cw_config_def worker_table[] = {
	{ .name = "bootstrap.servers", .flags = CW_CONFIG_NOT_EMPTY, .default_value = "localhost:9092",
	  .importance = CW_HIGH, .group = "Kafka", .check = cw_bootstrap_servers_check, STORED(bootstrap_servers),
	  .doc = "Brokers to ask first, as host:port,host:port; they name the others." },
	{ .name = "connector.client.config.override.policy", .type = CW_CONFIG_CLASS, .default_value = "All",
	  .importance = CW_MEDIUM, .group = "Kafka", .check = policy_check,
	  STORED(connector_client_config_override_policy),
	  .doc = "Which client settings a connector may change with producer.override.*, consumer.override.* and "
		 "admin.override.*: All, None, Principal (security.protocol, sasl.mechanism, sasl.jaas.config), or Allowlist "
		 "(those of connector.client.config.override.allowlist). Tasks whose config has others do not start." },
	{ .name = "connector.client.config.override.allowlist", .type = CW_CONFIG_LIST, .default_value = "",
	  .importance = CW_LOW, .group = "Kafka", STORED(connector_client_config_override_allowlist),
	  .doc = "With connector.client.config.override.policy=Allowlist: the settings that connectors may change, as in "
		 "linger.ms,batch.size; none without it." },

	{ .name = "key.converter", .type = CW_CONFIG_CLASS, .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = "org.apache.kafka.connect.storage.StringConverter", .importance = CW_HIGH,
	  .group = "Converters", STORED(key_converter),
	  .doc = "Class of the converter that reads record keys from Kafka and writes them to it, for connectors that "
		 "name none. Its settings are key.converter.*, as in key.converter.schemas.enable=false." },
	{ .name = "value.converter", .type = CW_CONFIG_CLASS, .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = "org.apache.kafka.connect.storage.StringConverter", .importance = CW_HIGH,
	  .group = "Converters", STORED(value_converter),
	  .doc = "The same for record values, with value.converter.*." },
	{ .name = "header.converter", .type = CW_CONFIG_CLASS, .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = "org.apache.kafka.connect.storage.SimpleHeaderConverter", .importance = CW_LOW,
	  .group = "Converters", STORED(header_converter),
	  .doc = "The same for record headers, with header.converter.*." },

	{ .name = "security.protocol", .default_value = "PLAINTEXT", .flags = CW_CONFIG_IGNORE_CASE,
	  .choices = "PLAINTEXT,SSL,SASL_PLAINTEXT,SASL_SSL", .importance = CW_MEDIUM, .group = "Kafka",
	  .offset = CW_CONFIG_NOT_STORED,
	  .doc = "How the Kafka clients of connectors talk to the brokers: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL." },

	{ .name = "plugin.path", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Plugins", STORED(plugin_path),
	  .doc = "Folders with more plugins (shared objects), separated by commas. They are searched in this order, before "
		 "the folder of the installed ones." },
	{ .name = "config.providers", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,
	  .group = "Plugins", STORED(config_providers),
	  .doc = "Aliases of config providers. ${ALIAS:PATH:KEY} and ${ALIAS:KEY} in the configs of connectors, and here, stand "
		 "for what the provider of that alias answers. A connector's own process asks it, when the connector or a task "
		 "starts, and again when the answer is to hold no longer. For settings that the worker itself reads a process that "
		 "ends with its answer asks, once, when the worker starts; without an answer it does not start. REST and the state "
		 "show the text itself. What is read before providers can be asked has no variables: config.providers, "
		 "config.providers.*, plugin.path and core.dumps. config.providers.ALIAS.class is its class: "
		 "FileConfigProvider (a key of a properties file), DirectoryConfigProvider (a file in a folder), "
		 "EnvVarConfigProvider or SecretsManagerConfigProvider (a secret of AWS Secrets Manager, ${ALIAS:NAME-OR-ARN:KEY}); "
		 "its settings are config.providers.ALIAS.param.*, as in config.providers.file.param.allowed.paths=/etc/secrets." },

	{ .name = "connector.unknown.keys", .default_value = "warn", .choices = "warn,error",
	  .flags = CW_CONFIG_IGNORE_CASE, .importance = CW_LOW, .group = "Plugins", STORED(connector_unknown_keys),
	  .doc = "What a key in a connector's config is that neither the worker nor its plugins know, most likely a typing "
		 "error: warn: a warning that names the nearest known key, in the log and in the answers of REST; error: an "
		 "error, and the config is refused. Kafka Connect ignores such keys in silence." },

	{ .name = "listeners", .type = CW_CONFIG_LIST, .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = "http://127.0.0.1:8083", .importance = CW_MEDIUM, .group = "REST",
	  .check = cw_listeners_check, STORED(listeners),
	  .doc = "Where REST answers: http://HOST:PORT, https://HOST:PORT and unix:/PATH, separated by commas. No host "
		 "means all addresses, port 0 any free port. Where other machines can reach it, REST must know its "
		 "users: see rest.allow.unauthenticated." },
	{ .name = "rest.advertised.host.name", .importance = CW_LOW, .group = "REST", STORED(rest_advertised_host_name),
	  .doc = "Host name in the URLs and worker ids that REST answers; without it the host of the first listener." },
	{ .name = "rest.advertised.port", .type = CW_CONFIG_INT, .flags = CW_CONFIG_RANGE, .min = 1, .max = 65535,
	  .importance = CW_LOW, .group = "REST", STORED(rest_advertised_port),
	  .doc = "Port in the same places; without it the port of the first listener." },

	{ .name = "rest.hide.passwords", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .importance = CW_LOW,
	  .group = "REST", STORED(rest_hide_passwords),
	  .doc = "Whether answers have [hidden] in place of passwords, and of user and password in URLs; a configuration "
		 "that brings [hidden] back keeps what is stored. false shows them, as Kafka Connect does." },

#include "config/worker_rest_rows.h"

	{ .name = "offset.storage.file.filename", .flags = CW_CONFIG_NOT_EMPTY,
	  .default_value = CW_STATEDIR "/connect.db", .importance = CW_HIGH, .group = "State",
	  STORED(offset_storage_file_filename),
	  .doc = "The SQLite file that keeps connectors, target states and source offsets. It is not Kafka Connect's "
		 "own format: name a new file." },
	{ .name = "offset.flush.interval.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 1, .max = DAY_MS,
	  .default_value = "5000", .importance = CW_LOW, .group = "State", STORED(offset_flush_interval_ms),
	  .doc = "Time between commits of the offsets of sources and sinks, in milliseconds. Kafka Connect's default "
		 "is 60000; what was done since the last commit is done again after a crash. Tasks with many records commit "
		 "earlier, up to ten times a second." },
	{ .name = "offset.flush.timeout.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 1, .max = DAY_MS,
	  .default_value = "5000", .importance = CW_LOW, .group = "State", STORED(offset_flush_timeout_ms),
	  .doc = "How long a commit waits for records to be acknowledged, in milliseconds; then it is tried again at "
		 "the next interval." },
	{ .name = "task.shutdown.graceful.timeout.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 0,
	  .max = DAY_MS, .default_value = "5000", .importance = CW_LOW, .group = "State",
	  STORED(task_shutdown_graceful_timeout_ms),
	  .doc = "How long all tasks together may take to stop, in milliseconds; what still runs then is killed." },
	{ .name = "task.restart.attempts.max", .type = CW_CONFIG_INT, .flags = CW_CONFIG_RANGE, .min = -1, .max = INT32_MAX,
	  .default_value = "10", .importance = CW_LOW, .group = "State", STORED(task_restart_attempts_max),
	  .doc = "How often in a row a task or a connector that has FAILED is started again by itself: -1 for any number, 0 "
		 "for not at all, as in Kafka Connect. A connector can have its own." },
	{ .name = "task.restart.delay.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 0, .max = DAY_MS,
	  .default_value = "500", .importance = CW_LOW, .group = "State", STORED(task_restart_delay_ms),
	  .doc = "The longest pause before the first of these restarts, in milliseconds; it doubles with each, and a random "
		 "part of it is waited." },
	{ .name = "task.restart.delay.max.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 0, .max = DAY_MS,
	  .default_value = "60000", .importance = CW_LOW, .group = "State", STORED(task_restart_delay_max_ms),
	  .doc = "What that pause grows up to, in milliseconds." },
	{ .name = "task.restart.reset.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 0, .max = DAY_MS,
	  .default_value = "300000", .importance = CW_LOW, .group = "State", STORED(task_restart_reset_ms),
	  .doc = "After having run for so long, in milliseconds, a task that fails starts with the first of these restarts "
		 "again." },
	{ .name = "watchdog.timeout.ms", .type = CW_CONFIG_LONG, .flags = CW_CONFIG_RANGE, .min = 0, .max = DAY_MS,
	  .default_value = "60000", .importance = CW_LOW, .group = "State", STORED(watchdog_timeout_ms),
	  .doc = "A connector is DEGRADED, which its summary_state says with the reason, when a task of it that is RUNNING has "
		 "made no progress for so long, in milliseconds, though there is work, or when its process has said nothing "
		 "for so long, or for 5 seconds where that is more. 0: never. A connector can have its own." },
	{ .name = "topic.creation.enable", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .importance = CW_LOW,
	  .group = "State", STORED(topic_creation_enable),
	  .doc = "Whether topics of source connectors may be created by their topic.creation.* settings. false: these have "
		 "no effect, and topics are there beforehand or made by the brokers (auto.create.topics.enable)." },
	{ .name = "topic.tracking.enable", .type = CW_CONFIG_BOOLEAN, .default_value = "true", .importance = CW_LOW,
	  .group = "State", STORED(topic_tracking_enable),
	  .doc = "Whether the topics that a connector's tasks use are kept, for GET /connectors/NAME/topics." },
	{ .name = "topic.tracking.allow.reset", .type = CW_CONFIG_BOOLEAN, .default_value = "true",
	  .importance = CW_LOW, .group = "State", STORED(topic_tracking_allow_reset),
	  .doc = "Whether PUT /connectors/NAME/topics/reset may make them forgotten." },
	{ .name = "exactly.once.source.support", .default_value = "disabled", .choices = "disabled,preparing,enabled",
	  .flags = CW_CONFIG_IGNORE_CASE, .importance = CW_HIGH, .group = "State", STORED(exactly_once_source_support),
	  .doc = "enabled: source connectors write their records and their offsets in one Kafka transaction, so that "
		 "nothing is written twice whatever fails. disabled and preparing: at least once." },
	{ .name = "group.id", .default_value = "connect-standalone", .flags = CW_CONFIG_NOT_EMPTY, .importance = CW_MEDIUM,
	  .group = "State", STORED(group_id),
	  .doc = "Begins the transactional ids of exactly-once sources: GROUP-CONNECTOR-TASK. Workers that share a Kafka cluster "
		 "and have sources of the same name need a group.id and an offset.storage.topic of their own each; otherwise "
		 "they fence each other and go on at each other's offsets." },
	{ .name = "offset.storage.topic", .default_value = "connect-offsets", .flags = CW_CONFIG_NOT_EMPTY,
	  .importance = CW_HIGH, .group = "State", STORED(offset_storage_topic),
	  .doc = "Topic for the offsets of exactly-once sources, by the connector's name; it is created when it does not exist." },
	{ .name = "offset.storage.partitions", .type = CW_CONFIG_INT, .default_value = "25",
	  .flags = CW_CONFIG_RANGE, .min = 1, .max = 100000,
	  .importance = CW_LOW, .group = "State", STORED(offset_storage_partitions),
	  .doc = "Partitions of that topic when it is created." },
	{ .name = "offset.storage.replication.factor", .type = CW_CONFIG_INT, .default_value = "-1",
	  .flags = CW_CONFIG_RANGE, .min = -1, .max = INT16_MAX, .importance = CW_LOW, .group = "State",
	  STORED(offset_storage_replication_factor),
	  .doc = "Replication factor of that topic when it is created; -1: the brokers' default." },

	{ .name = "core.dumps", .type = CW_CONFIG_BOOLEAN, .default_value = "false", .importance = CW_LOW,
	  .group = "Process", STORED(core_dumps),
	  .doc = "Whether the worker and its hosts may leave core files when they crash. Such files hold passwords; a "
		 "crashed host says where in its trace either way." },
	{ .name = "log.format", .default_value = "text", .choices = "text,json", .flags = CW_CONFIG_IGNORE_CASE,
	  .importance = CW_LOW, .group = "Logging", STORED(log_format),
	  .doc = "Form of the log on stderr: text, or json (one object a line)." },
	{ .name = "log.level", .default_value = "info", .choices = "error,warn,info,debug",
	  .flags = CW_CONFIG_IGNORE_CASE, .importance = CW_LOW, .group = "Logging", STORED(log_level),
	  .doc = "What is logged: error, warn, info or debug, each with all before it." },
};

struct cw_config_table cw_worker_table(void)
{
	return (struct cw_config_table){ worker_table, sizeof(worker_table) / sizeof(*worker_table),
					 sizeof(*worker_table) };
}

/* What is said of a key of HTTPS counts wherever it stands: under admin.listeners, and without a prefix. */
bool cw_worker_row(const char *key, struct cw_config_def *row)
{
	const size_t admin = strncmp(key, CW_HTTPS_ADMIN_PREFIX, strlen(CW_HTTPS_ADMIN_PREFIX)) == 0 ?
			     strlen(CW_HTTPS_ADMIN_PREFIX) : 0;
	CW_AUTO_FREE char *twin = cw_format(CW_HTTPS_PREFIX "%s", key + admin);

	if (!cw_config_table_find(cw_worker_table(), key, row) && !cw_config_table_find(cw_worker_table(), twin, row))
		return false;
	row->name = key;
	return true;
}

/* ---- filling ----------------------------------------------------------------------------------- */

/* `values` has what is known of values with variables; what is not is the default. */
static int fill(struct cw_worker_config *config, const struct cw_map *raw, const struct cw_map *values,
		struct cw_error *err)
{
	struct cw_map plain = { 0 };
	int ret;

	for (size_t i = 0; i < raw->n; i++) {
		const struct cw_map_entry *entry = &raw->entries[i];
		const char *value = cw_map_get(values, entry->key);

		if (value || !cw_worker_has_variable(raw, entry->key))
			cw_map_set(&plain, entry->key, value ? value : entry->value);
	}
	ret = cw_config_fill(cw_worker_table(), &plain, config, &config->memory, err);
	cw_map_free_secret(&plain);
	if (ret == 0)
		config->connector_client_config_override_policy =
			policy_name(config->connector_client_config_override_policy);
	return ret;
}

int cw_worker_config_from_map(struct cw_map *raw, struct cw_worker_config *out, struct cw_error *err)
{
	static const struct cw_map nothing;

	*out = (struct cw_worker_config){ 0 };
	if (fill(out, raw, &nothing, err) != 0)
		return -1;
	out->raw = *raw;
	*raw = (struct cw_map){ 0 };
	return 0;
}

int cw_worker_config_resolve(struct cw_worker_config *config, const struct cw_map *values, const struct cw_map *told,
			     struct cw_error *err)
{
	struct cw_worker_config resolved = { 0 };

	if (fill(&resolved, &config->raw, values, err) != 0)
		return -1;
	for (size_t i = 0; i < config->raw.n; i++) {
		const struct cw_map_entry *entry = &config->raw.entries[i];
		const char *known = cw_map_get(values, entry->key);
		CW_AUTO_FREE_SECRET char *value = known ? cw_trimmed(known) : cw_strdup(entry->value);

		cw_map_set(&resolved.own, entry->key, value);
	}
	cw_map_copy(&resolved.told, told);
	resolved.raw = config->raw;
	config->raw = (struct cw_map){ 0 };
	cw_worker_config_free(config);
	*config = resolved;
	return 0;
}

const struct cw_map *cw_worker_own(const struct cw_worker_config *config)
{
	return config->own.n ? &config->own : &config->raw;
}

void cw_worker_config_free(struct cw_worker_config *config)
{
	/* A host's has what the variables stand for. */
	cw_map_free_secret(&config->raw);
	cw_map_free_secret(&config->own);
	cw_map_free_secret(&config->told);
	cw_config_memory_free(config->memory);
	*config = (struct cw_worker_config){ 0 };
}

bool cw_worker_admin_shared(const struct cw_worker_config *config)
{
	return !cw_map_get(&config->raw, "admin.listeners");
}

/* Hosts run code of connectors, whose business REST's secrets are not, nor what its settings stand for. */
static bool is_of_rest(const char *key)
{
	static const char *const prefixes[] = { CW_HTTPS_PREFIX, "admin.listeners", "rest." };
	struct cw_config_def row;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(key, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return cw_config_table_find(cw_worker_table(), key, &row) && strncmp(row.group, "REST", strlen("REST")) == 0;
}

json_t *cw_worker_config_to_json(const struct cw_worker_config *config)
{
	json_t *object = cw_map_to_json(&config->raw);
	struct cw_config_table table = cw_worker_table();

	for (size_t i = 0; i < table.n; i++)
		if (worker_table[i].default_value && !is_of_rest(worker_table[i].name) &&
		    !json_object_get(object, worker_table[i].name))
			json_object_set_new(object, worker_table[i].name, json_string(worker_table[i].default_value));
	for (size_t i = 0; i < config->raw.n; i++)
		if (is_of_rest(config->raw.entries[i].key))
			json_object_del(object, config->raw.entries[i].key);
	return object;
}

int cw_worker_config_from_json(const json_t *object, struct cw_worker_config *out, struct cw_error *err)
{
	struct cw_map raw = { 0 };
	int ret;

	*out = (struct cw_worker_config){ 0 };
	if (cw_config_from_json(object, "worker", &raw, err) < 0)
		return -1;
	ret = cw_worker_config_from_map(&raw, out, err);
	cw_map_free(&raw);
	return ret;
}
