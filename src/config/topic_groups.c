#include "config/topic_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"

#define STORED(member) .offset = offsetof(struct cw_topic_group, member)

static int factor_check(const char *value, struct cw_error *err)
{
	int factor = atoi(value);

	if (factor == -1 || factor >= 1)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "Replication factor must be positive and not larger than the number of brokers "
			    "in the Kafka cluster, or -1 to use the broker's default");
}

static int partitions_check(const char *value, struct cw_error *err)
{
	int partitions = atoi(value);

	if (partitions == -1 || partitions >= 1)
		return 0;
	return cw_error_set(err, CW_ERR_INVALID, "Number of partitions must be positive, or -1 to use the broker's default");
}

#define GROUP_ROWS(required)                                                                                           \
	{ .name = "include", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,                        \
	  .width = CW_WIDTH_LONG, .display_name = "Inclusion Topic Pattern", STORED(include),                          \
	  .doc = "Regular expressions of Java: a topic whose whole name one of them matches is created with the "      \
		 "settings of this group, if no group before it matches. The group default takes every topic." },      \
	{ .name = "exclude", .type = CW_CONFIG_LIST, .default_value = "", .importance = CW_LOW,                        \
	  .width = CW_WIDTH_LONG, .display_name = "Exclusion Topic Pattern", STORED(exclude),                          \
	  .doc = "Regular expressions of Java: a topic whose whole name one of them matches is not of this group, "    \
		 "whatever include says." },                                                                           \
	{ .name = "replication.factor", .type = CW_CONFIG_SHORT, .flags = (required), .importance = CW_LOW,            \
	  .width = CW_WIDTH_LONG, .display_name = "Replication Factor for Topics", .check = factor_check,              \
	  STORED(replication_factor),                                                                                  \
	  .doc = "Replication factor of these topics, or -1 for the brokers' default. The group default must have it; " \
		 "others have that of default without it." },                                                          \
	{ .name = "partitions", .type = CW_CONFIG_INT, .flags = (required), .importance = CW_LOW,                      \
	  .width = CW_WIDTH_LONG, .display_name = "Partition Count for Topics", .check = partitions_check,             \
	  STORED(partitions),                                                                                          \
	  .doc = "Partitions of these topics, or -1 for the brokers' default. The group default must have it; others " \
		 "have that of default without it." }

static const struct cw_config_def group_table[] = { GROUP_ROWS(0) };
static const struct cw_config_def default_table[] = { GROUP_ROWS(CW_CONFIG_REQUIRED) };

struct cw_config_table cw_topic_group_table(bool is_default)
{
	return (struct cw_config_table){ is_default ? default_table : group_table,
					 sizeof(group_table) / sizeof(*group_table), sizeof(*group_table) };
}

bool cw_topic_groups_used(const struct cw_map *config)
{
	for (size_t i = 0; i < config->n; i++) {
		const struct cw_map_entry *e = &config->entries[i];
		bool empty_list = strcmp(e->key, CW_TOPIC_GROUPS) == 0 && e->value[strspn(e->value, " \t\r\n")] == '\0';

		if (strncmp(e->key, CW_TOPIC_CREATION, strlen(CW_TOPIC_CREATION)) == 0 && !empty_list)
			return true;
	}
	return false;
}

/* What a group does not say of these is as in the default group. */
static void inherit(struct cw_map *keys, const struct cw_map *config)
{
	static const char *const names[] = { "replication.factor", "partitions" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		CW_AUTO_FREE char *key = cw_format(CW_TOPIC_CREATION CW_DEFAULT_TOPIC_GROUP ".%s", names[i]);
		const char *value = cw_map_get(config, key);

		if (value && !cw_map_get(keys, names[i]))
			cw_map_set(keys, names[i], value);
	}
}

static int read_group(const struct cw_map *config, const char *name, struct cw_topic_group *out, struct cw_error *err)
{
	CW_AUTO_FREE char *prefix = cw_format(CW_TOPIC_CREATION "%s.", name);
	struct cw_config_table table = cw_topic_group_table(strcmp(name, CW_DEFAULT_TOPIC_GROUP) == 0);
	struct cw_config_def def;
	int status;

	*out = (struct cw_topic_group){ .name = name };
	cw_map_copy_prefixed(&out->settings, config, prefix);
	inherit(&out->settings, config);
	status = cw_config_fill(table, &out->settings, out, &out->memory, err);
	for (size_t i = 0; i < table.n; i++)
		cw_map_remove(&out->settings, cw_config_table_at(table, i, &def)->name);
	if (status != 0)
		cw_map_free(&out->settings);
	return status;
}

int cw_topic_groups_read(const struct cw_map *config, struct cw_topic_groups *out, struct cw_error *err)
{
	static const struct cw_config_def def = { .name = CW_TOPIC_GROUPS, .type = CW_CONFIG_LIST, .default_value = "",
						  .offset = offsetof(struct cw_topic_groups, names) };
	int status;

	*out = (struct cw_topic_groups){ 0 };
	if (cw_config_fill((struct cw_config_table){ &def, 1, sizeof(def) }, config, out, &out->memory, err) != 0)
		return -1;
	out->groups = cw_alloc((out->names.n + 1) * sizeof(*out->groups));
	status = 0;
	for (size_t i = 0; i <= out->names.n && status == 0; i++) {
		const char *name = i < out->names.n ? out->names.items[i] : CW_DEFAULT_TOPIC_GROUP;

		if (i < out->names.n && strcmp(name, CW_DEFAULT_TOPIC_GROUP) == 0)
			continue; /* the default one need not be listed, and comes last in any case */
		status = read_group(config, name, &out->groups[out->n], err);
		out->n += status == 0;
	}
	if (status != 0)
		cw_topic_groups_free(out);
	return status;
}

void cw_topic_groups_free(struct cw_topic_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		cw_map_free(&groups->groups[i].settings);
		cw_config_memory_free(groups->groups[i].memory);
	}
	free(groups->groups);
	cw_config_memory_free(groups->memory);
	*groups = (struct cw_topic_groups){ 0 };
}

const char *cw_topic_setting_meant(const char *name)
{
	/* Of Kafka 4.1. Brokers may know more, and say so when they do not. */
	static const char *const known[] = {
		"cleanup.policy", "compression.gzip.level", "compression.lz4.level", "compression.type",
		"compression.zstd.level", "delete.retention.ms", "file.delete.delay.ms", "flush.messages", "flush.ms",
		"follower.replication.throttled.replicas", "index.interval.bytes", "leader.replication.throttled.replicas",
		"local.retention.bytes", "local.retention.ms", "max.compaction.lag.ms", "max.message.bytes",
		"message.timestamp.after.max.ms", "message.timestamp.before.max.ms", "message.timestamp.type",
		"min.cleanable.dirty.ratio", "min.compaction.lag.ms", "min.insync.replicas", "partitions", "preallocate",
		"remote.log.copy.disable", "remote.log.delete.on.disable", "remote.storage.enable", "replication.factor",
		"retention.bytes", "retention.ms", "segment.bytes", "segment.index.bytes", "segment.jitter.ms", "segment.ms",
		"unclean.leader.election.enable",
	};
	struct cw_nearest nearest = { .name = name };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i], name) == 0)
			return NULL;
		cw_nearest_offer(&nearest, known[i]);
	}
	return nearest.best;
}
