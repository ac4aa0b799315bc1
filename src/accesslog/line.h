/*
 * line - an access-log line taken apart, and the scanner for the forms that are known by themselves:
 *
 *   CLIENT IDENT USER [Jan 21 2026, 22:23:40] "METHOD ENDPOINT PROTOCOL" STATUS SIZE "REFERRER" "USER AGENT"
 *   CLIENT IDENT USER [21/Jan/2026:22:23:40 +0000] "METHOD ENDPOINT PROTOCOL" STATUS SIZE     (Apache common)
 *   …the same with "REFERRER" "USER AGENT" after it                                           (Apache combined)
 *
 * Pure: slices point into the line, nothing is allocated.
 */
#ifndef CW_ACCESS_LOG_LINE_H
#define CW_ACCESS_LOG_LINE_H

#include "connect-worker/connector.h"

enum cw_line_field {
	CW_LINE_CLIENT = 0,
	CW_LINE_IDENT,
	CW_LINE_USER,
	CW_LINE_TIME,
	CW_LINE_METHOD,
	CW_LINE_ENDPOINT,
	CW_LINE_PROTOCOL,
	CW_LINE_STATUS, /* digits without leading zeros, 0 to 999 */
	CW_LINE_SIZE,   /* digits without leading zeros, at most INT64_MAX */
	CW_LINE_REFERRER,
	CW_LINE_USER_AGENT,
	CW_LINE_FIELDS
};

/* A further named group of a pattern. */
struct cw_line_extra {
	const char *name;
	struct cw_slice value; /* p NULL: it took no part in the match */
};

struct cw_line {
	struct cw_slice text; /* the whole line, without its end-of-line characters */
	struct cw_slice field[CW_LINE_FIELDS]; /* p NULL: absent, "-" in the log */
	uint32_t special;     /* bit per field: holds bytes that JSON wants escaped, or backslash escapes */
	bool address;         /* CLIENT is an IP address; else it is a host name */
	bool escapes;         /* quoted fields hold backslash escapes, which are undone */
	const struct cw_line_extra *extra;
	size_t n_extra;
};

/* Why a line was not understood. */
struct cw_line_fault {
	const char *field;
	size_t column; /* from 1, in characters */
	const char *wants; /* what should be there */
};

/* 0, or -1 with *fault set. */
int cw_line_scan(struct cw_slice text, struct cw_line *line, struct cw_line_fault *fault);

/* Sets *fault to the place `at` in the line; always -1. */
int cw_line_fail(struct cw_line_fault *fault, struct cw_slice text, const char *at, const char *field,
		 const char *wants);

/* Whether s is an IPv4 or IPv6 address that the store's `ip` type takes. */
bool cw_line_is_address(struct cw_slice s);

/* Splits METHOD ENDPOINT PROTOCOL; a request of another form becomes the endpoint as it stands. */
void cw_line_split_request(struct cw_line *line, struct cw_slice request);

/* Digits into *out without leading zeros; false when s is no number from 0 to max. */
bool cw_line_number(struct cw_slice s, int64_t max, struct cw_slice *out);

#endif
