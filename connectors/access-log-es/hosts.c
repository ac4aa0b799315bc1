#include "http.h"

#define FIRST_NS INT64_C(1000000000)
#define DOUBLINGS 5 /* 32 s at most */

size_t cw_hosts_pick(struct cw_hosts *hosts, int64_t now_ns)
{
	size_t best = 0;

	for (size_t k = 0; k < hosts->n; k++) {
		size_t i = (hosts->next + k) % hosts->n;

		if (hosts->host[i].down_until_ns <= now_ns) {
			hosts->next = (i + 1) % hosts->n;
			return i;
		}
	}
	for (size_t i = 1; i < hosts->n; i++)
		if (hosts->host[i].down_until_ns < hosts->host[best].down_until_ns)
			best = i;
	hosts->next = (best + 1) % hosts->n;
	return best;
}

void cw_hosts_failed(struct cw_hosts *hosts, size_t i, int64_t now_ns)
{
	unsigned failures = hosts->host[i].failures;

	/* several calls fail together when a host goes: that is one failure */
	if (hosts->host[i].down_until_ns > now_ns)
		return;
	hosts->host[i].down_until_ns = now_ns + (FIRST_NS << (failures < DOUBLINGS ? failures : DOUBLINGS));
	hosts->host[i].failures = failures + 1;
}

void cw_hosts_worked(struct cw_hosts *hosts, size_t i)
{
	hosts->host[i].failures = 0;
	hosts->host[i].down_until_ns = 0;
}

bool cw_hosts_any(const struct cw_hosts *hosts, int64_t now_ns)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (hosts->host[i].down_until_ns <= now_ns)
			return true;
	return false;
}
