/*
 * tool - what the files of kafka_tool share.
 */
#ifndef CW_TESTS_TOOL_H
#define CW_TESTS_TOOL_H

#include <stdbool.h>

#include <librdkafka/rdkafka.h>

#define TOOL_TIMEOUT_MS 30000

/* Ends the program with the sentence. */
void tool_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void tool_set(rd_kafka_conf_t *conf, const char *key, const char *value);
rd_kafka_t *tool_client(rd_kafka_type_t type, rd_kafka_conf_t *conf);

/* What changes the cluster (kafka_admin.c). Whether there is such a command with so many arguments; else conf is as it was. */
bool tool_admin(rd_kafka_conf_t *conf, const char *command, char **args, int n_args);

#endif
