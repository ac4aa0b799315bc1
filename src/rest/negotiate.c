#include "rest/negotiate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* The part of p without blanks around it. */
static const char *trim(const char *p, size_t *n)
{
	size_t lead;

	for (lead = 0; lead < *n && strchr(BLANKS, p[lead]); lead++)
		;
	p += lead;
	*n -= lead;
	while (*n > 0 && strchr(BLANKS, p[*n - 1]))
		(*n)--;
	return p;
}

static bool equals(const char *p, size_t n, const char *text)
{
	return strlen(text) == n && strncasecmp(p, text, n) == 0;
}

bool cw_media_is(const char *content_type, const char *type)
{
	size_t n;
	const char *p;

	if (!content_type)
		return false;
	n = strcspn(content_type, ";");
	p = trim(content_type, &n);
	return equals(p, n, type);
}

/* 3 the type itself, 2 its main type, 1 any type, 0 another one, -1 not a media range. */
static int specificity(const char *p, size_t n, const char *type)
{
	const char *slash = memchr(p, '/', n);
	size_t main_n = slash ? (size_t)(slash - p) : 0;

	if (!slash)
		return equals(p, n, "*") ? 1 : -1;
	if (equals(p, n, type))
		return 3;
	if (!equals(slash + 1, n - main_n - 1, "*"))
		return 0;
	if (equals(p, main_n, "*"))
		return 1;
	return strncasecmp(p, type, main_n + 1) == 0 ? 2 : 0;
}

/* The q of a range's parameters (";q=0.5"); 1 when there is none. */
static double quality(const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		const char *semicolon = memchr(p, ';', (size_t)(end - p));
		size_t part_n = (size_t)((semicolon ? semicolon : end) - p);
		const char *part = trim(p, &part_n);

		if (part_n > 2 && strncasecmp(part, "q=", 2) == 0) {
			char digits[8] = { 0 };

			memcpy(digits, part + 2, part_n - 2 < sizeof(digits) ? part_n - 2 : sizeof(digits) - 1);
			return strtod(digits, NULL);
		}
		p = semicolon ? semicolon + 1 : end;
	}
	return 1;
}

bool cw_media_accepted(const char *accept, const char *type)
{
	int best = -1;
	bool accepted = true;

	while (accept && *accept) {
		size_t range_n = strcspn(accept, ","), n = strcspn(accept, ";,");
		const char *p = trim(accept, &n);
		const char *semicolon = memchr(accept, ';', range_n);
		int fits = specificity(p, n, type);

		if (fits > best || (fits == 0 && best == 0)) {
			double q = semicolon ? quality(semicolon + 1, range_n - (size_t)(semicolon + 1 - accept)) : 1;

			best = fits;
			accepted = fits > 0 && q > 0;
		}
		accept += range_n + (accept[range_n] == ',');
	}
	return accepted;
}
