/* Rules of a connector config that span keys, and keys that have no row in a table. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "config/overrides.h"
#include "config/run_until.h"
#include "config/topic_groups.h"
#include "config/topic_pattern.h"
#include "config/validation.h"
#include "config/variables.h"

#define DLQ_TOPIC "errors.deadletterqueue.topic.name"

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

	for (size_t i = 0; i < 2; i++) { /* Kafka attaches both sentences to both keys */
		if (!topics && !regex)
			cw_validation_invalid(validation, keys[i], "Must configure one of topics or topics.regex");
		if (topics && regex)
			cw_validation_invalid(validation, keys[i],
					      "topics and topics.regex are mutually exclusive options, but both are "
					      "set.");
	}
}

/* A sink does not read its own dead letters. */
static void check_letters_not_read(struct cw_validation *validation)
{
	const char *dlq = given(validation, DLQ_TOPIC);
	const char *topics = given(validation, "topics"), *regex = given(validation, "topics.regex");
	CW_AUTO_FREE char *text = NULL;

	if (!dlq)
		return;
	if (topics && any_item(topics, equals, (char *)dlq)) {
		CW_AUTO_FREE char *list = shown_list(validation, "topics", topics);

		text = cw_format("The DLQ topic '%s' may not be included in the list of topics ('topics=[%s]') consumed by the "
				 "connector", dlq, list);
	} else if (regex && cw_topic_pattern_matches(regex, dlq)) {
		text = cw_format("The DLQ topic '%s' may not be included in the regex matching the topics "
				 "('topics.regex=%s') consumed by the connector", dlq, regex);
	}
	if (text)
		cw_validation_add(validation, DLQ_TOPIC, text);
}

static void check_letters_written(struct cw_validation *validation)
{
	const char *tolerance = given(validation, "errors.tolerance");

	if (given(validation, DLQ_TOPIC) && (!tolerance || strcasecmp(tolerance, "all") != 0))
		cw_validation_warn(validation, DLQ_TOPIC, DLQ_TOPIC " has no effect with errors.tolerance=none: a record that cannot be "
				   "processed fails its task, and is read again when that is started again");
}

/* Each kind of end has its key, and that key no other. */
static void check_run_until(struct cw_validation *validation)
{
	static const struct {
		enum cw_run_until kind;
		const char *key, *kind_name;
	} rows[] = { { CW_RUN_UNTIL_TIME, "run.until.time", "time" }, { CW_RUN_UNTIL_OFFSETS, "run.until.offsets", "offsets" } };
	enum cw_run_until kind = cw_run_until_parse(given(validation, "run.until"));

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CW_AUTO_FREE char *text = NULL;

		if (kind == rows[i].kind && !given(validation, rows[i].key))
			text = cw_format("%s is required with run.until=%s", rows[i].key, rows[i].kind_name);
		else if (kind != rows[i].kind && given(validation, rows[i].key))
			text = cw_format("%s is for run.until=%s only", rows[i].key, rows[i].kind_name);
		if (text)
			cw_validation_invalid(validation, rows[i].key, text);
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

static void warn_no_effect(struct cw_validation *validation)
{
	const char *enforce = given(validation, "tasks.max.enforce");

	if (enforce && strcasecmp(enforce, "false") == 0)
		cw_validation_warn(validation, "tasks.max.enforce", "tasks.max.enforce=false has no effect: this worker "
				   "never runs more than tasks.max tasks");
	for (size_t i = 0; i < validation->n; i++) {
		const struct cw_config_def *def = &validation->keys[i].def;

		if ((def->flags & CW_CONFIG_NO_EFFECT) && def->doc && given(validation, def->name))
			cw_validation_warn(validation, def->name, "%s %c%s", def->name, tolower((unsigned char)def->doc[0]),
					   def->doc + 1);
	}
}

/* Whether an enumeration has this value, which was given. */
static bool has_value(const struct cw_validation *validation, const char *key, const char *wanted)
{
	const char *value = given(validation, key);
	CW_AUTO_FREE char *canonical = NULL;

	if (value)
		canonical = cw_config_canonical(&cw_validation_find(validation, key)->def, value);
	return canonical && strcasecmp(canonical, wanted) == 0;
}

/* Sources: what needs exactly.once.source.support of the worker. */
static void check_worker_is_exactly_once(struct cw_validation *validation)
{
	static const char *const keys[] = { "transaction.boundary", "transaction.boundary.interval.ms",
					    "offsets.storage.topic" };
	const char *support = validation->worker ? validation->worker->exactly_once_source_support : "disabled";

	if (strcmp(support, "enabled") == 0)
		return;
	if (has_value(validation, "exactly.once.support", "required")) {
		CW_AUTO_FREE char *reason = cw_format("This worker has exactly.once.source.support=%s; set it to "
						      "enabled, or use requested", support);

		cw_validation_refuse(validation, "exactly.once.support", reason);
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (given(validation, keys[i]))
			cw_validation_warn(validation, keys[i], "%s has no effect: this worker has "
					   "exactly.once.source.support=%s", keys[i], support);
}

/* Sources: what the connector has to say that it can. */
static void check_source_is_exactly_once(struct cw_validation *validation)
{
	const struct cw_plugin *plugin = validation->plugin;
	uint32_t flags = plugin && plugin->connector ? plugin->connector->flags : 0;

	if (!plugin)
		return;
	if (!(flags & CW_SOURCE_EXACTLY_ONCE) && has_value(validation, "exactly.once.support", "required")) {
		CW_AUTO_FREE char *reason = cw_format("%s does not say that it supports exactly-once delivery; use requested",
						      plugin->class_name);

		cw_validation_refuse(validation, "exactly.once.support", reason);
	} else if (!(flags & CW_SOURCE_EXACTLY_ONCE) && has_value(validation, "exactly.once.support", "requested")) {
		cw_validation_warn(validation, "exactly.once.support", "%s does not say that it supports exactly-once delivery: "
				   "after a failure it may give records again, or leave some out", plugin->class_name);
	}
	if (!(flags & CW_SOURCE_TRANSACTIONS) && has_value(validation, "transaction.boundary", "connector")) {
		CW_AUTO_FREE char *reason = cw_format("%s cannot say where transactions end; use poll or interval",
						      plugin->class_name);

		cw_validation_refuse(validation, "transaction.boundary", reason);
	}
}

/* ---- keys without a row ---------------------------------------------------------------------- */

static void check_override(struct cw_validation *validation, const char *key, const char *setting,
			   enum cw_override_kind kind)
{
	struct cw_validated *entry;
	bool secret = cw_validation_is_secret(validation, key);

	entry = cw_validation_key(validation, key);
	entry->defined = true;
	entry->def.type = secret ? CW_CONFIG_PASSWORD : CW_CONFIG_STRING;
	entry->def.importance = CW_LOW;
	entry->def.doc = "Setting of this connector's Kafka client.";
	entry->counts_once = true;
	if (validation->worker && !cw_override_allowed(validation->worker, setting)) {
		CW_AUTO_FREE char *text = cw_override_refusal(validation->worker, key, setting);

		cw_validation_invalid(validation, key, text);
	}
	if (kind == CW_OVERRIDE_PRODUCER && validation->kind == CW_PLUGIN_SINK && !given(validation, DLQ_TOPIC))
		cw_validation_warn(validation, key, "%s has no effect: a sink without " DLQ_TOPIC " has no producer", key);
	if (kind == CW_OVERRIDE_CONSUMER && validation->kind == CW_PLUGIN_SOURCE)
		cw_validation_warn(validation, key, "%s has no effect: a source has no consumer", key);
}

/*
 * Settings of converters, transformations, predicates and topics to create that nobody has defined. Whether nothing
 * more is to be said of the key.
 */
static bool check_feature_key(struct cw_validation *validation, const char *key)
{
	struct cw_alias_key alias;
	bool known = true;

	if (cw_transforms_key(validation, key, &alias)) {
		if (!alias.has_alias && !alias.is_unclear)
			cw_validation_warn(validation, key, "%s has no effect: its alias is not in %s", key, alias.list);
		return !alias.has_class; /* else the class has no such setting */
	}
	if (cw_converter_of(validation, key, &known))
		return !known;
	if (!starts_with(key, CW_TOPIC_CREATION))
		return false;
	cw_topic_creation_no_effect(validation, key);
	return true;
}

/* "producer.overide.acks" means "producer.override.acks": the first two words are compared. New; NULL: none. */
static char *nearest_override(const char *key)
{
	const char *dot = strchr(key, '.'), *rest = dot ? strchr(dot + 1, '.') : NULL;
	CW_AUTO_FREE char *head = cw_strndup(key, rest ? (size_t)(rest + 1 - key) : 0);
	struct cw_nearest prefix = { .name = head };

	for (int i = 0; rest && i < CW_OVERRIDE_KINDS; i++)
		cw_nearest_offer(&prefix, cw_override_prefix((enum cw_override_kind)i));
	return prefix.best ? cw_format("%s%s", prefix.best, rest + 1) : NULL;
}

/* The known key that an unknown one most likely means: new, or NULL. */
static char *nearest_key(const struct cw_validation *validation, const char *key)
{
	struct cw_nearest nearest = { .name = key };

	for (size_t i = 0; i < validation->n; i++)
		if (validation->keys[i].defined)
			cw_nearest_offer(&nearest, validation->keys[i].def.name);
	return nearest.best ? cw_strdup(nearest.best) : nearest_override(key);
}

/* Whether unknown keys are errors. */
static bool is_strict(const struct cw_validation *validation)
{
	return validation->worker && strcmp(validation->worker->connector_unknown_keys, "error") == 0;
}

/* A typing error, most likely: the worker's configuration says how much it matters. */
static void report_unknown(struct cw_validation *validation, const char *key)
{
	CW_AUTO_FREE char *nearest = nearest_key(validation, key);
	const struct cw_validated *meant = nearest ? cw_validation_find(validation, nearest) : NULL;
	CW_AUTO_FREE char *hint = nearest ? cw_format("; did you mean \"%s\"?", nearest) : cw_strdup("");
	CW_AUTO_FREE char *text = cw_format("Unknown key \"%s\"%s", key, hint);

	/* Somebody's mistyped password is one all the same. */
	if (meant && meant->def.type == CW_CONFIG_PASSWORD)
		cw_validation_key(validation, key)->def.type = CW_CONFIG_PASSWORD;
	if (is_strict(validation))
		cw_validation_add(validation, key, text);
	else
		cw_validation_warn(validation, key, "unknown key \"%s\" is ignored%s", key, hint);
}

static void check_unknown(struct cw_validation *validation, const char *key)
{
	bool sink = validation->kind == CW_PLUGIN_SINK;
	struct cw_config_def def;

	if (cw_config_table_find(cw_connector_table(sink ? CW_PLUGIN_SOURCE : CW_PLUGIN_SINK), key, &def))
		cw_validation_warn(validation, key, "%s has no effect: it is a setting of %s connectors", key,
				   sink ? "source" : "sink");
	else
		report_unknown(validation, key);
}

/* "${file:/path:key}" where no provider of that name is; "${topic}" is a plugin's own affair. */
static void check_variables(struct cw_validation *validation, const char *key)
{
	const struct cw_list none = { NULL, 0 }, *known = validation->worker ? &validation->worker->config_providers : &none;
	const char *text = cw_map_get(validation->raw, key);
	struct cw_variable variable;

	for (size_t from = 0; text && cw_variable_find(text, from, &variable); from = variable.end) {
		bool found = false;

		for (size_t i = 0; i < known->n; i++)
			found = found || cw_slice_equal(variable.provider, cw_slice_str(known->items[i]));
		if (!found) {
			cw_validation_warn(validation, key, "%s has a ${...} variable in it, which is taken as it stands: this "
					   "worker has no config provider %.*s", key, (int)variable.provider.n,
					   variable.provider.p);
			return;
		}
	}
}

static bool is_defined(const struct cw_validation *validation, const char *key)
{
	const struct cw_validated *entry = cw_validation_find(validation, key);

	return entry && entry->defined;
}

static void check_other_key(struct cw_validation *validation, const char *key)
{
	const char *failure = validation->failed ? cw_map_get(validation->failed, key) : NULL;

	check_variables(validation, key);
	if (is_defined(validation, key))
		return;
	if (failure)
		cw_validation_invalid(validation, key, failure);
	/* Of an unknown class nothing can be said about keys that might be its own. */
	if (!check_feature_key(validation, key) && validation->plugin)
		check_unknown(validation, key);
}

/*
 * A required key that is missing was perhaps only mistyped: its error then says so, after Kafka's sentence, where the
 * unknown key is no error of its own.
 */
static void hint_mistyped(struct cw_validation *validation, struct cw_validated *missing)
{
	const struct cw_map *config = validation->config;
	struct cw_nearest nearest = { .name = missing->def.name };
	CW_AUTO_FREE char *text = NULL;

	for (size_t i = 0; i < config->n; i++)
		if (!is_defined(validation, config->entries[i].key))
			cw_nearest_offer(&nearest, config->entries[i].key);
	if (!nearest.best || json_array_size(missing->errors) == 0 || is_strict(validation))
		return;
	text = cw_format("%s Unknown key \"%s\"; did you mean \"%s\"?",
			 json_string_value(json_array_get(missing->errors, 0)), nearest.best, missing->def.name);
	json_array_set_new(missing->errors, 0, json_string(text));
}

void cw_validate_overrides(struct cw_validation *validation)
{
	for (size_t k = 0; k < validation->config->n; k++) {
		enum cw_override_kind kind;
		const char *key = validation->config->entries[k].key, *setting = cw_override_setting(key, &kind);

		if (setting)
			check_override(validation, key, setting, kind);
	}
}

void cw_validate_rules(struct cw_validation *validation)
{
	const struct cw_map *config = validation->config;

	for (size_t i = 0; i < validation->n; i++)
		if ((validation->keys[i].def.flags & CW_CONFIG_REQUIRED) && !validation->keys[i].value)
			hint_mistyped(validation, &validation->keys[i]);
	if (validation->kind == CW_PLUGIN_SINK) {
		check_topics(validation);
		check_letters_not_read(validation);
		check_run_until(validation);
	}
	check_letters_written(validation);
	if (validation->kind == CW_PLUGIN_SOURCE) {
		check_worker_is_exactly_once(validation);
		check_source_is_exactly_once(validation);
	}
	check_aliases(validation, "transforms");
	check_aliases(validation, "predicates");
	if (validation->kind == CW_PLUGIN_SOURCE)
		check_aliases(validation, CW_TOPIC_GROUPS);
	cw_validation_check_version(validation, validation->plugin, "connector.plugin.version");
	warn_no_effect(validation);
	for (size_t i = 0; i < config->n; i++)
		check_other_key(validation, config->entries[i].key);
}
