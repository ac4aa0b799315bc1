#include "transform/java_regex.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "transform/java_pattern.h"
#include "transform/regex.h"

struct cw_java_regex {
	struct cw_regex *whole, *anywhere;
	struct cw_java_names names;
};

/* For what the translation does not know of PCRE2's limits. */
static int refuse(const struct cw_error *reason, struct cw_error *err)
{
	if (strstr(reason->text, "lookbehind"))
		return cw_error_set(err, CW_ERR_INVALID,
				    "a look-behind of varying length is Java's, and cannot be carried over to "
				    "PCRE2; write one for each length, (?<=a)|(?<=bc)");
	if (strstr(reason->text, "unknown property"))
		return cw_error_set(err, CW_ERR_INVALID, "a property \\p{…} that PCRE2 does not know: %s",
				    reason->text);
	return cw_error_set(err, CW_ERR_INVALID, "this pattern cannot be carried over to PCRE2: %s", reason->text);
}

struct cw_java_regex *cw_java_regex_compile(const char *pattern, struct cw_error *err)
{
	struct cw_java_regex *regex = cw_alloc(sizeof(*regex));
	struct cw_buf translated = { 0 };
	struct cw_error reason = { 0 };
	struct cw_slice text;
	int rc = cw_java_pattern_translate(pattern, &translated, &regex->names, err);

	if (rc == 0) {
		text = cw_slice(translated.p, translated.n);
		regex->whole = cw_regex_compile(text, CW_REGEX_WHOLE | CW_REGEX_DOT_ALL, &reason);
		if (regex->whole)
			regex->anywhere = cw_regex_compile(text, CW_REGEX_DOT_ALL, &reason);
		if (!regex->anywhere)
			rc = refuse(&reason, err);
	}
	cw_buf_free(&translated);
	if (rc == 0)
		return regex;
	cw_java_regex_free(regex);
	return NULL;
}

void cw_java_regex_free(struct cw_java_regex *regex)
{
	if (!regex)
		return;
	cw_regex_free(regex->whole);
	cw_regex_free(regex->anywhere);
	cw_java_names_free(&regex->names);
	free(regex);
}

int cw_java_regex_check(const char *pattern, struct cw_error *err)
{
	struct cw_error reason = { 0 };
	struct cw_java_regex *regex = cw_java_regex_compile(pattern, &reason);

	if (!regex)
		return cw_error_set(err, CW_ERR_INVALID, "Invalid regex: %.900s", reason.text);
	cw_java_regex_free(regex);
	return 0;
}

int cw_java_regex_matches(struct cw_java_regex *regex, struct cw_slice text, struct cw_error *err)
{
	return cw_regex_match(regex->whole, text, err);
}

int cw_java_regex_find(struct cw_java_regex *regex, struct cw_slice text, struct cw_error *err)
{
	return cw_regex_match(regex->anywhere, text, err);
}

struct cw_slice cw_java_regex_group(const struct cw_java_regex *regex, unsigned group)
{
	return cw_regex_group(regex->anywhere, group);
}

unsigned cw_java_regex_groups(const struct cw_java_regex *regex)
{
	return cw_regex_groups(regex->anywhere);
}

unsigned cw_java_regex_named(const struct cw_java_regex *regex, struct cw_slice name)
{
	for (size_t i = 0; i < regex->names.n; i++)
		if (cw_slice_equal(cw_slice_str(regex->names.items[i].name), name))
			return regex->names.items[i].group;
	return 0;
}
