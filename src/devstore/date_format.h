/*
 * date_format - Elasticsearch's date formats: reading, printing, rounding and date math.
 *
 * A format is names and patterns joined by "||" ("strict_date_optional_time||epoch_millis",
 * "yyyy-MM-dd'T'HH:mm:ss"). Times are milliseconds since 1970, UTC. Pure; a format is read-only once made.
 */
#ifndef CW_DEVSTORE_DATE_FORMAT_H
#define CW_DEVSTORE_DATE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct cw_date_format;

#define CW_DATE_DEFAULT "strict_date_optional_time||epoch_millis"

/* NULL when it is no format known here; *reason then says why (static text). */
struct cw_date_format *cw_date_format_new(const char *spec, const char **reason);
void cw_date_format_free(struct cw_date_format *format);
const char *cw_date_format_spec(const struct cw_date_format *format);

/* Reads the whole text by the first alternative that takes it. */
bool cw_date_parse(const struct cw_date_format *format, const char *text, int64_t *ms);
/* Prints by the first alternative. */
void cw_date_print(const struct cw_date_format *format, int64_t ms, struct cw_buf *out);

/*
 * As cw_date_parse(), and "now" or "DATE||" followed by date math: "now-15m", "now/d", "2026-01-21||+1M/d".
 * round_up (gt and lte): "/d" gives the last millisecond of the day, and so does a day without a time.
 */
bool cw_date_math(const struct cw_date_format *format, const char *text, int64_t now_ms, bool round_up, int64_t *ms);

/* The start of the unit ('y' 'Q' 'M' 'w' 'd' 'h' 'm' 's') that holds ms, and of the n-th after it. */
int64_t cw_date_floor(int64_t ms, char unit);
int64_t cw_date_add(int64_t ms, int64_t n, char unit);

/* "30s", "1m", "2h", "1d", "500ms" → milliseconds; -1: no such interval. */
int64_t cw_date_interval(const char *text);

#endif
