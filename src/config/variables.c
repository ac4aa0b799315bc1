#include "config/variables.h"

#include <string.h>

bool cw_variable_find(const char *text, size_t from, struct cw_variable *out)
{
	for (const char *p = strstr(text + from, "${"); p; p = strstr(p + 2, "${")) {
		const char *end = strchr(p, '}'), *inner = p + 2, *colon, *second;

		if (!end)
			return false;
		colon = memchr(inner, ':', (size_t)(end - inner));
		if (!colon)
			continue;
		second = memchr(colon + 1, ':', (size_t)(end - colon - 1));
		out->start = (size_t)(p - text);
		out->end = (size_t)(end + 1 - text);
		out->provider = cw_slice(inner, (size_t)(colon - inner));
		out->path = second ? cw_slice(colon + 1, (size_t)(second - colon - 1)) : cw_slice(NULL, 0);
		out->key = second ? cw_slice(second + 1, (size_t)(end - second - 1)) :
				    cw_slice(colon + 1, (size_t)(end - colon - 1));
		return true;
	}
	return false;
}
