/* The keys of topics to create: topic.creation.GROUP.*, of the groups that a source connector's config names. */
#include <string.h>

#include "base/mem.h"
#include "config/topic_groups.h"
#include "config/validation.h"

static bool is_default(const char *group)
{
	return strcmp(group, CW_DEFAULT_TOPIC_GROUP) == 0;
}

/* Any other key of the group is a setting of the topics, which the brokers check when they create one. */
static void define_setting(struct cw_validation *v, const char *key, const char *name, const char *group)
{
	const char *meant = cw_topic_setting_meant(name);
	bool secret = cw_validation_is_secret(v, key); /* by its variables, that is */
	struct cw_config_def def = {
		.name = key, .type = secret ? CW_CONFIG_PASSWORD : CW_CONFIG_STRING, .importance = CW_LOW, .group = group,
		.width = CW_WIDTH_LONG, .display_name = name, .offset = CW_CONFIG_NOT_STORED,
		.doc = "Setting of the topics that this group creates.",
	};

	if (!cw_validation_define(v, &def, 0))
		return;
	if (meant)
		cw_validation_warn(v, key, "%s: Kafka has no setting %s of topics that is known here; did you mean \"%s\"?",
				   key, name, meant);
}

static void define_group(struct cw_validation *v, const char *name)
{
	const char *prefix = cw_validation_own(v, cw_format(CW_TOPIC_CREATION "%s.", name));
	const char *group = cw_validation_own(v, cw_format("Topic Creation: %s", name));
	struct cw_config_table table = cw_topic_group_table(is_default(name));
	size_t from = v->n, n = strlen(prefix);

	for (size_t i = 0; i < table.n; i++) {
		struct cw_config_def def;

		cw_config_table_at(table, i, &def);
		def.name = cw_validation_own(v, cw_format("%s%s", prefix, def.name));
		def.group = group;
		cw_validation_define(v, &def, (int)i + 1);
	}
	for (size_t i = from, to = v->n; i < to; i++)
		cw_validation_check(v, i);
	for (size_t i = 0; i < v->config->n; i++)
		if (strncmp(v->config->entries[i].key, prefix, n) == 0 && v->config->entries[i].key[n])
			define_setting(v, v->config->entries[i].key, v->config->entries[i].key + n, group);
}

static void warn_patterns_of_default(struct cw_validation *v)
{
	static const char *const keys[] = { CW_TOPIC_CREATION CW_DEFAULT_TOPIC_GROUP ".include",
					    CW_TOPIC_CREATION CW_DEFAULT_TOPIC_GROUP ".exclude" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (cw_map_get(v->config, keys[i]))
			cw_validation_warn(v, keys[i], "%s has no effect: the group default takes every topic that no other group takes",
					   keys[i]);
}

void cw_validate_topic_creation(struct cw_validation *v)
{
	if (v->kind != CW_PLUGIN_SOURCE || (v->worker && !v->worker->topic_creation_enable) ||
	    !cw_topic_groups_used(v->config))
		return;
	define_group(v, CW_DEFAULT_TOPIC_GROUP);
	warn_patterns_of_default(v);
	for (size_t i = 0; i < v->topic_groups.n; i++)
		if (!is_default(v->topic_groups.items[i]))
			define_group(v, v->topic_groups.items[i]);
}

void cw_topic_creation_no_effect(struct cw_validation *v, const char *key)
{
	if (v->kind != CW_PLUGIN_SOURCE)
		cw_validation_warn(v, key, "%s has no effect: it is a setting of source connectors", key);
	else if (v->worker && !v->worker->topic_creation_enable)
		cw_validation_warn(v, key, "%s has no effect: this worker has topic.creation.enable=false", key);
	else
		cw_validation_warn(v, key, "%s has no effect: its group is not in " CW_TOPIC_GROUPS, key);
}
