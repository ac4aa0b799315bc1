#include "host/rate.h"

#define US_PER_S INT64_C(1000000)
#define WAIT_MOST_S 3600

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* As full as the time makes it. */
static void fill(struct cw_rate *r, int64_t now_us)
{
	int64_t room = r->claimed + r->per_second - r->filled, elapsed_us = now_us - r->at_us, parts;

	if (elapsed_us <= 0)
		return;
	r->at_us = now_us;
	if (r->per_second == 0)
		return;
	if (elapsed_us / US_PER_S <= room / r->per_second) {
		parts = elapsed_us % US_PER_S * r->per_second + r->rest;
		r->filled += elapsed_us / US_PER_S * r->per_second + parts / US_PER_S;
		r->rest = parts % US_PER_S;
		room = r->claimed + r->per_second - r->filled;
	} else {
		room = -1;
	}
	if (room <= 0) {
		r->filled = r->claimed + r->per_second;
		r->rest = 0;
	}
}

void cw_rate_set(struct cw_rate *r, int64_t per_second, int64_t now_us)
{
	fill(r, now_us);
	if (r->per_second == 0)
		r->filled = r->claimed;
	r->per_second = per_second;
	r->filled = least(r->filled, r->claimed + per_second);
	r->rest = 0;
	r->at_us = now_us;
}

int64_t cw_rate_claim(struct cw_rate *r, int64_t n, int64_t now_us)
{
	int64_t claim = r->claimed + least(n, r->per_second);

	fill(r, now_us);
	if (r->per_second > 0)
		r->claimed += n;
	return claim;
}

int64_t cw_rate_wait_us(struct cw_rate *r, int64_t claim, int64_t now_us)
{
	int64_t missing;

	fill(r, now_us);
	missing = claim - r->filled;
	if (r->per_second == 0 || missing <= 0)
		return 0;
	if (missing / r->per_second >= WAIT_MOST_S)
		return WAIT_MOST_S * US_PER_S;
	return missing / r->per_second * US_PER_S +
	       (missing % r->per_second * US_PER_S - r->rest + r->per_second - 1) / r->per_second;
}

/*
 * What is given back fills the bucket: claims that were made since then keep their order, and there is always so much
 * claimed that each of them can be reached.
 */
void cw_rate_give_back(struct cw_rate *r, int64_t n, int64_t now_us)
{
	fill(r, now_us);
	if (r->per_second == 0)
		return;
	if (n < 0)
		r->claimed -= n;
	else
		r->filled = least(r->filled + n, r->claimed + r->per_second);
}

int64_t cw_rate_spare(struct cw_rate *r, int64_t now_us)
{
	fill(r, now_us);
	return r->per_second > 0 && r->filled > r->claimed ? r->filled - r->claimed : 0;
}
