#include "devstore/filter_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "devstore/wildcard.h"

/* Does the pattern (segments up to `end`) match the whole path or the path of something around it? */
static bool covers(const char *pattern, const char *end, const char *path)
{
	size_t pn, n;

	if (pattern >= end)
		return true;
	if (!*path)
		return false;
	pn = 0;
	while (pattern + pn < end && pattern[pn] != '.')
		pn++;
	n = strcspn(path, ".");
	if (pn == 2 && memcmp(pattern, "**", 2) == 0) {
		const char *rest = pattern + pn + 1;

		for (const char *p = path; *p; p += strcspn(p, "."), p += *p == '.')
			if (covers(rest, end, p))
				return true;
		return rest >= end;
	}
	return cw_wildcard_match(pattern, pn, path, n) && covers(pattern + pn + 1, end, path + n + (path[n] == '.'));
}

bool cw_filter_keeps(const char *filter, const char *path)
{
	bool includes = false, in = false;

	for (const char *p = filter ? filter : ""; *p;) {
		size_t n = strcspn(p, ",");

		if (*p == '-') {
			if (covers(p + 1, p + n, path))
				return false;
		} else if (n > 0) {
			includes = true;
			in = in || covers(p, p + n, path);
		}
		p += n + (p[n] == ',');
	}
	return in || !includes;
}

/* NULL: nothing is left. */
static json_t *apply(const char *filter, json_t *value, const char *path)
{
	const char *key;
	json_t *item, *kept, *out;
	size_t i;

	if (json_is_object(value) && json_object_size(value) > 0) {
		out = json_object();
		json_object_foreach(value, key, item) {
			CW_AUTO_FREE char *below = cw_format("%s%s%s", path, *path ? "." : "", key);

			kept = apply(filter, item, below);
			if (kept)
				json_object_set_new(out, key, kept);
		}
		if (json_object_size(out) > 0)
			return out;
	} else if (json_is_array(value) && json_array_size(value) > 0) {
		out = json_array();
		json_array_foreach(value, i, item) {
			kept = apply(filter, item, path);
			if (kept)
				json_array_append_new(out, kept);
		}
		if (json_array_size(out) > 0)
			return out;
	} else {
		return cw_filter_keeps(filter, path) ? json_incref(value) : NULL;
	}
	json_decref(out);
	return NULL;
}

json_t *cw_filter_apply(const char *filter, json_t *answer)
{
	json_t *out;

	if (!filter || !*filter)
		return json_incref(answer);
	out = apply(filter, answer, "");
	return out ? out : json_object();
}
