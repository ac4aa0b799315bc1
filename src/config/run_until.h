/*
 * run_until - where the run of a sink ends, as its configuration says it (run.until and run.until.*). Pure.
 */
#ifndef CW_CONFIG_RUN_UNTIL_H
#define CW_CONFIG_RUN_UNTIL_H

#include "connect-worker/connector.h"

enum cw_run_until {
	CW_RUN_FOREVER = 0,
	CW_RUN_UNTIL_END,    /* where the partitions end when the run starts */
	CW_RUN_UNTIL_TIME,   /* before the first record of that time or later */
	CW_RUN_UNTIL_OFFSETS /* before these offsets */
};

/* One of run.until's choices, in any case of letters. */
enum cw_run_until cw_run_until_parse(const char *text);

/* "2026-01-21T22:23:40Z", with "+02:00" or ".5", or milliseconds since 1970. 0, or -1 with *err set to the reason. */
int cw_run_until_time(const char *text, int64_t *epoch_ms, struct cw_error *err);

/* "TOPIC:PARTITION:OFFSET"; *topic_n: how many characters of it are the topic. 0, or -1 with *err set to the reason. */
int cw_run_until_offset(const char *text, size_t *topic_n, int32_t *partition, int64_t *offset, struct cw_error *err);

/* Checks of the two keys' values: run.until.time, and run.until.offsets as a whole list. */
int cw_run_until_time_check(const char *value, struct cw_error *err);
int cw_run_until_offsets_check(const char *value, struct cw_error *err);

#endif
