/*
 * serde - what the converters that work with a Schema Registry have in common: the framing of Kafka's bytes (a zero,
 * the schema's id in four bytes, the value), which schema of the registry a value is written with and read as, and
 * keeping what was found out.
 *
 * Values that were read refer to schemas of the serde, so these are kept until it is freed: as many as
 * schemas.cache.config says; further ones are made anew in the batch of each value. What is only needed for writing
 * gives way to what is used more. One thread.
 */
#ifndef CW_CONVERT_SERDE_H
#define CW_CONVERT_SERDE_H

#include "base/buf.h"
#include "convert/registry.h"

/* What one format does. `format` is its state; errors are those of a record unless said otherwise. */
struct cw_serde_format {
	const char *type; /* as the registry calls it */
	/* The beginnings of sentences, each with a place for the topic. */
	const char *cannot_write, *cannot_read;
	/* The bytes of a null: true when they are null, too. */
	bool (*null_is_null)(const void *format, const struct cw_schema *schema);
	/* The schema that values of a Connect schema (NULL: none) have in the registry, and its name ("": none). */
	int (*describe)(const void *format, const struct cw_schema *schema, struct cw_buf *text, struct cw_buf *name,
			struct cw_error *err);
	/* The name of a schema of the registry. */
	int (*name)(const void *format, const struct cw_registry_schema *schema, struct cw_buf *name,
		    struct cw_error *err);
	/*
	 * A writer of values with the Connect schema, by the text that was made for it; with another `target` by that,
	 * and when `strict` only if what the text writes can be read as the target. The schema outlives it. NULL on
	 * error.
	 */
	void *(*writer_new)(const void *format, const struct cw_schema *schema, const char *text,
			    const struct cw_registry_schema *target, bool strict, struct cw_error *err);
	void (*writer_free)(void *writer);
	/* Appends the value. */
	int (*write)(const void *format, const void *writer, const struct cw_value *value, struct cw_buf *out,
		     struct cw_error *err);
	/* A reader in the memory, of what was written with one schema, read as the other (often the same). */
	void *(*reader_new)(const void *format, struct cw_batch *memory, const struct cw_registry_schema *written,
			    const struct cw_registry_schema *wanted, int32_t version, struct cw_error *err);
	int (*read)(const void *format, const void *reader, struct cw_batch *batch, struct cw_slice body,
		    struct cw_value *out, struct cw_error *err);
};

struct cw_serde;

/* Everything given outlives the serde. NULL with *err set when the configuration cannot be used. */
struct cw_serde *cw_serde_new(const struct cw_context *ctx, const struct cw_serde_format *ops, const void *format,
			      const struct cw_registry_config *config, enum cw_converter_role role,
			      struct cw_error *err);
void cw_serde_free(struct cw_serde *serde); /* NULL is fine */

/* The two functions of a converter. */
enum cw_result cw_serde_read(struct cw_serde *serde, struct cw_batch *batch, const struct cw_convert_place *place,
			     struct cw_slice bytes, struct cw_value *out, struct cw_error *err);
enum cw_result cw_serde_write(struct cw_serde *serde, struct cw_batch *batch, const struct cw_convert_place *place,
			      const struct cw_value *value, struct cw_slice *out, struct cw_error *err);

#endif
