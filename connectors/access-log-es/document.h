/*
 * document - structured records as they are: a map or a struct as a document, its key as the document's id, its
 * schema as a mapping. What becomes of each type is what the Elasticsearch sink of Kafka Connect makes of it, but
 * for Date, which is written as "2026-01-21" instead of as a number of days, which the store would take for
 * milliseconds. Pure.
 */
#ifndef CW_ACCESS_LOG_DOCUMENT_H
#define CW_ACCESS_LOG_DOCUMENT_H

#include "text.h"

#define CW_DOCUMENT_ID_MAX 512u /* bytes that the store takes */

struct cw_document_options {
	bool compact_maps;          /* maps of a schema with text keys are objects, not lists of {"key","value"} */
	struct cw_slice timestamp;  /* as "@timestamp", in place of a field of that name; empty: none */
};

/* Appends the document. 0, or -1 with *err set to why the value is none; then some of it may have been written. */
int cw_document_write(struct cw_text *out, const struct cw_value *value, const struct cw_document_options *options,
		      struct cw_error *err);

/* The key as an id: a slice of it, or of `digits`. 0, or -1 with *err. */
int cw_document_id(const struct cw_value *key, char digits[24], struct cw_slice *id, struct cw_error *err);

/* {"properties":{…}} for documents of a struct's schema. New; freed with free(). */
char *cw_document_mapping(const struct cw_schema *schema, bool compact_maps);

#endif
