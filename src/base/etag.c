#include "base/etag.h"

#include <string.h>

bool cw_etag_listed(const char *field, const char *etag, bool weak)
{
	size_t n = strlen(etag);

	for (const char *p = field + strspn(field, " \t,"), *end; *p; p = end + strspn(end, " \t,")) {
		bool is_weak = strncmp(p, "W/", 2) == 0;

		if (*p == '*')
			return true;
		p += is_weak ? 2 : 0;
		end = *p == '"' ? strchr(p + 1, '"') : NULL;
		if (!end)
			return false;
		end++;
		if ((weak || !is_weak) && (size_t)(end - p) == n && memcmp(p, etag, n) == 0)
			return true;
	}
	return false;
}
