/*
 * rate - how much of something may pass in a second: a token bucket that holds one second's worth, in which whoever
 * comes first goes first.
 *
 * Who wants n claims them, and may go on once the bucket has filled up to that claim: what passes in a time t is never
 * more than a second's worth and t times the rate (plus what is larger than a second's worth, which passes when the
 * bucket is full, and is paid for afterwards). It begins empty. Pure: times (monotonic microseconds) are passed in.
 */
#ifndef CW_HOST_RATE_H
#define CW_HOST_RATE_H

#include <stdint.h>

#define CW_RATE_MOST INT64_C(1000000000000) /* the largest rate */

struct cw_rate {
	int64_t per_second; /* 0: no limit */
	int64_t claimed;    /* since the start */
	int64_t filled;     /* of that, and of what may be claimed next, what the time has sufficed for */
	int64_t rest;       /* and millionths of one more */
	int64_t at_us;      /* that was the time */
};

/* From now on; what is claimed already waits for as long as the new rate says. */
void cw_rate_set(struct cw_rate *rate, int64_t per_second, int64_t now_us);
/* Claims n, which may be 0: to be given to cw_rate_wait_us(). */
int64_t cw_rate_claim(struct cw_rate *rate, int64_t n, int64_t now_us);
/* How long the claim has to wait: 0: no longer. Ask again then, since the rate may have changed. */
int64_t cw_rate_wait_us(struct cw_rate *rate, int64_t claim, int64_t now_us);
/* Of what was claimed, n were not needed; or, below 0, so many more were. */
void cw_rate_give_back(struct cw_rate *rate, int64_t n, int64_t now_us);
/* What could be claimed and pass at once; 0 without a limit. */
int64_t cw_rate_spare(struct cw_rate *rate, int64_t now_us);

#endif
