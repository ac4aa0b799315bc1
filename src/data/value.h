/*
 * value - what is done with values whatever their type: comparing, copying, checking against a schema,
 * projecting to another one, and printing as Java's toString() does.
 */
#ifndef CW_DATA_VALUE_H
#define CW_DATA_VALUE_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/*
 * By type and content, the schemas of the two and of structs in them, too. As in Java NaN equals NaN, 0.0 is not -0.0,
 * and maps are equal in any order.
 */
bool cw_value_equal(const struct cw_value *a, const struct cw_value *b);
/* By type and content; equal values have equal hashes. */
uint64_t cw_value_hash(const struct cw_value *value);
/* For tables of what strangers send: with a seed that they cannot know they cannot make many values of one hash. */
uint64_t cw_value_hash_seeded(const struct cw_value *value, uint64_t seed);
/* A copy that shares nothing but the schema. */
struct cw_value cw_value_clone(struct cw_batch *memory, const struct cw_value *value);

/* Constructors, schemaless but for structs and nulls. */
static inline struct cw_value cw_value_null_of(const struct cw_schema *schema)
{
	struct cw_value v = cw_value_null();

	v.schema = schema;
	return v;
}

static inline struct cw_value cw_value_boolean(bool b)
{
	struct cw_value v = cw_value_of(CW_BOOLEAN);

	v.u.boolean = b;
	return v;
}

/* CW_INT8…CW_INT64, CW_DATE, CW_TIME, CW_TIMESTAMP */
static inline struct cw_value cw_value_integer(enum cw_type type, int64_t n)
{
	struct cw_value v = cw_value_of(type);

	v.u.integer = n;
	return v;
}

static inline struct cw_value cw_value_float32(float f)
{
	struct cw_value v = cw_value_of(CW_FLOAT32);

	v.u.float32 = f;
	return v;
}

static inline struct cw_value cw_value_float64(double d)
{
	struct cw_value v = cw_value_of(CW_FLOAT64);

	v.u.float64 = d;
	return v;
}

/* big-endian two's complement */
static inline struct cw_value cw_value_decimal(struct cw_slice unscaled, int32_t scale)
{
	struct cw_value v = cw_value_of(CW_DECIMAL);

	v.scale = scale;
	v.u.bytes = unscaled;
	return v;
}

static inline struct cw_value cw_value_array(const struct cw_value *items, size_t n)
{
	struct cw_value v = cw_value_of(CW_ARRAY);

	v.u.array.items = items;
	v.u.array.n = n;
	return v;
}

static inline struct cw_value cw_value_map(const struct cw_entry *entries, size_t n)
{
	struct cw_value v = cw_value_of(CW_MAP);

	v.u.map.entries = entries;
	v.u.map.n = n;
	return v;
}

/* As many fields as the schema has. */
static inline struct cw_value cw_value_struct(const struct cw_schema *schema, const struct cw_value *fields)
{
	struct cw_value v = cw_value_of(CW_STRUCT);

	v.schema = schema;
	v.u.array.items = fields;
	v.u.array.n = schema->n_fields;
	return v;
}

/* The entry of a map whose key is this string; NULL when there is none. */
const struct cw_value *cw_value_map_get(const struct cw_value *map, struct cw_slice key);
/*
 * A field of a struct, as Struct.get(): its schema's default value where it is null and has one. NULL when the struct
 * has no such field.
 */
const struct cw_value *cw_value_field(const struct cw_value *value, struct cw_slice name);
/* The same for the i-th field, which there is. */
const struct cw_value *cw_value_field_at(const struct cw_value *value, size_t i);

/* "class java.lang.String": what Kafka's errors call the value's type; not for nulls. */
const char *cw_value_java_class(const struct cw_value *value);

/* ConnectSchema.validateValue(): 0, or -1 with *err set to Kafka's sentence. `name` is of the field, NULL for none. */
int cw_value_validate(const struct cw_schema *schema, const struct cw_value *value, const char *name,
		      struct cw_error *err);
/* SchemaProjector.project(): the value under another schema. 0, or -1 with *err. */
int cw_value_project(struct cw_batch *memory, const struct cw_value *value, const struct cw_schema *to,
		     struct cw_value *out, struct cw_error *err);

/* As String.valueOf(): "Struct{a=1,b=x}", "{a=1, b=2}", "[1, 2]", "null"; bytes as Java prints a ByteBuffer. */
void cw_value_print(struct cw_buf *out, const struct cw_value *value);

#endif
