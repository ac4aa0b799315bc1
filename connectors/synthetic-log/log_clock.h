/*
 * log_clock - the time of day in the log, as a function of the number of the request.
 *
 * The site has a daily rate curve: a cell of five minutes for each part of the day, all in integers, so
 * that every machine computes the same. "Nominal" time runs at the mean rate: request g is at nominal
 * time g / rate. A cell with much traffic holds more nominal time than it lasts; the log's clock shows
 * the second whose nominal time has come. It never goes back. UTC, whole seconds.
 */
#ifndef CW_SYNTHETIC_LOG_CLOCK_H
#define CW_SYNTHETIC_LOG_CLOCK_H

#include <stdint.h>

#define CW_DAY_S 86400
#define CW_CELL_S 300
#define CW_CELLS (CW_DAY_S / CW_CELL_S)

struct cw_log_clock {
	uint64_t start_us;        /* nominal, since the start of day_zero */
	int64_t day_zero;         /* days since the epoch */
	double record_us;         /* nominal microseconds from one request to the next */
	uint32_t second_us[CW_CELLS];   /* nominal microseconds in a second of the cell; 1,000,000 on average */
	uint64_t begin_us[CW_CELLS + 1]; /* nominal time of day at which the cell begins */
};

/* A second of the log: the requests at from_us <= nominal < until_us are in it. */
struct cw_log_second {
	int64_t epoch_s;
	uint64_t from_us, until_us;
};

/* variation: 0 (the same rate all day) to 1 (the full curve). rate: requests a second of the log, on average. */
void cw_log_clock_init(struct cw_log_clock *clock, int64_t start_s, double rate, double variation);

static inline uint64_t cw_log_clock_nominal(const struct cw_log_clock *clock, uint64_t request)
{
	double us = (double)request * clock->record_us;

	/* 5000 years are enough: later requests share the last second. */
	return clock->start_us + (us < 1.5e17 ? (uint64_t)us : UINT64_C(150000000000000000));
}

struct cw_log_second cw_log_clock_second(const struct cw_log_clock *clock, uint64_t nominal_us);

/* The rate of that second of the day, in millionths of the mean. */
uint32_t cw_log_clock_rate(const struct cw_log_clock *clock, int64_t epoch_s);

struct cw_civil {
	int year, month, day, hour, minute, second; /* month and day from 1 */
};
struct cw_civil cw_civil(int64_t epoch_s);
/* The reverse; fields must be valid. */
int64_t cw_civil_epoch(const struct cw_civil *civil);
int cw_civil_month_days(int year, int month);

#endif
