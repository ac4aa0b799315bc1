/*
 * aggs - aggregations: terms, date_histogram, filter, filters, and min, max, sum, avg, value_count,
 * stats and cardinality; bucket aggregations may hold others.
 *
 * Compiled once, bound to the mapping of each index, given each document that the query matches, then
 * rendered. Pure.
 */
#ifndef CW_DEVSTORE_AGGS_H
#define CW_DEVSTORE_AGGS_H

#include "devstore/query.h"

#define CW_BUCKETS_MAX 65536 /* of one answer */

struct cw_aggs;

/* dsl is {"name":{"terms":{…},"aggs":{…}},…}, or NULL: no aggregations. NULL with *err (400). */
struct cw_aggs *cw_aggs_new(const json_t *dsl, int64_t now_ms, struct cw_es_error *err);
void cw_aggs_free(struct cw_aggs *aggs);

int cw_aggs_bind(struct cw_aggs *aggs, const struct cw_mapping *mapping, struct cw_es_error *err);
void cw_aggs_collect(struct cw_aggs *aggs, const struct cw_document *document);
/* The "aggregations" object: new. NULL with *err: too many buckets. */
json_t *cw_aggs_render(const struct cw_aggs *aggs, struct cw_es_error *err);

#endif
