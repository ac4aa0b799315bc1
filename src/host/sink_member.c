#include "host/sink_member.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define READABLE_MAX 150 /* of the connector's name */

static uint64_t add(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++); /* its end too, so that "a" and "bc" are not "ab" and "c" */
	return h;
}

char *cw_sink_member_name(const char *connector, int task, const char *worker)
{
	uint64_t whose = add(add(UINT64_C(0xcbf29ce484222325), connector), worker);
	CW_AUTO_FREE char *readable = cw_strndup(connector, strnlen(connector, READABLE_MAX));

	for (char *p = readable; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("._-", *p)))
			*p = '_';
	return cw_format("%s-%d-%016llx", readable, task, (unsigned long long)whose);
}
