#include "convert/avro_writer_node.h"

#include "base/mem.h"
#include "data/calendar.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"

#define DEPTH_MAX 1000
#define LONG_BYTES_MAX 10

struct output {
	struct cw_buf *out;
	const struct cw_avro_config *config;
	int depth;
	struct cw_error *err;
};

static int write_value(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value);

/* ---- the encoding ------------------------------------------------------------------------------- */

static void put_long(struct output *o, int64_t value)
{
	uint64_t n = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
	char *p;

	cw_buf_reserve(o->out, LONG_BYTES_MAX);
	p = o->out->p + o->out->n;
	for (; n > 0x7F; n >>= 7)
		*p++ = (char)(n | 0x80);
	*p++ = (char)n;
	o->out->n = (size_t)(p - o->out->p);
}

static void put_little_endian(struct output *o, uint64_t bits, size_t n)
{
	char bytes[8];

	for (size_t i = 0; i < n; i++, bits >>= 8)
		bytes[i] = (char)bits;
	cw_buf_append(o->out, bytes, n);
}

static void put_float(struct output *o, float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	put_little_endian(o, bits, sizeof(bits));
}

static void put_double(struct output *o, double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	put_little_endian(o, bits, sizeof(bits));
}

static void put_bytes(struct output *o, struct cw_slice bytes)
{
	put_long(o, (int64_t)bytes.n);
	cw_buf_append(o->out, bytes.p, bytes.n);
}

/* A lone surrogate is '?' in UTF-8, one byte for three: as long as there is none, the text is what is written. */
static void put_string(struct output *o, struct cw_slice text)
{
	size_t lone = 0;

	for (const char *p = text.p, *end = text.p + text.n; p && (p = memchr(p, '\xED', (size_t)(end - p))) != NULL;
	     p++)
		lone += end - p >= 3 && ((unsigned char)p[1] & 0xE0) == 0xA0;
	if (lone == 0) {
		put_bytes(o, text);
		return;
	}
	put_long(o, (int64_t)(text.n - 2 * lone));
	while (text.n) {
		uint32_t c;
		size_t n = cw_text_read(text, &c);

		cw_buf_append(o->out, cw_is_surrogate(c) ? "?" : text.p, cw_is_surrogate(c) ? 1 : n);
		text = cw_slice(text.p + n, text.n - n);
	}
}

/* ---- single values ------------------------------------------------------------------------------ */

static int misfit(struct output *o, const struct cw_schema *schema, const struct cw_value *value)
{
	return cw_error_set(o->err, CW_ERR_INVALID, "Invalid type for %s: %s", cw_type_name_upper(schema->type),
			    cw_value_java_class(value));
}

static int write_integer(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	int64_t n = value->u.integer;

	if (value->type == CW_DATE && n % CW_MS_PER_DAY != 0)
		return cw_error_set(o->err, CW_ERR_INVALID,
				    "Kafka Connect Date type should not have any time fields set to "
				    "non-zero values.");
	if (value->type == CW_TIME && (n < 0 || n > CW_MS_PER_DAY))
		return cw_error_set(o->err, CW_ERR_INVALID,
				    "Kafka Connect Time type should not have any date fields set to "
				    "non-zero values.");
	if (value->type == CW_DATE)
		n /= CW_MS_PER_DAY;
	switch (node->avro->type) {
	case CW_AVRO_FLOAT: put_float(o, (float)n); break;
	case CW_AVRO_DOUBLE: put_double(o, (double)n); break;
	default: put_long(o, n); break;
	}
	return 0;
}

static int write_enum(struct output *o, const struct cw_avro_schema *avro, struct cw_slice symbol)
{
	CW_AUTO_FREE char *shown = NULL;

	for (size_t i = 0; i < avro->n_symbols; i++)
		if (cw_slice_equal(avro->symbols[i], symbol)) {
			put_long(o, (int64_t)i);
			return 0;
		}
	shown = cw_text_shown(symbol);
	return cw_error_set(o->err, CW_ERR_INVALID, "\"%.200s\" is not one of the symbols of the enum %.*s", shown,
			    (int)avro->name.n, avro->name.p);
}

/* A Decimal is made as long as the fixed is. */
static int write_fixed(struct output *o, const struct cw_avro_node_out *node, struct cw_slice bytes)
{
	bool decimal = node->schema->type == CW_DECIMAL;
	size_t size = node->avro->size;

	if (bytes.n > size || (bytes.n < size && !decimal))
		return cw_error_set(o->err, CW_ERR_INVALID, "%s %zu is %s fixed size %zu",
				    decimal ? "Unscaled value byte array length" : "Length of bytes", bytes.n,
				    decimal ? "greater than" : "not the", size);
	for (size_t i = bytes.n; i < size; i++)
		cw_buf_append(o->out, bytes.n && (bytes.p[0] & 0x80) ? "\xFF" : "\0", 1);
	cw_buf_append(o->out, bytes.p, bytes.n);
	return 0;
}

static int check_scale(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	int32_t scale;

	if (cw_avro_scale(node->schema, &scale, o->err))
		return -1;
	if (scale != value->scale)
		return cw_error_set(o->err, CW_ERR_INVALID,
				    "Decimal value has mismatching scale for given Decimal schema. "
				    "Schema has scale %d, value has scale %d.",
				    (int)scale, (int)value->scale);
	return 0;
}

static int write_text(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	if (node->schema->type == CW_DECIMAL && check_scale(o, node, value))
		return -1;
	switch (node->avro->type) {
	case CW_AVRO_ENUM: return write_enum(o, node->avro, value->u.bytes);
	case CW_AVRO_FIXED: return write_fixed(o, node, value->u.bytes);
	default: break;
	}
	if (node->schema->type == CW_STRING)
		put_string(o, value->u.bytes);
	else
		put_bytes(o, value->u.bytes);
	return 0;
}

/* ---- containers --------------------------------------------------------------------------------- */

static int write_array(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	if (value->u.array.n)
		put_long(o, (int64_t)value->u.array.n);
	for (size_t i = 0; i < value->u.array.n; i++)
		if (write_value(o, node->children[0], &value->u.array.items[i]))
			return -1;
	put_long(o, 0);
	return 0;
}

static int write_map(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	if (value->u.map.n)
		put_long(o, (int64_t)value->u.map.n);
	for (size_t i = 0; i < value->u.map.n; i++) {
		const struct cw_entry *entry = &value->u.map.entries[i];

		if (node->avro->type == CW_AVRO_ARRAY) {
			if (write_value(o, node->children[0], &entry->key))
				return -1;
		} else if (entry->key.type != CW_STRING) {
			return cw_error_set(o->err, CW_ERR_INVALID, "a key of a map with string keys is none");
		} else {
			put_string(o, entry->key.u.bytes);
		}
		if (write_value(o, node->children[1], &entry->value))
			return -1;
	}
	put_long(o, 0);
	return 0;
}

/* The field's value, or the default value that stands for a null. */
static const struct cw_value *field_value(const struct output *o, const struct cw_schema *schema,
					  const struct cw_value *value)
{
	if (value->type == CW_NULL && schema->default_value && !o->config->registry.ignore_default_for_nullables)
		return schema->default_value;
	return value;
}

static int write_struct(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	if (value->u.array.n != node->schema->n_fields)
		return cw_error_set(o->err, CW_ERR_INVALID, "Mismatching struct schema");
	for (size_t i = 0; i < node->avro->n_fields; i++) {
		ptrdiff_t from = node->from[i];

		if (from < 0)
			cw_buf_append(o->out, node->defaults[i].p, node->defaults[i].n);
		else if (write_value(o, node->children[i],
				     field_value(o, node->schema->fields[from].schema, &value->u.array.items[from])))
			return -1;
	}
	return 0;
}

static int write_null(struct output *o, const struct cw_avro_node_out *node)
{
	if (!node->has_null)
		return cw_error_set(o->err, CW_ERR_INVALID,
				    node->schema->optional ? "a null cannot be written with a schema without null"
							   : "Found null value for non-optional schema");
	put_long(o, node->null_place);
	return 0;
}

/* The one field that is set. */
static int write_member(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	const struct cw_schema *schema = node->schema;

	if (value->type == CW_STRUCT && value->u.array.n != schema->n_fields)
		return cw_error_set(o->err, CW_ERR_INVALID, "Mismatching struct schema");
	for (size_t i = 0; i < schema->n_fields && value->type == CW_STRUCT; i++) {
		const struct cw_value *field = field_value(o, schema->fields[i].schema, &value->u.array.items[i]);

		if (field->type != CW_NULL)
			return write_value(o, node->children[i], field);
	}
	return write_null(o, node);
}

/* ---- schemaless values -------------------------------------------------------------------------- */

static int write_anything(struct output *o, const struct cw_value *value);

/* Fields of the record of all types, see avro_from_connect.c; 9: none. */
static int anything_field(enum cw_type type)
{
	switch (type) {
	case CW_BOOLEAN: return 0;
	case CW_BYTES: return 1;
	case CW_FLOAT64: return 2;
	case CW_FLOAT32: return 3;
	case CW_INT8:
	case CW_INT16:
	case CW_INT32: return 4;
	case CW_INT64: return 5;
	case CW_STRING: return 6;
	case CW_ARRAY: return 7;
	case CW_MAP: return 8;
	case CW_NULL: return 9;
	default: return -1;
	}
}

static int put_anything(struct output *o, const struct cw_value *value)
{
	switch ((enum cw_type)value->type) {
	case CW_BOOLEAN: cw_buf_append(o->out, value->u.boolean ? "\1" : "\0", 1); return 0;
	case CW_BYTES: put_bytes(o, value->u.bytes); return 0;
	case CW_FLOAT64: put_double(o, value->u.float64); return 0;
	case CW_FLOAT32: put_float(o, value->u.float32); return 0;
	case CW_STRING: put_string(o, value->u.bytes); return 0;
	case CW_ARRAY:
		if (value->u.array.n)
			put_long(o, (int64_t)value->u.array.n);
		for (size_t i = 0; i < value->u.array.n; i++)
			if (write_anything(o, &value->u.array.items[i]))
				return -1;
		put_long(o, 0);
		return 0;
	case CW_MAP:
		if (value->u.map.n)
			put_long(o, (int64_t)value->u.map.n);
		for (size_t i = 0; i < value->u.map.n; i++)
			if (write_anything(o, &value->u.map.entries[i].key) ||
			    write_anything(o, &value->u.map.entries[i].value))
				return -1;
		put_long(o, 0);
		return 0;
	default: put_long(o, value->u.integer); return 0;
	}
}

static int write_anything(struct output *o, const struct cw_value *value)
{
	int field = anything_field(value->type), rc = 0;

	if (field < 0)
		return cw_error_set(o->err, CW_ERR_INVALID, "Unknown Java type for schemaless data: %s",
				    cw_value_java_class(value));
	if (o->depth == DEPTH_MAX)
		return cw_error_set(o->err, CW_ERR_INVALID, "the value is nested too deep");
	o->depth++;
	for (int i = 0; i < 9 && rc == 0; i++) {
		put_long(o, i == field);
		rc = i == field ? put_anything(o, value) : 0;
	}
	o->depth--;
	return rc;
}

/* ---- ------------------------------------------------------------------------------------------- */

static int write_type(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	switch ((enum cw_type)value->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
	case CW_INT64:
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP: return write_integer(o, node, value);
	case CW_FLOAT32:
		if (node->avro->type == CW_AVRO_DOUBLE)
			put_double(o, value->u.float32);
		else
			put_float(o, value->u.float32);
		return 0;
	case CW_FLOAT64: put_double(o, value->u.float64); return 0;
	case CW_BOOLEAN: cw_buf_append(o->out, value->u.boolean ? "\1" : "\0", 1); return 0;
	case CW_STRING:
	case CW_BYTES:
	case CW_DECIMAL: return write_text(o, node, value);
	case CW_ARRAY: return write_array(o, node, value);
	case CW_MAP: return write_map(o, node, value);
	case CW_STRUCT: return write_struct(o, node, value);
	case CW_NULL: break;
	}
	return write_null(o, node);
}

static int write_value(struct output *o, const struct cw_avro_node_out *node, const struct cw_value *value)
{
	int rc;

	if (o->depth == DEPTH_MAX || !node || node->failed)
		return cw_error_set(o->err, CW_ERR_INVALID, "the value is nested too deep");
	o->depth++;
	if (node->members) {
		rc = write_member(o, node, value);
	} else if (value->type == CW_NULL) {
		rc = write_null(o, node);
	} else if (value->type != node->schema->type) {
		rc = misfit(o, node->schema, value);
	} else {
		if (node->in_union)
			put_long(o, node->place);
		rc = write_type(o, node, value);
	}
	o->depth--;
	return rc;
}

int cw_avro_write_node(const struct cw_avro_writer *writer, const struct cw_avro_node_out *node,
		       const struct cw_value *value, struct cw_buf *out, struct cw_error *err)
{
	struct output o = { .out = out, .config = writer->config, .err = err };

	return write_value(&o, node, value);
}

int cw_avro_write(const struct cw_avro_writer *writer, const struct cw_value *value, struct cw_buf *out,
		  struct cw_error *err)
{
	struct output o = { .out = out, .config = writer->config, .err = err };

	if (!writer->root)
		return write_anything(&o, value);
	if (writer->raw && value->type == writer->root->schema->type) {
		if (value->type == CW_DECIMAL && check_scale(&o, writer->root, value))
			return -1;
		cw_buf_append(out, value->u.bytes.p, value->u.bytes.n);
		return 0;
	}
	return write_value(&o, writer->root, value);
}
