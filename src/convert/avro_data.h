/*
 * avro_data - between Avro's schemas and Connect's, as Confluent's AvroData maps them.
 *
 * Unions of null and one other type are optional schemas. Other unions are structs with a field for each type, at most
 * one of which is set. What Avro has no place for is kept in properties (connect.name, connect.version, connect.doc,
 * connect.parameters, connect.default, connect.type) and in parameters (io.confluent.connect.avro.Enum,
 * connect.fixed.size …).
 */
#ifndef CW_CONVERT_AVRO_DATA_H
#define CW_CONVERT_AVRO_DATA_H

#include "base/buf.h"
#include "convert/avro_schema.h"

/* The converter's own configuration. */
struct cw_avro_config {
	struct cw_registry_config registry; /* first */
	bool enhanced, scrub_names, meta_data, optional_map_keys, discard_type_doc_default;
};

#define CW_AVRO_UNION_NAME CW_AVRO_NAMESPACE ".Union"
#define CW_AVRO_ENUM_PARAMETER CW_AVRO_NAMESPACE ".Enum"
#define CW_AVRO_FIXED_SIZE "connect.fixed.size"
#define CW_AVRO_PRECISION "connect.decimal.precision"
#define CW_AVRO_PRECISION_DEFAULT 64
#define CW_AVRO_RECORD_DOC CW_AVRO_NAMESPACE ".record.doc"
#define CW_AVRO_FIELD_DOC CW_AVRO_NAMESPACE ".field.doc."
#define CW_AVRO_FIELD_DEFAULT CW_AVRO_NAMESPACE ".field.default"
#define CW_AVRO_ENUM_DOC CW_AVRO_NAMESPACE ".enum.doc."
#define CW_AVRO_ENUM_DEFAULT CW_AVRO_NAMESPACE ".enum.default."
#define CW_CONNECT_RECORD_DOC "connect.record.doc"
#define CW_CONNECT_ENUM_DOC "connect.enum.doc"
/* Of all schema formats, with generalized.sum.type.support. */
#define CW_CONNECT_UNION "org.apache.kafka.connect.data.Union"
#define CW_CONNECT_ENUM "org.apache.kafka.connect.data.Enum"

/*
 * The Connect schema of an Avro schema, in the memory. version: of the registry, 0 for none. NULL with *err set when
 * there is none.
 */
const struct cw_schema *cw_avro_to_connect(struct cw_batch *memory, const struct cw_avro_config *config,
					   const struct cw_avro_schema *avro, int32_t version, struct cw_error *err);

/*
 * Appends the Avro schema of a Connect schema as JSON text, as Avro's own library writes it; of a NULL, the schema of
 * schemaless values. 0, or -1 with *err set.
 */
int cw_avro_from_connect(const struct cw_avro_config *config, const struct cw_schema *schema, struct cw_buf *out,
			 struct cw_error *err);

/* A default value in JSON, for both schemas of one thing. 0, or -1 with *err set when it does not fit them. */
int cw_avro_default(struct cw_batch *memory, const struct cw_avro_schema *avro, const struct cw_schema *schema,
		    const json_t *json, struct cw_value *out, struct cw_error *err);

/* A struct that stands for a union. */
bool cw_avro_is_union(const struct cw_schema *schema);
/* A string that stands for an enumeration, with this configuration: its full name; else p is NULL. */
struct cw_slice cw_avro_enum_name(const struct cw_avro_config *config, const struct cw_schema *schema);
/* Bytes that stand for a fixed: *size is set. */
bool cw_avro_is_fixed(const struct cw_schema *schema, size_t *size);
/* Whether a map is an Avro map, and not an array of entries. */
bool cw_avro_has_string_keys(const struct cw_avro_config *config, const struct cw_schema *map);
/* A name with the characters that Avro refuses replaced, where the configuration asks for that. */
void cw_avro_scrub(const struct cw_avro_config *config, struct cw_slice name, struct cw_buf *out);
/* The value that an int or long of Avro stands for under a schema. 0, or -1 with *err set. */
int cw_avro_integer(const struct cw_schema *schema, int64_t n, struct cw_value *out, struct cw_error *err);
/* The value of bytes: a Decimal where the schema is one, of this scale. 0, or -1 with *err set. */
int cw_avro_bytes(const struct cw_schema *schema, int32_t scale, struct cw_slice bytes, struct cw_value *out,
		  struct cw_error *err);
/* Of a Decimal's schema. 0, or -1 with *err set. */
int cw_avro_scale(const struct cw_schema *schema, int32_t *scale, struct cw_error *err);

#endif
