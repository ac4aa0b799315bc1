/*
 * log_time - times of log lines: read in one of the known forms or in one that is given, written as the
 * store wants them. The last one is kept, as neighbouring lines mostly share it.
 */
#ifndef CW_ACCESS_LOG_LOG_TIME_H
#define CW_ACCESS_LOG_LOG_TIME_H

#include "connect-worker/connector.h"
#include "zone.h"

#define CW_LOG_TIME_MAX 40

struct cw_log_time {
	int64_t epoch_s;  /* UTC; a time without any zone counts as UTC, as the store reads it */
	int64_t bucket;   /* epoch_s / the reader's unit_s */
	uint32_t nanos;   /* of that second */
	size_t n;
	char text[CW_LOG_TIME_MAX]; /* "2026-01-21T22:23:40", with ".123", and "Z" or "+02:00", where known; no NUL */
};

/* Start as { 0 } and set the first three. One thread. */
struct cw_time_reader {
	const struct cw_zone *zone; /* of times that name none; NULL: they stay without */
	const char *format;         /* of strptime's kind; NULL: "Jan 21 2026, 22:23:40", "21/Jan/2026:22:23:40 +0000"
				       and ISO 8601 are recognised */
	int64_t unit_s;             /* 0: buckets are not wanted */
	size_t raw_n;
	char raw[64];
	struct cw_log_time last;
};

const struct cw_log_time *cw_log_time_convert(struct cw_time_reader *reader, struct cw_slice text);

/* NULL when it is no such time. The answer is valid until the next call. */
static inline const struct cw_log_time *cw_log_time_read(struct cw_time_reader *reader, struct cw_slice text)
{
	if (text.n == reader->raw_n && text.n && memcmp(text.p, reader->raw, text.n) == 0)
		return &reader->last;
	return cw_log_time_convert(reader, text);
}

/* A time given in milliseconds since the epoch, as "…T22:23:40.123Z". */
const struct cw_log_time *cw_log_time_from_ms(struct cw_time_reader *reader, int64_t epoch_ms);

/* Whether every % of a format is known; else -1 with the reason. */
int cw_log_time_check_format(const char *format, struct cw_error *err);

#endif
