#include "pressure.h"

#define DOCS_MIN 50

void cw_pressure_init(struct cw_pressure *pressure, unsigned window_max, size_t docs_max)
{
	pressure->window = pressure->window_max = window_max;
	pressure->docs = pressure->docs_max = docs_max;
	pressure->calm = 0;
	pressure->reduced_ns = INT64_MIN;
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
		pressure->docs += pressure->docs / 4 + 1;
		if (pressure->docs > pressure->docs_max)
			pressure->docs = pressure->docs_max;
	} else {
		pressure->window++;
	}
}
