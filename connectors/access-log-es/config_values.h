/*
 * config_values - the checks of single values that the table of settings names. Each: 0, or -1 with *err set to what is
 * wrong with the value, as the end of a sentence that begins with the key. Pure, but for check_file.
 */
#ifndef CW_ACCESS_LOG_CONFIG_VALUES_H
#define CW_ACCESS_LOG_CONFIG_VALUES_H

#include "connect-worker/connector.h"

/*
 * Calls check for each entry of a list, without the blanks around it. How many there are that are not empty; -1 with
 * *err set by check.
 */
int cw_es_check_entries(const char *list, int (*check)(const char *entry, struct cw_error *err), struct cw_error *err);

int cw_es_check_headers(const char *value, struct cw_error *err);
int cw_es_check_urls(const char *value, struct cw_error *err);
int cw_es_check_index(const char *value, struct cw_error *err);
int cw_es_check_resources(const char *value, struct cw_error *err);
int cw_es_check_routing(const char *value, struct cw_error *err);
int cw_es_check_timezone(const char *value, struct cw_error *err);
int cw_es_check_pattern(const char *value, struct cw_error *err);
int cw_es_check_pem(const char *value, struct cw_error *err);
/* Refuses any value. */
int cw_es_check_kerberos(const char *value, struct cw_error *err);
int cw_es_check_file(const char *value, struct cw_error *err);
int cw_es_check_stream_part(const char *value, struct cw_error *err);
int cw_es_check_dataset(const char *value, struct cw_error *err);
int cw_es_check_name(const char *value, struct cw_error *err);

#endif
