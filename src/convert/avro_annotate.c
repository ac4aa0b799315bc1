#include "convert/avro_mapping.h"

#include <stdlib.h>

#include "base/mem.h"
#include "convert/logical.h"
#include "convert/schema_parameter.h"
#include "data/schema.h"
#include "data/value.h"

/* ---- parameters --------------------------------------------------------------------------------- */

static struct cw_slice keep(struct cw_avro_mapping *m, const char *text, size_t n)
{
	char *p = cw_batch_alloc(m->memory, n + 1);

	memcpy(p, text, n);
	p[n] = '\0';
	return cw_slice(p, n);
}

struct cw_slice cw_avro_join(struct cw_avro_mapping *m, const char *first, struct cw_slice second)
{
	size_t n = strlen(first);
	char *p = cw_batch_alloc(m->memory, n + second.n + 1);

	memcpy(p, first, n);
	memcpy(p + n, second.p, second.n);
	p[n + second.n] = '\0';
	return cw_slice(p, n + second.n);
}

struct cw_slice cw_avro_number(struct cw_avro_mapping *m, int64_t n)
{
	char text[24];

	return keep(m, text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)n));
}

bool cw_avro_keeps_docs(const struct cw_avro_mapping *m)
{
	return m->config->meta_data && !m->config->discard_type_doc_default;
}

/* ---- what is kept in properties ------------------------------------------------------------------ */

static void read_doc(struct cw_avro_mapping *m, const struct cw_avro_schema *avro, const struct cw_avro_use *use,
		     struct cw_schema *schema)
{
	const json_t *doc = cw_avro_property(avro, "connect.doc");

	if (m->config->discard_type_doc_default) {
		if (use->doc.p || avro->doc.p)
			schema->doc = use->doc.p ? use->doc : avro->doc;
		else if (json_is_string(doc))
			schema->doc = cw_avro_text(m->memory, doc);
		if (m->config->meta_data && avro->doc.p)
			cw_schema_set_parameter(m->memory, schema, cw_slice_str(CW_CONNECT_RECORD_DOC), avro->doc);
	} else if (m->config->meta_data && json_is_string(doc)) {
		schema->doc = cw_avro_text(m->memory, doc);
	}
}

static int read_version(struct cw_avro_mapping *m, const struct cw_avro_schema *avro, const struct cw_avro_use *use,
			struct cw_schema *schema)
{
	const json_t *property = cw_avro_property(avro, "connect.version");
	int32_t version = (int32_t)json_number_value(property);

	if (property && !json_is_number(property))
		return cw_error_set(m->err, CW_ERR_INVALID, "Invalid Connect version found: it is no number");
	if (property && version >= 0) {
		if (schema->version && schema->version != version)
			return cw_error_set(
				m->err, CW_ERR_INVALID,
				"Mismatched versions: version already added to SchemaBuilder (%d) differs from "
				"version in source schema (%d)",
				(int)schema->version, (int)version);
		schema->version = version;
	} else if (!schema->version) {
		schema->version = use->version;
	}
	return 0;
}

static int read_parameters(struct cw_avro_mapping *m, const struct cw_avro_schema *avro, struct cw_schema *schema)
{
	const json_t *parameters = cw_avro_property(avro, "connect.parameters");
	const char *key;
	json_t *value;

	if (parameters && m->config->meta_data && !json_is_object(parameters))
		return cw_error_set(m->err, CW_ERR_INVALID,
				    "Expected JSON object for schema parameters but found: another type");
	if (m->config->meta_data)
		json_object_foreach((json_t *)(uintptr_t)parameters, key, value)
		{
			if (!json_is_string(value))
				return cw_error_set(
					m->err, CW_ERR_INVALID,
					"Expected schema parameter values to be strings but found: that of %s", key);
			cw_schema_set_parameter(m->memory, schema, keep(m, key, strlen(key)), cw_avro_text(m->memory, value));
		}
	json_object_foreach((json_t *)(uintptr_t)avro->json, key, value)
	{
		char *text;

		if (strncmp(key, "avro", 4) != 0)
			continue;
		text = json_is_string(value) ? cw_strdup(json_string_value(value))
					     : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		cw_schema_set_parameter(m->memory, schema, keep(m, key, strlen(key)),
				      keep(m, text ? text : "", text ? strlen(text) : 0));
		free(text);
	}
	return 0;
}

/* Connect's name of the schema; p is NULL when it has none. */
static int read_name(struct cw_avro_mapping *m, const struct cw_avro_schema *avro, struct cw_schema *schema)
{
	const json_t *property = cw_avro_property(avro, "connect.name");
	struct cw_slice name = { 0 };

	if (property && !json_is_string(property))
		return cw_error_set(m->err, CW_ERR_INVALID, "Invalid schema name: it is no string");
	if (property)
		name = cw_avro_text(m->memory, property);
	else if (avro->type == CW_AVRO_RECORD || avro->type == CW_AVRO_ENUM ||
		 (avro->type == CW_AVRO_FIXED && schema->type != CW_DECIMAL))
		name = avro->name;
	if (!name.p || (name.n >= strlen(CW_AVRO_DEFAULT_NAME) &&
			memcmp(name.p, CW_AVRO_DEFAULT_NAME, strlen(CW_AVRO_DEFAULT_NAME)) == 0))
		return 0;
	if (schema->name.p && !cw_slice_equal(schema->name, name))
		return cw_error_set(
			m->err, CW_ERR_INVALID,
			"Mismatched names: name already added to SchemaBuilder (%.*s) differs from name in source "
			"schema (%.*s)",
			(int)schema->name.n, schema->name.p, (int)(name.n < 400 ? name.n : 400), name.p);
	schema->name = name;
	return 0;
}

/* One that does not fit is left out, as Confluent's converter does. */
static void read_default(struct cw_avro_mapping *m, const struct cw_avro_schema *avro, const struct cw_avro_use *use,
			 struct cw_schema *schema)
{
	const json_t *json = cw_avro_property(avro, "connect.default");
	struct cw_value *value = cw_batch_alloc(m->memory, sizeof(*value));

	if (use->default_value) {
		if (cw_avro_keeps_docs(m) && !json)
			cw_schema_set_parameter(m->memory, schema, cw_slice_str(CW_AVRO_FIELD_DEFAULT), cw_slice_str("true"));
		json = use->default_value;
	}
	if (json && !json_is_null(json) && cw_avro_default(m->memory, avro, schema, json, value, NULL) == 0 &&
	    value->type != CW_NULL)
		schema->default_value = value;
}

int cw_avro_annotate(struct cw_avro_mapping *m, const struct cw_avro_schema *avro, const struct cw_avro_use *use,
		     struct cw_schema *schema)
{
	read_doc(m, avro, use, schema);
	if (read_version(m, avro, use, schema) || read_parameters(m, avro, schema) || read_name(m, avro, schema))
		return -1;
	cw_make_logical(schema);
	read_default(m, avro, use, schema);
	return 0;
}
