/*
 * values - org.apache.kafka.connect.data.Values: a value of whatever type from its text, and its text.
 *
 * Dates are read and written in the process's time zone, as Kafka Connect does.
 */
#ifndef CW_DATA_VALUES_H
#define CW_DATA_VALUES_H

#include "base/buf.h"
#include "connect-worker/connector.h"

/* What reading needs; immutable once made, for any thread. */
struct cw_values;

struct cw_values *cw_values_new(void);
void cw_values_free(struct cw_values *values); /* NULL is fine */

/*
 * Values.parseString(): text that means nothing else is a string, part of itself. 0, or -1 when arrays and maps are
 * nested more than CW_VALUES_DEPTH deep.
 */
#define CW_VALUES_DEPTH 1000
int cw_values_parse(const struct cw_values *values, struct cw_batch *memory, struct cw_slice text,
		    struct cw_value *out);
/* Values.convertToString(). A null is "null". */
void cw_values_print(struct cw_buf *out, const struct cw_value *value);

#endif
