/*
 * options - the settings of the source: their table, their checks, and the small languages in them
 * ("GET:80,POST:20", "2026-01-21T22:23:40Z").
 *
 * Everything that decides what a line looks like is here, so that the same settings give the same lines
 * anywhere. Pure functions.
 */
#ifndef CW_SYNTHETIC_OPTIONS_H
#define CW_SYNTHETIC_OPTIONS_H

#include "connect-worker/connector.h"

enum cw_line_format { CW_LINE_ACCESS = 0, CW_LINE_COMMON, CW_LINE_COMBINED, CW_LINE_JSON };

/* What the table's offsets point into. Strings are borrowed from whoever filled it. */
struct cw_synthetic_options {
	const char *topic;
	int64_t count;             /* of all tasks together; 0: endless */
	double records_per_second; /* of all tasks together; 0: as fast as possible */
	int32_t batch_size;
	const char *key;              /* "none", "client_ip" */
	const char *record_timestamp; /* "wall", "log" */
	bool latency_probe;

	const char *format; /* "access", "common", "combined", "json" */
	int64_t seed;
	double malformed_share; /* 0 to 1 */

	const char *start_time;
	double time_speed;             /* seconds of the log in a second */
	double log_records_per_second; /* 0: from records_per_second and time_speed */
	double daily_variation;        /* 0 to 1 */

	int32_t clients, endpoints;
	double clients_exponent, endpoints_exponent;
	const char *method_weights, *status_weights;
	int64_t burst_interval_s, burst_duration_s; /* interval 0: no bursts */
	double burst_share;
	const char *burst_status_weights;
};

/* Requests a second of the log when neither pace nor log.records.per.second says it. */
#define CW_DEFAULT_LOG_RATE 100.0

/* One of the sentences of the cross-key checks, with the key it belongs to; i from 0; false: no more. */
bool cw_synthetic_conflict(const struct cw_synthetic_options *options, unsigned i, const char **key, char *text,
			   size_t size);

enum cw_line_format cw_synthetic_format(const struct cw_synthetic_options *options);
/* Requests a second of the log, of all tasks together, on average. */
double cw_synthetic_log_rate(const struct cw_synthetic_options *options);
/* How many of the bounded `count` fall to the task; shares differ by at most one. */
uint64_t cw_synthetic_quota(uint64_t count, uint32_t tasks, uint32_t task);

/* "now", milliseconds since the epoch, or ISO 8601; UTC unless it says otherwise. */
struct cw_start_time {
	bool now;
	int64_t epoch_ms;
};
int cw_start_time_parse(const char *text, struct cw_start_time *out, struct cw_error *err);

#define CW_WEIGHTS_MAX 64

/* HTTP methods are known by their index here; statuses are numbers. */
extern const char *const cw_methods[];
extern const size_t cw_methods_n;

struct cw_weights {
	size_t n;
	struct {
		int id; /* index of the method, or the status */
		double weight;
	} items[CW_WEIGHTS_MAX];
};

/* 0, or -1 with *err set to what is wrong, as a reason that follows "…: ". */
int cw_method_weights_parse(const char *text, struct cw_weights *out, struct cw_error *err);
int cw_status_weights_parse(const char *text, struct cw_weights *out, struct cw_error *err);

#endif
