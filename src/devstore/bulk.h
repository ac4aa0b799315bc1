/*
 * bulk - the body of a bulk request, taken apart. Pure.
 *
 * As in Elasticsearch a broken action line refuses the whole request before anything is done; a
 * broken document refuses its item only.
 */
#ifndef CW_DEVSTORE_BULK_H
#define CW_DEVSTORE_BULK_H

#include <stdbool.h>

#include <jansson.h>

#include "connect-worker/connector.h"
#include "devstore/es_error.h"

enum cw_bulk_op { CW_BULK_INDEX = 0, CW_BULK_CREATE, CW_BULK_UPDATE, CW_BULK_DELETE };

enum cw_version_type { CW_VERSION_INTERNAL = 0, CW_VERSION_EXTERNAL, CW_VERSION_EXTERNAL_GTE };

/* What is to be done to one document. Texts are borrowed: from the item's meta, or from the request. */
struct cw_write {
	enum cw_bulk_op op;
	const char *index, *id; /* id NULL: to be made up */
	const char *pipeline;	/* NULL: none */
	int64_t version;	/* with an external version type */
	enum cw_version_type version_type;
	int64_t if_seq_no, if_primary_term; /* -1: not asked for */
	struct cw_slice source;		    /* the document, or {"doc":…} of an update */
};

struct cw_bulk_item {
	struct cw_write write;
	json_t *meta; /* the parsed action line */
};

struct cw_bulk {
	struct cw_bulk_item *items;
	size_t n, cap;
};

extern const char *const cw_bulk_op_names[4]; /* by enum cw_bulk_op */

/* index NULL: each action must name its own. The body must outlive *out. 0, or -1 with *err and *out empty. */
int cw_bulk_parse(const char *body, size_t n, const char *index, struct cw_bulk *out, struct cw_es_error *err);
void cw_bulk_free(struct cw_bulk *bulk);

/* "internal", "external", "external_gte" (NULL: internal): 0 or -1. */
int cw_version_type_parse(const char *text, enum cw_version_type *out);

#endif
