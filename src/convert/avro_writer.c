#include "convert/avro_writer_node.h"

#include "data/schema.h"
#include "data/seen.h"
#include "data/value.h"

#define DEPTH_MAX 1000

struct compiler {
	struct cw_batch *memory;
	const struct cw_avro_config *config;
	struct cw_seen done; /* schema and Avro's type, to node */
	int depth;
	struct cw_error *err;
};

static const struct cw_avro_node_out *compile(struct compiler *c, const struct cw_schema *schema,
					      const struct cw_avro_schema *avro);

/* ---- compiling ---------------------------------------------------------------------------------- */

static const struct cw_avro_node_out *refuse(struct compiler *c, const struct cw_schema *schema,
					     const struct cw_avro_schema *avro)
{
	const char *expected = avro->name.p ? avro->name.p : cw_avro_type_name(avro->type);
	int n = avro->name.p ? (int)avro->name.n : (int)strlen(expected);

	cw_error_set(c->err, CW_ERR_INVALID, "Found %s, expecting %.*s", cw_type_name_upper(schema->type),
		     n < 300 ? n : 300, expected);
	return NULL;
}

static bool fits(const struct cw_schema *schema, enum cw_avro_type avro)
{
	switch ((enum cw_type)schema->type) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32:
		return avro == CW_AVRO_INT || avro == CW_AVRO_LONG || avro == CW_AVRO_FLOAT || avro == CW_AVRO_DOUBLE;
	case CW_DATE:
	case CW_TIME: return avro == CW_AVRO_INT || avro == CW_AVRO_LONG;
	case CW_INT64: return avro == CW_AVRO_LONG || avro == CW_AVRO_FLOAT || avro == CW_AVRO_DOUBLE;
	case CW_TIMESTAMP: return avro == CW_AVRO_LONG;
	case CW_FLOAT32: return avro == CW_AVRO_FLOAT || avro == CW_AVRO_DOUBLE;
	case CW_FLOAT64: return avro == CW_AVRO_DOUBLE;
	case CW_BOOLEAN: return avro == CW_AVRO_BOOLEAN;
	case CW_STRING: return avro == CW_AVRO_STRING || avro == CW_AVRO_ENUM || avro == CW_AVRO_BYTES;
	case CW_BYTES: return avro == CW_AVRO_BYTES || avro == CW_AVRO_FIXED || avro == CW_AVRO_STRING;
	case CW_DECIMAL: return avro == CW_AVRO_BYTES || avro == CW_AVRO_FIXED;
	case CW_ARRAY: return avro == CW_AVRO_ARRAY;
	case CW_MAP: return avro == CW_AVRO_MAP || avro == CW_AVRO_ARRAY;
	case CW_STRUCT: return avro == CW_AVRO_RECORD;
	case CW_NULL: break;
	}
	return false;
}

static const struct cw_avro_node_out **children_new(struct compiler *c, struct cw_avro_node_out *node, size_t n)
{
	const struct cw_avro_node_out **children = cw_batch_alloc(c->memory, n * sizeof(struct cw_avro_node_out *));

	memset(children, 0, n * sizeof(struct cw_avro_node_out *));
	node->children = children;
	return children;
}

/* The field of a struct that has the name once it is scrubbed; -1: none. Mostly it is at the same place. */
static ptrdiff_t find_field(struct compiler *c, const struct cw_schema *schema, size_t guess, struct cw_slice name)
{
	struct cw_buf scrubbed = { 0 };
	ptrdiff_t found = -1;

	if (guess < schema->n_fields && cw_slice_equal(schema->fields[guess].name, name))
		return (ptrdiff_t)guess;
	for (size_t i = 0; i < schema->n_fields && found < 0; i++) {
		scrubbed.n = 0;
		cw_avro_scrub(c->config, schema->fields[i].name, &scrubbed);
		if (cw_slice_equal(cw_slice(scrubbed.p, scrubbed.n), name))
			found = (ptrdiff_t)i;
	}
	cw_buf_free(&scrubbed);
	return found;
}

/* The bytes of a field that the values do not have. */
static int compile_default(struct compiler *c, const struct cw_avro_schema *record, const struct cw_avro_field *field,
			   struct cw_slice *out)
{
	const struct cw_avro_config config = { .enhanced = true };
	const struct cw_schema *schema;
	const struct cw_avro_node_out *node;
	struct cw_value value;
	struct cw_buf bytes = { 0 };
	const struct cw_avro_writer writer = { .config = c->config };
	char *copy;
	int rc;

	if (!field->default_value)
		return cw_error_set(c->err, CW_ERR_INVALID,
				    "Field %.*s of %.*s is not in the value and has no default value",
				    (int)field->name.n, field->name.p, (int)record->name.n, record->name.p);
	schema = cw_avro_to_connect(c->memory, &config, field->schema, 0, c->err);
	if (!schema || cw_avro_default(c->memory, field->schema, schema, field->default_value, &value, c->err))
		return -1;
	node = compile(c, schema, field->schema);
	rc = node ? cw_avro_write_node(&writer, node, &value, &bytes, c->err) : -1;
	copy = cw_batch_alloc(c->memory, bytes.n);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	*out = cw_slice(copy, bytes.n);
	cw_buf_free(&bytes);
	return rc;
}

static int compile_struct(struct compiler *c, struct cw_avro_node_out *node)
{
	const struct cw_avro_schema *avro = node->avro;
	const struct cw_avro_node_out **children = children_new(c, node, avro->n_fields);
	ptrdiff_t *from = cw_batch_alloc(c->memory, avro->n_fields * sizeof(*from));
	struct cw_slice *defaults = cw_batch_alloc(c->memory, avro->n_fields * sizeof(*defaults));

	node->from = from;
	node->defaults = defaults;
	for (size_t i = 0; i < avro->n_fields; i++) {
		const struct cw_avro_field *field = &avro->fields[i];

		from[i] = find_field(c, node->schema, i, field->name);
		if (from[i] >= 0)
			children[i] = compile(c, node->schema->fields[from[i]].schema, field->schema);
		if (from[i] >= 0 ? !children[i] : compile_default(c, avro, field, &defaults[i]))
			return -1;
	}
	return 0;
}

static int compile_map(struct compiler *c, struct cw_avro_node_out *node)
{
	const struct cw_avro_schema *avro = node->avro, *entry = avro->items;
	const struct cw_avro_node_out **children = children_new(c, node, 2);

	if (avro->type == CW_AVRO_MAP) {
		if (node->schema->key_schema->type != CW_STRING)
			return refuse(c, node->schema, avro) ? 0 : -1;
		children[1] = compile(c, node->schema->value_schema, avro->items);
		return children[1] ? 0 : -1;
	}
	if (entry->type != CW_AVRO_RECORD || entry->n_fields != 2)
		return refuse(c, node->schema, avro) ? 0 : -1;
	children[0] = compile(c, node->schema->key_schema, entry->fields[0].schema);
	if (children[0])
		children[1] = compile(c, node->schema->value_schema, entry->fields[1].schema);
	return children[1] ? 0 : -1;
}

static const struct cw_avro_node_out *compile_type(struct compiler *c, const struct cw_schema *schema,
						   const struct cw_avro_schema *avro)
{
	struct cw_avro_node_out *node = cw_seen_find(&c->done, schema, avro);
	int rc = 0;

	if (node)
		return node->failed ? refuse(c, schema, avro) : node;
	if (!fits(schema, avro->type))
		return refuse(c, schema, avro);
	node = cw_batch_alloc(c->memory, sizeof(*node));
	*node = (struct cw_avro_node_out){ .schema = schema, .avro = avro };
	cw_seen_add(&c->done, schema, avro, node);
	if (schema->type == CW_STRUCT)
		rc = compile_struct(c, node);
	else if (schema->type == CW_MAP)
		rc = compile_map(c, node);
	else if (schema->type == CW_ARRAY)
		rc = (children_new(c, node, 1)[0] = compile(c, schema->value_schema, avro->items)) ? 0 : -1;
	node->failed = rc != 0;
	return rc ? NULL : node;
}

/* How well a member of a union suits: 0 not, 1 with a wider type, 2 the very type. */
static int suits(struct compiler *c, const struct cw_schema *schema, const struct cw_avro_schema *avro)
{
	struct cw_buf name = { 0 };
	struct cw_slice text = schema->type == CW_STRING ? cw_avro_enum_name(c->config, schema) : schema->name;
	size_t size;
	int how = 1;

	if (!fits(schema, avro->type))
		return 0;
	if (cw_avro_is_named(avro)) {
		for (size_t i = 0, start = 0; i <= text.n; i++)
			if (i == text.n || text.p[i] == '.') {
				cw_avro_scrub(c->config, cw_slice(text.p + start, i - start), &name);
				cw_buf_puts(&name, i < text.n ? "." : "");
				start = i + 1;
			}
		how = cw_slice_equal(cw_slice(name.p, name.n), avro->name) ? 2 : 1;
		if (avro->type == CW_AVRO_FIXED && (!cw_avro_is_fixed(schema, &size) || size != avro->size))
			how = 0;
		cw_buf_free(&name);
		return how;
	}
	switch (cw_type_physical(schema->type)) {
	case CW_INT8:
	case CW_INT16:
	case CW_INT32: return avro->type == CW_AVRO_INT ? 2 : 1;
	case CW_INT64: return avro->type == CW_AVRO_LONG ? 2 : 1;
	case CW_FLOAT32: return avro->type == CW_AVRO_FLOAT ? 2 : 1;
	case CW_STRING: return avro->type == CW_AVRO_STRING ? 2 : 1;
	case CW_BYTES: return avro->type == CW_AVRO_BYTES ? 2 : 1;
	default: return 2;
	}
}

static const struct cw_avro_node_out *compile_member(struct compiler *c, const struct cw_schema *schema,
						     const struct cw_avro_schema *avro)
{
	struct cw_error *err = c->err, none = { 0 };
	const struct cw_avro_node_out *inner = NULL;
	struct cw_avro_node_out *node;
	size_t place = 0;

	c->err = &none;
	for (int how = 2; how > 0 && !inner; how--)
		for (size_t i = 0; i < avro->n_members && !inner; i++)
			if (suits(c, schema, avro->members[i]) == how) {
				inner = compile_type(c, schema, avro->members[i]);
				place = i;
			}
	c->err = err;
	if (!inner) {
		if (none.code)
			cw_error_set(err, none.code, "%s", none.text);
		return refuse(c, schema, avro);
	}
	node = cw_batch_alloc(c->memory, sizeof(*node));
	*node = *inner;
	node->in_union = true;
	node->place = (int64_t)place;
	return node;
}

static void find_null(struct cw_avro_node_out *node, const struct cw_avro_schema *avro)
{
	for (size_t i = 0; i < avro->n_members; i++)
		if (avro->members[i]->type == CW_AVRO_NULL) {
			node->has_null = true;
			node->null_place = (int64_t)i;
		}
}

/* A struct that stands for a union. */
static const struct cw_avro_node_out *compile_members(struct compiler *c, const struct cw_schema *schema,
						      const struct cw_avro_schema *avro)
{
	struct cw_avro_node_out *node = cw_batch_alloc(c->memory, sizeof(*node));
	const struct cw_avro_node_out **children;

	*node = (struct cw_avro_node_out){ .schema = schema, .avro = avro, .members = true };
	children = children_new(c, node, schema->n_fields);
	for (size_t i = 0; i < schema->n_fields; i++) {
		children[i] = avro->type == CW_AVRO_UNION ? compile_member(c, schema->fields[i].schema, avro)
							  : compile_type(c, schema->fields[i].schema, avro);
		if (!children[i])
			return NULL;
	}
	find_null(node, avro);
	return node;
}

static const struct cw_avro_node_out *compile_any(struct compiler *c, const struct cw_schema *schema,
						  const struct cw_avro_schema *avro)
{
	const struct cw_avro_node_out *inner;
	struct cw_avro_node_out *node;

	if (cw_avro_is_union(schema))
		return compile_members(c, schema, avro);
	if (avro->type != CW_AVRO_UNION)
		return compile_type(c, schema, avro);
	inner = compile_member(c, schema, avro);
	if (!inner)
		return NULL;
	node = (struct cw_avro_node_out *)(uintptr_t)inner; /* just made */
	find_null(node, avro);
	return node;
}

static const struct cw_avro_node_out *compile(struct compiler *c, const struct cw_schema *schema,
					      const struct cw_avro_schema *avro)
{
	const struct cw_avro_node_out *node;

	if (c->depth == DEPTH_MAX) {
		cw_error_set(c->err, CW_ERR_INVALID, "the schema is nested more than %d deep", DEPTH_MAX);
		return NULL;
	}
	c->depth++;
	node = compile_any(c, schema, avro);
	c->depth--;
	return node;
}

struct cw_avro_writer *cw_avro_writer_new(struct cw_batch *memory, const struct cw_avro_config *config,
					  const struct cw_schema *schema, const struct cw_avro_schema *avro,
					  struct cw_error *err)
{
	struct compiler c = { .memory = memory, .config = config, .err = err };
	struct cw_avro_writer *writer = cw_batch_alloc(memory, sizeof(*writer));

	*writer = (struct cw_avro_writer){ .config = config };
	if (!schema)
		return writer;
	writer->raw = avro->type == CW_AVRO_BYTES;
	writer->root = compile(&c, schema, avro);
	cw_seen_free(&c.done);
	return writer->root ? writer : NULL;
}
