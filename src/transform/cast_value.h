/* cast_value - one value as another type, as Kafka Connect's Cast makes it. */
#ifndef CW_TRANSFORM_CAST_VALUE_H
#define CW_TRANSFORM_CAST_VALUE_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/*
 * Changes the value, whose schema was `schema` (NULL: none), to the type; a null stays one. Its new schema is for the
 * caller to set. New text is in the batch; scratch is any buffer. 0, or -1 with *err in Kafka's words.
 */
int cw_cast_value(struct cw_value *value, const struct cw_schema *schema, enum cw_type target, struct cw_batch *batch,
		  struct cw_buf *scratch, struct cw_error *err);

#endif
