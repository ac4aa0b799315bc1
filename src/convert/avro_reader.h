/*
 * avro_reader - from Avro's binary encoding to values.
 *
 * A reader is compiled once for the schema that bytes were written with, the schema they are read as, which may
 * be another one (fields added or left out, types widened, names aliased), and the latter's Connect schema.
 */
#ifndef CW_CONVERT_AVRO_READER_H
#define CW_CONVERT_AVRO_READER_H

#include "convert/avro_schema.h"

struct cw_avro_reader;

/*
 * In the memory, where the schemas must be as well; the documents are no longer needed then. `schema` is NULL for
 * schemaless values (cw_avro_is_anything()). NULL with *err set when nothing of `writer` can be read as `reader`.
 */
struct cw_avro_reader *cw_avro_reader_new(struct cw_batch *memory, const struct cw_avro_schema *writer,
					  const struct cw_avro_schema *reader, const struct cw_schema *schema,
					  struct cw_error *err);
/*
 * The value of all the bytes; what follows it is ignored. Strings and bytes point into them. 0, or -1 with *err set.
 * New memory comes from the batch.
 */
int cw_avro_read(const struct cw_avro_reader *reader, struct cw_batch *batch, struct cw_slice bytes,
		 struct cw_value *out, struct cw_error *err);

/* Whether the schema is the one that schemaless values are written with. */
bool cw_avro_is_anything(const struct cw_avro_schema *avro);
/* Whether all that is written with one schema can be read as the other: 0, or -1 with *err set to what cannot. */
int cw_avro_can_read(const struct cw_avro_schema *writer, const struct cw_avro_schema *reader, struct cw_error *err);

#endif
