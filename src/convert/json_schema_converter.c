/* io.confluent.connect.json.JsonSchemaConverter */
#include <stdlib.h>

#include <jansson.h>

#include "base/mem.h"
#include "convert/converters.h"
#include "convert/json_schema_data.h"
#include "convert/primitive.h"
#include "convert/schema_json.h"
#include "convert/serde.h"
#include "data/schema.h"

struct format {
	const struct cw_json_schema_config *config;
	struct cw_json_schema_reader *reader;
};

/* ---- schemas ------------------------------------------------------------------------------------ */

/* JSON has a null of its own, for schemas that allow it. */
static bool null_is_null(const void *arg, const struct cw_schema *schema)
{
	const struct format *format = arg;

	if (!schema)
		return true;
	return !schema->optional && (!schema->default_value || format->config->registry.ignore_default_for_nullables);
}

static int name_of(const void *format, const struct cw_registry_schema *schema, struct cw_buf *name,
		   struct cw_error *err)
{
	json_t *json = cw_schema_json(schema->text, false, err);
	const char *title = json_string_value(json_object_get(json, "title"));

	(void)format;
	if (!json)
		return -1;
	cw_buf_puts(name, title ? title : "");
	json_decref(json);
	return 0;
}

static int describe(const void *arg, const struct cw_schema *schema, struct cw_buf *text, struct cw_buf *name,
		    struct cw_error *err)
{
	const struct format *format = arg;
	struct cw_registry_schema made = { 0 };

	if (!schema)
		return cw_error_set(err, CW_ERR_INVALID, "a value without schema cannot be written with a JSON Schema");
	if (cw_json_schema_from_connect(format->config, schema, text, err))
		return -1;
	made.text = text->p;
	return name_of(format, &made, name, err);
}

/* ---- writing ------------------------------------------------------------------------------------ */

static int check_readable(const struct format *format, const struct cw_schema *schema,
			  const struct cw_registry_schema *target, struct cw_error *err)
{
	struct cw_batch *memory = cw_memory_new();
	const struct cw_schema *wanted = cw_json_schema_to_connect(memory, format->config, target, 0, err);
	int rc = wanted ? cw_json_schema_can_read(schema, wanted, err) : -1;

	cw_memory_free(memory);
	return rc;
}

/* JSON is written by the value's own schema; the registry's only has to allow it. */
static void *writer_new(const void *format, const struct cw_schema *schema, const char *text,
			const struct cw_registry_schema *target, bool strict, struct cw_error *err)
{
	const struct cw_schema **writer;

	(void)text;
	if (target && strict && check_readable(format, schema, target, err))
		return NULL;
	writer = cw_alloc(sizeof(struct cw_schema *));
	*writer = schema;
	return writer;
}

static int write_value(const void *arg, const void *writer, const struct cw_value *value, struct cw_buf *out,
		       struct cw_error *err)
{
	const struct format *format = arg;

	(void)writer;
	return cw_json_schema_write(format->config, value, out, err);
}

/* ---- reading ------------------------------------------------------------------------------------ */

static void *reader_new(const void *arg, struct cw_batch *memory, const struct cw_registry_schema *written,
			const struct cw_registry_schema *wanted, int32_t version, struct cw_error *err)
{
	const struct format *format = arg;

	(void)written;
	return (void *)(uintptr_t)cw_json_schema_to_connect(memory, format->config, wanted, version, err);
}

static int read_value(const void *arg, const void *reader, struct cw_batch *batch, struct cw_slice body,
		      struct cw_value *out, struct cw_error *err)
{
	const struct format *format = arg;

	return cw_json_schema_read(format->reader, reader, batch, body, out, err);
}

static const struct cw_serde_format json_format = {
	.type = "JSON",
	.cannot_write = "Converting Kafka Connect data to byte[] failed due to serialization error of topic %s: ",
	.cannot_read = "Converting byte[] to Kafka Connect data failed due to serialization error of topic %s: ",
	.null_is_null = null_is_null,
	.describe = describe,
	.name = name_of,
	.writer_new = writer_new,
	.writer_free = free,
	.write = write_value,
	.reader_new = reader_new,
	.read = read_value,
};

/* ---- the plugin --------------------------------------------------------------------------------- */

struct converter {
	struct format format;
	struct cw_json_schema_reader reader;
	struct cw_serde *serde;
};

static void stop(void *state)
{
	struct converter *converter = state;

	cw_serde_free(converter->serde);
	cw_json_schema_reader_free(&converter->reader);
	free(converter);
}

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    enum cw_converter_role role, void **state, struct cw_error *err)
{
	struct converter *converter = cw_alloc(sizeof(*converter));
	const struct cw_json_schema_config *json = config;

	(void)plugin;
	cw_json_schema_reader_init(&converter->reader);
	converter->format = (struct format){ .config = json, .reader = &converter->reader };
	converter->serde = cw_serde_new(ctx, &json_format, &converter->format, &json->registry, role, err);
	if (!converter->serde) {
		stop(converter);
		return CW_FAIL;
	}
	*state = converter;
	return CW_OK;
}

static enum cw_result to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
			       struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	struct converter *converter = state;

	return cw_serde_read(converter->serde, batch, place, bytes, out, err);
}

static enum cw_result from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				 const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	struct converter *converter = state;

	return cw_serde_write(converter->serde, batch, place, value, out, err);
}

static const struct cw_converter_ops ops = {
	.size = sizeof(ops),
	.flags = CW_CONVERTER_NO_HEADERS,
	.start = start,
	.to_value = to_value,
	.from_value = from_value,
	.stop = stop,
};

#define ROW(key, kind, importance_, member)                                                                            \
	.name = key, .type = CW_CONFIG_##kind, .importance = CW_##importance_,                                         \
	.offset = offsetof(struct cw_json_schema_config, member)

static const struct cw_config_def table[] = {
#include "convert/registry_rows.h"
	{ ROW("object.additional.properties", BOOLEAN, MEDIUM, additional_properties), .default_value = "true",
	  .doc = "Whether schemas of structs allow more properties than they name." },
	{ ROW("use.optional.for.nonrequired", BOOLEAN, MEDIUM, optional_for_nonrequired), .default_value = "false",
	  .doc = "Whether properties that a schema does not require are optional fields." },
	{ ROW("ignore.modern.dialects", BOOLEAN, LOW, ignore_modern_dialects), .default_value = "false",
	  .doc = "Accepted and without effect: what a schema says is read alike in all drafts of JSON Schema." },
	{ ROW("decimal.format", STRING, LOW, decimal_format), .default_value = "BASE64", .choices = "BASE64,NUMERIC",
	  .flags = CW_CONFIG_IGNORE_CASE,
	  .doc = "How a Decimal is written: BASE64 (its unscaled bytes) or NUMERIC (a number). Both are read." },
	CW_CONVERTER_TYPE,
};

const struct cw_plugin cw_json_schema_converter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONVERTER),
	.class_name = "io.confluent.connect.json.JsonSchemaConverter",
	.version = PACKAGE_VERSION,
	.doc = "JSON, with JSON Schemas in a Schema Registry.",
	.config = table,
	.n_config = sizeof(table) / sizeof(table[0]),
	.config_def_size = sizeof(table[0]),
	.config_size = sizeof(struct cw_json_schema_config),
	.converter = &ops,
};
