/*
 * json_names - what the JSON form of a schema calls things, and which schemas are logical.
 *
 * Internal to the JSON converter.
 */
#ifndef CW_CONVERT_JSON_NAMES_H
#define CW_CONVERT_JSON_NAMES_H

#include "connect-worker/connector.h"

#define CW_JSON_SCHEMA "schema"
#define CW_JSON_PAYLOAD "payload"

/* "float" for CW_FLOAT32 and "double" for CW_FLOAT64; a logical type's is that of what carries it. */
const char *cw_json_type_name(enum cw_type type);
/* CW_NULL when it is none. */
enum cw_type cw_json_type_of(struct cw_slice name);

/*
 * CW_DECIMAL, CW_DATE, CW_TIME or CW_TIMESTAMP when the schema's name says so, else CW_NULL. As in Kafka Connect the
 * name alone decides; a schema whose type is not the one that carries the logical type keeps its own type.
 */
enum cw_type cw_json_logical_name(struct cw_slice name);

static inline enum cw_type cw_json_logical(const struct cw_schema *schema)
{
	if (schema->type >= CW_DECIMAL)
		return (enum cw_type)schema->type;
	return schema->name.n ? cw_json_logical_name(schema->name) : CW_NULL;
}

#endif
