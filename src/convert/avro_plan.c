#include "convert/avro_plan.h"

#include "convert/avro_data.h"
#include "data/schema.h"
#include "data/seen.h"
#include "data/value.h"

#define DEPTH_MAX 1000

/* What was planned for a writer's type, to be read as another one. */
struct planned {
	struct planned *next; /* of the same writer's type */
	const struct cw_avro_schema *reader;
	const struct cw_schema *schema;
	struct cw_avro_node *node;
};

struct planner {
	struct cw_batch *memory;
	struct cw_seen planned; /* the writer's type and the Connect schema, to struct planned */
	bool strict;            /* whatever cannot be read is an error at once */
	int depth;
	struct cw_error *err;
};

static const struct cw_avro_node *plan(struct planner *p, const struct cw_avro_schema *w,
				       const struct cw_avro_schema *r, const struct cw_schema *schema);

static const struct cw_avro_node *refuse(struct planner *p, const struct cw_avro_schema *w,
					 const struct cw_avro_schema *r)
{
	const char *found = w->name.p ? w->name.p : cw_avro_type_name(w->type);
	const char *expected = r->name.p ? r->name.p : cw_avro_type_name(r->type);
	int n_found = w->name.p ? (int)w->name.n : (int)strlen(found);
	int n_expected = r->name.p ? (int)r->name.n : (int)strlen(expected);

	cw_error_set(p->err, CW_ERR_INVALID, "Found %.*s, expecting %.*s", n_found < 300 ? n_found : 300, found,
		     n_expected < 300 ? n_expected : 300, expected);
	return NULL;
}

static struct cw_avro_node *node_new(struct planner *p, enum cw_avro_step step, const struct cw_schema *schema,
				     size_t n)
{
	struct cw_avro_node *node = cw_batch_alloc(p->memory, sizeof(*node));

	*node = (struct cw_avro_node){ .step = step, .schema = schema, .n = n };
	node->children = cw_batch_alloc(p->memory, n * sizeof(struct cw_avro_node *));
	memset(node->children, 0, n * sizeof(struct cw_avro_node *));
	return node;
}

/* ---- what takes no bytes ------------------------------------------------------------------------ */

static bool may_be_empty(const struct cw_avro_schema *avro, int depth)
{
	if (avro->type == CW_AVRO_NULL || (avro->type == CW_AVRO_FIXED && avro->size == 0))
		return true;
	if (avro->type != CW_AVRO_RECORD || depth == 32)
		return false;
	for (size_t i = 0; i < avro->n_fields; i++)
		if (!may_be_empty(avro->fields[i].schema, depth + 1))
			return false;
	return true;
}

/* ---- primitive types ---------------------------------------------------------------------------- */

/* Whether one primitive type can be read as the other one. */
static bool promotes(enum cw_avro_type w, enum cw_avro_type r)
{
	switch (w) {
	case CW_AVRO_INT: return r == CW_AVRO_INT || r == CW_AVRO_LONG || r == CW_AVRO_FLOAT || r == CW_AVRO_DOUBLE;
	case CW_AVRO_LONG: return r == CW_AVRO_LONG || r == CW_AVRO_FLOAT || r == CW_AVRO_DOUBLE;
	case CW_AVRO_FLOAT: return r == CW_AVRO_FLOAT || r == CW_AVRO_DOUBLE;
	case CW_AVRO_STRING:
	case CW_AVRO_BYTES: return r == CW_AVRO_STRING || r == CW_AVRO_BYTES;
	default: return w == r;
	}
}

static const struct cw_avro_node *plan_primitive(struct planner *p, const struct cw_avro_schema *w,
						 const struct cw_avro_schema *r, const struct cw_schema *schema)
{
	static const enum cw_avro_step steps[] = {
		[CW_AVRO_NULL] = CW_READ_NULL,   [CW_AVRO_BOOLEAN] = CW_READ_BOOLEAN,
		[CW_AVRO_INT] = CW_READ_INTEGER, [CW_AVRO_LONG] = CW_READ_INTEGER,
		[CW_AVRO_FLOAT] = CW_READ_FLOAT, [CW_AVRO_DOUBLE] = CW_READ_DOUBLE,
		[CW_AVRO_BYTES] = CW_READ_BYTES, [CW_AVRO_STRING] = CW_READ_BYTES,
		[CW_AVRO_FIXED] = CW_READ_FIXED,
	};
	struct cw_avro_node *node = node_new(p, steps[w->type], schema, 0);

	if (schema &&
	    (w->type == CW_AVRO_FIXED ? r->type != CW_AVRO_FIXED || r->size != w->size : !promotes(w->type, r->type)))
		return refuse(p, w, r);
	node->is_int = w->type == CW_AVRO_INT;
	node->size = w->size;
	if (schema && schema->type == CW_DECIMAL && cw_avro_scale(schema, &node->scale, p->err))
		return NULL;
	return node;
}

static const struct cw_avro_node *plan_enum(struct planner *p, const struct cw_avro_schema *w,
					    const struct cw_avro_schema *r, const struct cw_schema *schema)
{
	struct cw_avro_node *node = node_new(p, CW_READ_ENUM, schema, 0);
	struct cw_value *values = cw_batch_alloc(p->memory, w->n_symbols * sizeof(*values));

	if (schema && r->type != CW_AVRO_ENUM)
		return refuse(p, w, r);
	node->size = w->n_symbols;
	node->values = values;
	for (size_t i = 0; i < w->n_symbols && schema; i++) {
		size_t j = 0;

		while (j < r->n_symbols && !cw_slice_equal(r->symbols[j], w->symbols[i]))
			j++;
		if (j == r->n_symbols && r->default_symbol >= 0)
			j = (size_t)r->default_symbol;
		values[i] = cw_value_null_of(schema);
		values[i].type = j < r->n_symbols ? CW_STRING : CW_AVRO_REFUSED;
		values[i].u.bytes = j < r->n_symbols ? r->symbols[j] : w->symbols[i];
		if (j == r->n_symbols && p->strict) {
			cw_error_set(p->err, CW_ERR_INVALID, "No match for %.*s", (int)w->symbols[i].n,
				     w->symbols[i].p);
			return NULL;
		}
	}
	return node;
}

/* ---- containers --------------------------------------------------------------------------------- */

static const struct cw_avro_node *plan_items(struct planner *p, const struct cw_avro_schema *w,
					     const struct cw_avro_schema *r, const struct cw_schema *schema,
					     struct cw_avro_node *node)
{
	bool entries = schema && w->type == CW_AVRO_ARRAY && schema->type == CW_MAP;

	if (schema && r->type != w->type)
		return refuse(p, w, r);
	node->step = w->type == CW_AVRO_MAP ? CW_READ_MAP : entries ? CW_READ_ENTRIES : CW_READ_ARRAY;
	node->may_be_empty = w->type == CW_AVRO_ARRAY && may_be_empty(w->items, 0);
	if (!entries) {
		node->children[0] = plan(p, w->items, schema ? r->items : NULL, schema ? schema->value_schema : NULL);
		return node->children[0] ? node : NULL;
	}
	if (w->items->type != CW_AVRO_RECORD || r->items->type != CW_AVRO_RECORD || w->items->n_fields != 2 ||
	    r->items->n_fields != 2)
		return refuse(p, w->items, r->items);
	node->children[0] = plan(p, w->items->fields[0].schema, r->items->fields[0].schema, schema->key_schema);
	if (node->children[0])
		node->children[1] =
			plan(p, w->items->fields[1].schema, r->items->fields[1].schema, schema->value_schema);
	return node->children[1] ? node : NULL;
}

static bool field_answers_to(const struct cw_avro_field *field, struct cw_slice name)
{
	const json_t *aliases = json_object_get(field->json, "aliases");

	if (cw_slice_equal(field->name, name))
		return true;
	for (size_t i = 0; i < json_array_size(aliases); i++) {
		const json_t *alias = json_array_get(aliases, i);

		if (cw_slice_equal(cw_slice(json_string_value(alias), json_string_length(alias)), name))
			return true;
	}
	return false;
}

/* The reader's field that the writer's i-th becomes; -1: none. Mostly it is at the same place. */
static ptrdiff_t find_field(const struct cw_avro_schema *w, size_t i, const struct cw_avro_schema *r)
{
	if (i < r->n_fields && cw_slice_equal(r->fields[i].name, w->fields[i].name))
		return (ptrdiff_t)i;
	for (size_t j = 0; j < r->n_fields; j++)
		if (field_answers_to(&r->fields[j], w->fields[i].name))
			return (ptrdiff_t)j;
	return -1;
}

/* What the fields are that the writer does not have. */
static int plan_defaults(struct planner *p, const struct cw_avro_schema *r, const bool *filled,
			 const struct cw_schema *schema, struct cw_value *values)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct cw_avro_field *field = &r->fields[i];

		values[i] = cw_value_null_of(schema->fields[i].schema);
		if (filled[i])
			continue;
		if (!field->default_value)
			return cw_error_set(p->err, CW_ERR_INVALID,
					    "Found %.*s, expecting %.*s, missing required field %.*s", (int)r->name.n,
					    r->name.p, (int)r->name.n, r->name.p, (int)field->name.n, field->name.p);
		if (cw_avro_default(p->memory, field->schema, schema->fields[i].schema, field->default_value,
				    &values[i], p->err))
			return -1;
	}
	return 0;
}

static const struct cw_avro_node *plan_record(struct planner *p, const struct cw_avro_schema *w,
					      const struct cw_avro_schema *r, const struct cw_schema *schema,
					      struct cw_avro_node *node)
{
	struct cw_value *values = NULL;
	ptrdiff_t *to = cw_batch_alloc(p->memory, w->n_fields * sizeof(*to));
	bool *filled = NULL;

	if (schema && (r->type != CW_AVRO_RECORD || schema->type != CW_STRUCT || schema->n_fields != r->n_fields))
		return refuse(p, w, r);
	node->to = to;
	if (schema) {
		values = cw_batch_alloc(p->memory, r->n_fields * sizeof(*values));
		filled = cw_batch_alloc(p->memory, r->n_fields * sizeof(*filled));
		memset(filled, 0, r->n_fields * sizeof(*filled));
	}
	for (size_t i = 0; i < w->n_fields; i++) {
		to[i] = schema ? find_field(w, i, r) : -1;
		if (to[i] >= 0 && filled[to[i]])
			to[i] = -1;
		if (to[i] >= 0)
			filled[to[i]] = true;
		node->children[i] = plan(p, w->fields[i].schema, to[i] < 0 ? NULL : r->fields[to[i]].schema,
					 to[i] < 0 ? NULL : schema->fields[to[i]].schema);
		if (!node->children[i])
			return NULL;
	}
	node->values = values;
	return schema && plan_defaults(p, r, filled, schema, values) ? NULL : node;
}

/* ---- unions ------------------------------------------------------------------------------------- */

static const struct cw_avro_node *plan_member(struct planner *p, const struct cw_avro_schema *w,
					      const struct cw_avro_schema *r, size_t member,
					      const struct cw_schema *schema)
{
	const struct cw_avro_schema *chosen = r->members[member];
	struct cw_avro_node *node;
	size_t field = 0;

	if (chosen->type == CW_AVRO_NULL || !cw_avro_is_union(schema))
		return plan(p, w, chosen, schema);
	for (size_t i = 0; i < member; i++)
		field += r->members[i]->type != CW_AVRO_NULL;
	if (field >= schema->n_fields)
		return refuse(p, w, r);
	node = node_new(p, CW_READ_MEMBER, schema, 1);
	node->size = field;
	node->children[0] = plan(p, w, chosen, schema->fields[field].schema);
	return node->children[0] ? node : NULL;
}

/* The reader's member for a type that is no union: the same type, then one that it can be read as. */
static const struct cw_avro_node *plan_into_union(struct planner *p, const struct cw_avro_schema *w,
						  const struct cw_avro_schema *r, const struct cw_schema *schema)
{
	struct cw_error *err = p->err, none = { 0 };
	const struct cw_avro_node *node = NULL;

	for (size_t i = 0; i < r->n_members; i++)
		if (r->members[i]->type == w->type &&
		    (!cw_avro_is_named(w) || cw_avro_answers_to(r->members[i], w->name)))
			return plan_member(p, w, r, i, schema);
	p->err = &none;
	for (size_t i = 0; i < r->n_members && !node; i++)
		if (r->members[i]->type == w->type &&
		    (!cw_avro_is_named(w) || cw_slice_equal(r->members[i]->simple, w->simple)))
			node = plan_member(p, w, r, i, schema);
	for (size_t i = 0; i < r->n_members && !node; i++)
		if (r->members[i]->type != w->type || w->type == CW_AVRO_RECORD)
			node = plan_member(p, w, r, i, schema);
	p->err = err;
	return node ? node : refuse(p, w, r);
}

/* A member that cannot be read matters only to values that are one. */
static const struct cw_avro_node *refused_node(struct planner *p, const struct cw_error *why)
{
	struct cw_avro_node *node = node_new(p, CW_READ_REFUSE, NULL, 0);
	size_t n = strlen(why->text) + 1;
	char *text = cw_batch_alloc(p->memory, n);

	memcpy(text, why->text, n);
	node->why = text;
	return node;
}

static const struct cw_avro_node *plan_union(struct planner *p, const struct cw_avro_schema *w,
					     const struct cw_avro_schema *r, const struct cw_schema *schema,
					     struct cw_avro_node *node)
{
	struct cw_error *err = p->err;

	for (size_t i = 0; i < w->n_members; i++) {
		struct cw_error why = { 0 };

		p->err = &why;
		if (!schema)
			node->children[i] = plan(p, w->members[i], NULL, NULL);
		else if (w == r)
			node->children[i] = plan_member(p, w->members[i], r, i, schema);
		else
			node->children[i] = plan(p, w->members[i], r, schema);
		p->err = err;
		if (!node->children[i] && p->strict) {
			cw_error_set(err, why.code, "%s", why.text);
			return NULL;
		}
		if (!node->children[i])
			node->children[i] = refused_node(p, &why);
	}
	return node;
}

/* ---- ------------------------------------------------------------------------------------------- */

static bool recursive(const struct cw_avro_schema *w)
{
	return w->type == CW_AVRO_RECORD;
}

/* Records are planned once for each use, as they may hold themselves. */
static struct planned *find_planned(struct planner *p, const struct cw_avro_schema *w, const struct cw_avro_schema *r,
				    const struct cw_schema *schema)
{
	struct planned *planned = cw_seen_find(&p->planned, w, schema);

	while (planned && planned->reader != r)
		planned = planned->next;
	return planned;
}

static const struct cw_avro_node *plan_new_record(struct planner *p, const struct cw_avro_schema *w,
						  const struct cw_avro_schema *r, const struct cw_schema *schema)
{
	struct planned *planned = find_planned(p, w, r, schema), *first;

	if (planned)
		return planned->node;
	planned = cw_batch_alloc(p->memory, sizeof(*planned));
	*planned = (struct planned){ .reader = r,
				     .schema = schema,
				     .node = node_new(p, CW_READ_RECORD, schema, w->n_fields) };
	first = cw_seen_find(&p->planned, w, schema);
	if (first) {
		planned->next = first->next;
		first->next = planned;
	} else {
		cw_seen_add(&p->planned, w, schema, planned);
	}
	if (plan_record(p, w, r, schema, planned->node))
		return planned->node;
	/* another try at it fails in the same way */
	planned->node->step = CW_READ_REFUSE;
	planned->node->why = "the record cannot be read as that of the reader's schema";
	return NULL;
}

/* r and schema are NULL for what is only passed over. */
static const struct cw_avro_node *plan_type(struct planner *p, const struct cw_avro_schema *w,
					    const struct cw_avro_schema *r, const struct cw_schema *schema)
{
	if (w->type == CW_AVRO_UNION)
		return plan_union(p, w, r, schema, node_new(p, CW_READ_UNION, schema, w->n_members));
	if (r && r->type == CW_AVRO_UNION)
		return plan_into_union(p, w, r, schema);
	if (recursive(w))
		return plan_new_record(p, w, r, schema);
	switch (w->type) {
	case CW_AVRO_ENUM: return plan_enum(p, w, r, schema);
	case CW_AVRO_ARRAY:
	case CW_AVRO_MAP: return plan_items(p, w, r, schema, node_new(p, CW_READ_ARRAY, schema, 2));
	default: return plan_primitive(p, w, r, schema);
	}
}

static const struct cw_avro_node *plan(struct planner *p, const struct cw_avro_schema *w,
				       const struct cw_avro_schema *r, const struct cw_schema *schema)
{
	const struct cw_avro_node *node;

	if (p->depth == DEPTH_MAX) {
		cw_error_set(p->err, CW_ERR_INVALID, "the schema is nested more than %d deep", DEPTH_MAX);
		return NULL;
	}
	p->depth++;
	node = plan_type(p, w, r, schema);
	p->depth--;
	return node;
}

bool cw_avro_is_anything(const struct cw_avro_schema *avro)
{
	static const char *const fields[] = { "boolean", "bytes",  "double", "float", "int",
					      "long",    "string", "array",  "map" };

	if (avro->type != CW_AVRO_RECORD || !cw_slice_equal(avro->name, cw_slice_str(CW_AVRO_ANYTHING)) ||
	    avro->n_fields != sizeof(fields) / sizeof(fields[0]))
		return false;
	for (size_t i = 0; i < avro->n_fields; i++)
		if (!cw_slice_equal(avro->fields[i].name, cw_slice_str(fields[i])) ||
		    !cw_avro_nullable(avro->fields[i].schema) ||
		    avro->fields[i].schema->members[0]->type != CW_AVRO_NULL)
			return false;
	return true;
}

struct cw_avro_reader *cw_avro_reader_new(struct cw_batch *memory, const struct cw_avro_schema *writer,
					  const struct cw_avro_schema *reader, const struct cw_schema *schema,
					  struct cw_error *err)
{
	struct planner p = { .memory = memory, .err = err };
	struct cw_avro_reader *made = cw_batch_alloc(memory, sizeof(*made));

	*made = (struct cw_avro_reader){ .raw = schema && writer->type == CW_AVRO_BYTES };
	made->root = schema ? plan(&p, writer, reader, schema) : node_new(&p, CW_READ_ANYTHING, NULL, 0);
	cw_seen_free(&p.planned);
	return made->root ? made : NULL;
}

int cw_avro_can_read(const struct cw_avro_schema *writer, const struct cw_avro_schema *reader, struct cw_error *err)
{
	const struct cw_avro_config config = { .enhanced = true };
	struct cw_batch *memory = cw_memory_new();
	struct planner p = { .memory = memory, .strict = true, .err = err };
	const struct cw_schema *schema = cw_avro_to_connect(memory, &config, reader, 0, err);
	int rc = schema && plan(&p, writer, reader, schema) ? 0 : -1;

	cw_seen_free(&p.planned);
	cw_memory_free(memory);
	return rc;
}
