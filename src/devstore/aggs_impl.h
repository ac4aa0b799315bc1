/* aggs_impl - what compiling, collecting and rendering of aggregations share. Nobody else includes it. */
#ifndef CW_DEVSTORE_AGGS_IMPL_H
#define CW_DEVSTORE_AGGS_IMPL_H

#include "devstore/aggs.h"
#include "devstore/scalar.h"

enum cw_agg_kind {
	CW_AGG_TERMS,
	CW_AGG_DATE_HISTOGRAM,
	CW_AGG_FILTER,
	CW_AGG_FILTERS,
	CW_AGG_MIN,
	CW_AGG_MAX,
	CW_AGG_SUM,
	CW_AGG_AVG,
	CW_AGG_VALUE_COUNT,
	CW_AGG_STATS,
	CW_AGG_CARDINALITY
};

#define CW_AGG_ORDERS 4

struct cw_agg_order {
	const char *by; /* "_count", "_key", or the path of a child's number */
	bool descending;
};

/* One aggregation as it was asked for. */
struct cw_agg {
	const char *name;
	enum cw_agg_kind kind;
	const char *path;
	const struct cw_es_field *field; /* in the index bound last; NULL: not there */
	enum cw_field_type type;	 /* of the first index that has the field */
	bool typed;
	size_t size;
	int64_t min_doc_count;
	struct cw_agg_order orders[CW_AGG_ORDERS];
	size_t n_orders;
	int64_t interval_ms; /* fixed; 0: by calendar unit */
	char unit;
	int64_t offset_ms;
	struct cw_date_format *format; /* of printed keys; NULL: the field's */
	char *field_format;	       /* its spec, kept for rendering */
	struct cw_query **queries;     /* filter: one; filters: one a key */
	const char **query_names;
	size_t n_queries;
	struct cw_agg **children;
	size_t n_children;
};

/* What was collected for one aggregation in one bucket of its parent. */
struct cw_agg_state {
	struct cw_bucket **table; /* open addressing by key */
	size_t table_size;
	struct cw_bucket **buckets; /* in the order they came */
	size_t n, cap;
	int64_t count;
	double sum, min, max;
};

struct cw_bucket {
	uint64_t hash;
	struct cw_scalar key; /* text: points to `text` */
	char *text;
	int64_t docs;
	uint64_t last; /* number of the document counted last: one with several equal values counts once */
	struct cw_agg_state *children;
};

struct cw_aggs {
	struct cw_agg **aggs;
	size_t n;
	struct cw_agg_state *states;
	json_t *dsl;
	uint64_t documents;
	size_t buckets; /* made so far */
};

/* Order of two keys of one aggregation. */
int cw_bucket_compare_keys(const struct cw_bucket *a, const struct cw_bucket *b);

#endif
