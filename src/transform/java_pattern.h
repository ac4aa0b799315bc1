/* java_pattern - a Java pattern written anew for PCRE2. For java_regex only. */
#ifndef CW_TRANSFORM_JAVA_PATTERN_H
#define CW_TRANSFORM_JAVA_PATTERN_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* A named group of the pattern. */
struct cw_java_name {
	char *name;
	unsigned group;
};

struct cw_java_names {
	struct cw_java_name *items;
	size_t n, cap;
};

/* For PCRE2_UTF and PCRE2_DOTALL, without PCRE2_UCP. *out and *names are the caller's, also on an error. 0 or -1. */
int cw_java_pattern_translate(const char *pattern, struct cw_buf *out, struct cw_java_names *names,
			      struct cw_error *err);
void cw_java_names_free(struct cw_java_names *names);

#endif
