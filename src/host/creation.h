/*
 * creation - which of a source connector's groups (topic.creation.*) a new topic is of.
 *
 * Belongs to one thread.
 */
#ifndef CW_HOST_CREATION_H
#define CW_HOST_CREATION_H

#include "config/topic_groups.h"

struct cw_creation;

/* NULL with *err set when a key of the groups is not right. */
struct cw_creation *cw_creation_new(const struct cw_map *config, struct cw_error *err);
/* The first group that takes the topic. NULL with *err when a pattern takes too much effort. */
const struct cw_topic_group *cw_creation_find(struct cw_creation *creation, const char *topic, struct cw_error *err);
void cw_creation_free(struct cw_creation *creation); /* NULL is fine */

/* Reports each pattern that is no regular expression, under its key, with Kafka's sentence; no other errors. */
void cw_creation_check(const struct cw_map *config, void (*report)(void *arg, const char *key, const char *text),
		       void *arg);

#endif
