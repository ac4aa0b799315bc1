/*
 * numbers - what the tasks count, now and per second. Pure: times are passed in.
 *
 * A worker samples its tasks each second, so a rate is taken over a window of several samples.
 */
#ifndef CW_CTL_NUMBERS_H
#define CW_CTL_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

enum cw_number {
	CW_N_RECORDS = 0, /* acknowledged by Kafka, or written by the sink */
	CW_N_BYTES,
	CW_N_ERRORS,
	CW_N_RETRIES,
	CW_N_SKIPPED,
	CW_N_RESTARTS,
	CW_N_LAG,
	CW_N_CPU,    /* seconds of processor time of the connector's process: of the connector, not of its tasks */
	CW_N_MEMORY, /* bytes of its process in memory: the same */
	CW_N_COUNT
};

struct cw_task_numbers {
	char *connector;
	int task; /* -1: what is counted of the connector itself */
	bool written; /* its records are those that were written */
	bool has[CW_N_COUNT];
	double value[CW_N_COUNT];
};

struct cw_numbers {
	int64_t at_ms;
	struct cw_task_numbers *tasks;
	size_t n;
};

#define CW_WINDOW_MS 5000
#define CW_WINDOW_SAMPLES 64

/* The samples of the last CW_WINDOW_MS. Start as { 0 }. */
struct cw_window {
	struct cw_numbers samples[CW_WINDOW_SAMPLES];
	size_t n;
};

/* Takes in an answer of GET /metrics at a time (monotonic ms). 0, or the number of a line that is broken. */
int cw_window_add(struct cw_window *window, const char *metrics, int64_t at_ms);
void cw_window_free(struct cw_window *window);

/* The newest value of a connector (task -1: its own, or the sum of its tasks). False: not there. */
bool cw_window_value(const struct cw_window *window, const char *connector, int task, enum cw_number number,
		     double *out);
/* Its rate per second over the window. False: fewer than two samples, or it was counted anew. */
bool cw_window_rate(const struct cw_window *window, const char *connector, int task, enum cw_number number,
		    double *out);

/* {"records":…,"records_per_second":…,…}: what is known. New. */
json_t *cw_window_to_json(const struct cw_window *window, const char *connector, int task);

#endif
