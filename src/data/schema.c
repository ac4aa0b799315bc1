#include "data/schema.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"

/* Memory of its own is made for a schema or two as well as for many. */
#define FIRST_BLOCK ((size_t)2 << 10)

struct cw_batch *cw_memory_new(void)
{
	struct cw_arena *arena = cw_alloc(sizeof(*arena));

	cw_arena_init(arena, FIRST_BLOCK);
	return &arena->batch;
}

void cw_memory_free(struct cw_batch *memory)
{
	if (!memory)
		return;
	cw_arena_free((struct cw_arena *)memory);
	free(memory);
}

const char *cw_type_name_upper(enum cw_type type)
{
	static const char *const names[] = {
		[CW_NULL] = "NULL",       [CW_INT8] = "INT8",       [CW_INT16] = "INT16",     [CW_INT32] = "INT32",
		[CW_INT64] = "INT64",     [CW_FLOAT32] = "FLOAT32", [CW_FLOAT64] = "FLOAT64", [CW_BOOLEAN] = "BOOLEAN",
		[CW_STRING] = "STRING",   [CW_BYTES] = "BYTES",     [CW_ARRAY] = "ARRAY",     [CW_MAP] = "MAP",
		[CW_STRUCT] = "STRUCT",
	};

	return names[cw_type_physical(type)];
}

const char *cw_type_name_lower(enum cw_type type)
{
	static const char *const names[] = {
		[CW_NULL] = "null",       [CW_INT8] = "int8",       [CW_INT16] = "int16",     [CW_INT32] = "int32",
		[CW_INT64] = "int64",     [CW_FLOAT32] = "float32", [CW_FLOAT64] = "float64", [CW_BOOLEAN] = "boolean",
		[CW_STRING] = "string",   [CW_BYTES] = "bytes",     [CW_ARRAY] = "array",     [CW_MAP] = "map",
		[CW_STRUCT] = "struct",
	};

	return names[cw_type_physical(type)];
}

enum cw_type cw_type_physical(enum cw_type type)
{
	switch (type) {
	case CW_DECIMAL:
		return CW_BYTES;
	case CW_DATE:
	case CW_TIME:
		return CW_INT32;
	case CW_TIMESTAMP:
		return CW_INT64;
	default:
		return type;
	}
}

#define PLAIN(t, opt) [t] = { .size = sizeof(struct cw_schema), .type = (t), .optional = (opt) }
#define LOGICAL_SCHEMA(t, opt, logical_name)                                                                  \
	{ .size = sizeof(struct cw_schema), .type = (t), .optional = (opt), .version = 1,                     \
	  .name = { logical_name, sizeof(logical_name) - 1 } }
#define LOGICAL(t, opt, logical_name) [t] = LOGICAL_SCHEMA(t, opt, logical_name)
#define PLAIN_SCHEMAS(opt)                                                                                    \
	{                                                                                                     \
		PLAIN(CW_INT8, opt), PLAIN(CW_INT16, opt), PLAIN(CW_INT32, opt), PLAIN(CW_INT64, opt),        \
		PLAIN(CW_FLOAT32, opt), PLAIN(CW_FLOAT64, opt), PLAIN(CW_BOOLEAN, opt), PLAIN(CW_STRING, opt), \
		PLAIN(CW_BYTES, opt), LOGICAL(CW_DATE, opt, CW_DATE_NAME), LOGICAL(CW_TIME, opt, CW_TIME_NAME), \
		LOGICAL(CW_TIMESTAMP, opt, CW_TIMESTAMP_NAME)                                                 \
	}

static const struct cw_schema plain[2][CW_TIMESTAMP + 1] = { PLAIN_SCHEMAS(false), PLAIN_SCHEMAS(true) };

const struct cw_schema *cw_schema_of(enum cw_type type, bool optional)
{
	const struct cw_schema *schema;

	if ((size_t)type > CW_TIMESTAMP)
		return NULL;
	schema = &plain[optional][type];
	return schema->size ? schema : NULL;
}

bool cw_schema_is_constant(const struct cw_schema *schema)
{
	return schema >= &plain[0][0] && schema <= &plain[1][CW_TIMESTAMP];
}

struct cw_schema *cw_schema_new(struct cw_batch *memory, enum cw_type type)
{
	static const struct cw_schema decimal = LOGICAL_SCHEMA(CW_DECIMAL, false, CW_DECIMAL_NAME);
	const struct cw_schema *like = type == CW_DECIMAL ? &decimal : cw_schema_of(type, false);
	struct cw_schema *schema = cw_batch_alloc(memory, sizeof(*schema));

	if (like)
		*schema = *like;
	else
		*schema = (struct cw_schema){ .size = sizeof(*schema) };
	schema->type = (uint8_t)type;
	return schema;
}

struct cw_schema *cw_schema_decimal(struct cw_batch *memory, int32_t scale, bool optional)
{
	struct cw_schema *schema = cw_schema_new(memory, CW_DECIMAL);
	struct {
		struct cw_parameter parameter;
		char text[16];
	} *p = cw_batch_alloc(memory, sizeof(*p));

	p->parameter.name = cw_slice_str(CW_DECIMAL_SCALE);
	p->parameter.value = cw_slice(p->text, (size_t)snprintf(p->text, sizeof(p->text), "%d", (int)scale));
	schema->optional = optional;
	schema->parameters = &p->parameter;
	schema->n_parameters = 1;
	return schema;
}

struct cw_schema *cw_schema_array(struct cw_batch *memory, const struct cw_schema *items)
{
	struct cw_schema *schema = cw_schema_new(memory, CW_ARRAY);

	schema->value_schema = items;
	return schema;
}

struct cw_schema *cw_schema_map(struct cw_batch *memory, const struct cw_schema *keys, const struct cw_schema *values)
{
	struct cw_schema *schema = cw_schema_new(memory, CW_MAP);

	schema->key_schema = keys;
	schema->value_schema = values;
	return schema;
}

struct cw_schema *cw_schema_struct(struct cw_batch *memory, size_t n, struct cw_field **fields)
{
	struct cw_schema *schema = cw_schema_new(memory, CW_STRUCT);

	*fields = cw_batch_alloc(memory, n * sizeof(**fields));
	memset(*fields, 0, n * sizeof(**fields));
	schema->fields = *fields;
	schema->n_fields = n;
	return schema;
}

struct cw_schema *cw_schema_copy(struct cw_batch *memory, const struct cw_schema *schema)
{
	struct cw_schema *copy = cw_batch_alloc(memory, sizeof(*copy));

	*copy = *schema;
	return copy;
}

ptrdiff_t cw_schema_find(const struct cw_schema *schema, struct cw_slice field)
{
	for (size_t i = 0; i < schema->n_fields; i++)
		if (cw_slice_equal(schema->fields[i].name, field))
			return (ptrdiff_t)i;
	return -1;
}

struct cw_slice cw_schema_parameter(const struct cw_schema *schema, const char *name)
{
	struct cw_slice wanted = cw_slice_str(name);

	for (size_t i = 0; i < schema->n_parameters; i++)
		if (cw_slice_equal(schema->parameters[i].name, wanted))
			return schema->parameters[i].value;
	return cw_slice(NULL, 0);
}

void cw_schema_print(struct cw_buf *out, const struct cw_schema *schema)
{
	cw_buf_puts(out, "Schema{");
	if (schema->name.p) {
		cw_buf_append(out, schema->name.p, schema->name.n);
		cw_buf_puts(out, ":");
	}
	cw_buf_puts(out, cw_type_name_upper(schema->type));
	cw_buf_puts(out, "}");
}
