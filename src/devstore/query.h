/*
 * query - the query language: compiled once, bound to the mapping of each index, asked of each document.
 *
 * Knows match_all, match_none, term, terms, match, range, exists, prefix, wildcard, ids, bool and
 * constant_score; anything else is an error that names it. Pure, but for the time that "now" means.
 */
#ifndef CW_DEVSTORE_QUERY_H
#define CW_DEVSTORE_QUERY_H

#include <stdbool.h>

#include <jansson.h>

#include "devstore/mapping.h"

struct cw_query;

/* A document as queries, sorts and aggregations see it. Borrowed. */
struct cw_document {
	const char *index, *id;
	const json_t *source;
};

/* dsl NULL: match_all. NULL with *err (400). */
struct cw_query *cw_query_new(const json_t *dsl, int64_t now_ms, struct cw_es_error *err);
void cw_query_free(struct cw_query *query);

/*
 * Makes ready for the documents of one index; the mapping must stay as it is while they are asked about.
 * 0, or -1 with *err: a value does not fit its field ("abc" for a number).
 */
int cw_query_bind(struct cw_query *query, const struct cw_mapping *mapping, struct cw_es_error *err);
bool cw_query_matches(const struct cw_query *query, const struct cw_document *document);
bool cw_query_matches_all(const struct cw_query *query); /* is it plain match_all? */

#endif
