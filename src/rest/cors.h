/*
 * cors - which web pages of other origins may use the API from a browser: access.control.allow.origin and
 * access.control.allow.methods. Pure.
 */
#ifndef CW_REST_CORS_H
#define CW_REST_CORS_H

#include <stdbool.h>

/* Origins and methods are lists separated by commas; NULL or "" as in the configuration. */
struct cw_cors {
	const char *origins, *methods;
};

/*
 * What an answer to a request with this Origin has to say: the value of Access-Control-Allow-Origin, borrowed; NULL:
 * nothing. *credentials: the page may send a login along, which no page may where all may ask.
 */
const char *cw_cors_origin(const struct cw_cors *cors, const char *origin, bool *credentials);

/* The value of Access-Control-Allow-Methods. */
const char *cw_cors_methods(const struct cw_cors *cors);

#endif
