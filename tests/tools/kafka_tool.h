/* kafka_tool - what the files of the program share: see kafka_tool.c. */
#ifndef CW_TESTS_KAFKA_TOOL_H
#define CW_TESTS_KAFKA_TOOL_H

#include <librdkafka/rdkafka.h>

#define TIMEOUT_MS 30000

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void usage(void) __attribute__((noreturn));
/* Takes conf. */
rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf);

/* ---- kafka_admin.c: commands ---- */

void admin(rd_kafka_conf_t *conf, const char *command, char **args, int n_args);
void settings(rd_kafka_conf_t *conf, char **args, int n_args);
void restrict_user(rd_kafka_conf_t *conf, const char *user, const char *prefix);
void release_user(rd_kafka_conf_t *conf, const char *user);

#endif
