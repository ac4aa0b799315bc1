/*
 * findings - what is wrong with a configuration, for people: a validation's answer has Kafka Connect's sentences, which
 * say one thing twice where two of its keys, or two of its checks, are about it. Pure.
 */
#ifndef CW_CONFIG_FINDINGS_H
#define CW_CONFIG_FINDINGS_H

#include <stdbool.h>

#include <jansson.h>

/* Whether a sentence says anything that those in `said` (an array) do not; then it is added to them. */
bool cw_findings_add(json_t *said, const char *sentence);

/* The message of a refused configuration (cw_config_infos_message) with each thing once; NULL: it is no such. New. */
char *cw_findings_message(const char *message);

#endif
