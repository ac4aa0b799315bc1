#include "pressure.h"

#define DOCS_MIN 50
#define DOCS_STEPS 16 /* from nothing to docs_max */

void cw_pressure_init(struct cw_pressure *pressure, unsigned window_max, size_t docs_max)
{
	*pressure = (struct cw_pressure){
		.window = window_max,
		.window_max = window_max,
		.docs = docs_max,
		.docs_max = docs_max,
		.reduced_ns = INT64_MIN,
		.outage_ns = INT64_MIN,
		.resume_ns = INT64_MIN,
	};
}

void cw_pressure_pushback(struct cw_pressure *pressure, int64_t sent_ns, int64_t now_ns)
{
	pressure->calm = 0;
	if (sent_ns < pressure->reduced_ns)
		return;
	pressure->reduced_ns = now_ns;
	if (pressure->window > 1)
		pressure->window = (pressure->window + 1) / 2;
	else if (pressure->docs > DOCS_MIN)
		pressure->docs = pressure->docs / 2 > DOCS_MIN ? pressure->docs / 2 : DOCS_MIN;
}

void cw_pressure_calm(struct cw_pressure *pressure)
{
	if (pressure->window == pressure->window_max && pressure->docs == pressure->docs_max)
		return;
	if (++pressure->calm < pressure->window)
		return;
	pressure->calm = 0;
	if (pressure->docs < pressure->docs_max) {
		pressure->docs += pressure->docs_max / DOCS_STEPS + 1;
		if (pressure->docs > pressure->docs_max)
			pressure->docs = pressure->docs_max;
	} else {
		pressure->window++;
	}
}

unsigned cw_pressure_outage(struct cw_pressure *pressure, int64_t sent_ns, int64_t now_ns)
{
	if (pressure->outages && sent_ns < pressure->outage_ns)
		return 0;
	pressure->outage_ns = now_ns;
	return ++pressure->outages;
}

void cw_pressure_worked(struct cw_pressure *pressure)
{
	pressure->outages = 0;
	pressure->proven = true;
}

void cw_pressure_pause(struct cw_pressure *pressure, int64_t until_ns)
{
	if (until_ns > pressure->resume_ns)
		pressure->resume_ns = until_ns;
}

unsigned cw_pressure_room(const struct cw_pressure *pressure, int64_t now_ns)
{
	if (now_ns < pressure->resume_ns)
		return 0;
	return pressure->outages || !pressure->proven ? 1 : pressure->window;
}

int64_t cw_pressure_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms)
{
	while (--attempt && base_ms && base_ms < max_ms)
		base_ms *= 2;
	return base_ms < max_ms ? base_ms : max_ms;
}
