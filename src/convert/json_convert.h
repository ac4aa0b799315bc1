/*
 * json_convert - JSON as it was read, with exact numbers, to values under a schema, and to schemas: what JsonConverter
 * makes of the two halves of an envelope.
 *
 * Internal to the JSON converter.
 */
#ifndef CW_CONVERT_JSON_CONVERT_H
#define CW_CONVERT_JSON_CONVERT_H

#include "connect-worker/connector.h"
#include "convert/json_index.h"

struct cw_json_conversion {
	struct cw_batch *memory;     /* of what is made; strings of the JSON are not copied */
	struct cw_batch *scratch;    /* for the time of the call */
	struct cw_json_index *names; /* likewise */
	bool replace_null_with_default;
	bool made_null; /* out: JSON of a wrong kind became a null that its schema does not allow */
	struct cw_error *err;
};

/* node: NULL where there is nothing. A schema of NULL: schemaless. 0, or -1 with *err set to Kafka's sentence. */
int cw_json_convert(struct cw_json_conversion *conversion, const struct cw_schema *schema, const struct cw_value *node,
		    struct cw_value *out);

/* The part of it for types that hold no others; node is neither NULL nor JSON's null. */
int cw_json_convert_scalar(struct cw_json_conversion *conversion, const struct cw_schema *schema,
			   const struct cw_value *node, struct cw_value *out);
/* A number that was read exactly, as it is read otherwise. */
struct cw_value cw_json_schemaless_number(const struct cw_value *node);

/* The schema that the JSON describes, NULL for JSON's null. 0 or -1. */
int cw_json_convert_schema(struct cw_json_conversion *conversion, const struct cw_value *node,
			   const struct cw_schema **out);

/* The name of a JSON value's kind as Jackson has it: "STRING". */
const char *cw_json_kind(const struct cw_value *node);
/* A member of an object; NULL when it has none of this name or is no object. */
const struct cw_value *cw_json_member(const struct cw_value *node, const char *name);

#endif
