/*
 * schema - Connect's schemas: names, equality, the common constants, and making new ones.
 *
 * A schema is made in a batch's arena (cw_memory_new() for one that lives longer) and not changed once a
 * value points at it. Everything it points to is in the same memory, constant, or outlives it.
 */
#ifndef CW_DATA_SCHEMA_H
#define CW_DATA_SCHEMA_H

#include "base/buf.h"
#include "connect-worker/connector.h"

#define CW_DECIMAL_NAME "org.apache.kafka.connect.data.Decimal"
#define CW_DATE_NAME "org.apache.kafka.connect.data.Date"
#define CW_TIME_NAME "org.apache.kafka.connect.data.Time"
#define CW_TIMESTAMP_NAME "org.apache.kafka.connect.data.Timestamp"
#define CW_DECIMAL_SCALE "scale" /* its parameter */

/* Memory with the life of its owner, for what outlives a batch: a batch without records. */
struct cw_batch *cw_memory_new(void);
void cw_memory_free(struct cw_batch *memory); /* NULL is fine */

/* Kafka's names: "INT8" and "int8"; a logical type's is that of what carries it (Decimal: BYTES, Date: INT32). */
const char *cw_type_name_upper(enum cw_type type);
const char *cw_type_name_lower(enum cw_type type);
/* The type that carries a logical type; any other type is its own. */
enum cw_type cw_type_physical(enum cw_type type);

/* The plain schema of a primitive or of Date, Time and Timestamp; constant. NULL for other types. */
const struct cw_schema *cw_schema_of(enum cw_type type, bool optional);
bool cw_schema_is_constant(const struct cw_schema *schema); /* one of those */
/* A new schema of a type, all else zero; of a logical type with its name and version. */
struct cw_schema *cw_schema_new(struct cw_batch *memory, enum cw_type type);
struct cw_schema *cw_schema_decimal(struct cw_batch *memory, int32_t scale, bool optional);
struct cw_schema *cw_schema_array(struct cw_batch *memory, const struct cw_schema *items);
struct cw_schema *cw_schema_map(struct cw_batch *memory, const struct cw_schema *keys, const struct cw_schema *values);
/* A struct of n fields, whose array is new and zero: fill it through the second result. */
struct cw_schema *cw_schema_struct(struct cw_batch *memory, size_t n, struct cw_field **fields);
/* A copy of the outermost level, to be changed; the rest is shared. */
struct cw_schema *cw_schema_copy(struct cw_batch *memory, const struct cw_schema *schema);
/* A copy of all of it, strings and default values too, that shares nothing but constants. */
const struct cw_schema *cw_schema_clone(struct cw_batch *memory, const struct cw_schema *schema);

/* The field's place, or -1. */
ptrdiff_t cw_schema_find(const struct cw_schema *schema, struct cw_slice field);
/* The value of a parameter; p is NULL when there is none. */
struct cw_slice cw_schema_parameter(const struct cw_schema *schema, const char *name);

/* As ConnectSchema.equals(): everything counts. Recursive schemas are compared, too. NULL equals NULL only. */
bool cw_schema_equal(const struct cw_schema *a, const struct cw_schema *b);
bool cw_schema_parameters_equal(const struct cw_schema *a, const struct cw_schema *b);
uint64_t cw_schema_hash(const struct cw_schema *schema); /* equal schemas have equal hashes */
/* As ConnectSchema.toString(): "Schema{name:STRUCT}". */
void cw_schema_print(struct cw_buf *out, const struct cw_schema *schema);

#endif
