/*
 * strays - what of a request's query means nothing to its route. Kafka Connect ignores it, and so it is here, but with
 * a sentence: who mistypes a parameter must not believe that it has worked. Pure.
 */
#ifndef CW_REST_STRAYS_H
#define CW_REST_STRAYS_H

#include <jansson.h>

#include "rest/routes.h"

/*
 * Sentences about parameters that the route does not take, each with the nearest one that it takes, and about values
 * that mean nothing; of very many the first. An array, perhaps empty: new.
 */
json_t *cw_strays_of(const struct cw_route *route, const struct cw_uri *uri);

/*
 * The exception is dry_run: who asks for one, however it is written, must not have a change made instead. -1 with *err where
 * a route that changes something has no dry run, or the value says neither true nor false.
 */
int cw_strays_refuse(const struct cw_route *route, const struct cw_uri *uri, struct cw_error *err);

#endif
