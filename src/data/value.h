/*
 * value - what is done with values whatever their type: comparing, copying, checking against a schema,
 * projecting to another one, and printing as Java's toString() does.
 */
#ifndef CW_DATA_VALUE_H
#define CW_DATA_VALUE_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* By type and content, schemas too; NaN equals NaN, 0.0 is not -0.0 (Java's equals()). Maps are equal in any order. */
bool cw_value_equal(const struct cw_value *a, const struct cw_value *b);
/* A copy that shares nothing but the schema. */
struct cw_value cw_value_clone(struct cw_batch *memory, const struct cw_value *value);

/* Constructors. A schema of NULL: schemaless. */
struct cw_value cw_value_null_of(const struct cw_schema *schema);
struct cw_value cw_value_boolean(bool b);
struct cw_value cw_value_integer(enum cw_type type, int64_t n); /* CW_INT8…CW_INT64, CW_DATE, CW_TIME, CW_TIMESTAMP */
struct cw_value cw_value_float32(float f);
struct cw_value cw_value_float64(double d);
struct cw_value cw_value_decimal(struct cw_slice unscaled, int32_t scale); /* big-endian two's complement */
struct cw_value cw_value_array(const struct cw_value *items, size_t n);
struct cw_value cw_value_map(const struct cw_entry *entries, size_t n);
struct cw_value cw_value_struct(const struct cw_schema *schema, const struct cw_value *fields);

/* The entry of a map whose key is this string; NULL when there is none. */
const struct cw_value *cw_value_map_get(const struct cw_value *map, struct cw_slice key);
/*
 * A field of a struct, as Struct.get(): its schema's default value where it is null and has one. NULL when the struct has
 * no such field.
 */
const struct cw_value *cw_value_field(const struct cw_value *value, struct cw_slice name);

/* ConnectSchema.validateValue(): 0, or -1 with *err set to Kafka's sentence. `name` is of the field, NULL for none. */
int cw_value_validate(const struct cw_schema *schema, const struct cw_value *value, const char *name,
		      struct cw_error *err);
/* SchemaProjector.project(): the value under another schema. 0, or -1 with *err. */
int cw_value_project(struct cw_batch *memory, const struct cw_value *value, const struct cw_schema *to,
		     struct cw_value *out, struct cw_error *err);

/* As String.valueOf(): "Struct{a=1,b=x}", "{a=1, b=2}", "[1, 2]", "null"; bytes as Java prints a ByteBuffer. */
void cw_value_print(struct cw_buf *out, const struct cw_value *value);

#endif
