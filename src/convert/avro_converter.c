/* io.confluent.connect.avro.AvroConverter */
#include <stdlib.h>

#include "base/mem.h"
#include "convert/avro_reader.h"
#include "convert/avro_writer.h"
#include "convert/converters.h"
#include "convert/primitive.h"
#include "convert/serde.h"
#include "data/schema.h"

/* ---- schemas ------------------------------------------------------------------------------------ */

/* As Java, which makes no difference between a null of an optional schema and one without a schema. */
static bool null_is_null(const void *format, const struct cw_schema *schema)
{
	(void)format;
	return !schema || schema->optional;
}

static void put_name(const struct cw_avro_schema *avro, struct cw_buf *name)
{
	if (cw_avro_is_named(avro))
		cw_buf_append(name, avro->name.p, avro->name.n);
	cw_buf_puts(name, "");
}

static int name_of(const void *format, const struct cw_registry_schema *schema, struct cw_buf *name,
		   struct cw_error *err)
{
	struct cw_batch *memory = cw_memory_new();
	struct cw_avro_document document;
	int rc = cw_avro_parse(memory, schema->text, schema->references, schema->n_references, &document, err);

	(void)format;
	if (rc == 0) {
		put_name(document.root, name);
		cw_avro_document_free(&document);
	}
	cw_memory_free(memory);
	return rc;
}

static int describe(const void *format, const struct cw_schema *schema, struct cw_buf *text, struct cw_buf *name,
		    struct cw_error *err)
{
	struct cw_registry_schema made = { 0 };

	if (cw_avro_from_connect(format, schema, text, err))
		return -1;
	made.text = text->p;
	return name_of(format, &made, name, err);
}

/* ---- writing ------------------------------------------------------------------------------------ */

struct writer {
	struct cw_batch *memory;
	struct cw_avro_writer *avro;
};

static void writer_free(void *arg)
{
	struct writer *writer = arg;

	cw_memory_free(writer->memory);
	free(writer);
}

static int check_readable(struct cw_batch *memory, const char *text, const struct cw_avro_schema *target,
			  struct cw_error *err)
{
	struct cw_avro_document own;
	int rc = cw_avro_parse(memory, text, NULL, 0, &own, err);

	if (rc == 0) {
		rc = cw_avro_can_read(own.root, target, err);
		cw_avro_document_free(&own);
	}
	return rc;
}

static void *writer_new(const void *format, const struct cw_schema *schema, const char *text,
			const struct cw_registry_schema *target, bool strict, struct cw_error *err)
{
	struct writer *writer = cw_alloc(sizeof(*writer));
	struct cw_avro_document document;

	writer->memory = cw_memory_new();
	if (cw_avro_parse(writer->memory, target ? target->text : text, target ? target->references : NULL,
			  target ? target->n_references : 0, &document, err) == 0) {
		if (!strict || check_readable(writer->memory, text, document.root, err) == 0)
			writer->avro = cw_avro_writer_new(writer->memory, format, schema, document.root, err);
		cw_avro_document_free(&document);
	}
	if (writer->avro)
		return writer;
	writer_free(writer);
	return NULL;
}

static int write_value(const void *format, const void *arg, const struct cw_value *value, struct cw_buf *out,
		       struct cw_error *err)
{
	const struct writer *writer = arg;

	(void)format;
	return cw_avro_write(writer->avro, value, out, err);
}

/* ---- reading ------------------------------------------------------------------------------------ */

static void *reader_of(const struct cw_avro_config *config, struct cw_batch *memory,
		       const struct cw_avro_schema *written, const struct cw_avro_schema *wanted, int32_t version,
		       struct cw_error *err)
{
	const struct cw_schema *schema = NULL;

	if (!cw_avro_is_anything(wanted)) {
		schema = cw_avro_to_connect(memory, config, wanted, version, err);
		if (!schema)
			return NULL;
	}
	return cw_avro_reader_new(memory, written, wanted, schema, err);
}

static void *reader_new(const void *format, struct cw_batch *memory, const struct cw_registry_schema *written,
			const struct cw_registry_schema *wanted, int32_t version, struct cw_error *err)
{
	struct cw_avro_document from, to;
	void *reader = NULL;

	if (cw_avro_parse(memory, written->text, written->references, written->n_references, &from, err))
		return NULL;
	if (strcmp(written->text, wanted->text) == 0) {
		reader = reader_of(format, memory, from.root, from.root, version, err);
	} else if (cw_avro_parse(memory, wanted->text, wanted->references, wanted->n_references, &to, err) == 0) {
		reader = reader_of(format, memory, from.root, to.root, version, err);
		cw_avro_document_free(&to);
	}
	cw_avro_document_free(&from);
	return reader;
}

static int read_value(const void *format, const void *reader, struct cw_batch *batch, struct cw_slice body,
		      struct cw_value *out, struct cw_error *err)
{
	(void)format;
	return cw_avro_read(reader, batch, body, out, err);
}

static const struct cw_serde_format avro_format = {
	.type = "AVRO",
	.cannot_write = "Failed to serialize Avro data from topic %s: ",
	.cannot_read = "Failed to deserialize data for topic %s to Avro: ",
	.null_is_null = null_is_null,
	.describe = describe,
	.name = name_of,
	.writer_new = writer_new,
	.writer_free = writer_free,
	.write = write_value,
	.reader_new = reader_new,
	.read = read_value,
};

/* ---- the plugin --------------------------------------------------------------------------------- */

static enum cw_result start(const struct cw_context *ctx, const struct cw_plugin *plugin, const void *config,
			    enum cw_converter_role role, void **state, struct cw_error *err)
{
	const struct cw_avro_config *avro = config;

	(void)plugin;
	*state = cw_serde_new(ctx, &avro_format, avro, &avro->registry, role, err);
	return *state ? CW_OK : CW_FAIL;
}

static enum cw_result to_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
			       struct cw_slice bytes, struct cw_value *out, struct cw_error *err)
{
	return cw_serde_read(state, batch, place, bytes, out, err);
}

static enum cw_result from_value(void *state, struct cw_batch *batch, const struct cw_convert_place *place,
				 const struct cw_value *value, struct cw_slice *out, struct cw_error *err)
{
	return cw_serde_write(state, batch, place, value, out, err);
}

static void stop(void *state)
{
	cw_serde_free(state);
}

static const struct cw_converter_ops ops = {
	.size = sizeof(ops),
	.flags = CW_CONVERTER_NO_HEADERS,
	.start = start,
	.to_value = to_value,
	.from_value = from_value,
	.stop = stop,
};

#define ROW(key, importance_, member)                                                                                  \
	.name = key, .type = CW_CONFIG_BOOLEAN, .importance = CW_##importance_,                                        \
	.offset = offsetof(struct cw_avro_config, member)

static const struct cw_config_def table[] = {
#include "convert/registry_rows.h"
	{ ROW("enhanced.avro.schema.support", MEDIUM, enhanced), .default_value = "false",
	  .doc = "Whether enumerations stay enumerations, and the types of a union have their full names." },
	{ ROW("scrub.invalid.names", MEDIUM, scrub_names), .default_value = "false",
	  .doc = "Whether characters that Avro does not take in names are replaced. Otherwise such names are an "
		 "error." },
	{ ROW("connect.meta.data", LOW, meta_data), .default_value = "true",
	  .doc = "Whether what Avro has no place for (names, versions, parameters) is kept in properties of the "
		 "schema." },
	{ ROW("allow.optional.map.keys", LOW, optional_map_keys), .default_value = "false",
	  .doc = "Whether a map whose keys are optional strings is an Avro map. Otherwise it is an array of records." },
	{ ROW("discard.type.doc.default", LOW, discard_type_doc_default), .default_value = "false",
	  .doc = "Whether only the documentation and default values of fields are kept, and not those of types." },
	CW_CONVERTER_TYPE,
};

const struct cw_plugin cw_avro_converter = {
	CW_PLUGIN_HEAD(CW_PLUGIN_CONVERTER),
	.class_name = "io.confluent.connect.avro.AvroConverter",
	.version = PACKAGE_VERSION,
	.doc = "Avro, with schemas in a Schema Registry.",
	.config = table,
	.n_config = sizeof(table) / sizeof(table[0]),
	.config_def_size = sizeof(table[0]),
	.config_size = sizeof(struct cw_avro_config),
	.converter = &ops,
};
