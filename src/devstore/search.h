/*
 * search - a search or count request: parsed, run over indices, rendered.
 *
 * Call with the store locked. Reads every document of the indices, in the order they came: it is meant
 * for a hundred thousand documents, not for millions.
 */
#ifndef CW_DEVSTORE_SEARCH_H
#define CW_DEVSTORE_SEARCH_H

#include "devstore/store.h"

struct cw_search;

#define CW_RESULT_WINDOW 10000 /* from + size */

/* body is the request's JSON, or NULL. NULL with *err (400). */
struct cw_search *cw_search_new(const json_t *body, int64_t now_ms, struct cw_es_error *err);
void cw_search_free(struct cw_search *search);

/* Runs over one more index. 0 or -1 with *err. */
int cw_search_run(struct cw_search *search, struct cw_index *index, struct cw_es_error *err);
/* The answer: new. NULL with *err. */
json_t *cw_search_render(struct cw_search *search, int64_t took_ms, struct cw_es_error *err);

/* How many documents of the index match; -1 with *err. body may hold "query" only. */
int64_t cw_count_run(const json_t *body, int64_t now_ms, struct cw_index *const *indices, size_t n,
		     struct cw_es_error *err);

#endif
