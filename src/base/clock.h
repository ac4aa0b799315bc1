/* clock - time as integers. Pure modules take a time as an argument instead of calling these. */
#ifndef CW_BASE_CLOCK_H
#define CW_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CW_NS_PER_MS INT64_C(1000000)
#define CW_NS_PER_S INT64_C(1000000000)

int64_t cw_clock_ns(void);      /* monotonic nanoseconds */
int64_t cw_clock_ms(void);      /* monotonic milliseconds */
int64_t cw_clock_epoch_ms(void); /* milliseconds since 1970, UTC */

/* "2026-01-21T22:23:40.123Z"; size of out at least 32. */
void cw_clock_iso(int64_t epoch_ms, char *out, size_t size);

#endif
