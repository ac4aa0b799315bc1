/*
 * avro_schema - an Avro schema as a tree, from its JSON text.
 *
 * The binary encoding is written and read here by hand (avro_write.c, avro_read.c) and not with libavro: libavro
 * (1.11) forgets the properties that Connect's schemas live in (connect.name, connect.parameters, logicalType), its
 * values cost an allocation each, and it fills in no default values where a reader's schema has more fields than the
 * writer's. The encoding itself is small.
 *
 * The tree lives in the memory that it was parsed into. What it borrows of the JSON (properties, default values) lives
 * as long as the document.
 */
#ifndef CW_CONVERT_AVRO_SCHEMA_H
#define CW_CONVERT_AVRO_SCHEMA_H

#include <jansson.h>

#include "convert/registry.h"

enum cw_avro_type {
	CW_AVRO_NULL = 0, /* the primitive ones up to CW_AVRO_STRING */
	CW_AVRO_BOOLEAN,
	CW_AVRO_INT,
	CW_AVRO_LONG,
	CW_AVRO_FLOAT,
	CW_AVRO_DOUBLE,
	CW_AVRO_BYTES,
	CW_AVRO_STRING,
	CW_AVRO_RECORD, /* the named ones from here to CW_AVRO_FIXED */
	CW_AVRO_ENUM,
	CW_AVRO_FIXED,
	CW_AVRO_ARRAY,
	CW_AVRO_MAP,
	CW_AVRO_UNION
};

struct cw_avro_field {
	struct cw_slice name, doc;
	const struct cw_avro_schema *schema;
	const json_t *json;          /* borrowed */
	const json_t *default_value; /* borrowed; NULL: none */
};

struct cw_avro_schema {
	enum cw_avro_type type;
	struct cw_slice name, simple; /* named types: with their namespace, and without */
	struct cw_slice doc;          /* p is NULL: none */
	const json_t *json;           /* the object that defines it, for properties; NULL: it has none. Borrowed */
	struct cw_avro_field *fields; /* CW_AVRO_RECORD */
	size_t n_fields;
	const struct cw_avro_schema *items;          /* CW_AVRO_ARRAY; CW_AVRO_MAP: of its values */
	const struct cw_avro_schema *const *members; /* CW_AVRO_UNION */
	size_t n_members;
	const struct cw_slice *symbols; /* CW_AVRO_ENUM */
	size_t n_symbols;
	ptrdiff_t default_symbol; /* -1: none */
	size_t size;              /* CW_AVRO_FIXED */
};

struct cw_avro_document {
	const struct cw_avro_schema *root;
	json_t *json; /* an array: of the references, then of the schema itself */
};

/*
 * Parses the text, which may use the names that its references define. 0, or -1 with *err set, in words close to those
 * of Avro's own parser. The document is freed with cw_avro_document_free(), the tree with its memory.
 */
int cw_avro_parse(struct cw_batch *memory, const char *text, const struct cw_registry_reference *references,
		  size_t n_references, struct cw_avro_document *out, struct cw_error *err);
void cw_avro_document_free(struct cw_avro_document *document);

const char *cw_avro_type_name(enum cw_avro_type type); /* "int", "record" … */
static inline bool cw_avro_is_named(const struct cw_avro_schema *schema)
{
	return schema->type >= CW_AVRO_RECORD && schema->type <= CW_AVRO_FIXED;
}
/* A property of the schema, borrowed; NULL: none. And its text, NULL when it is none. */
const json_t *cw_avro_property(const struct cw_avro_schema *schema, const char *name);
const char *cw_avro_property_text(const struct cw_avro_schema *schema, const char *name);
/* Whether a record has the name, or an alias that is the name. */
bool cw_avro_answers_to(const struct cw_avro_schema *schema, struct cw_slice name);
/* [null, X] or [X, null]: X. NULL for all others. */
const struct cw_avro_schema *cw_avro_nullable(const struct cw_avro_schema *schema);
/* Whether an array's items are the entries of a map with keys other than strings. */
bool cw_avro_is_map_entry(const struct cw_avro_schema *items);

/* The text's bytes as a slice in the memory. */
struct cw_slice cw_avro_text(struct cw_batch *memory, const json_t *text);

#define CW_AVRO_NAMESPACE "io.confluent.connect.avro"
#define CW_AVRO_DEFAULT_NAME CW_AVRO_NAMESPACE ".ConnectDefault"
#define CW_AVRO_MAP_ENTRY "MapEntry"
#define CW_AVRO_ANYTHING CW_AVRO_NAMESPACE ".Anything"

#endif
