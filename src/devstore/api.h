/*
 * api - the routes of the store: one table, and a handler for each.
 *
 * Handlers run on connections' threads, several at a time.
 */
#ifndef CW_DEVSTORE_API_H
#define CW_DEVSTORE_API_H

#include "devstore/faults.h"
#include "devstore/http.h"
#include "devstore/store.h"

#define CW_ES_VERSION "8.15.0" /* what clients are told they talk to */

struct cw_api {
	struct cw_store *store;
	struct cw_faults *faults;
};

/* The handler to give to cw_http_start(); arg is a struct cw_api. */
void cw_api_handle(void *arg, const struct cw_http_request *request, struct cw_http_response *response);

/* ---- for the handlers ---- */

/* One request being answered. */
struct cw_call {
	struct cw_api *api;
	const struct cw_http_request *request;
	struct cw_http_response *response;
	const char *index, *name; /* of the path: {index}, and {id} or {name}; NULL where there is none */
	struct cw_request_fault fault;
};

void cw_api_send(struct cw_call *call, int status, json_t *body); /* takes body */
void cw_api_fail(struct cw_call *call, const struct cw_es_error *err);
/* The body as JSON: 0 with *out new, or NULL when there is no body; -1: answered with an error. */
int cw_api_body(struct cw_call *call, json_t **out);
/* A query parameter that is true when given without a value. */
bool cw_api_flag(const struct cw_call *call, const char *name);

/*
 * The indices that an expression names ("a,b-*", "_all", NULL: all), aliases included. 0 with *out
 * (free the array, the indices are lent), or -1 with *err: a name without "*" that does not exist.
 */
int cw_api_resolve(struct cw_call *call, const char *expression, struct cw_index ***out, size_t *n,
		   struct cw_es_error *err);

/* api_info.c */
void cw_api_root(struct cw_call *call);
void cw_api_health(struct cw_call *call);
void cw_api_cat_indices(struct cw_call *call);
void cw_api_faults_get(struct cw_call *call);
void cw_api_faults_set(struct cw_call *call);
void cw_api_faults_clear(struct cw_call *call);
/* api_index.c */
void cw_api_index_get(struct cw_call *call);
void cw_api_index_put(struct cw_call *call);
void cw_api_index_delete(struct cw_call *call);
void cw_api_mapping_get(struct cw_call *call);
void cw_api_mapping_put(struct cw_call *call);
void cw_api_settings_get(struct cw_call *call);
void cw_api_refresh(struct cw_call *call);
void cw_api_template_get(struct cw_call *call);
void cw_api_template_put(struct cw_call *call);
void cw_api_template_delete(struct cw_call *call);
void cw_api_data_stream_get(struct cw_call *call);
void cw_api_data_stream_put(struct cw_call *call);
void cw_api_data_stream_delete(struct cw_call *call);
/* api_doc.c */
void cw_api_doc_get(struct cw_call *call);
void cw_api_source_get(struct cw_call *call);
void cw_api_doc_put(struct cw_call *call);
void cw_api_doc_create(struct cw_call *call);
void cw_api_doc_update(struct cw_call *call);
void cw_api_doc_delete(struct cw_call *call);
/* api_bulk.c */
void cw_api_bulk(struct cw_call *call);
/* api_search.c */
void cw_api_search(struct cw_call *call);
void cw_api_count(struct cw_call *call);

#endif
