#include "rest/cors.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

#define BLANKS " \t"
#define ORIGIN_MAX 256

/* One origin of the list; "*" in it stands for any characters. */
static bool fits(const char *item, size_t n, const char *origin)
{
	char pattern[ORIGIN_MAX];

	if (n == 0 || n >= sizeof(pattern))
		return false;
	memcpy(pattern, item, n);
	pattern[n] = '\0';
	return fnmatch(pattern, origin, FNM_NOESCAPE | FNM_CASEFOLD) == 0;
}

const char *cw_cors_origin(const struct cw_cors *cors, const char *origin, bool *credentials)
{
	const char *item = cors->origins;

	*credentials = false;
	if (!item || !origin || strlen(origin) >= ORIGIN_MAX)
		return NULL;
	while (*item) {
		size_t n;

		item += strspn(item, BLANKS ",");
		n = strcspn(item, BLANKS ",");
		if (n == 1 && *item == '*')
			return "*";
		if (fits(item, n, origin)) {
			*credentials = true;
			return origin;
		}
		item += n;
	}
	return NULL;
}

const char *cw_cors_methods(const struct cw_cors *cors)
{
	return cors->methods && cors->methods[strspn(cors->methods, BLANKS)] ? cors->methods : "GET,POST,HEAD";
}
