/*
 * uri - a request target as it came over the wire, taken apart: decoded path segments and query parameters.
 *
 * Pure. In the path "+" is a plus; in the query it is a blank. A trailing slash changes nothing; matrix
 * parameters (";x=y") are dropped. What could never name a resource is refused: empty segments, "." and "..",
 * a slash inside a segment (%2F), NUL, broken percent-encoding and bytes that are no UTF-8.
 */
#ifndef CW_REST_URI_H
#define CW_REST_URI_H

#include "base/buf.h"
#include "connect-worker/connector.h"

struct cw_uri_param {
	char *key, *value;
};

/* Start as { 0 }; freed with cw_uri_free() whatever cw_uri_parse() returned. */
struct cw_uri {
	char **segments; /* none: "/" */
	size_t n_segments;
	struct cw_uri_param *params; /* in the order given */
	size_t n_params;
};

/* 0, or -1 with *err (CW_ERR_INVALID). Takes the origin form ("/a?b") and the absolute form ("http://host/a?b"). */
int cw_uri_parse(const char *raw, struct cw_uri *out, struct cw_error *err);
void cw_uri_free(struct cw_uri *uri);

/* The first value of a parameter; NULL: not given. */
const char *cw_uri_param(const struct cw_uri *uri, const char *key);

/* Appends text as one path segment: all but unreserved characters percent-encoded. */
void cw_uri_encode(struct cw_buf *out, const char *text);

#endif
