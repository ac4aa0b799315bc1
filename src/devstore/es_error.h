/*
 * es_error - an error in the words of Elasticsearch: HTTP status, type, reason, and at most one cause.
 *
 * Owned by the caller; start as { 0 }. The first error wins. status 0: no error.
 */
#ifndef CW_DEVSTORE_ES_ERROR_H
#define CW_DEVSTORE_ES_ERROR_H

#include <jansson.h>

struct cw_es_error {
	int status;
	char type[64], reason[768];
	char cause_type[64], cause[512]; /* empty: none */
};

/* Always returns -1. The reason is cut where it does not fit. */
int cw_es_error_set(struct cw_es_error *err, int status, const char *type, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void cw_es_error_cause(struct cw_es_error *err, const char *type, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* {"error":{"root_cause":[…],"type":…,"reason":…,"caused_by":…},"status":…}. New. */
json_t *cw_es_error_body(const struct cw_es_error *err);

#endif
