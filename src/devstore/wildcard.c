#include "devstore/wildcard.h"

#include <string.h>

bool cw_wildcard_match(const char *pattern, size_t pattern_n, const char *text, size_t text_n)
{
	size_t p = 0, t = 0, star = (size_t)-1, mark = 0;

	while (t < text_n) {
		if (p < pattern_n && pattern[p] == '*') {
			star = p++;
			mark = t;
		} else if (p < pattern_n && pattern[p] == text[t]) {
			p++;
			t++;
		} else if (star != (size_t)-1) {
			p = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern_n && pattern[p] == '*')
		p++;
	return p == pattern_n;
}

bool cw_wildcard_list(const char *patterns, const char *name)
{
	bool in = false;
	size_t name_n = strlen(name);

	for (const char *p = patterns; *p;) {
		size_t n = strcspn(p, ",");
		bool exclude = *p == '-' && n > 1;

		if (cw_wildcard_match(p + exclude, n - exclude, name, name_n))
			in = !exclude;
		p += n + (p[n] == ',');
	}
	return in;
}
