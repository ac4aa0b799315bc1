/*
 * date_format - java.text.SimpleDateFormat with English names and the time zone UTC, lenient as Kafka Connect uses it.
 *
 * The calendar is Java's (calendar.h). Weeks begin on Sunday, and the first one of a year has its January 1. The names
 * of time zones mean what they did in 2024; of several meanings, the one where the process is (TZ, or /etc/localtime).
 * Not carried over: a time zone's name in a text holds for that text only, where Java keeps it for later ones; of two
 * time zones in a text the last one holds, whatever it is; and the week years of dates before Christ follow the same
 * rule as all others.
 *
 * A format is immutable once made: any thread may use it.
 */
#ifndef CW_DATA_DATE_FORMAT_H
#define CW_DATA_DATE_FORMAT_H

#include "base/buf.h"
#include "connect-worker/connector.h"

struct cw_date_format;

/*
 * Compiles a pattern. now_ms, since the epoch, says which century the years of two digits are in: from 80 years before
 * it. NULL with *err set to Java's sentence: "Illegal pattern character 'b'".
 */
struct cw_date_format *cw_date_format_new(struct cw_slice pattern, int64_t now_ms, struct cw_error *err);
void cw_date_format_free(struct cw_date_format *format); /* NULL is fine */

/* Appends the time in milliseconds since the epoch. */
void cw_date_format_print(const struct cw_date_format *format, int64_t ms, struct cw_buf *out);
/* Reads the time at the front of a text; what comes after it is ignored. 0, or -1 when the text does not match. */
int cw_date_format_parse(const struct cw_date_format *format, struct cw_slice text, int64_t *ms);

/*
 * As Kafka Connect prints a date in a header or a cast, in the process's time zone and by its size whatever its type:
 * "HH:mm:ss.SSSZ" before 1970-01-02, "yyyy-MM-dd" at midnight UTC, and "yyyy-MM-ddTHH:mm:ss.SSSZ" otherwise.
 */
void cw_date_print(struct cw_buf *out, int64_t ms);

#endif
