/*
 * filter_path - which parts of an answer the client wants: "errors,items.*.status", "**.reason", "-took".
 *
 * Pure.
 */
#ifndef CW_DEVSTORE_FILTER_PATH_H
#define CW_DEVSTORE_FILTER_PATH_H

#include <stdbool.h>

#include <jansson.h>

/* Is a value at this dotted path wanted? filter NULL or empty: everything is. */
bool cw_filter_keeps(const char *filter, const char *path);
/* What is left of an answer: new. Objects and array items of which nothing is left go too. */
json_t *cw_filter_apply(const char *filter, json_t *answer);

#endif
