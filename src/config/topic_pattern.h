/*
 * topic_pattern - the POSIX extended regular expression of topics.regex, with which consumers match whole names of topics.
 */
#ifndef CW_CONFIG_TOPIC_PATTERN_H
#define CW_CONFIG_TOPIC_PATTERN_H

#include <stdbool.h>

#include "connect-worker/connector.h"

/* 0, or -1 with a sentence without the key: it is none, or means something else in Java, or is too large to be compiled. */
int cw_topic_pattern_check(const char *pattern, struct cw_error *err);
/* "^(…)$", which matches whole names, and is what librdkafka takes for a pattern; new. */
char *cw_topic_pattern_whole(const char *pattern);
/* Whether it matches the whole name; one that the check refuses matches nothing. */
bool cw_topic_pattern_matches(const char *pattern, const char *topic);

#endif
