/* Rules of a connector config that span keys, and keys that have no row in a table. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "config/converter.h"
#include "config/validation.h"
#include "config/version_range.h"

#define OVERRIDES 3

static const char *const override_prefixes[OVERRIDES] = { "producer.override.", "consumer.override.",
							  "admin.override." };

static const char *given(const struct cw_validation *validation, const char *key)
{
	const char *value = cw_map_get(validation->config, key);

	return value && value[strspn(value, " \t\r\n")] ? value : NULL;
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Calls use() with each item of a list, trimmed; until it returns true. Whether one did. */
static bool any_item(const char *list, bool (*use)(const char *item, void *with), void *with)
{
	CW_AUTO_FREE char *copy = cw_strdup(list);
	char *rest = copy, *item;

	while ((item = strsep(&rest, ",")) != NULL) {
		item += strspn(item, " \t\r\n");
		for (size_t n = strlen(item); n && strchr(" \t\r\n", item[n - 1]); n--)
			item[n - 1] = '\0';
		if (use(item, with))
			return true;
	}
	return false;
}

static bool equals(const char *item, void *with)
{
	return strcmp(item, with) == 0;
}

/* Kafka shows a list with a blank after each comma. New. */
static char *shown_list(const struct cw_validation *validation, const char *key, const char *value)
{
	struct cw_config_def def = cw_validation_find(validation, key)->def;
	CW_AUTO_FREE char *list = cw_config_canonical(&def, value);
	struct cw_buf shown = { 0 };

	for (const char *p = list; *p; p++)
		cw_buf_printf(&shown, "%c%s", *p, *p == ',' ? " " : "");
	return cw_buf_take(&shown);
}

/* ---- sinks: topics --------------------------------------------------------------------------- */

static void check_topics(struct cw_validation *validation)
{
	static const char *const keys[] = { "topics", "topics.regex" };
	const char *topics = given(validation, "topics"), *regex = given(validation, "topics.regex");
	const char *dlq = given(validation, "errors.deadletterqueue.topic.name");

	for (size_t i = 0; i < 2; i++) { /* Kafka attaches both sentences to both keys */
		if (!topics && !regex)
			cw_validation_invalid(validation, keys[i], "Must configure one of topics or topics.regex");
		if (topics && regex)
			cw_validation_invalid(validation, keys[i],
					      "topics and topics.regex are mutually exclusive options, but both are "
					      "set.");
	}
	if (dlq && topics && any_item(topics, equals, (char *)dlq)) {
		CW_AUTO_FREE char *list = shown_list(validation, "topics", topics);
		CW_AUTO_FREE char *text = cw_format("The DLQ topic '%s' may not be included in the list of topics "
						    "('topics=[%s]') consumed by the connector", dlq, list);

		cw_validation_add(validation, "errors.deadletterqueue.topic.name", text);
	}
}

/* ---- both kinds ------------------------------------------------------------------------------ */

struct count {
	const char *item;
	size_t n;
};

static bool is_second(const char *item, void *with)
{
	struct count *count = with;

	count->n += strcmp(item, count->item) == 0;
	return count->n > 1;
}

/* Whether this item stands in the whole list more than once. */
static bool is_duplicate(const char *item, void *list)
{
	struct count count = { item, 0 };

	return any_item(list, is_second, &count);
}

static void check_aliases(struct cw_validation *validation, const char *key)
{
	const char *value = given(validation, key);
	CW_AUTO_FREE char *list = NULL;
	CW_AUTO_FREE char *text = NULL;

	if (!value || !any_item(value, is_duplicate, (char *)value))
		return;
	list = shown_list(validation, key, value);
	text = cw_format("Invalid value [%s] for configuration %s: Duplicate alias provided.", list, key);
	cw_validation_add(validation, key, text);
}

static void check_version(struct cw_validation *validation)
{
	const char *range = given(validation, "connector.plugin.version");
	int in;

	if (!range || !validation->plugin)
		return;
	in = cw_version_in_range(validation->plugin->version, range);
	if (in < 0) {
		cw_validation_refuse(validation, "connector.plugin.version",
				     "Not a version or a range of versions, as 1.2 or [1.0,2.0)");
	} else if (in == 0) {
		CW_AUTO_FREE char *reason = cw_format("This worker has version %s of %s", validation->plugin->version,
						      validation->plugin->class_name);

		cw_validation_refuse(validation, "connector.plugin.version", reason);
	}
}

static void warn_no_effect(struct cw_validation *validation)
{
	const char *enforce = given(validation, "tasks.max.enforce");

	if (enforce && strcasecmp(enforce, "false") == 0)
		cw_validation_warn(validation, "tasks.max.enforce=false has no effect: this worker never runs more "
				   "than tasks.max tasks");
}

/* Sources: what needs exactly.once.source.support of the worker. */
static void check_exactly_once(struct cw_validation *validation)
{
	static const char *const keys[] = { "transaction.boundary", "transaction.boundary.interval.ms",
					    "offsets.storage.topic" };
	const char *support = validation->worker ? validation->worker->exactly_once_source_support : "disabled";
	const char *wanted = given(validation, "exactly.once.support");
	CW_AUTO_FREE char *value = NULL;

	if (strcmp(support, "enabled") == 0)
		return;
	if (wanted)
		value = cw_config_canonical(&cw_validation_find(validation, "exactly.once.support")->def, wanted);
	if (value && strcasecmp(value, "required") == 0) {
		CW_AUTO_FREE char *reason = cw_format("This worker has exactly.once.source.support=%s; set it to "
						      "enabled, or use requested", support);

		cw_validation_refuse(validation, "exactly.once.support", reason);
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (given(validation, keys[i]))
			cw_validation_warn(validation, "%s has no effect: this worker has "
					   "exactly.once.source.support=%s",
					   keys[i], support);
}

/* ---- keys without a row ---------------------------------------------------------------------- */

static bool policy_allows(const char *policy, const char *setting)
{
	static const char *const principal[] = { "security.protocol", "sasl.jaas.config", "sasl.mechanism" };

	if (strcmp(policy, "None") == 0)
		return false;
	for (size_t i = 0; strcmp(policy, "Principal") == 0; i++) {
		if (i == sizeof(principal) / sizeof(*principal))
			return false;
		if (strcmp(principal[i], setting) == 0)
			break;
	}
	return true;
}

static void check_override(struct cw_validation *validation, const char *key, size_t prefix)
{
	const char *setting = key + strlen(override_prefixes[prefix]);
	const char *policy = validation->worker ? validation->worker->connector_client_config_override_policy : "All";
	struct cw_validated *entry;
	bool secret = cw_validation_is_secret(validation, key);

	entry = cw_validation_key(validation, key);
	entry->defined = true;
	entry->def.type = secret ? CW_CONFIG_PASSWORD : CW_CONFIG_STRING;
	entry->def.importance = CW_LOW;
	entry->def.doc = "Setting of this connector's Kafka client.";
	if (!policy_allows(policy, setting)) {
		CW_AUTO_FREE char *text = cw_format("The '%s' policy does not allow '%s' to be overridden in the "
						    "connector configuration (%s).", policy, setting, key);

		cw_validation_invalid(validation, key, text);
	}
	if (prefix == 0 && validation->kind == CW_PLUGIN_SINK)
		cw_validation_warn(validation, "%s has no effect: a sink has no producer", key);
	if (prefix == 1 && validation->kind == CW_PLUGIN_SOURCE)
		cw_validation_warn(validation, "%s has no effect: a source has no consumer", key);
}

/* key.converter.x, value.converter.x, header.converter.x. False: it is none of these. */
static bool check_converter_key(struct cw_validation *validation, const char *key)
{
	static const char *const converters[] = { "key.converter", "value.converter", "header.converter" };

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(converters[i]);
		const char *setting = key + n + 1, *value = cw_map_get(validation->config, key);

		if (strncmp(key, converters[i], n) != 0 || key[n] != '.')
			continue;
		if (strcmp(setting, "converter.encoding") != 0)
			cw_validation_warn(validation, "%s has no effect: the converters of this version have no "
					   "such setting",
					   key);
		else if (strcasecmp(value, "UTF-8") != 0 && strcasecmp(value, "UTF8") != 0)
			cw_validation_refuse(validation, key, "The only encoding of this version is UTF-8");
		return true;
	}
	return false;
}

/* Settings of transformations, predicates and topics to create. False: it is none of these. */
static bool check_feature_key(struct cw_validation *validation, const char *key)
{
	static const struct {
		const char *prefix, *list;
	} features[] = { { "transforms.", "transforms" }, { "predicates.", "predicates" } };

	for (size_t i = 0; i < 2; i++) {
		if (!starts_with(key, features[i].prefix))
			continue;
		if (!given(validation, features[i].list)) /* else the list has the error */
			cw_validation_warn(validation, "%s has no effect: its alias is not in %s", key,
					   features[i].list);
		return true;
	}
	if (!starts_with(key, "topic.creation."))
		return false;
	if (validation->kind == CW_PLUGIN_SOURCE)
		cw_validation_refuse(validation, key, "This version does not create topics; leave this key out and "
				     "create them beforehand, or let the brokers (auto.create.topics.enable)");
	else
		cw_validation_warn(validation, "%s has no effect: it is a setting of source connectors", key);
	return true;
}

static void warn_unknown(struct cw_validation *validation, const char *key)
{
	bool sink = validation->kind == CW_PLUGIN_SINK;
	struct cw_nearest nearest = { .name = key };
	struct cw_config_def def;

	if (cw_config_table_find(cw_connector_table(sink ? CW_PLUGIN_SOURCE : CW_PLUGIN_SINK), key, &def)) {
		cw_validation_warn(validation, "%s has no effect: it is a setting of %s connectors", key,
				   sink ? "source" : "sink");
		return;
	}
	for (size_t i = 0; i < validation->n; i++)
		if (validation->keys[i].defined)
			cw_nearest_offer(&nearest, validation->keys[i].def.name);
	for (size_t i = 0; i < OVERRIDES && !nearest.best; i++) {
		/* "producer.overide.linger.ms": the first two words are compared */
		const char *dot = strchr(key, '.'), *rest = dot ? strchr(dot + 1, '.') : NULL;
		CW_AUTO_FREE char *head = cw_strndup(key, rest ? (size_t)(rest + 1 - key) : 0);
		struct cw_nearest prefix = { .name = head };

		if (rest)
			cw_nearest_offer(&prefix, override_prefixes[i]);
		if (prefix.best) {
			cw_validation_warn(validation, "unknown key \"%s\" is ignored; did you mean \"%s%s\"?", key,
					   prefix.best, rest + 1);
			return;
		}
	}
	if (nearest.best)
		cw_validation_warn(validation, "unknown key \"%s\" is ignored; did you mean \"%s\"?", key,
				   nearest.best);
	else
		cw_validation_warn(validation, "unknown key \"%s\" is ignored", key);
}

/* "${file:/path:key}": a config provider's variable. "${topic}" is a plugin's own affair. */
static bool has_variable(const char *value)
{
	for (const char *p = strstr(value, "${"); p; p = strstr(p + 2, "${")) {
		size_t n = strcspn(p, ":}");

		if (p[n] == ':' && n > 2 && strchr(p + n, '}'))
			return true;
	}
	return false;
}

static void check_other_key(struct cw_validation *validation, const char *key, const char *value)
{
	const struct cw_validated *entry = cw_validation_find(validation, key);

	if (has_variable(value))
		cw_validation_warn(validation, "%s has a ${...} variable in it, which is taken as it stands: this "
				   "version has no config providers", key);
	if (entry && entry->defined)
		return;
	for (size_t i = 0; i < OVERRIDES; i++)
		if (starts_with(key, override_prefixes[i]) && key[strlen(override_prefixes[i])]) {
			check_override(validation, key, i);
			return;
		}
	/* Of an unknown class nothing can be said about keys that might be its own. */
	if (!check_converter_key(validation, key) && !check_feature_key(validation, key) && validation->plugin)
		warn_unknown(validation, key);
}

void cw_validate_rules(struct cw_validation *validation)
{
	const struct cw_map *config = validation->config;

	if (validation->kind == CW_PLUGIN_SINK)
		check_topics(validation);
	if (validation->kind == CW_PLUGIN_SOURCE)
		check_exactly_once(validation);
	check_aliases(validation, "transforms");
	check_aliases(validation, "predicates");
	check_version(validation);
	warn_no_effect(validation);
	for (size_t i = 0; i < config->n; i++)
		check_other_key(validation, config->entries[i].key, config->entries[i].value);
}
