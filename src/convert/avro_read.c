#include "convert/avro_data.h"
#include "convert/avro_input.h"
#include "convert/avro_plan.h"
#include "convert/map_unique.h"
#include "data/schema.h"
#include "data/text.h"
#include "data/value.h"

#define DEPTH_MAX 1000

static int read_value(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out);

/* ---- single values ------------------------------------------------------------------------------ */

static int misfit(struct cw_avro_input *in, const struct cw_avro_node *node)
{
	return cw_error_set(in->err, CW_ERR_INVALID, "Invalid type for %s", cw_type_name_upper(node->schema->type));
}

static void set(struct cw_value *out, struct cw_value value, const struct cw_schema *schema)
{
	value.schema = schema;
	*out = value;
}

static int read_boolean(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	const unsigned char *p = cw_avro_read_raw(in, 1);

	if (!p)
		return -1;
	if (node->schema)
		set(out, cw_value_boolean(*p == 1), node->schema);
	return 0;
}

static int read_integer(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	int64_t n;

	if (cw_avro_read_long(in, &n))
		return -1;
	if (node->is_int && (n < INT32_MIN || n > INT32_MAX))
		return cw_avro_fail(in, "Invalid int encoding");
	return node->schema ? cw_avro_integer(node->schema, n, out, in->err) : 0;
}

static int read_float(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	const unsigned char *p = cw_avro_read_raw(in, 4);
	uint32_t bits;
	float f;

	if (!p)
		return -1;
	bits = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	memcpy(&f, &bits, sizeof(f));
	if (node->schema)
		set(out, node->schema->type == CW_FLOAT64 ? cw_value_float64(f) : cw_value_float32(f), node->schema);
	return 0;
}

static int read_double(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	const unsigned char *p = cw_avro_read_raw(in, 8);
	uint64_t bits = 0;
	double d;

	if (!p)
		return -1;
	for (int i = 7; i >= 0; i--)
		bits = bits << 8 | p[i];
	memcpy(&d, &bits, sizeof(d));
	if (node->schema)
		set(out, cw_value_float64(d), node->schema);
	return 0;
}

static int make_bytes(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_slice bytes,
		      struct cw_value *out)
{
	if (!node->schema)
		return 0;
	if (node->schema->type != CW_STRING) {
		if (cw_type_physical(node->schema->type) != CW_BYTES)
			return misfit(in, node);
		return cw_avro_bytes(node->schema, node->scale, bytes, out, in->err);
	}
	set(out, cw_value_string(cw_text_decode(in->batch, bytes)), node->schema);
	return 0;
}

static int read_bytes(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	const unsigned char *p;
	size_t n;

	p = cw_avro_read_sized(in, &n);
	if (!p)
		return -1;
	return make_bytes(in, node, cw_slice(p, n), out);
}

static int read_fixed(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	const unsigned char *p = cw_avro_read_raw(in, node->size);

	return !p ? -1 : make_bytes(in, node, cw_slice(p, node->size), out);
}

static int read_enum(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	int64_t i;

	if (cw_avro_read_long(in, &i))
		return -1;
	if (i < 0 || (uint64_t)i >= node->size)
		return cw_error_set(in->err, CW_ERR_INVALID, "an enumeration of %zu symbols has none of number %lld",
				    node->size, (long long)i);
	if (!node->schema)
		return 0;
	if (node->values[i].type == CW_AVRO_REFUSED)
		return cw_error_set(in->err, CW_ERR_INVALID, "No match for %.*s", (int)node->values[i].u.bytes.n,
				    node->values[i].u.bytes.p);
	*out = node->values[i];
	return 0;
}

/* ---- arrays and maps ---------------------------------------------------------------------------- */

static int read_array(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	struct cw_value *items = NULL;
	size_t n = 0, capacity = 0, more;

	for (;;) {
		if (cw_avro_read_block(in, node->may_be_empty, &more))
			return -1;
		if (more == 0)
			break;
		for (; more > 0; more--, n++) {
			if (node->schema)
				items = cw_avro_make_room(in, items, n, more, &capacity, sizeof(*items));
			if (read_value(in, node->children[0], node->schema ? &items[n] : NULL))
				return -1;
		}
	}
	if (node->schema)
		set(out, cw_value_array(items, n), node->schema);
	return 0;
}

/* The keys of a map are strings; those of a map from an array of records are what they are. */
static int read_entry(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_entry *entry)
{
	const unsigned char *p;
	size_t n;

	if (node->step == CW_READ_ENTRIES)
		return read_value(in, node->children[0], &entry->key) ||
				       read_value(in, node->children[1], &entry->value)
			       ? -1
			       : 0;
	p = cw_avro_read_sized(in, &n);
	if (!p)
		return -1;
	if (entry)
		set(&entry->key, cw_value_string(cw_text_decode(in->batch, cw_slice(p, n))), node->schema->key_schema);
	return read_value(in, node->children[0], entry ? &entry->value : NULL);
}

static int read_map(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	struct cw_entry *entries = NULL;
	size_t n = 0, capacity = 0, more;

	for (;;) {
		if (cw_avro_read_block(in, node->may_be_empty, &more))
			return -1;
		if (more == 0)
			break;
		for (; more > 0; more--, n++) {
			if (node->schema)
				entries = cw_avro_make_room(in, entries, n, more, &capacity, sizeof(*entries));
			if (read_entry(in, node, node->schema ? &entries[n] : NULL))
				return -1;
		}
	}
	if (node->schema)
		set(out, cw_value_map(entries, cw_map_unique(in->batch, entries, n)), node->schema);
	return 0;
}

/* ---- records and unions ------------------------------------------------------------------------- */

static int read_record(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	const struct cw_schema *schema = node->schema;
	struct cw_value *fields = NULL;

	if (schema) {
		fields = cw_batch_alloc(in->batch, schema->n_fields * sizeof(*fields));
		memcpy(fields, node->values, schema->n_fields * sizeof(*fields));
	}
	for (size_t i = 0; i < node->n; i++)
		if (read_value(in, node->children[i], node->to[i] < 0 ? NULL : &fields[node->to[i]]))
			return -1;
	if (schema)
		*out = cw_value_struct(schema, fields);
	return 0;
}

static int read_union(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	int64_t i;

	if (cw_avro_read_long(in, &i))
		return -1;
	if (i < 0 || (uint64_t)i >= node->n)
		return cw_error_set(in->err, CW_ERR_INVALID, "a union of %zu types has none of number %lld", node->n,
				    (long long)i);
	return read_value(in, node->children[i], out);
}

static int read_member(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	const struct cw_schema *schema = node->schema;
	struct cw_value *fields = cw_batch_alloc(in->batch, schema->n_fields * sizeof(*fields));

	for (size_t i = 0; i < schema->n_fields; i++)
		fields[i] = cw_value_null_of(schema->fields[i].schema);
	*out = cw_value_struct(schema, fields);
	return read_value(in, node->children[0], &fields[node->size]);
}

/* ---- schemaless values -------------------------------------------------------------------------- */

static int read_anything(struct cw_avro_input *in, struct cw_value *out);

static int read_any_items(struct cw_avro_input *in, struct cw_value *out)
{
	struct cw_value *items = NULL;
	size_t n = 0, capacity = 0, more;

	for (;;) {
		if (cw_avro_read_block(in, false, &more))
			return -1;
		if (more == 0)
			break;
		for (; more > 0; more--, n++) {
			items = cw_avro_make_room(in, items, n, more, &capacity, sizeof(*items));
			if (read_anything(in, &items[n]))
				return -1;
		}
	}
	*out = cw_value_array(items, n);
	return 0;
}

static int read_any_entries(struct cw_avro_input *in, struct cw_value *out)
{
	struct cw_entry *entries = NULL;
	size_t n = 0, capacity = 0, more;

	for (;;) {
		if (cw_avro_read_block(in, false, &more))
			return -1;
		if (more == 0)
			break;
		for (; more > 0; more--, n++) {
			entries = cw_avro_make_room(in, entries, n, more, &capacity, sizeof(*entries));
			if (read_anything(in, &entries[n].key) || read_anything(in, &entries[n].value))
				return -1;
		}
	}
	*out = cw_value_map(entries, cw_map_unique(in->batch, entries, n));
	return 0;
}

static int read_any_field(struct cw_avro_input *in, size_t field, struct cw_value *out)
{
	static const struct cw_avro_node nodes[] = {
		{ .step = CW_READ_BOOLEAN },
		{ .step = CW_READ_BYTES },
		{ .step = CW_READ_DOUBLE },
		{ .step = CW_READ_FLOAT },
		{ .step = CW_READ_INTEGER, .is_int = true },
		{ .step = CW_READ_INTEGER },
		{ .step = CW_READ_BYTES },
	};
	static const enum cw_type types[] = { CW_BOOLEAN, CW_BYTES, CW_FLOAT64, CW_FLOAT32,
					      CW_INT32,   CW_INT64, CW_STRING };
	struct cw_avro_node node;

	if (field >= sizeof(types) / sizeof(types[0]))
		return field == sizeof(types) / sizeof(types[0]) ? read_any_items(in, out) : read_any_entries(in, out);
	node = nodes[field];
	node.schema = cw_schema_of(types[field], false);
	if (read_value(in, &node, out))
		return -1;
	out->schema = NULL;
	return 0;
}

/* A record with a field for each type, of which the first that is set counts. */
static int read_anything(struct cw_avro_input *in, struct cw_value *out)
{
	bool found = false;

	if (in->depth == DEPTH_MAX || in->left == 0)
		return cw_avro_fail(in, "the value is nested too deep");
	in->depth++;
	*out = cw_value_null();
	for (size_t field = 0; field < 9; field++) {
		struct cw_value value;
		int64_t set_too;

		if (cw_avro_read_long(in, &set_too))
			return -1;
		if (set_too != 0 && set_too != 1)
			return cw_avro_fail(in, "Invalid Avro data for schemaless Connect data");
		if (set_too && read_any_field(in, field, &value))
			return -1;
		if (set_too && !found)
			*out = value;
		found = found || set_too;
	}
	in->depth--;
	return 0;
}

/* ---- ------------------------------------------------------------------------------------------- */

static int read_step(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	switch (node->step) {
	case CW_READ_NULL:
		if (!node->schema)
			return 0;
		*out = cw_value_null_of(node->schema);
		return node->schema->optional ? 0 : cw_avro_fail(in, "Found null value for non-optional schema");
	case CW_READ_BOOLEAN: return read_boolean(in, node, out);
	case CW_READ_INTEGER: return read_integer(in, node, out);
	case CW_READ_FLOAT: return read_float(in, node, out);
	case CW_READ_DOUBLE: return read_double(in, node, out);
	case CW_READ_BYTES: return read_bytes(in, node, out);
	case CW_READ_FIXED: return read_fixed(in, node, out);
	case CW_READ_ENUM: return read_enum(in, node, out);
	case CW_READ_ARRAY: return read_array(in, node, out);
	case CW_READ_ENTRIES:
	case CW_READ_MAP: return read_map(in, node, out);
	case CW_READ_RECORD: return read_record(in, node, out);
	case CW_READ_UNION: return read_union(in, node, out);
	case CW_READ_MEMBER: return read_member(in, node, out);
	case CW_READ_ANYTHING: return read_anything(in, out);
	case CW_READ_REFUSE: break;
	}
	return cw_avro_fail(in, node->why);
}

static int read_value(struct cw_avro_input *in, const struct cw_avro_node *node, struct cw_value *out)
{
	int rc;

	if (in->depth == DEPTH_MAX || in->left == 0)
		return cw_avro_fail(in, in->left ? "the value is nested too deep"
					 : "the value has more parts than its bytes can hold");
	in->left--;
	in->depth++;
	rc = read_step(in, node, out);
	in->depth--;
	return rc;
}

int cw_avro_read(const struct cw_avro_reader *reader, struct cw_batch *batch, struct cw_slice bytes,
		 struct cw_value *out, struct cw_error *err)
{
	struct cw_avro_input in = { .p = (const unsigned char *)bytes.p, .batch = batch, .err = err };

	in.end = in.p + bytes.n;
	in.left = (bytes.n + CW_AVRO_EMPTY_ITEMS_MAX) * 4;
	if (reader->raw)
		return make_bytes(&in, reader->root, bytes, out);
	return read_value(&in, reader->root, out);
}
