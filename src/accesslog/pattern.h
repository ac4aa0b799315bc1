/*
 * pattern - the `pattern` setting: a PCRE2 expression with named groups, compiled with JIT.
 *
 * Groups that are known: ip (also client, host, remote_addr), ident, user, timestamp, request (split into
 * method, endpoint and protocol), method, endpoint, protocol, status, size, referrer, user_agent. Other
 * named groups become fields of that name. One thread.
 */
#ifndef CW_ACCESS_LOG_PATTERN_H
#define CW_ACCESS_LOG_PATTERN_H

#include "line.h"

struct cw_pattern;

/* NULL with *err set to the reason. Freed with cw_pattern_free(). */
struct cw_pattern *cw_pattern_compile(const char *expression, struct cw_error *err);
void cw_pattern_free(struct cw_pattern *pattern);

/* The name of group i of those that are not known, from 0 in the order of line->extra; NULL past the last. */
const char *cw_pattern_extra(const struct cw_pattern *pattern, size_t i);

/* Whether it has a group for the time. */
bool cw_pattern_has_time(const struct cw_pattern *pattern);

/* 0, or -1 with *fault set. line->extra points into the pattern until the next call. */
int cw_pattern_scan(struct cw_pattern *pattern, struct cw_slice text, struct cw_line *line,
		    struct cw_line_fault *fault);

#endif
