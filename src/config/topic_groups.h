/*
 * topic_groups - topic.creation.*: the groups of topics that a source connector may have created, and their settings.
 *
 * Pure. Patterns are regular expressions of Java, which whoever uses them compiles.
 */
#ifndef CW_CONFIG_TOPIC_GROUPS_H
#define CW_CONFIG_TOPIC_GROUPS_H

#include "config/config_def.h"

#define CW_TOPIC_CREATION "topic.creation."
#define CW_TOPIC_GROUPS CW_TOPIC_CREATION "groups"
#define CW_DEFAULT_TOPIC_GROUP "default"

struct cw_topic_group {
	const char *name; /* borrowed from the list of groups */
	struct cw_list include, exclude; /* of the default one they do not count: it takes every topic */
	int16_t replication_factor;      /* -1: the brokers' default; of partitions, too */
	int32_t partitions;
	struct cw_map settings; /* of the topics */
	struct cw_config_memory *memory;
};

/* In the order in which they are asked for a topic; the last one is the default one. */
struct cw_topic_groups {
	struct cw_topic_group *groups;
	size_t n;
	struct cw_list names;
	struct cw_config_memory *memory;
};

/* Whether the config has such keys at all: without, the brokers decide on topics that are not there. */
bool cw_topic_groups_used(const struct cw_map *config);
/* 0, or -1 with *err set to Kafka's sentence; then nothing is owned. */
int cw_topic_groups_read(const struct cw_map *config, struct cw_topic_groups *out, struct cw_error *err);
void cw_topic_groups_free(struct cw_topic_groups *groups);

/* The keys of a group without "topic.creation.GROUP.": any other key of it is a setting of topics. */
struct cw_config_table cw_topic_group_table(bool is_default);
/* The name of a setting of topics that another one most likely means; NULL: it is known, or nothing is like it. */
const char *cw_topic_setting_meant(const char *name);

#endif
