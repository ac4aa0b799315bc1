/*
 * found - what a transformation found in a text becomes a struct or a map, and what becomes of a text in which it
 * found nothing. Shared by ParseAccessLog and Regex; their configuration has the same keys for it.
 */
#ifndef CW_TRANSFORM_FOUND_H
#define CW_TRANSFORM_FOUND_H

#include "connect-worker/connector.h"

struct cw_found_config {
	const char *output, *on_mismatch;
};

/* Rows of the configuration; `config` is the struct whose member `member` is a struct cw_found_config. */
#define CW_FOUND_OUTPUT_KEY(config, member)                                                                           \
	{                                                                                                             \
		.name = "output", .type = CW_CONFIG_STRING, .default_value = "auto", .choices = "auto,struct,map",    \
		.importance = CW_MEDIUM,                                                                              \
		.doc = "What the result is. struct: with a schema, and what was not found is null; map: "             \
		       "schemaless, and what was not found is left out; auto: a struct when the text came with a "    \
		       "schema, which all converters but schemaless JSON give it, else a map. Kafka Connect's "       \
		       "converters write no times and decimals of maps: a source that has them takes struct.",       \
		.offset = offsetof(config, member) + offsetof(struct cw_found_config, output)                         \
	}
#define CW_FOUND_MISMATCH_KEY(config, member)                                                                         \
	{                                                                                                             \
		.name = "on.mismatch", .type = CW_CONFIG_STRING, .default_value = "fail",                             \
		.choices = "fail,keep,drop", .importance = CW_MEDIUM,                                                 \
		.doc = "What becomes of a record whose text does not match. fail: it is an error of the record, "     \
		       "for which errors.tolerance says what follows; keep: it goes on as it is; drop: it goes "      \
		       "no further.",                                                                                 \
		.offset = offsetof(config, member) + offsetof(struct cw_found_config, on_mismatch)                    \
	}

/* The text of a string or bytes. 0, or -1 with *err: "Only strings and bytes supported for [purpose], found: …". */
int cw_found_text(const struct cw_value *value, const char *purpose, struct cw_slice *text, struct cw_error *err);

/* Whether the result for this text is a struct. */
bool cw_found_as_struct(const struct cw_found_config *config, const struct cw_value *text);
/* A struct of the schema, or a map of the values that are not null; `values` are in the order of the schema's fields.
 */
struct cw_value cw_found_make(struct cw_batch *batch, const struct cw_schema *schema, const struct cw_value *values,
			      bool as_struct);

/* What a mismatch leads to: CW_FAIL with the reason in *err, CW_OK for a record that stays, CW_DROP. */
CW_PRINTF(3, 4)
enum cw_result cw_found_mismatch(const struct cw_found_config *config, struct cw_error *err, const char *fmt, ...);

#endif
