#include "convert/avro_mapping.h"

#include <strings.h>

#include "base/mem.h"
#include "convert/schema_parameter.h"
#include "data/schema.h"

#define DEPTH_MAX 500

static const struct cw_schema *map(struct cw_avro_mapping *m, const struct cw_avro_schema *avro,
				   const struct cw_avro_use *use);

/* ---- types -------------------------------------------------------------------------------------- */

/* As Java's Number.intValue(). */
static int32_t int_value(const json_t *number)
{
	double d = json_number_value(number);

	if (json_is_integer(number))
		return (int32_t)(uint32_t)(uint64_t)json_integer_value(number);
	return d >= INT32_MAX ? INT32_MAX : d <= INT32_MIN ? INT32_MIN : (int32_t)d;
}

static struct cw_schema *map_bytes(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	const char *logical = cw_avro_property_text(avro, "logicalType");
	const json_t *scale = cw_avro_property(avro, "scale"), *precision = cw_avro_property(avro, "precision");
	struct cw_schema *schema;

	if (logical && strcasecmp(logical, "decimal") == 0) {
		int32_t n = json_is_number(scale) ? int_value(scale) : 0;

		schema = cw_schema_new(m->memory, CW_DECIMAL);
		cw_schema_set_parameter(m->memory, schema, cw_slice_str(CW_DECIMAL_SCALE), cw_avro_number(m, n));
		if (precision && !json_is_number(precision)) {
			cw_error_set(m->err, CW_ERR_INVALID,
				     "precision property must be a JSON Integer. "
				     "https://avro.apache.org/docs/1.9.1/spec.html#Decimal");
			return NULL;
		}
		if (precision && json_number_value(precision) != CW_AVRO_PRECISION_DEFAULT)
			cw_schema_set_parameter(m->memory, schema, cw_slice_str(CW_AVRO_PRECISION),
					      cw_avro_number(m, int_value(precision)));
	} else {
		schema = cw_schema_new(m->memory, CW_BYTES);
	}
	if (avro->type == CW_AVRO_FIXED)
		cw_schema_set_parameter(m->memory, schema, cw_slice_str(CW_AVRO_FIXED_SIZE),
				      cw_avro_number(m, (int64_t)avro->size));
	return schema;
}

static struct cw_schema *map_int(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	const char *logical = cw_avro_property_text(avro, "logicalType");
	const char *type = cw_avro_property_text(avro, "connect.type");

	if (logical && strcasecmp(logical, "date") == 0)
		return cw_schema_new(m->memory, CW_DATE);
	if (logical && strcasecmp(logical, "time-millis") == 0)
		return cw_schema_new(m->memory, CW_TIME);
	if (logical || !type)
		return cw_schema_new(m->memory, CW_INT32);
	if (strcmp(type, "int8") == 0)
		return cw_schema_new(m->memory, CW_INT8);
	if (strcmp(type, "int16") == 0)
		return cw_schema_new(m->memory, CW_INT16);
	cw_error_set(m->err, CW_ERR_INVALID, "Connect type annotation for Avro int field is null");
	return NULL;
}

static struct cw_schema *map_long(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	const char *logical = cw_avro_property_text(avro, "logicalType");
	bool timestamp = logical && strcasecmp(logical, "timestamp-millis") == 0;

	return cw_schema_new(m->memory, timestamp ? CW_TIMESTAMP : CW_INT64);
}

static struct cw_schema *map_array(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	const struct cw_avro_use plain = { 0 };
	const struct cw_avro_schema *items = avro->items;
	const struct cw_schema *keys, *values;

	if (!cw_avro_is_map_entry(items)) {
		values = map(m, items, &plain);
		return values ? cw_schema_array(m->memory, values) : NULL;
	}
	if (items->n_fields != 2 || !cw_slice_equal(items->fields[0].name, cw_slice_str("key")) ||
	    !cw_slice_equal(items->fields[1].name, cw_slice_str("value"))) {
		cw_error_set(m->err, CW_ERR_INVALID,
			     "Found map encoded as array of key-value pairs, but array "
			     "elements do not match the expected format.");
		return NULL;
	}
	keys = map(m, items->fields[0].schema, &plain);
	values = keys ? map(m, items->fields[1].schema, &plain) : NULL;
	return values ? cw_schema_map(m->memory, keys, values) : NULL;
}

static struct cw_schema *map_map(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	const struct cw_avro_use plain = { 0 };
	const struct cw_schema *values = map(m, avro->items, &plain);

	return values ? cw_schema_map(m->memory, cw_schema_of(CW_STRING, false), values) : NULL;
}

static struct cw_schema *map_record(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	struct cw_field *fields;
	struct cw_schema *schema = cw_schema_struct(m->memory, avro->n_fields, &fields);
	const struct cw_avro_open open = { .outer = m->open, .avro = avro, .schema = schema };

	m->open = &open;
	if (cw_avro_keeps_docs(m) && avro->doc.p)
		cw_schema_set_parameter(m->memory, schema, cw_slice_str(CW_AVRO_RECORD_DOC), avro->doc);
	for (size_t i = 0; i < avro->n_fields; i++) {
		const struct cw_avro_field *field = &avro->fields[i];
		const struct cw_avro_use use = { .default_value = field->default_value, .doc = field->doc };

		if (cw_avro_keeps_docs(m) && field->doc.p)
			cw_schema_set_parameter(m->memory, schema, cw_avro_join(m, CW_AVRO_FIELD_DOC, field->name), field->doc);
		fields[i].name = field->name;
		fields[i].schema = map(m, field->schema, &use);
		if (!fields[i].schema)
			return NULL;
	}
	m->open = open.outer;
	return schema;
}

static struct cw_schema *map_enum(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	struct cw_schema *schema = cw_schema_new(m->memory, CW_STRING);
	bool generalized = m->config->registry.generalized_sum_types;
	const char *parameter = generalized ? CW_CONNECT_ENUM : CW_AVRO_ENUM_PARAMETER;
	CW_AUTO_FREE char *prefix = cw_format("%s.", parameter);

	if (m->config->meta_data && avro->doc.p)
		cw_schema_set_parameter(m->memory, schema,
				      m->config->discard_type_doc_default
					      ? cw_slice_str(CW_CONNECT_ENUM_DOC)
					      : cw_avro_join(m, CW_AVRO_ENUM_DOC, avro->simple),
				      avro->doc);
	if (cw_avro_keeps_docs(m) && avro->default_symbol >= 0)
		cw_schema_set_parameter(m->memory, schema, cw_avro_join(m, CW_AVRO_ENUM_DEFAULT, avro->simple),
				      avro->symbols[avro->default_symbol]);
	cw_schema_set_parameter(m->memory, schema, cw_slice_str(parameter), avro->name);
	for (size_t i = 0; i < avro->n_symbols; i++)
		cw_schema_set_parameter(m->memory, schema, cw_avro_join(m, prefix, avro->symbols[i]),
				      generalized ? cw_avro_number(m, (int64_t)i) : avro->symbols[i]);
	return schema;
}

static struct cw_slice member_name(struct cw_avro_mapping *m, const struct cw_avro_schema *member, size_t place)
{
	if (m->config->registry.generalized_sum_types)
		return cw_avro_join(m, "connect_union_field_", cw_avro_number(m, (int64_t)place));
	if (!cw_avro_is_named(member))
		return cw_slice_str(cw_avro_type_name(member->type));
	return m->config->enhanced ? member->name : member->simple;
}

static struct cw_schema *map_union(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	const struct cw_avro_use member = { .optional = true };
	struct cw_field *fields;
	size_t n = 0;
	struct cw_schema *schema;

	for (size_t i = 0; i < avro->n_members; i++)
		n += avro->members[i]->type != CW_AVRO_NULL;
	schema = cw_schema_struct(m->memory, n, &fields);
	schema->optional = n < avro->n_members;
	schema->name = cw_slice_str(CW_AVRO_UNION_NAME);
	if (m->config->registry.generalized_sum_types) {
		schema->name = cw_avro_join(m, "connect_union_", cw_avro_number(m, m->unions++));
		cw_schema_set_parameter(m->memory, schema, cw_slice_str(CW_CONNECT_UNION), schema->name);
	}
	n = 0;
	for (size_t i = 0; i < avro->n_members; i++) {
		if (avro->members[i]->type == CW_AVRO_NULL)
			continue;
		fields[n].name = member_name(m, avro->members[i], i);
		for (size_t j = 0; j < n; j++)
			if (cw_slice_equal(fields[j].name, fields[n].name)) {
				cw_error_set(m->err, CW_ERR_INVALID,
					     "Multiple union schemas map to the Connect union field name");
				return NULL;
			}
		fields[n].schema = map(m, avro->members[i], &member);
		if (!fields[n++].schema)
			return NULL;
	}
	return schema;
}

static struct cw_schema *map_type(struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	switch (avro->type) {
	case CW_AVRO_BOOLEAN: return cw_schema_new(m->memory, CW_BOOLEAN);
	case CW_AVRO_INT: return map_int(m, avro);
	case CW_AVRO_LONG: return map_long(m, avro);
	case CW_AVRO_FLOAT: return cw_schema_new(m->memory, CW_FLOAT32);
	case CW_AVRO_DOUBLE: return cw_schema_new(m->memory, CW_FLOAT64);
	case CW_AVRO_STRING: return cw_schema_new(m->memory, CW_STRING);
	case CW_AVRO_BYTES:
	case CW_AVRO_FIXED: return map_bytes(m, avro);
	case CW_AVRO_ARRAY: return map_array(m, avro);
	case CW_AVRO_MAP: return map_map(m, avro);
	case CW_AVRO_RECORD: return map_record(m, avro);
	case CW_AVRO_ENUM: return map_enum(m, avro);
	case CW_AVRO_UNION: return map_union(m, avro);
	case CW_AVRO_NULL: break;
	}
	cw_error_set(m->err, CW_ERR_INVALID, "Standalone null schemas are not supported by this converter");
	return NULL;
}

/* ---- ------------------------------------------------------------------------------------------- */

static const struct cw_schema *map_new(struct cw_avro_mapping *m, const struct cw_avro_schema *avro,
				       const struct cw_avro_use *use)
{
	struct cw_schema *schema = map_type(m, avro);

	if (!schema)
		return NULL;
	if (cw_avro_annotate(m, avro, use, schema))
		return NULL;
	schema->optional = schema->optional || use->optional;
	return schema;
}

static const struct cw_schema *find_open(const struct cw_avro_mapping *m, const struct cw_avro_schema *avro)
{
	for (const struct cw_avro_open *open = m->open; open; open = open->outer)
		if (open->avro == avro)
			return open->schema;
	return NULL;
}

/* A record that is being mapped: its fields, which will be there. */
static const struct cw_schema *map_cycle(struct cw_avro_mapping *m, const struct cw_schema *record, bool optional)
{
	struct cw_avro_cycle *cycle = cw_batch_alloc(m->memory, sizeof(*cycle));

	*cycle = (struct cw_avro_cycle){ .next = m->cycles,
					 .record = record,
					 .copy = cw_schema_copy(m->memory, record) };
	cycle->copy->optional = optional;
	m->cycles = cycle;
	return cycle->copy;
}

static const struct cw_schema *map_once(struct cw_avro_mapping *m, const struct cw_avro_schema *avro,
					const struct cw_avro_use *use)
{
	const struct cw_avro_schema *only = cw_avro_nullable(avro);
	bool shared = !use->default_value && !use->doc.p && !use->version;
	const struct cw_schema *schema = NULL;
	struct cw_avro_use inner = { .optional = only != NULL, .doc = use->doc };

	if (!only && avro->type == CW_AVRO_UNION && avro->n_members == 1 &&
	    m->config->registry.flatten_singleton_unions)
		only = avro->members[0];
	if (only)
		return map(m, only, &inner);
	if (avro->type == CW_AVRO_RECORD && (schema = find_open(m, avro)) != NULL)
		return map_cycle(m, schema, use->optional);
	if (shared)
		schema = cw_seen_find(&m->done[use->optional], avro, NULL);
	if (schema)
		return schema;
	schema = map_new(m, avro, use);
	if (schema && shared)
		cw_seen_add(&m->done[use->optional], avro, NULL, (void *)(uintptr_t)schema);
	return schema;
}

static const struct cw_schema *map(struct cw_avro_mapping *m, const struct cw_avro_schema *avro,
				   const struct cw_avro_use *use)
{
	const struct cw_schema *schema;

	if (m->depth == DEPTH_MAX) {
		cw_error_set(m->err, CW_ERR_INVALID, "the schema is nested more than %d deep", DEPTH_MAX);
		return NULL;
	}
	m->depth++;
	schema = map_once(m, avro, use);
	m->depth--;
	return schema;
}

static void close_cycles(struct cw_avro_mapping *m)
{
	for (struct cw_avro_cycle *cycle = m->cycles; cycle; cycle = cycle->next) {
		bool optional = cycle->copy->optional;

		*cycle->copy = *cycle->record;
		cycle->copy->optional = optional;
	}
}

const struct cw_schema *cw_avro_to_connect(struct cw_batch *memory, const struct cw_avro_config *config,
					   const struct cw_avro_schema *avro, int32_t version, struct cw_error *err)
{
	struct cw_avro_mapping m = { .memory = memory, .config = config, .err = err };
	const struct cw_avro_use use = { .version = version };
	const struct cw_schema *schema = map(&m, avro, &use);

	if (schema)
		close_cycles(&m);
	cw_seen_free(&m.done[false]);
	cw_seen_free(&m.done[true]);
	return schema;
}
