/*
 * write - what index, create, update and delete do to one document: versions, conflicts, mapping
 * checks, and the index made on first use from its template.
 *
 * Call with the store locked and between cw_store_begin() and cw_store_commit().
 */
#ifndef CW_DEVSTORE_WRITE_H
#define CW_DEVSTORE_WRITE_H

#include "devstore/bulk.h"
#include "devstore/store.h"

#define CW_ID_MAX 512 /* bytes of a document's id */

struct cw_written {
	int status;	    /* 200, 201, 404 (delete found nothing); with an error that error's */
	const char *result; /* "created", "updated", "deleted", "not_found", "noop" */
	int64_t version, seq_no;
	char made_id[24]; /* when no id was given; else empty */
};

/* 0, or -1 with *err: the document is as before. */
int cw_write_apply(struct cw_store *store, const struct cw_write *write, struct cw_written *out,
		   struct cw_es_error *err);

/*
 * The index of that name, made from the best matching template when it is missing. body: settings,
 * mappings, aliases to lay over the template's; NULL: none. NULL with *err.
 */
struct cw_index *cw_index_create(struct cw_store *store, const char *name, const json_t *body, struct cw_es_error *err);
/* 0, or -1 with *err: no name an index may have. */
int cw_index_name_check(const char *name, struct cw_es_error *err);

/* 0, or -1 with *err: this body is no index template. */
int cw_template_check(const char *name, const json_t *body, struct cw_es_error *err);

#endif
