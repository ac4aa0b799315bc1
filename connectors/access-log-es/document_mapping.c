/* The mapping of documents that are made from a schema. */
#include "document.h"

#include <jansson.h>

#define DEPTH_MAX 20     /* as deep as a store takes */
#define FIELDS_MAX 10000 /* ten times as many as a store takes unless it is told to */

/* The structs around the place that is looked at. Where one comes back, its schema is recursive. */
struct open {
	const struct open *outer;
	const struct cw_field *fields;
};

struct mapper {
	bool compact_maps;
	unsigned depth;
	size_t fields;
	const struct open *open;
};

static json_t *mapping_of(struct mapper *m, const struct cw_schema *schema);

static json_t *typed(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

static json_t *properties_of(struct mapper *m, const struct cw_schema *schema)
{
	const struct open here = { m->open, schema->fields };
	json_t *properties = json_object();

	m->open = &here;
	for (size_t i = 0; i < schema->n_fields && m->fields < FIELDS_MAX; i++) {
		json_t *inner = mapping_of(m, schema->fields[i].schema);

		m->fields++;
		if (inner)
			json_object_setn_new(properties, schema->fields[i].name.p, schema->fields[i].name.n, inner);
	}
	m->open = here.outer;
	return json_pack("{s:o}", "properties", properties);
}

static bool is_open(const struct mapper *m, const struct cw_schema *schema)
{
	const struct open *open = m->open;

	while (open && open->fields != schema->fields)
		open = open->outer;
	return open != NULL;
}

/* What a map's entries become: an object of any fields, or {"key","value"} each. */
static json_t *mapping_of_map(struct mapper *m, const struct cw_schema *schema)
{
	json_t *properties;

	if (m->compact_maps && schema->key_schema->type == CW_STRING)
		return typed("object");
	properties = json_object();
	json_object_set_new(properties, "key", mapping_of(m, schema->key_schema));
	json_object_set_new(properties, "value", mapping_of(m, schema->value_schema));
	return json_pack("{s:o}", "properties", properties);
}

static json_t *mapping_of_container(struct mapper *m, const struct cw_schema *schema)
{
	json_t *mapping = NULL;

	m->depth++;
	if (schema->type == CW_ARRAY)
		mapping = mapping_of(m, schema->value_schema);
	else if (schema->type == CW_MAP)
		mapping = mapping_of_map(m, schema);
	else if (!is_open(m, schema))
		mapping = properties_of(m, schema);
	m->depth--;
	return mapping;
}

/* NULL: the store decides when it sees the first value. */
static json_t *mapping_of(struct mapper *m, const struct cw_schema *schema)
{
	if (!schema || m->depth > DEPTH_MAX)
		return NULL;
	switch (schema->type) {
	case CW_STRING:
		return json_pack("{s:s,s:{s:{s:s,s:i}}}", "type", "text", "fields", "keyword", "type", "keyword",
				 "ignore_above", 256);
	case CW_INT8: return typed("byte");
	case CW_INT16: return typed("short");
	case CW_INT32: return typed("integer");
	case CW_INT64: return typed("long");
	case CW_FLOAT32: return typed("float");
	case CW_FLOAT64:
	case CW_DECIMAL: return typed("double");
	case CW_BOOLEAN: return typed("boolean");
	case CW_BYTES: return typed("binary");
	case CW_DATE:
	case CW_TIME:
	case CW_TIMESTAMP: return typed("date");
	case CW_ARRAY:
	case CW_MAP:
	case CW_STRUCT: return mapping_of_container(m, schema);
	default: return NULL;
	}
}

char *cw_document_mapping(const struct cw_schema *schema, bool compact_maps)
{
	struct mapper m = { .compact_maps = compact_maps, .depth = 1 };
	json_t *mapping = properties_of(&m, schema);
	char *text = json_dumps(mapping, JSON_COMPACT);

	json_decref(mapping);
	return text ? text : cw_text_strdup("{}");
}
