/* query_impl - what compiling and matching of queries share. Nobody else includes it. */
#ifndef CW_DEVSTORE_QUERY_IMPL_H
#define CW_DEVSTORE_QUERY_IMPL_H

#include "devstore/query.h"
#include "devstore/scalar.h"

enum cw_query_node {
	CW_Q_MATCH_ALL,
	CW_Q_MATCH_NONE,
	CW_Q_TERMS,
	CW_Q_MATCH,
	CW_Q_RANGE,
	CW_Q_EXISTS,
	CW_Q_PREFIX,
	CW_Q_WILDCARD,
	CW_Q_IDS,
	CW_Q_BOOL
};

enum { CW_Q_MUST, CW_Q_FILTER, CW_Q_SHOULD, CW_Q_MUST_NOT, CW_Q_CLAUSES };

/* A value to compare with; ips may be networks. */
struct cw_query_value {
	const json_t *json;
	struct cw_scalar scalar;
	bool fits;  /* the scalar holds */
	int prefix; /* bits of an ip network; 128: one address */
};

struct cw_query_bound {
	const json_t *json; /* NULL: none */
	struct cw_scalar scalar;
};

struct cw_query {
	enum cw_query_node node;
	const json_t *dsl; /* of the root, owned */
	int64_t now_ms;
	int depth;
	/* of leaves */
	const char *path;
	const struct cw_es_field *field; /* NULL: not in this index */
	struct cw_query_value *values;
	size_t n_values;
	struct cw_query_bound gt, gte, lt, lte;
	const char *text;
	bool ignore_case, all_words;
	/* of bool */
	struct cw_query **clauses[CW_Q_CLAUSES];
	size_t n_clauses[CW_Q_CLAUSES];
	size_t should_needed;
};

#endif
