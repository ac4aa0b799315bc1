/*
 * avro_writer - from values to Avro's binary encoding.
 *
 * A writer is compiled once for a Connect schema and the Avro schema that its values are written with: its own, or
 * another one (the latest of the subject) that has its fields by name and default values for those it lacks.
 */
#ifndef CW_CONVERT_AVRO_WRITER_H
#define CW_CONVERT_AVRO_WRITER_H

#include "convert/avro_data.h"

struct cw_avro_writer;

/*
 * In the memory, where the Avro schema must be as well; schema and config outlive the writer, the document need not.
 * `schema` is NULL for schemaless values. NULL with *err set when nothing of the schema can be written.
 */
struct cw_avro_writer *cw_avro_writer_new(struct cw_batch *memory, const struct cw_avro_config *config,
					  const struct cw_schema *schema, const struct cw_avro_schema *avro,
					  struct cw_error *err);
/* Appends the value. 0, or -1 with *err set; then what was appended counts for nothing. */
int cw_avro_write(const struct cw_avro_writer *writer, const struct cw_value *value, struct cw_buf *out,
		  struct cw_error *err);

#endif
