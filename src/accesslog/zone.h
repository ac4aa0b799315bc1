/*
 * zone - what a wall-clock time in a log means: offsets from UTC, fixed or from the system's time zone
 * database (TZif files and the rule at their end). Read once, then pure; nothing of the process's own
 * time zone is used or changed.
 */
#ifndef CW_ACCESS_LOG_ZONE_H
#define CW_ACCESS_LOG_ZONE_H

#include "connect-worker/connector.h"

struct cw_zone;

/*
 * "UTC", "+02:00", "-0500", or a name of the database ("Europe/Berlin"). NULL with *err set to a
 * sentence. Freed with cw_zone_free().
 */
struct cw_zone *cw_zone_open(const char *name, struct cw_error *err);
/* The same from the contents of a TZif file. NULL when it is none. */
struct cw_zone *cw_zone_parse(const char *p, size_t n);
void cw_zone_free(struct cw_zone *zone);

/*
 * Seconds east of UTC for a local time (seconds since 1970 as if it were UTC). A time that exists twice
 * is the earlier one; a time that was skipped is read with the offset before the gap.
 */
int32_t cw_zone_offset(const struct cw_zone *zone, int64_t local_s);

/* Days since 1970-01-01 of a date in the Gregorian calendar, and back. */
int64_t cw_days_from_date(int64_t year, unsigned month, unsigned day);
void cw_date_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
unsigned cw_days_in_month(int64_t year, unsigned month);

#endif
