/*
 * mapping - the fields of an index and their types; checks documents against them.
 *
 * Types that are checked: ip, byte, short, integer, long, unsigned_long, float, half_float, double,
 * scaled_float, boolean, date, keyword and its relatives, text, object. Other types take anything.
 * Fields that the mapping does not know are added, ignored or refused as "dynamic" says.
 *
 * Not thread safe: a mapping belongs to its index, which the store's lock protects.
 */
#ifndef CW_DEVSTORE_MAPPING_H
#define CW_DEVSTORE_MAPPING_H

#include <stdbool.h>

#include <jansson.h>

#include "devstore/date_format.h"
#include "devstore/es_error.h"

enum cw_field_type {
	CW_FIELD_OBJECT = 0,
	CW_FIELD_KEYWORD, /* and wildcard, constant_keyword, version */
	CW_FIELD_TEXT,
	CW_FIELD_IP,
	CW_FIELD_INTEGER, /* byte … long: within min and max */
	CW_FIELD_REAL,
	CW_FIELD_BOOLEAN,
	CW_FIELD_DATE,
	CW_FIELD_OTHER /* stored, not searchable */
};

enum cw_dynamic { CW_DYNAMIC_TRUE = 0, CW_DYNAMIC_FALSE, CW_DYNAMIC_STRICT };

struct cw_es_field {
	char *name;
	enum cw_field_type type;
	char *type_name; /* as in the mapping */
	int64_t min, max;
	bool ignore_malformed;
	enum cw_dynamic dynamic;       /* objects */
	struct cw_date_format *format; /* dates */
	struct cw_es_field **fields;   /* of an object; of another field its multi-fields */
	size_t n;
};

struct cw_mapping {
	json_t *json; /* {"properties":{…},…}: what GET _mapping shows; kept in step with root */
	struct cw_es_field *root;
};

/* From {"dynamic":…,"properties":{…}} (NULL: empty). NULL with *err (400) when it is no mapping. */
struct cw_mapping *cw_mapping_new(const json_t *mappings, struct cw_es_error *err);
void cw_mapping_free(struct cw_mapping *mapping);

/* Adds the properties of another mapping; a field that changes its type is an error. 0 or -1. */
int cw_mapping_merge(struct cw_mapping *mapping, const json_t *mappings, struct cw_es_error *err);

/* The field of a dotted path, multi-fields included; NULL: not mapped. */
const struct cw_es_field *cw_mapping_find(const struct cw_mapping *mapping, const char *path);

/*
 * Checks a document and adds the new fields it brings. 0 (*changed: fields were added), or -1 with
 * *err (400), and the mapping is as before.
 */
int cw_mapping_check(struct cw_mapping *mapping, const json_t *document, const char *id, bool *changed,
		     struct cw_es_error *err);

/* The leaf of a dotted path in a document: of "a.b" in {"a":{"b":…}} and {"a.b":…}; of a multi-field its parent's. */
const json_t *cw_document_get(const json_t *document, const char *path);

#endif
