/*
 * json_schema_mapping - what is at hand while JSON Schemas become Connect's. Internal to json_schema_to_connect.c and
 * json_schema_combine.c.
 */
#ifndef CW_CONVERT_JSON_SCHEMA_MAPPING_H
#define CW_CONVERT_JSON_SCHEMA_MAPPING_H

#include "convert/json_schema_data.h"
#include "convert/json_schema_view.h"

/* An object that is being mapped, and those around it. */
struct cw_json_open_object {
	const struct cw_json_open_object *outer;
	const json_t *json;
	struct cw_schema *schema;
};

/* A use of an object inside itself: it shares the fields, and becomes a copy once the object is done. */
struct cw_json_cycle {
	struct cw_json_cycle *next;
	const struct cw_schema *object;
	struct cw_schema *copy;
};

struct cw_json_mapping {
	struct cw_batch *memory;
	const struct cw_json_schema_config *config;
	struct cw_json_documents documents;
	const struct cw_json_open_object *open;
	struct cw_json_cycle *cycles;
	struct cw_json_schema_reader reader; /* of default values */
	int depth, ids, unions, made;
	struct cw_error *err;
};

/* What the place where a schema is used adds to it. */
struct cw_json_use {
	bool optional;
	int32_t version;
};

/* The properties of one or more objects, in order. */
struct cw_json_properties {
	struct cw_json_property {
		const char *name;
		const json_t *json, *document;
		bool required;
		json_int_t index; /* connect.index, or its place */
	} *items;
	size_t n;
};

/* Sets the error. Returns NULL. */
const struct cw_schema *cw_json_schema_fail(struct cw_json_mapping *m, const char *text);
/* A text in the memory; a parameter added to a schema that is being made. */
struct cw_slice cw_json_schema_keep(struct cw_json_mapping *m, const char *text, size_t n);
void cw_json_schema_add_parameter(struct cw_json_mapping *m, struct cw_schema *schema, const char *name,
				  const char *value);

/* The schema of anything. NULL with the error set. */
const struct cw_schema *cw_json_schema_map(struct cw_json_mapping *m, const struct cw_json_view *view,
					   const struct cw_json_use *use);
/* Adds an object's properties to those of others; and the struct that has them as fields. */
void cw_json_schema_add_properties(struct cw_json_properties *list, const json_t *object, const json_t *document);
struct cw_schema *cw_json_schema_map_properties(struct cw_json_mapping *m, const struct cw_json_properties *list,
						const json_t *object);

/* json_schema_combine.c: oneOf and anyOf as a struct. */
struct cw_schema *cw_json_schema_map_one_of(struct cw_json_mapping *m, const struct cw_json_view *view);
/* Of oneOf and anyOf the one type beside null; false when it is something else. */
bool cw_json_schema_beside_null(const struct cw_json_view *view, struct cw_json_view *out);
/* allOf: a struct with the properties of all, or the one member that says what the type is. */
const struct cw_schema *cw_json_schema_map_all_of(struct cw_json_mapping *m, const struct cw_json_view *view,
						  const struct cw_json_use *use);

#endif
