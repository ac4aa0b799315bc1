/*
 * json_schema_view - what a JSON Schema says that something is: one type, or a combination of schemas. Each keyword
 * that makes a schema of its own is a part; several of them together are as allOf of these. Borrows the JSON.
 */
#ifndef CW_CONVERT_JSON_SCHEMA_VIEW_H
#define CW_CONVERT_JSON_SCHEMA_VIEW_H

#include <jansson.h>

#include "convert/registry.h"

#define CW_JSON_VIEW_PARTS 8

enum cw_json_kind_of_schema {
	CW_JSON_KIND_ANY = 0, /* nothing is said */
	CW_JSON_KIND_BOOLEAN,
	CW_JSON_KIND_INTEGER,
	CW_JSON_KIND_NUMBER,
	CW_JSON_KIND_STRING,
	CW_JSON_KIND_NULL,
	CW_JSON_KIND_ARRAY,
	CW_JSON_KIND_OBJECT,
	CW_JSON_KIND_ENUM,
	CW_JSON_KIND_CONST,
	CW_JSON_KIND_ONE_OF, /* and anyOf */
	CW_JSON_KIND_ALL_OF,
	CW_JSON_KIND_REFERENCE,
	CW_JSON_KIND_OTHER
};

/* A JSON Schema, or that part of one that a single keyword makes. */
struct cw_json_view {
	enum cw_json_kind_of_schema kind;
	bool part; /* title, default value and so on are not part of it */
	const json_t *json;
	const json_t *list;               /* the members of a combination, or the names of several types */
	const struct cw_json_view *parts; /* CW_JSON_KIND_ALL_OF without a list: what the keywords make */
	size_t n;                         /* how many members */
	const json_t *document;           /* which a $ref is of */
};

/* The schema itself, and those of its references in their order. */
struct cw_json_documents {
	const struct cw_registry_schema *source;
	json_t **json;
};

struct cw_json_view cw_json_view_of(const json_t *json, const json_t *document);
/* Finds out what it is. parts: room for what it is made of, which lives as long as the view. */
void cw_json_view_look(struct cw_json_view *view, struct cw_json_view parts[CW_JSON_VIEW_PARTS]);
/* The i-th member of a combination, which is still to be looked at. */
struct cw_json_view cw_json_view_member(const struct cw_json_view *view, size_t i);
/* What a CW_JSON_KIND_REFERENCE refers to. 0, or -1 with *err set. */
int cw_json_view_resolve(const struct cw_json_documents *documents, const struct cw_json_view *view,
			 struct cw_json_view *out, struct cw_error *err);

#endif
