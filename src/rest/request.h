/*
 * request - from a matched route and a body to the herder's request; refuses what can be refused without
 * knowing any connector or plugin: broken JSON, wrong shapes, names that REST could never reach again.
 *
 * Pure. What is left for the herder and the validation: whether the configuration is a good one.
 */
#ifndef CW_REST_REQUEST_H
#define CW_REST_REQUEST_H

#include "rest/routes.h"

/* Start as { 0 }; freed with cw_rest_request_free() whatever cw_rest_request_make() returned. */
struct cw_rest_request {
	struct cw_request herder; /* strings lent by the match's uri or by `name`, body by `body` */
	uint32_t flags;           /* with CW_REST_* */
	char *name;               /* of a new connector, as its body says it, trimmed */
	json_t *body;
};

/* 0, or -1 with *err. The body need not end in NUL. */
int cw_rest_request_make(const struct cw_route_match *match, const struct cw_uri *uri, const char *body, size_t n,
			 struct cw_rest_request *out, struct cw_error *err);
void cw_rest_request_free(struct cw_rest_request *request);

#endif
