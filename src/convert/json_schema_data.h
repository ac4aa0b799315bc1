/*
 * json_schema_data - between JSON Schema and Connect's schemas and values, as Confluent's JsonSchemaData maps them.
 *
 * What may be null is oneOf null and another type. Other oneOf and anyOf are structs with a field for each type, at
 * most one of which is set. What JSON Schema has no place for is kept in connect.type, connect.index, connect.version
 * and connect.parameters; names are titles. The text of a schema says what Confluent's says, but not in the same order,
 * which there is that of Java's hash tables: a registry that compares texts takes it for another version.
 */
#ifndef CW_CONVERT_JSON_SCHEMA_DATA_H
#define CW_CONVERT_JSON_SCHEMA_DATA_H

#include "base/buf.h"
#include "convert/json_read.h"
#include "convert/registry.h"

/* The converter's own configuration. */
struct cw_json_schema_config {
	struct cw_registry_config registry; /* first */
	bool additional_properties, optional_for_nonrequired, ignore_modern_dialects;
	const char *decimal_format;
};

#define CW_JSON_SCHEMA_NAMESPACE "io.confluent.connect.json"
#define CW_JSON_SCHEMA_ID CW_JSON_SCHEMA_NAMESPACE ".Id"
#define CW_JSON_SCHEMA_ENUM CW_JSON_SCHEMA_NAMESPACE ".Enum"
#define CW_JSON_SCHEMA_ONE_OF CW_JSON_SCHEMA_NAMESPACE ".OneOf"
#define CW_JSON_SCHEMA_NULL "<NULL>" /* the symbol of an enumeration that stands for null */

/* Appends the JSON Schema of a Connect schema as text. 0, or -1 with *err set. */
int cw_json_schema_from_connect(const struct cw_json_schema_config *config, const struct cw_schema *schema,
				struct cw_buf *out, struct cw_error *err);
/* The Connect schema of a JSON Schema, in the memory. version: of the registry, 0 for none. NULL with *err set. */
const struct cw_schema *cw_json_schema_to_connect(struct cw_batch *memory, const struct cw_json_schema_config *config,
						  const struct cw_registry_schema *schema, int32_t version,
						  struct cw_error *err);
/*
 * Whether what is written with one Connect schema should be readable as the other, by its types and by the names of its
 * fields: 0, or -1 with *err set to what is not.
 */
int cw_json_schema_can_read(const struct cw_schema *written, const struct cw_schema *wanted, struct cw_error *err);

/* Appends a value as JSON. Its schema is that of the value. 0, or -1 with *err set. */
int cw_json_schema_write(const struct cw_json_schema_config *config, const struct cw_value *value, struct cw_buf *out,
			 struct cw_error *err);

/* What reading needs and keeps from value to value. Zeroed by cw_json_schema_reader_init(). */
struct cw_json_schema_reader {
	struct cw_json_reader json;
	struct cw_json_index names;
};

void cw_json_schema_reader_init(struct cw_json_schema_reader *reader);
void cw_json_schema_reader_free(struct cw_json_schema_reader *reader);
/* JSON's text to a value under the schema. 0, or -1 with *err set. New memory is the batch's. */
int cw_json_schema_read(struct cw_json_schema_reader *reader, const struct cw_schema *schema, struct cw_batch *batch,
			struct cw_slice text, struct cw_value *out, struct cw_error *err);

/* A struct that stands for oneOf. */
bool cw_json_schema_is_union(const struct cw_schema *schema);

#endif
